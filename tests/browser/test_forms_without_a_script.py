"""A person whose browser runs no scripts keeps the calendar of closures and asks for a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from laws_of_pages import against_wcag, cut_off, small_targets, small_text
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text
from watching import DESK, PHONE, Watched, api, serving

from app.database import create_database_engine, transaction

Visit = Callable[..., Page]
CLOSURE = """
    INSERT INTO closure (name, place, content, geometry, located_by, valid_from, valid_to, yearly_from, yearly_to,
                         time_zone, reason, detour, source, network_fingerprint, version)
    VALUES ('国道340号', '附馬牛町〜大槌町境', '', 'SRID=4326;MULTILINESTRING((141.53 39.33, 141.56 39.33))',
            'geometry', NULL, NULL, '12-01', '03-31', 'Asia/Tokyo', '冬期閉鎖', '', '県の一覧', '', 1)
"""


@pytest.fixture(scope="module")
def forms_home(bundled_template: str, new_database: Callable[..., Any]) -> Iterator[str]:
    """Return the address of a service with one closure, whose calendar and scenarios these tests change."""
    with new_database("forms_browser", copy_of=bundled_template) as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            session.execute(text(CLOSURE))
        engine.dispose()
        with serving(url) as address:
            yield address


@pytest.fixture
def plain(chromium: Browser, forms_home: str) -> Iterator[Page]:
    """Return a tab of a browser that runs no scripts; a fault of its pages fails the test."""
    context = chromium.new_context(locale="ja-JP", java_script_enabled=False, **DESK)
    page = context.new_page()
    # A form that is refused says so by its status too; and the map's scripts are those that do not run.
    watched = Watched(forms_home, ("422", ".js: csp"))
    watched.follow(page)
    yield page
    context.close()
    assert watched.faults == []


def test_a_closure_is_changed_and_a_mistake_leads_to_its_field(plain: Page, forms_home: str) -> None:
    plain.goto(f"{forms_home}/register/closures")
    plain.get_by_role("link", name="文字だけの一覧").last.click()
    plain.get_by_role("link", name="国道340号").click()
    expect(plain.get_by_role("radio", name="毎年、同じ月日")).to_be_checked()
    plain.get_by_label("理由").fill("雪崩の おそれ")
    plain.get_by_role("radio", name="一度だけ").check()
    plain.get_by_label("始まりの日").fill("2027-01-10")
    plain.get_by_label("終わりの日").fill("2027-01-09")
    plain.get_by_role("button", name="保存する").click()
    expect(plain.get_by_role("alert")).to_contain_text("終わりの日が始まりの日より前です。")
    expect(plain.get_by_label("理由")).to_have_value("雪崩の おそれ")
    plain.get_by_label("終わりの日").fill("2027-01-20")
    plain.get_by_role("button", name="保存する").click()
    expect(plain.get_by_role("status")).to_contain_text("保存しました。")
    # Loading the page again sends nothing again, and going back brings the form as it was.
    plain.reload()
    expect(plain.get_by_label("終わりの日")).to_have_value("2027-01-20")
    (stored,) = api(forms_home, "closures")["features"]
    assert stored["properties"]["valid_from"] == "2027-01-10T00:00:00+09:00"
    assert (stored["properties"]["reason"], stored["properties"]["yearly_from"]) == ("雪崩の おそれ", "")


def test_a_road_that_is_not_known_is_told_beside_its_field(plain: Page, forms_home: str) -> None:
    plain.goto(f"{forms_home}/register/closures/list")
    plain.get_by_role("link", name="新しく加える").click()
    plain.get_by_role("button", name="加える").click()
    links = plain.get_by_role("alert").get_by_role("link")
    expect(links).to_have_text(
        ["通行止めにする道を入力してください。", "始まりの日を入力してください。", "終わりの日を入力してください。"]
    )
    links.first.click()
    expect(plain).to_have_url(f"{forms_home}/register/closures/new#name")
    plain.get_by_label("通行止めにする道").fill("ない道")
    plain.get_by_label("始まりの日").fill("2027-01-10")
    plain.get_by_label("終わりの日").fill("2027-01-20")
    plain.get_by_role("button", name="加える").click()
    expect(plain.get_by_role("alert")).to_contain_text("「ない道」という名前や番号の道が見つかりません。")
    expect(plain.get_by_label("通行止めにする道")).to_have_attribute("aria-invalid", "true")


def test_a_scenario_is_asked_for(plain: Page, forms_home: str) -> None:
    plain.goto(f"{forms_home}/plan/scenarios/new")
    plain.get_by_label("試算の名前").fill("来年度")
    plain.get_by_role("radio", name="3人").check()
    plain.get_by_role("button", name="試算を始める").click()
    expect(plain.get_by_role("status")).to_contain_text("「来年度」の試算を受け付けました。")
    assert api(forms_home, "jobs")["jobs"][0]["name"] == "来年度"


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "path", ["/register/closures/list", "/register/closures/1", "/register/closures/new", "/plan/scenarios/new"]
)
def test_the_laws_of_pages_hold(visit: Visit, forms_home: str, axe: str, path: str, window: dict[str, Any]) -> None:
    page = visit(path, window, site=forms_home, allowed=("422",))
    for _ in ("as it is opened", "with what is wrong"):
        assert (cut_off(page), small_text(page)) == ([], [])
        assert against_wcag(page, axe) == []
        if window is PHONE:
            assert small_targets(page) == []
        if page.locator("form.form").count() == 0:
            break
        page.locator("form.form input[type=text]").first.fill("")
        page.locator("form.form input[type=text]").last.fill("x")
        page.locator("form.form").get_by_role("button").click()
        if path != "/register/closures/1":
            expect(page.get_by_role("alert")).to_be_visible()
