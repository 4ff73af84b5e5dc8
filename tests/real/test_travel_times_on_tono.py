"""Travel times and areas on the real roads of Tono: networkx's Dijkstra and a look at every road are the oracles."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.crs import to_metres
from geo.roads.access import access_edges
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR, CAR_WINTER, Profile
from geo.roads.snapping import Snapped
from geo.travel.isochrone import isochrones
from geo.travel.travel_time import nearest_origin, travel_time_matrix

PAIRS_FROM = 100
PAIRS_TO = 100


@pytest.fixture(scope="module")
def roads(shared_data: Path) -> pd.DataFrame:
    return pd.read_parquet(shared_data / "tono" / "tono_roads.parquet")


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
    """Return nodes as places without any walk, on an edge that begins or ends there."""
    edge, share = np.empty(len(nodes), dtype=np.int64), np.empty(len(nodes))
    for row, node in enumerate(nodes):
        begins = np.flatnonzero(network.u == node)
        edge[row] = begins[0] if len(begins) else np.flatnonzero(network.v == node)[0]
        share[row] = 0.0 if len(begins) else 1.0
    still = np.zeros(len(nodes))
    return Snapped(network.fingerprint, profile.name, edge, share, still, network.node_lonlat[nodes])


def some_nodes(network: RoadNetwork) -> tuple[np.ndarray, np.ndarray]:
    """Return origins and destinations whose pairs are ten thousand."""
    draw = np.random.default_rng(7)
    origins = draw.choice(network.node_count, PAIRS_FROM, replace=False)
    return origins, draw.choice(network.node_count, PAIRS_TO, replace=False)


def by_networkx(network: RoadNetwork, profile: Profile, origins: np.ndarray, destinations: np.ndarray) -> np.ndarray:
    """Return the seconds from nodes to nodes, inf where there is no way."""
    graph = graph_of(network, profile)
    seconds = np.full((len(origins), len(destinations)), np.inf)
    for row, origin in enumerate(origins):
        times = nx.single_source_dijkstra_path_length(graph, int(origin), weight="s")
        seconds[row] = [times.get(int(node), np.inf) for node in destinations]
    return seconds


def assert_equal_within(seconds: float, found: np.ndarray, expected: np.ndarray) -> None:
    """Check that the same pairs are reached, none of them sooner or later than allowed."""
    np.testing.assert_array_equal(np.isinf(found), np.isinf(expected))
    reached = np.isfinite(expected)
    assert reached.mean() > 0.8
    assert np.abs(found[reached] - expected[reached]).max() < seconds


@pytest.mark.parametrize("profile", [CAR, CAR_WINTER], ids=lambda profile: profile.name)
def test_ten_thousand_pairs_of_nodes_equal_networkx(network: RoadNetwork, profile: Profile) -> None:
    origins, destinations = some_nodes(network)
    places = (at_nodes(network, nodes, profile) for nodes in (origins, destinations))
    expected = by_networkx(network, profile, origins, destinations)
    assert_equal_within(0.5, travel_time_matrix(network, *places, profile=profile), expected)


def test_places_at_nodes_are_there_without_being_told(network: RoadNetwork) -> None:
    origins, destinations = some_nodes(network)
    found = travel_time_matrix(network, network.node_lonlat[origins], network.node_lonlat[destinations], profile=CAR)
    assert_equal_within(0.5, found, by_networkx(network, CAR, origins, destinations))


def test_places_beside_the_road_equal_a_look_at_every_road(network: RoadNetwork) -> None:
    draw = np.random.default_rng(11)
    places = network.node_lonlat[draw.choice(network.node_count, 40)] + draw.uniform(-0.002, 0.002, (40, 2))
    spots = shapely.points(to_metres(places, network.metric_epsg))
    metres = np.array([shapely.distance(spot, network.lines_m) for spot in spots])
    # Trips begin and end on roads with doors: not on the motorway, on bridges and in tunnels.
    metres[:, ~access_edges(network, CAR)] = np.inf
    edge, least = metres.argmin(axis=1), metres.min(axis=1)
    lines = network.lines_m[edge]
    share = shapely.line_locate_point(lines, spots) / shapely.length(lines)
    ends = np.stack([network.u[edge], network.v[edge]], axis=1)
    between = by_networkx(network, CAR, ends.ravel(), ends.ravel()).reshape(40, 2, 40, 2)
    whole = np.array([float(CAR.seconds(network.length_m[i], network.highways[network.highway[i]])) for i in edge])
    back = np.where(network.oneway[edge], np.inf, whole)
    leave, arrive = np.stack([share * back, (1 - share) * whole]), np.stack([share * whole, (1 - share) * back])
    expected = (between + leave.T[:, :, None, None] + arrive.T[None, None]).min(axis=(1, 3))
    walk = CAR.access_seconds(least)
    expected += walk[:, None] + walk[None]
    here = np.arange(40)
    # To itself a place is only as far as the road and back; no two of these lie on one edge.
    assert len(set(edge)) == 40
    expected[here, here] = 2 * walk
    expected[least > CAR.max_snap_m] = expected[:, least > CAR.max_snap_m] = np.inf
    assert_equal_within(0.5, travel_time_matrix(network, places, places, profile=CAR), expected)


def test_openstreetmap_and_its_edges_are_the_same_roads(network: RoadNetwork, roads: pd.DataFrame) -> None:
    edges = RoadNetwork.from_edges(roads)
    assert network.km == pytest.approx(roads["length_m"].sum() / 1000, rel=0.001)
    assert edges.km == pytest.approx(network.km, rel=0.001)
    assert set(edges.highways) == set(network.highways) == set(roads["highway"])
    assert edges.component_count == network.component_count
    # One-way roads decide who can turn back. They are short, so that lengths by sphere and by ellipsoid show.
    one_way = network.length_m[network.oneway].sum()
    assert edges.length_m[edges.oneway].sum() == pytest.approx(one_way, rel=0.005)


def test_the_roads_have_their_date(network: RoadNetwork) -> None:
    assert network.date == "2017-10-01"


def test_the_disconnected_components_are_those_of_the_data(roads: pd.DataFrame) -> None:
    edges = RoadNetwork.from_edges(roads)
    component = edges.node_component[edges.u]
    pairs = set(zip(component.tolist(), roads["component"].tolist(), strict=True))
    assert len(pairs) == roads["component"].nunique() == edges.component_count
    np.testing.assert_array_equal(component == 0, roads["main"])
    inside = roads["in_tono"].to_numpy()
    # What the description of the data says of the roads inside the city: 98.3 % hang together, 18 components do not.
    assert edges.length_m[inside & (component == 0)].sum() / edges.length_m[inside].sum() == pytest.approx(
        0.983, abs=5e-4
    )
    assert len(set(component[inside])) == 19


def test_areas_hold_the_people_who_are_reached_in_time(network: RoadNetwork, shared_data: Path, root: Path) -> None:
    register = pd.read_csv(root / "data" / "tono" / "resources.csv")
    posts = register.loc[register["kind"] == "centre", ["lon", "lat"]].to_numpy()
    cells = pd.read_parquet(shared_data / "tono" / "demand_250m_cells.parquet")
    homes, people = cells[["rep_lon", "rep_lat"]].to_numpy(), cells["population"].to_numpy()
    cutoffs = [600, 1200, 1800]
    times = travel_time_matrix(network, posts, homes, profile=CAR)
    frame = isochrones(network, posts, cutoffs, profile=CAR)
    assert len(posts) == 11
    inside = np.array([shapely.contains_xy(shape, homes) for shape in frame.geometry])
    in_time = times[frame["origin"]] <= frame["cutoff_s"].to_numpy()[:, None]
    assert (inside == in_time).mean() >= 0.99
    # Whoever is reached in time is inside; only a walk across from another road makes an area larger than that.
    assert (in_time & ~inside).mean() <= 0.0005
    # The same for people and for the nearest post, which is what the map and the table say side by side.
    nearest, _ = nearest_origin(network, posts, homes, profile=CAR)
    for cutoff, shapes in frame.groupby("cutoff_s"):
        by_area = people[shapely.contains_xy(shapely.union_all(shapes.geometry.to_numpy()), homes)].sum()
        assert by_area == pytest.approx(people[nearest <= cutoff].sum(), rel=0.01)


def test_a_saved_network_answers_as_the_one_that_was_built(network: RoadNetwork, tmp_path: Path) -> None:
    network.save(tmp_path / "tono.network")
    loaded = RoadNetwork.load(tmp_path / "tono.network")
    assert loaded.fingerprint == network.fingerprint
    places = network.node_lonlat[::700]
    before, after = (travel_time_matrix(roads, places, places, profile=CAR) for roads in (network, loaded))
    np.testing.assert_array_equal(before, after)
