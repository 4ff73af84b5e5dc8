"""Whatever is open, in whatever window: nothing covered, cut off, tiny, hard to press or hard to read."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from laws_of_pages import (
    against_wcag,
    apart,
    boxes_over_the_map,
    cut_off,
    overlapping,
    settle,
    small_targets,
    small_text,
)
from mercator import View, middle
from playwright.sync_api import Page, expect
from watching import DESK, PHONE, WIDE, api

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
# An office notebook at 150 %, a desk at 400 %, a tablet, and a phone on its side.
NOTEBOOK: dict[str, Any] = {"viewport": {"width": 911, "height": 430}}
ENLARGED: dict[str, Any] = {"viewport": {"width": 320, "height": 256}}
TABLET: dict[str, Any] = {"viewport": {"width": 768, "height": 1024}, "has_touch": True, "is_mobile": True}
ON_ITS_SIDE: dict[str, Any] = {"viewport": {"width": 844, "height": 390}, "has_touch": True, "is_mobile": True}
WINDOWS = {
    "desk": DESK,
    "wide": WIDE,
    "phone": PHONE,
    "narrow": NARROW,
    "notebook": NOTEBOOK,
    "enlarged": ENLARGED,
    "tablet": TABLET,
    "on its side": ON_ITS_SIDE,
}
DOORS = ["/", "/today"]
VIEWS = [
    "/plan",
    "/plan?tab=resources",
    "/plan?consultant=C04",
    "/plan?resource=40",
    "/plan?site=39.33970,141.53230",
    "/list",
]
IN_WINDOW = {
    "desk": [*DOORS, "/?kind=salon&district=宮守町宮守", "/?resource=40", *VIEWS, "/plan/list", "/register"],
    "wide": ["/plan"],
    "phone": [*DOORS, "/?resource=40", *VIEWS, "/plan/list", "/register"],
    "narrow": ["/", "/plan", "/plan?tab=resources", "/plan?consultant=C04", "/list"],
    "notebook": [*DOORS, "/plan", "/plan/trial", "/plan/scenarios", "/register/closures"],
    "enlarged": [*DOORS, "/plan", "/plan/scenarios"],
    "tablet": ["/", "/plan"],
    "on its side": ["/", "/plan"],
}
PICTURES = {
    ("/", "desk"): "search-desk",
    ("/", "phone"): "search-phone",
    ("/today", "desk"): "today-desk",
    ("/today", "phone"): "today-phone",
    ("/plan", "desk"): "map-desk",
    ("/plan", "phone"): "map-phone",
    ("/list", "desk"): "list-desk",
    ("/list", "phone"): "list-phone",
    ("/plan?consultant=C04", "desk"): "reach-desk",
    ("/plan?consultant=C04", "phone"): "reach-phone",
    ("/plan?tab=resources", "desk"): "layers-desk",
}


def unfold(page: Page) -> None:
    """Open the sheet of a phone half, and every fold of a list."""
    larger = page.get_by_role("button", name=re.compile("パネルを大きくする"))
    if larger.is_visible() and page.locator("#panel").get_attribute("data-height") == "peek":
        larger.click()
        expect(page.locator("#panel")).to_have_attribute("data-height", "half")
    for fold in page.locator("#view-resources summary").all() if "tab=" in page.url else []:
        fold.click()


def lower(page: Page) -> None:
    """Make a sheet as small as it goes."""
    smaller = page.get_by_role("button", name=re.compile("パネルを小さくする"))
    while smaller.is_visible() and smaller.is_enabled():
        smaller.click()
    settle(page)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_laws_of_pages_hold(visit: Visit, axe: str, picture: Picture, home: str, window: str) -> None:
    first, *others = IN_WINDOW[window]
    page = visit(first, WINDOWS[window])
    broken = {first: laws_broken(page, axe, picture, (first, window))}
    for address in others:
        page.goto(home + address)
        page.wait_for_selector("body[data-ready], body:not([data-page])", state="attached")
        broken[address] = laws_broken(page, axe, picture, (address, window))
    assert {address: found for address, found in broken.items() if found} == {}


@pytest.mark.parametrize("window", ["desk", "phone"])
def test_the_laws_hold_where_nothing_is(visit: Visit, axe: str, picture: Picture, window: str) -> None:
    page = visit("/nowhere", WINDOWS[window], allowed=("404",))
    assert laws_broken(page, axe, picture, ("/nowhere", window)) == []


def laws_broken(page: Page, axe: str, picture: Picture, case: tuple[str, str]) -> list[Any]:
    """Return what breaks a law on a page that is ready, its sheet and folds opened."""
    address, window = case
    expect(page.locator("#view-details [role=status]")).to_have_count(0)
    if case in PICTURES:
        picture(page, PICTURES[case])
    found: list[Any] = []
    if address == "/":
        lower(page)
    # A sheet that is open takes the place of what lies over the map.
    is_sheet = page.locator(".panel__step").first.is_visible()
    is_open = is_sheet and page.locator("#panel").get_attribute("data-height") != "peek"
    if page.locator("#map").count() and not is_open:
        found += overlapping(page)
    unfold(page)
    found += cut_off(page) + small_text(page)
    if "has_touch" in WINDOWS[window]:
        found += small_targets(page)
    # What a page is to those who do not see it is the same in a narrower window.
    if window == "desk" or (window == "phone" and address in {*DOORS, "/plan", "/plan?consultant=C04"}):
        found += against_wcag(page, axe)
    return found


def test_what_breaks_a_law_is_seen(visit: Visit, axe: str) -> None:
    page = visit("/plan?layers=cells", PHONE)
    page.evaluate("""() => {
        const style = (selector, text) => { document.querySelector(selector).style.cssText = text; };
        style("#legend", "width: 380px; max-width: none");
        style("#panel-handle h1", "max-width: 40px; font-size: 13px");
        style(".legend__title", "color: #bbb");
        style(".panel__step", "height: 20px");
        document.querySelector("#banner-close").replaceChildren();
    }""")
    assert ("#legend", ".controls") in overlapping(page)
    assert any("<h1" in found for found in cut_off(page))
    assert "着けない人" in small_text(page)
    assert any("panel__step" in found for found in small_targets(page))
    wrong = " ".join(against_wcag(page, axe))
    assert "color-contrast" in wrong
    assert "button-name" in wrong


def test_the_dialog_and_the_search_can_be_read_by_everyone(visit: Visit, axe: str) -> None:
    page = visit()
    with page.expect_response(re.compile("/api/v1/search")):
        page.get_by_label("名前でさがす").fill("宮守")
    expect(page.locator(".search__option").first).to_be_visible()
    assert against_wcag(page, axe) == []
    page.get_by_label("名前でさがす").press("Escape")
    page.locator("#network").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert against_wcag(page, axe) == []
    assert small_text(page) == []


@pytest.mark.parametrize("window", ["desk", "wide", "phone"])
def test_where_people_live_is_not_under_the_legend(visit: Visit, home: str, window: str) -> None:
    page = visit(window=WINDOWS[window])
    page.get_by_role("button", name="市の全体を表示する").click()
    expect(page.locator(".leaflet-zoom-anim, .leaflet-pan-anim")).to_have_count(0)
    expect(page).to_have_url(re.compile("at="))
    view, boxes = View.of(page), boxes_over_the_map(page).values()
    cells = [middle(cell) for cell in api(home, f"coverage/{api(home, 'coverage')['run']}/cells")["features"]]
    assert all(view.holds(lon, lat) for lon, lat in cells)
    spots = [{"x": x - 2, "y": y - 2, "width": 4, "height": 4} for x, y in (view.place(*cell) for cell in cells)]
    covered = [spot for spot in spots if not all(apart(spot, box) for box in boxes)]
    assert len(covered) <= 0.01 * len(cells)


def test_names_touch_neither_each_other_nor_what_lies_over_the_map(visit: Visit) -> None:
    page = visit()
    names = [{**box} for node in page.locator(".label--district span").all() if (box := node.bounding_box())]
    assert len(names) >= 6
    assert all(apart(a, b) for a, b in itertools.combinations(names, 2))
    assert all(apart(name, box) for name in names for box in boxes_over_the_map(page).values())


@pytest.mark.parametrize(("window", "zoom"), [("desk", 10.9), ("phone", 10)])
def test_a_district_is_named_within_its_own_borders(visit: Visit, home: str, window: str, zoom: float) -> None:
    page = visit(f"/plan?at=39.35,141.53,{zoom}", WINDOWS[window])
    view = View.of(page)
    borders = {f["properties"]["name"]: shapely.from_geojson(json.dumps(f)) for f in api(home, "districts")["features"]}
    names = page.locator(".label--district > div").all()
    assert names
    for name in names:
        box = name.bounding_box() or {}
        centre = shapely.Point(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        drawn = shapely.transform(
            borders[name.locator("span").inner_text()], lambda at: np.array([view.place(*point) for point in at])
        )
        assert drawn.distance(centre) <= 1, name.inner_text()  # boxes are told in whole pixels
