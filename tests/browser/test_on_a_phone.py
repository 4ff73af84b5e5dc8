"""A person in the field has one hand and a phone: the map first, the rest in a sheet that the thumb reaches."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from watching import PHONE, api

Visit = Callable[..., Page]


def test_the_map_comes_first_and_the_sheet_is_small(visit: Visit) -> None:
    page = visit(window=PHONE)
    expect(page.locator("#panel")).to_have_attribute("data-height", "peek")
    expect(page.get_by_label("名前でさがす")).to_be_in_viewport(ratio=1)
    expect(page.locator("#legend")).to_contain_text("道路: 概略図")
    sheet = page.locator("#panel").bounding_box()
    assert sheet
    # Above the tabs of the menu.
    assert sheet["y"] > 844 * 0.75


def test_the_sheet_has_three_heights_by_button_and_by_drag(visit: Visit) -> None:
    page = visit(window=PHONE)
    sheet = page.locator("#panel")
    larger = page.get_by_role("button", name=re.compile("パネルを大きくする"))
    smaller = page.get_by_role("button", name=re.compile("パネルを小さくする"))
    expect(smaller).to_be_disabled()
    larger.tap()
    expect(sheet).to_have_attribute("data-height", "half")
    larger.tap()
    expect(sheet).to_have_attribute("data-height", "full")
    expect(larger).to_be_disabled()
    smaller.tap()
    smaller.tap()
    expect(sheet).to_have_attribute("data-height", "peek")
    page.locator("#panel-handle h1").hover()
    handle = page.locator("#panel-handle").bounding_box()
    assert handle
    page.mouse.move(100, handle["y"] + 20)
    page.mouse.down()
    page.mouse.move(100, 120, steps=5)
    page.mouse.up()
    expect(sheet).to_have_attribute("data-height", "full")


def test_a_tap_on_a_mark_opens_it_beside_the_map(visit: Visit, home: str) -> None:
    posts = {post["properties"]["base"]: post["geometry"] for post in api(home, "consultants")["features"]}
    lon, lat = posts["小友地区センター"]["coordinates"]
    page = visit(f"/plan?at={lat},{lon},12", PHONE)
    page.locator(".mark[aria-label^='丸ごと相談員 小友地区センター']").tap()
    expect(page.get_by_role("heading", name="小友地区センターの相談員")).to_be_in_viewport()
    expect(page.locator("#panel")).to_have_attribute("data-height", "half")


def test_the_legend_opens_and_folds(visit: Visit) -> None:
    page = visit(window=PHONE)
    head = page.locator(".legend__head")
    expect(head).to_have_attribute("aria-expanded", "false")
    head.tap()
    expect(page.locator("#legend tbody tr")).to_have_count(5)
    expect(page.locator("#legend tbody tr").first).to_be_in_viewport(ratio=1)
    head.tap()
    expect(page.locator("#legend tbody")).to_be_hidden()


def test_the_notice_goes_away_and_stays_away(visit: Visit) -> None:
    page = visit(window=PHONE)
    page.get_by_role("button", name="閉じる", exact=True).tap()
    expect(page.locator("#banner")).to_be_hidden()
    page.reload()
    expect(page.locator("body[data-ready]")).to_be_attached()
    expect(page.locator("#banner")).to_be_hidden()
    # The roads are still named.
    expect(page.locator("#legend")).to_contain_text("道路: 概略図")
