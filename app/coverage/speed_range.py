"""How low and how high a coverage figure may be: for what is not known of the speeds, and of where the bases stand.

The low figure takes the slowest plausible speeds, and for each cell the worst position of each base within the accuracy
of its place; the high figure the fastest speeds and the best position. A base whose place is known exactly has the one
position that it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.consultants.queries import Posting
from app.coverage.figures import People
from app.coverage.inputs import Question
from app.coverage.reached import counted_range
from app.coverage.schemas import DistrictCoverage, Figures, FiguresWithRange
from geo.roads.network import RoadNetwork
from geo.roads.snapping import Snapped
from geo.travel.place_error import positions_within
from geo.travel.travel_time import SecondsRange, nearest_origin, nearest_range, travel_time_matrix


class Ranges(NamedTuple):
    """Seconds to each cell: what the speeds alone leave open, and what speeds and places leave open together."""

    by_speed: SecondsRange
    whole: SecondsRange


def measure_ranges(
    network: RoadNetwork, postings: Sequence[Posting], starts: Snapped, cells: Snapped, question: Question
) -> Ranges:
    """Return how long and how short the time to each cell may be; `starts` has the usual position of each posting."""
    profile, closed = question.profile, question.closed
    by_speed = nearest_range(network, starts, cells, profile=profile, closed=closed)
    unsure = [row for row, posting in enumerate(postings) if posting.location and posting.accuracy_m]
    if not unsure:
        return Ranges(by_speed, by_speed)
    sure = [row for row in range(len(postings)) if row not in unsure]
    tried = starts[sure]
    slowest, _ = nearest_origin(network, tried, cells, profile=profile.low(), closed=closed)
    for row in unsure:
        around = positions_within(network, postings[row].location or (), postings[row].accuracy_m or 0, profile)
        positions = starts[[row]][starts[[row]].is_snapped].joined(around)
        tried = tried.joined(positions)
        times = travel_time_matrix(network, positions, cells, profile=profile.low(), closed=closed)
        if len(positions):
            slowest = np.minimum(slowest, times.max(axis=0))
    fastest, _ = nearest_origin(network, tried, cells, profile=profile.high(), closed=closed)
    # A position's ticks are rounded by themselves: they must not turn the order round.
    whole = SecondsRange(by_speed.usual, np.maximum(slowest, by_speed.slowest), np.minimum(fastest, by_speed.fastest))
    return Ranges(by_speed, whole)


def add_range(figures: Figures, people: People, ranges: Ranges, minutes: Sequence[int]) -> FiguresWithRange:
    """Return figures with how low and how high they may be, in all and by the speeds alone, also of each district."""
    rows = zip(figures.districts, people.districts, strict=True)
    districts = [
        DistrictCoverage(**{**dict(row), **_covered(ranges, people, minutes, mine)}) for row, (_, mine) in rows
    ]
    everyone = np.arange(len(people.counts))
    whole = _covered(ranges, people, minutes, everyone)
    return FiguresWithRange(**{**dict(figures), "districts": districts, **whole})


def _covered(
    ranges: Ranges, people: People, minutes: Sequence[int], mine: NDArray[np.intp]
) -> dict[str, dict[str, float]]:
    whole, by_speed = (counted_range(times, people.counts, minutes, mine) for times in (ranges.whole, ranges.by_speed))
    return {
        **dict(whole),
        "covered_low_by_speed": by_speed.covered_low,
        "covered_high_by_speed": by_speed.covered_high,
    }
