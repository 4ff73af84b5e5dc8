"""Marks, names and colours on the map: none covers another, none is lost, and they stay in forced colours."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib.image
import numpy as np
import pytest
from playwright.sync_api import Page, expect
from watching import DESK, PHONE, api

Visit = Callable[..., Page]
OFFICE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
# What lies under what: by the boxes of the marks, and by what a finger would touch in their middle.
UNDER = """() => {
    const marks = [...document.querySelectorAll(".mark")];
    const boxes = marks.map(mark => mark.getBoundingClientRect());
    const frame = document.querySelector("#map").getBoundingClientRect();
    const holds = (box, x, y) => x > box.left && x < box.right && y > box.top && y < box.bottom;
    return marks.flatMap((mark, at) => {
        const [x, y] = [boxes[at].left + boxes[at].width / 2, boxes[at].top + boxes[at].height / 2];
        const touched = holds(frame, x, y) && document.elementFromPoint(x, y)?.closest(".mark");
        const over = boxes.findIndex((box, other) => other !== at && holds(box, x, y));
        const above = over !== -1 ? marks[over] : touched && touched !== mark ? touched : null;
        return above ? [`${mark.ariaLabel} | ${above.ariaLabel}`] : [];
    });
}"""
COUNTED = "marks => marks.reduce((sum, mark) => sum + Number(mark.dataset.many), 0)"
STEPS = 6


@pytest.mark.parametrize("window", [DESK, OFFICE, PHONE], ids=["desk", "office", "phone"])
def test_no_mark_lies_under_another_and_none_is_lost(visit: Visit, home: str, window: dict[str, Any]) -> None:
    page = visit("/plan", window)
    marks = page.locator(".mark")
    placed = [feature for feature in api(home, "resources")["features"] if feature["geometry"]]
    wanted = len(placed) + len(api(home, "consultants")["features"])
    districts = page.locator(".label--district span").all_inner_texts()
    assert sorted(districts) == sorted(district["name"] for district in api(home, "coverage")["districts"])
    for _ in range(STEPS):
        assert page.evaluate(UNDER) == []
        assert marks.evaluate_all(COUNTED) == wanted
        before = page.url
        page.get_by_role("button", name="地図を大きくする").click()
        expect(page).not_to_have_url(before)
        expect(page.locator(".leaflet-zoom-anim")).to_have_count(0)
    assert marks.count() > wanted / 4


def test_a_chip_comes_nearer_and_in_the_end_lists_what_it_holds(visit: Visit) -> None:
    page = visit("/plan?layers=salon")
    chip = page.locator(".mark--chip").first
    chip.focus()
    many = int(chip.get_attribute("data-many") or 0)
    assert many > 1
    expect(chip).to_have_attribute("aria-label", re.compile(rf"^サロン {many}件"))
    before = page.url
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(before)
    expect(page.locator(".leaflet-zoom-anim")).to_have_count(0)
    # The keyboard stays on what the chip held.
    expect(page.locator(".mark:focus")).to_have_count(1)
    assert int(page.locator(".mark:focus").get_attribute("data-many") or 0) < many


def test_swatches_names_and_the_chosen_tab_stay_in_forced_colours(visit: Visit) -> None:
    page = visit()
    page.emulate_media(forced_colors="active", color_scheme="dark")
    beyond = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--beyond-1')").strip()
    wanted = np.array([int(beyond[at : at + 2], 16) for at in (1, 3, 5)])
    swatch = pixels_of(page, "#legend tbody tr:nth-child(3) .swatch")
    assert (np.abs(swatch - wanted).max(axis=-1) < 12).sum() > 40
    # A name is dark on its white rim, whatever the colours of the page.
    name = pixels_of(page, ".label--district span >> nth=0")
    assert (name.max(axis=-1) < 80).sum() > 20
    assert (name.min(axis=-1) > 240).sum() > 20
    chosen, other = (pixels_of(page, f".tabs__tab[aria-selected={is_chosen}]") for is_chosen in ("true", "false"))
    assert np.abs(np.median(chosen, axis=(0, 1)) - np.median(other, axis=(0, 1))).max() > 60
    ticked = pixels_of(page, ".segments__item:has(input:checked) span")
    free = pixels_of(page, ".segments__item:has(input:not(:checked)) span >> nth=0")
    assert np.abs(np.median(ticked, axis=(0, 1)) - np.median(free, axis=(0, 1))).max() > 60


def pixels_of(page: Page, selector: str) -> np.ndarray:
    """Return the red, green and blue of a part of the page, 0 to 255."""
    shot = page.locator(selector).first.screenshot()
    return np.asarray(matplotlib.image.imread(io.BytesIO(shot))[..., :3] * 255)
