"""When a resource is open next: RFC 5545 rules, exceptions, holidays and seasons → a date and plain Japanese."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from functools import lru_cache
from typing import NamedTuple

import holidays

from app.documents.clock import today
from app.errors import InputError
from app.register.models import Schedule
from app.register.recurrence import CLOCK, Rule, days_between, needs_start, parse_recurrence

WEEKDAYS = "月火水木金土日"
# How far ahead days are listed, and how far the next one is looked for: 29 February is eight years off at most.
HORIZON_DAYS = 400
FARTHEST_DAYS = 9 * 366


@lru_cache(maxsize=8)
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("JP", years=year))


class _When(NamedTuple):
    """What of a schedule its days depend on."""

    rrule: str
    starts_on: date | None
    start_time: time | None
    exdates: tuple[date, ...]
    closed_on_holidays: bool
    season_from: str
    season_to: str

    @staticmethod
    def of(schedule: Schedule) -> _When:
        return _When(
            schedule.rrule,
            schedule.starts_on,
            schedule.start_time,
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


def _days(when: _When, since: date, ahead: int) -> Iterator[date]:
    if not when.rrule:
        return
    said = parse_recurrence(when.rrule)
    last = date.fromordinal(min(since.toordinal() + ahead, date.max.toordinal()))
    start, hour = when.starts_on or said.starts_on, when.start_time or said.start_time or time()
    streams = [days_between(rule, _start(when, rule, start, since), since, last, hour) for rule in said.rules]
    more = sorted(day for day in said.more if since <= day <= last)
    for day, _ in itertools.groupby(heapq.merge(*streams, more)):
        holiday = when.closed_on_holidays and day in _public_holidays(day.year)
        if day not in when.exdates and day not in said.less and _in_season(when, day) and not holiday:
            yield day


def _start(when: _When, rule: Rule, start: date | None, since: date) -> date:
    if start is None and needs_start(rule):
        raise InputError(
            f"The schedule {when.rrule[:120]!r} cannot be followed without its first day (starts_on).",
            detail=f"開催の規則「{when.rrule[:120]}」には、始まりの日が要ります。",
        )
    return start or since


def check_schedule(schedule: Schedule) -> None:
    """Refuse a schedule whose days cannot be told, before it is stored."""
    next(_days(_When.of(schedule), schedule.starts_on or today(), HORIZON_DAYS), None)


# Every page of a day asks for the same.
@lru_cache(maxsize=4096)
def _next_day(when: _When, since: date) -> date | None:
    return next(_days(when, since, FARTHEST_DAYS), None)


def occurrences(schedule: Schedule, since: date) -> Iterator[date]:
    """Yield the days on which a schedule takes place, from `since` (inclusive) to `HORIZON_DAYS` later."""
    return _days(_When.of(schedule), since, HORIZON_DAYS)


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
    """Return the rule in plain Japanese; the stored words win over words made from the rule, which may be none."""
    return schedule.rule_text or _words(_When.of(schedule))


def _words(when: _When) -> str:
    """Return words only for a rule of which they say everything."""
    said = parse_recurrence(when.rrule) if when.rrule else None
    if said is None or len(said.rules) != 1 or said.more or said.less:
        return ""
    (rule,) = said.rules
    words = _days_in_words(rule, when.starts_on or said.starts_on)
    # Until midnight is until the day before.
    if words and (end := rule.until_day or (rule.until and (rule.until - timedelta(seconds=1)).date())):
        return f"{words}({end.year}年{end.month}月{end.day}日まで)"
    return f"{words}(全{rule.count}回)" if words and rule.count else words


def _days_in_words(rule: Rule, start: date | None) -> str:
    parts = set(rule.numbers) - set(CLOCK)
    every = rule.interval
    if rule.frequency == "DAILY" and not parts and not rule.days:
        return "毎日" if every == 1 else f"{every}日ごと"
    if rule.frequency == "WEEKLY" and not parts:
        days = rule.days or (((start.weekday(), 0),) if start else ())
        head = "毎週" if every == 1 else "隔週" if every == 2 else f"{every}週ごとの"
        return head + "・".join(WEEKDAYS[day] for day, _ in days) + "曜日" if days else ""
    if rule.frequency == "MONTHLY":
        head = "毎月" if every == 1 else "隔月" if every == 2 else f"{every}か月ごとの"
        days_of_month = _month_days(rule, parts, start)
        return head + days_of_month if days_of_month else ""
    return ""


def _month_days(rule: Rule, parts: set[str], start: date | None) -> str:
    if not rule.days and parts <= {"BYMONTHDAY"}:
        numbers = rule.numbers.get("BYMONTHDAY") or ((start.day,) if start else ())
        if all(number >= -1 for number in numbers):
            return "・".join("末日" if number == -1 else f"{number}日" for number in numbers)
        return ""
    positions = rule.numbers.get("BYSETPOS", ())
    days = rule.days
    if len(days) == 1 and days[0][1] == 0 and parts == {"BYSETPOS"}:
        days = tuple((days[0][0], position) for position in positions)
    elif parts:
        return ""
    if not all(1 <= nth <= 5 or nth == -1 for _, nth in days):
        return ""
    return "・".join(("最終" if nth == -1 else f"第{nth}") + WEEKDAYS[day] + "曜日" for day, nth in days)
