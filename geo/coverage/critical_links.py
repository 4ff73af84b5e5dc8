"""Which roads must not fail: the people who lose cover within a time when an edge is closed, for every edge.

Closing an edge closes it both ways, as ``closed=`` does in `geo.travel.nearest_origin`. A place that was snapped onto
the closed edge is not reached by it from either end, unless it lies at the very end and so at the node, or one of the
origins stands at the same spot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR, Profile
from geo.roads.snapping import Snapped, snap
from geo.shortest_paths import Lost, Places, arcs_of, lost_by_edge
from geo.travel.road_times import RoadTimes, road_times
from geo.travel.travel_time import rides_along

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Tell = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class CriticalLinks:
    """What every edge is worth.

    Attributes
    ----------
    demand : (n_destinations,) array
        People at each destination.
    loss : (m,) array
        People who are covered, and would not be if the edge were closed; integers when the demand is integral.
    beyond : (m,) array
        Those of them who do not live on the closed edge itself.
    has_origin : (m,) array of bool
        Whether an origin lies on the edge, not at its end: closing it shuts the origin in.
    lost : Lost
        The destinations that each edge's closure costs.
    on : (n_destinations,) array of int64
        The edge that each destination lies on; -1 where there is none or it stands at a node.
    """

    demand: NDArray[Any]
    loss: NDArray[Any]
    beyond: NDArray[Any]
    has_origin: NDArray[np.bool_]
    lost: Lost
    on: Ints

    def lost_with(self, edge: int) -> Ints:
        """Return the destinations that lose cover with an edge.

        Parameters
        ----------
        edge : int
            Edge.

        Returns
        -------
        (k,) array of int64
            Ascending.
        """
        return self.lost.destination[self.lost.pointer[edge] : self.lost.pointer[edge + 1]]

    def lost_beyond(self, edge: int) -> Ints:
        """Return the destinations that lose cover with an edge and do not lie on it.

        Parameters
        ----------
        edge : int
            Edge.

        Returns
        -------
        (k,) array of int64
            Ascending.
        """
        lost = self.lost_with(edge)
        beyond: Ints = lost[self.on[lost] != edge]
        return beyond


def critical_links(
    network: RoadNetwork,
    origins: ArrayLike | Snapped,
    destinations: ArrayLike | Snapped,
    demand: ArrayLike,
    *,
    profile: Profile = CAR,
    cutoff_s: float,
    closed: ArrayLike = (),
    tell: Tell = lambda _done, _all: None,
) -> CriticalLinks:
    """Return for every edge how many people lose cover within a cutoff if it alone is closed, both ways.

    An edge that lies on no trip of a shortest-path tree from the nearest origin loses nobody: every place is still
    reached by its trip on that tree, which does not use the edge, in the same time, and within the cutoff if it was
    so before. Nor does a closure ever cover anybody anew, as the trips on the closed network are trips on the open
    one. Therefore only edges of the tree within the cutoff, and those that places lie on, are searched again, and
    each of them only behind itself: the nodes whose tree trip does not use the edge keep it, so that new times of the
    others are those of a search from the nodes around them, with the times that these have.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    origins, destinations : (n, 2) array_like of float, or Snapped
        lon, lat in degrees; or places that were snapped to this network with this profile before.
    demand : (n_destinations,) array_like
        People at each destination, not below 0.
    profile : Profile, optional
        How fast one moves.
    cutoff_s : float
        Longest travel time within which a place is covered, seconds, inclusive.
    closed : array_like of int, optional
        Edges that are closed anyway; they lose nobody any more.
    tell : callable, optional
        Told again and again how many edges are done, and of how many; what it raises ends the work.

    Returns
    -------
    CriticalLinks
        Equal to closing each edge and asking `geo.travel.travel_time.nearest_origin`.

    Raises
    ------
    ValueError
        If a place is not a point on the globe, the cutoff is negative or no number, snapped places belong to another
        network or profile, or the demand has another length, is negative or no number.
    """
    start, end = snap(network, origins, profile), snap(network, destinations, profile)
    people = _checked(demand, len(end))
    if np.isnan(cutoff_s) or cutoff_s < 0:
        raise ValueError(f"The cutoff must be a number of seconds not below 0, but is {cutoff_s}.")
    roads = road_times(network, profile, closed)
    lost = roads.answer(lambda times: _lost(times, start, end, cutoff_s, tell))
    edge = np.repeat(np.arange(network.edge_count), np.diff(lost.pointer))
    loss, beyond = np.zeros((2, network.edge_count), dtype=people.dtype)
    np.add.at(loss, edge, people[lost.destination])
    on, start_on = _between_nodes(end), _between_nodes(start)
    away = on[lost.destination] != edge
    np.add.at(beyond, edge[away], people[lost.destination[away]])
    has_origin = np.isin(np.arange(network.edge_count), start_on)
    return CriticalLinks(people, loss, beyond, has_origin, lost, on)


def _between_nodes(places: Snapped) -> Ints:
    """Return the edge that each place lies on, -1 where it stands at a node or nowhere."""
    return np.where((places.share > 0) & (places.share < 1), places.edge, -1)


def _checked(demand: ArrayLike, count: int) -> NDArray[Any]:
    people = np.asarray(demand)
    if people.shape != (count,):
        raise ValueError(f"There are {people.shape} weights of demand for {count} destinations.")
    if not np.isfinite(people).all() or (people < 0).any():
        raise ValueError("Demand must be numbers not below 0.")
    return people


def _lost(roads: RoadTimes, start: Snapped, end: Snapped, cutoff_s: float, tell: Tell) -> Lost:
    network, clock = roads.network, roads.clock
    # What is left of a place when its own edge is closed is what is left of all when all edges are.
    nowhere = np.full(network.edge_count, np.inf)
    shut = replace(roads, forward_s=nowhere, backward_s=nowhere)
    forward, backward = clock.ticks(roads.forward_s), clock.ticks(roads.backward_s)
    return lost_by_edge(
        arcs_of(network.node_count, network.u, network.v, forward, backward),
        Places.on_edges(start.edge, roads.departures(start), shut.departures(start).ticks),
        Places.on_edges(end.edge, roads.arrivals(end), shut.arrivals(end).ticks),
        (_rides(roads, start, end), _rides(shut, start, end)),
        clock.limit(cutoff_s),
        edge_count=network.edge_count,
        tell=tell,
    )


def _rides(roads: RoadTimes, start: Snapped, end: Snapped) -> Ints:
    """Return the ticks of each destination's best trip along its own edge."""
    _, destination, seconds = rides_along(roads, start, end)
    best = np.full(len(end), np.inf)
    np.minimum.at(best, destination, seconds)
    return roads.clock.ticks(best).astype(np.int64)
