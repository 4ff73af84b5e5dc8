"""An officer closes a road on the map, sees what it costs, changes it and takes it out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from laws_of_pages import against_wcag, cut_off, settle, small_targets, small_text
from mercator import View
from playwright.sync_api import Page, expect
from watching import PHONE, api, numbers, serving

Visit = Callable[..., Page]
# Two places beside one road of the bundled city.
START, END = (141.53, 39.33), (141.58, 39.33)
ZOOM = 12.5


@pytest.fixture(scope="module")
def roads_home(bundled_template: str, new_database: Callable[..., Any]) -> Iterator[str]:
    """Return the address of a service whose closures these tests write."""
    with new_database("closures", copy_of=bundled_template) as url, serving(url) as address:
        yield address


@pytest.fixture
def roads(visit: Visit, roads_home: str) -> Callable[..., Page]:
    """Return what opens the page of closed roads."""

    def open_page(address: str = "/register/closures", window: dict[str, Any] | None = None, **more: Any) -> Page:
        return visit(address, window, site=roads_home, **more)

    return open_page


def click(page: Page, view: View, *places: tuple[float, float]) -> None:
    """Click places of the map."""
    for place in places:
        page.mouse.click(*view.place(*place))


def stored(home: str) -> list[dict[str, Any]]:
    """Return the closures as the service has them."""
    return [feature["properties"] for feature in api(home, "closures")["features"]]


def draw(home: str, **more: Any) -> dict[str, Any]:
    """Store a closure of the road between the two places."""
    ends = f"start={START[0]},{START[1]}&end={END[0]},{END[1]}"
    section = api(home, f"roads/section?{ends}")
    body = {"name": "国道283号", "geometry": section["geometry"], "reason": "積雪のため"} | more
    made: dict[str, Any] = httpx2.post(f"{home}/api/v1/closures", json=body).raise_for_status().json()["properties"]
    return made


@pytest.fixture(autouse=True)
def nothing_left(roads_home: str) -> Iterator[None]:
    """Take out what a test has put in."""
    yield
    for closure in stored(roads_home):
        address = f"{roads_home}/api/v1/closures/{closure['id']}?version={closure['version']}"
        httpx2.delete(address, headers={"content-type": "application/json"}).raise_for_status()


def test_close_a_road_see_its_cost_change_it_and_take_it_out(roads, roads_home: str) -> None:
    page = roads(f"/register/closures?at=39.33,141.555,{ZOOM}")
    expect(page).to_have_title("通行止め - 遠野市 つながる地域資源マップ")
    expect(page.get_by_text("まだ登録がありません")).to_be_visible()
    view = View.of(page)
    page.get_by_role("button", name="冬の例から加える").click()
    click(page, view, START, END)
    expect(page.get_by_role("heading", name="通行止めを加える")).to_be_focused()
    expect(page.get_by_text("地図で選びました")).to_be_visible()
    page.get_by_label("路線名").fill("国道283号")
    page.get_by_label("終わりの月").select_option(label="2月")
    page.get_by_label("終わりの日", exact=True).select_option(label="末日")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("heading", name="国道283号")).to_be_focused()
    expect(page.get_by_text("毎年 12月1日〜2月末日")).to_be_visible()
    effect = page.locator("#effect")
    expect(effect.get_by_role("heading", name="20分以内に相談員が着けなくなる人")).to_be_visible()
    (closure,) = stored(roads_home)
    assert (closure["yearly_from"], closure["yearly_to"], closure["located_by"]) == ("12-01", "02-end", "map")
    told = effect.locator("dd strong").all_inner_texts()
    lost = [entry["lost"] for entry in api(roads_home, f"closures/{closure['id']}/effect")["profiles"]]
    assert [numbers(text)[0] for text in told] == lost

    page.get_by_role("button", name="直す", exact=True).click()
    page.get_by_label("1回だけ").check()
    page.get_by_label("始まりの日時").fill("2024-12-09T09:00")
    page.get_by_label("終わりの日時").fill("2025-03-31T17:00")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("令和6年12月9日(月) 09:00〜令和7年3月31日(月) 17:00")).to_be_visible()
    (changed,) = stored(roads_home)
    assert (changed["valid_from"], changed["version"]) == ("2024-12-09T09:00:00+09:00", 2)

    page.get_by_role("button", name="消す", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="やめる").click()
    assert len(stored(roads_home)) == 1
    page.get_by_role("button", name="消す", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="消す", exact=True).click()
    expect(page.get_by_text("まだ登録がありません")).to_be_visible()
    assert stored(roads_home) == []


def test_without_a_mouse_on_a_phone(roads, roads_home: str, axe: str) -> None:
    page = roads(f"/register/closures?at={START[1]},{START[0]},{ZOOM}", PHONE)
    assert (cut_off(page), small_text(page), small_targets(page), against_wcag(page, axe)) == ([], [], [], [])
    page.get_by_role("button", name="通行止めを加える").click()
    expect(page.locator("#map")).to_be_focused()
    assert (cut_off(page), small_text(page), small_targets(page), against_wcag(page, axe)) == ([], [], [], [])
    page.keyboard.press("Enter")
    expect(page.locator("#draw-hint")).to_have_text("終わりを選んでください。")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="地図の中央を選ぶ").click()
    expect(page.get_by_role("heading", name="通行止めを加える")).to_be_focused()
    page.get_by_label("路線名").fill("")  # whatever the road is called
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("alert")).to_contain_text("路線名を入れてください")
    assert (cut_off(page), small_text(page), small_targets(page), against_wcag(page, axe)) == ([], [], [], [])
    page.get_by_label("路線名").fill("市道1号")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("heading", name="市道1号")).to_be_focused()
    assert [closure["name"] for closure in stored(roads_home)] == ["市道1号"]


def test_what_somebody_else_changed_is_not_overwritten(roads, roads_home: str) -> None:
    made = draw(roads_home, yearly_from="12-01", yearly_to="03-31")
    page = roads(f"/register/closures?closure={made['id']}", allowed=("409",))
    page.get_by_role("button", name="直す", exact=True).click()
    feature = api(roads_home, "closures")["features"][0]
    kept = {name: feature["properties"][name] for name in ("yearly_from", "yearly_to", "version")}
    other = {"name": "先に変えた", "geometry": feature["geometry"]} | kept
    httpx2.put(f"{roads_home}/api/v1/closures/{made['id']}", json=other).raise_for_status()
    page.get_by_label("路線名").fill("後から変えた")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("alert")).to_contain_text("ほかの人が先に変えました")
    expect(page.get_by_label("路線名")).to_have_value("後から変えた")
    assert [closure["name"] for closure in stored(roads_home)] == ["先に変えた"]


def test_the_main_map_shows_what_is_closed_today(visit: Visit, roads_home: str, axe: str) -> None:
    always = {"valid_from": "2000-01-01T00:00", "valid_to": "2900-01-01T00:00"}
    draw(roads_home, **always)
    draw(roads_home, name="終わった工事", valid_from="2000-01-01T00:00", valid_to="2001-01-01T00:00")
    page = visit("/plan", site=roads_home)
    expect(page.locator("#legend")).to_contain_text("いま通行止め 1か所。上の時間には入れていません")
    mark = page.get_by_role("button", name="国道283号: いま通行止め")
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup").get_by_text("通行止め: 国道283号")).to_be_visible()
    settle(page)
    assert against_wcag(page, axe) == []


def test_on_paper_the_calendar_has_its_date_and_no_buttons(roads, roads_home: str) -> None:
    draw(roads_home, yearly_from="12-01", yearly_to="03-31")
    page = roads("/register/closures")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator("#printed-on")).to_contain_text("印刷")
    expect(page.get_by_text("国道283号").first).to_be_visible()
    for part in (".header a.button", ".controls", ".skip"):
        expect(page.locator(part).first).to_be_hidden()
