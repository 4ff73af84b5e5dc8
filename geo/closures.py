"""Closed stretches of road → the road pieces that may not be used."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import to_metres
from geo.road_network import RoadNetwork

# How far the line of a closure may be drawn beside the road, and how much of a piece must lie along it.
BESIDE_M = 30.0
LEAST_SHARE = 0.5


def pieces_along(network: RoadNetwork, lines: Sequence[shapely.Geometry]) -> NDArray[np.int64]:
    """Return the road pieces that lie along lines.

    A piece counts when at least half of it, or 100 m of it, lies within 30 m of a line: a short closure on a long piece
    shuts the piece, a road that only crosses stays open.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    lines : sequence of LineString or MultiLineString
        Closed stretches in EPSG:4326.

    Returns
    -------
    (k,) array of int64
        Piece numbers, ascending, each once.
    """
    if not len(lines):
        return np.empty(0, dtype=np.int64)
    metric = shapely.transform(np.array(lines, dtype=object), lambda xy: to_metres(xy, network.metric_epsg))
    corridor = shapely.union_all(shapely.buffer(metric, BESIDE_M))
    near = np.sort(shapely.STRtree(network.lines_m).query(corridor, predicate="intersects"))
    inside = shapely.length(shapely.intersection(network.lines_m[near], corridor))
    whole = shapely.length(network.lines_m[near])
    # A road that crosses at a right angle lies 2 × 30 m inside.
    along = (inside >= LEAST_SHARE * whole) & (inside > 0) | (inside >= 100.0)
    return near[along].astype(np.int64)
