"""A place that is known only within some distance → where on the roads it may be."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.crs import to_degrees, to_metres
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile
from geo.roads.snapping import Snapped, as_points, snap
from geo.travel.area_points import joined_m

# Points of a road are at most this part of the radius apart.
STEPS = 12
# A circle of chords that lie within a thousandth of its radius.
QUARTER_CHORDS = 18

Floats = NDArray[np.float64]


def positions_within(network: RoadNetwork, place: ArrayLike, radius_m: float, profile: Profile) -> Snapped:
    """Return positions on the roads where a place may be that is known only within a radius.

    What people drive from stands by a road: the true place is taken to be on a road in the circle. Of each road these
    are the ends that it has there and points between them, at most a twelfth of the radius apart. A trip's time is
    least and greatest at one of the ends, but for a road that is left by both ends, which has its greatest between
    them, and for a goal on the road itself: there a position is missed by half a step at most. The place itself is one
    of the positions, with its own walk to the road.

    A road must lead somewhere: those count that are joined both ways to no fewer kilometres than that of the place
    itself; where it has none, to most kilometres.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    place : (2,) array_like of float
        lon, lat in degrees.
    radius_m : float
        How far away the true place may lie, metres, inclusive.
    profile : Profile
        Which roads may be used, and how far away one may lie.

    Returns
    -------
    Snapped
        The place first, where it is near a road, then the others; empty where no road is near any position.

    Raises
    ------
    ValueError
        If the place is not a point on the globe, or the radius is negative or no number.
    """
    if not (np.isfinite(radius_m) and radius_m >= 0):
        raise ValueError(f"The radius must be a number of metres, 0 or more, but is {radius_m}.")
    own = as_points(np.asarray(place, dtype=float)[None])
    itself = snap(network, own, profile)
    if radius_m == 0:
        return itself[itself.is_snapped]
    middle = to_metres(own, network.metric_epsg)[0]
    on_roads = _on_roads(network, middle, radius_m, profile)
    others = snap(network, to_degrees(on_roads, network.metric_epsg), profile)
    found = itself.joined(others)
    found = found[found.is_snapped]
    leads_m = joined_m(network, profile)[found.edge]
    least = leads_m[0] if itself.is_snapped[0] else leads_m.max(initial=0.0)
    return found[leads_m >= least]


def _on_roads(network: RoadNetwork, middle: Floats, radius_m: float, profile: Profile) -> Floats:
    """Return for each usable road within the circle the ends that it has there, and points between them."""
    circle = shapely.Point(middle).buffer(radius_m, quad_segs=QUARTER_CHORDS)
    low = np.minimum.reduceat(network.coords_m, network.offsets[:-1])
    high = np.maximum.reduceat(network.coords_m, network.offsets[:-1])
    near = ((low <= middle + radius_m) & (high >= middle - radius_m)).all(axis=1)
    near &= profile.allows(network.highways)[network.highway]
    parts = shapely.get_parts(shapely.intersection(network.lines_m[near], circle))
    parts = parts[(shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) & ~shapely.is_empty(parts)]
    pieces = np.maximum(np.ceil(shapely.length(parts) * STEPS / radius_m), 1).astype(np.int64)
    part = np.repeat(np.arange(len(parts)), pieces + 1)
    first = np.cumsum(pieces + 1) - (pieces + 1)
    share = (np.arange(len(part)) - np.repeat(first, pieces + 1)) / pieces[part]
    found = shapely.get_coordinates(shapely.line_interpolate_point(parts[part], share, normalized=True))
    unique: Floats = np.unique(found, axis=0)
    return unique
