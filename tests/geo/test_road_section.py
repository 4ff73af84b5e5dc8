"""The stretch of road between two places: answers by hand, and laws on random roads."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from drawn_networks import at, draw
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import OffNetworkError
from geo.roads.closures import edges_along, metres_to_road
from geo.roads.network import RoadNetwork
from geo.roads.section import Section, section_between

# A road from west to east, a long way round to the north, and a lane off it; an island far away.
ROADS = draw(
    (1, 2, [(0, 0), (1000, 0)]),
    (2, 3, [(1000, 0), (2000, 0)]),
    (2, 4, [(1000, 0), (1000, 2000)]),
    (4, 3, [(1000, 2000), (2000, 2000), (2000, 0)]),
    (3, 3, [(2000, 0), (2500, 0), (2500, -500), (2000, 0)]),
    (5, 6, [(0, 9000), (1000, 9000)]),
)
NORTHERN = np.array([True, False, True, True, False, False])


def section(start: tuple[float, float], end: tuple[float, float], **more) -> Section:
    """Return the stretch between two places in metres."""
    a, b = (tuple(at(place)[0]) for place in (start, end))
    return section_between(ROADS, a, b, **({"limit_m": 100.0} | more))


@pytest.mark.parametrize(
    ("start", "end", "metres", "edges"),
    [
        ((200, 5), (800, -5), 600, [0]),
        ((800, 0), (200, 0), 600, [0]),
        ((200, 0), (1800, 0), 1600, [0, 1]),
        ((1800, 0), (200, 0), 1600, [1, 0]),
        ((1000, 1900), (900, 0), 2000, [2, 0]),
        # Of the crossing's three roads those on which nothing is closed stay open.
        ((1000, 0), (1900, 0), 900, [1]),
        ((990, 0), (1900, 0), 910, [1]),
        # All of a loop but its beginning and end.
        ((2100, 0), (2100, -100), 241.4, [4]),
    ],
    ids=[
        "on one edge",
        "backwards",
        "over a node",
        "from the end",
        "round a corner",
        "from a node",
        "a tip",
        "a loop",
    ],
)
def test_by_hand(start, end, metres: float, edges: list[int]) -> None:
    found = section(start, end)
    assert found.length_m == pytest.approx(metres, abs=0.5)
    assert found.edges.tolist() == edges
    ends = np.array(found.line.coords)[[0, -1]]
    # The line begins and ends on the road beside the two places.
    assert np.abs(ends - at(start, end)).max() < 1e-4


def test_the_road_that_is_meant_comes_first() -> None:
    assert section((200, 0), (1990, 0)).edges.tolist() == [0, 1]
    around = section((200, 0), (1990, 0), preferred=NORTHERN)
    assert set(around.edges.tolist()) == {0, 2, 3}
    assert around.end_m == pytest.approx(10, abs=0.5)


def test_a_place_far_from_roads_and_an_island_are_refused() -> None:
    with pytest.raises(OffNetworkError, match="is 150 m from the nearest such road, limit 100 m"):
        section((500, -150), (800, 0))
    with pytest.raises(OffNetworkError, match="No road joins"):
        section((500, 0), (500, 9000))
    with pytest.raises(OffNetworkError, match="from the nearest such road"):
        section((1500, 0), (800, 0), preferred=NORTHERN)


PLACE = st.tuples(st.integers(0, 2000), st.integers(-50, 50))


@given(PLACE, PLACE)
def test_there_and_back_is_the_same_road(start: tuple[int, int], end: tuple[int, int]) -> None:
    there, back = section(start, end), section(end, start)
    assert there.length_m == pytest.approx(back.length_m, abs=1e-6)
    assert set(there.edges.tolist()) == set(back.edges.tolist())
    # No shorter than the straight line between the two points on the road, and as long as the line that is drawn.
    ends = shapely.points(there.line.coords)[[0, -1]]
    assert there.length_m * 1.001 + 0.5 >= metres(ROADS, shapely.LineString(ends))
    assert there.length_m == pytest.approx(metres(ROADS, there.line), rel=2e-3, abs=0.5)


@given(PLACE, PLACE)
def test_a_closure_along_the_stretch_shuts_its_edges(start: tuple[int, int], end: tuple[int, int]) -> None:
    found = section(start, end)
    if found.length_m > 50:
        assert set(found.edges.tolist()) <= set(edges_along(ROADS, [found.line]).tolist())


def metres(network: RoadNetwork, line: shapely.LineString) -> float:
    """Return the length of a line in degrees in metres, one degree of latitude taken as 111.1 km."""
    coords = np.array(line.coords)
    steps = np.diff(coords, axis=0) * (np.cos(np.radians(coords[0, 1])) * 111_320, 111_050)
    return float(np.hypot(*steps.T).sum())


def test_how_far_a_line_is_from_the_roads() -> None:
    assert metres_to_road(ROADS, shapely.LineString(at((0, -40), (1000, -60)))) == pytest.approx(40, abs=0.1)
    assert metres_to_road(ROADS, shapely.LineString(at((500, -10), (500, 10)))) == 0
