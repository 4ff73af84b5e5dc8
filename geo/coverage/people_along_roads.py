"""The people of mesh squares, spread over the roads that run through each square.

A square that hangs on one point makes the road at that point look like the only way to all of its people. Spread along
the roads of the square, a closed alley costs those who live on it and behind it, and nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.crs import to_degrees
from geo.mesh import squares as squares_of
from geo.roads.access import access_edges
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile
from geo.roads.snapping import EQUAL_M, Snapped, as_points, snap

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Lengths count in whole decimetres: coordinates are kept to a centimetre, so that equal stretches stay equal.
DM_PER_M = 10
# How far outside its square a point may be written and lie in it, degrees (a hand's breadth).
ROUNDING_DEG = 1e-6


@dataclass(frozen=True, eq=False)
class PeopleAlongRoads:
    """Places on the roads, and the people who live there.

    Attributes
    ----------
    places : Snapped
        (k,) places, by square, of one square by edge.
    people : (k,) array of int64
        People at each place, above 0.
    square : (k,) array of int64
        The square that each place stands for.
    """

    places: Snapped
    people: Ints
    square: Ints


class _Stretches(NamedTuple):
    """What lies of each edge in a square: one row for each square and edge, by square, then by edge.

    `dm` is the length inside, above 0; `share` and `lonlat` are the middle of it.
    """

    square: Ints
    edge: Ints
    dm: Ints
    share: Floats
    lonlat: Floats


def people_along_roads(
    network: RoadNetwork, codes: Sequence[str], points: ArrayLike, people: ArrayLike, *, profile: Profile
) -> PeopleAlongRoads:
    """Return the people of squares spread over the roads in each, by the length of road inside the square.

    The roads are those on which a trip may begin and end and which are joined to the road at the square's point: a
    scrap of road that leads nowhere is nobody's address. Each takes its share of the people in whole numbers by largest
    remainder, of equals the first edge, and its people are at the middle of its length inside the square; their walk to
    the road is that of the square's point, which is all that is known of it.

    A square keeps all its people at its one point where fewer than two roads run through it, where the point lies
    outside it (who gave the point says that these people are reached from elsewhere), and where the point itself is too
    far from every road.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    codes : (n,) sequence of str
        Mesh codes of any level.
    points : (n, 2) array_like of float
        lon, lat in degrees of the point at which each square is reached.
    people : (n,) array_like of int
        People of each square, not below 0.
    profile : Profile
        How one travels.

    Returns
    -------
    PeopleAlongRoads
        The people of each square add up exactly; places without people are left out.

    Raises
    ------
    ValueError
        If a code is none, a point is not on the globe, the numbers of codes, points and people differ, or people are
        not whole numbers of 0 or more.
    """
    lonlat, counts = as_points(points), np.asarray(people)
    if not len(codes) == len(lonlat) == len(counts):
        raise ValueError(f"There are {len(codes)} squares, {len(lonlat)} points and {len(counts)} numbers of people.")
    if len(counts) and (not np.issubdtype(counts.dtype, np.integer) or counts.min() < 0):
        raise ValueError("People must be whole numbers, 0 or more.")
    counts = counts.astype(np.int64)
    single = snap(network, lonlat, profile)
    if not len(codes):
        return PeopleAlongRoads(single, counts, np.empty(0, dtype=np.int64))
    borders = shapely.bounds(squares_of(codes))
    inside = (lonlat >= borders[:, :2] - ROUNDING_DEG) & (lonlat <= borders[:, 2:] + ROUNDING_DEG)
    stretches = _stretches(network, np.flatnonzero(access_edges(network, profile)), borders)
    joined = _component(network, single.edge)[stretches.square] == _component(network, stretches.edge)
    roads = np.bincount(stretches.square[joined], minlength=len(codes))
    is_spread = inside.all(axis=1) & single.is_snapped & (roads > 1)
    kept = joined & is_spread[stretches.square]
    square, edge, dm, share, middle = (column[kept] for column in stretches)
    spread = Snapped(single.fingerprint, single.profile, edge, share, single.distance_m[square], middle)
    whole = np.flatnonzero(~is_spread)
    places = single[whole].joined(spread)
    shares = np.concatenate([counts[whole], _shared_out(counts, square, dm)])
    of_square = np.concatenate([whole, square])
    order = np.argsort(of_square, kind="stable")
    order = order[shares[order] > 0]
    return PeopleAlongRoads(places[order], shares[order], of_square[order])


def _component(network: RoadNetwork, edge: Ints) -> Ints:
    """Return the connected part of the network that each edge belongs to."""
    component: Ints = network.node_component[network.u[edge]]
    return component


def _shared_out(counts: Ints, square: Ints, dm: Ints) -> Ints:
    """Return the people of each stretch: whole numbers by largest remainder, of equals the first."""
    total, taken = np.zeros((2, len(counts)), dtype=np.int64)
    np.add.at(total, square, dm)
    shares, rest = np.divmod(counts[square] * dm, total[square])
    np.add.at(taken, square, shares)
    order = np.lexsort((np.arange(len(square)), -rest, square))
    rank = np.arange(len(square)) - np.searchsorted(square, square)  # in `order` the squares stand as before
    shares[order] += rank < (counts - taken)[square]
    return shares


def _stretches(network: RoadNetwork, edges: Ints, borders: Floats) -> _Stretches:
    """Return what lies of edges in squares, given as west, south, east, north in degrees."""
    tree = shapely.STRtree(network.lines[edges])
    square, found = tree.query(shapely.box(*borders.T))
    order = np.lexsort((edges[found], square))
    square, edge = square[order].astype(np.int64), edges[found[order]]
    # Straight pieces between two points: all those of the first square and edge, then those of the second, …
    pieces = np.diff(network.offsets)[edge] - 1
    end = np.cumsum(pieces)
    begin = end - pieces
    row = np.repeat(np.arange(len(edge)), pieces)
    point = network.offsets[edge][row] + np.arange(len(row)) - begin[row]
    enter, leave = _clipped(network.coords[point], network.coords[point + 1], borders[square[row]])
    metres = np.hypot(*(network.coords_m[point + 1] - network.coords_m[point]).T)
    inside = metres * np.maximum(leave - enter, 0)
    so_far = np.append(0, np.cumsum(inside))
    length = so_far[end] - so_far[begin]
    dm = np.rint(DM_PER_M * length).astype(np.int64)
    kept = np.flatnonzero(dm)
    # The piece that the middle lies on, and how far along it.
    half = so_far[begin[kept]] + length[kept] / 2
    piece = np.clip(np.searchsorted(so_far, half) - 1, begin[kept], end[kept] - 1)
    on = np.clip((half - so_far[piece]) / metres[piece] + enter[piece], 0, 1)
    along = np.append(0, np.cumsum(metres))
    before, whole = along[piece] - along[begin[kept]] + on * metres[piece], (along[end] - along[begin])[kept]
    share = np.where(before <= EQUAL_M, 0.0, np.where(whole - before <= EQUAL_M, 1.0, before / whole))
    first, second = network.coords_m[point[piece]], network.coords_m[point[piece] + 1]
    middle = to_degrees(first + on[:, None] * (second - first), network.metric_epsg)
    return _Stretches(square[kept], edge[kept], dm[kept], share, middle)


def _clipped(first: Floats, second: Floats, borders: Floats) -> tuple[Floats, Floats]:
    """Return where straight pieces enter and leave rectangles, as shares; they leave before they enter if never."""
    enter, leave = np.zeros(len(first)), np.ones(len(first))
    for axis in (0, 1):
        start, step = first[:, axis], second[:, axis] - first[:, axis]
        low, high = borders[:, axis] - start, borders[:, axis + 2] - start
        is_still = step == 0
        with np.errstate(divide="ignore", invalid="ignore"):
            one, other = low / step, high / step
        beside = is_still & ((low > 0) | (high < 0))
        enter = np.maximum(enter, np.where(is_still, np.where(beside, np.inf, 0.0), np.minimum(one, other)))
        leave = np.minimum(leave, np.where(is_still, 1.0, np.maximum(one, other)))
    return enter, np.where(np.isinf(enter), -np.inf, leave)
