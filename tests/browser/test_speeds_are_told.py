"""An officer sees how sure a figure is, and which speeds it rests on, with who changed them and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from laws_of_pages import against_wcag, cut_off, small_text
from playwright.sync_api import Page, expect
from watching import PHONE, api, between, numbers

Visit = Callable[..., Page]


@pytest.mark.parametrize("profile", ["car", "walk"])
def test_the_figure_has_its_range(visit: Visit, home: str, profile: str) -> None:
    page = visit(f"/plan?profile={profile}")
    coverage = api(home, f"coverage?profile={profile}")
    told = page.locator("tono-coverage .figure-range")
    for edge in ("10", "30"):
        page.get_by_role("radio", name=f"{edge}分以内").check(force=True)
        ends = coverage["covered_low"][edge], coverage["covered_high"][edge]
        expect(told.locator("strong")).to_have_text(between(coverage["population"], *ends))
    # The bases of the bundled city are known to the kilometre: the part of the speeds is told beside.
    ends = coverage["covered_low_by_speed"]["30"], coverage["covered_high_by_speed"]["30"]
    expect(told).to_contain_text("道の速さの見込みと拠点の位置に幅があり")
    expect(told).to_contain_text(f"道の速さだけなら{between(coverage['population'], *ends)}です。")


def test_the_dialog_shows_the_table_that_a_city_changed(visit: Visit, home: str) -> None:
    def changed(route: Any) -> None:
        status = route.fetch().json()
        row = next(row for row in status["profiles"][0]["table"] if "県道" in row["titles"])
        row |= {"kmh": 40.0, "source": "市の設定: 測った", "delay_s": 2.5}
        row["edit"] = {"who": "菊池", "why": "<b>測った</b>", "at": "2026-05-12T23:30:00+09:00"}
        route.fulfill(json=status)

    page = visit("/plan")
    page.route("**/api/v1/status", changed)
    page.reload()
    expect(page.locator("body[data-ready]")).to_be_attached()
    page.get_by_role("button", name="数字の出どころ").first.click()
    details = page.locator("#dialog-speeds-car")
    expect(details.locator("summary")).to_contain_text("市が変えた速さ 1")
    details.locator("summary").click()
    row = details.get_by_role("row", name="県道 40.0", exact=False)
    expect(row).to_contain_text("2.5")
    number = numbers(row.locator("td").last.inner_text())[0]
    note = details.locator("li").nth(number - 1)
    # What a person typed stays text.
    expect(note).to_contain_text("令和8年5月12日(火) 菊池が変更。理由: <b>測った</b>。")
    tables = page.locator("tono-sources details")
    expect(tables).to_have_count(len(api(home, "status")["profiles"]))


@pytest.mark.parametrize("address", ["/plan", "/plan/list"])
def test_the_opened_tables_fit_a_phone_and_everyone(visit: Visit, axe: str, address: str) -> None:
    page = visit(address, PHONE)
    if address == "/plan":
        page.locator("tono-coverage [data-key=sources]").dispatch_event("click")
        expect(page.locator("tono-sources dialog")).to_be_visible()
    part = "tono-sources dialog" if address == "/plan" else "#sources"
    tables = page.locator(f"{part} details")
    assert tables.count() >= 3
    for details in tables.all():
        details.locator("summary").click()
        table = details.locator("table")
        expect(table).to_be_visible()
        # All columns fit, none has to be looked for at the side.
        assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
    assert cut_off(page) == []
    assert small_text(page) == []
    assert against_wcag(page, axe, within=part) == []
