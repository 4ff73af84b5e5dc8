"""Which nodes are joined, whichever way the arcs point: the ground on which a node order is chosen."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

Ints = NDArray[np.int64]
# Of nodes, in 32 or 64 bits.
Nodes = NDArray[np.integer[Any]]


class Adjacency(NamedTuple):
    """An undirected graph without loops and parallel edges.

    Attributes
    ----------
    pointer : (n + 1,) array of int64
        Neighbours of node i: ``neighbour[pointer[i]:pointer[i + 1]]``.
    neighbour : (2 m,) array of int64
        Ascending for each node.
    """

    pointer: Ints
    neighbour: Ints


def adjacency(node_count: int, u: Nodes, v: Nodes) -> Adjacency:
    """Return the neighbours of each node.

    Parameters
    ----------
    node_count : int
        Nodes.
    u, v : (m,) array of int
        Ends of each edge; loops and repeated edges do not count.

    Returns
    -------
    Adjacency
        Each edge twice, once at each end.
    """
    apart = u != v
    a, b = u[apart], v[apart]
    ends = (np.concatenate([a, b]), np.concatenate([b, a]))
    matrix = coo_array((np.ones(len(ends[0]), dtype=bool), ends), shape=(node_count, node_count)).tocsr()
    matrix.sort_indices()
    return Adjacency(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64))
