"""Moments as they are asked for: text of RFC 3339 with its time zone, in years in which this service can be asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import WithJsonSchema, WrapValidator

from app.errors import InputError

FIRST_YEAR, LAST_YEAR = 1900, 2200
EXAMPLE = "2026-01-15T10:00+09:00"


def read_moment(given: object) -> datetime:
    """Return a moment with its time zone, or refuse it in one sentence."""
    moment = given if isinstance(given, datetime) else _parsed(given)
    if moment.tzinfo is None:
        raise InputError(
            f"A moment needs a time zone, such as {moment.isoformat(timespec='minutes')}+09:00.",
            detail=f"日時には時差を付けてください(例: {EXAMPLE})。",
        )
    # Compared as written: in another zone the first and the last year that there are would be left.
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise InputError(
            f"A moment must lie in the years {FIRST_YEAR} to {LAST_YEAR}; got the year {moment.year}.",
            detail=f"日時は{FIRST_YEAR}年から{LAST_YEAR}年までで指定してください。",
        )
    return moment


def _parsed(given: object) -> datetime:
    try:
        return datetime.fromisoformat(str(given).strip().upper() if isinstance(given, str) else "")
    except ValueError:
        raise InputError(
            f"A moment is written as {EXAMPLE}.", detail=f"日時の書き方を確かめてください(例: {EXAMPLE})。"
        ) from None


Moment = Annotated[
    datetime,
    # The library's own reading is not asked: it takes numbers, and has no limits.
    WrapValidator(lambda given, _: read_moment(given)),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": f"With its time zone, in the years {FIRST_YEAR} to {LAST_YEAR}.",
        }
    ),
]
