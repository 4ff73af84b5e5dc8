"""An officer asks how far one consultant comes in 10, 20 and 30 minutes, and how many people live there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from mercator import View
from playwright.sync_api import Page, expect
from watching import PHONE, api, numbers

Visit = Callable[..., Page]
PAINTED = """paths => paths.map(path => {
    const { left, top, right, bottom } = path.getBoundingClientRect();
    return { fill: path.getAttribute("fill"), box: [left, top, right, bottom] };
})"""


def corners(geometry: dict[str, Any]) -> list[tuple[float, float]]:
    """Return every corner of a polygon or of several, lon and lat."""
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [(lon, lat) for rings in parts for ring in rings for lon, lat in ring]


def extent(view: View, geometry: dict[str, Any]) -> list[float]:
    """Return left, top, right, bottom of a geometry in the window."""
    xs, ys = zip(*(view.place(lon, lat) for lon, lat in corners(geometry)), strict=True)
    return [min(xs), min(ys), max(xs), max(ys)]


def settled(page: Page) -> View:
    """Return the view once the map has come to rest and the address says where."""
    expect(page.locator(".leaflet-zoom-anim, .leaflet-pan-anim")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"[?&]at="))
    return View.of(page)


def test_three_nested_areas_lie_where_the_service_says(visit: Visit, home: str) -> None:
    page = visit()
    page.get_by_role("button", name=re.compile("^綾織地区センター")).click()
    expect(page.get_by_role("heading", name="綾織地区センターの相談員")).to_be_visible()
    fills = page.locator(".leaflet-isochrones-pane path")
    expect(fills).to_have_count(3)
    view = settled(page)
    features = {
        feature["properties"]["minutes"]: feature
        for feature in api(home, "isochrones?consultant=C02&minutes=10,20,30&profile=car")["features"]
    }
    painted = fills.evaluate_all(PAINTED)
    tokens = page.evaluate(
        "[3, 2, 1].map(n => getComputedStyle(document.documentElement).getPropertyValue(`--area-${n}`).trim())"
    )
    # The largest lies below, in the colour of its class.
    assert [part["fill"] for part in painted] == tokens
    for part, minutes in zip(painted, (30, 20, 10), strict=True):
        assert part["box"] == pytest.approx(extent(view, features[minutes]["geometry"]), abs=2.5)
    for outer, inner in itertools.pairwise(painted):
        assert outer["box"][0] <= inner["box"][0]
        assert outer["box"][2] >= inner["box"][2]
    # All of it is seen, with the minutes written on it.
    assert all(view.holds(lon, lat) for lon, lat in corners(features[30]["geometry"]))
    expect(page.locator(".label--minutes")).to_have_count(3)


def test_the_figures_are_those_of_the_service(visit: Visit, home: str) -> None:
    page = visit("/plan?consultant=C02")
    coverage = api(home, "coverage")
    (mine,) = [row for row in coverage["consultants"] if row["id"] == "C02"]
    facts = page.locator("#details .facts")
    for edge in ("10", "20", "30"):
        share = f"{100 * mine['covered'][edge] / coverage['population']:.1f}"
        expect(facts).to_contain_text(f"{mine['covered'][edge]:,}人 (市の{share} %)")
    expect(facts).to_contain_text(f"{mine['catchment_population']:,}人")
    expect(page.locator("#legend .legend__title")).to_contain_text("綾織の相談員が車で行ける範囲")
    people = [numbers(text)[0] for text in page.locator("#legend tbody td").all_inner_texts()]
    assert people == [mine["covered"][edge] for edge in ("10", "20", "30")]
    # The place of the base is known to 2 km only, and says so.
    expect(page.locator("#details")).to_contain_text("拠点の地図の位置は最大約2.0 kmずれます")


def test_an_assumed_posting_says_so(visit: Visit) -> None:
    page = visit("/plan?consultant=C03")
    expect(page.locator("#details .badge--assumed")).to_have_text("仮定")
    expect(page.locator("#details")).to_contain_text("配置先は公表されていない")


def test_winter_reaches_fewer(visit: Visit, home: str) -> None:
    page = visit("/plan?consultant=C02")
    expect(page.locator(".leaflet-isochrones-pane path")).to_have_count(3)
    with page.expect_response(re.compile("isochrones.*car-winter")):
        page.get_by_label("移動のしかた").select_option("car-winter")
    summer, winter = (
        next(row for row in api(home, f"coverage?profile={profile}")["consultants"] if row["id"] == "C02")["covered"]
        for profile in ("car", "car-winter")
    )
    assert all(winter[edge] < summer[edge] for edge in ("10", "20", "30"))
    expect(page.locator("#details .facts")).to_contain_text(f"{winter['20']:,}人")
    expect(page.locator("#legend tbody tr:nth-child(2) td")).to_contain_text(f"{winter['20']:,}人")
    expect(page.locator("#details .facts")).to_contain_text("車(冬の道)(仮定)")


def test_a_mark_opens_and_the_way_back_leads_to_the_city(visit: Visit) -> None:
    page = visit()
    mark = page.get_by_role("button", name="丸ごと相談員 小友地区センター(仮定)")
    mark.click()
    expect(page.get_by_role("heading", name="小友地区センターの相談員")).to_be_visible()
    expect(page).to_have_url(re.compile("consultant=C03"))
    expect(page.locator(".mark--consultant.is-chosen")).to_have_count(1)
    page.get_by_role("button", name="← 一覧にもどる").click()
    expect(page.locator(".leaflet-isochrones-pane path")).to_have_count(0)
    expect(page.locator("#legend .legend__title")).to_contain_text("20分以内に着ける・着けない")
    expect(mark).to_be_focused()


def test_on_a_phone_the_whole_reach_is_seen_above_the_sheet(visit: Visit) -> None:
    page = visit("/plan?consultant=C02", PHONE)
    expect(page.locator(".leaflet-isochrones-pane path")).to_have_count(3)
    expect(page.locator(".leaflet-zoom-anim, .leaflet-pan-anim")).to_have_count(0)
    boxes = page.locator(".leaflet-isochrones-pane path").evaluate_all(PAINTED)
    sheet = page.locator("#panel").bounding_box()
    header = page.locator(".header").bounding_box()
    assert sheet
    assert header
    left, top, right, bottom = boxes[0]["box"]
    assert left >= 0
    assert right <= 390
    assert top >= header["y"] + header["height"]
    assert bottom <= sheet["y"]


def test_an_unknown_consultant_is_told_in_words(visit: Visit) -> None:
    page = visit("/plan?consultant=C99")
    expect(page.locator("#details")).to_contain_text("この相談員は見つかりません")
    page.get_by_role("button", name="← 一覧にもどる").click()
    expect(page.locator("#left-districts tbody tr")).to_have_count(11)
