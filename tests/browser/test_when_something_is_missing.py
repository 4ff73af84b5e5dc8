"""Without data the pages teach; when something fails they say what happened, what was kept and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from watching import Watched, api

Visit = Callable[..., Page]
PROBLEM = {
    "type": "about:blank",
    "title": "データベースに接続できません",
    "status": 503,
    "detail": "少し待ってください。",
}


def test_an_empty_map_teaches_what_to_load(visit: Visit, empty_home: str) -> None:
    page = visit(site=empty_home)
    panel = page.locator("#coverage")
    for words in (
        "まだ計算できません",
        "道路: まだありません",
        "人口: まだありません",
    ):
        expect(panel).to_contain_text(words)
    # How, is on a page for whoever runs the service.
    expect(panel.get_by_role("link", name="データの入れかた")).to_have_attribute("href", "/register/data")
    expect(page.locator("#network")).to_have_text("道路: まだありません")
    expect(page.locator("#legend")).to_be_hidden()
    expect(page.locator("#banner")).to_be_hidden()
    page.get_by_role("tab", name="資源と地図の表示").click()
    expect(page.locator("#resources")).to_contain_text("まだ登録がありません")
    page.locator("#network").click()
    expect(page.get_by_role("dialog")).to_contain_text("まだデータがありません")


def test_an_empty_list_teaches_the_same(visit: Visit, empty_home: str) -> None:
    page = visit("/plan/list", site=empty_home)
    for words in ("まだ計算できません", "人口: まだありません", "データの入れかた"):
        expect(page.locator("main")).to_contain_text(words)
    for address, words in {
        "/list": "地域資源はまだ登録がありません",
        "/": "まだ登録がありません。登録されると、ここと地図に出ます。",
        "/today": "まだ計算できません",
        "/register": "地域資源はまだ登録がありません",
    }.items():
        page.goto(f"{empty_home}{address}")
        expect(page.locator("main")).to_contain_text(words)


def test_a_page_of_a_service_without_its_database_is_a_page(visit: Visit, cut_off_home: str) -> None:
    page = visit("/list", site=cut_off_home, allowed=("503",))
    expect(page.get_by_role("heading", level=1)).to_have_text("データベースに接続できません")
    expect(page.locator("main")).to_contain_text("登録した内容は消えていません")
    expect(page.locator("main")).to_contain_text("データの入れかた")
    expect(page.get_by_role("link", name="もう一度開く")).to_have_attribute("href", "/list")
    assert "secret" not in page.content()


def test_the_map_without_a_database_says_so(visit: Visit, cut_off_home: str) -> None:
    page = visit(site=cut_off_home, allowed=("503",), until="#view-coverage [role=alert]")
    alert = page.locator("#view-coverage [role=alert]")
    expect(alert).to_contain_text("データベースに接続できません")
    expect(alert).to_contain_text("登録した内容は消えていません")
    expect(alert.get_by_role("button", name="もう一度読み込む")).to_be_visible()


@pytest.mark.parametrize("path", ["/api/v1/status", "/list", "/readyz"])
def test_programs_are_told_in_their_own_form(cut_off_home: str, path: str) -> None:
    reply = httpx2.get(cut_off_home + path, headers={"Accept": "application/json"})
    assert reply.status_code == 503
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["title"] == "データベースに接続できません"
    # An API never answers with a page, whoever asks.
    reply = httpx2.get(f"{cut_off_home}/api/v1/status", headers={"Accept": "text/html"})
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_page_that_does_not_exist_leads_on(visit: Visit) -> None:
    page = visit("/nowhere", allowed=("404",))
    expect(page.get_by_role("heading", level=1)).to_have_text("見つかりません")
    page.locator("main").get_by_role("link", name="さがす").click()
    expect(page.locator("body[data-ready]")).to_be_attached()


def test_what_failed_once_can_be_tried_again(visit: Visit, home: str) -> None:
    page = visit(allowed=("503",))
    kept = page.locator(".mark").count()

    def refuse(route: Route) -> None:
        route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(PROBLEM))

    page.route("**/api/v1/coverage?*", refuse)
    page.get_by_label("移動のしかた").select_option("walk")
    alert = page.locator("#coverage [role=alert]")
    expect(alert).to_contain_text("データベースに接続できません")
    expect(alert).to_contain_text("少し待ってください。")
    assert page.locator(".mark").count() == kept
    page.unroute("**/api/v1/coverage?*")
    alert.get_by_role("button", name="もう一度読み込む").click()
    people = api(home, "coverage/not-reached?profile=walk")["by"]["walk"]["not_reached"]["20"]
    expect(page.locator(".figure__value")).to_contain_text(f"{people:,}")


def test_without_scripts_the_page_leads_to_the_list(chromium: Browser, home: str) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{home}/plan")
    expect(page.locator("noscript a")).to_have_attribute("href", "/plan/list")
    context.close()


def test_a_fault_of_a_page_is_seen(chromium: Browser, home: str) -> None:
    watched = Watched(home)
    context = chromium.new_context()
    page = context.new_page()
    watched.follow(page)
    page.goto(f"{home}/list")
    page.evaluate("fetch('http://192.0.2.1/tile.png').catch(() => {})")
    page.evaluate("fetch('/api/v1/nowhere').then(() => {})")
    page.evaluate("new Promise(done => setTimeout(() => { done(); throw new Error('broken'); }))")
    page.evaluate("console.error('spoken')")
    page.goto(f"{home}/list")
    context.close()
    told = " ".join(watched.faults)
    for part in ("192.0.2.1", "404", "broken", "spoken"):
        assert part in told
