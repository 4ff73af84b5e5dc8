"""A rule of RFC 5545 as calendars write it → the days on which it holds, or why it cannot be followed.

What a calendar may export is read: RRULE lines with DTSTART, RDATE and EXDATE, folded or not. Only what no day can be
told from is refused: rules by hours and less, other time zones than Japan's, and parts that the standard forbids.
Nothing is walked for ever: a rule is asked for the days between two days, period by period.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import NamedTuple, NoReturn

from app.documents.clock import JAPAN
from app.errors import InputError

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
JAPANESE_ZONES = {"ASIA/TOKYO", "JAPAN", "TOKYO STANDARD TIME", "ETC/GMT-9", "JST", "(UTC+09:00) OSAKA, SAPPORO, TOKYO"}
NUMBERS = {
    "BYMONTH": range(1, 13),
    "BYMONTHDAY": range(1, 32),
    "BYYEARDAY": range(1, 367),
    "BYWEEKNO": range(1, 54),
    "BYSETPOS": range(1, 367),
    "BYHOUR": range(24),
    "BYMINUTE": range(60),
    "BYSECOND": range(61),
}
NEGATIVE = {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"}
CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST", *NUMBERS}
MOST_SIGNS = 20_000
STAMP = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")


@dataclass(frozen=True)
class Rule:
    """One RRULE: `days` are weekdays from 0 with the number of the day in its month or year, 0 for each."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    until_day: date | None = None
    days: tuple[tuple[int, int], ...] = ()
    week_start: int = 0
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def has_ended(self, day: date, start_time: time) -> bool:
        """Return whether a day lies behind the end; an end with an hour is compared with the hour of the day."""
        if self.until_day:
            return day > self.until_day
        return self.until is not None and datetime.combine(day, start_time, JAPAN) > self.until


class Recurrence(NamedTuple):
    """Rules and days beside them, with the first day where the words name one."""

    rules: tuple[Rule, ...]
    starts_on: date | None
    start_time: time | None
    more: frozenset[date]
    less: frozenset[date]


class Stamp(NamedTuple):
    """A day of an iCalendar value in Japan, its hour where it has one, and whether the value names another day."""

    day: date
    hour: time | None
    is_shifted: bool = False


# --- words → rules ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def parse_recurrence(text: str) -> Recurrence:
    """Return what the words of a calendar say, or refuse them in one sentence."""
    if len(text) > MOST_SIGNS:
        _refuse(text[:40], f"it is longer than {MOST_SIGNS:,} signs")
    rules: list[Rule] = []
    start: Stamp | None = None
    more: set[date] = set()
    less: set[date] = set()
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        head, colon, value = line.strip().partition(":")
        name, *options = (head if colon else "RRULE").upper().split(";")
        value = (value if colon else line).strip().upper()
        if not value:
            continue
        if name == "RRULE":
            rules.append(_rule(value, text))
        elif name in {"DTSTART", "RDATE", "EXDATE"}:
            _check_zone(options, text)
            stamps = [_stamp(one.partition("/")[0], text) for one in value.split(",")]
            if name == "DTSTART":
                start = stamps[0]
            else:
                (more if name == "RDATE" else less).update(stamp.day for stamp in stamps)
        elif name not in {"DTEND", "DURATION"}:
            _refuse(text, f"{name} is not known")
    if start and start.is_shifted and rules:
        _refuse(text, "its days are those of UTC and not of Japan; export it with Japan's time zone")
    if not rules and not more:
        _refuse(text, "it has no RRULE")
    return Recurrence(tuple(rules), start and start.day, start and start.hour, frozenset(more), frozenset(less))


def _refuse(text: str, why: str) -> NoReturn:
    short = text if len(text) <= 120 else f"{text[:120]} …"
    raise InputError(
        f"The schedule {short!r} cannot be followed: {why}. Write it as in FREQ=WEEKLY;BYDAY=WE.",
        detail=f"開催の規則「{short}」を読めません({why})。例: FREQ=WEEKLY;BYDAY=WE",
    )


def _check_zone(options: list[str], text: str) -> None:
    for option in options:
        name, _, value = option.partition("=")
        if name == "TZID" and value.strip('"').lstrip("/").rpartition("MOZILLA.ORG/")[2] not in JAPANESE_ZONES:
            _refuse(text, f"its time zone is {value}, not Asia/Tokyo")


def _stamp(value: str, text: str) -> Stamp:
    found = STAMP.fullmatch(value.strip())
    if found is None:
        _refuse(text, f"{value} is no day such as 20260401")
    try:
        day = datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC)
        if not found[2]:
            return Stamp(day.date(), None)
        hour = datetime.strptime(found[2], "%H%M%S").time()  # noqa: DTZ007  (an hour alone)
        moment = datetime.combine(day.date(), hour, UTC if found[3] else JAPAN).astimezone(JAPAN)
    except (ValueError, OverflowError):
        _refuse(text, f"there is no day or hour {value}")
    return Stamp(moment.date(), moment.time(), moment.date() != day.date())


def _rule(value: str, text: str) -> Rule:
    parts: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in value.split(";"))):
        name, equals, words = (word.strip() for word in part.partition("="))
        if not equals or not words or name not in PARTS:
            _refuse(text, f"{part} is not known")
        if name in parts:
            _refuse(text, f"{name} stands twice")
        parts[name] = words
    frequency = parts.get("FREQ", "")
    if frequency in {"HOURLY", "MINUTELY", "SECONDLY"}:
        _refuse(text, f"a schedule has days, not {frequency}")
    if frequency not in FREQUENCIES:
        _refuse(text, "it has no FREQ")
    if "COUNT" in parts and "UNTIL" in parts:
        _refuse(text, "it has both COUNT and UNTIL")
    numbers = {name: _numbers(name, parts[name], text) for name in NUMBERS if name in parts}
    days = tuple(_weekday(code, text) for code in parts["BYDAY"].split(",")) if "BYDAY" in parts else ()
    until = _stamp(parts["UNTIL"], text) if "UNTIL" in parts else None
    rule = Rule(
        frequency=frequency,
        interval=_whole(parts.get("INTERVAL", "1"), "INTERVAL", text),
        count=_whole(parts["COUNT"], "COUNT", text) if "COUNT" in parts else None,
        until=datetime.combine(until.day, until.hour, JAPAN) if until and until.hour is not None else None,
        until_day=until.day if until and until.hour is None else None,
        days=days,
        week_start=_weekday(parts.get("WKST", "MO"), text)[0],
        numbers=numbers,
    )
    _check_parts(rule, text)
    return rule


def _whole(words: str, name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", words) or int(words) == 0:
        _refuse(text, f"{name} is not a whole number above 0")
    return int(words)


def _numbers(name: str, words: str, text: str) -> tuple[int, ...]:
    values = []
    for word in words.split(","):
        if not re.fullmatch(r"[+-]?[0-9]{1,3}", word.strip()):
            _refuse(text, f"{name}={words[:40]} is not a list of numbers")
        value = int(word)
        if abs(value) not in NUMBERS[name] or (value < 0 and name not in NEGATIVE):
            _refuse(text, f"{name} cannot be {value}")
        values.append(value)
    return tuple(values)


def _weekday(code: str, text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", code.strip())
    if found is None or (found[1] and not 1 <= abs(int(found[1])) <= 53):
        _refuse(text, f"{code[:40]} is no day of the week")
    return CODES.index(found[2]), int(found[1] or 0)


def _check_parts(rule: Rule, text: str) -> None:
    """Refuse what the standard forbids, and the little that it leaves open to two readings."""
    has = set(rule.numbers)
    frequency = rule.frequency
    if "BYWEEKNO" in has and (frequency != "YEARLY" or not rule.days or rule.interval > 1 or rule.week_start):
        _refuse(text, "BYWEEKNO needs FREQ=YEARLY with BYDAY, and weeks from Monday")
    if "BYYEARDAY" in has and frequency != "YEARLY":
        _refuse(text, "BYYEARDAY needs FREQ=YEARLY")
    if "BYMONTHDAY" in has and frequency == "WEEKLY":
        _refuse(text, "BYMONTHDAY does not go with FREQ=WEEKLY")
    if any(nth for _, nth in rule.days) and (frequency not in {"MONTHLY", "YEARLY"} or "BYWEEKNO" in has):
        _refuse(text, "a day of the week with a number needs FREQ=MONTHLY or YEARLY")
    if "BYSETPOS" in has and ("BYWEEKNO" in has or (has == {"BYSETPOS"} and not rule.days)):
        _refuse(text, "BYSETPOS needs days to choose from")
    if any(len(rule.numbers.get(name, ())) > 1 for name in CLOCK) and (rule.count or "BYSETPOS" in has):
        _refuse(text, "several hours of a day are not counted")


# --- rules → days -----------------------------------------------------------------------------------------------------


def needs_start(rule: Rule) -> bool:
    """Return whether a rule has days only once its first day is known."""
    return rule.interval > 1 or rule.count is not None or _has_no_days(rule)


def _has_no_days(rule: Rule) -> bool:
    given = bool(rule.days) or bool(set(rule.numbers) & {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"})
    return rule.frequency != "DAILY" and not given


def days_between(rule: Rule, starts_on: date, first: date, last: date, start_time: time) -> Iterator[date]:
    """Yield the days of a rule from `first` to `last`, both included, in order."""
    fits = _predicate(rule, starts_on)
    left = rule.count
    # What is counted is counted from the beginning; everything else begins where it is asked for.
    begin = starts_on if left is not None else max(first, starts_on)
    for period in _periods(rule, starts_on, begin, last):
        days = [day for day in period if fits(day)]
        if positions := rule.numbers.get("BYSETPOS"):
            chosen = {days[n - 1 if n > 0 else n] for n in positions if abs(n) <= len(days)}
            days = sorted(chosen)
        for day in days:
            if day < starts_on:
                continue
            if day > last or rule.has_ended(day, start_time) or left == 0:
                return
            left = None if left is None else left - 1
            if day >= first:
                yield day


def _predicate(rule: Rule, starts_on: date) -> Callable[[date], bool]:
    """Return what tells whether a day fits all parts; what no part says is taken from the first day."""
    numbers = dict(rule.numbers)
    days = rule.days
    if _has_no_days(rule):
        if rule.frequency == "WEEKLY":
            days = ((starts_on.weekday(), 0),)
        else:
            numbers["BYMONTHDAY"] = (starts_on.day,)
            if rule.frequency == "YEARLY":
                numbers.setdefault("BYMONTH", (starts_on.month,))
    months, month_days = numbers.get("BYMONTH"), numbers.get("BYMONTHDAY")
    year_days, weeks = numbers.get("BYYEARDAY"), numbers.get("BYWEEKNO")
    by_month = rule.frequency == "MONTHLY" or months is not None

    def fits(day: date) -> bool:
        return (
            (months is None or day.month in months)
            and (month_days is None or _is_among(day.day, _month_length(day), month_days))
            and (year_days is None or _is_among(day.timetuple().tm_yday, _year_length(day), year_days))
            and (weeks is None or _is_among(day.isocalendar().week, _weeks(day), weeks))
            and (not days or any(_is_weekday(day, *one, by_month=by_month) for one in days))
        )

    return fits


def _is_among(number: int, length: int, wanted: tuple[int, ...]) -> bool:
    return number in wanted or number - length - 1 in wanted


def _is_weekday(day: date, weekday: int, nth: int, *, by_month: bool) -> bool:
    if day.weekday() != weekday:
        return False
    if nth == 0:
        return True
    number = day.day if by_month else day.timetuple().tm_yday
    length = _month_length(day) if by_month else _year_length(day)
    return nth == ((number - 1) // 7 + 1 if nth > 0 else -((length - number) // 7 + 1))


def _month_length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _year_length(day: date) -> int:
    return 366 if calendar.isleap(day.year) else 365


def _weeks(day: date) -> int:
    return date(day.isocalendar().year, 12, 28).isocalendar().week


def _periods(rule: Rule, starts_on: date, begin: date, last: date) -> Iterator[list[date]]:
    """Yield the days of each period in which the rule is looked at, from that of `begin` to that of `last`."""
    origin = _number_of(rule, starts_on)
    step = rule.interval
    first = origin + -(-(_number_of(rule, begin) - origin) // step) * step
    for number in range(first, _number_of(rule, last) + 1, step):
        yield _days_of(rule, number)


def _number_of(rule: Rule, day: date) -> int:
    """Return the number of the day, week, month or year in which a day lies."""
    if rule.frequency == "DAILY":
        return day.toordinal()
    if rule.frequency == "WEEKLY":
        return (day.toordinal() - 1 - rule.week_start) // 7  # day 1 is a Monday
    return day.year * 12 + day.month - 1 if rule.frequency == "MONTHLY" else day.year


def _days_of(rule: Rule, number: int) -> list[date]:
    if rule.frequency == "DAILY":
        return [date.fromordinal(number)]
    if rule.frequency == "WEEKLY":
        first, length = number * 7 + 1 + rule.week_start, 7
    else:
        day = date(number // 12, number % 12 + 1, 1) if rule.frequency == "MONTHLY" else date(number, 1, 1)
        first, length = day.toordinal(), _month_length(day) if rule.frequency == "MONTHLY" else _year_length(day)
    return [date.fromordinal(day) for day in range(max(first, 1), min(first + length, date.max.toordinal() + 1))]
