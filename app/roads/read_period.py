"""Words for a period, as offices write them → `Period`, such as 「令和6年12月9日 9時〜令和7年3月31日 17時」.

What names no day, no end or no year is refused with what to write, and never taken for more than it says.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from app.errors import InputError
from app.roads.calendar import FEBRUARY_END, JAPAN, LAST_MOMENT, MIDNIGHT, Period, check_period, zone_of

ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
MOST_TEXT = 200
# What stands between the beginning and the end.
BETWEEN = re.compile(r"\s*(?:から|〜|~|–|—|―|\bto\b|\s-\s|(?<=[日時分])-|(?<=[./]\d)-(?=\d)|(?<=[./]\d\d)-(?=\d))\s*")
# Remarks that say nothing that the dates do not say.
REMARKS = re.compile(r"\(予定\)|\(終日\)|終日|\((?:両日|当日)?(?:を?含む)\)")
YEAR = r"(?:(?P<era>令和|平成|R|H)?(?P<year>\d{1,4}|元)[年./-]|(?P<next_year>翌年?)\s*)?"
DAY = r"(?:(?P<month>\d{1,2})[月./-](?:(?P<day>\d{1,2})日?|(?P<last>末日?))|(?P<day_only>\d{1,2})日)"
WEEKDAY = r"(?:\s*\((?P<weekday>[月火水木金土日])(?:曜日?)?\))?"
HOUR = (
    r"\s*(?P<iso>T)?\s*(?P<half>午前|午後)?"
    r"(?:(?P<hour>\d{1,2})(?:時|:)(?:(?P<minute>\d{1,2}|半)分?)?(?::(?P<second>\d{2})(?:\.\d+)?)?(?:頃|ごろ|ころ)?)?"
)
ZONE = r"\s*(?P<zone>Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?"
MOMENT = re.compile(YEAR + DAY + WEEKDAY + HOUR + ZONE)
# A date as a number: 20261201, or the days since 1900 of a spreadsheet (46357), with the hour behind the point.
COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
SERIAL = re.compile(r"[2-9]\d{4}(?:\.\d{1,12})?")
SERIALS = (29_221, 73_051)  # 1980 to 2099
SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  (a spreadsheet's days have no zone)
YEAR_LAST = re.compile(r"(?<!\d)(?<![./-])\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d{2}(?!\d)")
CLOCK = r"(?:午前|午後)?\d{1,2}(?::\d{2}(?::\d{2})?|時(?:半|\d{1,2}分?)?)"
HOURS = re.compile(
    rf"[(のは]?\s*(?P<begin>{CLOCK})\s*(?:から|〜|~|–|—|-)\s*(?P<next>翌日?|翌朝)?(?:同日|当日)?\s*(?P<end>{CLOCK})(?!\s*[/年月])"
    r"(?:まで)?\s*\)?"
)
EVERY_DAY = re.compile(r"\(?(?:毎日|各日|連日|夜間|昼間|日中|毎晩|毎夜)(?:の|のみ)?\)?")
EXAMPLES = "2024-12-09 9:00 〜 2025-03-31 17:00, 令和6年12月9日9時から令和7年3月31日17時まで, 毎年12月1日〜3月31日"
# What names no day, and what to write instead.
VAGUE: tuple[tuple[str, str, str], ...] = (
    (
        r"[上中下初]旬|半ば|前半|後半|年度?末|年始|年内|(?:\d日|月|末)(?:頃|ごろ|ころ)|初め|始め|春|夏|秋(?!田)|降雪|積雪|融雪|雪解け",
        "it names no day: write the day, such as 11月15日",
        "日が決まりません。「11月15日」のように日を書いてください。",
    ),
    (
        r"当面|当分|未定|不明|解除|完了|終了|別途|until|無期限|期限なし",
        "it has no end: write the last day; where that is not known yet, a late one, and change it later",
        "終わりがありません。終わりの日を書いてください。決まっていないときは遠い日を入れ、決まったら直してください。",
    ),
    (
        r"平日|土日|休日|祝日?|曜|毎週|隔週|毎月|\([月火水木金土日][・、,〜~\-]",
        "it speaks of some days of the week: write one row for each stretch of days",
        "曜日ごとの通行止めは登録できません。続いた日ごとに行を分けてください。",
    ),
    (
        r"除く|以外|ただし|但し",
        "it has an exception: write one row for each stretch of days",
        "例外の日があります。行を分けてください。",
    ),
)


class _Said(NamedTuple):
    """A day as it is written: without a year, a month or an hour."""

    year: int | None
    month: int | None
    day: int | None
    hour: time | None
    zone: str
    is_next_year: bool = False
    has_weekday: str = ""


def parse_period(text: str, time_zone: str = JAPAN) -> Period:
    """Return the period that words name; days without a year come again every year."""
    plain = _plain(text)
    _refuse_vague(plain, text)
    if re.fullmatch(r"通年|年間", plain):
        return Period(yearly_from="01-01", yearly_to="12-31", time_zone=time_zone)
    hours, plain = _hours(plain, text)
    is_daily = bool(EVERY_DAY.search(plain))
    parts = BETWEEN.split(EVERY_DAY.sub(" ", plain).strip(" ,、の"))
    if len(parts) == 2 and not all(parts):
        raise _vague(text, VAGUE[1])
    if len(parts) > 2 or re.search(r"[、,;・&と]|及び|ならびに", plain):
        raise _several(text) if MOMENT.search(plain) else _unread(text)
    begin = _parse(parts[0], text)
    if len(parts) == 1:
        return _one_day(begin, hours, text, time_zone)
    begin, end = _same_year(begin, _parse(parts[1], text), text)
    if is_daily and hours is None:
        if begin.hour is None or end.hour is None:
            raise _unread_hours(text)
        period = _between(begin, end, None, text, time_zone)
        daily = _marks(begin.hour, end.hour)
        return check_period(replace(period, daily_from=daily[0], daily_to=daily[1]))
    if hours and (begin.hour or end.hour):
        raise _unread(text)
    return _between(begin, end, hours, text, time_zone)


def parse_moment(text: str, time_zone: str = JAPAN, *, last: bool = False) -> datetime:
    """Return a moment with its zone; a day alone is its first moment, or with `last` its last one."""
    plain = _plain(text)
    _refuse_vague(plain, text)
    said = _parse(plain, text)
    if said.year is None or said.month is None:
        raise InputError(f"The moment {text!r} has no year.", detail=f"「{text}」に年がありません。")
    return _moment(said, time_zone, last=last)


def parse_day(text: str) -> str:
    """Return a day of every year as ``MM-DD``, or ``02-end`` for the last day of February."""
    if text.strip() == FEBRUARY_END:
        return FEBRUARY_END
    plain = _plain(text)
    _refuse_vague(plain, text)
    said = _parse(plain, text)
    if said.year is not None or said.hour is not None or said.month is None:
        raise InputError(f"A day of every year has neither a year nor an hour: {text!r}.", detail=f"月日だけを: {text}")
    return _mark(said)


def parse_hours(text: str) -> tuple[str, str]:
    """Return hours of the day as ``HH:MM`` from words such as 「22:00〜翌5:00」."""
    found = HOURS.fullmatch(EVERY_DAY.sub("", _plain(text)).strip())
    if found is None:
        raise _unread_hours(text)
    return _marks(*_clocks(found, text))


def parse_clock(text: str) -> str:
    """Return one hour of the day as ``HH:MM``."""
    found = re.fullmatch(CLOCK, _plain(text))
    if found is None:
        raise _unread_hours(text)
    return _clock_mark(_clock(found[0], text))


def has_zone(text: str) -> bool:
    """Return whether words name a time zone of their own."""
    return any((found := MOMENT.search(part)) and found["zone"] for part in BETWEEN.split(_plain(text)))


def day_text(mark: str) -> str:
    """Return a day of every year as 12月1日."""
    return "2月末日" if mark == FEBRUARY_END else f"{int(mark[:2])}月{int(mark[3:])}日"


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text[: MOST_TEXT + 1]).strip()
    if len(text) > MOST_TEXT or re.search(r"\d{10}", plain):
        raise _unread(text)
    plain = re.sub(r"^毎年\s*|\s*(?:まで|の間|迄)$", "", REMARKS.sub("", plain).strip())
    return re.sub(r"\s*年\s*", "年", re.sub(r"\s*月\s*(?=[\d末])", "月", plain))


def _unread(text: str) -> InputError:
    shown = text[:60]
    return InputError(
        f"{shown!r} cannot be read as a period; write it as in: {EXAMPLES}.",
        detail=f"期間「{shown}」を読めません。例: {EXAMPLES}",
    )


def _vague(text: str, row: tuple[str, str, str]) -> InputError:
    return InputError(
        f"{text[:60]!r} cannot be read as a period: {row[1]}; as in: {EXAMPLES}.",
        detail=f"期間「{text[:60]}」: {row[2]}",
    )


def _several(text: str) -> InputError:
    return InputError(
        f"{text[:60]!r} cannot be read as a period: it has several; write one row for each.",
        detail=f"期間「{text[:60]}」には期間がいくつもあります。期間ごとに行を分けてください。",
    )


def _unread_hours(text: str) -> InputError:
    return InputError(
        f"{text[:60]!r} says at which hours in no way that can be read; write them as 22:00〜翌5:00.",
        detail=f"「{text[:60]}」の時間帯を読めません。「22:00〜翌5:00」のように書いてください。",
    )


def _refuse_vague(plain: str, text: str) -> None:
    for row in VAGUE:
        if re.search(row[0], plain):
            raise _vague(text, row)
    if YEAR_LAST.search(plain):
        raise InputError(
            f"{text[:60]!r}: whether the day or the month comes first is not said; write it as 2026-12-01.",
            detail=f"「{text[:60]}」は、日と月のどちらが先か分かりません。2026-12-01 のように年から書いてください。",
        )


def _hours(plain: str, text: str) -> tuple[tuple[time, time] | None, str]:
    """Return the hours of each day that words name, and the words without them."""
    found = list(HOURS.finditer(plain))
    if len(found) > 1:
        raise _several(text)
    if not found:
        return None, plain
    return _clocks(found[0], text), plain[: found[0].start()] + " " + plain[found[0].end() :]


def _clocks(found: re.Match[str], text: str) -> tuple[time, time]:
    begin, end = (_clock(found[name], text) for name in ("begin", "end"))
    if found["next"] and end > begin:
        raise _unread_hours(text)
    if begin >= end and not found["next"] and not (end.hour < 12 <= begin.hour):
        raise _unread_hours(text)
    return begin, end


def _clock(words: str, text: str) -> time:
    found = re.fullmatch(HOUR, words)
    if found is None or not found["hour"]:
        raise _unread_hours(text)
    hour = _time(found, text)
    if hour is None:
        return time()
    return hour


def _marks(begin: time, end: time) -> tuple[str, str]:
    return _clock_mark(begin), _clock_mark(end)


def _clock_mark(clock: time) -> str:
    return MIDNIGHT if clock == LAST_MOMENT else f"{clock:%H:%M}"


def _one_day(day: _Said, hours: tuple[time, time] | None, text: str, time_zone: str) -> Period:
    if day.year is None or day.month is None or day.hour is not None:
        raise _unread(text)
    if hours is None:
        return _between(day, day, None, text, time_zone)
    begin, end = _moment(day._replace(hour=hours[0]), time_zone), _moment(day._replace(hour=hours[1]), time_zone)
    return check_period(Period(begin, end + timedelta(days=hours[1] <= hours[0]), time_zone=time_zone))


def _same_year(begin: _Said, end: _Said, text: str) -> tuple[_Said, _Said]:
    """Return both ends with what the second leaves to the first: 「令和8年12月1日〜25日」."""
    if begin.month is None or begin.is_next_year:
        raise _unread(text)
    if end.month is None:
        end = end._replace(month=begin.month, year=begin.year)
    if end.is_next_year:
        return begin, end._replace(year=begin.year + 1 if begin.year is not None else None)
    if begin.year is not None and end.year is None and _order(begin) <= _order(end):
        end = end._replace(year=begin.year)
    if (begin.year is None) != (end.year is None):
        raise InputError(
            f"The period {text!r} has a year at one end only.", detail="年は、始まりと終わりの両方に書いてください。"
        )
    if begin.year is None and (begin.has_weekday or end.has_weekday):
        raise InputError(
            f"The period {text!r} has days of the week but no year; write the year.",
            detail="曜日のある期間には、年も書いてください。",
        )
    return begin, end


def _order(said: _Said) -> tuple[int, int]:
    return said.month or 0, said.day or 31


def _between(begin: _Said, end: _Said, hours: tuple[time, time] | None, text: str, time_zone: str) -> Period:
    if begin.year is None:
        if begin.hour is not None or end.hour is not None:
            raise InputError(
                f"The period {text!r}: a yearly rule knows whole days; write the hours with their year.",
                detail="毎年の規則は日にちで書いてください。時刻を入れるときは年も書きます。",
            )
        period = check_period(Period(None, None, _mark(begin), _mark(end), time_zone))
    else:
        ends = _moment(begin, time_zone), _moment(end, time_zone, last=True)
        period = check_period(Period(*ends, time_zone=time_zone))
    return period.at_hours(*_marks(*hours)) if hours else period


def _parse(part: str, text: str) -> _Said:
    plain = re.sub(r"(?<=[時日分\d)頃])(?:から|まで|より)$", "", part.strip())
    if SERIAL.fullmatch(plain) and SERIALS[0] <= float(plain) < SERIALS[1]:
        moment = SERIAL_ZERO + timedelta(minutes=round(float(plain) * 24 * 60))
        hour = moment.time() if "." in plain and moment.time() != time() else None
        return _Said(moment.year, moment.month, moment.day, hour, "")
    if compact := COMPACT.fullmatch(plain):
        return _Said(int(compact["year"]), int(compact["month"]), int(compact["day"]), None, "")
    found = MOMENT.fullmatch(plain)
    if found is None or (found["half"] and not found["hour"]):
        raise _unread(text)
    year = found["year"]
    number = None if year is None else (1 if year == "元" else int(year)) + ERAS.get(found["era"] or "", 0)
    day = found["day"] or found["day_only"]
    month = int(found["month"]) if found["month"] else None
    said = _Said(
        number, month, int(day) if day else None, _time(found, text), found["zone"] or "", bool(found["next_year"])
    )
    return _with_weekday(said, found["weekday"] or "", text)


def _with_weekday(said: _Said, weekday: str, text: str) -> _Said:
    """Return a day with its day of the week; refuse one that is another day's, for then it is meant otherwise."""
    if weekday and said.year is not None:
        try:
            day = date(said.year, said.month or 1, said.day or calendar.monthrange(said.year, said.month or 1)[1])
        except ValueError:
            return said
        if "月火水木金土日"[day.weekday()] != weekday:
            raise InputError(
                f"{text[:60]!r}: {day.isoformat()} is no {weekday}曜日; check the date.",
                detail=f"{day.year}年{day.month}月{day.day}日は{weekday}曜日ではありません。日付を確かめてください。",
            )
    return said._replace(has_weekday=weekday)


def _time(found: re.Match[str], text: str) -> time | None:
    if not found["hour"]:
        return None
    # 0:00:00 behind a date is how spreadsheets write a date without an hour.
    if found["second"] == "00" and int(found["hour"]) == 0 == int(found["minute"] or 1) and not found["iso"]:
        return None
    hour, minute = int(found["hour"]), 30 if found["minute"] == "半" else int(found["minute"] or 0)
    afternoon = 12 if found["half"] == "午後" and hour < 12 else 0
    return _hour(hour + afternoon, minute, int(found["second"] or 0), text)


def _hour(hour: int, minute: int, second: int, text: str) -> time:
    # 24時 is the end of the day.
    if (hour, minute, second) == (24, 0, 0):
        return LAST_MOMENT
    try:
        return time(hour, minute, second)
    except ValueError:
        raise InputError(f"There is no such time of day in {text!r}.", detail=f"時刻がありません: {text}") from None


def _mark(said: _Said) -> str:
    month = said.month or 0
    if not 1 <= month <= 12:
        raise InputError(f"There is no month {month}.", detail=f"{month}月はありません。")
    if said.day is None:
        return FEBRUARY_END if month == 2 else f"{month:02d}-{calendar.monthrange(2023, month)[1]:02d}"
    return f"{month:02d}-{said.day:02d}"


def _moment(said: _Said, time_zone: str, *, last: bool = False) -> datetime:
    year, month = said.year or 0, said.month or 0
    try:
        day = said.day or calendar.monthrange(year, month)[1]
        hour = (LAST_MOMENT if last else time()) if said.hour is None else said.hour
        moment = datetime.combine(date(year, month, day), hour, zone_of(time_zone))
    except ValueError:
        raise InputError(
            f"There is no day {year}-{month}-{said.day}.",
            detail=f"{year}年{month}月{said.day}日はありません。",
        ) from None
    return moment.replace(tzinfo=_offset(said.zone)) if said.zone else moment


def _offset(text: str) -> tzinfo | None:
    return datetime.fromisoformat(f"2000-01-01T00:00{text}").tzinfo
