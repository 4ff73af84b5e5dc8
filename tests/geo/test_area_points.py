"""Where areas are reached: worked out by hand on drawn roads."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from drawn_networks import CAR, FOOT, at, draw

from geo.travel.area_points import area_points

# A road along the x axis of 10 km, and a track that leaves it northwards at 4 km.
ROADS = draw(
    (1, 2, [(0, 0), (4000, 0)]), (2, 3, [(4000, 0), (10000, 0)]), (2, 4, [(4000, 0), (4000, 3000)]), tracks=[2]
)


# The road alone, a lane of 600 m at (1000, 400) that no road joins, and one at its end that may only be left.
CUT_OFF = draw(
    (1, 2, [(0, 0), (4000, 0)]),
    (2, 3, [(4000, 0), (10000, 0)]),
    (5, 6, [(1000, 400), (1600, 400)]),
    (7, 3, [(10000, 800), (10000, 0)]),
    oneway=[3],
)


def square(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Return a rectangle given in metres."""
    return shapely.Polygon(at((west, south), (east, south), (east, north), (west, north)))


def shapes(*given: shapely.Polygon | None) -> np.ndarray:
    """Return shapes as an array."""
    array = np.empty(len(given), dtype=object)
    array[:] = given
    return array


def test_a_point_near_a_road_stays_whatever_its_shape():
    found = area_points(ROADS, at((1000, 190), (2000, -50)), shapes(square(900, -900, 1100, 900), None), CAR)
    assert found.is_moved.tolist() == [False, False]
    assert found.places.distance_m == pytest.approx([190, 50], abs=0.01)


def test_a_point_far_from_roads_moves_to_the_nearest_road_inside_its_area():
    # From (2500, 900) the x axis is nearest at (2500, 0); the area meets it only from 3000 on.
    found = area_points(ROADS, at((2500, 900)), shapes(square(3000, -500, 3500, 2000)), CAR)
    assert found.is_moved.tolist() == [True]
    assert found.places.edge.tolist() == [0]
    assert found.places.share == pytest.approx([0.75], abs=1e-5)
    assert found.places.distance_m == pytest.approx([0], abs=0.05)
    assert found.own_distance_m == pytest.approx([900], abs=0.01)


def test_of_several_roads_inside_the_nearest_counts():
    # Inside are the axis (1,500 m below) and the track (600 m to the west).
    found = area_points(ROADS, at((4600, 1500)), shapes(square(3900, -100, 5000, 2000)), CAR)
    assert found.places.edge.tolist() == [2]
    assert found.places.share == pytest.approx([0.5], abs=1e-4)


def test_roads_that_the_profile_may_not_use_do_not_count():
    no_tracks = type(CAR)("no-tracks", {"road": 36.0}, max_snap_m=200.0)
    found = area_points(ROADS, at((4600, 1500)), shapes(square(3900, 100, 5000, 2000)), no_tracks)
    assert found.is_moved.tolist() == [False]
    assert not found.places.is_snapped[0]


@pytest.mark.parametrize("shape", [None, shapely.Polygon(), square(2000, 500, 3000, 1500)])
def test_where_no_road_is_inside_the_area_stays_off_the_network(shape):
    found = area_points(ROADS, at((2500, 900), (0, 0)), shapes(shape, None), FOOT)
    assert found.places.is_snapped.tolist() == [False, True]
    assert found.is_moved.tolist() == [False, False]
    assert found.own_distance_m[0] == pytest.approx(900, abs=0.01)


def test_a_shape_that_crosses_itself_is_taken_as_its_parts():
    # A bow tie: two triangles that meet at (3000, 700); the lower one lies on the axis.
    bow = shapely.Polygon(at((2500, -100), (3500, 1500), (2500, 1500), (3500, -100)))
    found = area_points(ROADS, at((3000, 700)), shapes(bow), CAR)
    assert found.places.edge.tolist() == [0]
    assert found.places.share == pytest.approx([0.75], abs=1e-4)


def test_an_area_at_a_lane_that_no_road_joins_is_reached_on_the_roads_inside_it():
    inside, beside = square(500, -100, 2000, 900), square(500, 100, 2000, 900)
    points = at((1200, 450), (1200, 450), (1200, 450), (1200, 150))
    found = area_points(CUT_OFF, points, shapes(inside, beside, None, inside), CAR)
    # Inside the first is the road along the axis. The second has the lane alone, the third has no shape; the fourth
    # lies at the road.
    assert found.is_moved.tolist() == [True, False, False, False]
    assert found.places.edge.tolist() == [0, 2, 2, 0]
    assert found.places.share == pytest.approx([0.3, 1 / 3, 1 / 3, 0.3], abs=1e-4)
    assert found.own_distance_m == pytest.approx([50, 50, 50, 150], abs=0.01)


def test_a_lane_that_can_be_left_but_not_entered_leads_less_far_than_the_road():
    points, area = at((9900, 700)), shapes(square(9500, -100, 10500, 900))
    by_car, on_foot = area_points(CUT_OFF, points, area, CAR), area_points(CUT_OFF, points, area, FOOT)
    assert (by_car.is_moved.tolist(), by_car.places.edge.tolist()) == ([True], [1])
    assert (on_foot.is_moved.tolist(), on_foot.places.edge.tolist()) == ([False], [3])


def test_as_many_shapes_as_points():
    with pytest.raises(ValueError, match="1 shapes for 2 points"):
        area_points(ROADS, at((0, 0), (1, 1)), shapes(None), CAR)
    with pytest.raises(ValueError, match="not a point on the globe"):
        area_points(ROADS, [[39.3, 141.5]], None, CAR)


def test_without_shapes_points_are_all_there_is():
    found = area_points(ROADS, at((1000, 0), (1000, 900)), None, CAR)
    assert found.places.is_snapped.tolist() == [True, False]
    assert not found.is_moved.any()
