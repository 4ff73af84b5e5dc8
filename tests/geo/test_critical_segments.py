"""Edges joined to stretches of road, and the way round them: answers by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn_networks import CAR, at, draw

from geo.coverage.critical_links import CriticalLinks, critical_links
from geo.coverage.critical_segments import Segment, critical_segments, different_roads
from geo.roads.network import RoadNetwork
from geo.roads.snapping import snap
from geo.travel.detours import detour


def valley(*roads: tuple[str, str], people: list[int]) -> tuple[RoadNetwork, CriticalLinks, list[Segment]]:
    """Return edges in a row of 1,000 m, from a consultant at one end, with people at the far end of each edge."""
    count = len(roads)
    spots = [(1000 * i, 0) for i in range(count + 1)]
    table = gpd.GeoDataFrame(
        {
            "u": np.arange(count),
            "v": np.arange(count) + 1,
            "highway": "road",
            "oneway": False,
            "length_m": 1000.0,
            "ref": [ref for ref, _ in roads],
            "name": [name for _, name in roads],
        },
        geometry=[shapely.LineString(at(*spots[i : i + 2])) for i in range(count)],
    )
    network = RoadNetwork.from_edges(table)
    places = snap(network, at(*spots), CAR)
    found = critical_links(network, places[:1], places[1:], people, profile=CAR, cutoff_s=10_000)
    return network, found, critical_segments(network, found)


def shape(segments: list[Segment]) -> list[tuple[list[int], int, float]]:
    """Return edges, worst edge and people of each segment."""
    return [(segment.edges.tolist(), segment.worst, segment.beyond) for segment in segments]


def test_people_on_the_edge_itself_are_lost_and_do_not_make_it_a_way_to_others() -> None:
    house, start, barn = at((500, 0), (-500, 0), (1500, 0))
    network = draw((0, 1, [(-1000, 0), (0, 0)]), (1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (2000, 0)]))
    places = snap(network, [house, barn], CAR)
    found = critical_links(network, [start], places, [500, 3], profile=CAR, cutoff_s=10_000)
    assert found.loss.tolist() == [503, 503, 3]
    assert found.beyond.tolist() == [503, 3, 0]
    # The consultant's own edge shuts the consultant in; it is told apart.
    assert found.has_origin.tolist() == [True, False, False]
    assert shape(critical_segments(network, found)) == [([1], 1, 3)]


def test_edges_in_a_row_that_cut_off_the_same_people_are_one_stretch() -> None:
    # Beyond the edges live 100, 100, 90, 80 and 79 and 10: eight in ten is the same people, 79 is not.
    _, found, segments = valley(*[("283", "")] * 6, people=[0, 10, 10, 1, 69, 10])
    assert found.beyond.tolist() == [100, 100, 90, 80, 79, 10]
    assert shape(segments) == [([0, 1, 2, 3], 0, 100), ([4], 4, 79), ([5], 5, 10)]
    # They are all among the hundred, and the road is the same: it is no second road.
    assert list(different_roads(segments, found)) == [0]


def test_another_name_is_another_road_and_no_name_is_one_by_its_class() -> None:
    roads = [("", "")] * 2 + [("", "街道")] * 2 + [("340", "街道")] * 2
    _, found, segments = valley(*roads, people=[0, 0, 0, 0, 0, 50])
    assert shape(segments) == [([0, 1], 0, 50), ([2, 3], 2, 50), ([4, 5], 4, 50)]
    assert [segment.road for segment in segments] == [("", "", "road"), ("", "街道", ""), ("340", "", "")]
    assert list(different_roads(segments, found)) == [0, 1, 2]


def test_two_valleys_of_one_road_are_two_segments() -> None:
    """From the consultant in the middle the road leads both ways: each way cuts off other people."""
    network = draw(*[(i, i + 1, [(1000 * i, 0), (1000 * i + 1000, 0)]) for i in range(4)])
    places = snap(network, network.node_lonlat, CAR)
    found = critical_links(network, places[[2]], places, [30, 1, 0, 2, 20], profile=CAR, cutoff_s=10_000)
    segments = critical_segments(network, found)
    assert shape(segments) == [([0, 1], 1, 31), ([2, 3], 2, 22)]
    assert list(different_roads(segments, found)) == [0, 1]


def test_every_costly_edge_is_in_one_stretch() -> None:
    _, found, segments = valley(*[("1", "")] * 4, *[("2", "")] * 4, people=[1, 5, 2, 9, 4, 4, 1, 7])
    edges = np.concatenate([segment.edges for segment in segments])
    assert sorted(edges.tolist()) == np.flatnonzero((found.beyond > 0) & ~found.has_origin).tolist()


# A block with a bow in one side: 0 - 1 - 2 - 3 in a row, 0 - 3 directly, and a dead end from 3.
BLOCK = draw(
    (0, 1, [(0, 0), (0, 500)]),
    (2, 1, [(500, 1000), (0, 500)]),
    (2, 3, [(500, 1000), (1000, 0)]),
    (0, 3, [(0, 0), (1000, 0)]),
    (3, 4, [(1000, 0), (2000, 0)]),
    (0, 5, [(0, 0), (-1000, 0)]),
)


def test_the_way_round_has_seconds_metres_edges_and_a_shape_in_its_direction() -> None:
    found = detour(BLOCK, 3, 0, [3], profile=CAR)
    assert found is not None
    metres = 500 + 500 * 2**0.5 + (500**2 + 1000**2) ** 0.5
    assert found.edges.tolist() == [2, 1, 0]
    assert found.length_m == pytest.approx(metres, abs=0.01)
    assert found.seconds == pytest.approx(metres / 10, abs=0.01)
    corners = at((1000, 0), (500, 1000), (0, 500), (0, 0))
    np.testing.assert_allclose(shapely.get_coordinates(found.line), corners, atol=1e-6)


def test_there_is_no_way_round_a_dead_end_a_second_closure_or_against_a_oneway_street() -> None:
    assert detour(BLOCK, 3, 4, [4], profile=CAR) is None
    assert detour(BLOCK, 3, 3, [], profile=CAR) is None
    assert detour(BLOCK, 0, 3, [3], profile=CAR, closed=[1]) is None
    edges = [(0, 1, [(0, 0), (1000, 0)]), (1, 0, [(1000, 0), (500, 300), (0, 0)])]
    oneway = draw(*edges, oneway=[1])
    assert detour(oneway, 0, 1, [0], profile=CAR) is None
    back = detour(oneway, 1, 0, [0], profile=CAR)
    assert back is not None
    assert back.edges.tolist() == [1]
