"""The order in which nodes are contracted, chosen once per network: it does not depend on travel times.

Dead ends and nodes on the way between two others go first; what remains is dissected. The order is then rearranged so
that what hangs below a node lies together in memory, which adds no shortcut.

References
----------
.. [1] J. Dibbelt, B. Strasser, D. Wagner (2016), Customizable contraction hierarchies. doi:10.1145/2886843
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Adjacency, Ints, Nodes, adjacency
from geo.shortest_paths.dissection import dissect
from geo.shortest_paths.elimination import eliminate, postorder


def contraction_order(node_count: int, u: Nodes, v: Nodes, xy: NDArray[np.float64]) -> Ints:
    """Return the rank of each node: 0 is contracted first.

    Parameters
    ----------
    node_count : int
        Nodes.
    u, v : (m,) array of int
        Ends of each edge.
    xy : (n, 2) array of float64
        Where the nodes lie, on a plane; decides how good the order is, never whether answers are right.

    Returns
    -------
    (n,) array of int64
        A permutation.
    """
    graph = adjacency(node_count, u, v)
    neighbour, degree = graph.neighbour.copy(), np.diff(graph.pointer)
    peeled = _peel(graph.pointer, neighbour, degree)
    is_core = np.ones(node_count, dtype=bool)
    is_core[peeled] = False
    degree[peeled] = 0
    core = dissect(_shrunk(graph.pointer, neighbour, degree), xy, np.flatnonzero(is_core))
    rank = np.empty(node_count, dtype=np.int64)
    rank[np.concatenate([peeled, core])] = np.arange(node_count)
    parent = eliminate(graph, rank, most_arcs=None).parent
    return postorder(parent)[rank]


def _shrunk(pointer: Ints, neighbour: Ints, degree: Ints) -> Adjacency:
    """Return the neighbour lists cut to their present lengths."""
    new = np.concatenate([[0], np.cumsum(degree)])
    kept = np.arange(new[-1]) + np.repeat(pointer[:-1] - new[:-1], degree)
    return Adjacency(new, neighbour[kept])


@compiled
def _peel(pointer: Ints, neighbour: Ints, degree: Ints) -> Ints:
    """Contract nodes of at most two neighbours as long as there are any; return them in this order.

    The lists of neighbours are rewritten in place: contracting such a node makes no list longer.
    """
    count = len(degree)
    order = np.empty(count, dtype=np.int64)
    waiting = np.empty(count, dtype=np.int64)
    is_waiting = degree <= 2
    tail = 0
    for node in range(count):
        if is_waiting[node]:
            waiting[tail] = node
            tail += 1
    peeled = 0
    while peeled < tail:
        node = waiting[peeled]
        order[peeled] = node
        peeled += 1
        begin = pointer[node]
        for i in range(degree[node]):
            one = neighbour[begin + i]
            other = neighbour[begin + 1 - i] if degree[node] == 2 else -1
            degree[one] -= _replace(neighbour[pointer[one] : pointer[one] + degree[one]], node, other)
            if degree[one] <= 2 and not is_waiting[one]:
                is_waiting[one] = True
                waiting[tail] = one
                tail += 1
    return order[:peeled]


@compiled
def _replace(neighbours: Ints, gone: int, new: int) -> int:
    """Put `new` in the place of a neighbour that is gone; return 1 where the list became shorter instead.

    That is so where there is nothing new (-1), or it is a neighbour already; the last one then fills the place.
    """
    place, is_known = -1, new < 0
    for i in range(len(neighbours)):
        if neighbours[i] == gone:
            place = i
        is_known = is_known or neighbours[i] == new
    neighbours[place] = neighbours[-1] if is_known else new
    return int(is_known)
