"""Travel times between places on a road network, in seconds.

A trip is the walk from the origin to the road, the share of the first edge, whole edges, the share of the last edge,
and the walk from the road to the destination.

Times are sums of whole ticks, see `geo.shortest_paths.ticks`: they do not depend on the order of roads or places, and
trips that take equally long have equal times. A tick is 1/16,384 s on a city's roads and in searches within a cutoff on
any network, a little more on a prefecture's, and about a millisecond for trips across a nation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR, Profile
from geo.roads.snapping import Snapped, snap
from geo.shortest_paths import (
    search_times,
    search_within,
    sweep_nearest,
    sweep_times,
)
from geo.travel.road_times import RoadTimes, edge_seconds, part_seconds, road_times

__all__ = [
    "NodesWithin",
    "SecondsRange",
    "edge_seconds",
    "nearest_origin",
    "nearest_range",
    "node_times",
    "nodes_within",
    "travel_time_matrix",
]

Seconds = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = ArrayLike | Snapped
# Up to here it is quicker to sweep all nodes, sixteen origins at a time, than to search for those within half an hour.
SWEPT_NODES = 30_000


class SecondsRange(NamedTuple):
    """Travel times to the same destinations at three speeds.

    Attributes
    ----------
    usual, slowest, fastest : (n,) array of float32
        Seconds at the speeds of a profile, and at the slowest and the fastest that may well be true; inf where a
        destination is not reached. Nowhere is the slowest below the usual, or the fastest above it.
    """

    usual: Seconds
    slowest: Seconds
    fastest: Seconds


class NodesWithin(NamedTuple):
    """The nodes that each origin reaches within a cutoff.

    Attributes
    ----------
    pointer : (n_origins + 1,) array of int64
        Nodes of origin i: from ``pointer[i]`` to ``pointer[i + 1]``.
    node : (r,) array of int32
        Node index, in no particular order for each origin.
    seconds : (r,) array of float32
        Travel time to it, the walk to the road included.
    """

    pointer: Ints
    node: NDArray[np.int32]
    seconds: Seconds


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
        Edges that may not be used; a place on one of them is not reached, unless it lies at the edge's end.

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
    cutoff = _checked_cutoff(cutoff_s)
    start, end = snap(network, origins, profile), snap(network, destinations, profile)
    times = road_times(network, profile, closed).answer(lambda roads: _matrix(roads, start, end, float(cutoff)))
    if np.isfinite(cutoff):
        np.putmask(times, times > cutoff, np.inf)
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
        Edges that may not be used.

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
    cutoff = _checked_cutoff(cutoff_s)
    start, end = snap(network, origins, profile), snap(network, destinations, profile)
    best, who = road_times(network, profile, closed).answer(lambda roads: _nearest(roads, start, end, float(cutoff)))
    late = best > cutoff
    best[late], who[late] = np.inf, -1
    return best, who


def nearest_range(
    network: RoadNetwork,
    origins: Places,
    destinations: Places,
    *,
    profile: Profile = CAR,
    closed: ArrayLike = (),
) -> SecondsRange:
    """Return for every destination the time from the first to arrive, and how long and how short it may well be.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    origins, destinations : (n, 2) array_like of float, or Snapped
        As in `travel_time_matrix`.
    profile : Profile, optional
        How fast one moves; its `low` and its `high` give the two ends.
    closed : array_like of int, optional
        Edges that may not be used.

    Returns
    -------
    SecondsRange
        Seconds to each destination.

    Raises
    ------
    ValueError
        As in `travel_time_matrix`.
    """
    start, end = snap(network, origins, profile), snap(network, destinations, profile)
    usual, slow, fast = (
        nearest_origin(network, start, end, profile=speeds, closed=closed)[0]
        for speeds in (profile, profile.low(), profile.high())
    )
    # Times are whole ticks of a clock that hangs on the speeds: a tick must not turn the order round.
    return SecondsRange(usual, np.maximum(slow, usual), np.minimum(fast, usual))


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
        Edges that may not be used.

    Returns
    -------
    (n_origins, n_nodes) array of float64
        Seconds, the walk to the road included; inf where the node is not reached.
    """
    return road_times(network, profile, closed).answer(lambda roads: _to_all_nodes(roads, origins))


def nodes_within(
    network: RoadNetwork, origins: Snapped, cutoff_s: float, *, profile: Profile = CAR, closed: ArrayLike = ()
) -> NodesWithin:
    """Return the nodes that each origin reaches within a cutoff.

    On a large network time and memory grow with what is reached, so that it serves for one place in a nation.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    origins : Snapped
        Places on this network.
    cutoff_s : float
        Longest travel time considered, seconds, inclusive.
    profile : Profile, optional
        How fast one moves.
    closed : array_like of int, optional
        Edges that may not be used.

    Returns
    -------
    NodesWithin
        The times that `node_times` has, as float32; on a network too large for a hierarchy in finer ticks.

    Raises
    ------
    ValueError
        As in `travel_time_matrix`.
    """
    cutoff = _checked_cutoff(cutoff_s)
    start = snap(network, origins, profile)
    return road_times(network, profile, closed).answer(lambda roads: _within(roads, start, float(cutoff)))


def _matrix(roads: RoadTimes, start: Snapped, end: Snapped, cutoff_s: float) -> Seconds:
    if roads.hierarchy is not None:
        times = np.empty((len(start), len(end)), dtype=np.float32)
        sweep_times(roads.hierarchy, roads.departures(start), roads.needed(end), roads.clock, times)
    else:
        roads = roads.within(cutoff_s)
        times = np.full((len(start), len(end)), np.inf, dtype=np.float32)
        for row, (found, seconds) in enumerate(_one_by_one(roads, start, end, cutoff_s)):
            times[row, found] = seconds
    origin, destination, seconds = rides_along(roads, start, end)
    times[origin, destination] = np.minimum(times[origin, destination], seconds)
    return times


def _nearest(roads: RoadTimes, start: Snapped, end: Snapped, cutoff_s: float) -> tuple[Seconds, Ints]:
    if roads.hierarchy is not None:
        best, who = sweep_nearest(roads.hierarchy, roads.departures(start), roads.needed(end), roads.clock)
    else:
        roads = roads.within(cutoff_s)
        best, who = np.full(len(end), np.inf, dtype=np.float32), np.full(len(end), -1, dtype=np.int64)
        for row, (found, seconds) in enumerate(_one_by_one(roads, start, end, cutoff_s)):
            sooner = seconds < best[found]
            best[found[sooner]], who[found[sooner]] = seconds[sooner], row
    origin, destination, seconds = rides_along(roads, start, end)
    # The best ride of each destination: the soonest, of equals the lowest origin.
    order = np.lexsort((origin, seconds, destination))
    destination, first = np.unique(destination[order], return_index=True)
    origin, seconds = origin[order][first], seconds[order][first]
    better = (seconds < best[destination]) | (seconds == best[destination]) & (origin < who[destination])
    best[destination[better]], who[destination[better]] = seconds[better], origin[better]
    return best, who


def _one_by_one(roads: RoadTimes, start: Snapped, end: Snapped, cutoff_s: float) -> Iterator[tuple[Ints, Seconds]]:
    """Return which places each origin reaches within a cutoff, and when, on a network too large for a hierarchy."""
    ends = roads.departures(start), roads.arrivals(end)
    return search_times(roads.graph, *ends, roads.clock, roads.clock.limit(cutoff_s))


def _to_all_nodes(roads: RoadTimes, start: Snapped) -> Floats:
    times = np.full((len(start), roads.network.node_count), np.inf)
    if roads.hierarchy is not None:
        sweep_times(roads.hierarchy, roads.departures(start), roads.all_nodes, roads.clock, times)
        return times
    reached = search_within(roads.graph, roads.departures(start))
    origin = np.repeat(np.arange(len(start)), np.diff(reached.pointer))
    times[origin, reached.node] = roads.clock.seconds(reached.ticks)
    return times


def _within(roads: RoadTimes, start: Snapped, cutoff_s: float) -> NodesWithin:
    if roads.hierarchy is not None and roads.network.node_count <= SWEPT_NODES:
        count = roads.network.node_count
        times = np.empty((len(start), count), dtype=np.float32)
        sweep_times(roads.hierarchy, roads.departures(start), roads.all_nodes, roads.clock, times)
        found = np.flatnonzero(times <= np.float32(cutoff_s))
        begin = count * np.arange(len(start))
        pointer = np.searchsorted(found, np.append(begin, times.size))
        node = (found - np.repeat(begin, np.diff(pointer))).astype(np.int32)
        return NodesWithin(pointer, node, times.reshape(-1)[found])
    roads = roads.within(cutoff_s)
    reached = search_within(roads.graph, roads.departures(start), roads.clock.limit(cutoff_s))
    seconds = reached.ticks.astype(np.float32) * np.float32(2.0**-roads.clock.exponent)
    return NodesWithin(reached.pointer, reached.node, seconds)


def rides_along(roads: RoadTimes, start: Snapped, end: Snapped) -> tuple[Ints, Ints, Seconds]:
    """Return the trips whose two ends lie on one edge and that touch no node.

    Parameters
    ----------
    roads : RoadTimes
        Times of the edges.
    start, end : Snapped
        Origins and destinations on this network.

    Returns
    -------
    tuple of (k,) arrays
        Origin, destination, seconds as they come out of a search; inf where the edge does not lead that way.
    """
    origin, destination = _pairs_on_one_edge(start.edge, end.edge)
    edge = start.edge[origin]
    ahead = end.share[destination] - start.share[origin]
    along = part_seconds(np.abs(ahead), np.where(ahead >= 0, roads.forward_s[edge], roads.backward_s[edge]))
    access = roads.profile.access_seconds
    walks = access(start.distance_m[origin]) + access(end.distance_m[destination])
    return origin, destination, roads.rounded(along + walks)


def _pairs_on_one_edge(start: Ints, end: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(end, kind="stable")
    low = np.searchsorted(end[order], start, side="left")
    high = np.searchsorted(end[order], start, side="right")
    count = np.where(start >= 0, high - low, 0)
    origin = np.repeat(np.arange(len(start)), count)
    position = np.arange(len(origin)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    return origin, order[position]


def _checked_cutoff(cutoff_s: float) -> np.float32:
    """Return the cutoff in the precision of travel times, or refuse it."""
    if np.isnan(cutoff_s) or cutoff_s < 0:
        raise ValueError(f"The cutoff must be a number of seconds not below 0, but is {cutoff_s}.")
    return np.float32(cutoff_s)
