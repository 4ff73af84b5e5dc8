"""What others would use for the same searches, each in its own best form, on the same nodes and seconds.

All of them go from node to node; none knows places between nodes. Of parallel roads each is given the fastest.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


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
