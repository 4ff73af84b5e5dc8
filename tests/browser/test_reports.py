"""An officer asks where the next consultants go, watches the work, compares two answers and takes the report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from laws_of_pages import against_wcag, cut_off, overlapping, small_targets, small_text
from playwright.sync_api import Page, expect
from watching import DESK, PHONE, api, numbers, serving

from app.database import create_database_engine, transaction
from app.jobs.queries import add_job
from app.jobs.worker import Worker, working
from app.scenarios.background import HANDLERS
from app.scenarios.keep_scenario import keep_scenario
from app.siting.propose_sites import Wish

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def city_url(bundled_template: str, new_database: Callable[..., Any]) -> Iterator[str]:
    """Return the address of a database with the bundled data for this file alone."""
    with new_database("reports", copy_of=bundled_template) as url:
        yield url


@pytest.fixture(scope="module")
def office(city_url: str) -> Iterator[str]:
    """Return the address of the service with nobody at work."""
    with serving(city_url) as address:
        yield address


@pytest.fixture
def worker(city_url: str) -> Iterator[Worker]:
    """Let a worker work while the test lasts."""
    engine = create_database_engine(city_url)
    with working(engine, HANDLERS) as one:
        yield one
    engine.dispose()


def start(page: Page, name: str, **choices: str) -> None:
    """Fill the form and start."""
    if page.locator("#new").get_attribute("open") is None:
        page.get_by_text("新しく試算する").click()
    for label, choice in choices.items():
        page.locator(f"#{label}").select_option(choice)
    page.get_by_label("試算の名前").fill(name)
    page.get_by_role("button", name="試算を始める").click()


@pytest.fixture(scope="module")
def answered(office: str, city_url: str) -> tuple[str, int]:
    """Return the address of a service with a scenario, and the number of that."""
    engine = create_database_engine(city_url)
    with transaction(engine) as session:
        number = keep_scenario(session, "空いているセンターすべて", Wish(add=None, minutes=10)).id
    engine.dispose()
    return office, number


def test_what_waits_can_be_stopped_and_a_name_is_given_once(visit: Visit, office: str) -> None:
    page = visit("/plan/scenarios", site=office, allowed=("400",))
    expect(page).to_have_title(re.compile("^増員の試算・報告書"))
    start(page, "やめる試算")
    box = page.locator(".job")
    expect(box).to_contain_text("順番を待っています")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0")
    start(page, "やめる試算")
    expect(page.get_by_role("alert")).to_contain_text("という名前の試算がもうあります")
    box.get_by_role("button", name="中止する").click()
    expect(box).to_contain_text("中止しました。何も保存していません。")
    assert [job["state"] for job in api(office, "jobs")["jobs"] if job["name"] == "やめる試算"] == ["stopped"]


def test_from_the_question_to_the_comparison(visit: Visit, office: str, worker: Worker, picture, axe: str) -> None:
    page = visit("/plan/scenarios", site=office)
    start(page, "まず一人", add="1", minutes="10")
    expect(page.locator(".kept h3").first).to_have_text("まず一人")
    start(page, "二つの地区センターすべて", add="all", minutes="10")
    expect(page.locator(".kept h3").first).to_have_text("二つの地区センターすべて")
    expect(page.locator(".job")).to_have_count(0)
    told = page.locator("#comparison .told")
    expect(told).to_contain_text("「いまの配置」から「二つの地区センターすべて」")
    page.locator("#before").select_option(label="まず一人")
    expect(told).to_contain_text("「まず一人」から")
    second, first = (row["id"] for row in api(office, "scenarios")["scenarios"][:2])
    expect(page).to_have_url(re.compile(f"before={first}&after={second}"))
    found = api(office, f"comparison?before={first}&after={second}")
    row = page.locator("#comparison-table tfoot tr td").all_inner_texts()
    total = found["total"]
    assert [numbers(cell)[0] for cell in row] == [
        total[name] for name in ("population", "gained", "lost", "unchanged", "unchanged_covered")
    ]
    assert total["gained"] > 0
    expect(page.locator("#legend .key")).to_have_count(5)
    expect(page.locator(".post")).to_have_count(2)
    page.get_by_role("button", name="同じ条件で計算し直して確かめる").first.click()
    expect(page.locator(".job")).to_contain_text("1バイトも違いません")
    page.locator(".job").get_by_role("button", name="閉じる").click()
    for link in page.get_by_role("link", name=re.compile("二つの地区センターすべての報告書を")).all():
        with page.expect_download() as download:
            link.click()
        assert download.value.suggested_filename.startswith("報告書_二つの地区センターすべて.")
    page.locator("#main").evaluate("node => node.scrollTo(0, 0)")
    page.get_by_text("新しく試算する", exact=True).click()
    picture(page, "reports-desk")
    assert against_wcag(page, axe) == []


def test_work_that_was_under_way_is_seen_again_after_the_page_was_left(
    visit: Visit, office: str, city_url: str
) -> None:
    engine = create_database_engine(city_url)
    with transaction(engine) as session:
        asked = {"add": 1, "minutes": 20, "objective": "cover", "profile": "walk", "candidates": "centres", "at": None}
        add_job(session, "scenario", {"name": "前から続く試算", "wish": asked}, "順番を待っています。")
    page = visit("/plan/scenarios", site=office)
    expect(page.locator(".job")).to_contain_text("前から続く試算")
    with working(engine, HANDLERS):
        expect(page.locator(".kept h3").first).to_have_text("前から続く試算")
    engine.dispose()


@pytest.mark.parametrize("window", ["desk", "phone"])
def test_the_laws_of_pages_hold(visit: Visit, answered: tuple[str, int], axe: str, picture, window: str) -> None:
    site, number = answered
    page = visit(f"/plan/scenarios?after={number}", {"desk": DESK, "phone": PHONE}[window], site=site)
    expect(page.locator(".told")).to_be_visible()
    if window == "phone":
        picture(page, "reports-phone")
        assert small_targets(page) == []
    assert overlapping(page) == []
    assert cut_off(page) == []
    assert small_text(page) == []
    assert against_wcag(page, axe) == []


def test_without_data_the_page_says_what_is_needed(visit: Visit, empty_home: str) -> None:
    page = visit("/plan/scenarios", site=empty_home)
    expect(page.locator("#failure")).to_contain_text("まだ計算できません")
    expect(page.locator("#kept")).to_contain_text("まだ試算がありません")
    expect(page.get_by_role("button", name="試算を始める")).to_be_hidden()
