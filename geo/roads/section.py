"""Two places beside a road → the stretch of road between them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from geo.crs import to_degrees, to_metres
from geo.errors import OffNetworkError
from geo.roads.closures import ENOUGH_M, LEAST_SHARE, MOST_OF_LINE, road_tree
from geo.roads.network import RoadNetwork

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Point = tuple[float, float]
# A road of another name is taken only where the way along the named one is so many times longer.
DETOUR_FACTOR = 20.0


@dataclass(frozen=True, eq=False)
class Section:
    """A stretch of road.

    Attributes
    ----------
    edges : (k,) array of int64
        Edges from the start to the end, each once: those of which half or 100 m belong to the stretch, or most of
        a stretch that is shorter, as in `geo.roads.closures.edges_along`.
    line : LineString
        The stretch itself in EPSG:4326; its first and last edge are cut at the two places.
    length_m : float
        Length in metres.
    start_m, end_m : float
        How far the two places are from the road, metres.
    """

    edges: Ints
    line: shapely.LineString
    length_m: float
    start_m: float
    end_m: float


class _Spot(NamedTuple):
    """Where a place lies on the roads."""

    edge: int
    share: float
    distance_m: float


class _Links(NamedTuple):
    """Stretches between nodes, one a row: ends, metres, edge, and the shares of the edge at both ends."""

    tail: Ints
    head: Ints
    metres: Floats
    edge: Ints
    begin: Floats
    end: Floats


def section_between(
    network: RoadNetwork, start: Point, end: Point, *, limit_m: float, preferred: Bools | None = None
) -> Section:
    """Return the shortest stretch of road from one place to another, one-way streets taken both ways.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    start, end : (float, float)
        lon, lat in degrees.
    limit_m : float
        How far the places may be from the road, metres, inclusive.
    preferred : (m,) array of bool, optional
        Edges of the road that is meant: both places are taken to lie on them, and others are used only where these do
        not join.

    Returns
    -------
    Section
        The edges and the stretch itself.

    Raises
    ------
    OffNetworkError
        If a place is farther from the road than the limit, or no road joins the two.
    """
    first, last = (_spot(network, place, limit_m, preferred) for place in (start, end))
    links = _links(network, first, last, preferred)
    nodes = _walk(links, network.node_count)
    if nodes is None:
        raise OffNetworkError("No road joins the two places.")
    return _join(network, links, nodes, (first, last))


def _spot(network: RoadNetwork, place: Point, limit_m: float, preferred: Bools | None) -> _Spot:
    point = shapely.Point(to_metres(np.array([place], dtype=float), network.metric_epsg)[0])
    near = road_tree(network).query(point, predicate="dwithin", distance=limit_m)
    if preferred is not None:
        near = near[preferred[near]]
    if not len(near):
        meant = network.lines_m if preferred is None else network.lines_m[preferred]
        metres = float(shapely.distance(meant, point).min())
        raise OffNetworkError(
            f"{place[0]:.5f}, {place[1]:.5f} is {metres:,.0f} m from the nearest such road, limit {limit_m:,.0f} m."
        )
    near = np.sort(near)
    distances = shapely.distance(network.lines_m[near], point)
    edge = int(near[np.argmin(distances)])
    share = float(shapely.line_locate_point(network.lines_m[edge], point, normalized=True))
    return _Spot(edge, share, float(distances.min()))


def _links(network: RoadNetwork, first: _Spot, last: _Spot, preferred: Bools | None) -> _Links:
    """Return the edges and the parts of the two edges on which the places lie; the places are the last two nodes."""
    count, own = network.node_count, network.edge_count
    rows = [
        (node, end, spot.edge, spot.share, share)
        for node, spot in ((count, first), (count + 1, last))
        for end, share in ((int(network.u[spot.edge]), 0.0), (int(network.v[spot.edge]), 1.0))
    ]
    if first.edge == last.edge:
        rows.append((count, count + 1, first.edge, first.share, last.share))
    more = np.array(rows, dtype=float)
    begin, end = np.append(np.zeros(own), more[:, 3]), np.append(np.ones(own), more[:, 4])
    edge = np.append(np.arange(own), more[:, 2].astype(np.int64))
    metres = network.length_m[edge] * np.abs(end - begin)
    if preferred is not None:
        metres = np.where(preferred[edge], metres, metres * DETOUR_FACTOR)
    tail = np.append(network.u.astype(np.int64), more[:, 0].astype(np.int64))
    head = np.append(network.v.astype(np.int64), more[:, 1].astype(np.int64))
    return _shortest_only(_Links(tail, head, metres, edge, begin, end))


def _shortest_only(links: _Links) -> _Links:
    """Leave one link between two nodes, for a sparse array would add up their metres."""
    low, high = np.minimum(links.tail, links.head), np.maximum(links.tail, links.head)
    order = np.lexsort((links.edge, links.metres, high, low))
    order = order[low[order] != high[order]]
    same = (np.diff(low[order], prepend=-1) == 0) & (np.diff(high[order], prepend=-1) == 0)
    return _Links(*(column[order[~same]] for column in links))


def _walk(links: _Links, count: int) -> list[int] | None:
    """Return the nodes from the first place to the last, or None where no road joins them."""
    # A sparse array takes 0 for no link at all.
    metres = np.maximum(links.metres, 1e-6)
    graph = csr_array((metres, (links.tail, links.head)), shape=(count + 2, count + 2))
    far, before = dijkstra(graph, directed=False, indices=np.array([count]), return_predecessors=True)
    if not np.isfinite(far[0, count + 1]):
        return None
    nodes = [count + 1]
    while nodes[-1] != count:
        nodes.append(int(before[0, nodes[-1]]))
    return nodes[::-1]


def _join(network: RoadNetwork, links: _Links, nodes: Sequence[int], spots: tuple[_Spot, _Spot]) -> Section:
    number = {(a, b): i for i, (a, b) in enumerate(zip(links.tail.tolist(), links.head.tolist(), strict=True))}
    metres: dict[int, float] = {}
    parts: list[Floats] = []
    for a, b in itertools.pairwise(nodes):
        forward = (a, b) in number
        link = number[(a, b) if forward else (b, a)]
        shares = (float(links.begin[link]), float(links.end[link]))
        begin, end = shares if forward else shares[::-1]
        edge = int(links.edge[link])
        part = substring(network.lines_m[edge], begin, end, normalized=True)
        parts.append(shapely.get_coordinates(part))
        metres[edge] = metres.get(edge, 0.0) + float(network.length_m[edge]) * abs(end - begin)
    coords = np.concatenate(parts)
    kept = np.append(True, np.abs(np.diff(coords, axis=0)).sum(axis=1) > 0)
    coords = coords[kept] if kept.sum() > 1 else coords[[0, -1]]
    line = shapely.LineString(to_degrees(coords, network.metric_epsg))
    total = sum(metres.values())
    enough = min(ENOUGH_M, MOST_OF_LINE * total)
    shut = [edge for edge, part in metres.items() if part >= min(LEAST_SHARE * network.length_m[edge], enough)]
    return Section(np.array(shut, dtype=np.int64), line, total, spots[0].distance_m, spots[1].distance_m)
