"""A CSV of recorded trips → trips, and the rows that are none, each with its reason."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.errors import InputError
from app.roads.calendar import JAPAN, zone_of

COLUMNS = ("start_lon", "start_lat", "end_lon", "end_lat", "departure", "minutes")
ENCODINGS = ("utf-8-sig", "cp932")


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
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        raise InputError(f"{path} has no column {', '.join(missing)}; it needs {', '.join(COLUMNS)}.")
    trips: list[Trip] = []
    faults: list[Unexplained] = []
    try:
        for row, line in enumerate(reader, start=1):
            found = _trip(row, line)
            (trips if isinstance(found, Trip) else faults).append(found)  # type: ignore[arg-type]
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: no readable CSV ({error}).") from error
    if not trips and not faults:
        raise InputError(f"{path} has no row below its head.")
    return trips, faults


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"The file {path} cannot be read: {error.strerror}.") from error
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{path} is neither UTF-8 nor CP932 (Shift_JIS).")


def _trip(row: int, line: Mapping[str, str | None]) -> Trip | Unexplained:
    values = [_number(line[name]) for name in ("start_lon", "start_lat", "end_lon", "end_lat", "minutes")]
    if any(math.isnan(value) for value in values[:4]):
        return Unexplained(row, "no_place")
    if any(abs(lon) > 180 or abs(lat) > 90 for lon, lat in (values[:2], values[2:4])):
        return Unexplained(row, "not_on_globe")
    if not 0 < values[4] < math.inf:
        return Unexplained(row, "no_time")
    try:
        departure = datetime.fromisoformat((line["departure"] or "").strip())
    except ValueError:
        return Unexplained(row, "no_departure", values[4])
    if departure.tzinfo is None:
        departure = departure.replace(tzinfo=zone_of(JAPAN))
    return Trip(row, (values[0], values[1]), (values[2], values[3]), departure, 60 * values[4])


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan
