"""Access rules of OpenStreetMap that hold at times: ``motor_vehicle:conditional = no @ (Dec-Mar)``.

The roads of a network are as in their open season: a road that may be used at any time of the year is in it. On which
days a road is closed is told by its seasonal rules, which become proposals for the calendar of closures: the map does
not know the day on which the gate of a pass is shut this year, the office does.

References
----------
OpenStreetMap Wiki, Conditional restrictions; Key:opening_hours/specification.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BARRED = {"no", "private", "agricultural", "forestry", "emergency", "psv", "bus", "military"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# A leap year, so that every day that there is has a number.
FIRST_DAY = date(2024, 1, 1)
DAYS = 366
FEBRUARY_29 = 59
# What is asked of the size of a vehicle is asked of a car.
CAR_TONNES = {"weight": 1.5, "maxweight": 1.5, "weightrating": 2.0, "axleload": 1.0}
CAR_SIZE = CAR_TONNES | {"width": 1.7, "height": 1.6, "length": 4.5, "axles": 2.0, "wheels": 4.0}
SIZE = re.compile(r"(?P<what>[a-z]+)\s*(?P<sign><=|>=|<|>|=)\s*(?P<number>\d+(\.\d+)?)\s*[a-z]*$")
# For whom, not when: none of them is a helper on the way to a visit.
USERS = re.compile(
    r"(delivery|resident|destination|disabled|permit|emergency|hov|agricultural|forestry|customers|employees|bus|psv|"
    r"hgv|goods|trailer|bicycle|foot|private|maxstay|stay|charging|doctor|taxi|moped|motorcycle|hazmat|tourist)"
)
SEASON = re.compile(r"(\b(winter|summer|spring|autumn|season|snow|ice|icy)|冬|夏|雪|凍結|月)")
MONTH = r"\b(?P<{0}m>" + "|".join(MONTHS) + r")[a-z]*\.?(\s*(?P<{0}d>\d{{1,2}})(?!\d|:))?"
SPAN = re.compile(MONTH.format("a") + r"(\s*(-|–|to|~)\s*(" + MONTH.format("b") + r"|(?P<d>\d{1,2})(?!\d|:)))?")
RULE = re.compile(r"([^@;]+)@\s*(\([^)]*\)?|[^;]+)")


class SeasonalRule(NamedTuple):
    """A rule of the map by which a road is closed at some time of the year.

    Attributes
    ----------
    edge : int
        Edge of the network.
    yearly_from, yearly_to : str
        First and last day of the closed season, ``MM-DD``, both inclusive; ``02-end`` is the last day of February.
        Both empty where the map names no days (``winter``, ``snow``).
    text : str
        The tags, as the map holds them.
    """

    edge: int
    yearly_from: str
    yearly_to: str
    text: str


@dataclass(frozen=True)
class Access:
    """When one may use a road.

    Attributes
    ----------
    is_open : bool
        Whether one may use it at any time of the year.
    seasons : tuple of (str, str)
        Closed seasons as in `SeasonalRule`; one pair of empty words where the days are not known.
    """

    is_open: bool
    seasons: tuple[tuple[str, str], ...] = ()


def access(tags: Mapping[str, str], keys: Sequence[str], *, by_default: bool, opens: frozenset[str] | None) -> Access:
    """Return when the tags of a road or barrier let one pass.

    Parameters
    ----------
    tags : mapping of str to str
        Of a way or a node.
    keys : sequence of str
        Tags that decide, the most specific one first; each may have a ``:conditional`` beside it.
    by_default : bool
        Whether one may pass where none of these tags is there.
    opens : frozenset of str or None
        The only values that let one pass; None: all but `BARRED`.

    Returns
    -------
    Access
        Rules about the hours of a day or the days of a week, about other vehicles or other people close nothing.

    Examples
    --------
    >>> keys = ("motor_vehicle", "access")
    >>> access({"motor_vehicle:conditional": "no @ (Dec-Mar)"}, keys, by_default=True, opens=None)
    Access(is_open=True, seasons=(('12-01', '03-31'),))
    >>> access({"access": "no", "access:conditional": "yes @ (summer)"}, keys, by_default=True, opens=None)
    Access(is_open=True, seasons=(('', ''),))
    """
    if not any(f"{key}:conditional" in tags for key in keys):
        said = next((tags[key] for key in keys if key in tags), None)
        return Access(by_default if said is None else lets(said, opens))
    is_open = np.full(DAYS, by_default)
    is_undated = False
    for key in reversed(keys):
        if key in tags:
            is_open[:], is_undated = lets(tags[key], opens), False
        for value, condition in _rules(tags.get(f"{key}:conditional", "")):
            when = _when(condition)
            lets_pass = lets(value, opens)
            # What is barred at times only is open otherwise.
            if lets_pass or when.is_exact:
                is_open[when.days] = lets_pass
            is_undated |= when.is_season
    if not is_open.any():
        return Access(is_open=False)
    return Access(True, _seasons(~is_open) or ((("", ""),) if is_undated else ()))


def lets(value: str, opens: frozenset[str] | None) -> bool:
    """Return whether a value of an access tag lets one pass.

    Parameters
    ----------
    value : str
        Such as ``yes`` or ``agricultural;forestry``.
    opens : frozenset of str or None
        See `access`.

    Returns
    -------
    bool
        Whether any part of it does.
    """
    parts = {part.strip().lower() for part in value.split(";")}
    return bool(parts - BARRED) if opens is None else bool(parts & opens)


def pack_rule(seasons: Sequence[tuple[str, str]], text: str) -> str:
    """Return closed seasons and their tags as one text, empty where there is no season.

    Parameters
    ----------
    seasons : sequence of (str, str)
        See `Access`.
    text : str
        The tags.

    Returns
    -------
    str
        For `unpack_rule`.
    """
    return json.dumps([[*season, text] for season in seasons], ensure_ascii=False) if seasons else ""


def join_rules(*rules: str) -> str:
    """Return several texts of `pack_rule` as one.

    Parameters
    ----------
    *rules : str
        Each may be empty.

    Returns
    -------
    str
        Every rule once.
    """
    found = [tuple(rule) for text in rules if text for rule in json.loads(text)]
    return json.dumps(list(dict.fromkeys(found)), ensure_ascii=False) if found else ""


def unpack_rule(edge: int, rule: str) -> list[SeasonalRule]:
    """Return the rules of an edge.

    Parameters
    ----------
    edge : int
        Edge of the network.
    rule : str
        What `pack_rule` or `join_rules` gave.

    Returns
    -------
    list of SeasonalRule
        One for each closed season.
    """
    return [SeasonalRule(edge, *parts) for parts in json.loads(rule)] if rule else []


class _When(NamedTuple):
    """When a condition holds: on which days, whether on the whole of each, and whether of a season without days."""

    days: NDArray[np.bool_]
    is_exact: bool
    is_season: bool


def _rules(text: str) -> list[tuple[str, str]]:
    """Return the values of a conditional tag, each with its condition."""
    return [(value.strip(), condition.strip(" ()")) for value, condition in RULE.findall(text)]


def _when(condition: str) -> _When:
    days, is_exact, is_season = np.ones(DAYS, dtype=bool), True, False
    for part in re.split(r"\s+AND\s+", condition, flags=re.IGNORECASE):
        text = part.strip(" ()").lower()
        size = SIZE.match(text)
        if size and size["what"] in CAR_SIZE:
            days &= _compare(CAR_SIZE[size["what"]], size["sign"], float(size["number"]))
            continue
        if USERS.match(text):
            days[:] = False
            continue
        dated, rest = _dated(text)
        if dated is not None:
            days &= dated
        is_exact &= dated is not None and not rest
        is_season |= bool(SEASON.search(rest))
    return _When(days, is_exact, is_season)


def _compare(mine: float, sign: str, limit: float) -> bool:
    return {"<": mine < limit, "<=": mine <= limit, ">": mine > limit, ">=": mine >= limit, "=": mine == limit}[sign]


def _dated(text: str) -> tuple[NDArray[np.bool_] | None, str]:
    """Return the days that a text names, None where it names none, and what else it says."""
    days = np.zeros(DAYS, dtype=bool)
    rest, found = text, False
    for span in SPAN.finditer(text):
        first, last = _ends(span)
        if first is None or last is None:
            continue
        rest, found = rest.replace(span[0], "", 1), True
        if first <= last:
            days[first : last + 1] = True
        else:
            days[first:] = days[: last + 1] = True
    return (days if found else None), rest.strip(" ,:;")


def _ends(span: re.Match[str]) -> tuple[int | None, int | None]:
    """Return the numbers of the first and the last day of a span such as ``Dec``, ``Nov 15-Apr 20``, ``May 3-10``."""
    first = _day(span["am"], span["ad"] or "1")
    if span["d"]:
        return first, _day(span["am"], span["d"])
    month = span["bm"] or span["am"]
    day = span["bd"] if span["bm"] else span["ad"]
    return first, _day(month, day) if day else _last_of(month)


def _day(month: str, day: str) -> int | None:
    try:
        return (FIRST_DAY.replace(month=MONTHS.index(month) + 1, day=int(day)) - FIRST_DAY).days
    except ValueError:
        return None


def _last_of(month: str) -> int:
    number = MONTHS.index(month) + 1
    after = FIRST_DAY.replace(month=number + 1) if number < len(MONTHS) else FIRST_DAY.replace(year=2025)
    return (after - FIRST_DAY).days - 1


def _seasons(is_closed: NDArray[np.bool_]) -> tuple[tuple[str, str], ...]:
    """Return the closed seasons of a year that goes round; not all days may be closed."""
    begins = np.flatnonzero(is_closed & ~np.roll(is_closed, 1))
    ends = np.flatnonzero(is_closed & ~np.roll(is_closed, -1))
    if len(begins) and ends[0] < begins[0]:
        ends = np.roll(ends, -1)
    return tuple((_mark(a), _mark(b, "02-end")) for a, b in zip(begins.tolist(), ends.tolist(), strict=True))


def _mark(day: int, leap_day: str = "03-01") -> str:
    return leap_day if day == FEBRUARY_29 else (FIRST_DAY + timedelta(days=day)).strftime("%m-%d")
