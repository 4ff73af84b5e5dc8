"""Critical edges joined to stretches of road, as a person would name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.coverage.critical_links import CriticalLinks
from geo.roads.network import RoadNetwork

Ints = NDArray[np.int64]
RoadKey = tuple[str, str, str]
SAME_PEOPLE = 0.8
MOSTLY = 0.5


@dataclass(frozen=True, eq=False)
class Segment:
    """A stretch of one road that cuts off the same people wherever it is closed, or nearly so.

    Attributes
    ----------
    road : tuple of str
        Number of the road, its name where it has no number, its class where it has neither.
    edges : (k,) array of int64
        Its edges, ascending.
    worst : int
        The edge that costs most.
    beyond : int or float
        People who lose cover with the worst edge and do not live on it.
    destinations : (d,) array of int64
        Where they live.
    """

    road: RoadKey
    edges: Ints
    worst: int
    beyond: float
    destinations: Ints


def critical_segments(network: RoadNetwork, found: CriticalLinks, *, same: float = SAME_PEOPLE) -> list[Segment]:
    """Return the edges that cut somebody off, joined into stretches, the worst first.

    A stretch grows from the worst edge that is in none yet, over edges that share a node with it and belong to the
    same road, as long as each cuts off at least a share of the people whom the worst edge cuts off: farther from the
    consultant, fewer and fewer live beyond. Those who live on the closed edge do not count: of a dense street they
    are many, wherever it leads; nor do edges on which an origin lies.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    found : CriticalLinks
        What each edge is worth.
    same : float, optional
        Least share of the worst edge's people, 0 to 1, inclusive.

    Returns
    -------
    list of Segment
        Each edge with people beyond it is in exactly one. By people, of equals the one with the lowest edge.
    """
    roads = road_keys(network)
    costly = np.flatnonzero((found.beyond > 0) & ~found.has_origin)
    joined = _joined(network, costly)
    taken: set[int] = set()
    rows = []
    for worst in costly[np.lexsort((costly, -found.beyond[costly]))].tolist():
        if worst in taken:
            continue
        people, total = _people(found, worst), found.beyond[worst].item()
        edges, waiting = {worst}, [worst]
        while waiting:
            for other in joined[waiting.pop()]:
                is_open = other not in taken and other not in edges and roads[other] == roads[worst]
                if is_open and people[found.lost_beyond(other)].sum() >= same * total:
                    edges.add(other)
                    waiting.append(other)
        taken |= edges
        rows.append(Segment(roads[worst], np.array(sorted(edges)), worst, total, found.lost_beyond(worst)))
    return rows


def different_roads(segments: Sequence[Segment], found: CriticalLinks, *, mostly: float = MOSTLY) -> Iterator[int]:
    """Yield the segments that tell something new, in their order.

    A segment is passed over where at least a share of its people are already cut off by one segment of the same road
    that was yielded before: the rest of one road is no second road.

    Parameters
    ----------
    segments : sequence of Segment
        The worst first.
    found : CriticalLinks
        What each edge is worth.
    mostly : float, optional
        Share of the people, 0 to 1, inclusive.

    Yields
    ------
    int
        Index of a segment.
    """
    before: dict[RoadKey, list[NDArray[Any]]] = {}
    for index, segment in enumerate(segments):
        known = before.setdefault(segment.road, [])
        if any(people[segment.destinations].sum() >= mostly * segment.beyond for people in known):
            continue
        known.append(_people(found, segment.worst))
        yield index


def road_keys(network: RoadNetwork) -> list[RoadKey]:
    """Return which road each edge belongs to.

    Parameters
    ----------
    network : RoadNetwork
        Roads.

    Returns
    -------
    list of tuple of str
        Number, name, class: the first that there is, the others empty.
    """
    keys = []
    for label, highway in zip(network.label.tolist(), network.highway.tolist(), strict=True):
        number, name = network.labels[label]
        road_class = "" if number or name else network.highways[highway]
        keys.append((number, "" if number else name, road_class))
    return keys


def _joined(network: RoadNetwork, edges: Ints) -> dict[int, list[int]]:
    """Return for each edge the others that share a node with it."""
    at: dict[int, list[int]] = {}
    ends = {edge: (int(network.u[edge]), int(network.v[edge])) for edge in edges.tolist()}
    for edge, nodes in ends.items():
        for node in nodes:
            at.setdefault(node, []).append(edge)
    return {edge: [other for node in nodes for other in at[node] if other != edge] for edge, nodes in ends.items()}


def _people(found: CriticalLinks, edge: int) -> NDArray[Any]:
    """Return the people beyond an edge by destination."""
    people = np.zeros_like(found.demand)
    beyond = found.lost_beyond(edge)
    people[beyond] = found.demand[beyond]
    return people
