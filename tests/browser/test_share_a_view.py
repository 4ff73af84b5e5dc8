"""What is on the screen stands in its address: sent to a colleague, it shows the same."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from mercator import View
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def test_a_copied_address_shows_the_same(visit: Visit) -> None:
    mine = visit("/plan?tab=resources")
    mine.get_by_label("移動のしかた").select_option("car-winter")
    mine.locator("[data-key=layer-watch_partner]").uncheck()
    mine.get_by_label("地区", exact=True).select_option("綾織町")
    expect(mine).to_have_url(re.compile("at="))
    expect(mine.locator(".leaflet-zoom-anim")).to_have_count(0)
    mine.locator("summary", has_text="通いの場").click()
    mine.locator("#view-resources .entry", has_text="下綾織いきいき百歳体操の会").click()
    expect(mine.get_by_role("heading", name="下綾織いきいき百歳体操の会")).to_be_visible()
    expect(mine.locator(".leaflet-zoom-anim, .leaflet-pan-anim")).to_have_count(0)
    expect(mine).to_have_url(re.compile(r"at=[\d.]+,[\d.]+,13\.5"))

    theirs = visit(mine.url.removeprefix(mine.evaluate("location.origin")))
    expect(theirs.get_by_role("heading", name="下綾織いきいき百歳体操の会")).to_be_visible()
    expect(theirs.get_by_label("移動のしかた")).to_have_value("car-winter")
    one, other = View.of(mine), View.of(theirs)
    assert (one.lat, one.lon, one.zoom) == (other.lat, other.lon, other.zoom)
    marks = "nodes => nodes.map(node => [node.getAttribute('aria-label'), node.className]).sort()"
    assert theirs.locator(".mark").evaluate_all(marks) == mine.locator(".mark").evaluate_all(marks)
    theirs.get_by_role("button", name="← 一覧にもどる").click()
    expect(theirs.get_by_label("地区", exact=True)).to_have_value("綾織町")
    expect(theirs.locator("[data-key=layer-watch_partner]")).not_to_be_checked()


def test_back_and_forward_walk_through_what_was_opened(visit: Visit, home: str) -> None:
    page = visit()
    assert page.url == f"{home}/plan"
    page.get_by_role("button", name=re.compile("^綾織地区センター")).click()
    expect(page.get_by_role("heading", name="綾織地区センターの相談員")).to_be_visible()
    page.get_by_role("button", name="綾織地区センターを見る").click()
    expect(page.get_by_role("heading", name="綾織地区センター", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="綾織地区センターの相談員")).to_be_visible()
    expect(page.locator(".leaflet-isochrones-pane path")).to_have_count(3)
    page.go_back()
    expect(page.locator("#left-districts tbody tr")).to_have_count(11)
    expect(page.locator(".leaflet-isochrones-pane path")).to_have_count(0)
    page.go_forward()
    expect(page.get_by_role("heading", name="綾織地区センターの相談員")).to_be_visible()


@pytest.mark.parametrize(
    "address",
    ["/plan?at=999,999,99&layers=<script>alert(1)</script>&profile=rocket&minutes=7", "/plan?site=39.0,141.0"],
)
def test_a_broken_address_still_opens(visit: Visit, address: str) -> None:
    page = visit(address)
    expect(page.locator("#left-districts tbody tr")).to_have_count(11)
    if "site" in address:
        expect(page.locator("#details")).to_contain_text("この場所の資源は見つかりません")


def test_whoever_presses_twice_gets_where_the_last_leads(visit: Visit) -> None:
    near = "/plan?at=39.33000,141.53000,13"
    once, twice = visit(near), visit(near)
    once.get_by_role("button", name="市の全体を表示する").click()
    expect(once.locator(".leaflet-zoom-anim, .leaflet-pan-anim")).to_have_count(0)
    expect(once).not_to_have_url(re.compile("at=39.33000,141.53000"))
    # The second comes while the map is still on its way for the first.
    twice.evaluate("""() => new Promise(done => {
        const press = name => document.querySelector(`[aria-label=${name}]`).click();
        const then = () => { press("市の全体を表示する"); done(); };
        press("地図を大きくする");
        requestAnimationFrame(() => requestAnimationFrame(then));
    })""")
    expect(twice.locator(".leaflet-zoom-anim, .leaflet-pan-anim")).to_have_count(0)
    expect(twice).to_have_url(once.url)
