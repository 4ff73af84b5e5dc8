"""Which roads lie in built-up areas, told from the roads alone.

A node lies in a built-up area when there are at least `JUNCTIONS` junctions of roads for cars within `WITHIN_M` of it
(itself included), an edge when both of its ends do. A junction is a node where three or more edges meet;
service roads and ways for those on foot do not count, because they are drawn in some places and not in others. The rule
needs nothing but the roads, so it holds for every source of them, and it follows from the network's fingerprint. A
diagram of the roads has no streets: there everything counts as open land.

On the real roads of Tono the rule finds 254 of 6,866 nodes and 28 km of road, all in the town; 94 % of these nodes have
more than 1,000 inhabitants per square kilometre within 500 m, of all nodes 5 %.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

# 50 junctions on a circle of 500 m are 64 on a square kilometre: blocks of 125 m.
JUNCTIONS = 50
WITHIN_M = 500.0
STREETS = 3


def is_built_up(
    node_xy: NDArray[np.float64], u: NDArray[np.int32], v: NDArray[np.int32], is_street: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return whether each edge lies in a built-up area.

    Parameters
    ----------
    node_xy : (n, 2) array of float64
        Nodes in metres.
    u, v : (m,) array of int32
        Node index of each end.
    is_street : (m,) array of bool
        Whether the edge counts where it meets others.

    Returns
    -------
    (m,) array of bool
        In the order of the edges.
    """
    ends = np.concatenate([u[is_street], v[is_street]])
    is_junction = np.bincount(ends, minlength=len(node_xy)) >= STREETS
    if is_junction.sum() < JUNCTIONS:
        return np.zeros(len(u), dtype=bool)
    near = KDTree(node_xy[is_junction]).query_ball_point(node_xy, WITHIN_M, return_length=True)
    inside = np.asarray(near) >= JUNCTIONS
    return np.asarray(inside[u] & inside[v])
