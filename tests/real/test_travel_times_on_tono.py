"""Travel times on the real roads of Tono: networkx's Dijkstra is the oracle."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from geo.profiles import CAR, CAR_WINTER, Profile
from geo.road_network import RoadNetwork
from geo.snapping import Snapped
from geo.travel_time import travel_time_matrix

PAIRS_FROM = 100
PAIRS_TO = 100


@pytest.fixture(scope="module")
def roads(shared_data: Path) -> pd.DataFrame:
    return pd.read_parquet(shared_data / "tono" / "tono_roads.parquet")


@pytest.fixture(scope="module")
def network(shared_data: Path) -> RoadNetwork:
    return RoadNetwork.from_osm(shared_data / "tono" / "tono.osm.pbf")


def graph_of(network: RoadNetwork, profile: Profile) -> nx.DiGraph:
    """Return the roads as a networkx graph; of parallel roads the fastest."""
    graph = nx.DiGraph()
    for i in range(network.edge_count):
        seconds = network.length_m[i] / (profile.speed_kmh[network.highways[network.highway[i]]] / 3.6)
        a, b = int(network.u[i]), int(network.v[i])
        for tail, head in [(a, b)] if network.oneway[i] else [(a, b), (b, a)]:
            if seconds < graph.get_edge_data(tail, head, {"s": np.inf})["s"]:
                graph.add_edge(tail, head, s=seconds)
    return graph


def at_nodes(network: RoadNetwork, nodes: np.ndarray, profile: Profile) -> Snapped:
    """Return nodes as places without any walk, on a piece that begins or ends there."""
    edge, share = np.empty(len(nodes), dtype=np.int64), np.empty(len(nodes))
    for row, node in enumerate(nodes):
        begins = np.flatnonzero(network.u == node)
        edge[row] = begins[0] if len(begins) else np.flatnonzero(network.v == node)[0]
        share[row] = 0.0 if len(begins) else 1.0
    still = np.zeros(len(nodes))
    return Snapped(network.fingerprint, profile.name, edge, share, still, network.node_lonlat[nodes])


@pytest.mark.parametrize("profile", [CAR, CAR_WINTER], ids=lambda profile: profile.name)
def test_ten_thousand_pairs_of_nodes_equal_networkx(network: RoadNetwork, profile: Profile) -> None:
    draw = np.random.default_rng(7)
    origins = draw.choice(network.node_count, PAIRS_FROM, replace=False)
    destinations = draw.choice(network.node_count, PAIRS_TO, replace=False)
    places = (at_nodes(network, nodes, profile) for nodes in (origins, destinations))
    found = travel_time_matrix(network, *places, profile=profile)
    graph = graph_of(network, profile)
    expected = np.full(found.shape, np.inf)
    for row, origin in enumerate(origins):
        times = nx.single_source_dijkstra_path_length(graph, int(origin), weight="s")
        expected[row] = [times.get(int(node), np.inf) for node in destinations]
    assert np.isfinite(expected).mean() > 0.8
    np.testing.assert_array_equal(np.isinf(found), np.isinf(expected))
    reached = np.isfinite(expected)
    assert np.abs(found[reached] - expected[reached]).max() < 0.5


def test_openstreetmap_and_its_edges_are_the_same_roads(network: RoadNetwork, roads: pd.DataFrame) -> None:
    edges = RoadNetwork.from_edges(roads)
    assert network.km == pytest.approx(roads["length_m"].sum() / 1000, rel=0.001)
    assert edges.km == pytest.approx(network.km, rel=0.001)
    assert set(edges.highways) == set(network.highways) == set(roads["highway"])
    assert edges.piece_count == network.piece_count
    # One-way roads decide who can turn back. They are short, so that lengths by sphere and by ellipsoid show.
    one_way = network.length_m[network.oneway].sum()
    assert edges.length_m[edges.oneway].sum() == pytest.approx(one_way, rel=0.005)
