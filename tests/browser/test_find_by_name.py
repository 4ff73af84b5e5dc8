"""A person types a name and is taken there: a resource, a district, a settlement, a consultant."""

from __future__ import annotations

import re
from collections.abc import Callable

from mercator import View
from playwright.sync_api import Page, expect
from watching import api

Visit = Callable[..., Page]


def look_for(page: Page, text: str) -> None:
    """Type a text into the search and wait for the answer to it."""
    with page.expect_response(re.compile("/api/v1/search")):
        page.get_by_label("名前でさがす").fill(text)
    expect(page.get_by_label("名前でさがす")).to_have_attribute("aria-expanded", "true")


def test_a_resource_is_found_however_it_is_typed(visit: Visit, home: str) -> None:
    page = visit()
    for text in ("ﾏﾅｻﾞｼ", "こそだてしえんせんたー　まな", "まなざし"):
        look_for(page, text)
        expect(page.locator(".search__option", has_text="子育て支援センター まなざし")).to_have_count(1)
    page.locator(".search__option", has_text="子育て支援センター まなざし").click()
    expect(page.get_by_role("heading", name="子育て支援センター まなざし")).to_be_visible()
    expect(page).to_have_url(re.compile(r"resource=\d+"))
    found = re.search(r"resource=(\d+)", page.url)
    assert found
    place = api(home, f"resources/{found.group(1)}")["geometry"]["coordinates"]
    # The map came near enough to tell one mark from the next, and the place is in it.
    expect(page).to_have_url(re.compile(r"at=[\d.]+,[\d.]+,13\.5"))
    assert View.of(page).holds(*place, air=40)
    expect(page.locator(".mark.is-chosen")).to_have_count(1)


def test_a_hidden_layer_is_switched_on_for_what_was_found(visit: Visit) -> None:
    page = visit("/plan?layers=cells")
    assert page.locator(".mark").count() == 0
    look_for(page, "ちょボラ")
    page.locator(".search__option").first.click()
    expect(page.locator(".mark--salon.is-chosen")).to_have_count(1)
    expect(page).to_have_url(re.compile("layers=cells,salon"))


def test_a_settlement_is_shown_on_the_map(visit: Visit, home: str) -> None:
    page = visit()
    look_for(page, "附馬牛町安居台")
    page.locator(".search__option", has_text="集落").click()
    expect(page).to_have_url(re.compile(r"at=[\d.]+,[\d.]+,14"))
    (place,) = [f for f in api(home, "places")["features"] if f["properties"]["name"] == "附馬牛町安居台"]
    assert View.of(page).holds(*place["geometry"]["coordinates"], air=40)
    expect(page.locator("#live")).to_have_text("附馬牛町安居台を地図に表示しました。")


def test_a_district_is_chosen(visit: Visit, home: str) -> None:
    page = visit("/plan?tab=resources")
    look_for(page, "土淵町")
    page.locator(".search__option", has_text="地区").filter(has_not_text="センター").first.click()
    expect(page.get_by_label("地区", exact=True)).to_have_value("土淵町")
    there = [f for f in api(home, "resources")["features"] if f["properties"]["district"] == "土淵町"]
    expect(page.locator("#view-resources [role=status]")).to_contain_text(f"{len(there)}件")


def test_the_arrow_keys_choose_and_enter_opens(visit: Visit) -> None:
    page = visit()
    look_for(page, "丸ごと相談員")
    box = page.get_by_label("名前でさがす")
    box.press("ArrowDown")
    box.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", "search-option-1")
    wanted = chosen.inner_text().split("(")[1].split(")")[0]
    box.press("Enter")
    expect(page.get_by_role("heading", name=f"{wanted}の相談員")).to_be_focused()
    expect(page.locator(".search__list")).to_be_hidden()


def test_nothing_found_says_what_else_to_try(visit: Visit) -> None:
    page = visit()
    look_for(page, "ぬるぬる<b>")
    expect(page.locator(".search__list")).to_have_text(
        "「ぬるぬる<b>」は見つかりません。名前の一部や、ひらがなでもさがせます。"
    )
    page.get_by_label("名前でさがす").press("Escape")
    expect(page.locator(".search__list")).to_be_hidden()
