"""The real service on a real PostGIS in Debian's Chromium: a page that asks another host, or fails, fails the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from watching import DESK, Watched, serving

from app.coverage.measure_coverage import measure_all
from app.database import create_database_engine, transaction
from app.demonstration.load_demonstration import load_demonstration

QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the browser tests together, so that one process starts one service and one browser for all of them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def home(root: Path, new_database: Callable[[str], Any]) -> Iterator[str]:
    """Return the address of the service with the bundled data of Tono."""
    with new_database("browser") as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            load_demonstration(session, root / "data" / "tono")
            measure_all(session)
        engine.dispose()
        with serving(url) as address:
            yield address


@pytest.fixture(scope="session")
def empty_home(new_database: Callable[[str], Any]) -> Iterator[str]:
    """Return the address of a service that has no data yet."""
    with new_database("empty") as url, serving(url) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return Debian's Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def watched(home: str) -> Watched:
    """Return the list of faults, empty at first."""
    return Watched(home)


@pytest.fixture
def visit(chromium: Browser, home: str, watched: Watched) -> Iterator[Callable[..., Page]]:
    """Return what opens an address of the service in a fresh window and waits until the map is drawn."""
    contexts = []

    def open_page(address: str = "/", window: dict[str, Any] | None = None) -> Page:
        context = chromium.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", **(window or DESK))
        contexts.append(context)
        watched.follow(context)
        page = context.new_page()
        page.goto(home + address)
        if not address.startswith("/list"):
            expect(page.locator("body[data-ready]")).to_be_attached(timeout=20_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert watched.faults == []


@pytest.fixture
def picture(root: Path, request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Return what keeps a screenshot for the README, with `pytest --pictures`."""

    def keep(page: Page, name: str) -> None:
        if request.config.getoption("--pictures"):
            page.screenshot(path=root / "docs" / "pictures" / f"{name}.png", scale="css")

    return keep
