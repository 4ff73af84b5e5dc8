"""A road network cut into cells of near nodes, and how the inside of each cell hangs on its border.

A node that a road joins to another cell is on the border. All others are inside, and contracted one after the other,
those with the fewest neighbours first: contracting a node joins its neighbours. What is left are the borders alone, a
fifth of the nodes. None of it depends on the times.

Within a cell nodes are told by a number below 256: those on the border first, then the others, the last contracted
first. So each node inside hangs on nodes with lower numbers, by quads: four arcs of one node. Where a node has no
multiple of four, arcs from the node to itself fill the last quad.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints, Nodes

BITS = 8
CELL = 2**BITS
ARCS = 4  # of a quad
GROUP = 16  # border nodes; two cells have none in common
LAST = 2**30
ASLANT = 1e-7
Indices = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]


class Inside(NamedTuple):
    """How the nodes of each cell hang on its border.

    Attributes
    ----------
    first : (c + 1,) array of int64
        Quads of cell i: from ``first[i]`` to ``first[i + 1]``, in the order of their nodes.
    node : (q,) array of uint8
        The node of each quad.
    heads : (q,) array of uint32
        Its four neighbours, a byte each, the first one lowest.
    """

    first: Ints
    node: Bytes
    heads: Indices


class Edges(NamedTuple):
    """Where edges have gone.

    Attributes
    ----------
    inner : (e,) array of uint32
        Edges within a cell, cell by cell.
    first : (c + 1,) array of int64
        Those of cell i: from ``first[i]`` to ``first[i + 1]``.
    ends : (e, 2) array of uint8
        Their ends.
    across : (a,) array of uint32
        Edges between cells.
    arc : (2, a) array of uint32
        Number of the arc along each of them, and of the one against it.
    """

    inner: Indices
    first: Ints
    ends: Bytes
    across: Indices
    arc: Indices


class Cells(NamedTuple):
    """A network cut into cells.

    Attributes
    ----------
    size : (c,) array of int64
        Nodes of each cell, `CELL` but for the last.
    border : (c,) array of int64
        How many of them are on the border.
    core : (c + 1,) array of int64
        Number of the first border node of each cell among all border nodes, a multiple of `GROUP`; numbers left over
        before the next cell stand for nobody.
    cell_of : (k / `GROUP`,) array of uint32
        Cell of each group of border nodes.
    inside : Inside
        How the other nodes hang on them.
    first : (c + 1,) array of int64
        Arcs from cell i to others: from ``first[i]`` to ``first[i + 1]``.
    tail, head : (b,) array of uint32
        Border nodes where each of them begins and leads.
    edges : Edges
        Where edges have gone.
    """

    size: Ints
    border: Ints
    core: Ints
    cell_of: Indices
    inside: Inside
    first: Ints
    tail: Indices
    head: Indices
    edges: Edges


def cell_order(xy: NDArray[np.float64]) -> Ints:
    """Return points in an order in which each 256 in turn lie together.

    The points are halved across their longer side, again and again.

    Parameters
    ----------
    xy : (n, 2) array of float64
        Coordinates in any unit.

    Returns
    -------
    (n,) array of int64
        Index of the point at each position.

    Examples
    --------
    >>> order = cell_order(np.column_stack([np.arange(512) % 2, np.arange(512)]))
    >>> sorted(order[:CELL].tolist()) == list(range(256))
    True
    """
    order, parts = np.arange(len(xy)), [(0, len(xy))]
    # Slightly aslant, so that the points of one street on a drawn grid are not parted at random.
    east, north = (np.ascontiguousarray(xy[:, axis] + ASLANT * xy[:, 1 - axis]) for axis in (0, 1))
    while parts:
        begin, end = parts.pop()
        cells = -(-(end - begin) // CELL)
        if cells > 1:
            part = order[begin:end]
            x, y = east[part], north[part]
            half = cells // 2 * CELL
            order[begin:end] = part[np.argpartition(x if np.ptp(x) >= np.ptp(y) else y, half)]
            parts += [(begin, begin + half), (begin + half, end)]
    return order


def cut(order: Ints, u: Nodes, v: Nodes) -> tuple[NDArray[np.int32], Cells]:
    """Return a network cut into cells.

    Parameters
    ----------
    order : (n,) array of int64
        Nodes in an order in which each 256 in turn lie together.
    u, v : (m,) array of int
        Ends of each edge; an edge from a node to itself does not count.

    Returns
    -------
    (n,) array of int32
        Position of each node: its cell times 256, and its number there.
    Cells
        The cells.
    """
    count = len(order)
    size = np.diff(np.append(np.arange(0, count, CELL), count))
    position = np.empty(count, dtype=np.int32)
    position[order] = np.arange(count)
    tail, head = position[u], position[v]
    is_across = tail >> BITS != head >> BITS
    across, inner = np.flatnonzero(is_across), np.flatnonzero(~is_across & (tail != head))
    inner = inner[np.argsort(tail[inner] >> BITS, kind="stable")]
    is_border = np.zeros(count, dtype=np.bool_)
    is_border[tail[across]] = is_border[head[across]] = True
    border = np.add.reduceat(is_border, CELL * np.arange(len(size)), dtype=np.int64) if count else size
    ends = np.column_stack([tail[inner], head[inner]])
    first = np.searchsorted(ends[:, 0] >> BITS, np.arange(len(size) + 1, dtype=np.int32))
    place, inside = _contract(size, is_border, first, (ends % CELL).astype(np.uint8))
    groups = -(-border // GROUP)
    core = np.append(0, np.cumsum(GROUP * groups))
    number = core[place >> BITS] + place % CELL  # of those on the border
    ways = np.array([[tail[across], head[across]], [head[across], tail[across]]])
    starts, ends_across = number[ways].swapaxes(0, 1).reshape(2, -1)
    # Of parallel edges each node has one arc.
    arcs, arc = np.unique(starts * (core[-1] + 1) + ends_across, return_inverse=True)
    starts, heads = np.divmod(arcs, core[-1] + 1)
    small = np.uint32
    edges = Edges(
        inner.astype(small),
        first,
        np.column_stack([(place[ends[:, side]] % CELL).astype(np.uint8) for side in (0, 1)]),
        across.astype(small),
        arc.astype(small).reshape(2, -1),
    )
    cell_of = np.repeat(np.arange(len(size), dtype=small), groups)
    leaving = np.searchsorted(starts, core)
    tails, heads = starts.astype(small), heads.astype(small)
    return place[position].astype(np.int32), Cells(size, border, core, cell_of, inside, leaving, tails, heads, edges)


class _Room(NamedTuple):
    """Room for contracting one cell after the other.

    `near` are the neighbours of each node, `degree` how many, `is_joined` the same as a table; `rank` tells which node
    comes next, `LAST` for those that do not.
    """

    near: Bytes
    degree: Ints
    is_joined: Bools
    rank: Ints


@compiled
def _contract(size: Ints, is_border: Bools, first: Ints, ends: Bytes) -> tuple[Ints, Inside]:
    """Return the new position of each one, and how nodes hang on the border."""
    room = _Room(
        np.empty((CELL, CELL), dtype=np.uint8),
        np.zeros(CELL, dtype=np.int64),
        np.zeros((CELL, CELL), dtype=np.bool_),
        np.empty(CELL, dtype=np.int64),
    )
    place = np.empty(len(is_border), dtype=np.int64)
    up, degree = np.empty((CELL, CELL), dtype=np.uint8), np.empty(CELL, dtype=np.int64)
    quads, used = np.zeros(len(size) + 1, dtype=np.int64), 0
    node, heads = np.empty(2 * len(place), dtype=np.uint8), np.empty(2 * len(place), dtype=np.uint32)
    for cell in range(len(size)):
        begin, end = CELL * cell, CELL * cell + size[cell]
        own = place[begin:end]
        borders = _begin(room, ends[first[cell] : first[cell + 1]], is_border[begin:end], begin, own)
        for number in range(size[cell] - 1, borders - 1, -1):
            x: Any = np.argmin(room.rank[: size[cell]])
            own[x] = begin + number
            degree[number] = room.degree[x]
            up[number] = room.near[x]
            _take_out(room, x)
        most = 2 * len(node) + CELL**2
        if used + CELL**2 > len(node):
            node, heads = _in_room(node[:used], most), _in_room(heads[:used], most)
        for number in range(borders, size[cell]):
            used = _write_quads(number, own, up[number, : degree[number]], (node, heads), used)
        quads[cell + 1] = used
        _clear(room, size[cell])
    return place, Inside(quads, node[:used].copy(), heads[:used].copy())


@compiled
def _begin(room: _Room, ends: Bytes, is_border: Bools, begin: int, own: Ints) -> int:
    """Join the ends of the edges of a cell, give its border nodes their positions; return how many there are."""
    for edge in range(len(ends)):
        x, y = ends[edge]
        if not room.is_joined[x, y]:
            _join(room, x, y)
    borders = 0
    for x in range(len(own)):
        room.rank[x] = room.degree[x]
        if is_border[x]:
            room.rank[x] = LAST
            own[x] = begin + borders
            borders += 1
    return borders


@compiled
def _join(room: _Room, x: int, y: int) -> None:
    room.is_joined[x, y] = room.is_joined[y, x] = True
    room.near[x, room.degree[x]] = y
    room.near[y, room.degree[y]] = x
    room.degree[x] += 1
    room.degree[y] += 1


@compiled
def _take_out(room: _Room, x: int) -> None:
    """Take a node out, and join its neighbours."""
    near, degree = room.near, room.degree
    room.rank[x] = LAST
    for i in range(degree[x]):
        y, place = near[x, i], 0
        while near[y, place] != x:
            place += 1
        degree[y] -= 1
        near[y, place] = near[y, degree[y]]
        room.is_joined[x, y] = room.is_joined[y, x] = False
    for i in range(degree[x]):
        for j in range(i):
            if not room.is_joined[near[x, i], near[x, j]]:
                _join(room, near[x, i], near[x, j])
    for i in range(degree[x]):
        y = near[x, i]
        if room.rank[y] < LAST:
            room.rank[y] = degree[y]
    degree[x] = 0


@compiled
def _write_quads(number: int, own: Ints, near: Bytes, quads: tuple[Bytes, Indices], used: int) -> int:
    """Write the quads of a node; return how many there are now."""
    node, heads = quads
    for begin in range(0, len(near), ARCS):
        packed = 0
        for i in range(ARCS):
            head = own[near[begin + i]] % CELL if begin + i < len(near) else number
            packed |= head << (BITS * i)
        node[used], heads[used] = number, packed
        used += 1
    return used


@compiled
def _clear(room: _Room, size: int) -> None:
    for x in range(size):
        for i in range(room.degree[x]):
            room.is_joined[x, room.near[x, i]] = False
        room.degree[x] = 0


@compiled
def _in_room(content: Any, size: int) -> Any:
    """Return the content at the beginning of more room."""
    room = np.empty(size, dtype=content.dtype)
    room[: len(content)] = content
    return room
