"""Nested dissection by inertial flow: small separators first found, last contracted.

The nodes of a part are sorted along a line across the land; the first and the last quarter are held apart by the
fewest edges, found as a maximum flow [3]_. Of four lines the one with the best ratio of cut to smaller side counts. The
nodes that cover the cut come last; the two sides are dissected in turn, and small parts ordered by minimum degree.

References
----------
.. [1] A. Schild, C. Sommer (2015), On balanced separators in road networks. doi:10.1007/978-3-319-20086-6_22
.. [2] A. George (1973), Nested dissection of a regular finite element mesh. doi:10.1137/0710032
.. [3] E. A. Dinic (1970), Algorithm for solution of a problem of maximum flow in networks with power estimation.
   Soviet Mathematics Doklady 11, 1277-1280.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Adjacency, Ints

LINES = 4
END_SHARE = 0.25
LEAF = 128
MOST_OPEN_PARTS = 256  # a part is at most three quarters of its parent, so this is never reached
Floats = NDArray[np.float64]
Bytes = NDArray[np.int8]


class Ground(NamedTuple):
    """What is dissected, and room to work in.

    Attributes
    ----------
    pointer, neighbour : array of int64
        See `geo.shortest_paths.adjacency.Adjacency`.
    reverse : (2 m,) array of int64
        Place of the same edge in the other end's list.
    xy : (n, 2) array of float64
        Where the nodes lie.
    part : (n,) array of int64
        Number of the part that a node is in; -1 for the nodes of a separator.
    side : (n,) array of int8
        FIRST and LAST are held apart, then the sides of the cut.
    best : (n,) array of int8
        Sides of the best cut so far.
    seen : (n,) array of int64
        Number of the last search that reached the node.
    level : (n,) array of int64
        Steps of that search to the node.
    turn : (n,) array of int64
        Edge that the node tries next.
    queue : (n,) array of int64
        Nodes of that search, then the edges of a way.
    rim : (n,) array of int64
        FIRST nodes that have another neighbour.
    flow : (2 m,) array of int8
        Along each edge, as seen from each end.
    """

    pointer: Ints
    neighbour: Ints
    reverse: Ints
    xy: Floats
    part: Ints
    side: Bytes
    best: Bytes
    seen: Ints
    level: Ints
    turn: Ints
    queue: Ints
    rim: Ints
    flow: Bytes


FIRST, LAST, BETWEEN, CUT = 1, 2, 0, 3


def dissect(graph: Adjacency, xy: Floats, nodes: Ints) -> Ints:
    """Return nodes in an order of contraction.

    Parameters
    ----------
    graph : Adjacency
        Of all nodes; those that are not dissected have no neighbours.
    xy : (n, 2) array of float64
        Where the nodes lie, on a plane.
    nodes : (k,) array of int64
        Nodes to order.

    Returns
    -------
    (k,) array of int64
        The same nodes, separators after what they separate.
    """
    count, size = len(graph.pointer) - 1, len(graph.neighbour)
    ground = Ground(
        *graph,
        _reverse(*graph),
        np.ascontiguousarray(xy, dtype=float),
        part=np.full(count, -1, dtype=np.int64),
        side=np.zeros(count, dtype=np.int8),
        best=np.zeros(count, dtype=np.int8),
        seen=np.zeros(count, dtype=np.int64),
        level=np.zeros(count, dtype=np.int64),
        turn=np.zeros(count, dtype=np.int64),
        queue=np.zeros(count, dtype=np.int64),
        rim=np.zeros(count, dtype=np.int64),
        flow=np.zeros(size, dtype=np.int8),
    )
    ordered = nodes.copy()
    _dissect(ground, ordered, np.full(count, -1, dtype=np.int64))
    return ordered


@compiled
def _reverse(pointer: Ints, neighbour: Ints) -> Ints:
    reverse = np.empty(len(neighbour), dtype=np.int64)
    for a in range(len(pointer) - 1):
        for edge in range(pointer[a], pointer[a + 1]):
            b = neighbour[edge]
            for back in range(pointer[b], pointer[b + 1]):
                if neighbour[back] == a:
                    reverse[edge] = back
    return reverse


@compiled
def _dissect(ground: Ground, nodes: Ints, local: Ints) -> None:
    """Reorder nodes in place."""
    opened = np.empty((MOST_OPEN_PARTS, 2), dtype=np.int64)
    opened[0, 0], opened[0, 1] = 0, len(nodes)
    depth, number, search = 1, 0, 0
    while depth > 0:
        depth -= 1
        low, high = opened[depth, 0], opened[depth, 1]
        number += 1
        part = nodes[low:high].copy()
        for node in part:
            ground.part[node] = number
        if len(part) <= LEAF:
            _order_by_degree(ground, nodes[low:high], local)
            continue
        search = _best_cut(ground, part, number, search)
        _cover_cut(ground, part, number)
        depth = _lay_out(ground, part, nodes[low:high], opened, depth)


@compiled
def _lay_out(ground: Ground, part: Ints, nodes: Ints, opened: Ints, depth: int) -> int:
    """Write one side, then the other, then the separator, and open the two sides in place of the part."""
    low, position = opened[depth, 0], 0
    for side in (FIRST, LAST, CUT):
        begin = position
        for node in part:
            if ground.side[node] == side:
                nodes[position] = node
                position += 1
                if side == CUT:
                    ground.part[node] = -1
        if side != CUT and position > begin:
            opened[depth, 0], opened[depth, 1] = low + begin, low + position
            depth += 1
    return depth


@compiled
def _best_cut(ground: Ground, part: Ints, number: int, search: int) -> int:
    """Write the sides of the best cut to `best`; return the number of the last search."""
    size = len(part)
    least = np.inf
    held = max(1, int(size * END_SHARE))
    for line in range(LINES):
        angle = np.pi * line / LINES
        along = np.empty(size)
        for i in range(size):
            along[i] = ground.xy[part[i], 0] * np.cos(angle) + ground.xy[part[i], 1] * np.sin(angle)
        order = np.argsort(along, kind="mergesort")
        for i in range(size):
            ground.side[part[order[i]]] = FIRST if i < held else LAST if i >= size - held else BETWEEN
        flow, search = _hold_apart(ground, part, number, search, least * size / 2)
        reached = 0
        for node in part:
            reached += ground.side[node] == FIRST or ground.seen[node] == search
        ratio = flow / min(reached, size - reached) if 0 < reached < size else np.inf
        if ratio < least:
            least = ratio
            for node in part:
                ground.best[node] = FIRST if ground.side[node] == FIRST or ground.seen[node] == search else LAST
    return search


@compiled
def _hold_apart(ground: Ground, part: Ints, number: int, search: int, most: float) -> tuple[int, int]:
    """Push as much flow as there is from FIRST to LAST; the last search has seen one side of the cut."""
    for node in part:
        for edge in range(ground.pointer[node], ground.pointer[node + 1]):
            ground.flow[edge] = 0
    rim = _find_rim(ground, part, number)
    flow = 0
    while True:
        search += 1
        if not _level(ground, rim, number, search) or flow > most:
            return flow, search
        for node in rim:
            while _push(ground, node, number, search):
                flow += 1


@compiled
def _find_rim(ground: Ground, part: Ints, number: int) -> Ints:
    """Return the FIRST nodes that have another neighbour in their part."""
    count = 0
    for node in part:
        if ground.side[node] == FIRST:
            for edge in range(ground.pointer[node], ground.pointer[node + 1]):
                other = ground.neighbour[edge]
                if ground.part[other] == number and ground.side[other] != FIRST:
                    ground.rim[count] = node
                    count += 1
                    break
    return ground.rim[:count]


@compiled
def _level(ground: Ground, rim: Ints, number: int, search: int) -> bool:
    """Count the steps to nodes from FIRST where there is room for flow; return whether LAST is reached."""
    head = tail = 0
    for node in rim:
        ground.seen[node], ground.level[node], ground.turn[node] = search, 0, ground.pointer[node]
        ground.queue[tail] = node
        tail += 1
    reached = False
    while head < tail and not (reached and ground.side[ground.queue[head]] == LAST):
        node = ground.queue[head]
        head += 1
        for edge in range(ground.pointer[node], ground.pointer[node + 1]):
            other = ground.neighbour[edge]
            if ground.part[other] != number or ground.seen[other] == search or ground.flow[edge] > 0:
                continue
            ground.seen[other], ground.level[other] = search, ground.level[node] + 1
            ground.turn[other] = ground.pointer[other]
            reached = reached or ground.side[other] == LAST
            ground.queue[tail] = other
            tail += 1
    return reached


@compiled
def _push(ground: Ground, first: int, number: int, search: int) -> bool:
    """Push one more unit from a FIRST node upward through the levels to LAST; return whether there was a way."""
    node, steps = first, 0
    while ground.side[node] != LAST:
        if ground.turn[node] == ground.pointer[node + 1]:
            if steps == 0:
                return False
            steps -= 1  # a dead end, never to be tried again
            node = ground.neighbour[ground.reverse[ground.queue[steps]]]
            ground.turn[node] += 1
            continue
        edge = ground.turn[node]
        other = ground.neighbour[edge]
        is_open = ground.part[other] == number and ground.seen[other] == search and ground.flow[edge] < 1
        if is_open and ground.level[other] == ground.level[node] + 1:
            ground.queue[steps] = edge
            steps += 1
            node = other
        else:
            ground.turn[node] += 1
    for step in range(steps):
        ground.flow[ground.queue[step]] += 1
        ground.flow[ground.reverse[ground.queue[step]]] -= 1
    return True


@compiled
def _cover_cut(ground: Ground, part: Ints, number: int) -> None:
    """Write the sides, and as CUT few nodes that touch every edge of the best cut."""
    count = 0
    for node in part:
        ground.side[node] = ground.best[node]
        if _crossing(ground, node, number) > 0:
            ground.queue[count] = node
            count += 1
    while True:
        most, chosen = 0, -1
        for i in range(count):
            crossing = _crossing(ground, ground.queue[i], number)
            if crossing > most:
                most, chosen = crossing, ground.queue[i]
        if chosen < 0:
            return
        ground.side[chosen] = CUT


@compiled
def _crossing(ground: Ground, node: int, number: int) -> int:
    """Return how many edges of a node cross the cut and are not covered."""
    if ground.side[node] == CUT:
        return 0
    crossing = 0
    for edge in range(ground.pointer[node], ground.pointer[node + 1]):
        other = ground.neighbour[edge]
        if ground.part[other] == number and ground.side[other] != CUT and ground.best[other] != ground.best[node]:
            crossing += 1
    return crossing


@compiled
def _order_by_degree(ground: Ground, nodes: Ints, local: Ints) -> None:
    """Reorder a small part: always the node with fewest neighbours next, which are joined when it goes."""
    size = len(nodes)
    around = _surrounding(ground, nodes, local)
    joined = np.zeros((size, len(around)), dtype=np.bool_)
    degree = np.zeros(size, dtype=np.int64)
    for i in range(size):
        for edge in range(ground.pointer[around[i]], ground.pointer[around[i] + 1]):
            joined[i, local[ground.neighbour[edge]]] = True
            degree[i] += 1
    for node in around:
        local[node] = -1
    gone = np.zeros(len(around), dtype=np.bool_)
    for place in range(size):
        least = -1
        for i in range(size):
            if not gone[i] and (least < 0 or degree[i] < degree[least]):
                least = i
        gone[least] = True
        nodes[place] = around[least]
        _join(joined, degree, np.flatnonzero(joined[least] & ~gone))


@compiled
def _join(joined: NDArray[np.bool_], degree: Ints, neighbours: Ints) -> None:
    """Join the neighbours of a node that goes."""
    for a in neighbours:
        if a < len(degree):
            degree[a] -= 1
            for b in neighbours:
                if b != a and not joined[a, b]:
                    joined[a, b] = True
                    degree[a] += 1


@compiled
def _surrounding(ground: Ground, nodes: Ints, local: Ints) -> Ints:
    """Return the nodes of a part and then their neighbours outside, numbered in `local`."""
    room = len(nodes)
    for node in nodes:
        room += ground.pointer[node + 1] - ground.pointer[node]
    around = np.empty(room, dtype=np.int64)
    count = 0
    for node in nodes:
        around[count] = node
        local[node] = count
        count += 1
    for node in nodes:
        for edge in range(ground.pointer[node], ground.pointer[node + 1]):
            other = ground.neighbour[edge]
            if local[other] < 0:
                around[count] = other
                local[other] = count
                count += 1
    return around[:count]
