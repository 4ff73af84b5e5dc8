"""Areas reached within a travel time.

Roads are cut where the time is up; around them lies what can be walked from the road in the time that is left, up to
`WALK_LIMIT_M`. The picture is drawn from a raster of travel times, so that areas of longer times contain those of
shorter ones by construction.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import contourpy
import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.crs import to_degrees
from geo.profiles import CAR, Profile
from geo.road_network import RoadNetwork
from geo.snapping import Snapped, snap
from geo.travel_time import edge_seconds, node_times

Floats = NDArray[np.float64]
CELL_M = 100.0
WALK_LIMIT_M = 300.0
# Distance between the points that stand for a road; a quarter of the walk, so that no gap shows.
STEP_M = 50.0
MARGIN_M = WALK_LIMIT_M + 3 * CELL_M


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
        If there is no cutoff, or one is negative or not finite.
    """
    if not len(cutoffs_s) or not all(np.isfinite(cutoff) and cutoff >= 0 for cutoff in cutoffs_s):
        raise ValueError(f"Cutoffs must be finite numbers of seconds not below 0, but are {list(cutoffs_s)}.")
    places = origins if isinstance(origins, Snapped) else snap(network, origins, profile)
    seconds = edge_seconds(network, profile, closed)
    nodes = node_times(network, places, profile, closed=closed)
    rows: list[tuple[int, float, shapely.MultiPolygon]] = []
    for origin in range(len(places)):
        spots, times = _reached_points(network, nodes[origin], seconds, max(cutoffs_s))
        areas = _areas(spots, times, cutoffs_s, profile, network.metric_epsg)
        rows += [(origin, cutoff, area) for cutoff, area in zip(cutoffs_s, areas, strict=True)]
    frame = {"origin": [row[0] for row in rows], "cutoff_s": [row[1] for row in rows]}
    return gpd.GeoDataFrame(frame, geometry=[row[2] for row in rows], crs=4326)


def reached_roads(
    network: RoadNetwork, node_s: Floats, seconds: tuple[Floats, Floats], cutoff_s: float
) -> NDArray[np.object_]:
    """Return the roads reached within a cutoff, cut where the time is up.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    node_s : (n_nodes,) array of float64
        Travel time to each node, see `geo.travel_time.node_times`.
    seconds : pair of (m,) arrays of float64
        Travel time along each piece and against it, see `geo.travel_time.edge_seconds`.
    cutoff_s : float
        Seconds, inclusive.

    Returns
    -------
    (k,) array of LineString
        In metres, on the network's plane zone.
    """
    from_u, from_v = _reach(network, node_s, seconds, cutoff_s)
    lines = network.lines_m
    whole = (from_u + from_v >= 1) & np.isfinite(np.minimum(*seconds))
    heads = np.flatnonzero(~whole & (from_u > 0))
    tails = np.flatnonzero(~whole & (from_v > 0))
    return np.concatenate(
        [
            lines[whole],
            np.array([shapely.ops.substring(lines[i], 0, from_u[i], normalized=True) for i in heads], dtype=object),
            np.array([shapely.ops.substring(lines[i], 1 - from_v[i], 1, normalized=True) for i in tails], dtype=object),
        ]
    )


def _reach(
    network: RoadNetwork, node_s: Floats, seconds: tuple[Floats, Floats], cutoff_s: float
) -> tuple[Floats, Floats]:
    """Return the share of each piece that is reached from its beginning and from its end, 0 to 1."""
    shares = []
    for node, time in ((network.u, seconds[0]), (network.v, seconds[1])):
        left = cutoff_s - node_s[node]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(time > 0, left / time, np.inf)
        shares.append(np.where((left >= 0) & np.isfinite(time), np.clip(share, 0, 1), 0.0))
    return shares[0], shares[1]


def _reached_points(
    network: RoadNetwork, node_s: Floats, seconds: tuple[Floats, Floats], cutoff_s: float
) -> tuple[Floats, Floats]:
    """Return points along the reached roads in metres, and the travel time to each."""
    from_u, from_v = _reach(network, node_s, seconds, cutoff_s)
    edge = np.flatnonzero((from_u > 0) | (from_v > 0))
    count = np.maximum(np.ceil(network.length_m[edge] / STEP_M).astype(np.int64), 1) + 1
    which = np.repeat(np.arange(len(edge)), count)
    position = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    share = position / (count[which] - 1)
    piece = edge[which]
    # What cannot be travelled stays at inf; a share of it is no number.
    with np.errstate(invalid="ignore"):
        ahead = node_s[network.u[piece]] + share * seconds[0][piece]
        back = node_s[network.v[piece]] + (1 - share) * seconds[1][piece]
    times = np.fmin(np.nan_to_num(ahead, nan=np.inf), np.nan_to_num(back, nan=np.inf))
    near = times <= cutoff_s
    spots = shapely.line_interpolate_point(network.lines_m[piece[near]], share[near], normalized=True)
    return shapely.get_coordinates(spots), times[near]


def _areas(
    spots: Floats, times: Floats, cutoffs_s: Sequence[float], profile: Profile, epsg: int
) -> list[shapely.MultiPolygon]:
    if len(spots) == 0:
        return [shapely.MultiPolygon()] * len(cutoffs_s)
    east, north, raster = _raster(spots, times, profile)
    drawn = contourpy.contour_generator(east, north, raster, fill_type=contourpy.FillType.OuterOffset)
    areas: dict[float, shapely.MultiPolygon] = {}
    inner: shapely.MultiPolygon | None = None
    for cutoff in sorted(set(cutoffs_s)):
        area = _polygons(drawn.filled(-1.0, max(cutoff, 1e-6)), epsg)
        # Contours nest but for the rounding of coordinates; the union makes it exact.
        inner = area if inner is None else _multi(shapely.union_all([area, inner]))
        areas[cutoff] = inner
    return [areas[cutoff] for cutoff in cutoffs_s]


def _raster(spots: Floats, times: Floats, profile: Profile) -> tuple[Floats, Floats, Floats]:
    """Return the axes of a grid and the time to reach each of its points on foot from the roads."""
    low = np.floor((spots.min(axis=0) - MARGIN_M) / CELL_M) * CELL_M
    high = np.ceil((spots.max(axis=0) + MARGIN_M) / CELL_M) * CELL_M
    east, north = (np.arange(low[i], high[i] + CELL_M / 2, CELL_M) for i in (0, 1))
    grid = np.column_stack([axis.ravel() for axis in np.meshgrid(east, north)])
    tree = cKDTree(spots)
    # The nearest point need not be the fastest: the best of the nearest few is.
    metres, nearest = tree.query(grid, k=min(8, len(spots)), distance_upper_bound=WALK_LIMIT_M + CELL_M)
    metres, nearest = np.asarray(metres).reshape(len(grid), -1), np.asarray(nearest).reshape(len(grid), -1)
    walked = np.append(times, np.inf)[nearest] + profile.access_seconds(np.minimum(metres, WALK_LIMIT_M))
    best = walked.min(axis=1)
    # Beyond the walk the surface rises steeply, so that the border lies where the walk ends.
    beyond = np.clip(metres[:, 0] - WALK_LIMIT_M, 0, None)
    best = np.where(np.isfinite(best), best + beyond * STEEP, FAR)
    return east, north, np.minimum(best, FAR).reshape(len(north), len(east))


STEEP = 1e4
FAR = 1e6


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
