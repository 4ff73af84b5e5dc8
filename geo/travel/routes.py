"""Which roads the fastest trip between two places uses.

For a few thousand trips on a city's roads, where the roads themselves are asked for. Travel times alone come sooner
from `geo.travel.travel_time`; both agree but for the length of a tick.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile
from geo.roads.snapping import Snapped
from geo.travel.road_times import edge_seconds, part_seconds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# Trip, edge and share of each part.
Part = tuple[Ints, Ints, Floats]
# Trips searched at a time: their times and ways to all nodes are in memory together.
BATCH = 64
# A graph of scipy has no arcs without time.
LEAST_S = 1e-9
NOWHERE = -9999


@dataclass(frozen=True, eq=False)
class Routes:
    """The roads of trips, as parts of edges.

    Attributes
    ----------
    seconds : (n,) array of float64
        Travel time of each trip, the walks to and from the road included; inf where there is no way.
    walk_s : (n,) array of float64
        How much of it is the walks.
    trip : (k,) array of int64
        Trip that each part belongs to.
    edge : (k,) array of int64
        Edge.
    share : (k,) array of float64
        Part of the edge that the trip uses, 0 to 1.
    """

    seconds: Floats
    walk_s: Floats
    trip: Ints
    edge: Ints
    share: Floats


class _Trips(NamedTuple):
    """What trips consist of before and behind the nodes: ends of the first and last edge, and the seconds to them."""

    first_node: Ints
    first_s: Floats
    last_node: Ints
    last_s: Floats
    direct_s: Floats


class _Graph(NamedTuple):
    """Directed roads, the fastest of parallel ones, and one more node for each trip that leads to its first edge."""

    arcs: csr_array[np.float64]
    key: Ints
    edge: Ints


def shortest_routes(
    network: RoadNetwork, origins: Snapped, destinations: Snapped, profile: Profile, *, closed: ArrayLike = ()
) -> Routes:
    """Return the roads of the fastest trip from each origin to its own destination.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    origins, destinations : Snapped
        Both ends of each trip, on this network.
    profile : Profile
        How fast one moves.
    closed : array_like of int, optional
        Edges that may not be used.

    Returns
    -------
    Routes
        Of trips that are equally fast, one.

    Raises
    ------
    ValueError
        If there are not as many destinations as origins.
    """
    if len(origins) != len(destinations):
        raise ValueError(f"There are {len(origins)} origins, but {len(destinations)} destinations.")
    forward, backward = edge_seconds(network, profile, closed)
    trips = _trips(network, (origins, destinations), (forward, backward))
    graph = _graph(network, trips, forward, backward)
    on_road = trips.direct_s.copy()
    parts = [_along(origins, destinations, trip) for trip in np.flatnonzero(np.isfinite(on_road)).tolist()]
    for batch in _batches(np.flatnonzero(origins.is_snapped & destinations.is_snapped)):
        found, before = dijkstra(graph.arcs, indices=network.node_count + batch, return_predecessors=True)
        for row, trip in enumerate(batch.tolist()):
            ends = found[row, trips.last_node[trip]] + trips.last_s[trip]
            end = int(np.argmin(ends))
            if ends[end] < on_road[trip]:
                on_road[trip] = ends[end]
                nodes = _nodes(before[row], int(trips.last_node[trip, end]))
                parts.append(_by_nodes(graph, trips, nodes, (origins, destinations, trip, end)))
    walk = profile.access_seconds(origins.distance_m) + profile.access_seconds(destinations.distance_m)
    return Routes(on_road + walk, walk, *_joined(parts))


def together(found: Sequence[tuple[Ints, Routes]]) -> Routes:
    """Return the routes of several questions as those of one.

    Parameters
    ----------
    found : sequence of (array of int64, Routes)
        Numbers that the trips of each question have in the whole, every one once, and their routes.

    Returns
    -------
    Routes
        Of all trips, in the order of their numbers.
    """
    order = np.argsort(np.concatenate([numbers for numbers, _ in found]))
    return Routes(
        np.concatenate([part.seconds for _, part in found])[order],
        np.concatenate([part.walk_s for _, part in found])[order],
        np.concatenate([numbers[part.trip] for numbers, part in found]),
        np.concatenate([part.edge for _, part in found]),
        np.concatenate([part.share for _, part in found]),
    )


def _joined(parts: list[Part]) -> Part:
    """Return the parts of all trips as one; of a trip with two of them the later, which is faster."""
    last = {int(part[0][0]): part for part in parts}
    if not last:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    trip, edge, share = zip(*last.values(), strict=True)
    return np.concatenate(trip), np.concatenate(edge), np.concatenate(share)


def _batches(trips: Ints) -> Iterator[Ints]:
    for begin in range(0, len(trips), BATCH):
        yield trips[begin : begin + BATCH]


def _trips(network: RoadNetwork, ends: tuple[Snapped, Snapped], seconds: tuple[Floats, Floats]) -> _Trips:
    (origin, destination), (forward, backward) = ends, seconds
    first, last = np.maximum(origin.edge, 0), np.maximum(destination.edge, 0)
    leave, arrive = np.nan_to_num(origin.share), np.nan_to_num(destination.share)
    ahead = arrive - leave
    along = part_seconds(np.abs(ahead), np.where(ahead >= 0, forward[first], backward[first]))
    return _Trips(
        np.column_stack([network.u[first], network.v[first]]).astype(np.int64),
        np.column_stack([part_seconds(leave, backward[first]), part_seconds(1 - leave, forward[first])]),
        np.column_stack([network.u[last], network.v[last]]).astype(np.int64),
        np.column_stack([part_seconds(arrive, forward[last]), part_seconds(1 - arrive, backward[last])]),
        np.where(origin.is_snapped & (origin.edge == destination.edge), along, np.inf),
    )


def _graph(network: RoadNetwork, trips: _Trips, forward: Floats, backward: Floats) -> _Graph:
    count, extra = network.node_count, len(trips.direct_s)
    source = np.repeat(count + np.arange(extra), 2)
    tail = np.concatenate([network.u, network.v, source])
    head = np.concatenate([network.v, network.u, trips.first_node.ravel()]).astype(np.int64)
    time = np.concatenate([forward, backward, trips.first_s.ravel()])
    edge = np.concatenate([np.tile(np.arange(network.edge_count), 2), np.full(2 * extra, -1)])
    key = tail * (count + extra) + head
    order = np.lexsort((edge, time, key))
    order = order[np.isfinite(time[order])]
    order = order[np.unique(key[order], return_index=True)[1]]
    arcs = csr_array((np.maximum(time[order], LEAST_S), (tail[order], head[order])), shape=(count + extra,) * 2)
    return _Graph(arcs, key[order], edge[order])


def _nodes(before: Ints, node: int) -> Ints:
    """Return the nodes of a way that ends at a node, the one that stands for its origin first."""
    nodes = [node]
    while (node := int(before[node])) != NOWHERE:
        nodes.append(node)
    return np.array(nodes[::-1], dtype=np.int64)


def _along(origins: Snapped, destinations: Snapped, trip: int) -> Part:
    """Return the road of a trip that stays on one edge."""
    share = np.abs(destinations.share[[trip]] - origins.share[[trip]])
    return np.array([trip], dtype=np.int64), origins.edge[[trip]], share


def _by_nodes(graph: _Graph, trips: _Trips, nodes: Ints, which: tuple[Snapped, Snapped, int, int]) -> Part:
    """Return the roads of a trip that leads through nodes to one end of its last edge."""
    origins, destinations, trip, end = which
    between = graph.edge[np.searchsorted(graph.key, nodes[1:-1] * graph.arcs.shape[0] + nodes[2:])]
    # Where both ends of the first edge are one node, it is left by the sooner of the two ways.
    left_by = int(np.argmin(np.where(trips.first_node[trip] == nodes[1], trips.first_s[trip], np.inf)))
    leave = origins.share[trip] if left_by == 0 else 1 - origins.share[trip]
    arrive = destinations.share[trip] if end == 0 else 1 - destinations.share[trip]
    edge = np.concatenate([origins.edge[[trip]], between, destinations.edge[[trip]]]).astype(np.int64)
    share = np.concatenate([[leave], np.ones(len(between)), [arrive]])
    return np.full(len(edge), trip, dtype=np.int64), edge, share
