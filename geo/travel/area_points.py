"""Areas with people, such as census areas → the point at which each of them is reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.crs import to_degrees, to_metres
from geo.roads.access import access_edges
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile
from geo.roads.snapping import Snapped, as_points, snap
from geo.travel.road_times import edge_seconds


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
        Whether the area is reached on a road inside it, because its own point lies too far from any, or at one that
        leads less far.
    """

    places: Snapped
    own_distance_m: NDArray[np.float64]
    is_moved: NDArray[np.bool_]


def area_points(
    network: RoadNetwork, points: ArrayLike, shapes: NDArray[np.object_] | None, profile: Profile
) -> AreaPoints:
    """Return where each area is reached.

    The middle of a large area often is a mountain, while its people live along the roads. An area whose own point lies
    too far from a usable road is therefore reached at the point of the roads inside it that is nearest to its own. So
    is one whose point lies at a road that is cut off, such as a farm track, where roads inside it lead farther: of all
    roads inside, those count that are joined both ways to most kilometres.

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
    roads = _UsableRoads.of(network, profile)
    joined_m = np.where(places.is_snapped, roads.joined_m[places.edge], 0.0)
    for i in np.flatnonzero(np.isfinite(places.distance_m) & (joined_m < roads.joined_m.max(initial=0.0))):
        moved[i] = roads.inside(shapes[i], own[i], joined_m[i])
    is_moved = (moved != own).any(axis=1)
    return AreaPoints(snap(network, moved, profile), places.distance_m, is_moved)


@dataclass(frozen=True, eq=False)
class _UsableRoads:
    """Edges on which trips may end, the box of each in metres, and how many metres of roads it is joined to.

    `joined_m` has an entry for each edge of the network, as places name them.
    """

    network: RoadNetwork
    edges: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    joined_m: NDArray[np.float64]

    @classmethod
    def of(cls, network: RoadNetwork, profile: Profile) -> _UsableRoads:
        edges = np.flatnonzero(access_edges(network, profile))
        low = np.minimum.reduceat(network.coords_m, network.offsets[:-1])
        high = np.maximum.reduceat(network.coords_m, network.offsets[:-1])
        return cls(network, edges, low[edges], high[edges], joined_m(network, profile))

    def inside(
        self, shape: shapely.Geometry | None, point: NDArray[np.float64], joined_m: float
    ) -> NDArray[np.float64]:
        """Return the nearest point on those roads inside a shape that are joined to most others.

        The point itself where none is joined to more than `joined_m`.
        """
        if shape is None or shapely.is_empty(shape):
            return point
        epsg = self.network.metric_epsg
        area = shapely.make_valid(shapely.transform(shape, lambda xy: to_metres(xy, epsg)))
        west, south, east, north = area.bounds
        near = ((self.low <= (east, north)) & (self.high >= (west, south))).all(axis=1)
        roads = shapely.intersection(self._lines(self.edges[near]), area)
        is_inside = ~shapely.is_empty(roads)
        roads, length_m = roads[is_inside], self.joined_m[self.edges[near][is_inside]]
        if length_m.max(initial=0.0) <= joined_m:
            return point
        roads = roads[length_m == length_m.max()]
        middle = shapely.Point(to_metres(point[None], epsg)[0])
        nearest = roads[np.argmin(shapely.distance(roads, middle))]
        on_road = shapely.get_coordinates(shapely.shortest_line(nearest, middle))
        found: NDArray[np.float64] = to_degrees(on_road, epsg)[0]
        return found

    def _lines(self, edges: NDArray[np.int64]) -> NDArray[np.object_]:
        points, offsets = self.network.coords_m, self.network.offsets
        return np.array([shapely.LineString(points[offsets[i] : offsets[i + 1]]) for i in edges], dtype=object)


def joined_m(network: RoadNetwork, profile: Profile) -> NDArray[np.float64]:
    """Return for each edge the metres of usable road that one can drive to from it and back, its own included.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    profile : Profile
        Which roads may be used, and in which direction.

    Returns
    -------
    (n_edges,) array of float64
        Metres; 0 for an edge that may not be used.
    """
    forward, backward = np.isfinite(edge_seconds(network, profile))
    tail = np.concatenate([network.u[forward], network.v[backward]])
    head = np.concatenate([network.v[forward], network.u[backward]])
    arcs = coo_array((np.ones(len(tail)), (tail, head)), shape=(network.node_count, network.node_count))
    count, part = connected_components(arcs, directed=True, connection="strong")
    usable, own_m = forward | backward, network.length_m
    is_within = usable & (part[network.u] == part[network.v])
    metres = np.bincount(part[network.u[is_within]], weights=own_m[is_within], minlength=count)
    return np.where(is_within, metres[part[network.u]], np.where(usable, own_m, 0.0))
