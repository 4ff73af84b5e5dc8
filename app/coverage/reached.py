"""How many of some people are reached: usually, and at the slowest and fastest speeds that may well be true.

Pure of the service and its database, so that a worker of a cluster counts with it too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.documents.minutes import seconds_of
from app.documents.typed import ByMinutes, Document
from geo.coverage.people_reached import Coverage, coverage
from geo.travel.travel_time import SecondsRange

Seconds = NDArray[np.float32]
People = NDArray[np.int64]


class Reached(Document):
    """How many of some people are reached within the minutes, later (`uncovered`), and never; all of them together."""

    population: int
    covered: ByMinutes
    uncovered: ByMinutes
    unreachable_population: int
    mean_s: float | None
    p95_s: float | None


class WithRange(Document):
    """How few and how many may be reached, for what is not known of speeds and places."""

    covered_low: ByMinutes
    covered_high: ByMinutes


def reached(seconds: Seconds, people: People, minutes: Sequence[int]) -> Reached:
    """Return how many of some people are reached within the minutes, later and never, and how long it takes."""
    return told(coverage(seconds, people, seconds_of(minutes)), minutes)


def told(found: Coverage, minutes: Sequence[int]) -> Reached:
    """Return what was counted as it stands in documents."""
    return Reached(
        population=found.total,
        covered=_by_minutes(found.covered, minutes),
        uncovered=_by_minutes(found.beyond, minutes),
        unreachable_population=found.unreachable,
        mean_s=None if found.mean_s is None else round(found.mean_s, 1),
        p95_s=None if found.p95_s is None else round(found.p95_s, 1),
    )


def counted_range(times: SecondsRange, people: People, minutes: Sequence[int]) -> WithRange:
    """Return how many are reached in the longest and in the shortest of times."""
    cutoffs = seconds_of(minutes)
    return WithRange(
        covered_low=_by_minutes(coverage(times.slowest, people, cutoffs).covered, minutes),
        covered_high=_by_minutes(coverage(times.fastest, people, cutoffs).covered, minutes),
    )


def _by_minutes(counts: Sequence[float], minutes: Sequence[int]) -> dict[str, float]:
    return dict(zip(map(str, minutes), counts, strict=True))
