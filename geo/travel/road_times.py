"""How long each edge takes for a profile with some roads closed, ready for every kind of search.

The last few combinations are kept with the network: another question on the same season and the same closed roads is
answered at once, a new combination costs milliseconds.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.roads.network import RoadNetwork
from geo.roads.profiles import BUILT_UP, Profile
from geo.roads.snapping import Snapped
from geo.shortest_paths import (
    INFINITE,
    Clock,
    Ends,
    Needed,
    TickOverflowError,
    TimedGraph,
    WeightedHierarchy,
    needed_for,
    needed_for_all,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Answer = TypeVar("Answer")

# More of them on a small network, where twenty people may each try other closed roads.
KEPT, MOST_KEPT = 8, 32
KEPT_EDGES = 300_000
# A trip that winds three times as long as the land is wide, at the average speed; whoever takes longer gets a coarser
# clock of their own.
WINDING = 3
LONGEST_EDGES = 4


def edge_seconds(network: RoadNetwork, profile: Profile, closed: ArrayLike = ()) -> tuple[Floats, Floats]:
    """Return the time along each edge as drawn and against it.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    profile : Profile
        How fast one moves.
    closed : array_like of int, optional
        Edges that may not be used.

    Returns
    -------
    (m,) array of float64
        Seconds as drawn; inf where the edge may not be used.
    (m,) array of float64
        Seconds against the drawing; inf on one-way edges too.
    """
    rows, row = network.highways, network.highway
    if profile.minds_built_up:
        rows = (*network.highways, *(name + BUILT_UP for name in network.highways))
        row = network.highway + len(network.highways) * network.is_built_up
    forward = profile.seconds_by_row(network.length_m, rows, row)
    if profile.is_on_foot:
        forward[network.no_foot] = np.inf
    forward[np.asarray(closed, dtype=np.int64)] = np.inf
    backward = forward if profile.ignores_oneway else np.where(network.oneway, np.inf, forward)
    return forward, backward


def part_seconds(share: Floats, seconds: Floats) -> Floats:
    """Return a share of a time; nothing of an edge takes no time, also where the edge may not be used.

    A place at the end of a one-way street or of a closed road stands at the node, and may leave it by other roads.

    Parameters
    ----------
    share : (k,) array of float64
        0 to 1.
    seconds : (k,) array of float64
        Time over the whole edge, inf where it may not be used.

    Returns
    -------
    (k,) array of float64
        Seconds.
    """
    with np.errstate(invalid="ignore"):
        return np.where(share == 0, 0.0, np.where(np.isinf(seconds), np.inf, share * seconds))


@dataclass(frozen=True, eq=False)
class RoadTimes:
    """A network with the times of a profile, some roads closed.

    Attributes
    ----------
    network_ref : weak reference
        To the network, which keeps this.
    profile : Profile
        How fast one moves.
    closed : bytes
        The edges that may not be used, as sorted numbers.
    forward_s, backward_s : (m,) array of float64
        See `edge_seconds`.
    clock : Clock
        Length of a tick.
    """

    network_ref: weakref.ref[RoadNetwork]
    profile: Profile
    closed: bytes
    forward_s: Floats
    backward_s: Floats
    clock: Clock

    @property
    def network(self) -> RoadNetwork:
        """Connected roads that these times belong to."""
        network = self.network_ref()
        if network is None:
            raise ReferenceError("The network of these times is gone.")
        return network

    @cached_property
    def hierarchy(self) -> WeightedHierarchy | None:
        """Node hierarchy with these times; None where the network has none."""
        hierarchy = self.network.hierarchy
        if hierarchy is None:
            return None
        return hierarchy.weighted(self.clock.ticks(self.forward_s), self.clock.ticks(self.backward_s))

    @cached_property
    def all_nodes(self) -> Needed:
        """Node rows of a sweep to all nodes."""
        if self.hierarchy is None:
            raise ValueError("This network has no hierarchy.")
        return needed_for_all(self.hierarchy)

    @cached_property
    def _needed(self) -> weakref.WeakKeyDictionary[Snapped, Needed]:
        return weakref.WeakKeyDictionary()

    def needed(self, destinations: Snapped) -> Needed:
        """Return the node rows of a sweep to places; the same places asked for again are not looked up again.

        Parameters
        ----------
        destinations : Snapped
            On this network.

        Returns
        -------
        Needed
            Kept as long as the places and these times are.
        """
        if self.hierarchy is None:
            raise ValueError("This network has no hierarchy.")
        found = self._needed.get(destinations)
        if found is None:
            found = self._needed[destinations] = needed_for(self.hierarchy, self.arrivals(destinations))
        return found

    @cached_property
    def graph(self) -> TimedGraph:
        """Cells with these times."""
        return self.network.search_graph.timed(self.clock.ticks(self.forward_s), self.clock.ticks(self.backward_s))

    @cached_property
    def _finer(self) -> dict[int, RoadTimes]:
        return {}

    @cached_property
    def _longest_end_s(self) -> float:
        """How long the walk to a road and the share of an edge may take at most."""
        edge_s = float(self.forward_s.max(initial=0.0, where=np.isfinite(self.forward_s)))
        return edge_s + float(self.profile.access_seconds(np.array([self.profile.max_snap_m]))[0])

    def within(self, cutoff_s: float) -> RoadTimes:
        """Return the same times by the finest clock that trips within a cutoff allow.

        A clock for trips across a nation has ticks of a millisecond, and hundreds of edges round by half a tick each.

        Parameters
        ----------
        cutoff_s : float
            Longest travel time considered, seconds, inclusive; inf for all trips.

        Returns
        -------
        RoadTimes
            The same object for the same clock; this one where it is as fine already.
        """
        longest_s = cutoff_s + self._longest_end_s
        if not np.isfinite(longest_s):
            return self
        clock = Clock.for_trips(longest_s)
        if clock.exponent <= self.clock.exponent:
            return self
        # One step of a dict: two threads that ask at once get the same object.
        return self._finer.setdefault(clock.exponent, replace(self, clock=clock))

    def departures(self, places: Snapped) -> Ends:
        """Return how trips begin: the walk to the road and the share of the first edge.

        Parameters
        ----------
        places : Snapped
            On this network.

        Returns
        -------
        Ends
            To both ends of the edge; no way at all from a place that is not on the network.
        """
        return self._ends(places, lambda share, edge: (share, self.backward_s[edge], 1 - share, self.forward_s[edge]))

    def arrivals(self, places: Snapped) -> Ends:
        """Return how trips end: the share of the last edge and the walk from the road.

        Parameters
        ----------
        places : Snapped
            On this network.

        Returns
        -------
        Ends
            From both ends of the edge; no way at all to a place that is not on the network.
        """
        return self._ends(places, lambda share, edge: (share, self.forward_s[edge], 1 - share, self.backward_s[edge]))

    def _ends(self, places: Snapped, parts: Callable[[Floats, Ints], tuple[Floats, ...]]) -> Ends:
        on = np.flatnonzero(places.is_snapped)
        node = np.zeros((len(places), 2), dtype=np.int64)
        ticks = np.full((len(places), 2), INFINITE, dtype=np.uint32)
        edge = places.edge[on]
        walk = self.profile.access_seconds(places.distance_m[on])
        from_u, time_u, from_v, time_v = parts(places.share[on], edge)
        node[on, 0], node[on, 1] = self.network.u[edge], self.network.v[edge]
        ticks[on, 0] = self.clock.ticks(walk + part_seconds(from_u, time_u))
        ticks[on, 1] = self.clock.ticks(walk + part_seconds(from_v, time_v))
        return Ends(node, ticks)

    def rounded(self, seconds: Floats) -> NDArray[np.float32]:
        """Return times as they come out of a search.

        Parameters
        ----------
        seconds : array of float64
            Seconds, inf where there is no way.

        Returns
        -------
        array of float32
            The same in whole ticks.
        """
        return self.clock.seconds(self.clock.ticks(seconds)).astype(np.float32)

    def answer(self, question: Callable[[RoadTimes], Answer]) -> Answer:
        """Return the answer to a question, asked again with a coarser clock where a trip takes too long for this one.

        Parameters
        ----------
        question : callable
            Asked with these times, or the same by a coarser clock.

        Returns
        -------
        object
            What it returned.
        """
        times = self
        while True:
            try:
                return question(times)
            except TickOverflowError:
                times = replace(times, clock=times.clock.coarser())


_kept: weakref.WeakKeyDictionary[RoadNetwork, list[RoadTimes]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def road_times(network: RoadNetwork, profile: Profile, closed: ArrayLike = ()) -> RoadTimes:
    """Return the times of a profile on a network, some roads closed.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    profile : Profile
        How fast one moves.
    closed : array_like of int, optional
        Edges that may not be used.

    Returns
    -------
    RoadTimes
        The same object as before for one of the last questions.
    """
    shut = np.unique(np.asarray(closed, dtype=np.int64))
    key = shut.tobytes()
    with _lock:
        kept = _kept.setdefault(network, [])
        known = next((times for times in kept if times.closed == key and times.profile == profile), None)
        if known is not None:
            kept.remove(known)
            kept.append(known)
            return known
    open_forward, _ = edge_seconds(network, profile)
    clock = Clock.for_trips(_longest_trip(network, open_forward))
    times = RoadTimes(weakref.ref(network), profile, key, *edge_seconds(network, profile, shut), clock)
    with _lock:
        kept.append(times)
        del kept[: -min(MOST_KEPT, max(KEPT, KEPT_EDGES // network.edge_count))]
    return times


def _longest_trip(network: RoadNetwork, forward_s: Floats) -> float:
    """Return a guess in seconds. It does not depend on what is closed, so that closing a road never shortens a trip."""
    usable = np.isfinite(forward_s)
    driven_s, driven_m = float(forward_s[usable].sum()), float(network.length_m[usable].sum())
    if driven_s == 0:
        return 0.0
    across_m = float(np.hypot(*np.ptp(network.node_xy, axis=0)))
    return max(WINDING * across_m * driven_s / driven_m, LONGEST_EDGES * float(forward_s[usable].max()))
