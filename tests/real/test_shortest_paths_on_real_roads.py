"""Both kernels on the real roads of Tono and of all Iwate: scipy in float64 is the oracle."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR
from geo.shortest_paths import Ends, search_within, sweep_times
from geo.travel.road_times import road_times

ORIGINS = 20
HALF_HOUR = 1800.0
# What half a tick for each of hundreds of edges may add up to.
EXACT = 0.01


@pytest.fixture(scope="module", params=["tono", "iwate"])
def network(request: pytest.FixtureRequest, shared_data: Path) -> RoadNetwork:
    return RoadNetwork.from_edges(gpd.read_parquet(shared_data / request.param / f"{request.param}_roads.parquet"))


@pytest.fixture(scope="module")
def origins(network: RoadNetwork) -> np.ndarray:
    return np.random.default_rng(11).choice(network.node_count, ORIGINS, replace=False)


@pytest.fixture(scope="module")
def swept(network: RoadNetwork, origins: np.ndarray) -> np.ndarray:
    roads = road_times(network, CAR)
    times = np.empty((ORIGINS, network.node_count))
    assert roads.hierarchy is not None
    sweep_times(roads.hierarchy, Ends.at_nodes(origins), roads.all_nodes, roads.clock, times)
    return times


def by_scipy(network: RoadNetwork, origins: np.ndarray) -> np.ndarray:
    """Return seconds from nodes to all nodes; scipy would add parallel edges up, so the fastest is chosen first."""
    seconds = network.length_m / (np.array([CAR.speed_kmh[name] for name in network.highways])[network.highway] / 3.6)
    back = ~network.oneway
    tail, head = np.append(network.u, network.v[back]), np.append(network.v, network.u[back])
    seconds = np.append(seconds, seconds[back])
    order = np.lexsort((seconds, head, tail))
    pair = tail[order] * network.node_count + head[order]
    first = order[np.unique(pair, return_index=True)[1]]
    shape = (network.node_count, network.node_count)
    return dijkstra(csr_array((seconds[first], (tail[first], head[first])), shape=shape), indices=origins)


def test_sweeps_equal_scipy(network: RoadNetwork, origins: np.ndarray, swept: np.ndarray) -> None:
    exact = by_scipy(network, origins)
    np.testing.assert_array_equal(np.isinf(swept), np.isinf(exact))
    within = exact <= HALF_HOUR
    assert within.sum() > 1000
    assert np.abs(swept[within] - exact[within]).max() <= EXACT
    # The same places within half an hour, but for those on the very edge of it.
    clear = np.abs(exact - HALF_HOUR) > EXACT
    np.testing.assert_array_equal((swept <= HALF_HOUR)[clear], within[clear])


def test_searches_equal_sweeps_to_the_last_tick(network: RoadNetwork, origins: np.ndarray, swept: np.ndarray) -> None:
    roads = road_times(network, CAR)
    for limit_s in (HALF_HOUR, np.inf):
        found = search_within(roads.graph, Ends.at_nodes(origins), roads.clock.limit(limit_s))
        times = np.full(swept.shape, np.inf)
        times[np.repeat(np.arange(ORIGINS), np.diff(found.pointer)), found.node] = roads.clock.seconds(found.ticks)
        np.testing.assert_array_equal(times, np.where(swept <= limit_s, swept, np.inf))
