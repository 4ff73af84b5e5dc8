"""How low and how high a coverage figure may be: for what is not known of the speeds, and of where the bases stand.

The low figure takes the slowest plausible speeds, and for each cell the worst position of each base within the accuracy
of its place; the high figure the fastest speeds and the best position. A base whose place is known exactly has the one
position that it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from app.consultants.queries import Posting
from app.coverage.figures import People
from app.coverage.inputs import Question
from app.coverage.schemas import DistrictCoverage, Figures, FiguresWithRange
from app.documents.minutes import seconds_of
from geo.coverage.people_reached import Coverage, coverage_by_group
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile
from geo.roads.snapping import Snapped
from geo.travel.place_error import positions_within
from geo.travel.travel_time import SecondsRange, nearest_origin, nearest_range, travel_time_matrix


class Ranges(NamedTuple):
    """Seconds to each cell: what the speeds alone leave open, and what speeds and places leave open together."""

    by_speed: SecondsRange
    whole: SecondsRange


# The code of a posting → its positions on the roads.
Positions = Mapping[str, Snapped]


def possible_positions(
    network: RoadNetwork, postings: Sequence[Posting], starts: Snapped, profile: Profile
) -> Positions:
    """Return where each base may be whose place is known only within some metres; `starts` has the usual positions."""
    found = {}
    for row, posting in enumerate(postings):
        if posting.location and posting.accuracy_m:
            usual = starts[[row]]
            around = positions_within(network, posting.location, posting.accuracy_m, profile)
            found[posting.code] = usual[usual.is_snapped].joined(around)
    return found


def measure_ranges(
    network: RoadNetwork,
    postings: Sequence[Posting],
    starts: Snapped,
    cells: Snapped,
    question: Question,
    *,
    positions: Positions,
) -> Ranges:
    """Return how long and how short the time to each cell may be.

    `starts` has the usual position of each posting, `positions` those of the postings whose place is uncertain.
    """
    profile, closed = question.profile, question.closed
    by_speed = nearest_range(network, starts, cells, profile=profile, closed=closed)
    unsure = [posting.code for posting in postings if posting.location and posting.accuracy_m]
    if not unsure:
        return Ranges(by_speed, by_speed)
    sure = [row for row, posting in enumerate(postings) if not (posting.location and posting.accuracy_m)]
    slowest, _ = nearest_origin(network, starts[sure], cells, profile=profile.low(), closed=closed)
    tried = starts[[]]
    for code in unsure:
        tried = tried.joined(positions[code])
    times = travel_time_matrix(network, tried, cells, profile=profile.low(), closed=closed)
    # A base that is near no road reaches nobody from anywhere.
    counts = np.array([len(positions[code]) for code in unsure])
    begins = (np.cumsum(counts) - counts)[counts > 0]
    if len(begins):
        slowest = np.minimum(slowest, np.maximum.reduceat(times, begins, axis=0).min(axis=0))
    everywhere = tried.joined(starts[sure])
    fastest, _ = nearest_origin(network, everywhere, cells, profile=profile.high(), closed=closed)
    # A position's ticks are rounded by themselves: they must not turn the order round.
    whole = SecondsRange(by_speed.usual, np.maximum(slowest, by_speed.slowest), np.minimum(fastest, by_speed.fastest))
    return Ranges(by_speed, whole)


def add_range(figures: Figures, people: People, ranges: Ranges, minutes: Sequence[int]) -> FiguresWithRange:
    """Return figures with how low and how high they may be, in all and by the speeds alone, also of each district."""
    by_speed, whole = ranges
    counted = [
        coverage_by_group(times, people.counts, people.district, len(people.districts), seconds_of(minutes))
        for times in (whole.slowest, whole.fastest, by_speed.slowest, by_speed.fastest)
    ]
    everyone, parts = zip(*counted, strict=True)
    districts = [
        DistrictCoverage(**{**dict(row), **_covered(mine, minutes)})
        for row, *mine in zip(figures.districts, *parts, strict=True)
    ]
    return FiguresWithRange(**{**dict(figures), "districts": districts, **_covered(everyone, minutes)})


def _covered(counted: Iterable[Coverage], minutes: Sequence[int]) -> dict[str, dict[str, float]]:
    names = ("covered_low", "covered_high", "covered_low_by_speed", "covered_high_by_speed")
    return {
        name: dict(zip(map(str, minutes), found.covered, strict=True))
        for name, found in zip(names, counted, strict=True)
    }
