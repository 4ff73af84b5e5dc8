"""A member of the council opens the report that came as a page: desk, phone, printed; nothing is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from laws_of_pages import against_wcag
from playwright.sync_api import Browser, Page
from watching import DESK, PHONE

from app.database import create_database_engine, transaction
from app.reports.write_gap_report import write_gap_report
from app.siting.propose_sites import Wish

# A4 at 96 pixels an inch.
SHEET = {"viewport": {"width": 794, "height": 1123}}


@pytest.fixture(scope="module")
def page_file(
    bundled_template: str, new_database: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the report of the bundled city as a page."""
    out = tmp_path_factory.mktemp("council") / "報告.html"
    with new_database("council", copy_of=bundled_template) as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            write_gap_report(session, Wish(add=None), out, city_name="遠野市", printed_on=date(2026, 11, 24))
        engine.dispose()
    return out


@pytest.mark.parametrize("window", [DESK, PHONE, SHEET], ids=["desk", "phone", "paper"])
def test_it_opens_without_a_network_and_fits(
    chromium: Browser,
    page_file: Path,
    window: dict[str, Any],
    axe: str,
    picture: Callable[[Page, str], None],
) -> None:
    context = chromium.new_context(locale="ja-JP", offline=True, **window)
    asked: list[str] = []
    faults: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda said: faults.append(said.text))
    page = context.new_page()
    if window is SHEET:
        page.emulate_media(media="print")
    page.goto(page_file.as_uri())
    if window is SHEET:
        # The margins of a page are the printer's; a picture of it needs them too.
        page.add_style_tag(content="body { margin: 15mm !important; }")
        picture(page, "report")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator("svg[role=img]").count() == 3
    assert page.evaluate("[...document.querySelectorAll('h1, h2, th, td')].every(e => e.scrollWidth <= e.clientWidth)")
    if window is not SHEET:
        assert against_wcag(page, axe) == []
    assert (asked, faults) == ([page_file.as_uri()], [])
    context.close()
