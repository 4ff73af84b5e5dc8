"""Contracting all nodes in a given order, whatever the travel times: which shortcuts there can be.

Contracting a node joins all its later neighbours. The result is a chordal graph; the next neighbour of each node is its
parent in the elimination tree, and everything that a node can reach upward lies on its way to the root.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Adjacency, Ints

Indices = NDArray[np.uint32]
Parents = NDArray[np.int32]


class Elimination(NamedTuple):
    """All arcs that point upward; nodes are told by their rank.

    Attributes
    ----------
    pointer : (n + 1,) array of uint32
        Arcs of node x: from ``pointer[x]`` to ``pointer[x + 1]``.
    head : (m,) array of uint32
        Upper end of each arc, ascending for each node.
    parent : (n,) array of int32
        Lowest upper neighbour, -1 for a root.
    """

    pointer: Indices
    head: Indices
    parent: Parents


class TooManyShortcutsError(Exception):
    """The network is not like a road network: a hierarchy would be larger than it is worth."""


def eliminate(graph: Adjacency, rank: Ints, *, most_arcs: int | None) -> Elimination:
    """Return all arcs that contraction in an order can make.

    Parameters
    ----------
    graph : Adjacency
        Of all nodes.
    rank : (n,) array of int64
        Rank of each node.
    most_arcs : int or None
        Give up at so many arcs.

    Returns
    -------
    Elimination
        Arcs of the graph and shortcuts.

    Raises
    ------
    TooManyShortcutsError
        If there are more arcs than allowed.
    """
    node = np.empty_like(rank)
    node[rank] = np.arange(len(rank))
    most = 2**31 if most_arcs is None else most_arcs
    pointer, head, parent = _eliminate(graph.pointer, graph.neighbour, rank, node, most)
    if pointer[-1] > most:
        raise TooManyShortcutsError
    return Elimination(pointer, head, parent)


@compiled
def _eliminate(pointer: Ints, neighbour: Ints, rank: Ints, node: Ints, most: int) -> tuple[Indices, Indices, Parents]:
    count = len(rank)
    up = np.zeros(count + 1, dtype=np.uint32)
    head = np.empty(len(neighbour) + 16, dtype=np.uint32)
    parent = np.full(count, -1, dtype=np.int32)
    child, sibling = np.full(count, -1, dtype=np.int32), np.full(count, -1, dtype=np.int32)
    seen = np.full(count, -1, dtype=np.int64)
    size = 0
    for x in range(count):
        seen[x] = x
        begin = size
        for edge in range(pointer[node[x]], pointer[node[x] + 1]):
            y = rank[neighbour[edge]]
            if y > x:
                seen[y] = x
                head = _with_room(head, size)
                head[size] = y
                size += 1
        below = child[x]
        while below >= 0:
            for arc in range(up[below] + 1, up[below + 1]):  # the first one points to x
                if seen[head[arc]] != x:
                    seen[head[arc]] = x
                    head = _with_room(head, size)
                    head[size] = head[arc]
                    size += 1
            below = sibling[below]
        head[begin:size].sort()
        up[x + 1] = size
        if size > most:
            up[count] = size
            break
        if size > begin:
            parent[x] = head[begin]
            sibling[x] = child[parent[x]]
            child[parent[x]] = x
    return up, head[:size].copy(), parent


@compiled
def _with_room(head: Indices, size: int) -> Indices:
    if size < len(head):
        return head
    larger = np.empty(2 * len(head), dtype=np.uint32)
    larger[:size] = head
    return larger


@compiled
def postorder(parent: Parents) -> Ints:
    """Return new ranks for old ones: the same shortcuts, but each subtree of the elimination tree lies together.

    Parameters
    ----------
    parent : (n,) array of int32
        Parent of each rank, -1 for a root.

    Returns
    -------
    (n,) array of int64
        New rank of each old one.
    """
    count = len(parent)
    child, sibling = np.full(count, -1, dtype=np.int32), np.full(count, -1, dtype=np.int32)
    waiting = np.empty(count, dtype=np.int32)
    tail = 0
    for x in range(count - 1, -1, -1):
        if parent[x] < 0:
            waiting[tail] = x
            tail += 1
        else:
            sibling[x] = child[parent[x]]
            child[parent[x]] = x
    new = np.empty(count, dtype=np.int64)
    rank = count
    while tail > 0:
        tail -= 1
        x = waiting[tail]
        rank -= 1
        new[x] = rank
        below = child[x]
        while below >= 0:
            waiting[tail] = below
            tail += 1
            below = sibling[below]
    return new
