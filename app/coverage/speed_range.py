"""How much a coverage figure hangs on the speeds: the count at the slowest and the fastest that may well be true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.coverage.figures import People, Times
from app.documents.minutes import seconds_of
from geo.coverage.people_reached import coverage
from geo.travel.travel_time import SecondsRange


def add_range(
    figures: Mapping[str, Any], people: People, seconds: SecondsRange, minutes: Sequence[int]
) -> dict[str, Any]:
    """Return figures with `covered_low` and `covered_high`, for the city and for each district."""
    ends = {"covered_low": seconds.slowest, "covered_high": seconds.fastest}
    rows = zip(figures["districts"], people.districts, strict=True)
    return {
        **figures,
        "districts": [row | _covered(ends, people, minutes, mine) for row, (_, mine) in rows],
        **_covered(ends, people, minutes, np.arange(len(people.counts))),
    }


def _covered(ends: Mapping[str, Times], people: People, minutes: Sequence[int], mine: Any) -> dict[str, Any]:
    cutoffs = seconds_of(minutes)
    counts = {name: coverage(times[mine], people.counts[mine], cutoffs).covered for name, times in ends.items()}
    return {name: dict(zip(map(str, minutes), found, strict=True)) for name, found in counts.items()}
