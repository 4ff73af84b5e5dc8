"""An officer opens the map from a stick on a machine without a network: all is there, and nothing is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from laws_of_pages import AXE_RULES, against_wcag
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from watching import DESK, PHONE, numbers

from app.database import create_database_engine, transaction
from app.demand.load_demand import load_demand
from app.register.load_districts import load_districts
from app.register.queries import city_bounds, district_ids
from app.roads.build_network import read_network, store_network
from app.web.folium_file import read_page_files, write_map
from geo.folium_maps.base_map import base_map
from geo.folium_maps.coverage_map import add_cells
from geo.folium_maps.offline_page import PageParts

MONDAY = date(2026, 11, 23)
PEOPLE = 28_062
# The map, as the page gives it to the console.
MAP = "window.map"
KINDS = ("centre", "window", "salon", "gathering_place", "childcare", "watch_partner", "other")
WINDOWS = pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
NewDatabase = Callable[..., AbstractContextManager[str]]
# Whether a canvas has anything on it.
PAINTED = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(value => value !== 0)"
# How many entries marks stand for.
COUNTED = "marks => marks.reduce((sum, mark) => sum + Number(mark.dataset.many), 0)"
TOUCHING = """() => {
    const box = (node) => node.getBoundingClientRect();
    const marks = [...document.querySelectorAll(".mark, .mark__name, .label--minutes span")];
    const names = [...document.querySelectorAll(".label--district span, .label--place span")];
    const aside = (a, b) => a.left >= b.right - 2 || a.right <= b.left + 2;
    const apart = (a, b) => aside(a, b) || a.top >= b.bottom - 2 || a.bottom <= b.top + 2;
    const pairs = [];
    for (const [at, name] of names.entries())
        for (const other of [...marks, ...names.slice(at + 1)])
            if (!apart(box(name), box(other))) pairs.push(`${name.textContent} | ${other.textContent}`);
    return [names.length, pairs];
}"""

# The names of districts with where their middle lies on the ground, and the districts themselves.
DISTRICTS = f"""() => {{
    const map = {MAP}, frame = map.getContainer().getBoundingClientRect();
    const place = ({{ left, top, width, height }}) =>
        map.containerPointToLatLng([left + width / 2 - frame.left, top + height / 2 - frame.top]);
    const labels = [...document.querySelectorAll(".label--district span")];
    const names = labels.map((node) => [node.textContent, place(node.getBoundingClientRect())]);
    const areas = Object.values(map._layers).filter((layer) => layer.feature?.geometry.type.endsWith("Polygon"));
    return [names, areas.map(({{ feature }}) => [feature.properties.name, JSON.stringify(feature.geometry)])];
}}"""


@dataclass
class Record:
    """Every request of a page, and every fault."""

    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Write down what the pages of a context do."""
        context.on("request", lambda request: self.requests.append(request.url))
        # The browser minds that the tests read canvases so often; the page does not.
        context.on("console", lambda said: "getImageData" not in said.text and self.faults.append(said.text))
        context.on("weberror", lambda error: self.faults.append(str(error.error)))


@pytest.fixture(scope="module")
def map_file(
    bundled_template: str, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Return the file of the bundled city."""
    out = tmp_path_factory.mktemp("stick") / "遠野市の地図.html"
    with new_database("stick", copy_of=bundled_template) as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            write_map(session, out, city_name="遠野市", day=MONDAY)
        engine.dispose()
    return out


@contextmanager
def unplugged(chromium: Browser, file: Path, window: dict[str, Any], **more: Any) -> Iterator[tuple[Page, Record]]:
    """Give a page on the file in a browser without a network; afterwards nothing but the file was asked for."""
    record = Record()
    # Without motion: what fades in is half transparent for a moment, and a look at it then depends on luck.
    context = chromium.new_context(locale="ja-JP", offline=True, reduced_motion="reduce", **window, **more)
    record.follow(context)
    page = context.new_page()
    page.goto(file.as_uri())
    expect(page.locator("html[data-ready]")).to_be_attached()
    yield page, record
    context.close()
    assert record.faults == []
    outside = [url for url in record.requests if not url.startswith(("data:", file.as_uri()))]
    assert outside == []
    assert record.requests.count(file.as_uri()) == 1


@pytest.fixture
def open_file(chromium: Browser, map_file: Path) -> Callable[..., AbstractContextManager[tuple[Page, Record]]]:
    """Return what opens the file of the bundled city."""
    return lambda window: unplugged(chromium, map_file, window)


def look_at(page: Page, lat: float, lon: float) -> None:
    """Bring a place into the middle of the map, from near."""
    page.evaluate(f"() => {{ {MAP}.setView([{lat}, {lon}], 15, {{animate: false}}); }}")


def in_sight(marks: Locator) -> list[Locator]:
    """Return those marks that lie on the map as a desk shows it, not beyond its edges."""
    return [
        mark for mark in marks.all() if (box := mark.bounding_box()) and 440 < box["x"] < 1200 and 80 < box["y"] < 640
    ]


Open = Callable[..., AbstractContextManager[tuple[Page, Record]]]


@WINDOWS
def test_all_layers_are_shown_beside_each_other_and_nothing_is_asked_for(
    open_file: Open, window: dict[str, Any], picture: Callable[[Page, str], None]
) -> None:
    with open_file(window) as (page, _):
        for pane in ("outline", "land", "roads", "veil", "cells", "borders"):
            assert page.locator(f".leaflet-{pane}-pane canvas").evaluate(PAINTED), pane
        for kind in KINDS:
            alone = page.locator(f".mark--{kind}").count()
            assert alone > 0 or page.locator(".mark--several").count() > 0, kind
        assert page.locator(".mark--consultant").evaluate_all(COUNTED) == 9
        expect(page.locator(".mark--several").first).to_be_visible()
        expect(page.locator("#banner")).to_contain_text("概略図の道路です。")
        expect(page.locator(".leaflet-control-attribution")).to_have_text("© OpenStreetMap contributors、国勢調査")
        picture(page, "map-file-desk" if window is DESK else "map-file-phone")
        names = [".header", "#banner", ".controls", ".leaflet-control-scale", "#legend", ".panel"]
        for number, name in enumerate(names):
            clear_of(page, name, names[number + 1 :])
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]
        # Only the panel scrolls, never the page.
        page.locator("#sources").scroll_into_view_if_needed()
        tops = page.evaluate("[document.querySelector('.app').scrollTop, document.scrollingElement.scrollTop]")
        assert tops == [0, 0]


def test_the_policy_stops_what_a_page_would_fetch(chromium: Browser, map_file: Path) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(map_file.as_uri())
    stopped = page.evaluate("""() => new Promise(done => {
        const seen = [];
        addEventListener("securitypolicyviolation", event => {
            seen.push(event.effectiveDirective);
            if (seen.length === 3) done(seen.sort());
        });
        new Image().src = "http://192.0.2.1/a.png";
        fetch("http://192.0.2.1/b").catch(() => {});
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.head.append(script);
    })""")
    assert stopped == ["connect-src", "img-src", "script-src-elem"]
    assert page.evaluate("window.ran") is None
    context.close()


# --- switches --------------------------------------------------------------------------------------------------------


def test_each_kind_can_be_switched_off_and_on(open_file: Open) -> None:
    with open_file(DESK) as (page, _):
        switches = page.locator("#layers input")
        expect(switches).to_have_count(2 + len(KINDS))
        for kind, switch in zip(KINDS, switches.all()[2:], strict=True):
            shown = page.locator(f".mark--{kind}")
            before = shown.count()
            switch.uncheck()
            expect(shown).to_have_count(0)
            switch.check()
            expect(shown).to_have_count(before)
        page.locator("#layers label", has_text="色分け").locator("input").uncheck()
        assert not page.locator(".leaflet-cells-pane canvas").evaluate(PAINTED)
        page.locator("#layers label", has_text="丸ごと相談員").locator("input").uncheck()
        expect(page.locator(".mark--consultant")).to_have_count(0)


def test_a_place_of_many_kinds_counts_those_that_are_shown(open_file: Open) -> None:
    with open_file(DESK) as (page, _):
        look_at(page, 39.342, 141.53234)
        marks = page.locator(".mark--several[aria-label^='この場所の']")
        before = max(numbers(text)[0] for text in marks.all_inner_texts())
        page.locator("#layers label", has_text="相談窓口").locator("input").uncheck()
        largest = max(in_sight(marks), key=lambda mark: numbers(mark.inner_text())[0])
        (after,) = numbers(largest.inner_text())
        assert 1 < after < before
        largest.click()
        expect(page.locator(".site-list .entry")).to_have_count(after)
        expect(page.locator(".leaflet-popup h2")).to_have_text(f"この場所の{after}件")
        name = page.locator(".site-list .entry__name").first.inner_text()
        page.locator(".site-list .entry").first.click()
        expect(page.locator(".leaflet-popup h2")).to_have_text(name)
        page.get_by_role("button", name="この場所の一覧").click()
        expect(page.locator(".site-list .entry")).to_have_count(after)


@WINDOWS
def test_the_area_of_each_consultant_can_be_shown(open_file: Open, window: dict[str, Any]) -> None:
    with open_file(window) as (page, _):
        rims = page.locator(".leaflet-rims-pane path")
        expect(rims).to_have_count(0)
        if window is PHONE:
            page.get_by_role("button", name=re.compile("^パネルを大きくする")).click()
        choices = page.locator("#areas input")
        expect(choices).to_have_count(1 + 9)
        choices.nth(1).check()
        expect(page.locator("#legend")).to_contain_text("遠野の相談員が車で行ける範囲")
        expect(page.locator(".label--minutes")).to_have_text(["30分", "20分", "10分"])
        expect(rims).to_have_count(3)
        expect(page.locator(".leaflet-isochrones-pane path")).to_have_count(3)
        # The file is for everyone: its colours carry no counts.
        expect(page.locator("#legend tbody th")).to_have_count(3)
        expect(page.locator("#legend tbody td")).to_have_count(0)
        choices.first.check()
        expect(page.locator(".label--minutes")).to_have_count(0)
        expect(page.locator("#legend")).to_contain_text("相談員が車で20分以内に着ける・着けない")
        expect(rims).to_have_count(0)


# --- what is opened --------------------------------------------------------------------------------------------------


@WINDOWS
def test_a_name_of_the_list_opens_on_the_map(open_file: Open, window: dict[str, Any]) -> None:
    with open_file(window) as (page, _):
        if window is PHONE:
            page.get_by_role("button", name=re.compile("^パネルを大きくする")).click()
        page.locator(".fold summary", has_text="サロン").first.click()
        entry = page.locator(".entry", has_text="ちょボラ")
        entry.focus()
        page.keyboard.press("Enter")
        popup = page.locator(".leaflet-popup")
        expect(popup).to_contain_text("次回11月23日(月)")
        expect(popup).to_contain_text("地図の位置は最大約500 mずれます")
        expect(popup.get_by_role("button", name="閉じる")).to_be_visible()
        # How far the place may be from its point is drawn as a circle.
        expect(page.locator(".leaflet-accuracy-pane path")).to_have_count(1)
        clear_of(page, ".leaflet-popup", ["#banner", ".controls", "#legend", ".panel", ".header"])
        page.keyboard.press("Escape")
        expect(popup).to_have_count(0)
        if window is DESK:
            expect(entry).to_be_focused()


def test_a_consultant_opens_and_shows_the_area(open_file: Open) -> None:
    with open_file(DESK) as (page, _):
        page.locator(".mark--consultant", has_text="小友").click()
        popup = page.locator(".leaflet-popup")
        expect(popup).to_contain_text("小友地区センターの相談員")
        expect(popup).to_contain_text("仮定: 実際の配置は公表されていません")
        popup.get_by_role("button", name="車で行ける範囲を地図に出す").click()
        expect(popup).to_have_count(0)
        expect(page.locator("#legend")).to_contain_text("小友の相談員が車で行ける範囲")
        expect(page.locator("#areas label", has_text="小友").locator("input")).to_be_checked()


def test_an_entry_says_that_it_is_invented_or_has_no_place(open_file: Open) -> None:
    with open_file(DESK) as (page, _):
        page.locator(".fold summary", has_text="通いの場").click()
        entry = page.locator(".fold[open] .entry").first
        expect(entry).to_contain_text("デモ")
        entry.click()
        expect(page.locator(".leaflet-popup")).to_contain_text("デモ: 実在しない見本です")
        page.keyboard.press("Escape")
        fold = page.locator(".fold", has=page.locator(".entry-more")).first
        fold.locator("> summary").click()
        unplaced = fold.locator(".entry-more").first
        expect(unplaced).to_contain_text("場所は公表されていません")
        expect(unplaced.locator("dl")).to_be_hidden()
        unplaced.locator("summary").click()
        expect(unplaced.locator("dl")).to_contain_text("出典")


def test_the_keyboard_reads_the_middle_of_the_map(open_file: Open) -> None:
    with open_file(DESK) as (page, _):
        # A square of 遠野町 in the town.
        look_at(page, 39.3301, 141.5303)
        page.locator(".map").focus()
        expect(page.locator(".crosshair")).to_be_visible()
        page.keyboard.press("Enter")
        text = page.locator(".leaflet-popup").inner_text()
        assert re.search(r"の相談員から車で\d+分", text)
        assert "人が住む250 m四方" in text
        assert not re.search(r"\d人", text)
        expect(page.locator("#live")).to_contain_text("250 m四方")


# --- how it looks ----------------------------------------------------------------------------------------------------


def clear_of(page: Page, name: str, others: list[str]) -> None:
    """Fail if a part of the page lies over another by more than a rim of a pixel."""
    one = page.locator(name).bounding_box()
    assert one
    for other_name in others:
        other = page.locator(other_name).bounding_box()
        assert other
        wide = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
        high = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
        assert wide <= 1 or high <= 1, f"{name} lies over {other_name}"


@WINDOWS
def test_a_district_is_named_within_its_own_borders(open_file: Open, window: dict[str, Any]) -> None:
    with open_file(window) as (page, _):
        names, areas = page.evaluate(DISTRICTS)
    districts = {name: shapely.from_geojson(shape) for name, shape in areas}
    assert len(names) >= 2
    for name, place in names:
        assert districts[name].distance(shapely.Point(place["lng"], place["lat"])) < 0.001, name  # a pixel or less


def test_names_touch_neither_each_other_nor_marks(open_file: Open) -> None:
    with open_file(DESK) as (page, _):
        many, touching = page.evaluate(TOUCHING)
        assert many >= 6
        assert touching == []
        # With the movement of a zoom, after which the names must be where the marks have come to.
        page.evaluate(f"""() => new Promise(done => {{
            {MAP}.once("moveend", () => setTimeout(done, 400));
            {MAP}.setView([39.3301, 141.5303], {MAP}.getZoom() + 2, {{animate: true}});
        }})""")
        many, touching = page.evaluate(TOUCHING)
        assert many >= 3
        assert touching == []


def test_a_thumb_finds_every_button(open_file: Open) -> None:
    with open_file(PHONE) as (page, _):
        page.get_by_role("button", name=re.compile("^パネルを大きくする")).click()
        page.get_by_role("button", name=re.compile("^パネルを大きくする")).click()
        for fold in page.locator(".fold > summary").all():
            fold.click()
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, summary")]
                .filter(node => node.checkVisibility({visibilityProperty: true}))
                .map(node => [(node.closest("label") ?? node).getBoundingClientRect(), node.outerHTML.slice(0, 90)])
                .filter(([box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
                .map(([box, html]) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`)"""
        )
        assert small == []


@WINDOWS
def test_axe_finds_nothing(chromium: Browser, map_file: Path, axe: str, window: dict[str, Any]) -> None:
    with unplugged(chromium, map_file, window, bypass_csp=True) as (page, _):
        for act in ("[data-open=consultant-C01]", ".leaflet-popup [data-area]", ".entry-more > summary"):
            page.locator(act).first.dispatch_event("click")
            # An opened bubble moves the map until it is seen whole; on the way it passes over marks.
            expect(page.locator(".leaflet-pan-anim, .leaflet-zoom-anim")).to_have_count(0)
            assert against_wcag(page, axe, [*AXE_RULES, "best-practice"]) == []


def test_the_sheet_and_the_legend_of_a_phone_open_by_buttons(open_file: Open) -> None:
    with open_file(PHONE) as (page, _):
        panel, table = page.locator("#panel"), page.locator("#legend-body")
        expect(panel).to_have_attribute("data-height", "peek")
        expect(page.get_by_role("button", name=re.compile("^パネルを小さくする"))).to_be_disabled()
        page.get_by_role("button", name=re.compile("^パネルを大きくする")).click()
        expect(panel).to_have_attribute("data-height", "half")
        page.get_by_role("button", name=re.compile("^パネルを大きくする")).click()
        expect(panel).to_have_attribute("data-height", "full")
        expect(page.get_by_role("button", name=re.compile("^パネルを大きくする"))).to_be_disabled()
        page.get_by_role("button", name=re.compile("^パネルを小さくする")).click()
        page.get_by_role("button", name=re.compile("^パネルを小さくする")).click()
        expect(table).to_be_hidden()
        page.locator("#legend .legend__head").first.click()
        expect(table).to_be_visible()
        page.locator("#banner").get_by_role("button", name="閉じる").click()
        expect(page.locator("#banner")).to_be_hidden()


def test_unreached_cells_are_hatched_and_no_colour(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "cells.html"
    file.write_text(two_cells(), encoding="utf-8")
    with unplugged(chromium, file, DESK) as (page, _):
        reached, unreached = (
            page.locator(".leaflet-cells-pane canvas").evaluate(
                f"""(canvas, at) => {{
                    const scale = canvas.width / canvas.getBoundingClientRect().width;
                    const frame = canvas.getBoundingClientRect(), box = {MAP}.getContainer().getBoundingClientRect();
                    const {{x, y}} = {MAP}.latLngToContainerPoint(at);
                    const spot = [x + box.left - frame.left - 12, y + box.top - frame.top - 12].map(v => v * scale);
                    const data = canvas.getContext("2d").getImageData(...spot, 24, 24).data;
                    return [...new Set(Array.from({{length: 576}}, (_, i) => data.slice(4 * i, 4 * i + 4).join()))];
                }}""",
                at,
            )
            for at in ([39.05, 141.05], [39.05, 141.15])
        )
    assert len(reached) == 1
    shades = [[int(part) for part in shade.split(",")] for shade in unreached]
    assert max(shade[0] for shade in shades) - min(shade[0] for shade in shades) > 150
    assert all(max(shade[:3]) - min(shade[:3]) <= 2 for shade in shades)


def two_cells() -> str:
    """Return a page with one cell that is reached and, to its east, one that is not."""
    west, east = shapely.box(141.0, 39.0, 141.1, 39.1), shapely.box(141.1, 39.0, 141.2, 39.1)
    nothing: dict[str, Any] = {"geometry": gpd.GeoSeries([], crs=4326), "crs": 4326}
    drawn = base_map(
        gpd.GeoDataFrame({"name": [], "is_schematic": []}, **nothing),
        gpd.GeoDataFrame({"name": []}, **nothing),
        gpd.GeoDataFrame({"class": []}, **nothing),
        (141.0, 39.0, 141.2, 39.1),
        page=(PageParts("二つ"), read_page_files()),
        credit="",
    )
    cells = gpd.GeoDataFrame({"travel_time_s": [60.0, None], "text": ["", ""]}, geometry=[west, east], crs=4326)
    add_cells(drawn, cells, [10], name="色")
    return str(drawn.get_root().render())


# --- the real city ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_file(
    bundled_template: str, shared_data: Path, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the file of the real roads, borders and people of Tono."""
    out = tmp_path_factory.mktemp("real") / "map.html"
    with new_database("realstick", copy_of=bundled_template) as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            load_districts(session, shared_data / "tono" / "districts.geojson", source="国勢調査")
            bounds = city_bounds(session)
            people = shared_data / "tono" / "demand_250m_cells.parquet"
            load_demand(
                session, people, districts=district_ids(session), city_bounds=bounds, as_of=None, source="国勢調査"
            )
            network, origin = read_network(edges=shared_data / "tono" / "tono_roads.parquet")
            store_network(session, network, origin, name="遠野市の道路", city_bounds=bounds)
            write_map(session, out, city_name="遠野市", day=MONDAY)
        engine.dispose()
    return out


@WINDOWS
def test_the_real_city_fits_on_a_stick(chromium: Browser, real_file: Path, window: dict[str, Any]) -> None:
    assert real_file.stat().st_size < 6_000_000
    with unplugged(chromium, real_file, window) as (page, _):
        for pane in ("outline", "land", "roads", "veil", "cells", "borders"):
            assert page.locator(f".leaflet-{pane}-pane canvas").evaluate(PAINTED), pane
        expect(page.locator("#banner")).to_have_count(0)
        expect(page.locator("#legend-body tbody th")).to_have_count(5)
        assert f"{PEOPLE:,}" in (page.locator("#panel .table tfoot").text_content() or "")
        assert page.evaluate(TOUCHING)[1] == []
