"""Travel times from many origins to many destinations: sixteen origins at a time down one hierarchy.

An origin's times are carried up to its ancestors; then all rows that the destinations need are filled from the top
down, sixteen origins side by side in one vector of the processor.

References
----------
.. [1] D. Delling, A. V. Goldberg, A. Nowatzyk, R. F. Werneck (2013), PHAST: hardware-accelerated shortest path
   trees. doi:10.1016/j.jpdc.2012.02.007
.. [2] D. Delling, A. V. Goldberg, R. F. Werneck (2011), Faster batched shortest paths in road networks (RPHAST).
   doi:10.4230/OASIcs.ATMOS.2011.52
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints
from geo.shortest_paths.elimination import Elimination, Indices
from geo.shortest_paths.ends import Ends
from geo.shortest_paths.hierarchy import DOWN, UP, WeightedHierarchy
from geo.shortest_paths.lanes import LANES, aligned_rows, sweep
from geo.shortest_paths.ticks import INFINITE, SAFE, Clock, TickOverflowError, Ticks

Seconds = NDArray[np.float32]


class Needed(NamedTuple):
    """The part of a hierarchy that some destinations need, the highest node first.

    Attributes
    ----------
    pointer : (r + 1,) array of uint32
        Arcs into row i: from ``pointer[i]`` to ``pointer[i + 1]``.
    row : (a,) array of uint32
        The row where each arc comes from, an earlier one.
    ticks : (a,) array of uint32
        Its time.
    row_of_rank : (n,) array of int64
        Row of each rank, -1 for those that are not needed.
    answer : (k,) array of int64
        Row of each destination.
    """

    pointer: Indices
    row: Indices
    ticks: Ticks
    row_of_rank: Ints
    answer: Ints


class Climb(NamedTuple):
    """How origins get to the top of a hierarchy.

    Attributes
    ----------
    up : Elimination
        Arcs from each rank to higher ones.
    ticks : (m, 2) array of uint32
        Time up and down each arc.
    origins : Ends
        Where trips begin, nodes told by their rank.
    above : (n,) array of uint32
        Room for the times of one origin; all infinite before and after.
    """

    up: Elimination
    ticks: Ticks
    origins: Ends
    above: Ticks

    @classmethod
    def of(cls, weighted: WeightedHierarchy, origins: Ends) -> Climb:
        """Return how origins get to the top.

        Parameters
        ----------
        weighted : WeightedHierarchy
            Roads with times.
        origins : Ends
            Where trips begin.

        Returns
        -------
        Climb
            With room of its own.
        """
        rank = weighted.hierarchy.rank
        ends = origins.checked(len(rank))
        above = np.full(len(rank), INFINITE, dtype=np.uint32)
        return cls(weighted.hierarchy.up, weighted.ticks, Ends(rank[ends.node], ends.ticks), above)


class Soonest(NamedTuple):
    """For each destination, the origin that is there first.

    Attributes
    ----------
    seconds : (k,) array of float32
        Its travel time, inf where none arrives.
    origin : (k,) array of int64
        Its index, the lowest of equals; -1 where there is none.
    """

    seconds: Seconds
    origin: Ints


def needed_for(weighted: WeightedHierarchy, destinations: Ends) -> Needed:
    """Return what the sweep to some destinations needs; each destination gets a row of its own.

    Parameters
    ----------
    weighted : WeightedHierarchy
        Roads with times.
    destinations : Ends
        Where trips end.

    Returns
    -------
    Needed
        The last rows are the destinations.
    """
    rank = weighted.hierarchy.rank
    ends = destinations.checked(len(rank))
    is_needed = np.zeros(len(rank), dtype=np.bool_)
    return _select(weighted.hierarchy.up, weighted.ticks, Ends(rank[ends.node], ends.ticks), is_needed)


def needed_for_all(weighted: WeightedHierarchy) -> Needed:
    """Return what the sweep to all nodes needs.

    Parameters
    ----------
    weighted : WeightedHierarchy
        Roads with times.

    Returns
    -------
    Needed
        The destinations are the nodes.
    """
    rank = weighted.hierarchy.rank
    nobody = Ends.at_nodes(np.empty(0, dtype=np.int64))
    is_needed = np.ones(len(rank), dtype=np.bool_)
    needed = _select(weighted.hierarchy.up, weighted.ticks, nobody, is_needed)
    return needed._replace(answer=needed.row_of_rank[rank])


def sweep_times(weighted: WeightedHierarchy, origins: Ends, needed: Needed, clock: Clock, times: NDArray[Any]) -> None:
    """Write the travel time from every origin to every destination.

    Parameters
    ----------
    weighted : WeightedHierarchy
        Roads with times.
    origins : Ends
        Where trips begin.
    needed : Needed
        Where they end, for the same roads.
    clock : Clock
        Length of a tick.
    times : (n_origins, n_destinations) array of float32 or float64
        Written to: seconds, inf where there is no way.

    Raises
    ------
    TickOverflowError
        If a trip may take longer than the clock can tell.
    """
    climb, rows = Climb.of(weighted, origins), aligned_rows(len(needed.pointer) - 1)
    if not _sweep_times(climb, needed, rows, 2.0**-clock.exponent, times):
        raise TickOverflowError


def sweep_nearest(weighted: WeightedHierarchy, origins: Ends, needed: Needed, clock: Clock) -> Soonest:
    """Return which origin is first at every destination.

    Parameters
    ----------
    weighted : WeightedHierarchy
        Roads with times.
    origins : Ends
        Where trips begin.
    needed : Needed
        Where they end, for the same roads.
    clock : Clock
        Length of a tick.

    Returns
    -------
    Soonest
        The least of each column that `sweep_times` would write.

    Raises
    ------
    TickOverflowError
        If a trip may take longer than the clock can tell.
    """
    count = len(needed.answer)
    soonest = Soonest(np.full(count, np.inf, dtype=np.float32), np.full(count, -1, dtype=np.int64))
    climb, rows = Climb.of(weighted, origins), aligned_rows(len(needed.pointer) - 1)
    if not _sweep_nearest(climb, needed, rows, 2.0**-clock.exponent, soonest):
        raise TickOverflowError
    return soonest


@compiled
def _select(up: Elimination, ticks: Ticks, ends: Ends, is_needed: NDArray[np.bool_]) -> Needed:
    """Return the rows of all nodes that are marked or that the ends need."""
    count, answers = len(up.parent), len(ends.node)
    arcs = 0
    for i in range(answers):
        for end in range(2):
            if ends.ticks[i, end] < INFINITE:
                is_needed[ends.node[i, end]] = True
                arcs += 1
    nodes = 0
    for x in range(count):
        if is_needed[x]:
            nodes += 1
            for arc in range(up.pointer[x], up.pointer[x + 1]):
                if ticks[arc, DOWN] < INFINITE:
                    is_needed[up.head[arc]] = True
                    arcs += 1
    needed = Needed(
        np.zeros(nodes + answers + 1, dtype=np.uint32),
        np.empty(arcs, dtype=np.uint32),
        np.empty(arcs, dtype=np.uint32),
        np.full(count, -1, dtype=np.int64),
        np.arange(nodes, nodes + answers),
    )
    _fill(up, ticks, is_needed, needed)
    _append_answers(ends, needed)
    return needed


@compiled
def _fill(up: Elimination, ticks: Ticks, is_needed: NDArray[np.bool_], needed: Needed) -> None:
    row = size = 0
    for x in range(len(is_needed) - 1, -1, -1):
        if is_needed[x]:
            for arc in range(up.pointer[x], up.pointer[x + 1]):
                if ticks[arc, DOWN] < INFINITE:
                    needed.row[size] = needed.row_of_rank[up.head[arc]]
                    needed.ticks[size] = ticks[arc, DOWN]
                    size += 1
            needed.row_of_rank[x] = row
            row += 1
            needed.pointer[row] = size


@compiled
def _append_answers(ends: Ends, needed: Needed) -> None:
    for i in range(len(ends.node)):
        size = needed.pointer[needed.answer[i]]
        for end in range(2):
            if ends.ticks[i, end] < INFINITE:
                needed.row[size] = needed.row_of_rank[ends.node[i, end]]
                needed.ticks[size] = ends.ticks[i, end]
                size += 1
        needed.pointer[needed.answer[i] + 1] = size


@compiled
def _sweep_times(climb: Climb, needed: Needed, rows: Ticks, tick_s: float, times: NDArray[Any]) -> bool:
    for first in range(0, len(times), LANES):
        last = min(first + LANES, len(times))
        if not _fill_rows(climb, needed, rows, first, last):
            return False
        _write_block(rows, needed.answer, tick_s, times[first:last])
    return True


@compiled
def _sweep_nearest(climb: Climb, needed: Needed, rows: Ticks, tick_s: float, soonest: Soonest) -> bool:
    for first in range(0, len(climb.origins.node), LANES):
        last = min(first + LANES, len(climb.origins.node))
        if not _fill_rows(climb, needed, rows, first, last):
            return False
        for i in range(len(needed.answer)):
            row = needed.answer[i]
            for lane in range(last - first):
                if rows[row, lane] < INFINITE:
                    seconds = np.float32(rows[row, lane] * tick_s)
                    if seconds < soonest.seconds[i]:
                        soonest.seconds[i] = seconds
                        soonest.origin[i] = first + lane
    return True


@compiled
def _fill_rows(climb: Climb, needed: Needed, rows: Ticks, first: int, last: int) -> bool:
    """Fill all rows for up to sixteen origins; return whether all times are safe."""
    rows[:] = INFINITE
    for origin in range(first, last):
        if not _ascend(climb, origin, needed.row_of_rank, rows, origin - first):
            return False
    return sweep(needed.pointer, needed.row, needed.ticks, rows)


@compiled
def _ascend(climb: Climb, origin: int, row_of_rank: Ints, rows: Ticks, lane: int) -> bool:
    """Write the times from an origin to its ancestors; return whether all are safe."""
    up, above = climb.up, climb.above
    one, other = climb.origins.node[origin, 0], climb.origins.node[origin, 1]
    above[one] = min(above[one], climb.origins.ticks[origin, 0])
    above[other] = min(above[other], climb.origins.ticks[origin, 1])
    is_safe = True
    while one >= 0 or other >= 0:
        # The two ways to the root are followed in step, the lower one first, until they meet.
        x = one if other < 0 or 0 <= one <= other else other
        parent = np.int64(up.parent[x])
        one = parent if one == x else one
        other = parent if other == x else other
        time = above[x]
        above[x] = INFINITE
        if time >= INFINITE:
            continue
        is_safe = is_safe and time < SAFE
        if row_of_rank[x] >= 0:
            rows[row_of_rank[x], lane] = time
        for arc in range(up.pointer[x], up.pointer[x + 1]):
            y = up.head[arc]
            above[y] = min(above[y], time + climb.ticks[arc, UP])
    return is_safe


@compiled
def _write_block(rows: Ticks, answer: Ints, tick_s: float, times: NDArray[Any]) -> None:
    """Write the lanes of the destinations' rows as seconds, turned round."""
    for begin in range(0, len(answer), LANES):
        end = min(begin + LANES, len(answer))
        for lane in range(len(times)):
            for i in range(begin, end):
                ticks = rows[answer[i], lane]
                times[lane, i] = ticks * tick_s if ticks < INFINITE else np.inf
