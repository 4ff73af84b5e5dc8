"""An officer opens the map and sees how many minutes everyone is from a consultant."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib.image
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from watching import PHONE, Watched, api, numbers

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]


def test_the_figures_on_screen_are_those_of_the_service(visit: Visit, picture: Picture, home: str) -> None:
    page = visit()
    coverage = api(home, "coverage")
    legend = page.locator("#legend tbody tr")
    people = [numbers(text)[-1] for text in legend.locator("td:nth-child(2)").all_inner_texts()]
    assert sum(people) == coverage["population"] == 28_062
    assert np.cumsum(people)[:3].tolist() == [coverage["covered"][edge] for edge in ("10", "20", "30")]
    rows = page.locator("#coverage tbody tr")
    expect(rows).to_have_count(11)
    for row, district in zip(rows.all(), coverage["districts"], strict=True):
        cells = row.locator("th, td").all_inner_texts()
        assert cells[0] == district["name"]
        assert numbers(cells[1] + " " + cells[2]) == [district["population"], district["covered"]["20"]]
        assert cells[5] == ("あり" if district["has_consultant"] else "なし")
    expect(page.locator("#banner")).to_contain_text("概略図")
    expect(page.locator("#network")).to_contain_text("概略")
    picture(page, "map-desk")


def test_all_layers_are_drawn(visit: Visit, home: str) -> None:
    page = visit()
    consultants = api(home, "consultants")["features"]
    expect(page.locator(".mark--consultant")).to_have_count(len(consultants))
    for kind in ("centre", "salon", "gathering_place", "watch_partner"):
        assert page.locator(f".mark--{kind}").count() > 0, kind
    # Names give way to marks and to each other, but most have room.
    written = set(page.locator(".label--district").all_inner_texts())
    assert written <= {district["name"] for district in api(home, "coverage")["districts"]}
    assert len(written) >= 6
    # Roads, borders and cells are on canvases: each has something on it.
    for pane in ("land", "roads", "borders", "cells"):
        canvas = page.locator(f".leaflet-{pane}-pane canvas")
        assert canvas.evaluate(
            "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(value => value !== 0)"
        ), pane


@pytest.mark.parametrize("window", [None, PHONE], ids=["desk", "phone"])
def test_nothing_lies_over_anything_else(visit: Visit, window: dict[str, Any] | None) -> None:
    page = visit(window=window)
    names = ["#legend", ".controls", "#banner", ".panel", ".header"]
    boxes = {name: box for name in names if (box := page.locator(name).bounding_box())}
    assert len(boxes) == len(names)
    for first, second in [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]:
        assert apart(boxes[first], boxes[second]), f"{first} lies over {second}"
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


def apart(one: dict[str, float], other: dict[str, float]) -> bool:
    """Return whether two boxes share no more than a rim of a pixel."""
    wide = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    high = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    return wide <= 1 or high <= 1


def test_later_is_lighter_also_in_grey(visit: Visit, home: str) -> None:
    run = api(home, "coverage")["run"]
    cells = api(home, f"coverage/{run}/cells")["features"]
    lightness = []
    for low, high in ((0, 600), (600, 1200), (1200, 1800)):
        mine = [c for c in cells if low < c["properties"]["travel_time_s"] <= high]
        ring = mine[len(mine) // 2]["geometry"]["coordinates"][0]
        lon, lat = np.mean(ring[:4], axis=0)
        page = visit(f"/?at={lat:.5f},{lon:.5f},12.9&layers=cells")
        box = page.locator("#map").bounding_box()
        assert box
        spot = {"x": box["x"] + box["width"] / 2 - 3, "y": box["y"] + box["height"] / 2 + 3, "width": 3, "height": 3}
        pixels = matplotlib.image.imread(io.BytesIO(page.screenshot(clip=spot)))[..., :3]
        lightness.append(float(np.median(pixels @ [0.2126, 0.7152, 0.0722])))
    # Each class is lighter than the one before by what a photocopy can show.
    assert (np.diff(lightness) > 0.1).all(), lightness


def test_a_phone_shows_the_map_and_the_sheet(visit: Visit, picture: Picture) -> None:
    page = visit(window=PHONE)
    expect(page.locator("#panel")).to_have_attribute("data-height", "peek")
    picture(page, "map-phone")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, a, summary")]
            .filter(node => node.checkVisibility({visibilityProperty: true}) && !node.closest(".sr-only, .skip"))
            .map(node => [node.closest("label") ?? node, node])
            .map(([target, node]) => [target.getBoundingClientRect(), node.outerHTML.slice(0, 80)])
            .filter(([box]) => box.width > 0 && box.height < 43.5 || box.width > 0 && box.width < 43.5)
            .filter(([box, html]) => !html.includes('class="link"') && !html.startsWith("<a "))
            .map(([box, html]) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`)"""
    )
    assert small == []


def test_without_data_the_page_teaches_what_to_do(chromium: Browser, empty_home: str) -> None:
    watched = Watched(empty_home)
    context = chromium.new_context(locale="ja-JP")
    watched.follow(context)
    page = context.new_page()
    page.goto(empty_home)
    expect(page.locator("#view-coverage")).to_contain_text("準備ができていません")
    page.goto(f"{empty_home}/list")
    expect(page.locator("body")).to_contain_text("まだ登録がありません")
    context.close()
    # Status 409 is how the service says that it has no roads yet; the browser repeats it on its console.
    assert [fault for fault in watched.faults if "409" not in fault] == []


def test_a_fault_is_seen(chromium: Browser, home: str) -> None:
    watched = Watched(home)
    context = chromium.new_context()
    watched.follow(context)
    page = context.new_page()
    page.goto(f"{home}/list")
    page.evaluate("fetch('http://192.0.2.1/tile.png').catch(() => {})")
    page.evaluate("fetch('/api/v1/nowhere')")
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.wait_for_function("true")
    page.goto(f"{home}/list")
    context.close()
    told = " ".join(watched.faults)
    assert re.search(r"192\.0\.2\.1", told)
    assert "404" in told
    assert "broken" in told
