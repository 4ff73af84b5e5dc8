"""An officer drags a consultant over the mountains in winter and watches the city answer; nothing of it is stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from laws_of_pages import against_wcag, apart, cut_off, overlapping, settle, small_targets, small_text
from mercator import View
from playwright.sync_api import Page, expect
from watching import DESK, PHONE, api, between, numbers

Visit = Callable[..., Page]
Picture = Callable[[Page, str], None]
OTOMO = ".post[aria-label^='丸ごと相談員 小友地区センター']"


def spots(text: str) -> list[dict[str, float]]:
    """Return the places of a part of the address."""
    pairs = [part.split(",") for part in text.split(";") if part]
    return [{"lon": float(lon), "lat": float(lat)} for lon, lat in pairs]


def answer_to(page: Page, home: str) -> dict[str, Any]:
    """Return what the service itself says of the placement in a page's address."""
    told = {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}
    moved = [part.split(":") for part in told.get("moved", "").split(";") if part]
    wish = {
        "profile": told.get("profile", "car"),
        "moved": [{"id": code, **spots(place)[0]} for code, place in moved],
        "added": spots(told.get("added", "")),
        "removed": [code for code in told.get("removed", "").split(";") if code],
        "closed": spots(told.get("closed", "")),
        "with_range": True,
    }
    answer: dict[str, Any] = httpx2.post(f"{home}/api/v1/coverage/what-if", json=wish).raise_for_status().json()
    return answer


def change_of(text: str) -> int:
    """Return the number of a change such as 「いまの配置より －1,234人」."""
    return numbers(text)[0] * (-1 if "－" in text else 1)


def assert_shown(page: Page, home: str) -> dict[str, Any]:
    """Fail unless figure, words, legend and table are the service's answer for the address; return the answer."""
    found = answer_to(page, home)
    expect(page.locator("#what-if .figure__value")).to_have_text(f"{left_of(found):,}人")
    ends = (found[end]["20"] for end in ("covered_low", "covered_high"))
    expect(page.locator("#what-if .figure-range strong")).to_have_text(between(found["population"], *ends))
    difference = found["difference"]
    assert change_of(page.locator("#what-if .change").inner_text()) == -difference["covered"]["20"]
    before = left_of(found) + difference["covered"]["20"]
    expect(page.locator("#what-if .figure__share")).to_have_text(f"いま {before:,}人 →")
    gained, lost = (numbers(text)[0] for text in page.locator(".changes dd").all_inner_texts())
    assert (gained, lost) == (difference["gained"]["20"], difference["lost"]["20"])
    legend = page.locator("#legend tbody tr").nth(1).locator("td").last.text_content() or ""
    assert numbers(legend)[0] == found["covered"]["20"]
    rows = {
        name: (before, left, change, staffed)
        for name, before, left, change, staffed in page.locator("#what-if tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.children].map(cell => cell.textContent))"
        )
    }
    assert len(rows) == len(found["districts"])
    for district, changed in zip(found["districts"], difference["districts"], strict=True):
        before, left, change, staffed = rows[district["name"]]
        assert numbers(left) == [left_of(district)]
        assert numbers(before) == [left_of(district) + changed["covered"]["20"]]
        assert change_of(change) == -changed["covered"]["20"]
        assert staffed == ("いる" if district["has_consultant"] else "いない")
    return found


def left_of(row: dict[str, Any]) -> int:
    """Return how many people of a city or a district are not reached within 20 minutes."""
    left: int = row["population"] - row["covered"]["20"]
    return left


def answered(page: Page) -> int:
    """Return how many answers the page has shown."""
    return int(page.locator("body").get_attribute("data-answered") or 0)


def besides_near_pins(faults: list[str]) -> list[str]:
    """Return faults without pins that stand too near to each other for a thumb.

    Where a pin stands says what it means (WCAG 2.5.8, "essential"), and the list beside the map has the same buttons.
    """
    return [fault for fault in faults if not (fault.startswith("target-size") and "mark--consultant post" in fault)]


def test_colours_and_figures_follow_the_hand(visit: Visit, home: str, picture: Picture) -> None:
    runs = api(home, "coverage?profile=car-winter")
    page = visit("/plan/trial?profile=car-winter")
    expect(page.get_by_role("note")).to_contain_text("ためしの配置です。保存されません。")
    figure = page.locator("#what-if .figure__value")
    expect(figure).to_have_text(f"{left_of(runs):,}人")
    expect(page.locator("#what-if .change")).to_have_text("いまの配置より ±0人")
    colours = "() => document.querySelector('.leaflet-cells-pane canvas').toDataURL()"
    before, first = page.evaluate(colours), answered(page)
    page.locator(OTOMO).hover()
    box = page.locator(OTOMO).bounding_box()
    assert box
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] - 20, steps=6)
    page.mouse.move(box["x"] + 190, box["y"] + 20, steps=6)
    # The hand still holds it.
    expect(figure).not_to_have_text(f"{left_of(runs):,}人")
    page.wait_for_function(
        "before => document.querySelector('.leaflet-cells-pane canvas').toDataURL() !== before", arg=before
    )
    assert answered(page) > first
    expect(page.locator("#what-if .figure-range")).to_have_text("道の速さによる幅は、印をはなすと出ます。")
    assert "moved" not in page.url
    page.mouse.up()
    expect(page).to_have_url(re.compile("moved=C03:"))
    expect(page.locator(OTOMO)).to_have_class(re.compile("post--moved"))
    expect(page.locator("#live")).to_contain_text("20分以内")
    page.wait_for_function(
        "() => document.querySelector('.post--moved') && !document.querySelector('.leaflet-drag-target')"
    )
    found = assert_shown(page, home)
    assert found["difference"]["lost"]["20"] > 0
    picture(page, "what-if-desk")
    assert api(home, "coverage?profile=car-winter") == runs


def test_the_same_by_keyboard(visit: Visit, home: str) -> None:
    page = visit("/plan/trial?at=39.33000,141.53000,11")
    page.locator("#what-if").get_by_role("button", name=re.compile("^小友地区センター")).press("Enter")
    page.get_by_role("button", name="場所を選ぶ").press("Enter")
    here = page.get_by_role("button", name="＋の場所に移す")
    expect(here).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(re.compile("at=39.33000,141.53000"))
    view = View.of(page)
    here.press("Enter")
    expect(page).to_have_url(re.compile("moved=C03:"))
    expect(page.locator("#aim")).to_be_hidden()
    ((_, place),) = [part.split(":") for part in parse_qs(urlsplit(page.url).query)["moved"]]
    assert spots(place)[0] == pytest.approx({"lon": view.lon, "lat": view.lat}, abs=1e-3)
    # An arrow key on the mark takes it further.
    at_first = page.url
    page.locator(OTOMO).press("ArrowUp")
    expect(page).not_to_have_url(at_first)
    expect(page.locator(OTOMO)).to_be_focused()
    # One more, at a district centre from the list; one less; a road closed in the middle of the map.
    page.get_by_role("button", name="相談員を増やす").press("Enter")
    page.get_by_label("地区センターから選ぶ").select_option(index=10)
    expect(page).to_have_url(re.compile("added="))
    page.locator("#what-if").get_by_role("button", name=re.compile("^青笹地区センター")).press("Enter")
    page.get_by_role("button", name="外す", exact=True).press("Enter")
    expect(page).to_have_url(re.compile("removed="))
    page.goto(re.sub(r"at=[\d.,]+", "at=39.33000,141.53000,13", page.url))
    page.get_by_role("button", name="道を選んで通行止めにする").press("Enter")
    page.locator("#map").press("Enter")
    expect(page.get_by_role("button", name=re.compile("を開ける"))).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#aim")).to_be_hidden()
    found = assert_shown(page, home)
    assert len(found["consultants"]) == 9
    assert found["closed"][0]["edge"] is not None


def test_undo_share_and_back_to_the_beginning(visit: Visit, home: str) -> None:
    address = "/plan/trial?profile=car-winter&moved=C03:141.6,39.27&added=141.36,39.36&removed=C05&closed=141.53,39.33"
    page = visit(address)
    assert_shown(page, home)
    expect(page.locator(".post--moved, .post--added")).to_have_count(2)
    expect(page.locator(".mark--closure")).to_have_count(1)
    page.get_by_role("button", name=re.compile("を開ける")).click()
    expect(page.locator(".mark--closure")).to_have_count(0)
    assert "closed" not in page.url
    page.get_by_role("button", name="1つ戻す").click()
    expect(page.locator(".mark--closure")).to_have_count(1)
    page.get_by_label("移動のしかた").select_option("walk")
    expect(page.locator("#legend")).to_contain_text("徒歩")
    expect(page).to_have_url(re.compile("profile=walk"))
    page.get_by_role("button", name="すべて元に戻す").click()
    expect(page.locator("#what-if .change")).to_have_text("いまの配置より ±0人")
    expect(page.get_by_role("button", name="すべて元に戻す")).to_be_disabled()
    assert not re.search("moved|added|removed|closed", page.url)
    assert_shown(page, home)


@pytest.mark.parametrize("hand", ["aim", "keys", "centre"])
def test_one_step_back_takes_back_one_placement(visit: Visit, home: str, hand: str) -> None:
    page = visit("/plan/trial?at=39.33000,141.53000,11&profile=car-winter&moved=C05:141.6,39.27&added=141.36,39.36")
    before = answer_to(page, home)
    if hand == "keys":
        page.locator(OTOMO).press("ArrowUp")
    else:
        page.locator("#what-if").get_by_role("button", name=re.compile("^小友地区センター")).press("Enter")
        page.get_by_role("button", name="場所を選ぶ").press("Enter")
        if hand == "aim":
            page.get_by_role("button", name="＋の場所に移す").press("Enter")
        else:
            page.get_by_label("地区センターから選ぶ").select_option(index=3)
    expect(page).to_have_url(re.compile("C03:"))
    page.get_by_role("button", name="1つ戻す").click()
    expect(page).not_to_have_url(re.compile("C03:"))
    expect(page).to_have_url(re.compile(r"profile=car-winter&moved=C05:141\.6,39\.27&added=141\.36,39\.36$"))
    expect(page.get_by_label("移動のしかた")).to_have_value("car-winter")
    assert assert_shown(page, home) == before
    expect(page.get_by_role("button", name="1つ戻す")).to_be_disabled()
    page.get_by_role("button", name="やり直す").click()
    expect(page).to_have_url(re.compile("moved=C05:141.6,39.27;C03:"))
    page.keyboard.press("Control+z")
    expect(page).not_to_have_url(re.compile("C03:"))


def test_too_far_from_a_road_is_said(visit: Visit) -> None:
    page = visit("/plan/trial?moved=C03:141.45,39.70&closed=141.45,39.70")
    expect(page.locator("#what-if")).to_contain_text(
        re.compile(r"道路から[\d,]+ m離れているので、ここからは出られません")
    )
    expect(page.locator("#what-if")).to_contain_text(re.compile(r"近くに道がありません\(いちばん近い道まで[\d,]+ m\)"))
    expect(page.locator(OTOMO)).to_have_class(re.compile("post--off"))


def test_on_a_phone_with_one_thumb(visit: Visit, home: str, axe: str) -> None:
    page = visit("/plan/trial", PHONE)
    expect(page.locator("#summary")).to_be_in_viewport(ratio=1)
    assert overlapping(page) == []
    page.locator(OTOMO).tap()
    page.get_by_role("button", name=re.compile("パネルを大きくする")).tap()
    page.get_by_role("button", name="場所を選ぶ").tap()
    expect(page.locator("#panel")).to_have_attribute("data-height", "peek")
    settle(page)
    boxes = [page.locator(name).bounding_box() for name in ("#aim", "#trial-banner", "#legend", ".controls", ".panel")]
    parts = [{**box} for box in boxes if box]
    assert len(parts) == 5
    assert all(apart(a, b) for number, a in enumerate(parts) for b in parts[number + 1 :])
    assert small_targets(page) == []
    assert besides_near_pins(against_wcag(page, axe)) == []
    page.locator("#map").tap(position={"x": 200, "y": 420})
    expect(page).to_have_url(re.compile("moved=C03:"))
    found = answer_to(page, home)
    expect(page.locator("#summary")).to_contain_text(f"{left_of(found):,}人")
    assert change_of(page.locator("#summary .change").inner_text()) == -found["difference"]["covered"]["20"]
    page.get_by_role("button", name=re.compile("パネルを大きくする")).tap()
    assert cut_off(page) == []
    assert small_text(page) == []
    assert small_targets(page) == []


def test_the_laws_of_pages_hold(visit: Visit, axe: str) -> None:
    page = visit("/plan/trial?profile=car-winter&added=141.36,39.36&removed=C05&closed=141.4847,39.3811", DESK)
    assert overlapping(page) == []
    page.locator("#what-if").get_by_role("button", name=re.compile("^追加1")).click()
    page.get_by_role("button", name="場所を選ぶ").click()
    aim, legend = page.locator("#aim").bounding_box(), page.locator("#legend").bounding_box()
    assert aim
    assert legend
    assert apart({**aim}, {**legend})
    assert cut_off(page) == []
    assert small_text(page) == []
    assert besides_near_pins(against_wcag(page, axe)) == []
