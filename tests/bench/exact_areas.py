"""What an isochrone should be, worked out slowly: roads cut where the time is up, discs all along what is left of them.

Times come from scipy in float64 and the discs from shapely, so that nothing of ours is measured against itself but the
definition: around each reached point of a road lies what can be walked in the time that is left, between the same least
and greatest distance.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from rivals import Roads

from geo.roads.network import RoadNetwork
from geo.travel.isochrone import BAND_M, WALK_LIMIT_M

# Discs of 71 m that stand so far apart leave dents of one metre.
STEP_M = 25.0


def exact_area(network: RoadNetwork, roads: Roads, node: int, cutoff_s: float, pace_s: float) -> shapely.Geometry:
    """Return the area in metres that is reached from a node; `pace_s` is how long a metre on foot takes."""
    at_node = roads.scipy(np.array([node]), cutoff_s)[0]
    near = np.flatnonzero(np.minimum(at_node[roads.u], at_node[roads.v]) <= cutoff_s)
    metres = shapely.length(network.lines_m[near])
    piece, share = shares_along(np.maximum(np.ceil(metres / STEP_M), 1).astype(np.int64))
    edge = near[piece]
    with np.errstate(invalid="ignore"):  # nothing of a piece that may not be used is no number
        ahead = at_node[roads.u[edge]] + np.where(share == 0, 0, share * roads.forward[edge])
        back = at_node[roads.v[edge]] + np.where(share == 1, 0, (1 - share) * roads.backward[edge])
    times = np.fmin(ahead, back)
    reached = times <= cutoff_s
    spots = shapely.line_interpolate_point(network.lines_m[edge[reached]], share[reached], normalized=True)
    radius = np.clip((cutoff_s - times[reached]) / pace_s, BAND_M, WALK_LIMIT_M)
    return shapely.union_all(shapely.buffer(spots, radius))


def shares_along(parts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the piece of each point and the share before it, for pieces cut into so many equal parts."""
    piece = np.repeat(np.arange(len(parts)), parts + 1)
    first = np.cumsum(parts + 1) - (parts + 1)
    return piece, (np.arange(len(piece)) - first[piece]) / parts[piece]
