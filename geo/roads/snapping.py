"""Places → the nearest point of the nearest road on which a trip may begin or end."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from geo.crs import to_degrees, to_metres
from geo.roads.access import access_edges, usable_edges
from geo.roads.grid import Nearest, nearest_roads, road_grid
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile

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
        Edge, or -1 where none is near enough.
    share : (n,) array of float64
        Part of the edge between its beginning and the place, 0 to 1; NaN where there is no edge.
    distance_m : (n,) array of float64
        Straight distance to the nearest road on which a trip may begin, also where it is too far; inf where there is
        none at all, and for places on the other side of the globe.
    lonlat : (n, 2) array of float64
        Nearest point on the road in degrees, NaN where there is no edge.
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

    def joined(self, other: Snapped) -> Snapped:
        """Return these places and then those of another.

        Parameters
        ----------
        other : Snapped
            On the same network, for the same profile.

        Returns
        -------
        Snapped
            All places.

        Raises
        ------
        ValueError
            If they were snapped to different networks or for different profiles.
        """
        if (self.fingerprint, self.profile) != (other.fingerprint, other.profile):
            raise ValueError("The places were snapped to different networks or for different profiles.")
        return Snapped(
            self.fingerprint,
            self.profile,
            np.concatenate([self.edge, other.edge]),
            np.concatenate([self.share, other.share]),
            np.concatenate([self.distance_m, other.distance_m]),
            np.concatenate([self.lonlat, other.lonlat]),
        )

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


def snap(network: RoadNetwork, points: ArrayLike | Snapped, profile: Profile) -> Snapped:
    """Return the nearest point of the nearest edge on which a trip may begin or end, for each place.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    points : (n, 2) array_like of float, or Snapped
        lon, lat in degrees; or places that were snapped to this network with this profile before, returned as they are.
    profile : Profile
        On which edges trips may begin and end (`geo.roads.access.access_edges`), and how far away one may lie
        (``max_snap_m``, inclusive).

    Returns
    -------
    Snapped
        One row for each place. Edges within `EQUAL_M` of the nearest count as equally near: of these, one that ends
        there (the place lies at a node) comes before one that passes over, then the first in the network's order.
        A place within `EQUAL_M` of an edge's end lies at the node: its share is exactly 0 or 1.
        A place within `EQUAL_M` of a node of any usable edge is there, also where trips else only pass through; where
        no edge is near enough, the nearest dead end of one that trips else only pass through counts.

    Raises
    ------
    ValueError
        If a place is not a point on the globe, or snapped places belong to another network or profile.
    """
    if isinstance(points, Snapped):
        return _of(network, points, profile)
    places = as_points(points)
    is_usable = access_edges(network, profile)
    edge = np.full(len(places), -1, dtype=np.int64)
    share = np.full(len(places), np.nan)
    distance = np.full(len(places), np.inf)
    feet = np.full((len(places), 2), np.nan)
    metric = to_metres(places, network.metric_epsg)
    # The plane of a city does not reach round the globe: what has no place on it is at no distance.
    flat = np.flatnonzero(np.isfinite(metric).all(axis=1))
    if len(flat) and is_usable.any():
        grid = road_grid(network, is_usable)
        edge[flat], distance[flat], share[flat], feet[flat] = nearest_roads(grid, metric[flat], EQUAL_M)
        far = distance > profile.max_snap_m
        edge[far], share[far], feet[far] = -1, np.nan, np.nan
    _at_ends(network, profile, metric, Nearest(edge, distance, share, feet))
    return Snapped(network.fingerprint, profile.name, edge, share, distance, to_degrees(feet, network.metric_epsg))


class _Ends(NamedTuple):
    """Ends of edges that trips only pass through: a tree of their places, the edge and share, and whether dead."""

    tree: KDTree
    edge: NDArray[np.int64]
    share: NDArray[np.float64]
    is_dead: NDArray[np.bool_]


_kept: weakref.WeakKeyDictionary[RoadNetwork, dict[bytes, _Ends]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def _through_ends(network: RoadNetwork, is_through: NDArray[np.bool_]) -> _Ends:
    key = np.packbits(is_through).tobytes()
    with _lock:
        kept = _kept.setdefault(network, {})
        if key not in kept:
            through = np.flatnonzero(is_through)
            nodes = np.concatenate([network.u[through], network.v[through]])
            share = np.repeat([0.0, 1.0], len(through))
            is_dead = network.node_degree[nodes] == 1
            kept[key] = _Ends(KDTree(network.node_xy[nodes]), np.concatenate([through, through]), share, is_dead)
        return kept[key]


def _at_ends(network: RoadNetwork, profile: Profile, metric: NDArray[np.float64], found: Nearest) -> None:
    """Put places on an end of an edge that trips else only pass through: who stands at its node, or has no other road.

    Who is at a node is there, whatever meets at it. Where no other road is near enough and the edge ends, it goes on
    outside of what the network covers, or whoever comes along it gets out there.
    """
    is_through = usable_edges(network, profile) & ~access_edges(network, profile)
    beside = np.flatnonzero((found.metres > EQUAL_M) & np.isfinite(metric).all(axis=1))
    if not len(beside) or not is_through.any():
        return
    ends = _through_ends(network, is_through)
    distance, which = (np.asarray(answer) for answer in ends.tree.query(metric[beside]))
    at_node = distance <= EQUAL_M
    _put(found, beside[at_node], ends, which[at_node])
    lost = np.setdiff1d(beside[found.edge[beside] < 0], beside[at_node])
    dead = np.flatnonzero(ends.is_dead)
    if len(lost) and len(dead):
        distance, which = (np.asarray(answer) for answer in KDTree(ends.tree.data[dead]).query(metric[lost]))
        near = distance <= profile.max_snap_m
        _put(found, lost[near], ends, dead[which[near]])
        found.metres[lost[near]] = distance[near]


def _put(found: Nearest, rows: NDArray[np.int64], ends: _Ends, which: NDArray[np.int64]) -> None:
    found.edge[rows], found.share[rows] = ends.edge[which], ends.share[which]
    found.metres[rows], found.foot[rows] = 0.0, ends.tree.data[which]


def _of(network: RoadNetwork, places: Snapped, profile: Profile) -> Snapped:
    if places.fingerprint != network.fingerprint or places.profile != profile.name:
        raise ValueError(f"The places were snapped to another network or for {places.profile!r}, not {profile.name!r}.")
    return places
