"""Areas with people, such as census areas → the point at which each of them is reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.crs import to_degrees, to_metres
from geo.profiles import Profile
from geo.road_network import RoadNetwork
from geo.snapping import Snapped, as_points, snap


@dataclass(frozen=True, eq=False)
class AreaPoints:
    """Where areas are reached.

    Attributes
    ----------
    places : Snapped
        One place for each area; off the network where no usable road is near its point or inside it.
    own_distance_m : (n,) array of float64
        Straight distance from the area's own point to the nearest usable road, as in `Snapped`.
    is_moved : (n,) array of bool
        Whether the area is reached on a road inside it, because its own point lies too far from any.
    """

    places: Snapped
    own_distance_m: NDArray[np.float64]
    is_moved: NDArray[np.bool_]


def area_points(
    network: RoadNetwork, points: ArrayLike, shapes: NDArray[np.object_] | None, profile: Profile
) -> AreaPoints:
    """Return where each area is reached.

    The middle of a large area often is a mountain, while its people live along the roads. An area whose own point lies
    too far from a usable road is therefore reached at the point of the roads inside it that is nearest to its own.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    points : (n, 2) array_like of float
        lon, lat in degrees of a point that stands for each area.
    shapes : (n,) array of Polygon or MultiPolygon in EPSG:4326, or None
        The areas; None where only points are known, for all or for some of them.
    profile : Profile
        Which roads may be used, and how far away one may lie.

    Returns
    -------
    AreaPoints
        One for each area, in the same order.

    Raises
    ------
    ValueError
        If a point is not on the globe, or there are more or fewer shapes than points.
    """
    own = as_points(points)
    places = snap(network, own, profile)
    if shapes is None:
        return AreaPoints(places, places.distance_m, np.zeros(len(own), dtype=bool))
    if len(shapes) != len(own):
        raise ValueError(f"There are {len(shapes)} shapes for {len(own)} points.")
    moved = own.copy()
    far = np.flatnonzero(~places.is_snapped & np.isfinite(places.distance_m))
    if len(far):
        roads = _UsableRoads.of(network, profile)
        for i in far:
            moved[i] = roads.inside(shapes[i], own[i])
    is_moved = (moved != own).any(axis=1)
    return AreaPoints(snap(network, moved, profile), places.distance_m, is_moved)


@dataclass(frozen=True, eq=False)
class _UsableRoads:
    """Road pieces that a profile may use, and the box of each in metres."""

    network: RoadNetwork
    pieces: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(cls, network: RoadNetwork, profile: Profile) -> _UsableRoads:
        pieces = np.flatnonzero(profile.allows(network.highways)[network.highway])
        low = np.minimum.reduceat(network.coords_m, network.offsets[:-1])
        high = np.maximum.reduceat(network.coords_m, network.offsets[:-1])
        return cls(network, pieces, low[pieces], high[pieces])

    def inside(self, shape: shapely.Geometry | None, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the point on roads inside a shape that is nearest to a point, the point itself where there is none."""
        if shape is None or shapely.is_empty(shape):
            return point
        epsg = self.network.metric_epsg
        area = shapely.make_valid(shapely.transform(shape, lambda xy: to_metres(xy, epsg)))
        west, south, east, north = area.bounds
        near = ((self.low <= (east, north)) & (self.high >= (west, south))).all(axis=1)
        roads = shapely.intersection(self._lines(self.pieces[near]), area)
        roads = roads[~shapely.is_empty(roads)]
        if not len(roads):
            return point
        middle = shapely.Point(to_metres(point[None], epsg)[0])
        nearest = roads[np.argmin(shapely.distance(roads, middle))]
        on_road = shapely.get_coordinates(shapely.shortest_line(nearest, middle))
        found: NDArray[np.float64] = to_degrees(on_road, epsg)[0]
        return found

    def _lines(self, pieces: NDArray[np.int64]) -> NDArray[np.object_]:
        points, offsets = self.network.coords_m, self.network.offsets
        return np.array([shapely.LineString(points[offsets[i] : offsets[i + 1]]) for i in pieces], dtype=object)
