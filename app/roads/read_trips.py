"""A table of recorded trips → trips, and the rows that are none, each with its reason."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.documents.dates import parse_minutes, parse_moment
from app.documents.input_file import read_input
from app.errors import InputError
from app.tables import Row, read_table

# Each column with the titles of logs that mean the same.
COLUMNS = {
    "start_lon": ("出発経度", "出発地経度", "起点経度", "出発地の経度"),
    "start_lat": ("出発緯度", "出発地緯度", "起点緯度", "出発地の緯度"),
    "end_lon": ("到着経度", "到着地経度", "目的地経度", "終点経度", "到着地の経度"),
    "end_lat": ("到着緯度", "到着地緯度", "目的地緯度", "終点緯度", "到着地の緯度"),
    "departure": ("出発日時", "出発時刻", "出発", "日時", "開始日時"),
    "minutes": ("所要時間", "所要分", "かかった分", "分", "時間"),
}
PLACES = ("start_lon", "start_lat", "end_lon", "end_lat")


@dataclass(frozen=True)
class Trip:
    """One recorded trip; `row` counts the rows below the head from 1, places are lon, lat."""

    row: int
    origin: tuple[float, float]
    destination: tuple[float, float]
    departure: datetime
    seconds: float


@dataclass(frozen=True)
class Unexplained:
    """A row that says nothing of speeds, and why."""

    row: int
    reason: str
    minutes: float | None = None
    expected_minutes: float | None = None


def read_trips(path: Path) -> tuple[list[Trip], list[Unexplained]]:
    """Return the trips of a file, and its rows that are no trip."""
    table = read_table(read_input(path), COLUMNS, tuple(COLUMNS))
    found = [_trip(row) for row in table.rows()]
    return [one for one in found if isinstance(one, Trip)], [one for one in found if isinstance(one, Unexplained)]


def _trip(row: Row) -> Trip | Unexplained:
    places = [_number(row.text(name)) for name in PLACES]
    if any(math.isnan(value) for value in places):
        return Unexplained(row.number, "no_place")
    if row.fault:
        return Unexplained(row.number, "fields")
    if any(abs(lon) > 180 or abs(lat) > 90 for lon, lat in (places[:2], places[2:])):
        return Unexplained(row.number, "not_on_globe")
    try:
        minutes = parse_minutes(row.text("minutes"))
    except InputError:
        minutes = 0.0
    if minutes <= 0:
        return Unexplained(row.number, "no_time")
    try:
        departure = parse_moment(row.text("departure"))
    except InputError:
        return Unexplained(row.number, "no_departure", minutes)
    return Trip(row.number, (places[0], places[1]), (places[2], places[3]), departure, 60 * minutes)


def _number(text: str) -> float:
    plain = unicodedata.normalize("NFKC", text)
    return float(plain) if re.fullmatch(r"[-+]?\d{1,3}(?:\.\d*)?", plain) else math.nan
