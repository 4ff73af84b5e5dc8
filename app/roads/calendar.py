"""When a closure holds: a period or days of every year, both ends included, all day or at some hours."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.errors import InputError

JAPAN = "Asia/Tokyo"
# The last day of February, whichever it is that year; it stands between 02-29 and 03-01.
FEBRUARY_END = "02-end"
LEAP_DAY = "02-29"
LAST_MOMENT = time(23, 59, 59, 999999)
FIRST_YEAR, LAST_YEAR = 1900, 2999
# The end of a day as an hour of it.
MIDNIGHT = "24:00"
# A rule without an end is looked at for so many years.
SIGHT_YEARS = 9
Season = tuple[datetime, datetime]


@dataclass(frozen=True)
class Period:
    """From the first to the last moment, or the days of every year between two moments, which may then be open.

    `yearly_from` and `yearly_to` are ``MM-DD`` in the time zone, or ``02-end``; both are empty for a plain period.
    `daily_from` and `daily_to` are ``HH:MM`` and narrow it to these hours of each day, both included; where the second
    is not after the first it is that of the next day: ``22:00`` to ``05:00`` is a night. Both are empty for whole days.
    """

    valid_from: datetime | None = None
    valid_to: datetime | None = None
    yearly_from: str = ""
    yearly_to: str = ""
    time_zone: str = JAPAN
    daily_from: str = ""
    daily_to: str = ""

    @property
    def is_yearly(self) -> bool:
        """Whether it comes again every year."""
        return self.yearly_from != ""

    def holds_at(self, moment: datetime) -> bool:
        """Return whether it holds at a moment, both ends included."""
        if (self.valid_from and moment < self.valid_from) or (self.valid_to and moment > self.valid_to):
            return False
        local = _local(moment, zone_of(self.time_zone))
        evening = not self.daily_from or local.time() >= _clock(self.daily_from)
        morning = not self.daily_from or local.time() <= _clock(self.daily_to)
        if not (evening or morning if self.is_overnight else evening and morning):
            return False
        if not self.is_yearly:
            return True
        # The early hours belong to the night that began the day before.
        day = f"{_day_before(local) if self.is_overnight and not evening else local:%m-%d}"
        if self.yearly_from <= self.yearly_to:
            return self.yearly_from <= day <= self.yearly_to
        return day >= self.yearly_from or day <= self.yearly_to

    @property
    def is_overnight(self) -> bool:
        """Whether its hours go over midnight."""
        return self.daily_to <= self.daily_from != ""

    def at_hours(self, daily_from: str, daily_to: str) -> Period:
        """Return it narrowed to hours of each day: whole days at its ends become the hours of these days.

        The night of the last day ends in the morning after it.
        """
        narrowed = check_period(replace(self, daily_from=daily_from, daily_to=daily_to))
        zone = zone_of(self.time_zone)
        first, last = self.valid_from, self.valid_to
        if first and (local := _local(first, zone)).time() == time():
            first = datetime.combine(local.date(), _clock(daily_from), zone)
        if last and (local := _local(last, zone)).time() == LAST_MOMENT:
            day = _day_after(local.date()) if narrowed.is_overnight else local.date()
            last = datetime.combine(day, _clock(daily_to), zone)
        return check_period(replace(narrowed, valid_from=first, valid_to=last))

    def seasons(self, first_year: int, last_year: int) -> Iterator[Season]:
        """Yield the stretches of time in which it holds, those of a rule for seasons that begin in the given years."""
        if not self.is_yearly:
            if self.valid_from and self.valid_to:
                yield self.valid_from, self.valid_to
            return
        zone = zone_of(self.time_zone)
        opens, closes = (_clock(self.daily_from), _clock(self.daily_to)) if self.daily_from else (time(), LAST_MOMENT)
        for year in range(max(first_year, date.min.year), min(last_year, date.max.year) + 1):
            begin = datetime.combine(_day(self.yearly_from, year), opens, zone)
            last = _day(self.yearly_to, year if self.yearly_from <= self.yearly_to else year + 1)
            end = datetime.combine(_day_after(last) if self.is_overnight else last, closes, zone)
            begin, end = max(begin, self.valid_from or begin), min(end, self.valid_to or end)
            if begin <= end:
                yield begin, end

    def season_after(self, moment: datetime) -> Season | None:
        """Return the stretch that holds at a moment or the next one, None where there is none any more."""
        start = max(moment, self.valid_from or moment).year
        return next((season for season in self.seasons(start - 1, start + 2) if season[1] >= moment), None)

    def meets(self, other: Period) -> bool:
        """Return whether there is a moment at which both hold; rules without an end are looked at for nine years."""
        begins = [moment.year for moment in (self.valid_from, other.valid_from) if moment]
        ends = [moment.year for moment in (self.valid_to, other.valid_to) if moment]
        # Where only an end is known, the years before it.
        first = max(begins) if begins else (min(ends) if ends else date.today().year) - SIGHT_YEARS + 1  # noqa: DTZ011
        years = (first - 1, min([*ends, first + SIGHT_YEARS]))
        mine, others = list(self.seasons(*years)), list(other.seasons(*years))
        return any(self._meets_within(other, max(a[0], b[0]), min(a[1], b[1])) for a in mine for b in others)

    def _meets_within(self, other: Period, first: datetime, last: datetime) -> bool:
        """Return whether both hold at one moment of a stretch in which both do but for their hours."""
        hours = [each.daily_from for each in (self, other) if each.daily_from]
        if first > last or not hours:
            return first <= last
        # Where hours of two rules meet, they do so at the beginning of one of them or of the stretch.
        days = [first.astimezone(zone_of(each.time_zone)) for each in (self, other) if each.daily_from]
        begins = [
            datetime.combine(day.date() + timedelta(days=number), _clock(clock), day.tzinfo)
            for day, clock in zip(days, hours, strict=True)
            for number in range(3)
        ]
        return any(
            first <= moment <= last and self.holds_at(moment) and other.holds_at(moment) for moment in [first, *begins]
        )


def _day(mark: str, year: int) -> date:
    # The season that begins in the last year there is ends with it.
    if year > date.max.year:
        return date.max
    if mark == FEBRUARY_END:
        return date(year, 2, calendar.monthrange(year, 2)[1])
    return date(year, int(mark[:2]), int(mark[3:]))


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment on the clock of a zone; on the first and the last day there is, on its own clock."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _day_before(moment: datetime) -> date:
    return moment.date() - timedelta(days=1) if moment.date() > date.min else date.min


def _day_after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else date.max


def _clock(mark: str) -> time:
    return LAST_MOMENT if mark == MIDNIGHT else time(int(mark[:2]), int(mark[3:]))


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name, or say that there is none of this name."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise InputError(
            f"There is no time zone {name!r}; write one such as {JAPAN}.",
            detail=f"時間帯「{name}」はありません。日本なら {JAPAN} です。",
        ) from None


def check_period(period: Period) -> Period:
    """Return a period that makes sense; refuse one that ends before it begins, a day that there is not every year."""
    zone_of(period.time_zone)
    for moment in (period.valid_from, period.valid_to):
        if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise InputError(f"The year {moment.year} cannot be meant.", detail=f"{moment.year}年は確かめてください。")
    if period.valid_from and period.valid_to and period.valid_to < period.valid_from:
        raise InputError(
            f"The period ends ({period.valid_to.isoformat()}) before it begins ({period.valid_from.isoformat()}).",
            detail="終わりが始まりより前です。",
        )
    _check_hours(period)
    if not period.is_yearly and not period.yearly_to:
        if not (period.valid_from and period.valid_to):
            raise InputError(
                "The period needs a beginning and an end; a closure without an end is written with a late one.",
                detail="始まりと終わりの両方が要ります。終わりが決まっていないときは、遠い日を入れてください。",
            )
        return period
    _check_marks(period)
    if period.valid_from and period.valid_to and period.valid_to - period.valid_from < timedelta(days=800):
        years = (period.valid_from.year - 1, period.valid_to.year)
        if not any(True for _ in period.seasons(*years)):
            raise InputError(
                "The rule never holds between its first and its last day.",
                detail="この規則は、有効な期間のあいだに一度も当てはまりません。",
            )
    return period


def _check_hours(period: Period) -> None:
    if not period.daily_from and not period.daily_to:
        return
    for mark in (period.daily_from, period.daily_to):
        if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", mark) and (mark != MIDNIGHT or mark != period.daily_to):
            raise InputError(
                f"The hours {period.daily_from!r} to {period.daily_to!r} are none; write hours as 22:00 and 05:00.",
                detail="時間帯は、22:00 と 05:00 のように、始まりと終わりの両方を書いてください。",
            )
    if period.daily_from == period.daily_to:
        raise InputError(
            f"The hours begin and end at {period.daily_from}; leave them out for the whole day.",
            detail="時間帯の始まりと終わりが同じです。終日なら、時間帯を空にしてください。",
        )


def _check_marks(period: Period) -> None:
    for mark, end in ((period.yearly_from, "begin"), (period.yearly_to, "end")):
        if mark == LEAP_DAY:
            raise InputError(
                "29 February is not there every year: write the last day of February (2月末日, 02-end) as the end, "
                "or 1 March as the beginning.",
                detail="2月29日は毎年ありません。終わりなら「2月末日」、始まりなら3月1日を選んでください。",
            )
        if mark == FEBRUARY_END and end == "end":
            continue
        if not re.fullmatch(r"\d\d-\d\d", mark) or not _is_day(mark):
            raise InputError(
                f"A yearly rule cannot {end} on {mark or 'no day'!r}; write days as 12-01.",
                detail="毎年の規則には、始まりと終わりの月日が要ります(例: 12月1日、3月31日)。",
            )


def _is_day(mark: str) -> bool:
    try:
        date(2023, int(mark[:2]), int(mark[3:]))
    except ValueError:
        return False
    return True
