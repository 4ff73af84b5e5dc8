"""A road network laid out for bounded searches: in cells of 256 near nodes, see `cells` and `cell_times`.

The layout does not depend on the times; another season or a closed road works them out again, cell by cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.shortest_paths.adjacency import Nodes
from geo.shortest_paths.cell_times import CellTimes, cell_times
from geo.shortest_paths.cells import Cells, cell_order, cut
from geo.shortest_paths.search_question import Numbers
from geo.shortest_paths.ticks import Ticks


@dataclass(frozen=True, eq=False)
class SearchGraph:
    """A network without times.

    Attributes
    ----------
    order : (n,) array of int32
        Node at each position.
    position : (n,) array of int32
        Position of each node.
    cells : Cells
        Arcs, by position.
    """

    order: Numbers
    position: Numbers
    cells: Cells

    @classmethod
    def build(cls, u: Nodes, v: Nodes, xy: NDArray[np.float64]) -> SearchGraph:
        """Return a network laid out for searches.

        Parameters
        ----------
        u, v : (m,) array of int
            Ends of each edge.
        xy : (n, 2) array of float64
            Where the nodes lie.

        Returns
        -------
        SearchGraph
            Its answers do not depend on where the nodes lie, its speed does.
        """
        position, cells = cut(cell_order(np.asarray(xy, dtype=float)), u, v)
        order = np.empty(len(position), dtype=np.int32)
        order[position] = np.arange(len(position))
        return cls(order, position, cells)

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
        return TimedGraph(self, cell_times(self.cells, forward, backward))


@dataclass(frozen=True, eq=False)
class TimedGraph:
    """A network with times.

    Attributes
    ----------
    graph : SearchGraph
        Where nodes and arcs are.
    times : CellTimes
        Times of all arcs.
    """

    graph: SearchGraph
    times: CellTimes
