"""Laws of travel times on random directed networks, and networkx as an independent oracle."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import networkx as nx
import numpy as np
from drawn_networks import CAR, FOOT, SNOW, at
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import edge_tables, networks

from geo.roads.network import RoadNetwork
from geo.roads.snapping import snap
from geo.travel.travel_time import nearest_origin, node_times, travel_time_matrix

# Metres lost on the way to degrees and back, in seconds at 1 m/s on foot, for both ends of three trips.
SLACK = 0.2


BETWEEN_NODES = settings(max_examples=15)


def nodes_matrix(network: RoadNetwork, profile=CAR, **options) -> np.ndarray:
    """Return the travel times between all nodes that lie on a usable edge."""
    places = snap(network, network.node_lonlat, profile)
    return travel_time_matrix(network, places, places, profile=profile, **options)


@BETWEEN_NODES
@given(networks)
def test_no_time_to_oneself_and_no_shorter_way_by_a_third_place(network: RoadNetwork) -> None:
    times = nodes_matrix(network)
    assert np.abs(np.diag(times)).max() <= SLACK
    detour = (times[:, :, None] + times[None, :, :]).min(axis=1)
    assert (times <= detour + SLACK).all()


@BETWEEN_NODES
@given(edge_tables())
def test_turning_every_road_round_turns_the_matrix_round(table: gpd.GeoDataFrame) -> None:
    turned = table.assign(u=table["v"], v=table["u"], geometry=table.geometry.reverse())
    there, back = nodes_matrix(RoadNetwork.from_edges(table)), nodes_matrix(RoadNetwork.from_edges(turned))
    np.testing.assert_allclose(there, back.T, rtol=0, atol=SLACK)


PLACES = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), min_size=1, max_size=5)


@BETWEEN_NODES
@given(edge_tables(), PLACES)
def test_also_beside_the_road_turning_round_turns_the_matrix_round(
    table: gpd.GeoDataFrame, places: list[tuple[int, int]]
) -> None:
    turned = table.assign(u=table["v"], v=table["u"], geometry=table.geometry.reverse())
    there, back = (
        travel_time_matrix(RoadNetwork.from_edges(roads), at(*places), at(*places), profile=CAR)
        for roads in (table, turned)
    )
    np.testing.assert_allclose(there, back.T, rtol=0, atol=SLACK)


@BETWEEN_NODES
@given(networks, PLACES)
def test_to_oneself_it_is_the_road_and_back(network: RoadNetwork, places: list[tuple[int, int]]) -> None:
    found = snap(network, at(*places), CAR)
    times = np.diag(travel_time_matrix(network, found, found, profile=CAR))
    walk = np.where(found.is_snapped, CAR.access_seconds(found.distance_m), np.inf)
    np.testing.assert_allclose(times, 2 * walk, rtol=0, atol=0.01)


@BETWEEN_NODES
@given(networks, PLACES)
def test_on_foot_it_is_as_far_there_as_back(network: RoadNetwork, places: list[tuple[int, int]]) -> None:
    times = travel_time_matrix(network, at(*places), at(*places), profile=FOOT)
    np.testing.assert_allclose(times, times.T, rtol=0, atol=0.01)


@BETWEEN_NODES
@given(networks, st.data())
def test_closing_a_road_never_helps(network: RoadNetwork, data: st.DataObject) -> None:
    closed = data.draw(st.lists(st.integers(0, network.edge_count - 1), min_size=1, unique=True))
    assert (nodes_matrix(network, closed=closed) >= nodes_matrix(network)).all()


@BETWEEN_NODES
@given(networks)
def test_snow_is_never_faster(network: RoadNetwork) -> None:
    assert (nodes_matrix(network, SNOW) >= nodes_matrix(network, CAR)).all()


@BETWEEN_NODES
@given(edge_tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(table: gpd.GeoDataFrame, random) -> None:
    rows = list(range(len(table)))
    random.shuffle(rows)
    one, other = RoadNetwork.from_edges(table), RoadNetwork.from_edges(table.iloc[rows])
    assert one.fingerprint == other.fingerprint
    np.testing.assert_allclose(nodes_matrix(one), nodes_matrix(other), atol=SLACK)


@BETWEEN_NODES
@given(networks, st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), min_size=1, max_size=4))
def test_the_nearest_origin_is_the_least_of_the_matrix(network: RoadNetwork, places: list[tuple[int, int]]) -> None:
    origins = at(*places)
    matrix = travel_time_matrix(network, origins, network.node_lonlat, profile=CAR)
    times, who = nearest_origin(network, origins, network.node_lonlat, profile=CAR)
    np.testing.assert_array_equal(times, matrix.min(axis=0))
    np.testing.assert_array_equal(who, np.where(np.isinf(times), -1, matrix.argmin(axis=0)))


@BETWEEN_NODES
@given(networks, st.floats(0, 400))
def test_a_cutoff_only_cuts(network: RoadNetwork, cutoff: float) -> None:
    whole, cut = nodes_matrix(network), nodes_matrix(network, cutoff_s=cutoff)
    np.testing.assert_array_equal(cut, np.where(whole <= cutoff, whole, np.inf))


def as_networkx(network: RoadNetwork, profile) -> nx.DiGraph:
    """Return the same roads as a networkx graph with seconds, built without any code of the product but its arrays."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.node_count))
    for i in range(network.edge_count):
        speed = profile.speed_kmh.get(network.highways[network.highway[i]])
        if speed is None:
            continue
        seconds = network.length_m[i] / (speed / 3.6)
        arcs = [(network.u[i], network.v[i])]
        if profile.ignores_oneway or not network.oneway[i]:
            arcs.append((network.v[i], network.u[i]))
        for a, b in arcs:
            if seconds < graph.get_edge_data(a, b, {"s": np.inf})["s"]:
                graph.add_edge(a, b, s=seconds)
    return graph


@BETWEEN_NODES
@given(networks, st.sampled_from([CAR, FOOT]))
def test_node_times_equal_networkx(network: RoadNetwork, profile) -> None:
    places = snap(network, network.node_lonlat, profile)
    # At the node itself: no walk, whichever of the edges that end there it was snapped to.
    ends = replace(places, distance_m=np.zeros(len(places)))
    found = node_times(network, ends, profile)
    graph = as_networkx(network, profile)
    expected = np.full(found.shape, np.inf)
    for origin in range(network.node_count):
        for node, seconds in nx.single_source_dijkstra_path_length(graph, origin, weight="s").items():
            expected[origin, node] = seconds
    np.testing.assert_array_equal(np.isinf(found), np.isinf(expected))
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.01)
