"""What others would use for the same searches, each in its own best form, on the same nodes and seconds.

All of them go from node to node; none knows places between nodes. Of parallel roads each is given the fastest.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
RECIPE_NODE_M, RECIPE_EDGE_M = 50.0, 25.0
LEAN_M = 100.0


@dataclass(frozen=True, eq=False)
class Roads:
    """A directed graph: edges with seconds both ways, inf where that is not allowed, and where the nodes lie."""

    u: Ints
    v: Ints
    forward: Floats
    backward: Floats
    xy: Floats

    @property
    def count(self) -> int:
        """Return the number of nodes."""
        return len(self.xy)

    @cached_property
    def arcs(self) -> tuple[Ints, Ints, Floats]:
        """Return tail, head and seconds of each arc, the fastest of parallel ones, loops left out."""
        tail, head = np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u])
        seconds = np.concatenate([self.forward, self.backward])
        order = np.lexsort((seconds, head, tail))
        order = order[np.isfinite(seconds[order]) & (tail[order] != head[order])]
        tail, head, seconds = tail[order], head[order], seconds[order]
        first = np.ones(len(tail), dtype=bool)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        return tail[first], head[first], seconds[first]

    @cached_property
    def matrix(self) -> csr_array:
        """Return the arcs as scipy wants them."""
        tail, head, seconds = self.arcs
        pointer = np.searchsorted(tail, np.arange(self.count + 1)).astype(np.int32)
        return csr_array((seconds, head.astype(np.int32), pointer), shape=(self.count, self.count))

    def scipy(self, origins: Ints, limit: float = np.inf) -> Floats:
        """Return dense rows of seconds."""
        return dijkstra(self.matrix, indices=origins, limit=limit)


def networkx_graph(roads: Roads, kind: Callable[[], Any] | None = None) -> Any:
    """Return the arcs as a networkx graph."""
    import networkx as nx  # noqa: PLC0415 - each rival is loaded where it is used, so that one may be missing

    graph = (kind or nx.DiGraph)()
    graph.add_nodes_from((i, {"x": x, "y": y}) for i, (x, y) in enumerate(roads.xy.tolist()))
    graph.add_weighted_edges_from(zip(*(array.tolist() for array in roads.arcs), strict=True), weight="s")
    return graph


def networkx(graph: Any, origins: Ints, cutoff: float | None = None) -> list[dict[int, float]]:
    """Return seconds by node for each origin."""
    import networkx as nx  # noqa: PLC0415

    return [nx.single_source_dijkstra_path_length(graph, int(i), cutoff=cutoff, weight="s") for i in origins]


def igraph_graph(roads: Roads) -> Any:
    """Return the arcs as an igraph graph."""
    import igraph  # noqa: PLC0415

    tail, head, seconds = roads.arcs
    graph = igraph.Graph(roads.count, np.column_stack([tail, head]), directed=True)
    graph.es["s"] = seconds
    return graph


def igraph(graph: Any, origins: Ints, destinations: Ints | None = None) -> list[list[float]]:
    """Return rows of seconds."""
    return graph.distances(origins.tolist(), None if destinations is None else destinations.tolist(), weights="s")


def rustworkx_graph(roads: Roads) -> Any:
    """Return the arcs as a rustworkx graph."""
    import rustworkx  # noqa: PLC0415

    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(roads.count))
    graph.add_edges_from(list(zip(*(array.tolist() for array in roads.arcs), strict=True)))
    return graph


def rustworkx(graph: Any, origins: Ints) -> list[Any]:
    """Return seconds by node for each origin."""
    import rustworkx as rx  # noqa: PLC0415

    return [rx.dijkstra_shortest_path_lengths(graph, int(i), float) for i in origins]


def pandana_graph(roads: Roads) -> Any:
    """Return the arcs as a pandana network, contracted."""
    import pandana  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    tail, head, seconds = roads.arcs
    x, y = (pd.Series(roads.xy[:, axis]) for axis in (0, 1))
    return pandana.Network(x, y, pd.Series(tail), pd.Series(head), pd.DataFrame({"s": seconds}), twoway=False)


def pandana(graph: Any, origins: Ints, destinations: Ints) -> Any:
    """Return seconds for each pair."""
    pairs = np.repeat(origins, len(destinations)), np.tile(destinations, len(origins))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names every pair that no road joins
        return graph.shortest_path_lengths(*pairs, imp_name="s")


def osmnx(graph: Any, origins: Ints, destinations: Ints) -> Any:
    """Return the shortest paths of pairs, as people take them."""
    import osmnx as ox  # noqa: PLC0415

    return ox.shortest_path(graph, origins.tolist(), destinations.tolist(), weight="s", cpus=1)


def street_graph(roads: Roads, lines: NDArray[np.object_]) -> Any:
    """Return a graph as osmnx makes it: two-way streets as two edges, each with its line in metres."""
    import networkx as nx  # noqa: PLC0415

    graph = nx.MultiDiGraph()
    graph.add_nodes_from((i, {"x": x, "y": y}) for i, (x, y) in enumerate(roads.xy.tolist()))
    for tail, head, seconds, along in (
        (roads.u, roads.v, roads.forward, lines),
        (roads.v, roads.u, roads.backward, shapely.reverse(lines)),
    ):
        for u, v, s, line in zip(tail.tolist(), head.tolist(), seconds.tolist(), along, strict=True):
            if np.isfinite(s):
                graph.add_edge(u, v, s=s, geometry=line)
    return graph


def hull_area(graph: Any, node: int, limit_s: float) -> Any:
    """Return the hull of the nodes that are reached."""
    import networkx as nx  # noqa: PLC0415

    part = nx.ego_graph(graph, node, radius=limit_s, distance="s")
    return shapely.MultiPoint([(d["x"], d["y"]) for _, d in part.nodes(data=True)]).convex_hull


def recipe_area(graph: Any, node: int, limit_s: float) -> Any:
    """Return what osmnx's example on isochrones draws: buffers around nodes and streets, joined, by geopandas.

    Its own margins, 50 m around nodes and 25 m around streets; each street along its line, straight only without one.
    """
    import networkx as nx  # noqa: PLC0415

    part = nx.ego_graph(graph, node, radius=limit_s, distance="s")
    spots = [shapely.Point(data["x"], data["y"]) for _, data in part.nodes(data=True)]
    nodes = gpd.GeoDataFrame({"id": list(part.nodes)}, geometry=spots).set_index("id")
    lines = []
    for u, v in part.edges():
        line = graph.get_edge_data(u, v)[0].get("geometry")
        lines.append(shapely.LineString([nodes.geometry[u], nodes.geometry[v]]) if line is None else line)
    buffers = [*nodes.buffer(RECIPE_NODE_M).geometry, *gpd.GeoSeries(lines).buffer(RECIPE_EDGE_M).geometry]
    return gpd.GeoSeries(buffers).union_all()


def lean_area(graph: Any, node: int, limit_s: float) -> Any:
    """Return less for less time: straight lines from node to node, 100 m around all, by shapely on whole arrays."""
    import networkx as nx  # noqa: PLC0415

    part = nx.ego_graph(graph, node, radius=limit_s, distance="s")
    place = {node: (data["x"], data["y"]) for node, data in part.nodes(data=True)}
    spots, lines = (
        shapely.points(list(place.values())),
        shapely.linestrings([(place[u], place[v]) for u, v in part.edges()]),
    )
    return shapely.union_all([*shapely.buffer(spots, LEAN_M), *shapely.buffer(lines, LEAN_M)])
