"""When a resource is open next: RFC 5545 rules, exceptions, holidays and seasons → a date and plain Japanese."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import rrulestr

from app.register.models import Schedule

JAPAN = ZoneInfo("Asia/Tokyo")
WEEKDAYS = "月火水木金土日"
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
HORIZON = timedelta(days=400)


def today() -> date:
    """Return the date in Japan."""
    return datetime.now(JAPAN).date()


@lru_cache(maxsize=8)
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("JP", years=year))


class _When(NamedTuple):
    """What of a schedule its days depend on."""

    rrule: str
    starts_on: date | None
    exdates: tuple[date, ...]
    closed_on_holidays: bool
    season_from: str
    season_to: str

    @staticmethod
    def of(schedule: Schedule) -> _When:
        return _When(
            schedule.rrule,
            schedule.starts_on,
            tuple(schedule.exdates),
            schedule.closed_on_holidays,
            schedule.season_from,
            schedule.season_to,
        )


def _in_season(when: _When, day: date) -> bool:
    if not (when.season_from and when.season_to):
        return True
    mark = f"{day:%m-%d}"
    if when.season_from <= when.season_to:
        return when.season_from <= mark <= when.season_to
    return mark >= when.season_from or mark <= when.season_to


def _days(when: _When, since: date) -> Iterator[date]:
    if not when.rrule:
        return
    start = datetime.combine(when.starts_on or since, datetime.min.time())
    rule = rrulestr(when.rrule, dtstart=start)
    first = datetime.combine(max(since, start.date()), datetime.min.time())
    until = datetime.combine(since + HORIZON, datetime.min.time())
    for moment in rule.xafter(first, inc=True):
        if moment > until:
            return
        day = moment.date()
        holiday = when.closed_on_holidays and day in _public_holidays(day.year)
        if day not in when.exdates and _in_season(when, day) and not holiday:
            yield day


# A rule is walked from its first day, years ago; every page of a day asks for the same.
@lru_cache(maxsize=4096)
def _next_day(when: _When, since: date) -> date | None:
    return next(_days(when, since), None)


def occurrences(schedule: Schedule, since: date) -> Iterator[date]:
    """Yield the days on which a schedule takes place, from `since` (inclusive) to `HORIZON` later."""
    return _days(_When.of(schedule), since)


def next_on(schedule: Schedule, since: date) -> date | None:
    """Return the next day of a schedule, `since` itself included, or None when none is known."""
    return _next_day(_When.of(schedule), since)


def next_of(schedules: Iterable[Schedule], since: date) -> tuple[date, Schedule] | None:
    """Return the earliest next day among schedules and the schedule it belongs to."""
    days = [(day, position, item) for position, item in enumerate(schedules) if (day := next_on(item, since))]
    if not days:
        return None
    day, _, schedule = min(days, key=lambda entry: entry[:2])
    return day, schedule


def day_text(day: date) -> str:
    """Return a date as people say it.

    >>> day_text(date(2026, 11, 23))
    '11月23日(月)'
    """
    return f"{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"


def time_text(schedule: Schedule) -> str:
    """Return the hours as ``10:00〜12:00``, or nothing where they are not known."""
    if not schedule.start_time:
        return ""
    end = f"{schedule.end_time:%H:%M}" if schedule.end_time else ""
    return f"{schedule.start_time:%H:%M}〜{end}"


def next_text(day: date, schedule: Schedule) -> str:
    """Return the next occurrence as one phrase."""
    return f"{day_text(day)} {time_text(schedule)}".strip()


def rule_text(schedule: Schedule) -> str:
    """Return the rule in plain Japanese; the stored words win over words made from the rule."""
    return schedule.rule_text or _words(schedule.rrule)


def _words(rrule: str) -> str:
    parts = dict(part.split("=", 1) for part in rrule.split(";"))
    interval = int(parts.get("INTERVAL", "1"))
    days = parts.get("BYDAY", "")
    if parts["FREQ"] == "DAILY":
        return "毎日" if interval == 1 else f"{interval}日ごと"
    if parts["FREQ"] == "WEEKLY":
        head = "毎週" if interval == 1 else "隔週" if interval == 2 else f"{interval}週ごとの"
        return head + "・".join(WEEKDAYS[CODES.index(code)] for code in days.split(",")) + "曜日"
    if parts["FREQ"] == "MONTHLY":
        head = "毎月" if interval == 1 else "隔月" if interval == 2 else f"{interval}か月ごとの"
        return head + _month_days(parts)
    return ""


def _month_days(parts: dict[str, str]) -> str:
    if "BYMONTHDAY" in parts:
        return "・".join("末日" if day == "-1" else f"{day}日" for day in parts["BYMONTHDAY"].split(","))
    position = parts.get("BYSETPOS", "")
    words = []
    for code in parts.get("BYDAY", "").split(","):
        nth = code[:-2] or position
        words.append(("最終" if nth == "-1" else f"第{nth}") + WEEKDAYS[CODES.index(code[-2:])] + "曜日")
    return "・".join(words)
