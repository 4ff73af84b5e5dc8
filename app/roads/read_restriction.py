"""What a row of a list says of a restriction: whom it keeps out, and from when until when that closes the road."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.errors import InputError
from app.roads.calendar import Period, check_period, zone_of
from app.roads.read_period import has_zone, parse_clock, parse_day, parse_hours, parse_moment, parse_period
from app.roads.restriction_words import Effect, Notice, read_notice

WHOLE_DAY = re.compile(r"終日|昼夜|24時間|一日中|なし|-")
# Zones stand in the column of hours where a file was written for it.
ZONE_NAME = re.compile(r"[A-Za-z]+/[A-Za-z_/]+|UTC")


@dataclass(frozen=True)
class Assumed:
    """What holds for rows that do not say it themselves."""

    source: str = ""
    period: str = ""
    time_zone: str = ""
    fallback_zone: str = "Asia/Tokyo"


@dataclass(frozen=True)
class Restriction:
    """What the words of a row do to cars, what is told of them, and when a change of the words began or ended it."""

    effect: Effect
    content: str
    notice: Notice
    begins: str = ""
    ends: str = ""


def read_restriction(record: Mapping[str, Any]) -> Restriction:
    """Return what a row does to cars; its kind, its vehicles and its direction narrow its content."""
    content = str(record.get("content") or "")
    first = _notice(record, content)
    ended, changed = (str(record.get(name) or "") for name in ("ended_content", "changed_content"))
    if ended and not record.get("to"):
        # Lifted, nobody says when.
        return _later(record, ended, content, first)
    if changed:
        return _later(record, changed, content, first, str(record.get("changed") or ""))
    return Restriction(first.effect, _told(record, content), first)


def _later(record: Mapping[str, Any], words: str, content: str, first: Notice, moment: str = "") -> Restriction:
    """Return what holds with the words that came later: they end a closure, or begin one."""
    told = " → ".join(filter(None, (_told(record, content), words)))
    later = _notice(record, words)
    if later.effect is not Effect.OPEN:
        return Restriction(later.effect, told, later, begins=moment if first.effect is Effect.OPEN else "")
    if first.effect is Effect.OPEN or not moment:
        return Restriction(Effect.OPEN, told, later)
    return Restriction(first.effect, told, first, ends=moment)


def _told(record: Mapping[str, Any], content: str) -> str:
    """Return the content as it is kept: with the vehicles and the direction, without which it would say more."""
    more = "・".join(str(record[name]) for name in ("users", "direction") if record.get(name))
    words = content or str(record.get("kind") or "")
    return f"{words}({more})" if words and more else words or more


def _notice(record: Mapping[str, Any], content: str) -> Notice:
    kind, users, direction = (str(record.get(name) or "") for name in ("kind", "users", "direction"))
    narrowed = f"({users})" if users else ""
    narrowed += f"({direction})" if re.search(r"[上下]り", direction) and "上下" not in direction else ""
    if not content and not kind:
        # A list of closures need not say that they are closures, but whom they keep out.
        return read_notice(f"通行止{narrowed}" if narrowed else "")
    if not content:
        return read_notice(kind + narrowed)
    found = _if_decided(content + narrowed)
    of_kind = _if_decided(kind) if kind else None
    if found is None and of_kind is not None:
        return of_kind
    if found is not None and found.effect is not Effect.OPEN and of_kind is not None and of_kind.effect is Effect.OPEN:
        raise InputError(
            f"its kind {kind[:40]!r} lets cars pass, its content {content[:40]!r} does not; write one of them"
        )
    return found if found is not None else read_notice(content + narrowed)


def _if_decided(words: str) -> Notice | None:
    try:
        return read_notice(words)
    except InputError:
        return None


def closing_period(record: Mapping[str, Any], said: Restriction, assumed: Assumed, notes: list[str]) -> Period:
    """Return when a row holds, from its own columns or else from the period that is assumed for all rows."""
    columns = {name: str(record.get(name) or "") for name in ("from", "to", "yearly_from", "yearly_to", "period")}
    hours, named = _hours_column(record)
    zone = str(record.get("time_zone") or "") or named or assumed.time_zone
    columns = _with_clocks(columns, record, said)
    words = columns["period"] or ("" if any(columns.values()) else assumed.period)
    zone_of(zone or assumed.fallback_zone)
    given = [text for text in (columns["from"], columns["to"], words) if text]
    if not zone and not (given and all(has_zone(text) for text in given)):
        notes.append(f"no time zone given: taken as {assumed.fallback_zone}")
    zone = zone or assumed.fallback_zone
    if not any(columns.values()) and not words:
        raise InputError("it has no period (period, from and to, 期間); give one for all rows with --period")
    if words:
        period = _worded(words, columns, zone)
    elif bool(columns["from"]) != bool(columns["to"]) and not columns["yearly_from"] and not columns["yearly_to"]:
        period = _half(columns, assumed.period, zone, notes)
    else:
        marks = [parse_day(columns[name]) if columns[name] else "" for name in ("yearly_from", "yearly_to")]
        period = check_period(Period(*_ends(columns, zone), marks[0], marks[1], zone))
    daily = [str(record.get(name) or "") for name in ("daily_from", "daily_to")]
    if any(daily):
        # The plain form has the moments themselves beside the hours.
        period = check_period(replace(period, daily_from=daily[0], daily_to=daily[1]))
    return at_hours(period, said.notice, said.content, hours)


def _hours_column(record: Mapping[str, Any]) -> tuple[str, str]:
    """Return the hours of a row, and the time zone where that stands in their column."""
    hours = unicodedata.normalize("NFKC", str(record.get("hours") or "")).strip()
    if ZONE_NAME.fullmatch(hours):
        return "", hours
    return "" if WHOLE_DAY.fullmatch(hours) else hours, ""


def _with_clocks(columns: dict[str, str], record: Mapping[str, Any], said: Restriction) -> dict[str, str]:
    """Return the columns with the hours of columns of their own, and with the moments at which the words changed."""
    clocks = [str(record.get(name) or "") for name in ("from_clock", "to_clock")]
    if any(clocks):
        days = [columns["from"], columns["to"] or columns["from"]]
        if not all(clocks) or not days[0] or parse_moment(days[0]).date() != parse_moment(days[1]).date():
            raise InputError(
                "it has hours in columns of their own (開始時刻, 終了時刻) over several days: write them as hours of "
                "each day (時間帯, such as 9:00〜17:00), or behind the first and the last day"
            )
        marks = [parse_clock(clock) for clock in clocks]
        columns = columns | {"from": f"{days[0]} {marks[0]}", "to": f"{days[1]} {marks[1]}"}
    return columns | {"from": said.begins or columns["from"], "to": said.ends or columns["to"]}


def _ends(columns: Mapping[str, str], zone: str) -> tuple[datetime | None, datetime | None]:
    begin = parse_moment(columns["from"], zone) if columns["from"] else None
    return begin, parse_moment(columns["to"], zone, last=True) if columns["to"] else None


def _worded(words: str, columns: Mapping[str, str], zone: str) -> Period:
    period = parse_period(words, zone)
    begin, end = _ends(columns, zone)
    if begin or end:
        if not period.is_yearly:
            raise InputError("it has both a period with years and from or to; leave one out")
        period = check_period(replace(period, valid_from=begin, valid_to=end))
    return period


def _half(columns: Mapping[str, str], assumed: str, zone: str, notes: list[str]) -> Period:
    """Return the period of a row with one end only; the other is that of the period for all rows, if it has years."""
    begin, end = _ends(columns, zone)
    missing = "end" if end is None else "beginning"
    if not assumed or (others := parse_period(assumed, zone)).is_yearly:
        raise InputError(
            f"it has no {missing}: write it (from, to; 開始日時, 終了日時; where the end is not known yet, a late "
            "one), or give a period with its years for all rows with --period"
        )
    notes.append(f"no {missing} given: taken from {assumed}")
    return check_period(replace(others, valid_from=begin or others.valid_from, valid_to=end or others.valid_to))


def at_hours(period: Period, notice: Notice, content: str, hours: str = "") -> Period:
    """Return a period narrowed to hours of the day; refuse a closure at some hours that says none."""
    if period.daily_from:
        return period
    if words := hours or notice.hours:
        return period.at_hours(*parse_hours(words))
    if notice.is_at_hours and notice.effect is not Effect.OPEN and _is_long(period):
        raise InputError(
            f"its content {content[:40]!r} closes the road at some hours only; write them, such as 22:00〜翌5:00 "
            "(時間帯, or behind the period)",
            detail=f"内容「{content[:40]}」の時間帯が分かりません。内容に「(22:00〜翌5:00)」のように書いてください。",
        )
    return period


def _is_long(period: Period) -> bool:
    """Return whether a period is more than one day or night, so that its hours are not those of its ends."""
    begin, end = period.valid_from, period.valid_to
    return period.is_yearly or begin is None or end is None or (end - begin).total_seconds() >= 24 * 3600 - 1
