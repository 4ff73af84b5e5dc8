"""What if it fails: a consultant is away or a road is cut; the same on the map, in the table and in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from laws_of_pages import against_wcag, cut_off, overlapping, small_targets, small_text
from playwright.sync_api import Page, expect
from test_print import A4, sheets
from watching import DESK, PHONE, api, numbers

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]


def drawn(page: Page, pane: str) -> int:
    """Return how many shapes lie in a pane of the map."""
    return page.locator(f".leaflet-{pane}-pane path").count()


def test_a_consultant_is_away(visit: Visit, home: str, picture: Picture) -> None:
    page = visit("/plan/resilience")
    found = api(home, "coverage/backup")
    rows = page.locator("#away tbody tr")
    expect(rows).to_have_count(len(found["consultants"]))
    assert [numbers(text)[0] for text in rows.locator("td:nth-child(2)").all_inner_texts()] == [
        row["loses_cover"] for row in found["consultants"]
    ]
    worst = max(found["consultants"], key=lambda row: row["loses_cover"])
    page.get_by_role("button", name=worst["base"], exact=True).click()
    told = page.locator("#view-away .told")
    expect(told).to_contain_text(f"{worst['loses_cover']:,}人に20分以内に着ける相談員がいなくなります")
    expect(told).to_contain_text(f"代わりに近いのは{worst['next'][0]['base']}の相談員")
    # The place of everybody who loses cover is on the map, and the choice is in the address.
    assert drawn(page, "lost") == len(worst["cells"])
    assert page.url.endswith(f"/plan/resilience?consultant={worst['id']}")
    expect(page.locator("#live")).to_contain_text(worst["base"])
    picture(page, "backup-desk")
    # Once more: nothing is chosen any more, and the keyboard stays where it was.
    page.keyboard.press("Enter")
    expect(told).to_have_count(0)
    expect(page.get_by_role("button", name=worst["base"], exact=True)).to_be_focused()
    assert drawn(page, "lost") == 0


def test_a_road_is_cut(visit: Visit, home: str, picture: Picture) -> None:
    page = visit("/plan/resilience?tab=roads")
    found = api(home, "coverage/critical-roads")
    worst = found["worst"]
    rows = page.locator("#roads tbody tr")
    expect(rows).to_have_count(len(worst))
    expect(page.locator(".rank-mark")).to_have_count(len(worst))
    for row, road in zip(rows.all_inner_texts(), worst, strict=True):
        assert road["title"] in row
        assert road["district"] in row
        assert f"{road['population']:,}" in row
        assert ("う回路なし" in row) == (road["detour"] is None)
    # How the people of a square are counted stands with the numbers, and so does the figure of the coverage.
    words = page.locator("#view-roads")
    expect(words).to_contain_text("区画を通る道の長さで分けて数えます")
    expect(words).to_contain_text(f"着ける人は{found['covered_along_roads']:,}人です")
    expect(words).to_contain_text(f"1つの地点で数え、{found['covered']:,}人です")
    number = next(index for index, road in enumerate(worst) if road["detour"])
    page.locator(f"[data-key=road-{number}]").click()
    told = page.locator("#view-roads .told")
    expect(told).to_contain_text(f"その先の{worst[number]['population']:,}人")
    expect(told).to_contain_text(f"{worst[number]['detour']['length_m'] / 1000:.1f} km")
    # A white line under the coloured one, for the cut and for the way round.
    assert (drawn(page, "cut"), drawn(page, "round")) == (2, 2)
    assert drawn(page, "lost") == len(worst[number]["cells"])
    expect(page.locator("#legend")).to_contain_text("う回路")
    picture(page, "cut-road-desk")
    # The same by the number on the map, and from the address alone.
    page.get_by_role("button", name="市の全体を表示する").click()
    page.locator(".rank-mark .rank", has_text=str(len(worst))).last.click()
    assert page.url.endswith(f"/plan/resilience?tab=roads&road={len(worst)}")
    page.reload()
    expect(page.locator("#roads tr.is-chosen")).to_contain_text(worst[-1]["title"])


def test_districts_and_the_season(visit: Visit, home: str) -> None:
    page = visit("/plan/resilience?tab=twice")
    for profile in ("car", "car-winter"):
        page.locator("#profile").select_option(profile)
        found = api(home, f"coverage/backup?profile={profile}")
        expect(page.locator("#twice tfoot td:nth-child(4)")).to_have_text(f"{found['covered_twice']:,}")
        expect(page.locator("#twice tbody tr")).to_have_count(len(found["districts"]))
    expect(page.locator("#basis")).to_contain_text("仮定")
    assert "profile=car-winter" in page.url


def test_tabs_go_round_by_the_arrow_keys(visit: Visit) -> None:
    page = visit("/plan/resilience")
    page.locator("#tab-away").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#tab-twice")).to_be_focused()
    expect(page.locator("#view-twice")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#view-away")).to_be_visible()


@pytest.mark.parametrize(
    ("address", "window"),
    [
        ("/plan/resilience?consultant=C09", DESK),
        ("/plan/resilience?tab=roads&road=2", DESK),
        ("/plan/resilience?tab=roads&road=2", PHONE),
    ],
)
def test_the_laws_of_pages_hold(visit: Visit, axe: str, address: str, window: dict[str, Any]) -> None:
    page = visit(address, window)
    assert (cut_off(page), small_text(page), overlapping(page)) == ([], [], [])
    assert against_wcag(page, axe) == []
    if window is PHONE:
        assert small_targets(page) == []


def test_it_prints_on_a4(visit: Visit) -> None:
    page = visit("/plan/resilience?tab=roads&road=1")
    assert sheets(page.pdf(prefer_css_page_size=True, print_background=True)) == [A4, A4]


def test_what_was_not_worked_out_says_how_to(visit: Visit, sparse_home: str) -> None:
    page = visit("/plan/resilience", site=sparse_home, allowed=("409",))
    expect(page.get_by_role("alert")).to_contain_text("tono backup --profile car")
