"""The times of a network cut into cells: from each node up to the border and back, and from border to border.

A time between two border nodes of a cell that is longer than a way by other border nodes is of no use, and left out:
a fifth is kept, so that a search from border to border has ten arcs to look at instead of fifty.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints
from geo.shortest_paths.cells import ARCS, BITS, CELL, GROUP, Cells
from geo.shortest_paths.ticks import INFINITE, Ticks

ROW = 8  # arcs in a row, which fills a cache line
CACHE_LINE = 64
LONGEST = INFINITE - 1  # also of sums too long to be told, so that whoever uses one notices
Indices = NDArray[np.uint32]


class CellTimes(NamedTuple):
    """Times of all arcs.

    Attributes
    ----------
    up, down : (q, 4) array of uint32
        Time from the node of each quad to its four neighbours, and back.
    first : (k + 1,) array of uint32
        Rows of border node i: from ``first[i]`` to ``first[i + 1]``.
    rows : (r, 16) array of uint32
        Eight border nodes, and the times to them.
    longest : int
        The longest of those, or of all edges.
    mean : float
        Of all edges.
    """

    up: Ticks
    down: Ticks
    first: Indices
    rows: Indices
    longest: int
    mean: float


class _Rows(NamedTuple):
    """Rows while they are written: of each border node from which one, all of them, and the times between cells."""

    first: Indices
    rows: Indices
    across: Ticks


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
    up, down, (first, rows, _), most = _cell_times(cells, across, forward, backward)
    usable = [ticks[ticks < INFINITE] for ticks in (forward, backward)]
    count = len(usable[0]) + len(usable[1])
    mean = sum(int(ticks.sum(dtype=np.int64)) for ticks in usable) / max(count, 1)
    longest = max(int(most), *(int(ticks.max(initial=0)) for ticks in usable))
    return CellTimes(up, down, first, _on_cache_lines(rows), longest, mean)


def _on_cache_lines(rows: Indices) -> Indices:
    room = np.empty(rows.size + 2 * ROW, dtype=np.uint32)
    skip = (-room.ctypes.data % CACHE_LINE) // room.itemsize
    aligned = room[skip : skip + rows.size].reshape(rows.shape)
    aligned[:] = rows
    return aligned


@compiled
def _cell_times(cells: Cells, across: Ticks, forward: Ticks, backward: Ticks) -> tuple[Ticks, Ticks, _Rows, np.int64]:
    quads, count = len(cells.inside.node), cells.core[-1]
    up, down = np.empty((quads, ARCS), dtype=np.uint32), np.empty((quads, ARCS), dtype=np.uint32)
    drawn = _Rows(np.zeros(count + 1, dtype=np.uint32), np.empty((2 * count, 2 * ROW), dtype=np.uint32), across)
    # Times within a cell, from node to node; infinite before and after.
    times = np.full((CELL, CELL), np.uint32(INFINITE), dtype=np.uint32)
    longest: Any = np.int64(0)
    used = 0
    for cell in range(len(cells.size)):
        for i in range(cells.edges.first[cell], cells.edges.first[cell + 1]):
            x, y, edge = cells.edges.ends[i, 0], cells.edges.ends[i, 1], cells.edges.inner[i]
            times[x, y] = min(times[x, y], forward[edge])
            times[y, x] = min(times[y, x], backward[edge])
        _contract(cells, cell, times, up, down)
        borders = cells.border[cell]
        wide = (borders + GROUP - 1) // GROUP * GROUP
        shortest = times[:borders, :wide].copy()
        _shorten(shortest)
        for x in range(borders):
            for y in range(borders):
                if y == x or times[x, y] > shortest[x, y]:
                    times[x, y] = INFINITE
                elif times[x, y] < INFINITE:
                    longest = max(longest, np.int64(times[x, y]))
        drawn, used = _write_rows(cells, cell, times[:borders, :borders], drawn, used)
        times[:borders, :borders] = INFINITE
    drawn.first[count] = used
    return up, down, _Rows(drawn.first, drawn.rows[:used], across), longest


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


@compiled
def _write_rows(cells: Cells, cell: int, times: Ticks, drawn: _Rows, used: int) -> tuple[_Rows, int]:
    """Write the rows of the border nodes of a cell; return them, in more room where needed, and how many there are."""
    begin, end, across = cells.core[cell], cells.core[cell + 1], drawn.across
    most = used + len(times) * (CELL // ROW + 1) + len(across[cells.first[begin] : cells.first[end]]) // ROW
    if most > len(drawn.rows):
        drawn = _Rows(drawn.first, _in_room(drawn.rows[:used], 2 * most), across)
    for x in range(end - begin):
        number, place = begin + x, used * ROW
        drawn.first[number] = used
        if x < len(times):
            for y in range(len(times)):
                if times[x, y] < INFINITE:
                    place = _write_arc(drawn.rows, place, begin + y, times[x, y])
            for arc in range(cells.first[number], cells.first[number + 1]):
                place = _write_arc(drawn.rows, place, cells.head[arc], across[arc])
            while place % ROW:
                place = _write_arc(drawn.rows, place, number, INFINITE)
            used = place // ROW
    return drawn, used


@compiled
def _write_arc(rows: Indices, place: int, head: int, ticks: int) -> int:
    rows[place // ROW, place % ROW], rows[place // ROW, ROW + place % ROW] = head, ticks
    return place + 1


@compiled
def _in_room(rows: Indices, size: int) -> Indices:
    """Return rows at the beginning of more room."""
    room = np.empty((size, 2 * ROW), dtype=np.uint32)
    room[: len(rows)] = rows
    return room
