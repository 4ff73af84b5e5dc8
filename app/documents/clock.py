"""The time zone of the city and its date today."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


def today() -> date:
    """Return the date in Japan."""
    return datetime.now(JAPAN).date()
