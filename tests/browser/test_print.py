"""An officer prints the map for a meeting: a clean A4, also as a grey photocopy."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import matplotlib.image
import numpy as np
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
# A4 in points, as Chromium rounds it.
A4 = (594, 841)


def sheets(pdf: bytes) -> list[tuple[int, int]]:
    """Return width and height of every page of a PDF, in points."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", pdf)
    return [(int(float(width)), int(float(height))) for width, height in boxes]


def test_the_map_is_one_a4_and_the_figures_another(visit: Visit) -> None:
    page = visit()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    found = sheets(pdf)
    assert found == [A4] * len(found)
    # The map, and one or two of figures: settlements stand there, too.
    assert 2 <= len(found) <= 3


def test_paper_has_what_a_stranger_needs_and_no_buttons(visit: Visit) -> None:
    page = visit()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for words in ("令和", "印刷 ・ 車(ふだんの道)"):
        expect(page.locator("#printed-on")).to_contain_text(words)
    for part in (".north", ".leaflet-control-scale-line", ".leaflet-control-attribution", "#legend tbody"):
        expect(page.locator(part)).to_be_visible()
    expect(page.locator("#legend")).to_contain_text("2015年国勢調査の人口、2017年10月の道路の概略図、ふだんの速度")
    # The marks have their key, and every district its row.
    kinds = page.locator(".legend__kinds li").all_inner_texts()
    assert [text.strip().split("\n")[-1] for text in kinds][:2] == ["丸ごと相談員", "地区センター"]
    assert len(kinds) == 9
    expect(page.locator("#left-districts tbody tr")).to_have_count(11)
    for part in (".search", ".tabs", ".controls", "#banner", "#print", ".segments", "#profile", ".skip"):
        expect(page.locator(part).first).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".controls")).to_be_visible()


def grey(colours: np.ndarray) -> np.ndarray:
    """Return how light colours are on a photocopy, from 0 to 1."""
    return np.asarray(colours @ [0.299, 0.587, 0.114])


def test_the_map_on_paper_is_painted_and_whole(visit: Visit) -> None:
    page = visit()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    paper = page.locator("#map").bounding_box()
    assert paper
    # 180 mm at 96 pixels to the inch, on 180 mm of printable width.
    assert abs(paper["width"] - 180 / 25.4 * 96) < 2
    pixels = matplotlib.image.imread(io.BytesIO(page.locator("#map").screenshot()))[..., :3]
    # Whoever is left out is on the paper, and on a grey copy of it as well.
    dark = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--beyond-1')").strip()
    wanted = np.array([int(dark[at : at + 2], 16) for at in (1, 3, 5)])
    assert (np.abs(pixels * 255 - wanted).max(axis=-1) < 3).sum() > 50
    assert np.abs(grey(pixels) - grey(wanted / 255)).min() < 0.01
    assert grey(wanted / 255) < 0.55
    for name in ("附馬牛", "小友", "宮守", "上郷"):
        box = page.locator(".label--district span", has_text=name).first.bounding_box()
        assert box
        assert paper["x"] < box["x"]
        assert box["x"] + box["width"] < paper["x"] + paper["width"]
        assert paper["y"] < box["y"] < paper["y"] + paper["height"]


def test_the_list_prints_on_a4(visit: Visit) -> None:
    page = visit("/list")
    pages = sheets(page.pdf(prefer_css_page_size=True, print_background=True))
    assert set(pages) == {A4}
    # 131 resources with all that is known of each, two columns to a sheet.
    assert len(pages) < 45
