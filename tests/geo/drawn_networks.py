"""Small networks drawn by hand on a plane of metres, so that every answer can be worked out on paper."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import to_degrees, to_metres
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile

EPSG = 6678
CORNER = to_metres(np.array([[141.5, 39.3]]), EPSG)[0]
# 36 km/h is 10 m/s: seconds are metres divided by ten; tracks take twice as long. On foot to the road: 1 m/s.
CAR = Profile("drawn-car", {"road": 36.0, "track": 18.0}, access_speed_kmh=3.6, max_snap_m=200.0)
SNOW = Profile("drawn-snow", {"road": 24.0, "track": 18.0}, access_speed_kmh=3.6, max_snap_m=200.0)
FOOT = Profile("drawn-foot", {"road": 3.6, "track": 3.6}, ignores_oneway=True, access_speed_kmh=3.6, max_snap_m=200.0)


def at(*places: Sequence[float]) -> NDArray[np.float64]:
    """Return places given as east and north in metres as lon, lat."""
    return to_degrees(CORNER + np.array(places, dtype=float).reshape(-1, 2), EPSG)


def draw(
    *edges: tuple[int, int, Sequence[Sequence[float]]], oneway: Sequence[int] = (), tracks: Sequence[int] = ()
) -> RoadNetwork:
    """Return a network of edges (from node, to node, points in metres); some of them one-way, some of them tracks."""
    lines = [shapely.LineString(np.array(points, dtype=float)) for _, _, points in edges]
    table = gpd.GeoDataFrame(
        {
            "u": [edge[0] for edge in edges],
            "v": [edge[1] for edge in edges],
            "highway": ["track" if i in tracks else "road" for i in range(len(edges))],
            "oneway": [i in oneway for i in range(len(edges))],
            "length_m": [line.length for line in lines],
        },
        geometry=[shapely.LineString(at(*line.coords)) for line in lines],
    )
    return RoadNetwork.from_edges(table, name="drawn")
