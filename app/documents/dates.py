"""Days, hours, moments and durations in every way that offices and spreadsheets write them.

What could mean two days or two hours is refused, never guessed: 05/12/2026, 26/5/12, 午前12時.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NoReturn

from app.documents.clock import JAPAN
from app.errors import InputError

ERAS = {"令和": 2018, "令": 2018, "R": 2018, "平成": 1988, "平": 1988, "H": 1988, "昭和": 1925, "昭": 1925, "S": 1925}
FIRST_YEAR, LAST_YEAR = 1900, 2999
# A spreadsheet counts days from here; the numbers are those of the years 2000 to 2099.
SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  (a day of the calendar, in no zone)
FIRST_SERIAL, LAST_SERIAL = 36_526, 73_051
WEEKDAY = r"(?:\s*\((?:[月火水木金土日]|月曜|火曜|水曜|木曜|金曜|土曜|日曜)日?(?:・?祝)?\)|\s*[月火水木金土日]曜日?)?"
DAY = (
    r"(?:(?P<era>令和|平成|昭和|令|平|昭|[RHS])\s*(?P<era_year>\d{1,2}|元)|(?P<year>\d{4}))"
    r"\s*(?:年|[-/.])\s*(?P<month>\d{1,2})\s*(?:月|[-/.])\s*(?P<day>\d{1,2})\s*日?" + WEEKDAY
)
PACKED_DAY = r"(?P<packed>\d{8})"
HALF = r"(?P<{name}>午前|午後|[AP]\.?M\.?)?"
HOUR = (
    rf"{HALF.format(name='before')}\s*(?P<hour>\d{{1,2}})\s*"
    r"(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d+)?)?"
    r"|時\s*(?:(?P<half_past>半)|(?P<minute_j>\d{1,2})\s*分\s*(?:(?P<second_j>\d{1,2})\s*秒)?)?)"
    rf"\s*{HALF.format(name='after')}"
)
ZONE = r"(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?"
# No minutes: 9時 alone is an hour, a bare number is not.
MOMENT = re.compile(
    rf"(?:{DAY}|{PACKED_DAY})(?:(?:\s*T\s*|\s+|\s*)(?:{HOUR}|(?P<packed_hour>(?<=[T ])\d{{4}}(?:\d{{2}})?)){ZONE})?",
    re.IGNORECASE,
)
ONLY_HOUR = re.compile(HOUR, re.IGNORECASE)
DURATION = re.compile(
    r"(?:(?P<hours>\d{1,3})\s*(?:時間|h(?:ours?|rs?)?)\s*)?"
    r"(?:(?P<minutes>\d+(?:\.\d+)?)\s*(?:分間?|m(?:in(?:utes?|s)?)?\.?)\s*)?"
    r"(?:(?P<seconds>\d{1,5}(?:\.\d+)?)\s*(?:秒間?|s(?:ec(?:onds?|s)?)?\.?))?",
    re.IGNORECASE,
)
CLOCK = re.compile(r"(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d)(?:\.\d+)?)?")
# Above this, 12:30 in a column of minutes is more likely meant as minutes and seconds.
MOST_CLOCK_HOURS = 4
EXAMPLE = "2026-05-12 9:30"


def parse_moment(text: str, zone: tzinfo = JAPAN) -> datetime:
    """Return a moment with its zone, that of Japan where none is written; a day alone is its first moment."""
    plain = _plain(text)
    if (serial := _serial(plain)) is not None:
        return serial.replace(tzinfo=zone)
    found = MOMENT.fullmatch(plain)
    if found is None:
        _refuse(text)
    day = _day(found, text)
    hours, minutes, seconds = _hour(found, text)
    moment = datetime.combine(day, time(), _offset(found["zone"], text) if found["zone"] else zone)
    return moment + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def parse_day(text: str) -> date:
    """Return a day; one that is written with an hour is refused unless the hour is midnight."""
    moment = parse_moment(text)
    if moment.time() != time():
        raise InputError(
            f"{text!r} has an hour; write the day alone.", detail=f"「{text}」は日付だけを書いてください。"
        )
    return moment.date()


def parse_month_day(text: str) -> str:
    """Return a day of every year as ``MM-DD``; 29 February is a day of every year too.

    >>> parse_month_day("4月1日"), parse_month_day("12/01")
    ('04-01', '12-01')
    """
    found = re.fullmatch(r"(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?", _plain(text))
    if found is None or not 1 <= int(found[1]) <= 12 or not 1 <= int(found[2]) <= monthrange(2000, int(found[1]))[1]:
        raise InputError(
            f"{text!r} is not a day of every year; write it as in 4月1日.",
            detail=f"月日「{text}」を読めません。例: 4月1日",
        )
    return f"{int(found[1]):02d}-{int(found[2]):02d}"


def parse_hour(text: str) -> time:
    """Return an hour of the day; 24:00 is refused, which is an hour of the next day."""
    plain = _plain(text)
    found = ONLY_HOUR.fullmatch(plain)
    if found is None:
        raise InputError(
            f"{text!r} cannot be read as an hour; write it as in 9:30.", detail=f"時刻「{text}」を読めません。例: 9:30"
        )
    hours, minutes, seconds = _hour(found, text)
    if hours == 24:
        raise InputError(f"{text!r} is not an hour of the day; write 0:00.", detail=f"「{text}」は 0:00 と書きます。")
    return time(hours, minutes, seconds)


def parse_minutes(text: str) -> float:
    """Return a duration in minutes; a bare number counts minutes, 0:14 and 1:05:30 are hours and minutes.

    >>> parse_minutes("14"), parse_minutes("0:14"), parse_minutes("1時間5分"), parse_minutes("14分30秒")
    (14.0, 14.0, 65.0, 14.5)
    """
    plain = _plain(text).replace(",", "")
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", plain):
        return float(plain)
    found = CLOCK.fullmatch(plain)
    if found and int(found["hours"]) > MOST_CLOCK_HOURS:
        raise InputError(
            f"{text!r} may be hours or minutes; write the minutes as a number.",
            detail=f"「{text}」は時間か分か分かりません。分を数字で書いてください。",
        )
    found = found or DURATION.fullmatch(plain)
    if found is None or not any(found.groupdict().values()):
        raise InputError(
            f"{text!r} cannot be read as minutes; write a number such as 14.",
            detail=f"「{text}」は分として読めません。例: 14",
        )
    parts = found.groupdict(default="0")
    return float(parts["hours"]) * 60 + float(parts["minutes"]) + float(parts["seconds"]) / 60


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).strip().strip("'\"")).strip()


def _refuse(text: str) -> NoReturn:
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{1,4}\b.*", _plain(text)):
        raise InputError(
            f"{text!r} may be several days; write the year first and with four digits, as in {EXAMPLE}.",
            detail=f"「{text}」は何年何月何日か決まりません。例: {EXAMPLE}",
        )
    raise InputError(
        f"{text!r} cannot be read as a date; write it as in {EXAMPLE}.",
        detail=f"日時「{text}」を読めません。例: {EXAMPLE}",
    )


def _serial(plain: str) -> datetime | None:
    if not re.fullmatch(r"\d{5}(?:\.\d+)?", plain) or not FIRST_SERIAL <= float(plain) < LAST_SERIAL:
        return None
    # A spreadsheet keeps parts of a day; what is left below a second is noise.
    return SERIAL_ZERO + timedelta(seconds=round(float(plain) * 86_400))


def _day(found: re.Match[str], text: str) -> date:
    if packed := found["packed"]:
        numbers = (int(packed[:4]), int(packed[4:6]), int(packed[6:]))
    else:
        era = (found["era"] or "").upper()
        of_era = 1 if found["era_year"] == "元" else int(found["era_year"] or 0)
        year = ERAS[era] + of_era if era else int(found["year"])
        numbers = (year, int(found["month"]), int(found["day"]))
    year, month, day = numbers
    try:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError  # noqa: TRY301
        return date(year, month, day)
    except ValueError:
        raise InputError(
            f"There is no day {year}-{month}-{day} ({text!r}).", detail=f"{year}年{month}月{day}日はありません。"
        ) from None


def _hour(found: re.Match[str], text: str) -> tuple[int, int, int]:
    """Return hour, minute and second; 24:00 is kept as the end of the day."""
    groups = found.groupdict()
    if packed := groups.get("packed_hour"):
        values = (int(packed[:2]), int(packed[2:4]), int(packed[4:] or 0))
    elif not groups["hour"]:
        return 0, 0, 0
    else:
        minute = 30 if groups["half_past"] else int(groups["minute"] or groups["minute_j"] or 0)
        values = (_of_day(found, text), minute, int(groups["second"] or groups["second_j"] or 0))
    hour, minute, second = values
    if not (hour < 24 and minute < 60 and second < 60) and values != (24, 0, 0):
        raise InputError(f"There is no such time of day in {text!r}.", detail=f"時刻がありません: {text}")
    return values


def _of_day(found: re.Match[str], text: str) -> int:
    hour, halves = int(found["hour"]), [half for half in (found["before"], found["after"]) if half]
    if not halves:
        return hour
    is_clock = found["minute"] is not None or found["minute_j"] is not None
    is_afternoon = halves[0].upper().startswith(("午後", "P"))
    # By the law of 1872 午前12時 is noon, by every clock midnight; with its minutes written it comes from a clock.
    is_either = hour == 12 and halves[0].startswith("午") and not is_clock
    if len(halves) > 1 or is_either or (hour > 12 and not is_afternoon):
        raise InputError(
            f"The hour of {text!r} may be two hours; write it from 0:00 to 23:59.",
            detail=f"「{text}」の時刻は 0:00 から 23:59 までで書いてください。",
        )
    return hour if hour > 12 else hour % 12 + 12 * is_afternoon


def _offset(words: str, text: str) -> tzinfo:
    if words.upper() == "Z":
        return UTC
    digits = words[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise InputError(f"There is no such offset from UTC in {text!r}.", detail=f"時差を読めません: {text}")
    return timezone((-1 if words[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
