"""A place known only within some metres: positions worked out by hand, and no true position is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_networks import CAR, CORNER, EPSG, at, draw
from hypothesis import example, given
from hypothesis import strategies as st

from geo.crs import to_metres
from geo.roads.snapping import snap
from geo.travel.place_error import STEPS, positions_within
from geo.travel.travel_time import travel_time_matrix

ROAD = (1, 2, [(0, 0), (3000, 0)])
BRANCH = (2, 3, [(3000, 0), (3000, 2000)])
LONELY = (8, 9, [(1000, 150), (1100, 150)])


def metres(lonlat: np.ndarray) -> np.ndarray:
    """Return places as east and north in metres."""
    return to_metres(lonlat, EPSG) - CORNER


def test_a_place_that_is_known_exactly_has_one_position():
    found = positions_within(draw(ROAD), at((1000, 20))[0], 0, CAR)
    assert metres(found.lonlat) == pytest.approx(np.array([[1000, 0]]), abs=0.02)
    assert found.distance_m == pytest.approx([20], abs=0.02)
    assert len(positions_within(draw(ROAD), at((1000, 900))[0], 0, CAR)) == 0


def test_positions_reach_as_far_as_the_place_may_lie():
    found = positions_within(draw(ROAD), at((1000, 0))[0], 500, CAR)
    east, north = metres(found.lonlat).T
    assert (east.min(), east.max()) == pytest.approx((500, 1500), abs=1)
    assert np.abs(north).max() < 0.02
    # The place itself comes first; of the others none is farther from the next than a twelfth of the radius.
    assert metres(found.lonlat)[0] == pytest.approx([1000, 0], abs=0.02)
    assert np.diff(np.sort(east)).max() <= 500 / STEPS + 0.1


def test_the_place_itself_keeps_its_walk_to_the_road():
    found = positions_within(draw(ROAD), at((1000, 150))[0], 500, CAR)
    assert found.distance_m[0] == pytest.approx(150, abs=0.02)
    assert found.distance_m[1:].max() < 0.1
    east, _ = metres(found.lonlat).T
    reach = np.sqrt(500**2 - 150**2)
    assert (east.min(), east.max()) == pytest.approx((1000 - reach, 1000 + reach), abs=1)


def test_a_place_that_is_far_from_a_road_may_be_at_one():
    found = positions_within(draw(ROAD), at((1000, 900))[0], 1000, CAR)
    assert len(found) > 0
    assert np.hypot(*(metres(found.lonlat) - [1000, 900]).T).max() < 1000.1
    assert len(positions_within(draw(ROAD), at((1000, 900))[0], 500, CAR)) == 0


def test_a_stretch_that_leads_nowhere_is_no_position():
    found = positions_within(draw(ROAD, LONELY), at((1000, 0))[0], 500, CAR)
    assert set(found.edge.tolist()) == {0}
    # But where the place lies on that stretch, it may be anywhere.
    found = positions_within(draw(ROAD, LONELY), at((1050, 150))[0], 500, CAR)
    assert set(found.edge.tolist()) == {0, 1}


@pytest.mark.parametrize("radius_m", [-1, np.nan, np.inf])
def test_a_radius_must_be_a_number_of_metres(radius_m):
    with pytest.raises(ValueError, match="must be a number of metres, 0 or more"):
        positions_within(draw(ROAD), at((1000, 0))[0], radius_m, CAR)


@example(place=(1510, 0), radius_m=45, true=[(0.25, 4.25)])
@given(
    place=st.tuples(st.integers(0, 3000), st.integers(-150, 150)),
    radius_m=st.integers(1, 1500),
    true=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 2 * np.pi)), min_size=1, max_size=20),
)
def test_no_true_position_is_sooner_or_later_than_those_tried(place, radius_m, true):
    network = draw(ROAD, BRANCH, (3, 4, [(3000, 2000), (0, 2000)]), (1, 5, [(0, 0), (0, 900)]))
    goals = at((0, 0), (1500, 0), (3000, 1000), (0, 2000), (0, 900))
    tried = travel_time_matrix(network, positions_within(network, at(place)[0], radius_m, CAR), goals, profile=CAR)
    share, angle = np.array(true).T
    away = radius_m * np.sqrt(share)
    positions = at(*(np.array(place) + np.column_stack([away * np.cos(angle), away * np.sin(angle)])).tolist())
    # The true place is on the road nearest to a point in the circle, where that is in the circle itself.
    on_road = snap(network, positions, replace(CAR, max_snap_m=5000.0)).lonlat
    on_road = on_road[np.hypot(*(metres(on_road) - place).T) <= radius_m]
    times = travel_time_matrix(network, on_road, goals, profile=CAR)
    # Later or, where a goal lies between two positions, sooner than any that was tried by no more than half a step
    # along a road at 10 m/s.
    half_a_step_s = radius_m / STEPS / 20 + 0.1
    assert (times <= tried.max(axis=0, initial=0) + half_a_step_s).all()
    assert (times >= tried.min(axis=0, initial=np.inf) - half_a_step_s).all()
