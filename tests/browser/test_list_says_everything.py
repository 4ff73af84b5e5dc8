"""A person who cannot use a map reads the same in words: /list and /plan/list say all that the maps say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from watching import api, numbers

Visit = Callable[..., Page]
READ_FACTS = """nodes => nodes.map(node => Object.fromEntries([...node.querySelectorAll("dl.facts > div")].map(
    row => [row.querySelector("dt").innerText, row.querySelector("dd").innerText.replace(/\\s+/g, " ").trim()])))"""
OPEN = """address => {
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}"""
READ_TABLE = """table => [...table.querySelectorAll("tbody tr")].map(
    row => [...row.children].map(cell => cell.innerText.trim()))"""


@pytest.mark.parametrize("profile", ["car", "car-winter", "walk"])
def test_the_figures_of_every_way_of_travelling(visit: Visit, home: str, profile: str) -> None:
    page = visit(f"/plan/list?profile={profile}")
    coverage = api(home, f"coverage?profile={profile}")
    classes = page.locator("#classes").evaluate(READ_TABLE)
    assert sum(numbers(row[1])[0] for row in classes) == coverage["population"]
    assert [numbers(row[2])[0] for row in classes[:3]] == [coverage["covered"][edge] for edge in ("10", "20", "30")]
    told = numbers(page.locator("#coverage .figure-range").inner_text())
    ends = [(coverage["covered_low"][edge], coverage["covered_high"][edge]) for edge in ("10", "20", "30")]
    # Ends that are the same are written once.
    within = zip((10, 20, 30), ends, strict=True)
    assert told == [number for minutes, pair in within for number in (minutes, *dict.fromkeys(pair))]
    for row, district in zip(page.locator("#districts").evaluate(READ_TABLE), coverage["districts"], strict=True):
        assert row[0] == district["name"]
        told = [numbers(row[at])[0] for at in (1, 2, 4, 6, 8, 9)]
        covered = [district["covered"][edge] for edge in ("10", "20", "30")]
        mean = -(-district["mean_s"] // 60)
        assert told == [district["population"], *covered, district["unreachable_population"], mean]
        assert row[10] == ("あり" if district["has_consultant"] else "なし")
    for row, mine in zip(page.locator("#consultants").evaluate(READ_TABLE), coverage["consultants"], strict=True):
        assert row[0].startswith(mine["base"])
        assert [numbers(cell)[0] for cell in row[2:]] == [*mine["covered"].values(), mine["catchment_population"]]
    expect(page.locator("#not-reached [aria-current=page]")).to_be_visible()


def test_who_is_left_out_is_listed_worst_first(visit: Visit, home: str) -> None:
    page = visit("/plan/list")
    left = api(home, "coverage/not-reached")
    expect(page.locator("#left-figure")).to_contain_text(f"{left['by']['car-winter']['not_reached']['20']:,}人(冬)")
    expect(page.locator("#not-reached")).to_contain_text("相談員がいない地区: 宮守町達曽部、宮守町鱒沢")
    kinds = ("car-winter", "car")
    for table, kind in (("#left-districts", "districts"), ("#left-settlements, #all-reached table", "settlements")):
        tables = page.locator(table).evaluate_all(
            f"tables => tables.flatMap({READ_TABLE.replace('innerText', 'textContent')})"
        )
        assert [row[0] for row in tables] == [row["name"] for row in left[kind]]
        for row, mine in zip(tables, left[kind], strict=True):
            told = [numbers(cell)[0] for cell in row if re.fullmatch(r"[\d,]+", cell)]
            beyond = [mine["by"][name]["not_reached"][edge] for edge in ("10", "20", "30") for name in kinds]
            assert told == [*beyond, mine["population"]]
    assert sum(row["population"] for row in left["settlements"]) == 28_062


def test_who_is_late_or_never_reached_is_listed(visit: Visit, sparse_home: str) -> None:
    page = visit("/plan/list", site=sparse_home)
    page.locator("#late summary").click()
    rows = page.locator("#late table").evaluate(READ_TABLE)
    coverage = api(sparse_home, "coverage")
    late = coverage["population"] - coverage["covered"]["30"]
    assert sum(numbers(row[2])[0] for row in rows) == late > 7
    assert rows[0][1:] == ["小友町", "7", "車で行けない: 道路から離れすぎています"]
    assert all(numbers(row[3])[0] > 30 for row in rows[1:])


TEXTS = (
    *("name", "organisation", "district", "address", "phone", "url", "description", "eligibility", "operation"),
    *("area", "staffing", "legal_basis", "location_note", "source", "last_confirmed_by", "next_text"),
)


def test_every_resource_with_all_that_is_known(visit: Visit, home: str) -> None:
    page = visit("/list")
    features = api(home, "resources")["features"]
    cards = page.locator(".card").evaluate_all("nodes => nodes.map(node => [node.id, node.textContent])")
    written = {number: re.sub(r"\s+", " ", text) for number, text in cards}
    assert len(written) == len(features) == 131
    for feature in features:
        it = api(home, f"resources/{feature['properties']['id']}")["properties"]
        card = written[f"resource-{it['id']}"]
        missing = [name for name in TEXTS if it[name] and re.sub(r"\s+", " ", str(it[name])) not in card]
        assert missing == [], it["name"]
        for schedule in it["schedules"]:
            hours = f" {schedule['start_time']}〜{schedule['end_time']}" if schedule["start_time"] else ""
            assert f"{schedule['title']}: {schedule['rule_text']}{hours}" in card
        assert ("デモ" in card) == it["is_demo"]


def test_map_and_list_say_the_same_of_a_resource(visit: Visit, home: str) -> None:
    features = api(home, "resources")["features"]
    one_of_each = {feature["properties"]["kind"]: feature["properties"] for feature in reversed(features)}
    assert len(one_of_each) == 7
    page = visit()
    told = {}
    for it in one_of_each.values():
        # As the browser's "back" leads to a view.
        page.evaluate(OPEN, f"/plan?resource={it['id']}")
        expect(page.locator("#details h2")).to_have_text(it["name"])
        (told[it["id"]],) = page.locator("#details").evaluate_all(READ_FACTS)
    page.goto(f"{home}/list")
    for number, facts in told.items():
        (written,) = page.locator(f"#resource-{number}").evaluate_all(READ_FACTS)
        # The panel of the map names district and kind in its head, and the next time of each schedule.
        for either in (facts, written):
            either.pop("曜日・時間", None)
            either.pop("地区", None)
        assert facts == written


def test_the_sources_are_those_of_the_map(visit: Visit, home: str) -> None:
    page = visit("/plan/list")
    sources = page.locator("#sources")
    status = api(home, "status")
    for dataset in status["datasets"]:
        expect(sources).to_contain_text(dataset["source"])
    expect(sources).to_contain_text(status["network"]["name"])
    expect(sources).to_contain_text(api(home, "coverage")["fingerprint"])
    speeds = page.locator("#speeds").evaluate(READ_TABLE)
    for row, speed in zip(speeds, status["profiles"][0]["speeds"], strict=True):
        assert row[0] == speed["title"]
        assert numbers(row[1]) == [speed["kmh"]]
    for profile in status["profiles"]:
        details = page.locator(f"#speeds-{profile['name']}")
        details.locator("summary").click()
        rows = details.locator("table").evaluate(READ_TABLE)
        for row, speed in zip(rows, profile["table"], strict=True):
            assert row[0] == "、".join(speed["titles"])
            assert row[1:4] == [
                f"{speed['kmh']:.1f}",
                f"{speed['low_kmh']:.1f}〜{speed['high_kmh']:.1f}",
                f"{speed['delay_s']:g}",
            ]
            note = details.locator("li").nth(int(row[4]) - 1)
            expect(note).to_contain_text(speed["source"])
            expect(note).to_contain_text(speed["reason"])
    assert not re.search(r"None|null|undefined|\broads\b|\d{4}-\d\d-\d\d", page.locator("main").inner_text())


def test_links_lead_to_the_map_and_back(visit: Visit, home: str) -> None:
    page = visit("/plan/list?profile=walk")
    page.get_by_role("link", name="綾織地区センター").first.click()
    expect(page.get_by_role("heading", name="綾織地区センターの相談員")).to_be_visible()
    expect(page.get_by_label("移動のしかた")).to_have_value("walk")
    page.get_by_role("link", name="文字だけの一覧").click()
    expect(page.get_by_role("heading", name="着けない人を文字で")).to_be_visible()
    every: Any = page.locator("a[href^='#']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert all(page.locator(href).count() == 1 for href in every)
