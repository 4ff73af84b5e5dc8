"""What each edge is worth: answers by hand, and closing one after the other as the oracle."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn_networks import CAR, FOOT, at, draw
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import networks

from geo.coverage.critical_links import CriticalLinks, critical_links
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile
from geo.roads.snapping import Snapped, snap
from geo.travel.travel_time import nearest_origin


def by_closing_each(
    network: RoadNetwork, origins, destinations, *, profile: Profile, cutoff_s: float, closed=()
) -> list:
    """Return who loses cover with each edge, found the slow way."""

    def covered(shut) -> np.ndarray:
        times, _ = nearest_origin(network, origins, destinations, profile=profile, cutoff_s=cutoff_s, closed=shut)
        return np.isfinite(times)

    before = covered(list(closed))
    return [np.flatnonzero(before & ~covered([*closed, edge])).tolist() for edge in range(network.edge_count)]


def lost(found: CriticalLinks, network: RoadNetwork) -> list:
    """Return who loses cover with each edge."""
    return [found.lost_with(edge).tolist() for edge in range(network.edge_count)]


# A ring of four roads with a tail: 0 - 1 - 2 - 3 - 0 and 2 - 4, each 1,000 m or 100 s.
RING = draw(
    (0, 1, [(0, 0), (1000, 0)]),
    (1, 2, [(1000, 0), (1000, 1000)]),
    (2, 3, [(1000, 1000), (0, 1000)]),
    (3, 0, [(0, 1000), (0, 0)]),
    (2, 4, [(1000, 1000), (2000, 1000)]),
)
CORNERS = at((0, 0), (1000, 0), (1000, 1000), (0, 1000), (2000, 1000))


@pytest.mark.parametrize(
    ("cutoff_s", "loss"),
    [
        # Within 300 s everybody is there; round the ring it takes 300 s to a neighbour and 200 s across, so that only
        # the tail is lost, and it only with its own road.
        (300.1, [0, 0, 0, 0, 10_000]),
        # Within 200 s a neighbour is lost with its road: 300 s the other way. Across there are two ways.
        (200.1, [10, 0, 0, 1_000, 0]),
        (99, [0, 0, 0, 0, 0]),
    ],
)
def test_a_ring_and_a_tail(cutoff_s: float, loss: list[int]) -> None:
    found = critical_links(RING, CORNERS[:1], CORNERS, [1, 10, 100, 1_000, 10_000], profile=CAR, cutoff_s=cutoff_s)
    assert found.loss.tolist() == loss
    assert np.issubdtype(found.loss.dtype, np.integer)


def test_a_place_on_the_closed_road_is_cut_off_unless_it_stands_at_its_end() -> None:
    # In the middle of the road from 0 to 1, at its end, and right where the consultant stands.
    places = at((500, 0), (1000, 0), (250, 0))
    start = at((250, 0))
    found = critical_links(RING, start, places, [1, 10, 100], profile=CAR, cutoff_s=10_000)
    assert lost(found, RING) == [[0, 1], [], [], [], []]
    # The consultant's own road is closed on both sides; from a neighbour's road the end of the closed one is reached.
    found = critical_links(RING, CORNERS[3:4], places, [1, 10, 100], profile=CAR, cutoff_s=10_000)
    assert lost(found, RING) == [[0, 2], [], [], [], []]


def test_of_two_consultants_one_stands_in_for_the_other() -> None:
    both = at((0, 0), (2000, 1000))
    found = critical_links(RING, both, CORNERS, np.ones(5), profile=CAR, cutoff_s=10_000)
    assert found.loss.tolist() == [0, 0, 0, 0, 0]


def test_a_parallel_road_takes_over_and_a_oneway_street_does_not_lead_back() -> None:
    edges = [(0, 1, [(0, 0), (1000, 0)]), (0, 1, [(0, 0), (500, 200), (1000, 0)]), (1, 2, [(1000, 0), (2000, 0)])]
    ends = at((0, 0), (2000, 0))
    two = draw(*edges)
    assert critical_links(two, ends[:1], ends, [1, 5], profile=CAR, cutoff_s=1000).loss.tolist() == [0, 0, 5]
    back = draw(*edges, oneway=[1])
    assert critical_links(back, ends[1:], ends, [1, 5], profile=CAR, cutoff_s=1000).loss.tolist() == [1, 0, 1]


def test_no_consultant_no_place_no_road() -> None:
    nobody = np.empty((0, 2))
    assert critical_links(RING, nobody, CORNERS, np.ones(5), profile=CAR, cutoff_s=600).loss.tolist() == [0] * 5
    assert critical_links(RING, CORNERS, nobody, [], profile=CAR, cutoff_s=600).loss.tolist() == [0] * 5
    far = at((50_000, 50_000))
    assert critical_links(RING, far, far, [3], profile=CAR, cutoff_s=600).loss.tolist() == [0] * 5


@pytest.mark.parametrize(
    ("demand", "cutoff_s"),
    [([1] * 4, 600), ([1, 1, 1, 1, -1], 600), ([1, 1, 1, 1, np.nan], 600), ([1] * 5, -1), ([1] * 5, np.nan)],
)
def test_nonsense_is_refused(demand: list[float], cutoff_s: float) -> None:
    with pytest.raises(ValueError, match=r"demand|Demand|cutoff"):
        critical_links(RING, CORNERS[:1], CORNERS, demand, profile=CAR, cutoff_s=cutoff_s)


def test_it_tells_how_far_it_is_and_can_be_stopped() -> None:
    told = []
    critical_links(RING, CORNERS[:1], CORNERS, np.ones(5), profile=CAR, cutoff_s=600, tell=lambda *n: told.append(n))
    assert told[0][0] == 0
    assert told[-1] == (told[-1][1], told[-1][1])

    def stop(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        critical_links(RING, CORNERS[:1], CORNERS, np.ones(5), profile=CAR, cutoff_s=600, tell=stop)


SPOTS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=6).map(
    lambda spots: at(*(50 * np.array(spots)))
)


def on_the_roads(network: RoadNetwork, spots: np.ndarray, profile: Profile) -> Snapped:
    """Return spots and all nodes: in the middle of edges, at their ends and off the roads."""
    return snap(network, np.concatenate([spots, network.node_lonlat]), profile)


@settings(max_examples=80)
@given(networks, SPOTS, SPOTS, st.sampled_from([CAR, FOOT]), st.data())
def test_it_equals_closing_every_edge(
    network: RoadNetwork, starts: np.ndarray, spots: np.ndarray, profile: Profile, data: st.DataObject
) -> None:
    origins, places = snap(network, starts, profile), on_the_roads(network, spots, profile)
    closed = data.draw(st.lists(st.integers(0, network.edge_count - 1), max_size=2))
    # A time that occurs, so that somebody stands right at the limit.
    times, _ = nearest_origin(network, origins, places, profile=profile, closed=closed)
    finite = [60.0, *times[np.isfinite(times)].tolist()]
    cutoff_s = data.draw(st.sampled_from([*finite, 1.5 * max(finite), np.inf]))
    found = critical_links(
        network, origins, places, np.arange(len(places)), profile=profile, cutoff_s=cutoff_s, closed=closed
    )
    expected = by_closing_each(network, origins, places, profile=profile, cutoff_s=cutoff_s, closed=closed)
    assert lost(found, network) == expected
    assert found.loss.tolist() == [sum(gone) for gone in expected]


SIDE, LANES = 22, 151
BRIDGE = 2 * 2 * SIDE * (SIDE - 1)


def two_towns() -> tuple[RoadNetwork, np.ndarray]:
    """Return two chequered towns, the bridge that alone joins them, and lanes with a place at the end of each."""
    rng = np.random.default_rng(7)
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    across, along = np.stack([node[:, :-1], node[:, 1:]], -1), np.stack([node[:-1], node[1:]], -1)
    streets = np.concatenate([across.reshape(-1, 2), along.reshape(-1, 2)])
    town = 100.0 * np.column_stack(np.divmod(node.reshape(-1), SIDE))
    spots = np.concatenate([town, town + np.array([4_000.0, 0.0])])
    ends = rng.choice(len(spots), LANES, replace=False)
    pairs = np.concatenate(
        [
            streets,
            streets + SIDE * SIDE,
            [(SIDE * SIDE - 1, SIDE * SIDE)],
            np.column_stack([ends, len(spots) + np.arange(LANES)]),
        ]
    )
    spots = np.concatenate([spots, spots[ends] + np.array([40.0, 30.0])])
    lines = shapely.linestrings(at(*spots)[pairs])
    metres = np.hypot(*(spots[pairs[:, 0]] - spots[pairs[:, 1]]).T) + rng.integers(0, 300, len(pairs))
    oneway = (rng.random(len(pairs)) < 0.1) & (np.arange(len(pairs)) < BRIDGE)
    table = {"u": pairs[:, 0], "v": pairs[:, 1], "highway": "road", "oneway": oneway, "length_m": metres}
    return RoadNetwork.from_edges(gpd.GeoDataFrame(table, geometry=lines)), at(*spots)


def test_two_thousand_planted_streets() -> None:
    network, spots = two_towns()
    assert network.edge_count == 2_000
    places = snap(network, spots, CAR)
    people = 1 + np.arange(len(spots)) % 7
    starts = places[[SIDE + 3, SIDE * SIDE - SIDE]]  # both in the first town
    found = critical_links(network, starts, places, people, profile=CAR, cutoff_s=900)
    assert lost(found, network) == by_closing_each(network, starts, places, profile=CAR, cutoff_s=900)
    # What was planted: the bridge costs all who are covered beyond it; a lane costs the place at its end.
    times, _ = nearest_origin(network, starts, places, profile=CAR, cutoff_s=900)
    beyond = np.isfinite(times) & (network.node_xy[:, 0] > network.node_xy[SIDE * SIDE, 0] - 1)
    assert found.loss[BRIDGE] == found.loss.max() == people[beyond].sum() > 0
    for lane in range(BRIDGE + 1, network.edge_count):
        assert people[network.v[lane]] * np.isfinite(times[network.v[lane]]) == found.loss[lane]
