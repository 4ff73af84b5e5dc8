"""A search that touches only what it reaches, for one place on a large network.

The network lies in cells (`cells`). Cells wait, not nodes; within a cell all is worked out in straight runs through
memory (`cell_search`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geo.shortest_paths.cell_search import ABREAST, search_all
from geo.shortest_paths.cells import CELL
from geo.shortest_paths.ends import Ends
from geo.shortest_paths.search_graph import TimedGraph
from geo.shortest_paths.search_question import Question, Reached, Start, Work
from geo.shortest_paths.ticks import INFINITE, SAFE, Clock, TickOverflowError


def search_within(timed: TimedGraph, origins: Ends, limit: int = INFINITE - 1) -> Reached:
    """Return all nodes that each origin reaches within a time.

    Parameters
    ----------
    timed : TimedGraph
        Roads with times.
    origins : Ends
        Where trips begin.
    limit : int, optional
        Ticks, inclusive.

    Returns
    -------
    Reached
        Memory grows with what is reached, not with the network.

    Raises
    ------
    TickOverflowError
        If there is no limit, and a trip may take longer than the clock can tell.
    """
    graph = timed.graph
    ends = origins.checked(len(graph.position))
    work = Work(
        Start(np.empty(2, dtype=np.int64), np.zeros((2, CELL), dtype=np.int32)),
        np.zeros(graph.cells.core[-1], dtype=np.int32),
        np.zeros(len(graph.cells.cell_of), dtype=np.uint16),
        np.zeros(len(graph.cells.size), dtype=np.int32),
        np.empty((2, len(graph.cells.size)), dtype=np.uint32),
        np.zeros(len(graph.cells.size), dtype=np.bool_),
        np.empty(len(graph.cells.size), dtype=np.uint32),
        np.empty((ABREAST, CELL), dtype=np.int32),
    )
    question = Question(graph.cells, timed.times, graph.order, limit)
    reached = search_all(question, Ends(graph.position[ends.node].astype(np.int64), ends.ticks), work)
    if limit == INFINITE - 1 and reached.ticks.size and reached.ticks.max() >= SAFE:
        raise TickOverflowError
    return reached


def search_times(
    timed: TimedGraph, origins: Ends, destinations: Ends, clock: Clock, limit: int = INFINITE - 1
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Return for each origin in turn the destinations that it reaches within a time, and when.

    Parameters
    ----------
    timed : TimedGraph
        Roads with times.
    origins : Ends
        Where trips begin.
    destinations : Ends
        Where they end.
    clock : Clock
        Length of a tick.
    limit : int, optional
        Ticks to the last node, inclusive.

    Yields
    ------
    (r,) array of int64
        Index of each destination, ascending. The share of the last edge may lead beyond the limit.
    (r,) array of float32
        Travel time in seconds; inf where it is too long to be told.

    Raises
    ------
    TickOverflowError
        As in `search_within`.
    """
    starts, ends = origins.checked(len(timed.graph.position)), destinations.checked(len(timed.graph.position))
    # An arrival is an end of a destination; those at one node lie together.
    place, side = np.nonzero(ends.ticks < INFINITE)
    order = np.argsort(ends.node[place, side], kind="stable")
    place, side = place[order], side[order]
    nodes, first, arrivals = np.unique(ends.node[place, side], return_index=True, return_counts=True)
    ticks = ends.ticks[place, side]
    number = np.full(len(timed.graph.position), -1, dtype=np.int32)
    number[nodes] = np.arange(len(nodes))
    soonest = np.full(len(ends.node), INFINITE, dtype=np.uint32)
    for origin in range(len(starts.node)):
        reached = search_within(timed, Ends(starts.node[origin : origin + 1], starts.ticks[origin : origin + 1]), limit)
        node = number[reached.node]
        is_needed = node >= 0
        node, until = node[is_needed], reached.ticks[is_needed]
        count = arrivals[node]
        arrival = np.arange(count.sum()) + np.repeat(first[node] - np.cumsum(count) + count, count)
        np.minimum.at(soonest, place[arrival], np.repeat(until, count) + ticks[arrival])
        found = np.unique(place[arrival])
        yield found, clock.seconds(soonest[found]).astype(np.float32)
        soonest[found] = INFINITE
