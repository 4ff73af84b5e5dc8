"""Straight stretches of road by the squares of a grid: which road is nearest to a place, without a look at the others.

All in metres on the network's plane zone.
"""

from __future__ import annotations

import threading
import weakref
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.roads.network import RoadNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.uint32]


class RoadGrid(NamedTuple):
    """Roads, and the squares that they touch.

    Attributes
    ----------
    xy : (k, 2) array of float64
        Points of all shapes, one after the other.
    offsets : (m + 1,) array of int64
        Shape of edge i: ``xy[offsets[i]:offsets[i + 1]]``.
    low : (2,) array of float64
        West and south border of the grid.
    side : float
        Width of a square.
    shape : (2,) array of int64
        Squares from west to east and from south to north.
    pointer : (squares + 1,) array of uint32
        Stretches in square s: from ``pointer[s]`` to ``pointer[s + 1]``, counted from west to east, then northward.
    stretch : (r,) array of uint32
        Index of the first of the two points of each stretch, ascending in each square.
    """

    xy: Floats
    offsets: Ints
    low: Floats
    side: float
    shape: Ints
    pointer: Indices
    stretch: Indices


class Nearest(NamedTuple):
    """The nearest road of each place.

    Attributes
    ----------
    edge : (n,) array of int64
        Edge.
    metres : (n,) array of float64
        Distance to the nearest of all edges.
    share : (n,) array of float64
        Part of the edge before the place; exactly 0 or 1 at its ends.
    foot : (n, 2) array of float64
        The nearest point of the edge, its very end where the share is 0 or 1.
    """

    edge: Ints
    metres: Floats
    share: Floats
    foot: Floats


_kept: weakref.WeakKeyDictionary[RoadNetwork, dict[bytes, RoadGrid]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def road_grid(network: RoadNetwork, is_usable: Bools) -> RoadGrid:
    """Return the grid of some edges of a network.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    is_usable : (m,) array of bool
        Which edges count; at least one.

    Returns
    -------
    RoadGrid
        Made once for the same edges.
    """
    key = np.packbits(is_usable).tobytes()
    with _lock:
        grids = _kept.setdefault(network, {})
        if key not in grids:
            grids[key] = _build(network.coords_m, network.offsets, is_usable)
        return grids[key]


def nearest_roads(grid: RoadGrid, places: Floats, equal_m: float) -> Nearest:
    """Return the nearest edge of each place.

    Parameters
    ----------
    grid : RoadGrid
        Roads.
    places : (n, 2) array of float64
        East and north in metres, finite.
    equal_m : float
        Edges that are farther by no more than this are as near: of these, one that ends there comes before one that
        passes by, then the lowest number. A place that near to the end of an edge lies at the end.

    Returns
    -------
    Nearest
        One row for each place.
    """
    count = len(places)
    found = Nearest(
        np.full(count, -1, dtype=np.int64), np.empty(count), np.empty(count), np.empty((count, 2), dtype=np.float64)
    )
    _find_all(grid, np.ascontiguousarray(places), equal_m, found)
    return found


def _build(xy: Floats, offsets: Ints, is_usable: Bools) -> RoadGrid:
    usable = np.repeat(is_usable, np.diff(offsets))
    low, high = xy[usable].min(axis=0), xy[usable].max(axis=0)
    stretches = max(int(usable.sum()), 1)
    width, height = np.maximum(high - low, 1.0)
    # About one square for each stretch, and none narrower than a metre.
    side = max(float(np.sqrt(width * height / stretches)), float(max(width, height)) / stretches, 1.0)
    shape = np.floor((high - low) / side).astype(np.int64) + 1
    empty = np.empty(0, dtype=np.uint32)
    grid = RoadGrid(xy, offsets, low, side, shape, empty, empty)
    pointer = _count(grid, is_usable)
    filled = grid._replace(pointer=pointer, stretch=np.empty(pointer[-1], dtype=np.uint32))
    _fill(filled, is_usable)
    return filled


@compiled
def _column(grid: RoadGrid, value: float, axis: int) -> int:
    """Return the row of squares that a coordinate lies in, the nearest one where it lies outside."""
    last = grid.shape[axis] - 1
    exact = (value - grid.low[axis]) / grid.side
    return 0 if exact < 0 else last if exact >= last else int(exact)


@compiled
def _range(grid: RoadGrid, point: int, axis: int) -> tuple[int, int]:
    """Return the first and the last row of squares that a stretch touches."""
    one, other = grid.xy[point, axis], grid.xy[point + 1, axis]
    return _column(grid, min(one, other), axis), _column(grid, max(one, other), axis)


@compiled
def _count(grid: RoadGrid, is_usable: Bools) -> Indices:
    pointer = np.zeros(grid.shape[0] * grid.shape[1] + 1, dtype=np.uint32)
    for edge in np.flatnonzero(is_usable):
        for point in range(grid.offsets[edge], grid.offsets[edge + 1] - 1):
            west, east = _range(grid, point, 0)
            south, north = _range(grid, point, 1)
            for row in range(south, north + 1):
                for column in range(west, east + 1):
                    pointer[row * grid.shape[0] + column + 1] += 1
    for square in range(len(pointer) - 1):
        pointer[square + 1] += pointer[square]
    return pointer


@compiled
def _fill(grid: RoadGrid, is_usable: Bools) -> None:
    place = grid.pointer[:-1].copy()
    for edge in np.flatnonzero(is_usable):
        for point in range(grid.offsets[edge], grid.offsets[edge + 1] - 1):
            west, east = _range(grid, point, 0)
            south, north = _range(grid, point, 1)
            for row in range(south, north + 1):
                for column in range(west, east + 1):
                    square = row * grid.shape[0] + column
                    grid.stretch[place[square]] = point
                    place[square] += 1


@compiled
def _find_all(grid: RoadGrid, places: Floats, equal_m: float, found: Nearest) -> None:
    for i in range(len(places)):
        found.metres[i] = np.sqrt(_least_square(grid, places[i, 0], places[i, 1]))
        _choose(grid, places, i, equal_m, found)


@compiled
def _least_square(grid: RoadGrid, x: float, y: float) -> float:
    """Return the squared distance to the nearest road: rings around the place, until no nearer one can lie outside."""
    column, row = _column(grid, x, 0), _column(grid, y, 1)
    least, ring = np.inf, 0
    while True:
        west, east = column - ring, column + ring
        for j in range(max(row - ring, 0), min(row + ring, grid.shape[1] - 1) + 1):
            step = 1 if abs(j - row) == ring or ring == 0 else 2 * ring
            for i in range(west, east + 1, step):
                if 0 <= i < grid.shape[0]:
                    least = min(least, _least_in_square(grid, x, y, j * grid.shape[0] + i))
        if least <= _outside(grid, x, y, ring) ** 2:
            return least
        ring += 1


@compiled
def _least_in_square(grid: RoadGrid, x: float, y: float, square: int) -> float:
    least = np.inf
    for i in range(grid.pointer[square], grid.pointer[square + 1]):
        least = min(least, _to_stretch(grid, x, y, grid.stretch[i])[0])
    return least


@compiled
def _to_stretch(grid: RoadGrid, x: float, y: float, point: int) -> tuple[float, float]:
    """Return the squared distance to a stretch, and the share of it before the nearest point."""
    x0, y0 = grid.xy[point, 0], grid.xy[point, 1]
    east, north = grid.xy[point + 1, 0] - x0, grid.xy[point + 1, 1] - y0
    square = east * east + north * north
    share = ((x - x0) * east + (y - y0) * north) / square if square > 0 else 0.0
    share = min(max(share, 0.0), 1.0)
    beside, above = x - x0 - share * east, y - y0 - share * north
    return beside * beside + above * above, share


@compiled
def _outside(grid: RoadGrid, x: float, y: float, ring: int) -> float:
    """Return how far the squares beyond a ring are at least."""
    column, row = _column(grid, x, 0), _column(grid, y, 1)
    east = grid.low[0] + grid.side * grid.shape[0]
    north = grid.low[1] + grid.side * grid.shape[1]
    beside = max(grid.low[0] - x, x - east, 0.0)
    above = max(grid.low[1] - y, y - north, 0.0)
    least = np.inf
    if column - ring > 0:
        least = min(least, np.hypot(max(x - (grid.low[0] + grid.side * (column - ring)), 0.0), above))
    if column + ring < grid.shape[0] - 1:
        least = min(least, np.hypot(max(grid.low[0] + grid.side * (column + ring + 1) - x, 0.0), above))
    if row - ring > 0:
        least = min(least, np.hypot(max(y - (grid.low[1] + grid.side * (row - ring)), 0.0), beside))
    if row + ring < grid.shape[1] - 1:
        least = min(least, np.hypot(max(grid.low[1] + grid.side * (row + ring + 1) - y, 0.0), beside))
    return least


@compiled
def _choose(grid: RoadGrid, places: Floats, i: int, equal_m: float, found: Nearest) -> None:
    """Write the edge that counts among those that are as near as the nearest."""
    x, y, reach = places[i, 0], places[i, 1], found.metres[i] + equal_m
    passes = True
    for row in range(_column(grid, y - reach, 1), _column(grid, y + reach, 1) + 1):
        for column in range(_column(grid, x - reach, 0), _column(grid, x + reach, 0) + 1):
            square = row * grid.shape[0] + column
            for j in range(grid.pointer[square], grid.pointer[square + 1]):
                if _to_stretch(grid, x, y, grid.stretch[j])[0] > reach * reach:
                    continue
                edge = np.searchsorted(grid.offsets, grid.stretch[j], side="right") - 1
                if edge == found.edge[i]:
                    continue
                share, foot_x, foot_y = _along(grid, x, y, edge, equal_m)
                also_passes = 0 < share < 1
                if found.edge[i] < 0 or (also_passes, edge) < (passes, found.edge[i]):
                    passes = also_passes
                    found.edge[i], found.share[i] = edge, share
                    found.foot[i, 0], found.foot[i, 1] = foot_x, foot_y


@compiled
def _along(grid: RoadGrid, x: float, y: float, edge: int, equal_m: float) -> tuple[float, float, float]:
    """Return the share of an edge before the place, and where on the edge that is."""
    first, last = grid.offsets[edge], grid.offsets[edge + 1] - 1
    length = along = foot_x = foot_y = 0.0
    least = np.inf
    for point in range(first, last):
        square, share = _to_stretch(grid, x, y, point)
        east, north = grid.xy[point + 1, 0] - grid.xy[point, 0], grid.xy[point + 1, 1] - grid.xy[point, 1]
        stretch = np.hypot(east, north)
        if square < least:
            least, along = square, length + share * stretch
            foot_x, foot_y = grid.xy[point, 0] + share * east, grid.xy[point, 1] + share * north
        length += stretch
    if along <= equal_m:  # so it is on an edge of no length
        return 0.0, grid.xy[first, 0], grid.xy[first, 1]
    if length - along <= equal_m:
        return 1.0, grid.xy[last, 0], grid.xy[last, 1]
    return along / length, foot_x, foot_y
