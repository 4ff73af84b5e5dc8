"""A person chooses what the map shows, which district, and summer or winter."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect
from watching import api, numbers

Visit = Callable[..., Page]
IS_PAINTED = """canvases => canvases.some(
    c => c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some(value => value !== 0))"""
KINDS = {
    "centre": "地区センター",
    "window": "相談窓口",
    "salon": "サロン",
    "gathering_place": "通いの場",
    "childcare": "子育て",
    "watch_partner": "見守り協定",
    "other": "その他",
}


def placed(features: list[dict[str, Any]], kinds: set[str]) -> int:
    """Return how many resources of some kinds have a place."""
    return sum(bool(feature["geometry"]) and feature["properties"]["kind"] in kinds for feature in features)


def check_entries(page: Page, wanted: int) -> None:
    """Check that marks and the counts of chips add up to so many entries."""
    counted = page.locator(".mark").evaluate_all("marks => marks.reduce((sum, mark) => sum + +mark.dataset.many, 0)")
    assert counted == wanted


def test_each_layer_can_be_switched_by_itself(visit: Visit, home: str) -> None:
    page = visit("/plan?tab=resources")
    features = api(home, "resources")["features"]
    consultants = len(api(home, "consultants")["features"])
    marks = page.locator(".mark")
    check_entries(page, placed(features, set(KINDS)) + consultants)
    on = set(KINDS)
    for kind, title in KINDS.items():
        box = page.locator(f"[data-key=layer-{kind}]")
        expect(page.locator("label", has=box)).to_contain_text(title)
        count = sum(feature["properties"]["kind"] == kind for feature in features)
        assert numbers(page.locator("label", has=box).inner_text()) == [count]
        box.uncheck()
        on.discard(kind)
        check_entries(page, placed(features, on) + consultants)
    page.locator("[data-key=layer-consultants]").uncheck()
    expect(marks).to_have_count(0)
    expect(page).to_have_url(re.compile(r"layers=cells(&|$)"))
    page.locator("[data-key=layer-cells]").uncheck()
    expect(page.locator("#legend")).to_be_hidden()
    assert not page.locator(".leaflet-cells-pane canvas").evaluate_all(IS_PAINTED)
    expect(page.get_by_text("この条件に合うものはありません")).to_be_visible()
    page.locator("[data-key=layer-window]").check()
    check_entries(page, placed(features, {"window"}))


def test_all_of_the_base_map_is_drawn(visit: Visit, home: str) -> None:
    page = visit("/plan?layers=")
    for pane in ("land", "roads", "borders", "outline"):
        canvas = page.locator(f".leaflet-{pane}-pane canvas")
        assert canvas.evaluate_all(IS_PAINTED), pane
    written = page.locator(".label--district span").all_inner_texts()
    assert sorted(written) == sorted(district["name"] for district in api(home, "coverage")["districts"])


def test_settlements_are_named_from_near(visit: Visit, home: str) -> None:
    page = visit("/plan?at=39.33000,141.53000,13.5&layers=")
    names = {feature["properties"]["name"] for feature in api(home, "places")["features"]}
    written = page.locator(".label--place").all_inner_texts()
    assert len(written) >= 8
    assert set(written) <= names


def test_a_district_narrows_list_and_map(visit: Visit, home: str) -> None:
    page = visit("/plan?tab=resources")
    page.get_by_label("地区", exact=True).select_option("上郷町")
    mine = [f for f in api(home, "resources")["features"] if f["properties"]["district"] == "上郷町"]
    expect(page.locator("#view-resources [role=status]")).to_contain_text(f"{len(mine)}件")
    consultants = len(api(home, "consultants")["features"])
    check_entries(page, placed(mine, set(KINDS)) + consultants)
    for fold in page.locator("#view-resources summary").all():
        fold.click()
    listed = page.locator("#view-resources .entry__name").all_inner_texts()
    assert sorted(listed) == sorted(feature["properties"]["name"] for feature in mine)


def test_the_way_of_travelling_changes_every_figure(visit: Visit, home: str) -> None:
    page = visit()
    for profile, words in (("car-winter", "冬の速度(仮定)"), ("walk", "歩く速さ"), ("car", "ふだんの速度")):
        page.get_by_label("移動のしかた").select_option(profile)
        coverage = api(home, f"coverage?profile={profile}")
        left = coverage["population"] - coverage["covered"]["20"]
        expect(page.locator(f".figure [data-profile={profile}]")).to_contain_text(f"{left:,}人")
        expect(page.locator("#legend tbody tr").first).to_contain_text(f"{coverage['covered']['10']:,}")
        expect(page.locator("#coverage")).to_contain_text(words)
        expect(page.locator("#live")).to_contain_text("で計算した時間を表示しました。")
        if profile != "car":
            expect(page).to_have_url(re.compile(f"profile={profile}"))
        else:
            expect(page).not_to_have_url(re.compile("profile="))


def test_winter_is_marked_as_assumed_in_the_choice(visit: Visit) -> None:
    page = visit()
    options = page.get_by_label("移動のしかた").locator("option").all_inner_texts()
    assert options == ["車(ふだんの道)", "車(冬の道)(仮定)", "徒歩(仮定)"]
