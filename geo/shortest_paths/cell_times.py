"""The times of a network cut into cells: from each node up to the border and back, and from border to border.

Border nodes of a cell have a table of the shortest times between them within the cell, so that a search that has come
to some of them knows all others at once, in vectors.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints
from geo.shortest_paths.cells import ARCS, BITS, CELL, GROUP, Cells
from geo.shortest_paths.ticks import INFINITE, Ticks

CACHE_LINE = 64
LONGEST = INFINITE - 1  # also of sums too long to be told, so that whoever uses one notices
Indices = NDArray[np.uint32]


class CellTimes(NamedTuple):
    """Times of all arcs.

    Attributes
    ----------
    up, down : (q, 4) array of uint32
        Time from the node of each quad to its four neighbours, and back.
    first : (c + 1,) array of int64
        Table of cell i: from ``first[i]`` to ``first[i + 1]``.
    table : (t, 16) array of uint32
        Times from each border node of a cell to all of them by ways within the cell, sixteen at a time; `INFINITE` to
        those that make up the last sixteen.
    across : (b,) array of uint32
        Time of each arc between cells.
    mean : float
        Of all edges.
    """

    up: Ticks
    down: Ticks
    first: Ints
    table: Indices
    across: Ticks
    mean: float


def cell_times(cells: Cells, forward: Ticks, backward: Ticks) -> CellTimes:
    """Return the times of all arcs.

    Parameters
    ----------
    cells : Cells
        The network.
    forward, backward : (m,) array of uint32
        Ticks along each edge and against it; `INFINITE` where that is not allowed.

    Returns
    -------
    CellTimes
        Of parallel edges the fastest counts.
    """
    across = np.full(len(cells.head), INFINITE, dtype=np.uint32)
    for arc, ticks in zip(cells.edges.arc, (forward, backward), strict=True):
        np.minimum.at(across, arc, ticks[cells.edges.across])
    groups = -(-cells.border // GROUP)
    first = np.append(0, np.cumsum(cells.border * groups))
    table = _on_cache_lines(int(first[-1]))
    usable = [ticks[ticks < INFINITE] for ticks in (forward, backward)]
    count = len(usable[0]) + len(usable[1])
    mean = sum(int(ticks.sum(dtype=np.int64)) for ticks in usable) / max(count, 1)
    # Made here, not in compiled code, so that they lie on large pages.
    up, down = (np.empty((len(cells.inside.node), ARCS), dtype=np.uint32) for _ in range(2))
    times = CellTimes(up, down, first, table, across, mean)
    _fill(cells, times, forward, backward)
    return times


def _on_cache_lines(size: int) -> Indices:
    """Return room for so many groups, each on a cache line."""
    room = np.empty((size + 1) * GROUP, dtype=np.uint32)
    skip = (-room.ctypes.data % CACHE_LINE) // room.itemsize
    return room[skip : skip + size * GROUP].reshape(size, GROUP)


@compiled
def _fill(cells: Cells, drawn: CellTimes, forward: Ticks, backward: Ticks) -> None:
    """Fill in the times up and down, and the table."""
    # Times within a cell, from node to node; infinite before and after.
    times = np.full((CELL, CELL), np.uint32(INFINITE), dtype=np.uint32)
    for cell in range(len(cells.size)):
        for i in range(cells.edges.first[cell], cells.edges.first[cell + 1]):
            x, y, edge = cells.edges.ends[i, 0], cells.edges.ends[i, 1], cells.edges.inner[i]
            times[x, y] = min(times[x, y], forward[edge])
            times[y, x] = min(times[y, x], backward[edge])
        _contract(cells, cell, times, drawn.up, drawn.down)
        borders = cells.border[cell]
        wide = (borders + GROUP - 1) // GROUP * GROUP
        shortest = drawn.table[drawn.first[cell] : drawn.first[cell + 1]].reshape(borders, wide)
        shortest[:] = times[:borders, :wide]
        _shorten(shortest)
        times[:borders, :borders] = INFINITE


@compiled
def _contract(cells: Cells, cell: int, times: Ticks, up: Ticks, down: Ticks) -> None:
    """Write the times up and down the quads of a cell; let each node's neighbours know the ways by it."""
    inside = cells.inside
    heads = np.empty(CELL + ARCS, dtype=np.int64)
    quad = inside.first[cell + 1]
    while quad > inside.first[cell]:
        x: Any = np.int64(inside.node[quad - 1])
        count = 0
        while quad > inside.first[cell] and inside.node[quad - 1] == x:
            quad -= 1
            for i in range(ARCS):
                head = np.int64((inside.heads[quad] >> np.uint32(BITS * i)) & np.uint32(CELL - 1))
                up[quad, i], down[quad, i] = times[x, head], times[head, x]
                heads[count] = head
                count += 1 if head != x else 0
        if count * GROUP > x:
            _spread_wide(times, x, heads[:count])
        else:
            _spread(times, x, heads[:count])
        for i in range(count):
            times[heads[i], x] = times[x, heads[i]] = INFINITE


@compiled
def _spread(times: Ticks, x: int, heads: Ints) -> None:
    """Let the neighbours of a node know the ways by it, pair by pair."""
    for i in range(len(heads)):
        toward = np.int64(times[heads[i], x])
        if toward < INFINITE:
            for j in range(len(heads)):
                away = np.int64(times[x, heads[j]])
                if j != i and away < INFINITE:
                    known: Any = np.int64(times[heads[i], heads[j]])
                    times[heads[i], heads[j]] = min(known, toward + away, LONGEST)


@compiled
def _spread_wide(times: Ticks, x: int, heads: Ints) -> None:
    """Do the same for one neighbour after the other and all nodes below, which makes a loop of vectors."""
    infinite, longest = np.uint32(INFINITE), np.uint32(LONGEST)
    below = (x + GROUP - 1) // GROUP * GROUP
    away = times[x, :below].copy()
    for i in range(len(heads)):
        toward, row = times[heads[i], x], times[heads[i], :below]
        if toward < infinite:
            for j in range(below):
                by_x = min(np.uint32(toward + away[j]), longest)
                row[j] = min(row[j], infinite if away[j] == infinite else by_x)
            row[heads[i]] = infinite


@compiled
def _shorten(times: Ticks) -> None:
    """Lower the times between border nodes to those of the shortest ways by others."""
    for by in range(len(times)):
        away = times[by].copy()  # apart from the rows, so that the inner loop becomes one of vectors
        for x in range(len(times)):
            toward, row = times[x, by], times[x]
            if toward < INFINITE and x != by:
                for y in range(len(away)):
                    by_it = np.uint32(toward + away[y])
                    row[y] = by_it if by_it < row[y] else row[y]  # noqa: FURB136 - a loop of vectors
