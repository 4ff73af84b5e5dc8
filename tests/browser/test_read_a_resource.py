"""A person reads when a place is open, when next, and how sure its position is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from mercator import View
from playwright.sync_api import Page, expect
from watching import api

Visit = Callable[..., Page]


def one(home: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return the first resource, with all that is known of it, whose summary meets a condition."""
    summary = next(f for f in api(home, "resources")["features"] if condition(f["properties"] | {"at": f["geometry"]}))
    return api(home, f"resources/{summary['properties']['id']}")


def test_hours_and_the_next_time(visit: Visit, home: str) -> None:
    feature = one(home, lambda it: it["kind"] == "gathering_place" and it["next_text"])
    it = feature["properties"]
    page = visit(f"/plan?resource={it['id']}")
    details = page.locator("#details")
    expect(details.get_by_role("heading", level=2)).to_have_text(it["name"])
    expect(details.locator(".details__next strong")).to_have_text(it["next_text"])
    assert re.fullmatch(r"\d+月\d+日\([月火水木金土日]\) \d\d:\d\d〜\d\d:\d\d", it["next_text"])
    schedule = it["schedules"][0]
    expect(details).to_contain_text(f"{schedule['rule_text']} {schedule['start_time']}〜{schedule['end_time']}")
    expect(details).to_contain_text("デモ: 実在しない見本です")
    expect(details).to_contain_text(it["organisation"])
    expect(details).to_contain_text("まだ確認されていません")


def test_a_schedule_without_a_published_day_says_so_in_words(visit: Visit, home: str) -> None:
    feature = one(home, lambda it: "ちょボラ" in it["name"])
    page = visit(f"/plan?resource={feature['properties']['id']}")
    items = page.locator("#details .schedules > li")
    expect(items).to_have_count(len(feature["properties"]["schedules"]))
    expect(page.locator("#details")).to_contain_text("隔月(日は未公表)")
    expect(page.locator("#details")).to_contain_text("毎週月曜日")


def test_the_circle_is_as_large_as_the_doubt(visit: Visit, home: str) -> None:
    feature = one(home, lambda it: it["at"] and (it["accuracy_m"] or 0) > 1000)
    it, (lon, lat) = feature["properties"], feature["geometry"]["coordinates"]
    page = visit(f"/plan?at={lat:.5f},{lon:.5f},13&resource={it['id']}")
    circle = page.locator(".leaflet-overlay-pane path, .leaflet-accuracy-pane path")
    expect(circle).to_have_count(1)
    box = circle.evaluate("node => node.getBBox().width")
    assert View.of(page).metres(box / 2) == pytest.approx(it["accuracy_m"], rel=0.02)
    told = f"地図の位置は最大約{it['accuracy_m'] / 1000:.1f} kmずれます"
    expect(page.locator("#details .badges")).to_contain_text(told)
    assert it["location_note"].split("。")[0] in page.locator("#details").inner_text()


def test_a_place_that_is_not_published_is_not_drawn(visit: Visit, home: str) -> None:
    hidden = [f["properties"] for f in api(home, "resources")["features"] if f["geometry"] is None]
    if not hidden:
        pytest.skip("every bundled resource has a place")
    page = visit(f"/plan?resource={hidden[0]['id']}")
    expect(page.locator("#details")).to_contain_text("場所は公表されていません")
    expect(page.locator(".mark.is-chosen")).to_have_count(0)


def test_several_in_one_house_are_listed(visit: Visit, home: str) -> None:
    features = [f for f in api(home, "resources")["features"] if f["geometry"]]
    by_place: dict[tuple[float, ...], list[str]] = {}
    for feature in features:
        key = tuple(round(value, 5) for value in feature["geometry"]["coordinates"])
        by_place.setdefault(key, []).append(feature["properties"]["name"])
    (lon, lat), names = max(by_place.items(), key=lambda item: len(item[1]))
    assert len(names) > 5
    page = visit(f"/plan?at={lat:.5f},{lon:.5f},15")
    page.locator(f".mark[aria-label^='この場所の{len(names)}件']").click()
    expect(page.get_by_role("heading", name=f"この場所の{len(names)}件")).to_be_visible()
    assert page.locator("#details .entry__name").all_inner_texts() == names
    page.locator("#details").get_by_role("button", name=re.compile(re.escape(names[1]))).click()
    expect(page.get_by_role("heading", name=names[1], exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name=f"この場所の{len(names)}件")).to_be_visible()


def test_an_agreement_partner_shows_its_agreement(visit: Visit, home: str) -> None:
    it = one(home, lambda it: it["kind"] == "watch_partner")["properties"]
    page = visit(f"/plan?resource={it['id']}")
    expect(page.locator("#details .facts")).to_contain_text(it["agreement"]["trade"])
    expect(page.locator("#details .facts")).to_contain_text(f"{it['agreement']['signed_on']} 締結")


def test_a_resource_that_is_gone_is_told_in_words(visit: Visit) -> None:
    page = visit("/plan?resource=999999", allowed=("404",))
    expect(page.locator("#details [role=alert]")).to_contain_text("番号 999999 の登録はありません。")
    page.get_by_role("button", name="← 一覧にもどる").click()
    expect(page.locator("#left-districts tbody tr")).to_have_count(11)
