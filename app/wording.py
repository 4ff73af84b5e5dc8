"""Japanese words for numbers, dates and minutes, as `static/js/kit/words.js` says them on the page."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from app.datasets.models import Dataset
from app.documents.words import WORDS
from app.roads.models import RoadNetworkRow
from app.roads.schemas import SpeedValues

WEEKDAYS = "月火水木金土日"
ERAS = (("令和", date(2019, 5, 1)), ("平成", date(1989, 1, 8)), ("昭和", date(1926, 12, 25)))
REASONS: dict[str, str] = WORDS["reasons"]
DATASETS: dict[str, str] = WORDS["datasets"]
# The sign of each kind of place: its letter, and where and how large it stands in its shape.
KINDS: dict[str, dict[str, Any]] = {item["kind"]: item for item in WORDS["kinds"]}
PROFILE_TITLES: dict[str, str] = {name: item["title"] for name, item in WORDS["profiles"].items()}
SPEEDS: dict[str, str] = {name: item["speeds"] for name, item in WORDS["profiles"].items()}


def count(number: float) -> str:
    """Return a count with thousands separators."""
    return f"{math.floor(number + 0.5):,}"


def range_text(low: float, high: float) -> str:
    """Return two counts as a range; one where they are the same."""
    return count(low) if count(low) == count(high) else f"{count(low)}〜{count(high)}"


def percent(part: float, whole: float) -> str:
    """Return a share with one decimal; only all is 100.0 and only none is 0.0."""
    if whole <= 0:
        return "―"
    tenths = math.floor(part / whole * 1000 + 0.5)
    if tenths == 1000 and part < whole:
        tenths = 999
    if tenths == 0 and part > 0:
        tenths = 1
    return f"{tenths / 10:.1f}"


def minutes(seconds: float | None) -> str:
    """Return whole minutes, rounded up."""
    return "―" if seconds is None else str(math.ceil(seconds / 60))


def date_text(iso: str | None) -> str:
    """Return a date as 令和8年11月23日(月); what is no whole date stays as it is stored."""
    try:
        day = date.fromisoformat((iso or "")[:10])
    except ValueError:
        return iso or ""
    return f"{_year_text(day)}{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"


def _year_text(day: date) -> str:
    for name, start in ERAS:
        if day >= start:
            year = day.year - start.year + 1
            return f"{name}{'元' if year == 1 else year}年"
    return f"{day.year}年"


def accuracy_text(metres: float | None) -> str:
    """Return how far the drawn point may be from the place."""
    if metres is None:
        return ""
    return f"地図の位置は最大約{distance_text(metres)}ずれます"


def distance_text(metres: float) -> str:
    """Return a distance in the unit in which people say it."""
    return f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.0f} m"


def means_text(profile: str) -> str:
    """Return what a travel time is made by."""
    means: str = WORDS["profiles"][profile]["means"]
    return means


def road_text(profile: str) -> str:
    """Return the one word for a way of travelling that stands beside its figures."""
    short: str = WORDS["profiles"][profile]["short"]
    return short


def no_way_text(profile: str) -> str:
    """Return what is said of whom nobody gets to at all."""
    return f"{means_text(profile)}行けない"


def short_base(base: str) -> str:
    """Return the name of a base without the words that all bases share."""
    return re.sub("(地区)?センター$", "", base) or base


def short_district(district: str) -> str:
    """Return the name of a district for a small place: the town it stands in is left out where its own name follows.

    >>> short_district("宮守町達曽部"), short_district("土淵町")
    ('達曽部', '土淵')
    """
    return re.sub("^[^町]+町(?=[^町])|町$", "", district) or district


def basis_text(datasets: Iterable[Dataset], network: RoadNetworkRow, profile: str) -> str:
    """Return what the figures are of, when, and how sure."""
    people = "人口(年月日不明)"
    demand = next((item for item in datasets if item.kind == "demand"), None)
    if demand and demand.as_of:
        census = "国勢調査" if "国勢調査" in demand.source + demand.title else ""
        people = f"{demand.as_of.year}年{census}の人口"
    when = f"{network.source_date.year}年{network.source_date.month}月の" if network.source_date else ""
    roads = "道路の概略図" if network.is_schematic else "道路"
    return f"{people}、{when}{roads}、{SPEEDS.get(profile, profile)}"


def speed_note(row: SpeedValues) -> str:
    """Return where a row of a speed table comes from, why its range is what it is, and who changed it."""
    parts = [f"{row.source}。"]
    if row.reason not in {"", row.source}:
        parts.append(f"幅: {row.reason}。")
    if row.edit:
        parts.append(f"{date_text(row.edit.at)} {row.edit.who}が変更。理由: {row.edit.why}。")
    return " ".join(parts)


def speed_notes(table: Iterable[SpeedValues]) -> list[str]:
    """Return the notes of a speed table, each once."""
    return list(dict.fromkeys(speed_note(row) for row in table))


def credit(datasets: Iterable[Dataset], network: RoadNetworkRow) -> str:
    """Return whose data the map is drawn from."""
    open_roads = network.kind != "edges" or "OpenStreetMap" in network.source
    roads = "© OpenStreetMap contributors" if open_roads else f"道路: {network.source}"
    people = next((item.source for item in datasets if item.kind == "demand"), "")
    return "、".join(filter(None, [roads, "国勢調査" if "国勢調査" in people else people]))


def network_text(network: RoadNetworkRow) -> str:
    """Return which roads the figures stand on."""
    if network.is_schematic:
        return "道路: 概略図"
    when = f" {network.source_date.year}年{network.source_date.month}月" if network.source_date else ""
    return f"道路: {network.name}{when}"
