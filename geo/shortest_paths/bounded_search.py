"""A search that touches only what it reaches, for one place on a large network.

The network lies in cells (`cells`). Cells wait, not nodes; within a cell all is worked out in straight runs through
memory (`cell_search`).
"""

from __future__ import annotations

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
    reached = search_all(question, Ends(graph.position[ends.node], ends.ticks), work)
    if limit == INFINITE - 1 and reached.ticks.size and reached.ticks.max() >= SAFE:
        raise TickOverflowError
    return reached


def search_times(timed: TimedGraph, origin: Ends, destinations: Ends, clock: Clock) -> NDArray[np.float32]:
    """Return the travel time from one origin to every destination.

    Parameters
    ----------
    timed : TimedGraph
        Roads with times.
    origin : Ends
        Where all trips begin, one place.
    destinations : Ends
        Where they end.
    clock : Clock
        Length of a tick.

    Returns
    -------
    (n_destinations,) array of float32
        Seconds, inf where a destination is not reached.

    Raises
    ------
    TickOverflowError
        As in `search_within`.
    """
    count = len(timed.graph.position)
    end = destinations.checked(count)
    reached = search_within(timed, origin)
    at_node = np.full(count, INFINITE, dtype=np.uint32)
    at_node[reached.node] = reached.ticks
    return clock.seconds((at_node[end.node] + end.ticks).min(axis=1)).astype(np.float32)
