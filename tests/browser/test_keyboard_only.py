"""A person without a mouse reaches everything, and always sees where they are."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
RING = """() => {
    const node = document.activeElement;
    const seen = node.matches("[type=radio]") ? node.nextElementSibling : node;
    const style = getComputedStyle(seen);
    return { tag: seen.outerHTML.slice(0, 90), width: parseFloat(style.outlineWidth), kind: style.outlineStyle };
}"""
MOST_STOPS = 60


def tab_to(page: Page, selector: str) -> list[dict[str, object]]:
    """Press Tab until an element has the keyboard; return the ring of every stop on the way."""
    rings = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        rings.append(page.evaluate(RING))
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return rings
    raise AssertionError(f"{selector} was not reached; the last stops: {rings[-3:]}")


def test_the_first_stop_leads_past_the_header(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="検索へ進む")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_label("名前でさがす")).to_be_focused()


def test_every_stop_shows_a_thick_ring(visit: Visit) -> None:
    page = visit()
    rings = tab_to(page, "#map")
    assert len(rings) > 20
    assert [ring for ring in rings if ring["kind"] == "none" or float(str(ring["width"])) < 3] == []


def test_tabs_and_minutes_follow_the_arrow_keys(visit: Visit) -> None:
    page = visit()
    tab_to(page, "#tab-coverage")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="資源と地図の表示")).to_be_focused()
    expect(page.get_by_role("heading", name="地図に表示するもの")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="着けない人", exact=True)).to_have_attribute("aria-selected", "true")
    tab_to(page, "[name=minutes]")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("30分以内", exact=True)).to_be_checked()
    expect(page.get_by_label("30分以内", exact=True)).to_be_focused()
    expect(page).to_have_url(re.compile("minutes=30"))


def test_the_map_is_moved_read_and_walked(visit: Visit) -> None:
    page = visit("/plan?at=39.32780,141.53303,13")
    tab_to(page, "#map")
    expect(page.locator(".crosshair")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup-content")).to_contain_text(re.compile(r"相談員から車で\d+分"))
    expect(page.locator("#live")).to_contain_text(re.compile(r"250 m四方に \d+人"))
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup-content")).to_have_count(0)
    before = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(before)
    tab_to(page, ".mark")
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert second
    assert second != first
    page.keyboard.press("Enter")
    heading = page.locator("#details h2")
    expect(heading).to_be_focused()
    assert heading.inner_text().split("の相談員")[0] in second.replace("(仮定)", "") or "この場所の" in second
    tab_to(page, ".details__back") if page.evaluate("!document.activeElement.matches('h2')") else None
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f'.mark[aria-label="{second}"]')).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_focused()


def test_the_dialog_takes_the_keyboard_and_gives_it_back(visit: Visit) -> None:
    page = visit()
    tab_to(page, "#network")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#network")).to_be_focused()


def test_layers_are_switched_with_the_blank(visit: Visit) -> None:
    page = visit("/plan?tab=resources")
    tab_to(page, "[data-key=layer-salon]")
    page.keyboard.press("Space")
    expect(page.locator("[data-key=layer-salon]")).to_be_focused()
    expect(page.locator("[data-key=layer-salon]")).not_to_be_checked()
    expect(page.locator(".mark--salon")).to_have_count(0)


def test_districts_sort_and_open_without_a_mouse(visit: Visit) -> None:
    page = visit()
    tab_to(page, "[data-key=sort-population]")
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("人口")
    expect(page.locator("[data-key=sort-population]")).to_be_focused()
    tab_to(page, "[data-key='district-附馬牛町']")
    page.keyboard.press("Enter")
    expect(page.locator("tr.is-chosen th")).to_have_text("附馬牛町")
    expect(page.locator("[data-key='district-附馬牛町']")).to_be_focused()
