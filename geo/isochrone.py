"""Areas reached within a travel time.

A road is reached up to where the time is up; around it lies what can be walked from there in a straight line in the
time that is left, up to `WALK_LIMIT_M` and at least `BAND_M`, so that no reached road is lost between grid points. The
border is drawn on a grid of `CELL_M`. The area of a longer time contains that of a shorter one.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import contourpy
import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.crs import to_degrees
from geo.profiles import CAR, Profile
from geo.road_network import RoadNetwork
from geo.road_times import part_seconds
from geo.snapping import Snapped, snap
from geo.travel_time import edge_seconds, node_times

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
CELL_M = 100.0
WALK_LIMIT_M = 300.0
# Half the diagonal of a grid square: a point in its middle still takes in its corners.
BAND_M = CELL_M * 0.5**0.5
# Distance between the points that stand for a road; below the band, so that they leave no gap.
STEP_M = 50.0
# A grid point next to the border lies at most this far from the road point that decides about it.
WINDOW_M = WALK_LIMIT_M + CELL_M
FAR = 1e9


def isochrones(
    network: RoadNetwork,
    origins: ArrayLike | Snapped,
    cutoffs_s: Sequence[float],
    *,
    profile: Profile = CAR,
    closed: ArrayLike = (),
) -> gpd.GeoDataFrame:
    """Return the area that each origin reaches within each cutoff.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    origins : (n, 2) array_like of float, or Snapped
        lon, lat in degrees; or places snapped to this network with this profile.
    cutoffs_s : sequence of float
        Seconds, inclusive, not below 0.
    profile : Profile, optional
        How fast one moves.
    closed : array_like of int, optional
        Road pieces that may not be used.

    Returns
    -------
    GeoDataFrame
        ``origin`` (index), ``cutoff_s``, ``geometry`` (MultiPolygon in EPSG:4326, empty where nothing is reached),
        for each origin in the order of the cutoffs. The area of a longer time contains that of a shorter one.

    Raises
    ------
    ValueError
        If there is no cutoff, one is negative or not finite, or the places are none or belong to another network.
    """
    if not len(cutoffs_s) or not all(np.isfinite(cutoff) and cutoff >= 0 for cutoff in cutoffs_s):
        raise ValueError(f"Cutoffs must be finite numbers of seconds not below 0, but are {list(cutoffs_s)}.")
    places = snap(network, origins, profile)
    roads = _Roads(network, *edge_seconds(network, profile, closed))
    nodes = node_times(network, places, profile, closed=closed)
    pace = float(profile.access_seconds(np.ones(1))[0])
    rows: list[tuple[int, float, shapely.MultiPolygon]] = []
    for origin in range(len(places)):
        spots, times = _reached_points(roads, nodes[origin], places[[origin]], max(cutoffs_s), pace)
        areas = _areas(spots, times, cutoffs_s, pace, network.metric_epsg)
        rows += [(origin, cutoff, area) for cutoff, area in zip(cutoffs_s, areas, strict=True)]
    frame = {"origin": [row[0] for row in rows], "cutoff_s": [row[1] for row in rows]}
    return gpd.GeoDataFrame(frame, geometry=[row[2] for row in rows], crs=4326)


@dataclass(frozen=True, eq=False)
class _Roads:
    """A network with the seconds along each piece and against it."""

    network: RoadNetwork
    forward: Floats
    backward: Floats


def _reached_points(
    roads: _Roads, node_s: Floats, place: Snapped, latest_s: float, pace: float
) -> tuple[Floats, Floats]:
    """Return points along the reached roads in metres, and the travel time to each."""
    if not place.is_snapped[0]:
        return np.empty((0, 2)), np.empty(0)
    network = roads.network
    own, walk = int(place.edge[0]), pace * float(place.distance_m[0])
    is_near = np.minimum(node_s[network.u], node_s[network.v]) <= latest_s
    is_near[own] = True
    piece, share = _points_along(network, np.flatnonzero(is_near))
    ahead = node_s[network.u[piece]] + part_seconds(share, roads.forward[piece])
    back = node_s[network.v[piece]] + part_seconds(1 - share, roads.backward[piece])
    times = np.minimum(ahead, back)
    # On its own piece a place gets about without touching a node, and stands itself between the points.
    mine = np.flatnonzero(piece == own)
    further = share[mine] - place.share[0]
    direct = np.where(
        further >= 0, part_seconds(further, roads.forward[own]), part_seconds(-further, roads.backward[own])
    )
    times[mine] = np.minimum(times[mine], walk + direct)
    piece, share, times = np.append(piece, own), np.append(share, place.share[0]), np.append(times, walk)
    near = times <= latest_s
    spots = shapely.line_interpolate_point(network.lines_m[piece[near]], share[near], normalized=True)
    return shapely.get_coordinates(spots), times[near]


def _points_along(network: RoadNetwork, pieces: Ints) -> tuple[Ints, Floats]:
    """Return points at equal distances along pieces, from end to end: the piece of each, and the share before it."""
    count = np.maximum(np.ceil(shapely.length(network.lines_m[pieces]) / STEP_M).astype(np.int64), 1) + 1
    which = np.repeat(np.arange(len(pieces)), count)
    position = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    return pieces[which], position / (count[which] - 1)


def _areas(
    spots: Floats, times: Floats, cutoffs_s: Sequence[float], pace: float, epsg: int
) -> list[shapely.MultiPolygon]:
    areas: dict[float, shapely.MultiPolygon] = {}
    inner = shapely.MultiPolygon()
    for cutoff in sorted(set(cutoffs_s)):
        near = times <= cutoff
        # How far one may walk from each point in the time that is left.
        left = np.clip((cutoff - times[near]) / pace, BAND_M, WALK_LIMIT_M)
        # Contours nest but for the rounding of coordinates; the union makes it exact.
        inner = _multi(shapely.union_all([_area(spots[near], left, epsg), inner]))
        areas[cutoff] = inner
    return [areas[cutoff] for cutoff in cutoffs_s]


def _area(spots: Floats, left: Floats, epsg: int) -> shapely.MultiPolygon:
    """Return what lies no farther from one of the points than may be walked from it."""
    if len(spots) == 0:
        return shapely.MultiPolygon()
    east, north, raster = _raster(spots, left)
    drawn = contourpy.contour_generator(east, north, raster, fill_type=contourpy.FillType.OuterOffset)
    return _polygons(drawn.filled(-FAR, 0.0), epsg)


def _raster(spots: Floats, left: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the axes of a grid, and for each of its points how many metres are missing to reach it; below 0: none."""
    reach = int(WINDOW_M / CELL_M)
    index = np.floor(spots / CELL_M).astype(np.int64)
    # Beyond what any point reaches lies a rim that none reaches, so that every border closes.
    low, high = index.min(axis=0) - reach - 1, index.max(axis=0) + reach + 2
    width, height = high - low + 1
    missing = np.full(width * height, FAR)
    first, within = (index - low) @ np.array([1, width]), spots - index * CELL_M
    for right, up in itertools.product(range(-reach, reach + 2), repeat=2):
        metres = np.hypot(within[:, 0] - right * CELL_M, within[:, 1] - up * CELL_M)
        near = metres <= WINDOW_M
        np.minimum.at(missing, first[near] + (right + up * width), (metres - left)[near])
    east, north = (np.arange(low[i], high[i] + 1) * CELL_M for i in (0, 1))
    return east, north, missing.reshape(height, width)


def _polygons(filled: Any, epsg: int) -> shapely.MultiPolygon:
    polygons = []
    for points, offsets in zip(*filled, strict=True):
        degrees = to_degrees(points, epsg)
        rings = [degrees[a:b] for a, b in itertools.pairwise(offsets)]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return _multi(shapely.make_valid(shapely.MultiPolygon(polygons)))


def _multi(shape: shapely.Geometry) -> shapely.MultiPolygon:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.MultiPolygon([piece for part in parts for piece in shapely.get_parts(part)])
