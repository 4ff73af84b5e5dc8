"""Words for a period, as offices write them → `Period`, such as 「令和6年12月9日 9時〜令和7年3月31日 17時」."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from app.errors import InputError
from app.roads.calendar import FEBRUARY_END, JAPAN, LAST_MOMENT, Period, check_period, zone_of

ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
# What stands between the beginning and the end.
BETWEEN = re.compile(r"\s*(?:から|〜|~|–|—|―|\bto\b|\s-\s|(?<=[日時分])-)\s*")
# Weekdays and remarks in brackets say nothing that the date does not say.
BRACKETS = re.compile(r"\((?:[月火水木金土日](?:曜日?)?|予定)\)")
YEAR = r"(?:(?P<era>令和|平成|R|H)?(?P<year>\d{1,4}|元)[年./-])?"
DAY = r"(?P<month>\d{1,2})[月./-](?:(?P<day>\d{1,2})日?|(?P<last>末日?))"
HOUR = r"(?:T|\s)*(?P<half>午前|午後)?(?:(?P<hour>\d{1,2})(?:時|:)(?:(?P<minute>\d{1,2})分?)?(?::(?P<second>\d{2}))?)?"
ZONE = r"(?P<zone>Z|[+-]\d{2}:?\d{2})?"
MOMENT = re.compile(rf"{YEAR}{DAY}{HOUR}{ZONE}")
EXAMPLES = "2024-12-09 9:00 〜 2025-03-31 17:00, 令和6年12月9日9時から令和7年3月31日17時まで, 毎年12月1日〜3月31日"


class _Said(NamedTuple):
    """A day as it is written: without a year, or without an hour."""

    year: int | None
    month: int
    day: int | None
    hour: time | None
    zone: str


def parse_period(text: str, time_zone: str = JAPAN) -> Period:
    """Return the period that words name; days without a year come again every year."""
    plain = _plain(text)
    parts = BETWEEN.split(plain)
    if len(parts) != 2:
        raise _unread(text)
    begin, end = (_parse(part, text) for part in parts)
    if (begin.year is None) != (end.year is None):
        raise InputError(
            f"The period {text!r} has a year at one end only.", detail="年は、始まりと終わりの両方に書いてください。"
        )
    if begin.year is None:
        if begin.hour is not None or end.hour is not None:
            raise InputError(
                f"The period {text!r}: a yearly rule knows whole days; write the hours with their year.",
                detail="毎年の規則は日にちで書いてください。時刻を入れるときは年も書きます。",
            )
        return check_period(Period(None, None, _mark(begin), _mark(end), time_zone))
    return check_period(Period(_moment(begin, time_zone), _moment(end, time_zone, last=True), time_zone=time_zone))


def parse_moment(text: str, time_zone: str = JAPAN, *, last: bool = False) -> datetime:
    """Return a moment with its zone; a day alone is its first moment, or with `last` its last one."""
    said = _parse(_plain(text), text)
    if said.year is None:
        raise InputError(f"The moment {text!r} has no year.", detail=f"「{text}」に年がありません。")
    return _moment(said, time_zone, last=last)


def parse_day(text: str) -> str:
    """Return a day of every year as ``MM-DD``, or ``02-end`` for the last day of February."""
    if text.strip() == FEBRUARY_END:
        return FEBRUARY_END
    said = _parse(_plain(text), text)
    if said.year is not None or said.hour is not None:
        raise InputError(f"A day of every year has neither a year nor an hour: {text!r}.", detail=f"月日だけを: {text}")
    return _mark(said)


def has_zone(text: str) -> bool:
    """Return whether words name a time zone of their own."""
    return any((found := MOMENT.search(part)) and found["zone"] for part in BETWEEN.split(_plain(text)))


def day_text(mark: str) -> str:
    """Return a day of every year as 12月1日."""
    return "2月末日" if mark == FEBRUARY_END else f"{int(mark[:2])}月{int(mark[3:])}日"


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"^毎年\s*|\s*(?:まで|の間)$", "", BRACKETS.sub("", plain))
    return re.sub(r"\s*年\s*", "年", re.sub(r"\s*月\s*", "月", plain))


def _unread(text: str) -> InputError:
    return InputError(
        f"{text!r} cannot be read as a period; write it as in: {EXAMPLES}.",
        detail=f"期間「{text}」を読めません。例: {EXAMPLES}",
    )


def _parse(part: str, text: str) -> _Said:
    found = MOMENT.fullmatch(re.sub(r"(?<=[時日分\d])(?:から|まで)$", "", part.strip()))
    if found is None:
        raise _unread(text)
    year = found["year"]
    number = None if year is None else (1 if year == "元" else int(year)) + ERAS.get(found["era"] or "", 0)
    hour = None
    if found["hour"]:
        afternoon = 12 if found["half"] == "午後" and int(found["hour"]) < 12 else 0
        values = (int(found["hour"]) + afternoon, int(found["minute"] or 0), int(found["second"] or 0))
        hour = _hour(*values, text)
    elif found["half"]:
        raise _unread(text)
    return _Said(number, int(found["month"]), int(found["day"]) if found["day"] else None, hour, found["zone"] or "")


def _hour(hour: int, minute: int, second: int, text: str) -> time:
    # 24時 is the end of the day.
    if (hour, minute, second) == (24, 0, 0):
        return LAST_MOMENT
    try:
        return time(hour, minute, second)
    except ValueError:
        raise InputError(f"There is no such time of day in {text!r}.", detail=f"時刻がありません: {text}") from None


def _mark(said: _Said) -> str:
    if not 1 <= said.month <= 12:
        raise InputError(f"There is no month {said.month}.", detail=f"{said.month}月はありません。")
    if said.day is None:
        return FEBRUARY_END if said.month == 2 else f"{said.month:02d}-{calendar.monthrange(2023, said.month)[1]:02d}"
    return f"{said.month:02d}-{said.day:02d}"


def _moment(said: _Said, time_zone: str, *, last: bool = False) -> datetime:
    year = said.year or 0
    try:
        day = said.day or calendar.monthrange(year, said.month)[1]
        hour = (LAST_MOMENT if last else time()) if said.hour is None else said.hour
        moment = datetime.combine(date(year, said.month, day), hour, zone_of(time_zone))
    except ValueError:
        raise InputError(
            f"There is no day {year}-{said.month}-{said.day}.",
            detail=f"{year}年{said.month}月{said.day}日はありません。",
        ) from None
    return moment.replace(tzinfo=_offset(said.zone)) if said.zone else moment


def _offset(text: str) -> tzinfo | None:
    return datetime.fromisoformat(f"2000-01-01T00:00{text}").tzinfo
