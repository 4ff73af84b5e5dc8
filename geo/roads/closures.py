"""Closed stretches of road → the edges that may not be used."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

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
STEP_M = 25.0


def edges_along(network: RoadNetwork, lines: Sequence[shapely.Geometry]) -> NDArray[np.int64]:
    """Return the edges that lie along lines.

    An edge lies along a line as far as it stays within 30 m of it and gets on in its direction. It counts when that is
    half of the edge, 100 m of it, or most of a line that is shorter: a short closure on a long edge shuts the edge,
    a road that only crosses, turns off or goes on beyond the end stays open.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    lines : sequence of LineString or MultiLineString
        Closed stretches in EPSG:4326.

    Returns
    -------
    (k,) array of int64
        Edge numbers, ascending, each once.
    """
    if not len(lines):
        return np.empty(0, dtype=np.int64)
    metric = shapely.transform(np.array(lines, dtype=object), lambda xy: to_metres(xy, network.metric_epsg))
    parts = shapely.get_parts(shapely.line_merge(shapely.union_all(metric)))
    part, edge = road_tree(network).query(parts, predicate="dwithin", distance=BESIDE_M)
    along = _metres_along(parts[part], network.lines_m[edge])
    half = LEAST_SHARE * shapely.length(network.lines_m[edge])
    enough = np.minimum(ENOUGH_M, MOST_OF_LINE * shapely.length(parts[part]))
    return np.unique(edge[(along > 0) & (along >= np.minimum(half, enough))]).astype(np.int64)


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


@lru_cache(maxsize=3)
def road_tree(network: RoadNetwork) -> shapely.STRtree:
    """Return the edges in metres as a tree that finds the near ones, kept for the networks in use.

    Parameters
    ----------
    network : RoadNetwork
        Roads.

    Returns
    -------
    STRtree
        Its item i is edge i.
    """
    return shapely.STRtree(network.lines_m)


def _metres_along(lines: NDArray[np.object_], edges: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return how far each edge gets on along its line while it is beside it."""
    coords, pair = shapely.get_coordinates(shapely.segmentize(edges, STEP_M), return_index=True)
    spots = shapely.points(coords)
    position = shapely.line_locate_point(lines[pair], spots)
    beside = shapely.distance(lines[pair], spots) <= BESIDE_M
    step = np.hypot(*np.diff(coords, axis=0).T)
    # Where a line comes back to itself the position jumps; the edge has not moved farther than its own step.
    gained = np.minimum(np.abs(np.diff(position)), step)
    counts = (pair[1:] == pair[:-1]) & beside[1:] & beside[:-1]
    return np.bincount(pair[1:][counts], weights=gained[counts], minlength=len(edges)).astype(float)
