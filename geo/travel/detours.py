"""The way round a closed edge: from one of its ends to the other without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR, Profile
from geo.roads.steps import from_steps
from geo.shortest_paths import FAR, INFINITE, Forest, Places, arcs_of, shortest_forest
from geo.travel.road_times import RoadTimes, road_times

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Detour:
    """The fastest way between two nodes that avoids some edges.

    Attributes
    ----------
    edges : (k,) array of int64
        Edges in the order of the trip.
    seconds : float
        Travel time.
    length_m : float
        Length in metres.
    line : LineString
        Its shape in EPSG:4326, in the direction of the trip.
    """

    edges: Ints
    seconds: float
    length_m: float
    line: shapely.LineString


def detour(
    network: RoadNetwork,
    origin: int,
    destination: int,
    around: ArrayLike,
    *,
    profile: Profile = CAR,
    closed: ArrayLike = (),
) -> Detour | None:
    """Return the fastest way from one node to another that avoids some edges.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    origin, destination : int
        Node indices.
    around : array_like of int
        Edges to avoid.
    profile : Profile, optional
        How fast one moves.
    closed : array_like of int, optional
        Edges that are closed anyway.

    Returns
    -------
    Detour or None
        None where there is no way, and where the two nodes are one.
    """
    if origin == destination:
        return None
    avoided = np.asarray(around, dtype=np.int64)
    return road_times(network, profile, closed).answer(lambda roads: _detour(roads, origin, destination, avoided))


def _detour(roads: RoadTimes, origin: int, destination: int, around: Ints) -> Detour | None:
    network = roads.network
    forward, backward = roads.clock.ticks(roads.forward_s), roads.clock.ticks(roads.backward_s)
    forward[around] = backward[around] = INFINITE
    leaving, _ = arcs_of(network.node_count, network.u, network.v, forward, backward)
    nowhere = np.array([[0, INFINITE]])
    start = Places(np.array([-1]), np.array([[origin, origin]]), nowhere, nowhere)
    forest = shortest_forest(leaving, start, INFINITE - 1)
    if forest.ticks[destination] >= FAR:
        return None
    edges, shape = _path(network, forest, destination)
    seconds = float(roads.clock.seconds(forest.ticks[[destination]].astype(np.uint32))[0])
    return Detour(edges, seconds, float(network.length_m[edges].sum()), shape)


def _path(network: RoadNetwork, forest: Forest, destination: int) -> tuple[Ints, shapely.LineString]:
    edges, parts = [], []
    node = destination
    while forest.parent[node] >= 0:
        edge, before = int(forest.edge[node]), int(forest.parent[node])
        points = from_steps(network.steps[network.offsets[edge] : network.offsets[edge + 1]])
        parts.append(points if network.u[edge] == before else points[::-1])
        edges.append(edge)
        node = before
    joined = [parts[-1][:1], *(part[1:] for part in reversed(parts))]
    return np.array(edges[::-1], dtype=np.int64), shapely.LineString(np.concatenate(joined))
