"""What a bounded search asks, works with and finds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.shortest_paths.adjacency import Ints
from geo.shortest_paths.cell_times import CellTimes, Indices
from geo.shortest_paths.cells import Cells
from geo.shortest_paths.ticks import Ticks

NO_CELL = -1
Left = NDArray[np.int32]
Numbers = NDArray[np.int32]


class Question(NamedTuple):
    """What is asked.

    Attributes
    ----------
    cells : Cells
        The network.
    times : CellTimes
        Its times.
    order : (n,) array of int32
        Node at each position.
    limit : int
        Longest time considered, ticks, inclusive.
    """

    cells: Cells
    times: CellTimes
    order: Numbers
    limit: int


class Reached(NamedTuple):
    """The nodes that each origin reaches.

    Attributes
    ----------
    pointer : (k + 1,) array of int64
        Nodes reached from origin i: from ``pointer[i]`` to ``pointer[i + 1]``.
    node : (r,) array of int32
        In no particular order for each origin.
    ticks : (r,) array of uint32
        Travel time.
    """

    pointer: Ints
    node: Numbers
    ticks: Ticks


class Start(NamedTuple):
    """How an origin's trips begin.

    Attributes
    ----------
    cell : (2,) array of int64
        Cells of the two ends of the first edge, `NO_CELL` where there is none or it is the first one again.
    left : (2, 256) array of int32
        What is left at the nodes of each, by ways that go up only.
    """

    cell: Ints
    left: Left


class Work(NamedTuple):
    """Room for one search after the other.

    Attributes
    ----------
    start : Start
        How the trips of the origin begin.
    left : (k,) array of int32
        `INFINITE` less the time of each border node; 0 where it was not reached.
    news : (k / `GROUP`,) array of uint16
        A bit for each border node that an arc from another cell has reached sooner, of which its cell does not know.
    key : (c,) array of int32
        The most that is left at a node of each cell with news; 0 where there are none.
    waiting : (2, c) array of uint32
        Cells with news, and those that come next.
    is_touched : (c,) array of bool
        Whether the search has come to a cell.
    touched : (c,) array of uint32
        The cells that it has come to.
    swept : (4, 256) array of int32
        What is left at the nodes of the cells that are swept.
    """

    start: Start
    left: Left
    news: NDArray[np.uint16]
    key: Left
    waiting: Indices
    is_touched: NDArray[np.bool_]
    touched: Indices
    swept: Left
