"""The real service on a real PostGIS in Debian's Chromium: a page that asks another host, or fails, fails the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import text
from watching import DESK, Watched, serving

from app.coverage.measure_coverage import measure_coverage
from app.database import create_database_engine, transaction
from geo.mesh import centre

QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"),
    # No other host can be found, whatever a page asks for; `Watched` tells.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # A page lives for a second here; to make its scripts quick would take longer.
    "--js-flags=--no-maglev --no-turbofan --max-lazy",
)
# Other tests may keep both cores busy.
PATIENCE_MS = 20_000
# A cell in 小友町, kilometres away from every road.
LONELY = "5841732814"
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def home(bundled_template: str, new_database: Callable[..., Any]) -> Iterator[str]:
    """Return the address of the service with the bundled data of Tono."""
    with new_database("browser", copy_of=bundled_template) as url, serving(url) as address:
        yield address


@pytest.fixture(scope="session")
def sparse_home(bundled_template: str, new_database: Callable[..., Any]) -> Iterator[str]:
    """Return the address of a service with one consultant left and 7 people far from any road: all classes occur."""
    with new_database("sparse", copy_of=bundled_template) as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            session.execute(text("DELETE FROM consultant WHERE code <> 'C02'"))
            lon, lat = centre(LONELY)
            session.execute(
                text("""
                    INSERT INTO demand_cell (mesh_code, district_id, is_district_given, population, households,
                                             location, access_point, dataset_id)
                    SELECT :code, d.id, true, 7, 3, p.point, p.point, c.dataset_id
                    FROM (SELECT ST_SetSRID(ST_Point(:lon, :lat), 4326) AS point) p,
                         (SELECT id FROM district WHERE name = '小友町') d,
                         (SELECT dataset_id FROM demand_cell LIMIT 1) c
                """),
                {"code": LONELY, "lon": lon, "lat": lat},
            )
            measure_coverage(session)
        engine.dispose()
        with serving(url) as address:
            yield address


@pytest.fixture(scope="session")
def empty_home(new_database: Callable[[str], Any]) -> Iterator[str]:
    """Return the address of a service that has no data yet."""
    with new_database("empty") as url, serving(url) as address:
        yield address


@pytest.fixture(scope="session")
def cut_off_home() -> Iterator[str]:
    """Return the address of a service whose database does not answer."""
    with serving("postgresql://nobody:secret@127.0.0.1:1/nowhere") as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return Debian's Chromium; without its windows, where there is that too, it takes half the time for the same."""
    programs = ("chromium-headless-shell", "chromium", "chromium-browser")
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def person(chromium: Browser) -> Iterator[Callable[[dict[str, Any]], BrowserContext]]:
    """Return what gives the browser of a person with a window of some size, who was on the pages before.

    A tab forgets, but the files of the pages are in the browser's cache, as they are for everyone from the second day.
    """
    known: dict[str, BrowserContext] = {}

    def browser_of(window: dict[str, Any]) -> BrowserContext:
        key = repr(window)
        if key not in known:
            known[key] = chromium.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", **window)
            known[key].set_default_timeout(PATIENCE_MS)
        return known[key]

    yield browser_of
    for context in known.values():
        context.close()


@pytest.fixture
def visit(person: Callable[[dict[str, Any]], BrowserContext], home: str) -> Iterator[Callable[..., Page]]:
    """Return what opens an address in a new tab and waits until the page is ready; its faults fail the test."""
    opened: list[tuple[Page, Watched]] = []

    def open_page(
        address: str = "/plan",
        window: dict[str, Any] | None = None,
        *,
        site: str = home,
        allowed: tuple[str, ...] = (),
        until: str = "body[data-ready], body:not([data-page])",
    ) -> Page:
        page = person(window or DESK).new_page()
        watched = Watched(site, allowed)
        opened.append((page, watched))
        watched.follow(page)
        page.goto(site + address)
        # A page without a map is ready when it is loaded. Not `expect`, which describes the whole page while it waits.
        page.wait_for_selector(until, state="attached")
        return page

    yield open_page
    for page, _ in opened:
        page.close()
    assert [fault for _, watched in opened for fault in watched.faults] == []


@pytest.fixture(scope="session")
def axe(root: Path) -> str:
    """Return the source of axe-core, from the locked npm packages."""
    return (root / "app/web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def picture(root: Path, request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Return what keeps a screenshot for the README, with `pytest --pictures`."""

    def keep(page: Page, name: str) -> None:
        if request.config.getoption("--pictures"):
            page.screenshot(path=root / "docs" / "pictures" / f"{name}.png", scale="css")

    return keep
