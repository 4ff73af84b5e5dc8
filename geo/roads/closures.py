"""Closed stretches of road → the edges that may not be used."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import to_metres
from geo.roads.network import RoadNetwork

# How far the line of a closure may be drawn beside the road.
BESIDE_M = 30.0
# How much of an edge, or how many metres of it, must lie along the line; of a short line, most of it is enough.
LEAST_SHARE = 0.5
ENOUGH_M = 100.0
MOST_OF_LINE = 0.8
STEP_M = 10.0
# Roads beside each other are compared along stretches of the line of this length.
STRETCH_M = 200.0
# Lines that are so much alike are one road, drawn twice.
SAME_M = 0.1
# A road that crosses the line at more than 45 degrees does not run beside it.
ALIGNED = 0.7
# A line between the carriageways of a road, no nearer to one of them than this, means both.
BETWEEN_M = 2.0


def edges_along(
    network: RoadNetwork, lines: Sequence[shapely.Geometry], *, one_direction: bool = False
) -> NDArray[np.int64]:
    """Return the edges that lie along lines.

    An edge lies along a line as far as it stays within 30 m of it and gets on in its direction. Where several do, each
    stretch of the line belongs to the nearest of them, by their mean distance over up to 200 m: a viaduct, a bypass or
    the other carriageway beside the road stays open. A line between two carriageways, nearer to neither by more than
    2 m, belongs to both. An edge counts when half of it, 100 m of it, or most of a line that is shorter belongs to it:
    a short closure on a long edge shuts the edge; a road that only crosses, turns off or goes on beyond the end stays
    open.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    lines : sequence of LineString or MultiLineString
        Closed stretches in EPSG:4326.
    one_direction : bool, default False
        Only one-way edges that are driven in the direction in which the lines are drawn.

    Returns
    -------
    (k,) array of int64
        Edge numbers, ascending, each once.
    """
    if not len(lines):
        return np.empty(0, dtype=np.int64)
    metric = shapely.transform(np.array(lines, dtype=object), lambda xy: to_metres(xy, network.metric_epsg))
    # Where direction matters the lines stay as they are drawn; a union may turn them round.
    drawn = shapely.get_parts(metric) if one_direction else shapely.union_all(metric)
    parts = np.atleast_1d(shapely.get_parts(shapely.line_merge(drawn, directed=one_direction)))
    parts = parts[shapely.length(parts) > 0]
    part, edge = road_tree(network).query(parts, predicate="dwithin", distance=BESIDE_M)
    steps = _steps(parts, part, network.lines_m[edge])
    if one_direction:
        steps = steps.only(network.oneway[edge[steps.pair]] & (steps.sign > 0))
    own = _nearest(steps, part, network.oneway[edge])
    along = np.bincount(steps.pair[own], weights=steps.gained[own], minlength=len(edge)).astype(float)
    # Parts of one road that closures beside it cut off from each other count together.
    whole = np.bincount(edge, weights=along, minlength=network.edge_count)[edge]
    half = LEAST_SHARE * shapely.length(network.lines_m[edge])
    enough = np.minimum(ENOUGH_M, MOST_OF_LINE * shapely.length(parts[part]))
    return np.unique(edge[(along > 0) & ((whole >= half) | (along >= enough))]).astype(np.int64)


def metres_to_road(network: RoadNetwork, line: shapely.Geometry) -> float:
    """Return how far a line is from the nearest road.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    line : Geometry
        In EPSG:4326.

    Returns
    -------
    float
        Straight distance in metres, 0 where they touch.
    """
    metric = shapely.transform(line, lambda xy: to_metres(xy, network.metric_epsg))
    nearest = road_tree(network).nearest(metric)
    return float(shapely.distance(network.lines_m[nearest], metric))


_kept: weakref.WeakKeyDictionary[RoadNetwork, shapely.STRtree] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def road_tree(network: RoadNetwork) -> shapely.STRtree:
    """Return the edges in metres as a tree that finds the near ones, made once and kept as long as the network is.

    Parameters
    ----------
    network : RoadNetwork
        Roads.

    Returns
    -------
    STRtree
        Its item i is edge i.
    """
    with _lock:
        tree = _kept.get(network)
        if tree is None:
            tree = _kept[network] = shapely.STRtree(network.lines_m)
        return tree


class _Steps(NamedTuple):
    """Short steps of edges along their lines, one a row.

    `pair` is the line with its edge, `gained` how far the step gets on along the line, from `low` to `high`, `beside`
    how far from it it lies on average, all in metres; `sign` is 1 where the edge is drawn in the direction of the line;
    `aligned` where the step runs beside the line rather than across it.
    """

    pair: NDArray[np.int64]
    gained: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    beside: NDArray[np.float64]
    sign: NDArray[np.float64]
    aligned: NDArray[np.bool_]

    def only(self, rows: NDArray[Any]) -> _Steps:
        """Return some of the steps."""
        return _Steps(*(column[rows] for column in self))


def _steps(parts: NDArray[np.object_], part: NDArray[np.int64], edges: NDArray[np.object_]) -> _Steps:
    """Return the steps of each edge that are beside its line and get on along it."""
    coords, pair = shapely.get_coordinates(shapely.segmentize(edges, STEP_M), return_index=True)
    spots = shapely.points(coords)
    lines = parts[part]
    position = shapely.line_locate_point(lines[pair], spots)
    distance = shapely.distance(lines[pair], spots)
    length = np.hypot(*np.diff(coords, axis=0).T)
    change = np.diff(position)
    # Where a line comes back to itself the position jumps; the edge has not moved farther than its own step.
    gained = np.minimum(np.abs(change), length)
    jumps = np.abs(change) > length + SAME_M
    low = np.where(jumps, position[1:], np.minimum(position[1:], position[:-1]))
    high = np.where(jumps, position[1:], np.maximum(position[1:], position[:-1]))
    beside = (distance[1:] + distance[:-1]) / 2
    is_near = (distance[1:] <= BESIDE_M) & (distance[:-1] <= BESIDE_M)
    sign = np.where(jumps, -np.sign(change), np.sign(change))
    steps = _Steps(pair[1:], gained, low, high, beside, sign, gained >= ALIGNED * length)
    return steps.only((pair[1:] == pair[:-1]) & is_near & (gained > 0))


def _nearest(steps: _Steps, part: NDArray[np.int64], oneway: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which steps are of the road that the line lies on: those that no edge beside them is nearer than."""
    if not len(steps.pair):
        return np.empty(0, dtype=bool)
    # Every step with all those of other edges that cover its middle, on the same line: lines lie one above the other.
    level = part[steps.pair].astype(float)
    middle = (steps.low + steps.high) / 2
    tree = shapely.STRtree(shapely.box(steps.low, level - 0.1, steps.high, level + 0.1))
    mine, other = tree.query(shapely.points(middle, level), predicate="intersects")
    differs = (steps.pair[mine] != steps.pair[other]) & steps.aligned[other]
    mine, other = mine[differs], other[differs]
    # Mean distances of both edges over the stretch that they share.
    stretch = (middle[mine] // STRETCH_M).astype(np.int64)
    keys = np.column_stack([steps.pair[mine], steps.pair[other], stretch])
    _, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.ravel()
    weight = np.bincount(group, weights=steps.gained[mine])
    nearer = np.bincount(group, weights=steps.gained[mine] * (steps.beside[mine] - steps.beside[other])) / weight
    opposite = oneway[steps.pair[mine]] & oneway[steps.pair[other]] & (steps.sign[mine] != steps.sign[other])
    beaten = nearer[group] > np.where(opposite, BETWEEN_M, SAME_M)
    own = np.ones(len(steps.pair), dtype=bool)
    own[mine[beaten]] = False
    return own
