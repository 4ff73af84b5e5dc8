"""Places on edges: how a trip begins and ends between nodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.shortest_paths.ticks import INFINITE, SAFE, Ticks


class Ends(NamedTuple):
    """Places, each between two nodes of the graph.

    Attributes
    ----------
    node : (k, 2) array of int64
        The two nodes; 0 where there is none.
    ticks : (k, 2) array of uint32
        Time between the place and each of them, in the direction of the trip; `INFINITE` where there is no way.
    """

    node: NDArray[np.int64]
    ticks: Ticks

    @classmethod
    def at_nodes(cls, node: NDArray[np.int64]) -> Ends:
        """Return places that lie at nodes.

        Parameters
        ----------
        node : (k,) array of int64
            The nodes.

        Returns
        -------
        Ends
            At no distance from them.
        """
        ticks = np.full((len(node), 2), INFINITE, dtype=np.uint32)
        ticks[:, 0] = 0
        return cls(np.column_stack([node, node]).astype(np.int64), ticks)

    def checked(self, node_count: int) -> Ends:
        """Return the places, or refuse them.

        Parameters
        ----------
        node_count : int
            Nodes of the graph.

        Returns
        -------
        Ends
            The same, in the types that the searches need.

        Raises
        ------
        ValueError
            If a node is not in the graph, or a time is neither below `SAFE` nor `INFINITE`.
        """
        node, ticks = np.ascontiguousarray(self.node, np.int64), np.ascontiguousarray(self.ticks, np.uint32)
        if node.size and (node.min() < 0 or node.max() >= node_count):
            raise ValueError(f"Places must lie at nodes 0 to {node_count - 1}.")
        if not ((ticks < SAFE) | (ticks == INFINITE)).all():
            raise ValueError(f"Times to nodes must be below {SAFE} ticks or {INFINITE}.")
        return Ends(node, ticks)
