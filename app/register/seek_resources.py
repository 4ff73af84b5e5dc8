"""Seek what helps: by words, kind, district, place and the days on which something takes place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geoalchemy2.shape import to_shape
from sqlalchemy.orm import Session

from app.register.models import Resource, Schedule
from app.register.opening import next_of
from app.register.queries import find_resources, list_resources
from app.register.search import Wanted

SUNDAY = 6
EVERYTHING = 100_000
# The first and the last day of each choice, counted from today.
Days = tuple[date, date]


def days_of(choice: str, today: date) -> Days | None:
    """Return the days of きょう, あした and 今週, which ends on Sunday; nothing where no day is chosen.

    >>> days_of("week", date(2026, 11, 23))
    (datetime.date(2026, 11, 23), datetime.date(2026, 11, 29))
    """
    tomorrow = today + timedelta(days=1)
    week = (today, today + timedelta(days=SUNDAY - today.weekday()))
    return {"today": (today, today), "tomorrow": (tomorrow, tomorrow), "week": week}.get(choice)


@dataclass(frozen=True)
class Sought:
    """What a person seeks; what is empty asks for everything. `site` is a place as lat,lon with five decimals."""

    words: str = ""
    kind: str = ""
    district: str = ""
    site: str = ""
    days: Days | None = None


@dataclass(frozen=True)
class Match:
    """A resource that fits, and when it takes place next within the days that were asked for."""

    resource: Resource
    day: date | None
    schedule: Schedule | None


def seek_resources(session: Session, sought: Sought, today: date) -> Sequence[Match]:
    """Return what fits: what takes place first comes first, then what has no day, in the order of the register."""
    rows = list_resources(session, kind=sought.kind or None, district=sought.district or None)
    wanted = Wanted.of(sought.words)
    if wanted.words:
        named = {found.id for found in find_resources(session, wanted, EVERYTHING)}
        rows = [row for row in rows if row.id in named]
    if sought.site:
        rows = [row for row in rows if site_of(row) == sought.site]
    first, last = sought.days or (today, date.max)
    matches = [_match(row, first) for row in rows]
    within = [match for match in matches if match.day is not None and match.day <= last]
    undated = [match for match in matches if match.day is None and not sought.days]
    return [*sorted(within, key=_when), *undated]


def _match(row: Resource, since: date) -> Match:
    day, schedule = next_of(row.schedules, since) or (None, None)
    return Match(row, day, schedule)


def _when(match: Match) -> tuple[date, str]:
    start = match.schedule.start_time if match.schedule else None
    return match.day or date.max, f"{start:%H:%M}" if start else ""


def site_of(resource: Resource) -> str:
    """Return the place of a resource as the map names it, or nothing where none is published."""
    if resource.location is None:
        return ""
    lon, lat = to_shape(resource.location).coords[0]
    return f"{lat:.5f},{lon:.5f}"
