"""A customizable contraction hierarchy: shortcuts found once per network, their times once per set of edge times.

Another season, a closed road or a new speed changes the times only. They are carried up through the triangles of the
hierarchy in milliseconds, which gives the same hierarchy as building it anew.

References
----------
.. [1] J. Dibbelt, B. Strasser, D. Wagner (2016), Customizable contraction hierarchies. doi:10.1145/2886843
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints, Nodes, adjacency
from geo.shortest_paths.elimination import Elimination, Indices, eliminate
from geo.shortest_paths.ticks import INFINITE, SAFE, TickOverflowError, Ticks

# A road network makes four to five arcs per node. Far beyond that, single searches are quicker than sweeps.
ARCS_PER_NODE = 30
ARCS_AT_LEAST = 1_000_000
UP, DOWN = 0, 1


class Below(NamedTuple):
    """The arcs of a hierarchy, listed by their upper end.

    Attributes
    ----------
    pointer : (n + 1,) array of uint32
        Arcs that end at y: from ``pointer[y]`` to ``pointer[y + 1]``.
    arc, tail : (m,) array of uint32
        Which arc that is, and its lower end.
    """

    pointer: Indices
    arc: Indices
    tail: Indices


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """The shortcuts of a network, without times.

    Attributes
    ----------
    rank : (n,) array of int64
        Rank of each node.
    up : Elimination
        Arcs from each rank to higher ones.
    below : Below
        The same arcs by their upper end.
    edge_arc : (m,) array of int64
        Arc that stands for each edge, -1 for an edge from a node to itself.
    edge_descends : (m,) array of bool
        Whether the edge is drawn from the higher rank to the lower one.
    """

    rank: Ints
    up: Elimination
    below: Below
    edge_arc: Ints
    edge_descends: NDArray[np.bool_]

    @classmethod
    def build(cls, u: Nodes, v: Nodes, rank: Ints) -> Hierarchy:
        """Return the hierarchy of a network.

        Parameters
        ----------
        u, v : (m,) array of int
            Ends of each edge.
        rank : (n,) array of int64
            From `geo.shortest_paths.contraction_order`.

        Returns
        -------
        Hierarchy
            Its answers do not depend on the order, its size does.

        Raises
        ------
        TooManyShortcutsError
            If the network is not like a road network.
        """
        rank = np.ascontiguousarray(rank, dtype=np.int64)
        count = len(rank)
        up = eliminate(adjacency(count, u, v), rank, most_arcs=ARCS_PER_NODE * count + ARCS_AT_LEAST)
        edge_arc, edge_descends = _find_arcs(rank[u], rank[v], up)
        return cls(rank, up, _by_upper_end(up), edge_arc, edge_descends)

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.rank)

    def weighted(self, forward: Ticks, backward: Ticks) -> WeightedHierarchy:
        """Return the hierarchy with the times of all shortcuts.

        Parameters
        ----------
        forward, backward : (m,) array of uint32
            Ticks along each edge and against it; `INFINITE` where that is not allowed.

        Returns
        -------
        WeightedHierarchy
            Of parallel edges the fastest counts.

        Raises
        ------
        TickOverflowError
            If a shortcut takes longer than the clock can tell.
        """
        ticks = np.full((len(self.up.head), 2), INFINITE, dtype=np.uint32)
        _spread(self.edge_arc, self.edge_descends, forward, backward, ticks)
        if not _customise(self.up, self.below, ticks):
            raise TickOverflowError
        return WeightedHierarchy(self, ticks)


@dataclass(frozen=True, eq=False)
class WeightedHierarchy:
    """A hierarchy with times.

    Attributes
    ----------
    hierarchy : Hierarchy
        The shortcuts.
    ticks : (m, 2) array of uint32
        Time up and down each arc.
    """

    hierarchy: Hierarchy
    ticks: Ticks


@compiled
def _find_arcs(u: Ints, v: Ints, up: Elimination) -> tuple[Ints, NDArray[np.bool_]]:
    arc = np.full(len(u), -1, dtype=np.int64)
    descends = np.zeros(len(u), dtype=np.bool_)
    for edge in range(len(u)):
        low, high = u[edge], v[edge]
        if low == high:
            continue
        descends[edge] = low > high
        if low > high:
            low, high = high, low
        first, last = np.int64(up.pointer[low]), np.int64(up.pointer[low + 1])
        arc[edge] = first + np.searchsorted(up.head[first:last], high)
    return arc, descends


@compiled
def _by_upper_end(up: Elimination) -> Below:
    pointer = np.zeros_like(up.pointer)
    for y in up.head:
        pointer[y + 1] += 1
    for y in range(len(pointer) - 1):
        pointer[y + 1] += pointer[y]
    place = pointer[:-1].copy()
    arcs, tail = np.empty_like(up.head), np.empty_like(up.head)
    for x in range(len(pointer) - 1):
        for arc in range(up.pointer[x], up.pointer[x + 1]):
            y = up.head[arc]
            arcs[place[y]] = arc
            tail[place[y]] = x
            place[y] += 1
    return Below(pointer, arcs, tail)


@compiled
def _spread(edge_arc: Ints, descends: NDArray[np.bool_], forward: Ticks, backward: Ticks, ticks: Ticks) -> None:
    """Write the times of the edges on their arcs."""
    for edge in range(len(edge_arc)):
        arc = edge_arc[edge]
        if arc >= 0:
            up, down = forward[edge], backward[edge]
            if descends[edge]:
                up, down = down, up
            ticks[arc, UP] = min(ticks[arc, UP], up)
            ticks[arc, DOWN] = min(ticks[arc, DOWN], down)


@compiled
def _customise(up: Elimination, below: Below, ticks: Ticks) -> bool:
    """Shorten arcs by the ways over lower nodes, from the lowest up; return whether all times are safe.

    For an arc between x and y, x below y, each further arc from x to some z makes a way from y over x to z.
    """
    arc_to = np.zeros(len(up.parent), dtype=np.uint32)
    for y in range(len(up.parent)):
        if below.pointer[y] == below.pointer[y + 1]:
            continue
        for arc in range(up.pointer[y], up.pointer[y + 1]):
            arc_to[up.head[arc]] = arc
        for i in range(below.pointer[y], below.pointer[y + 1]):
            first = below.arc[i]
            x_to_y, y_to_x = ticks[first, UP], ticks[first, DOWN]
            for second in range(first + 1, up.pointer[below.tail[i] + 1]):
                arc = arc_to[up.head[second]]
                ticks[arc, UP] = min(ticks[arc, UP], y_to_x + ticks[second, UP])
                ticks[arc, DOWN] = min(ticks[arc, DOWN], ticks[second, DOWN] + x_to_y)
    for arc in range(len(ticks)):
        for way in (UP, DOWN):
            if SAFE <= ticks[arc, way] < INFINITE:
                return False
    return True
