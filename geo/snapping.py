"""Places → the nearest point of the nearest road that a profile may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.crs import to_degrees, to_metres
from geo.profiles import Profile
from geo.road_network import RoadNetwork

# Below this two distances are one: coordinates are kept to about a centimetre.
EQUAL_M = 0.01


@dataclass(frozen=True, eq=False)
class Snapped:
    """Places on a road network.

    Attributes
    ----------
    fingerprint : str
        Of the network that they lie on.
    profile : str
        Name of the profile whose roads were used.
    edge : (n,) array of int64
        Road piece, or -1 where none is near enough.
    share : (n,) array of float64
        Part of the piece between its beginning and the place, 0 to 1; NaN where there is no piece.
    distance_m : (n,) array of float64
        Straight distance to the nearest usable road, also where it is too far; inf where there is none at all, and for
        places on the other side of the globe.
    lonlat : (n, 2) array of float64
        Nearest point on the road in degrees, NaN where there is no piece.
    """

    fingerprint: str
    profile: str
    edge: NDArray[np.int64]
    share: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    lonlat: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.edge)

    @property
    def is_snapped(self) -> NDArray[np.bool_]:
        """Whether each place lies on a road, (n,)."""
        return self.edge >= 0

    def __getitem__(self, index: Sequence[int] | NDArray[np.int64] | NDArray[np.bool_] | slice) -> Snapped:
        """Return some of the places, in the order asked for."""
        return Snapped(
            self.fingerprint,
            self.profile,
            self.edge[index],
            self.share[index],
            self.distance_m[index],
            self.lonlat[index],
        )


def as_points(points: ArrayLike) -> NDArray[np.float64]:
    """Return places as an array of lon, lat, or refuse them.

    Parameters
    ----------
    points : (n, 2) array_like of float
        lon, lat in degrees.

    Returns
    -------
    (n, 2) array of float64
        The same.

    Raises
    ------
    ValueError
        If the shape is another, or a coordinate is no number or lies outside the globe.
    """
    array = np.asarray(points, dtype=float)
    if array.size == 0:
        return np.empty((0, 2))
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"Places must be an array of (lon, lat) rows, but have the shape {array.shape}.")
    bad = ~(np.isfinite(array).all(axis=1) & (np.abs(array[:, 0]) <= 180) & (np.abs(array[:, 1]) <= 90))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        lon, lat = array[first]
        raise ValueError(f"Place {first} is lon {lon}, lat {lat}: not a point on the globe (lon and lat swapped?).")
    return array


def snap(network: RoadNetwork, points: ArrayLike, profile: Profile) -> Snapped:
    """Return the nearest point of the nearest usable road for each place.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    points : (n, 2) array_like of float
        lon, lat in degrees.
    profile : Profile
        Which roads may be used, and how far away one may lie (``max_snap_m``, inclusive).

    Returns
    -------
    Snapped
        One row for each place. Pieces within `EQUAL_M` of the nearest count as equally near: of these, one that ends
        there (the place lies at a node) comes before one that passes over, then the first in the network's order.
        A place within `EQUAL_M` of a piece's end lies at the node: its share is exactly 0 or 1.

    Raises
    ------
    ValueError
        If a place is not a point on the globe.
    """
    places = as_points(points)
    usable = np.flatnonzero(profile.allows(network.highways)[network.highway])
    edge = np.full(len(places), -1, dtype=np.int64)
    share = np.full(len(places), np.nan)
    distance = np.full(len(places), np.inf)
    feet = np.full((len(places), 2), np.nan)
    metric = to_metres(places, network.metric_epsg)
    # The plane of a city does not reach round the globe: what has no place on it is at no distance.
    flat = np.flatnonzero(np.isfinite(metric).all(axis=1))
    if len(flat) and len(usable):
        edge[flat], distance[flat], share[flat] = _nearest(network, usable, metric[flat])
        far = distance > profile.max_snap_m
        edge[far], share[far] = -1, np.nan
        near = edge >= 0
        spots = shapely.line_interpolate_point(network.lines_m[edge[near]], share[near], normalized=True)
        feet[near] = shapely.get_coordinates(spots)
    return Snapped(network.fingerprint, profile.name, edge, share, distance, to_degrees(feet, network.metric_epsg))


def _nearest(
    network: RoadNetwork, usable: NDArray[np.int64], metric: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the nearest piece of each place, the distance to it in metres, and the share of it before the place."""
    lines = network.lines_m[usable]
    tree = shapely.STRtree(lines)
    spots = np.asarray(shapely.points(metric), dtype=object)
    (asked, _), metres = tree.query_nearest(spots, return_distance=True, all_matches=False)
    least = np.empty(len(spots))
    least[asked] = metres
    asked, found = tree.query(spots, predicate="dwithin", distance=least + EQUAL_M)
    share = _share(lines[found], spots[asked])
    order = np.lexsort((found, (share > 0) & (share < 1), asked))
    first = order[np.unique(asked[order], return_index=True)[1]]
    return usable[found[first]], least, share[first]


def _share(lines: NDArray[np.object_], spots: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the part of each line before the point on it that is nearest to a spot; at an end exactly 0 or 1."""
    length = shapely.length(lines)
    along = shapely.line_locate_point(lines, spots)
    # A piece of no length has no share: all of it is its beginning.
    share = np.divide(along, length, out=np.zeros(len(lines)), where=length > 0)
    share[along <= EQUAL_M] = 0.0
    share[(length - along <= EQUAL_M) & (along > EQUAL_M)] = 1.0
    return share
