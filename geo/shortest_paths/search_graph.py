"""A road network laid out for bounded searches: four arcs of a node in half a cache line, near nodes side by side.

Each node has a record of eight numbers: four heads, then the four times. A node with more arcs continues in a further
record, whose number stands in the place of its last time, raised by `MORE`. The layout does not depend on the times;
another season or a closed road rewrites them in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints
from geo.shortest_paths.hilbert import hilbert_order
from geo.shortest_paths.ticks import INFINITE, Ticks

ARCS = 4
RECORD = 2 * ARCS
MORE = 2**31
NO_SLOT = 2**32 - 1
Indices = NDArray[np.uint32]


class Layout(NamedTuple):
    """Where the arcs are.

    Attributes
    ----------
    records : (r, 8) array of uint32
        Heads and times; no arc has a time yet.
    forward, backward : (m,) array of uint32
        Place of the time of each edge as drawn and against it, counted through all records; `NO_SLOT` for an edge from
        a node to itself. Parallel edges share their place.
    """

    records: Indices
    forward: Indices
    backward: Indices


@dataclass(frozen=True, eq=False)
class SearchGraph:
    """A network without times.

    Attributes
    ----------
    order : (n,) array of int64
        Node at each position.
    position : (n,) array of int64
        Position of each node.
    layout : Layout
        Arcs, by position.
    """

    order: Ints
    position: Ints
    layout: Layout

    @classmethod
    def build(cls, u: Ints, v: Ints, xy: NDArray[np.float64]) -> SearchGraph:
        """Return a network laid out for searches.

        Parameters
        ----------
        u, v : (m,) array of int64
            Ends of each edge.
        xy : (n, 2) array of float64
            Where the nodes lie.

        Returns
        -------
        SearchGraph
            Its answers do not depend on where the nodes lie, its speed does.
        """
        order = hilbert_order(np.asarray(xy, dtype=float))
        position = np.empty(len(order), dtype=np.int64)
        position[order] = np.arange(len(order))
        pointer, arcs = _by_tail(position[u], position[v], len(order))
        records = np.empty((_count_records(pointer), RECORD), dtype=np.uint32)
        forward, backward = np.full(len(u), NO_SLOT, dtype=np.uint32), np.full(len(u), NO_SLOT, dtype=np.uint32)
        used = _arrange(position[u], position[v], pointer, arcs, Layout(records, forward, backward))
        return cls(order, position, Layout(records[:used], forward, backward))

    def timed(self, forward: Ticks, backward: Ticks) -> TimedGraph:
        """Return the network with times.

        Parameters
        ----------
        forward, backward : (m,) array of uint32
            Ticks along each edge and against it; `INFINITE` where that is not allowed.

        Returns
        -------
        TimedGraph
            Of parallel edges the fastest counts.
        """
        records = self.layout.records.copy()
        longest, total, count = _write_times(records.reshape(-1), self.layout, forward, backward)
        return TimedGraph(self, records, longest, total / max(count, 1))


@dataclass(frozen=True, eq=False)
class TimedGraph:
    """A network with times.

    Attributes
    ----------
    graph : SearchGraph
        Where nodes and arcs are.
    records : (r, 8) array of uint32
        Heads and times.
    longest, mean : float
        Ticks of the longest arc and of the average one.
    """

    graph: SearchGraph
    records: Indices
    longest: float
    mean: float


@compiled
def _by_tail(u: Ints, v: Ints, count: int) -> tuple[Ints, Indices]:
    """Return the arcs that leave each position: 2 i for edge i as drawn, 2 i + 1 against it."""
    pointer = np.zeros(count + 1, dtype=np.int64)
    for edge in range(len(u)):
        if u[edge] != v[edge]:
            pointer[u[edge] + 1] += 1
            pointer[v[edge] + 1] += 1
    for node in range(count):
        pointer[node + 1] += pointer[node]
    place = pointer[:-1].copy()
    arcs = np.empty(pointer[count], dtype=np.uint32)
    for edge in range(len(u)):
        if u[edge] != v[edge]:
            arcs[place[u[edge]]] = 2 * edge
            place[u[edge]] += 1
            arcs[place[v[edge]]] = 2 * edge + 1
            place[v[edge]] += 1
    return pointer, arcs


@compiled
def _count_records(pointer: Ints) -> int:
    """Return how many records there are at most."""
    count = len(pointer) - 1
    for node in range(len(pointer) - 1):
        count += _records_of(pointer[node + 1] - pointer[node]) - 1
    return count


@compiled
def _records_of(arcs: int) -> int:
    return 1 if arcs <= ARCS else 1 + (arcs - ARCS + ARCS - 2) // (ARCS - 1)


@compiled
def _arrange(u: Ints, v: Ints, pointer: Ints, arcs: Indices, layout: Layout) -> int:
    """Write heads and places; return how many records are used."""
    nodes = len(pointer) - 1
    used = nodes
    seen, index = np.full(nodes, -1, dtype=np.int64), np.empty(nodes, dtype=np.int64)
    for node in range(nodes):
        distinct = 0
        for i in range(pointer[node], pointer[node + 1]):
            head = u[arcs[i] // 2] if arcs[i] % 2 else v[arcs[i] // 2]
            if seen[head] != node:
                seen[head] = node
                index[head] = distinct
                distinct += 1
        own = _records_of(distinct)
        _clear(layout.records, node, used, own)
        for i in range(pointer[node], pointer[node + 1]):
            edge, is_back = arcs[i] // 2, arcs[i] % 2
            head = u[edge] if is_back else v[edge]
            number = min(index[head] // (ARCS - 1), own - 1)
            record = node if number == 0 else used + number - 1
            column = index[head] - number * (ARCS - 1)
            layout.records[record, column] = head
            slot = record * RECORD + ARCS + column
            if is_back:
                layout.backward[edge] = slot
            else:
                layout.forward[edge] = slot
        used += own - 1
    return used


@compiled
def _clear(records: Indices, node: int, used: int, own: int) -> None:
    """Write the records of a node without arcs, each but the last naming the next."""
    for number in range(own):
        record = node if number == 0 else used + number - 1
        for column in range(ARCS):
            records[record, column] = node
            records[record, ARCS + column] = INFINITE
        if number < own - 1:
            records[record, RECORD - 1] = MORE + used + number


@compiled
def _write_times(flat: Indices, layout: Layout, forward: Ticks, backward: Ticks) -> tuple[int, int, int]:
    """Write the times; return the longest, their sum and how many there are."""
    longest = total = count = 0
    for edge in range(len(forward)):
        for slots, ticks in ((layout.forward, forward), (layout.backward, backward)):
            slot, time = slots[edge], ticks[edge]
            if slot != NO_SLOT and time < INFINITE:
                flat[slot] = min(flat[slot], time)
                longest = max(longest, int(time))
                total += int(time)
                count += 1
    return longest, total, count
