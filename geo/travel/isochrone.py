"""Areas reached within a travel time.

A road is reached up to where the time is up; around it lies what can be walked from there in a straight line in the
time that is left, up to `WALK_LIMIT_M` and at least `BAND_M`, so that no reached road is lost between grid points. The
border is drawn on a grid of `CELL_M`. The area of a longer time contains that of a shorter one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import contourpy
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.compiled import compiled
from geo.crs import to_degrees, to_metres
from geo.roads.network import RoadNetwork
from geo.roads.points import road_points
from geo.roads.profiles import CAR, Profile
from geo.roads.snapping import Snapped, snap
from geo.travel.road_times import part_seconds
from geo.travel.travel_time import edge_seconds, node_times

if TYPE_CHECKING:
    import geopandas as gpd

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
CELL_M = 100.0
WALK_LIMIT_M = 300.0
# Half the diagonal of a grid square: a point in its middle still takes in its corners.
BAND_M = CELL_M * 0.5**0.5
# A grid point next to the border lies at most this far from the road point that decides about it.
WINDOW_M = WALK_LIMIT_M + CELL_M
# Grid points on a line of twice that length.
WINDOW = int(2 * WINDOW_M / CELL_M)
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
        Edges that may not be used.

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
    import geopandas as gpd  # noqa: PLC0415  (60 MB of tables, which `isochrone_shapes` does without)

    shapes = isochrone_shapes(network, origins, cutoffs_s, profile=profile, closed=closed)
    frame = {
        "origin": np.repeat(np.arange(len(shapes)), len(cutoffs_s)),
        "cutoff_s": list(cutoffs_s) * len(shapes),
    }
    return gpd.GeoDataFrame(frame, geometry=[shape for row in shapes for shape in row], crs=4326)


def isochrone_shapes(
    network: RoadNetwork,
    origins: ArrayLike | Snapped,
    cutoffs_s: Sequence[float],
    *,
    profile: Profile = CAR,
    closed: ArrayLike = (),
) -> list[list[shapely.MultiPolygon]]:
    """Return the area that each origin reaches within each cutoff, as shapes alone.

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
        Edges that may not be used.

    Returns
    -------
    list of list of MultiPolygon
        For each origin those of the cutoffs in their order, in EPSG:4326; see `isochrones`.

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
    rows = []
    for origin in range(len(places)):
        spots, times = _reached_points(roads, nodes[origin], places[[origin]], max(cutoffs_s), pace)
        rows.append(list(_areas(spots, times, cutoffs_s, pace, network.metric_epsg)))
    return rows


@dataclass(frozen=True, eq=False)
class _Roads:
    """A network with the seconds along each edge and against it."""

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
    points = road_points(network)
    number, edge = points.of(np.flatnonzero(is_near))
    share = points.share[number]
    ahead = node_s[network.u[edge]] + part_seconds(share, roads.forward[edge])
    back = node_s[network.v[edge]] + part_seconds(1 - share, roads.backward[edge])
    times = np.minimum(ahead, back)
    # On its own edge a place gets about without touching a node, and stands itself between the points.
    mine = np.flatnonzero(edge == own)
    further = share[mine] - place.share[0]
    direct = np.where(
        further >= 0, part_seconds(further, roads.forward[own]), part_seconds(-further, roads.backward[own])
    )
    times[mine] = np.minimum(times[mine], walk + direct)
    on_time = times <= latest_s
    spots, times = points.xy[number[on_time]], times[on_time]
    if walk <= latest_s:
        foot = to_metres(place.lonlat, network.metric_epsg)
        spots, times = np.concatenate([spots, foot]), np.append(times, walk)
    return spots, times


def _areas(
    spots: Floats, times: Floats, cutoffs_s: Sequence[float], pace: float, epsg: int
) -> list[shapely.MultiPolygon]:
    areas: dict[float, shapely.MultiPolygon] = {}
    inner = shapely.MultiPolygon()
    for cutoff in sorted(set(cutoffs_s)):
        near = times <= cutoff
        # How far one may walk from each point in the time that is left.
        left = np.clip((cutoff - times[near]) / pace, BAND_M, WALK_LIMIT_M)
        area = _area(spots[near], left, epsg)
        # Contours nest but for the rounding of coordinates; the union makes it exact.
        inner = area if inner.is_empty else _multi(shapely.union_all([area, inner]))
        areas[cutoff] = inner
    return [areas[cutoff] for cutoff in cutoffs_s]


def _area(spots: Floats, left: Floats, epsg: int) -> shapely.MultiPolygon:
    """Return what lies no farther from one of the points than may be walked from it."""
    if len(spots) == 0:
        return shapely.MultiPolygon()
    east, north, raster = _raster(spots, left)
    drawn = contourpy.contour_generator(east, north, raster, fill_type=contourpy.FillType.ChunkCombinedOffsetOffset)
    return _polygons(drawn.filled(-FAR, 0.0), epsg)


def _raster(spots: Floats, left: Floats) -> tuple[Floats, Floats, Singles]:
    """Return the axes of a grid, and for each of its points how many metres are missing to reach it; below 0: none."""
    # Around each point the grid points less than `WINDOW_M` to the west and south, and as many to the east and north.
    first = np.ceil((spots - WINDOW_M) / CELL_M).astype(np.int64)
    # Beyond what any point reaches lies a rim that none reaches, so that every border closes.
    # Column by column: over pairs numpy takes twenty times as long.
    low = np.array([column.min() for column in first.T]) - 1
    high = np.array([column.max() for column in first.T]) + WINDOW
    width, height = high - low + 1
    missing = np.full((height, width), FAR, dtype=np.float32)
    _take_least(missing, first - low, (spots - first * CELL_M).astype(np.float32), left.astype(np.float32))
    east, north = (np.arange(low[i], high[i] + 1) * CELL_M for i in (0, 1))
    return east, north, missing


@compiled
def _take_least(missing: Singles, corner: Ints, within: Singles, left: Singles) -> None:
    """Write around each point how far grid points are from it, less what may be walked, where that is the least.

    Of a grid point next to one that is reached, no point decides that is a square's side farther than may be walked.
    """
    side = np.float32(CELL_M)
    ahead = side * np.arange(WINDOW).astype(np.float32)
    for i in range(len(left)):
        east, walk = within[i, 0], left[i]  # out of the arrays, so that the inner loop becomes one of vectors
        for up in range(WINDOW):
            north = within[i, 1] - ahead[up]
            if abs(north) > walk + side:
                continue
            line = missing[corner[i, 1] + up, corner[i, 0] : corner[i, 0] + WINDOW]
            for right in range(WINDOW):
                across = east - ahead[right]
                metres = np.sqrt(across * across + north * north) - walk
                line[right] = min(line[right], metres)


def _polygons(filled: Any, epsg: int) -> shapely.MultiPolygon:
    """Return what is filled as polygons in degrees: all points, where each ring begins, where each polygon begins."""
    (points,), (rings,), (outer,) = filled
    if points is None:
        return shapely.MultiPolygon()
    offsets = rings.astype(np.int64), outer.astype(np.int64), np.array([0, len(outer) - 1])
    drawn = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, to_degrees(points, epsg), offsets)[0]
    return drawn if shapely.is_valid(drawn) else _multi(shapely.make_valid(drawn))


def _multi(shape: shapely.Geometry) -> shapely.MultiPolygon:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.MultiPolygon([piece for part in parts for piece in shapely.get_parts(part)])
