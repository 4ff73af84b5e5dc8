"""The roads of a trip: their seconds add up to its travel time, whatever the network and wherever the places lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_networks import CAR, at, draw
from hypothesis import given
from hypothesis import strategies as st
from random_networks import networks

from geo.roads.network import RoadNetwork
from geo.roads.snapping import snap
from geo.travel.road_times import edge_seconds
from geo.travel.routes import Routes, shortest_routes
from geo.travel.travel_time import travel_time_matrix

WAITING = replace(CAR, delay_s={"road": 5.0})
PLACES = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), min_size=1, max_size=5)


def routes(network: RoadNetwork, origins, destinations, profile=CAR) -> Routes:
    """Return the roads of trips between places given in metres."""
    return shortest_routes(
        network, snap(network, at(*origins), profile), snap(network, at(*destinations), profile), profile
    )


@given(networks, PLACES, st.sampled_from([CAR, WAITING]))
def test_the_parts_of_a_trip_add_up_to_its_travel_time(network: RoadNetwork, places, profile) -> None:
    pairs = [(a, b) for a in places for b in places]
    found = routes(network, [a for a, _ in pairs], [b for _, b in pairs], profile)
    times = travel_time_matrix(network, at(*places), at(*places), profile=profile).ravel()
    np.testing.assert_array_equal(np.isinf(found.seconds), np.isinf(times))
    np.testing.assert_allclose(found.seconds, times, rtol=0, atol=0.01)
    # An edge takes as long against the drawing as along it.
    forward, _ = edge_seconds(network, profile)
    driven = np.bincount(found.trip, weights=found.share * forward[found.edge], minlength=len(pairs))
    reached = np.isfinite(times)
    np.testing.assert_allclose((driven + found.walk_s)[reached], times[reached], rtol=0, atol=0.01)
    assert not np.isin(found.trip, np.flatnonzero(~reached)).any()
    assert ((found.share >= 0) & (found.share <= 1)).all()


# Two ways round from 1 to 3: the road through 2, and a shorter track.
FORK = draw((1, 2, [(0, 0), (500, 500)]), (2, 3, [(500, 500), (1000, 0)]), (1, 3, [(0, 0), (1000, 0)]), tracks=[2])


def test_the_faster_way_is_taken_and_not_the_shorter() -> None:
    found = routes(FORK, [(0, 0)], [(1000, 0)])
    whole = found.share > 0
    assert found.edge[whole].tolist() == [0, 1]
    assert found.seconds[0] == pytest.approx(2 * np.hypot(500, 500) / 10, abs=0.1)
    by_track = routes(FORK, [(0, 0)], [(1000, 0)], replace(CAR, speed_kmh={"road": 18.0, "track": 36.0}))
    assert by_track.edge[by_track.share > 0].tolist() == [2]


def test_a_trip_on_one_edge_uses_the_part_between_its_ends() -> None:
    found = routes(FORK, [(250, 0), (750, 0)], [(750, 0), (250, 0)])
    assert found.edge.tolist() == [2, 2]
    assert found.share.tolist() == pytest.approx([0.5, 0.5], abs=0.001)


def test_a_one_way_edge_is_left_by_its_end() -> None:
    ring = draw((1, 2, [(0, 0), (1000, 0)]), (2, 1, [(1000, 0), (500, 300), (0, 0)]), oneway=[0])
    found = routes(ring, [(600, 0)], [(400, 0)])
    # On to the end, back by the other edge, and along the first again.
    assert found.edge.tolist() == [0, 1, 0]
    assert found.share.tolist() == pytest.approx([0.4, 1, 0.4], abs=0.001)


def test_who_is_off_the_network_or_on_an_island_has_no_roads() -> None:
    islands = draw((1, 2, [(0, 0), (100, 0)]), (3, 4, [(0, 1000), (100, 1000)]))
    found = routes(islands, [(0, 0), (0, 500), (50, 0)], [(0, 1000), (0, 0), (100, 0)])
    assert found.seconds.tolist()[:2] == [np.inf, np.inf]
    assert set(found.trip.tolist()) == {2}


def test_a_closed_road_is_not_used() -> None:
    ends = [snap(FORK, at(place), CAR) for place in ((0, 0), (1000, 0))]
    found = shortest_routes(FORK, *ends, CAR, closed=[0])
    assert found.edge[found.share > 0].tolist() == [2]
    assert found.seconds[0] == pytest.approx(200, abs=0.1)


def test_trips_need_both_ends() -> None:
    places = snap(FORK, at((0, 0), (1000, 0)), CAR)
    with pytest.raises(ValueError, match="2 origins, but 1 destinations"):
        shortest_routes(FORK, places, places[:1], CAR)
