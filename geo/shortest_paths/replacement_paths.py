"""What each edge is worth: who is no longer reached within a time when it is closed, for every edge of a graph.

One search from all origins gives a forest of shortest paths. Closing an edge that no path of the forest uses changes no
time: those paths are still there, and closing never shortens one. Closing an edge that paths do use changes the times
of the nodes behind it alone, its subtree; they are searched anew from what surrounds them. The work is the number of
nodes on all paths together, not edges times nodes.

References
----------
.. [1] K. Malik, A. K. Mittal, S. K. Gupta (1989), The k most vital arcs in the shortest path problem.
   doi:10.1016/0167-6377(89)90065-5
.. [2] D. Eppstein, Z. Galil, G. F. Italiano, A. Nissenzweig (1997), Sparsification: a technique for speeding up
   dynamic graph algorithms. doi:10.1145/265910.265914
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints
from geo.shortest_paths.forest import FAR, NODE_BITS, Arcs, Forest, Places, positions_by, shortest_forest
from geo.shortest_paths.ticks import SAFE, TickOverflowError

CHUNK = 2_000  # edges between two words of progress


class Lost(NamedTuple):
    """Destinations that are no longer reached when an edge is closed.

    Attributes
    ----------
    pointer : (m + 1,) array of int64
        Destinations lost with edge i: from ``pointer[i]`` to ``pointer[i + 1]``.
    destination : (k,) array of int64
        Ascending for each edge.
    """

    pointer: Ints
    destination: Ints


class Question(NamedTuple):
    """What does not change from edge to edge.

    Attributes
    ----------
    leaving, entering : Arcs
        The graph, either way round.
    starts, ends : Places
        Origins and destinations.
    start_at, end_at : (n + 1,) and (2 k,) arrays of int64
        Origins and destinations by node: twice the place, plus 1 for its second end.
    end_on : (m + 1,) and (k,) arrays of int64
        Destinations by edge.
    rides, stays : (n_destinations,) array of int64
        Time of the best trip that touches no node, and of the one that is left when the edge is closed.
    limit : int
        Longest time, ticks, inclusive.
    """

    leaving: Arcs
    entering: Arcs
    starts: Places
    ends: Places
    start_at: tuple[Ints, Ints]
    end_at: tuple[Ints, Ints]
    end_on: tuple[Ints, Ints]
    rides: Ints
    stays: Ints
    limit: int


class Before(NamedTuple):
    """What there is with all edges open.

    Attributes
    ----------
    forest : Forest
        Shortest paths.
    children : (n + 1,) and (k,) arrays of int64
        The nodes that come next on paths, by node.
    is_reached : (n_destinations,) array of bool
        Whether each destination is reached.
    """

    forest: Forest
    children: tuple[Ints, Ints]
    is_reached: NDArray[np.bool_]


class Room(NamedTuple):
    """Room for one closed edge after the other; no edge needs it cleared.

    Attributes
    ----------
    ticks : (n,) array of int64
        New times of the nodes behind the edge.
    turn : (n,) array of int64
        Number of the last edge that a node was behind.
    asked : (n_destinations,) array of int64
        Number of the last edge that a destination was looked at for.
    latest : (1,) array of int64
        Longest time of a node so far.
    """

    ticks: Ints
    turn: Ints
    asked: Ints
    latest: Ints


def lost_by_edge(
    arcs: tuple[Arcs, Arcs],
    starts: Places,
    ends: Places,
    rides: tuple[Ints, Ints],
    limit: int,
    *,
    edge_count: int,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Lost:
    """Return which destinations are no longer reached within a time, for every edge, if that edge alone is closed.

    Parameters
    ----------
    arcs : tuple of Arcs
        The graph: leaving, entering.
    starts, ends : Places
        Origins and destinations.
    rides : tuple of (n_destinations,) array of int64
        Ticks of each destination's best trip that touches no node, with its edge open and closed; `INFINITE` or more
        where there is none.
    limit : int
        Longest time, ticks, inclusive.
    edge_count : int
        Edges of the graph.
    tell : callable, optional
        Told again and again how many edges are done, and of how many.

    Returns
    -------
    Lost
        By edge.

    Raises
    ------
    TickOverflowError
        If a time is too long for the clock.
    """
    leaving, entering = arcs
    node_count = len(leaving.pointer) - 1
    forest = shortest_forest(leaving, starts, limit)
    question = Question(
        leaving,
        entering,
        starts,
        ends,
        positions_by(starts.node.reshape(-1), node_count),
        positions_by(ends.node.reshape(-1), node_count),
        positions_by(ends.edge, edge_count),
        *rides,
        limit,
    )
    is_reached = _reached(question, forest)
    used = np.union1d(forest.edge[forest.edge >= 0], ends.edge[is_reached & (ends.edge >= 0)])
    before = Before(forest, positions_by(forest.parent, node_count), is_reached)
    room = Room(*(np.full(size, -1, dtype=np.int64) for size in (node_count, node_count, len(ends.edge), 1)))
    count, found = np.zeros(edge_count, dtype=np.int64), []
    for first in range(0, len(used), CHUNK):
        tell(first, len(used))
        some = used[first : first + CHUNK]
        counts, lost = _lost(question, before, some, room)
        count[some] = counts
        found.append(lost)
    if room.latest[0] >= SAFE:
        raise TickOverflowError
    tell(len(used), len(used))
    return Lost(np.append(0, np.cumsum(count)), np.concatenate([np.empty(0, dtype=np.int64), *found]))


def _reached(question: Question, forest: Forest) -> NDArray[np.bool_]:
    times = (forest.ticks[question.ends.node] + question.ends.ticks).min(axis=1, initial=FAR)
    reached: NDArray[np.bool_] = np.minimum(times, question.rides) <= question.limit
    return reached


@compiled
def _lost(question: Question, before: Before, edges: Ints, room: Room) -> tuple[Ints, Ints]:
    """Return how many destinations are lost with each of some edges, and which."""
    roots = _roots(before.forest, edges)
    counts = np.zeros(len(edges), dtype=np.int64)
    lost = [np.int64(0)]
    lost.pop()
    for i in range(len(edges)):
        behind = _behind(roots[i], before.children, edges[i], room)
        _search_behind(question, before.forest, behind, edges[i], room)
        mine = _lost_with(question, before, behind, edges[i], room)
        counts[i] = len(mine)
        lost.extend(mine)
    return counts, np.array(lost, dtype=np.int64)


@compiled
def _roots(forest: Forest, edges: Ints) -> Ints:
    """Return the nodes, two at most, whose path comes by each edge; -1 for none."""
    roots = np.full((len(edges), 2), -1, dtype=np.int64)
    for node in range(len(forest.edge)):
        place = np.searchsorted(edges, forest.edge[node])
        if place < len(edges) and edges[place] == forest.edge[node]:
            roots[place, 0 if roots[place, 0] < 0 else 1] = node
    return roots


@compiled
def _behind(roots: Ints, children: Any, edge: int, room: Room) -> Any:
    """Return all nodes whose path comes by the edge, and mark them."""
    pointer, child = children
    behind = [np.int64(0)]
    behind.pop()
    for root in roots:
        if root >= 0 and room.turn[root] != edge:
            room.turn[root] = edge
            behind.append(root)
    done = 0
    while done < len(behind):
        node = behind[done]
        done += 1
        for i in range(pointer[node], pointer[node + 1]):
            if room.turn[child[i]] != edge:
                room.turn[child[i]] = edge
                behind.append(child[i])
    return behind


@compiled
def _search_behind(question: Question, forest: Forest, behind: Any, edge: int, room: Room) -> None:
    """Find the new times of the nodes behind a closed edge."""
    leaving = question.leaving
    heap = [np.int64(0)]
    heap.pop()
    for node in behind:
        time = _from_outside(question, forest, node, edge, room)
        room.ticks[node] = time
        if time <= question.limit:
            heapq.heappush(heap, (time << NODE_BITS) | node)
    while len(heap) > 0:
        key = heapq.heappop(heap)
        node, time = key & (2**NODE_BITS - 1), key >> NODE_BITS
        if time > room.ticks[node]:
            continue
        room.latest[0] = max(room.latest[0], time)
        for arc in range(leaving.pointer[node], leaving.pointer[node + 1]):
            head, then = leaving.other[arc], time + leaving.ticks[arc]
            if room.turn[head] != edge or leaving.edge[arc] == edge:
                continue
            if then <= question.limit and then < room.ticks[head]:
                room.ticks[head] = then
                heapq.heappush(heap, (then << NODE_BITS) | head)


@compiled
def _from_outside(question: Question, forest: Forest, node: Any, edge: Any, room: Room) -> Any:
    """Return the time to a node by a path that comes from the other nodes, or begins here."""
    entering, starts = question.entering, question.starts
    best = np.int64(FAR)
    for arc in range(entering.pointer[node], entering.pointer[node + 1]):
        tail = entering.other[arc]
        if room.turn[tail] != edge and entering.edge[arc] != edge:
            best = min(best, forest.ticks[tail] + entering.ticks[arc])
    pointer, end = question.start_at
    for i in range(pointer[node], pointer[node + 1]):
        place, side = end[i] // 2, end[i] % 2
        own = starts.edge[place] == edge
        best = min(best, starts.shut[place, side] if own else starts.ticks[place, side])
    return best


@compiled
def _lost_with(question: Question, before: Before, behind: Any, edge: int, room: Room) -> Any:
    """Return the destinations that were reached and are not any more, ascending."""
    lost = [np.int64(0)]
    lost.pop()
    pointer, end = question.end_at
    for node in behind:
        for i in range(pointer[node], pointer[node + 1]):
            if _is_lost(question, before, end[i] // 2, edge, room):
                lost.append(end[i] // 2)  # noqa: PERF401 - a list comprehension costs the compiler more
    pointer, place = question.end_on
    for i in range(pointer[edge], pointer[edge + 1]):
        if _is_lost(question, before, place[i], edge, room):
            lost.append(place[i])  # noqa: PERF401 - see above
    lost.sort()
    return lost


@compiled
def _is_lost(question: Question, before: Before, place: Any, edge: Any, room: Room) -> Any:
    """Return whether a destination is lost; false when it was asked about before."""
    if room.asked[place] == edge or not before.is_reached[place]:
        return False
    room.asked[place] = edge
    ends, own = question.ends, question.ends.edge[place] == edge
    best = question.stays[place] if own else question.rides[place]
    for side in range(2):
        node = ends.node[place, side]
        time = room.ticks[node] if room.turn[node] == edge else before.forest.ticks[node]
        best = min(best, time + (ends.shut[place, side] if own else ends.ticks[place, side]))
    return best > question.limit
