"""Travel times between places on a road network, in seconds.

A trip is the walk from the origin to the road, the share of the first piece, whole pieces, the share of the last piece,
and the walk from the road to the destination.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.profiles import CAR, Profile
from geo.road_network import RoadNetwork
from geo.snapping import Snapped, snap

Seconds = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = ArrayLike | Snapped
# Origins searched at once: bounds the dense rows of the search to a few hundred megabytes for a prefecture.
CHUNK = 256


def travel_time_matrix(
    network: RoadNetwork,
    origins: Places,
    destinations: Places,
    *,
    profile: Profile = CAR,
    cutoff_s: float = np.inf,
    closed: ArrayLike = (),
) -> Seconds:
    """Return the travel time from every origin to every destination.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    origins, destinations : (n, 2) array_like of float, or Snapped
        lon, lat in degrees; or places that were snapped to this network with this profile before.
    profile : Profile, optional
        How fast one moves.
    cutoff_s : float, optional
        Longest travel time considered, seconds, inclusive.
    closed : array_like of int, optional
        Road pieces that may not be used; a place on one of them is not reached, unless it lies at the piece's end.

    Returns
    -------
    (n_origins, n_destinations) array of float32
        Seconds; inf where the destination is not reached.

    Raises
    ------
    ValueError
        If a place is not a point on the globe, the cutoff is negative or no number, or snapped places belong to another
        network or profile.
    """
    start, end = _snapped(network, origins, profile), _snapped(network, destinations, profile)
    times = np.full((len(start), len(end)), np.inf, dtype=np.float32)
    for rows, chunk in _trips(network, start, end, profile, closed):
        times[rows] = chunk
    times[times > _checked_cutoff(cutoff_s)] = np.inf
    return times


def nearest_origin(
    network: RoadNetwork,
    origins: Places,
    destinations: Places,
    *,
    profile: Profile = CAR,
    cutoff_s: float = np.inf,
    closed: ArrayLike = (),
) -> tuple[Seconds, Ints]:
    """Return for every destination the time from the origin that is there first.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    origins, destinations : (n, 2) array_like of float, or Snapped
        As in `travel_time_matrix`.
    profile : Profile, optional
        How fast one moves.
    cutoff_s : float, optional
        Longest travel time considered, seconds, inclusive.
    closed : array_like of int, optional
        Road pieces that may not be used.

    Returns
    -------
    (n_destinations,) array of float32
        Seconds; inf where no origin reaches the destination.
    (n_destinations,) array of int64
        Index of that origin, the lowest of equals; -1 where there is none.

    Raises
    ------
    ValueError
        As in `travel_time_matrix`.
    """
    start, end = _snapped(network, origins, profile), _snapped(network, destinations, profile)
    best = np.full(len(end), np.inf, dtype=np.float32)
    who = np.full(len(end), -1, dtype=np.int64)
    for rows, chunk in _trips(network, start, end, profile, closed):
        winner = np.argmin(chunk, axis=0)
        times = chunk[winner, np.arange(len(end))]
        better = times < best
        best[better] = times[better]
        who[better] = rows.start + winner[better]
    late = best > _checked_cutoff(cutoff_s)
    best[late], who[late] = np.inf, -1
    return best, who


def node_times(network: RoadNetwork, origins: Snapped, profile: Profile, *, closed: ArrayLike = ()) -> Floats:
    """Return the travel time from every origin to every node.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    origins : Snapped
        Places on this network.
    profile : Profile
        How fast one moves.
    closed : array_like of int, optional
        Road pieces that may not be used.

    Returns
    -------
    (n_origins, n_nodes) array of float64
        Seconds, the walk to the road included; inf where the node is not reached.
    """
    forward, backward = edge_seconds(network, profile, closed)
    on = np.flatnonzero(origins.is_snapped)
    edge, share = origins.edge[on], origins.share[on]
    walk = profile.access_seconds(origins.distance_m[on])
    source = network.node_count + np.arange(len(on))
    graph = _graph(
        (network.u, network.v, forward),
        (network.v, network.u, backward),
        (source, network.v[edge], walk + _part(1 - share, forward[edge])),
        (source, network.u[edge], walk + _part(share, backward[edge])),
        size=network.node_count + len(on),
    )
    times = np.full((len(origins), network.node_count), np.inf)
    if len(on):
        times[on] = dijkstra(graph, indices=source)[:, : network.node_count]
    return times


def edge_seconds(network: RoadNetwork, profile: Profile, closed: ArrayLike = ()) -> tuple[Floats, Floats]:
    """Return the time along each road piece as drawn and against it.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    profile : Profile
        How fast one moves.
    closed : array_like of int, optional
        Road pieces that may not be used.

    Returns
    -------
    (m,) array of float64
        Seconds as drawn; inf where the piece may not be used.
    (m,) array of float64
        Seconds against the drawing; inf on one-way pieces too.
    """
    classes = np.array([profile.speed_kmh.get(name, np.nan) for name in network.highways])
    forward = network.length_m * 3.6 / classes[network.highway]
    forward[np.isnan(forward)] = np.inf
    forward[np.asarray(closed, dtype=np.int64)] = np.inf
    backward = forward if profile.ignores_oneway else np.where(network.oneway, np.inf, forward)
    return forward, backward


def _trips(
    network: RoadNetwork, start: Snapped, end: Snapped, profile: Profile, closed: ArrayLike
) -> Iterator[tuple[slice, Seconds]]:
    """Yield the travel times of some origins at a time, rows of the whole matrix."""
    forward, backward = edge_seconds(network, profile, closed)
    on = np.flatnonzero(end.is_snapped)
    edge, share = end.edge[on], end.share[on]
    walk = profile.access_seconds(end.distance_m[on])
    from_u, from_v = walk + _part(share, forward[edge]), walk + _part(1 - share, backward[edge])
    for first in range(0, len(start), CHUNK):
        rows = slice(first, min(first + CHUNK, len(start)))
        some = start[rows]
        nodes = node_times(network, some, profile, closed=closed)
        times = np.full((len(some), len(end)), np.inf)
        times[:, on] = np.minimum(nodes[:, network.u[edge]] + from_u, nodes[:, network.v[edge]] + from_v)
        _ride_along(times, some, end, profile, (forward, backward))
        yield rows, times.astype(np.float32)


def _ride_along(times: Floats, start: Snapped, end: Snapped, profile: Profile, seconds: tuple[Floats, Floats]) -> None:
    """Shorten the trips whose two ends lie on one piece: they need not touch a node."""
    origin, destination = _pairs_on_one_edge(start.edge, end.edge)
    edge = start.edge[origin]
    ahead = end.share[destination] - start.share[origin]
    ride = np.where(ahead >= 0, _part(ahead, seconds[0][edge]), _part(-ahead, seconds[1][edge]))
    walks = profile.access_seconds(start.distance_m[origin]) + profile.access_seconds(end.distance_m[destination])
    times[origin, destination] = np.minimum(times[origin, destination], ride + walks)


def _pairs_on_one_edge(start: Ints, end: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(end, kind="stable")
    low = np.searchsorted(end[order], start, side="left")
    high = np.searchsorted(end[order], start, side="right")
    count = np.where(start >= 0, high - low, 0)
    origin = np.repeat(np.arange(len(start)), count)
    position = np.arange(len(origin)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    return origin, order[position]


def _part(share: Floats, seconds: Floats) -> Floats:
    """Return a share of a time; nothing of a piece takes no time, also where the piece may not be used.

    A place at the end of a one-way street or of a closed road stands at the node, and may leave it by other roads.
    """
    with np.errstate(invalid="ignore"):
        return np.where(share == 0, 0.0, np.where(np.isinf(seconds), np.inf, share * seconds))


def _graph(*arcs: tuple[Ints, Ints, Floats], size: int) -> csr_array:
    """Return arcs as a matrix; of parallel arcs the fastest counts (scipy would add them up)."""
    tail = np.concatenate([arc[0] for arc in arcs])
    head = np.concatenate([arc[1] for arc in arcs])
    time = np.concatenate([arc[2] for arc in arcs])
    usable = np.isfinite(time)
    tail, head, time = tail[usable], head[usable], time[usable]
    order = np.lexsort((time, head, tail))
    tail, head, time = tail[order], head[order], time[order]
    first = np.ones(len(tail), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    pointer = np.searchsorted(tail[first], np.arange(size + 1))
    return csr_array((time[first], head[first], pointer), shape=(size, size))


def _snapped(network: RoadNetwork, places: Places, profile: Profile) -> Snapped:
    if not isinstance(places, Snapped):
        return snap(network, places, profile)
    if places.fingerprint != network.fingerprint or places.profile != profile.name:
        raise ValueError(f"The places were snapped to another network or for {places.profile!r}, not {profile.name!r}.")
    return places


def _checked_cutoff(cutoff_s: float) -> float:
    if np.isnan(cutoff_s) or cutoff_s < 0:
        raise ValueError(f"The cutoff must be a number of seconds not below 0, but is {cutoff_s}.")
    return cutoff_s
