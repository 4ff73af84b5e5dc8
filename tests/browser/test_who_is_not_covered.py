"""An officer opens the map and sees who is not reached in time: the figures, the colours, the places."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mercator import View, middle
from playwright.sync_api import Page, expect
from watching import api, numbers

Visit = Callable[..., Page]
CLASSES = ("10分以内", "20分以内", "30分以内", "30分超", "車で行けない")
READ_PIXELS = """([canvas, spots]) => {
    const box = canvas.getBoundingClientRect(), scale = canvas.width / box.width;
    const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return spots.map(([x, y, half]) => {
        const [left, top] = [x - box.left, y - box.top].map(value => Math.round(value * scale) - half);
        const rows = [...Array(2 * half + 1).keys()].map(row => 4 * ((top + row) * width + left));
        return rows.flatMap(start => [...data.slice(start, start + 4 * (2 * half + 1))]);
    });
}"""

READ_ROWS = """rows => rows.map(row => [...row.children].map(
    cell => (cell.querySelector("button") ?? cell).textContent))"""


def expected_class(seconds: float | None) -> str:
    """Return the class of a travel time, its upper edge included."""
    if seconds is None:
        return CLASSES[-1]
    return next((name for edge, name in zip((600, 1200, 1800), CLASSES, strict=False) if seconds <= edge), CLASSES[3])


def rgb(page: Page, name: str) -> tuple[int, ...]:
    """Return the colour that the style sheet gives a token."""
    value = page.evaluate("name => getComputedStyle(document.documentElement).getPropertyValue(name)", name).strip()
    return tuple(int(value[at : at + 2], 16) for at in (1, 3, 5))


def luminance(colours: np.ndarray) -> np.ndarray:
    """Return the relative luminance of colours of 0 to 255, as WCAG 2.2 defines it."""
    parts = colours / 255
    return np.asarray(
        np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    )


def pixels(page: Page, spots: list[tuple[float, float, int]]) -> list[Any]:
    """Return what is painted on the canvas of the cells around spots of the window, as squares of red, green, blue."""
    canvas = page.locator(".leaflet-cells-pane canvas").element_handle()
    raw = page.evaluate(READ_PIXELS, [canvas, spots])
    return [np.array(part).reshape(-1, 4) for part in raw]


def in_legend(page: Page) -> dict[str, list[int]]:
    """Return the people of each class of the legend: in this colour, and up to here."""
    rows = page.locator("#legend tbody tr")
    return {
        row.locator("th").inner_text().strip(): numbers(" ".join(row.locator("td").all_inner_texts()))
        for row in rows.all()
    }


@pytest.mark.parametrize("which", ["home", "sparse_home"])
def test_the_legend_counts_everybody_once(visit: Visit, which: str, request: pytest.FixtureRequest) -> None:
    site = request.getfixturevalue(which)
    coverage = api(site, "coverage")
    legend = in_legend(visit(site=site))
    assert tuple(legend) == CLASSES
    assert sum(row[0] for row in legend.values()) == coverage["population"]
    assert [legend[name][1] for name in CLASSES[:3]] == [coverage["covered"][edge] for edge in ("10", "20", "30")]
    assert legend["車で行けない"] == [coverage["unreachable_population"]]


def test_some_are_reached_late_and_seven_never(sparse_home: str) -> None:
    coverage = api(sparse_home, "coverage")
    assert coverage["unreachable_population"] == 7
    assert coverage["population"] == 28_062 + 7
    assert coverage["covered"]["30"] < coverage["population"] - 7


def test_who_is_left_out_stands_out_whatever_minutes_are_chosen(visit: Visit, sparse_home: str) -> None:
    cells = api(sparse_home, f"coverage/{api(sparse_home, 'coverage')['run']}/cells")["features"]
    page = visit("/plan?at=39.33000,141.45000,11.6&layers=cells", site=sparse_home, allowed=("getImageData",))
    view = View.of(page)
    seen = [cell for cell in cells if view.holds(*middle(cell), air=8)]
    seconds = np.array([cell["properties"]["travel_time_s"] or np.inf for cell in seen])
    land = luminance(np.array(rgb(page, "--map-land")))
    for edge in (20, 10, 30):
        page.locator(f"[data-key=minutes-{edge}]").check()
        expect(page.locator("html")).to_have_attribute("data-beyond", str(edge // 10))
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        painted = pixels(page, [(*view.place(*middle(cell)), 0) for cell in seen])
        light = luminance(np.array([square[0][:3] for square in painted]))
        contrast = (land + 0.05) / (light + 0.05)
        beyond = (seconds > edge * 60) & np.isfinite(seconds)
        assert beyond.sum() > 50
        assert (~beyond).sum() > 50
        assert contrast[beyond].min() >= 3
        assert contrast[seconds <= edge * 60].max() < 1.8


def test_who_cannot_be_reached_is_hatched_and_not_coloured(visit: Visit, sparse_home: str) -> None:
    cells = api(sparse_home, f"coverage/{api(sparse_home, 'coverage')['run']}/cells")["features"]
    (lonely,) = [cell for cell in cells if cell["properties"]["travel_time_s"] is None]
    lon, lat = middle(lonely)
    page = visit(f"/plan?at={lat:.5f},{lon:.5f},14&layers=cells", site=sparse_home)
    (square,) = pixels(page, [(*View.of(page).place(lon, lat), 5)])
    red, green, blue = square[:, :3].astype(int).T
    assert abs(red - green).max() <= 2
    assert abs(green - blue).max() <= 2
    assert red.max() > 230
    assert red.min() < 80
    # The words say what the hatch means, and why nobody arrives.
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup-content")
    expect(popup).to_contain_text("車で行けません")
    expect(popup).to_contain_text("道路から離れすぎています")
    expect(popup).to_contain_text("7人")


def test_the_colours_stay_in_order_in_grey_and_for_every_colour_vision(visit: Visit) -> None:
    page = visit()
    names = [f"--{side}-{step}" for side in ("within", "beyond") for step in (1, 2, 3)]
    colours = np.array([rgb(page, name) for name in names]) / 255
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    # Machado, Oliveira & Fernandes 2009, severity 1: normal, protanopia, deuteranopia, tritanopia.
    visions = {
        "normal": np.eye(3),
        "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    }
    for name, matrix in visions.items():
        light = np.clip(linear @ np.array(matrix).T, 0, 1) @ [0.2126, 0.7152, 0.0722]
        lightness = np.append(100.0, 116 * np.cbrt(light) - 16)  # the paper-white land comes first
        assert (-np.diff(lightness) > [4, 4, 4, 25, 9, 9]).all(), (name, lightness)


def test_who_is_left_out_comes_first_and_worst_first(visit: Visit, home: str) -> None:
    page = visit()
    left = api(home, "coverage/not-reached")
    coverage = {name: api(home, f"coverage?profile={name}") for name in left["profiles"]}
    for edge in ("10", "30", "20"):
        page.get_by_label(f"{edge}分以内", exact=True).check()
        expect(page.locator(".figure__title")).to_have_text(f"{edge}分以内に着けない人")
        figures = page.locator(".figure [data-profile]").all_inner_texts()
        beyond = [coverage[name]["population"] - coverage[name]["covered"][edge] for name in ("car-winter", "car")]
        assert figures == [f"{beyond[0]:,}人(冬)", f"{beyond[1]:,}人(ふだん)"]
        for table, names, kind in (("#left-districts", 11, "districts"), ("#left-settlements", 0, "settlements")):
            rows = page.locator(f"{table} tbody tr").evaluate_all(READ_ROWS)
            assert len(rows) == len(left[kind]) >= names
            told = [[int(cell.replace(",", "")) for cell in row[1:4]] for row in rows]
            # The rows are the service's, add up to everyone, and the worst stand first.
            assert [sum(column) for column in zip(*told, strict=True)] == [*beyond, left["population"]]
            winter = [row[0] for row in told]
            assert winter == sorted(winter, reverse=True)
            by_name = {row["name"]: row for row in left[kind]}
            for name, *cells in rows:
                row = by_name[name]
                expected = [row["by"][profile]["not_reached"][edge] for profile in left["profiles"]]
                assert [int(cell.replace(",", "")) for cell in cells[:3]] == [*expected, row["population"]]
        total = page.locator("#left-districts tfoot td").all_inner_texts()
        assert [numbers(cell)[0] for cell in total[:3]] == [*beyond, left["population"]]
        assert f"minutes={edge}" in page.url or edge == "20"
    # Rows in which nobody is left out are folded away; the districts without a consultant have their names.
    folded = page.locator("#left-districts .fold tbody tr").evaluate_all(READ_ROWS)
    assert folded
    assert all(row[1:3] == ["0", "0"] for row in folded)
    expect(page.locator("#left-districts")).to_contain_text("相談員がいない地区: 宮守町達曽部、宮守町鱒沢")
    # The heads sort.
    page.locator("#left-districts").get_by_role("button", name=re.compile("人口")).click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("人口")
    shown = page.locator("#left-districts > .scroll-x tbody tr").evaluate_all(READ_ROWS)
    people = [int(row[3].replace(",", "")) for row in shown]
    assert people == sorted(people, reverse=True)
    # A settlement leads to its place on the map.
    first = left["settlements"][0]
    page.locator("#left-settlements").get_by_role("button", name=first["name"]).first.click()
    expect(page.locator("#live")).to_contain_text(f"{first['name']}を地図に表示しました。")
    page.wait_for_function("() => !document.querySelector('.leaflet-zoom-anim')")
    assert View.of(page).holds(first["lon"], first["lat"])


def test_a_district_is_shown_large_and_whole(visit: Visit, home: str) -> None:
    page = visit()
    page.get_by_role("button", name="宮守町達曽部").click()
    expect(page).to_have_url(re.compile(r"[?&]at="))
    expect(page.locator("#coverage tr.is-chosen th")).to_have_text("宮守町達曽部")
    page.wait_for_function("() => !document.querySelector('.leaflet-zoom-anim')")
    view = View.of(page)
    (district,) = [f for f in api(home, "districts")["features"] if f["properties"]["name"] == "宮守町達曽部"]
    border = [point for polygon in district["geometry"]["coordinates"] for point in polygon[0]]
    assert all(view.holds(lon, lat) for lon, lat in border)
    assert view.zoom > 11.5


def test_every_figure_says_what_it_stands_on(visit: Visit) -> None:
    page = visit()
    expect(page.locator("#coverage")).to_contain_text("2015年国勢調査の人口、2017年10月の道路の概略図、ふだんの速度")
    expect(page.locator("#network")).to_have_text("道路: 概略図")
    page.locator("#coverage").get_by_role("button", name="数字の出どころ").click()
    dialog = page.get_by_role("dialog")
    for words in (
        "国勢調査",
        "政府標準利用規約",
        "平成27年10月1日(木)",
        "デモ",
        "実際の道路データに替える",
        "仮定",
        "照合番号",
    ):
        expect(dialog).to_contain_text(words)
    assert not re.search(r"\broads\b|undefined|null|NaN", dialog.inner_text())
