"""Shortest paths from all origins together, with the edge by which each node is reached."""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints, Nodes
from geo.shortest_paths.ends import Ends
from geo.shortest_paths.ticks import INFINITE, SAFE, TickOverflowError, Ticks

FAR = 2**40  # later than any sum of a few times
NODE_BITS = 32  # of a key that sorts by time


class Arcs(NamedTuple):
    """Directed arcs by the node that they leave, or by the node that they enter.

    Attributes
    ----------
    pointer : (n + 1,) array of int64
        Arcs of node i: from ``pointer[i]`` to ``pointer[i + 1]``.
    other : (a,) array of int64
        The node at the other end.
    ticks : (a,) array of int64
        Time, below `INFINITE`.
    edge : (a,) array of int64
        The edge that it belongs to.
    """

    pointer: Ints
    other: Ints
    ticks: Ints
    edge: Ints


class Places(NamedTuple):
    """Places on edges, with what is left of them when their own edge is closed.

    Attributes
    ----------
    edge : (k,) array of int64
        The edge of each; -1 where there is none.
    node : (k, 2) array of int64
        Its two ends.
    ticks : (k, 2) array of int64
        Time between place and end; `INFINITE` where there is no way.
    shut : (k, 2) array of int64
        The same with the own edge closed: a place at the very end of an edge stands at the node.
    """

    edge: Ints
    node: Ints
    ticks: Ints
    shut: Ints

    @classmethod
    def on_edges(cls, edge: Ints, open_ends: Ends, shut: Ticks) -> Places:
        """Return places.

        Parameters
        ----------
        edge : (k,) array of int64
            The edge of each.
        open_ends : Ends
            To or from both ends.
        shut : (k, 2) array of uint32
            See `Places`.

        Returns
        -------
        Places
            In the types that the search needs.
        """
        return cls(edge.astype(np.int64), open_ends.node, open_ends.ticks.astype(np.int64), shut.astype(np.int64))


class Forest(NamedTuple):
    """Shortest paths from all origins to the nodes within a time.

    Attributes
    ----------
    ticks : (n,) array of int64
        Time from the origin that is there first; `FAR` where the time is up.
    parent : (n,) array of int64
        The node before on the path; -1 where the path begins or there is none.
    edge : (n,) array of int64
        The edge by which the path comes; -1 where it begins at the node itself.
    """

    ticks: Ints
    parent: Ints
    edge: Ints


def arcs_of(node_count: int, u: Nodes, v: Nodes, forward: Ticks, backward: Ticks) -> tuple[Arcs, Arcs]:
    """Return the arcs of a graph by the node that they leave and by the node that they enter.

    Parameters
    ----------
    node_count : int
        Nodes.
    u, v : (m,) array of int
        Ends of each edge.
    forward, backward : (m,) array of uint32
        Ticks along each edge and against it; `INFINITE` where that is not allowed.

    Returns
    -------
    tuple of Arcs
        Leaving, entering; without edges from a node to itself.
    """
    number = np.arange(len(u))
    tail, head = np.concatenate([u, v]).astype(np.int64), np.concatenate([v, u]).astype(np.int64)
    ticks, edge = np.concatenate([forward, backward]).astype(np.int64), np.concatenate([number, number])
    used = np.flatnonzero((ticks < INFINITE) & (tail != head))
    tail, head, ticks, edge = tail[used], head[used], ticks[used], edge[used]
    both = []
    for near, other in ((tail, head), (head, tail)):
        pointer, order = positions_by(near, node_count)
        both.append(Arcs(pointer, other[order], ticks[order], edge[order]))
    return both[0], both[1]


def shortest_forest(leaving: Arcs, starts: Places, limit: int) -> Forest:
    """Return the shortest paths from all origins together.

    Parameters
    ----------
    leaving : Arcs
        The graph.
    starts : Places
        Origins.
    limit : int
        Longest time, ticks, inclusive.

    Returns
    -------
    Forest
        Its times do not depend on the order of anything; which of two equally long paths it has, does.

    Raises
    ------
    TickOverflowError
        If a time is too long for the clock.
    """
    forest = _forest(leaving, starts, limit)
    reached = forest.ticks[forest.ticks < FAR]
    if reached.size and reached.max() >= SAFE:
        raise TickOverflowError
    return forest


def positions_by(key: Ints, size: int) -> tuple[Ints, Ints]:
    """Return where each key stands.

    Parameters
    ----------
    key : (k,) array of int64
        Below `size`; what is below 0 stands nowhere.
    size : int
        Number of keys.

    Returns
    -------
    (size + 1,) array of int64
        Positions of key i: from ``pointer[i]`` to ``pointer[i + 1]``.
    (p,) array of int64
        Positions, ascending for each key.
    """
    known = np.flatnonzero(key >= 0)
    pointer = np.append(0, np.cumsum(np.bincount(key[known], minlength=size))).astype(np.int64)
    return pointer, known[np.argsort(key[known], kind="stable")].astype(np.int64)


@compiled
def _forest(leaving: Arcs, starts: Places, limit: int) -> Forest:
    count = len(leaving.pointer) - 1
    ticks, parent = np.full(count, FAR, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    edge = np.full(count, -1, dtype=np.int64)
    heap = [np.int64(0)]
    heap.pop()
    for place in range(len(starts.edge)):
        for end in range(2):
            node, time = starts.node[place, end], starts.ticks[place, end]
            if time <= limit and time < ticks[node]:
                ticks[node] = time
                # Who begins at the node itself does not need the edge.
                edge[node] = -1 if starts.shut[place, end] == time else starts.edge[place]
                heapq.heappush(heap, (time << NODE_BITS) | node)
    while len(heap) > 0:
        key = heapq.heappop(heap)
        node, time = key & (2**NODE_BITS - 1), key >> NODE_BITS
        if time > ticks[node]:
            continue
        for arc in range(leaving.pointer[node], leaving.pointer[node + 1]):
            head, then = leaving.other[arc], time + leaving.ticks[arc]
            if then <= limit and then < ticks[head]:
                ticks[head], parent[head], edge[head] = then, node, leaving.edge[arc]
                heapq.heappush(heap, (then << NODE_BITS) | head)
    return Forest(ticks, parent, edge)
