"""Someone who has the printed report, and tries to find out what it does not say, by integer programming.

The attacker knows each square that anyone lives in, with its district and minutes, but not how many live there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import numpy as np
import openpyxl
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from sqlalchemy.orm import Session

from app.coverage.keep_warm import present_coverage
from app.coverage.not_reached import beside_of
from app.reports.gap_counts import COLUMNS, Key, People
from app.reports.gap_report import GapReport
from app.reports.suppression import WIDTH
from app.reports.write_gap_report import render_gap_report
from app.siting.propose_sites import Wish

Mask = NDArray[np.bool_]
# A number that nothing holds back could be as large as this.
MANY = 1000


def mask_of(key: Key, people: People, edges: list[int], steps: int) -> Mask:
    """Return the squares that a number of the report sums up, from what its words mean."""
    if key[0] == "class":
        return class_of(int(key[1]), people.now_s if key[2] == "now" else people.after_s, edges)
    if key[0] == "step":
        return people.step <= key[1] if key[2] == "covered" else people.step == key[1]
    if key in {("before",), ("beside",)}:
        found = people.before if key == ("before",) else people.beside
        assert found is not None
        return found
    column = column_of(key[-1], people, steps)
    return column if key[0] == "city" else column & (np.array(people.district, dtype=object) == key[1])


def class_of(number: int, seconds: NDArray[np.float64], edges: list[int]) -> Mask:
    """Return the squares of a class of minutes, which holds its upper edge."""
    if number > len(edges):
        return np.isinf(seconds)
    low, high = [-1.0, *edges][number], [*edges, np.inf][number]
    return np.isfinite(seconds) & (seconds > 60 * low) & (seconds <= 60 * high)


def column_of(name: str | int, people: People, steps: int) -> Mask:
    """Return the squares of a column of the table."""
    return {
        "population": people.step >= 0,
        "now": people.step == 0,
        "after": people.step <= steps,
        "gain": (people.step >= 1) & (people.step <= steps),
        "left": people.step > steps,
    }[str(name)]


def small_groups(people: People, masks: Mapping[Key, Mask]) -> Iterator[tuple[str, Mask]]:
    """Give all groups of one to nine people that any two numbers of the report, or their difference, speak of."""
    seen = set()
    for one, first in masks.items():
        for other, second in masks.items():
            for name, mask in ((f"{one} and {other}", first & second), (f"{one} without {other}", first & ~second)):
                if 0 < people.population[mask].sum() < 10 and mask.tobytes() not in seen:
                    seen.add(mask.tobytes())
                    yield name, mask


def interval(people: People, known: list[Mask], wanted: Mask) -> tuple[float, float]:
    """Return the least and the most people of a group in all cities that fit the known numbers."""
    # Squares that no known number tells apart, nor the wanted group, are one unknown.
    traits = np.array([*known, wanted]).T
    kinds, member = np.unique(traits, axis=0, return_inverse=True)
    member = member.reshape(-1)
    squares = np.bincount(member, minlength=len(kinds))
    rows = kinds[:, :-1].T.astype(float)
    totals = np.array([people.population[mask].sum() for mask in known], dtype=float)
    ends = []
    for sign in (1, -1):
        # People are whole, and whoever knows that learns more than from a linear program without it.
        found = milp(
            sign * kinds[:, -1].astype(float),
            constraints=[LinearConstraint(rows, totals, totals)] if len(known) else [],
            bounds=Bounds(squares, MANY + people.population.sum()),
            integrality=np.ones(len(kinds)),
        )
        assert found.status == 0, found.message
        ends.append(sign * found.fun)
    return ends[0], ends[1]


def leaks(people: People, printed: Mapping[Key, int | None], edges: list[int], steps: int, width: float) -> list[str]:
    """Return what the attacker learns from a report: small groups known too well, unsaid numbers held too narrowly."""
    masks = {key: mask_of(key, people, edges, steps) for key in printed}
    for key, value in printed.items():
        assert value is None or value == people.population[masks[key]].sum(), key
    return found_out(people, masks, printed, width)


def found_out(people: People, masks: Mapping[Any, Mask], printed: Mapping[Any, int | None], width: float) -> list[str]:
    """Return what the attacker learns from numbers of which each sums up some squares."""
    known = list({masks[key].tobytes(): masks[key] for key, value in printed.items() if value is not None}.values())
    found = []
    for name, mask in small_groups(people, masks):
        low, high = interval(people, known, mask)
        # Those of several groups may be known to be some; what they may not be is known to be fewer than ten.
        if high < 10 - 1e-6:
            found.append(f"{name}: {low:.0f} to {high:.0f}")
    for key, value in printed.items():
        if value is None:
            low, high = interval(people, known, masks[key])
            if high - low < width - 1e-6:
                found.append(f"{key}: {low:.0f} to {high:.0f}")
    return found


# --- what stands in the documents ------------------------------------------------------------------------------------


def read_page(html: str, steps: int, classes: int) -> dict[Key, int | None]:
    """Return the numbers of people that stand in the tables and drawings of a page."""
    found: dict[Key, int | None] = {}
    for row in re.findall(r"<tr[^>]*>(<th scope=\"row\".*?)</tr>", html):
        name, _, people, out, left, gain, now, _, after, _ = (
            re.sub(r"<[^>]+>", "", cell) for cell in re.split(r"</t[hd]>", row)[:-1]
        )
        place: Key = ("city",) if name == "全市" else ("district", unescape(name))
        for column, value in zip(COLUMNS, (people, now, after, gain, left), strict=True):
            found[*place, column] = number(value)
        assert number(out) == (None if "―" in {people, now} else (number(people) or 0) - (number(now) or 0))
    if said := re.search(r"の道では([\d,]+|―)人", html):
        # What is not reached of those who are printed tells who is.
        left_beside, everyone = number(said[1]), found["city", "population"]
        found["beside",] = None if left_beside is None or everyone is None else everyone - left_beside
    gains, distribution = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)[1:]
    said = [value for value in re.findall(r">([^<>]+)</text>", gains) if re.fullmatch(r"＋?[\d,]+|―", value)]
    for step, value in zip(range(1, steps + 1), said, strict=False):
        found["step", step, "gain"] = number(value)
    said = [value for value in re.findall(r">([^<>]+)</text>", distribution) if re.fullmatch(r"[\d,]+|―", value)]
    assert len(said) == 2 * classes
    for place, pair in enumerate(zip(said[::2], said[1::2], strict=True)):
        found["class", place, "now"], found["class", place, "after"] = map(number, pair)
    return found


def read_workbook(content: bytes, steps: int, classes: int) -> dict[Key, int | None]:
    """Return the numbers of people that stand in a workbook, formulas worked out as a person's program does."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    found: dict[Key, int | None] = {}
    sheet = book["地区別"]
    for row in range(5, sheet.max_row + 1):
        name = sheet.cell(row, 1).value
        if sheet.cell(row, 3).value is None:
            continue
        place: Key = ("city",) if name == "全市" else ("district", name)
        for letter, column in zip("CDFHI", COLUMNS, strict=True):
            found[*place, column] = number(computed(sheet, f"{letter}{row}"))
    for step in range(1, steps + 1):
        found["step", step, "covered"] = number(computed(book["拠点ごと"], f"F{5 + step}"))
        found["step", step, "gain"] = number(computed(book["拠点ごと"], f"G{5 + step}"))
    for place in range(classes):
        found["class", place, "now"] = number(book["時間の分布"].cell(5 + place, 2).value)
        found["class", place, "after"] = number(book["時間の分布"].cell(5 + place, 3).value)
    return found


def number(value: object) -> int | None:
    """Return a printed number, None where it stays unsaid."""
    text = str(value).lstrip("＋").replace(",", "")
    return None if text == "―" else int(text)


def computed(sheet: Any, address: str) -> Any:
    """Return the value of a cell: a number, words, or what one of the formulas of the report comes to."""
    value = sheet[address].value
    if not str(value).startswith("="):
        return value
    if found := re.fullmatch(r"=SUM\((\w)(\d+):\1(\d+)\)", value):
        column, first, last = found.groups()
        return sum(computed(sheet, f"{column}{row}") for row in range(int(first), int(last) + 1))
    found = re.fullmatch(r"=(\w\d+)-(\w\d+)", value)
    assert found, value
    return computed(sheet, found[1]) - computed(sheet, found[2])


def attack(report: GapReport, people: People) -> list[str]:
    """Return what someone learns who reads the page and the workbook of a report side by side."""
    counts, edges = report.counts, list(report.counts.edges)
    classes = len(edges) + 2
    page = read_page(render_gap_report(report, ".html").decode(), counts.steps, classes)
    book = read_workbook(render_gap_report(report, ".xlsx"), counts.steps, classes)
    for key in page.keys() & book.keys():
        assert page[key] == book[key], key
    read = page | book
    if report.before is not None and ("before",) in counts.printed:
        read["before",] = report.before.covered
    assert read.keys() == counts.printed.keys()
    # What is known of the whole city from the head of the page is in its last row as well.
    return leaks(people, read, edges, counts.steps, WIDTH)


def seconds_beside(session: Session, wish: Wish) -> NDArray[np.float32] | None:
    """Return the seconds to each cell on the other roads, winter beside ordinary and ordinary beside winter."""
    beside = beside_of(wish.profile)
    return None if beside is None else present_coverage(session, beside, wish.at).best


def words_of(html: bytes) -> str:
    """Return what a page says, without blanks."""
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", "", html.decode(), flags=re.DOTALL)
    return re.sub(r"\s", "", unescape(bare))
