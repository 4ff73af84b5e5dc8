"""A person seeks a salon near home: three taps on a phone, list and map in step, and the same without a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text
from watching import DESK, PHONE, serving

from app.database import create_database_engine, transaction

Visit = Callable[..., Page]
SALON = "宮守お茶っこサロン"


@pytest.fixture(scope="module")
def salon_home(bundled_template: str, new_database: Callable[..., Any]) -> Iterator[str]:
    """Return the address of a service on whose every day the salon of 宮守 is open, with a telephone."""
    with new_database("salon", copy_of=bundled_template) as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            session.execute(
                text("""
                    UPDATE schedule SET rrule = 'FREQ=DAILY', rule_text = '毎日'
                    WHERE resource_id = (SELECT id FROM resource WHERE name = :name)
                """),
                {"name": SALON},
            )
            session.execute(text("UPDATE resource SET phone = '0198-00-0000' WHERE name = :name"), {"name": SALON})
        engine.dispose()
        with serving(url) as address:
            yield address


def test_a_salon_tomorrow_in_three_taps(visit: Visit, salon_home: str) -> None:
    page = visit("/", PHONE, site=salon_home)
    for chip in ("サロン", "あした", "宮守"):
        page.get_by_role("link", name=chip, exact=True).tap()
        expect(page.locator(f".chip[aria-current]:has-text('{chip}')")).to_have_count(1)
    card = page.locator(".find").filter(has_text=SALON)
    expect(card).to_contain_text("あした")
    expect(card.get_by_role("link", name="0198-00-0000")).to_have_attribute("href", "tel:0198000000")
    expect(card).to_contain_text("地図の位置は最大約")
    # Whom to ask at home stands there too, and the map shows nothing else.
    expect(page.locator(".near")).to_contain_text("宮守地区センター")
    expect(page.locator(".mark:not(.mark--consultant)")).to_have_count(1)
    expect(page.locator("#chosen")).to_have_text("1件見つかりました")
    assert not re.search("冬|分以内", page.locator("body").inner_text())
    # What was opened, and then the way back, one step each.
    card.get_by_role("link", name=SALON).tap()
    expect(page.get_by_role("heading", name=SALON)).to_be_in_viewport()
    expect(page.locator(".mark.is-chosen")).to_have_count(1)
    page.go_back()
    expect(page.locator(".chip[aria-current]")).to_have_count(3)


def test_the_list_and_the_map_stay_in_step(visit: Visit) -> None:
    page = visit("/", DESK)
    page.get_by_label("何をさがしますか").fill("まなざし")
    expect(page.locator(".find")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/\?q="))
    expect(page.locator("#live")).to_have_text("1件見つかりました")
    # Who opens a mark reads it in the list.
    page.locator(".mark:not(.mark--consultant)").click()
    expect(page.get_by_role("heading", name="子育て支援センター まなざし")).to_be_focused()
    page.get_by_role("link", name="← 一覧に戻る").click()
    expect(page.locator(".find")).to_have_count(1)
    page.get_by_label("何をさがしますか").fill("")
    expect(page.locator(".find")).to_have_count(20)
    # The keyboard stays on a chip that was pressed.
    chip = page.get_by_role("link", name="今週", exact=True)
    chip.press("Enter")
    expect(page.locator(".chip[data-key=day-week]")).to_be_focused()
    expect(page.locator(".chip[data-key=day-week]")).to_have_attribute("aria-current", "true")


def test_everything_is_found_without_a_script(person: Callable[[dict[str, Any]], Any], home: str) -> None:
    page = person(PHONE | {"java_script_enabled": False}).new_page()
    page.goto(f"{home}/")
    for chip in ("サロン", "今週", "小友"):
        page.get_by_role("link", name=chip, exact=True).tap()
    expect(page.locator(".chip[aria-current]")).to_have_count(3)
    expect(page.locator("#map")).to_be_hidden()
    page.get_by_label("何をさがしますか").fill("ほっと")
    page.get_by_role("button", name="さがす", exact=True).tap()
    expect(page).to_have_url(re.compile(r"q=.*kind=salon.*day=week.*district="))
    page.get_by_role("button", name="その他").tap()
    expect(page.get_by_role("navigation", name="すべてのページ")).to_be_visible()
    page.close()


def test_an_officer_sees_who_is_not_reached_at_once(visit: Visit) -> None:
    page = visit("/today", DESK)
    expect(page.get_by_role("heading", name="相談員が20分以内に着けない人")).to_be_in_viewport()
    first = page.locator("#beyond tbody tr").first
    expect(first).to_be_in_viewport(ratio=1)
    name = first.get_by_role("link").inner_text()
    # From there straight to the place on the map, in the winter that was read.
    first.get_by_role("link").click()
    expect(page.locator("body[data-ready]")).to_be_attached()
    expect(page.locator("#profile")).to_have_value("car-winter")
    expect(page.locator("tr.is-chosen")).to_contain_text(name)
