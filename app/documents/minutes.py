"""Minutes on screens, seconds in the science: the one place where one becomes the other."""

from __future__ import annotations

import math
from collections.abc import Iterable

SECONDS = 60


def seconds_of(minutes: Iterable[int]) -> list[int]:
    """Return minutes as seconds."""
    return [SECONDS * value for value in minutes]


def whole_minutes(seconds: float) -> int:
    """Return seconds as minutes, rounded up: whoever is promised a time is not let down by its fraction."""
    return math.ceil(seconds / SECONDS)
