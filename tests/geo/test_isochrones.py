"""Areas of equal travel time: the definition itself as the oracle, drawings by hand, and laws on random networks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from drawn_networks import CAR, CORNER, EPSG, FOOT, at, draw
from hypothesis import given
from hypothesis import strategies as st
from random_networks import networks

from geo.crs import to_metres
from geo.roads.network import RoadNetwork
from geo.roads.points import STEP_M
from geo.roads.profiles import Profile
from geo.roads.snapping import Snapped, snap
from geo.travel.isochrone import BAND_M, CELL_M, WALK_LIMIT_M, isochrones
from geo.travel.travel_time import travel_time_matrix

STRAIGHT = draw((1, 2, [(0, 0), (6000, 0)]), (2, 3, [(6000, 0), (12_000, 0)]))
# Two banks of a river, 1,000 m apart, joined by a bridge 5 km to the east.
RIVER = draw(
    (1, 2, [(0, 0), (5000, 0)]),
    (2, 3, [(5000, 0), (5000, 1000)]),
    (3, 4, [(5000, 1000), (0, 1000)]),
    (2, 5, [(5000, 0), (9000, 0)]),
)
# A square of one-way streets, 2,000 m each, driven anticlockwise from the corner (0, 0).
RING = draw(
    (1, 2, [(0, 0), (2000, 0)]),
    (2, 3, [(2000, 0), (2000, 2000)]),
    (3, 4, [(2000, 2000), (0, 2000)]),
    (4, 1, [(0, 2000), (0, 0)]),
    oneway=(0, 1, 2, 3),
)
# How far the border on a grid may lie from the true one; where a road ends, the points that stand for it come on top.
CLOSE_M = 0.75 * CELL_M
AT_WORST_M = CLOSE_M + STEP_M


def areas(
    network: RoadNetwork, origin: tuple[float, float], *cutoffs: float, profile: Profile = CAR, **options: object
) -> list[shapely.Geometry]:
    """Return the areas of one origin in metres from the corner of the drawing."""
    frame = isochrones(network, at(origin), cutoffs, profile=profile, **options)
    metric = shapely.transform(frame.geometry.to_numpy(), lambda xy: to_metres(xy, EPSG) - CORNER)
    return list(np.atleast_1d(metric))


def covers(area: shapely.Geometry, *places: tuple[float, float]) -> list[bool]:
    """Return whether places in metres lie inside."""
    return shapely.contains_xy(area, np.array(places)).tolist()


def by_definition(
    network: RoadNetwork, origin: tuple[float, float], cutoff: float, profile: Profile = CAR
) -> shapely.Geometry:
    """Return discs around all places on the road, as wide as may be walked from each in the time that is left."""
    edge = np.repeat(np.arange(network.edge_count), 300)
    share = np.tile(np.linspace(0, 1, 300), network.edge_count)
    # Where the trip gets to the road: nobody may get any farther, and that need not be one of the others.
    foot = snap(network, at(origin), profile)
    edge, share = (np.append(along, of[foot.is_snapped]) for along, of in ((edge, foot.edge), (share, foot.share)))
    feet = shapely.line_interpolate_point(network.lines_m[edge], share, normalized=True)
    spots = shapely.get_coordinates(feet) - CORNER
    places = Snapped(network.fingerprint, profile.name, edge, share, np.zeros(len(edge)), at(*spots))
    times = travel_time_matrix(network, at(origin), places, profile=profile)[0]
    pace = float(profile.access_seconds(np.ones(1))[0])
    left = np.minimum((cutoff - times) / pace, WALK_LIMIT_M)
    radius = np.maximum(left[times <= cutoff], BAND_M)
    return shapely.union_all(shapely.buffer(shapely.points(spots[times <= cutoff]), radius))


@pytest.mark.parametrize(
    ("network", "origin", "cutoff", "profile"),
    [
        (STRAIGHT, (6000, 0), 300, CAR),
        (STRAIGHT, (3000, 0), 100, CAR),
        (STRAIGHT, (2500, 150), 400, CAR),
        (RIVER, (500, 0), 240, CAR),
        (RIVER, (4800, 30), 333, CAR),
        (RING, (500, 0), 350, CAR),
        (RING, (500, 0), 900, FOOT),
    ],
    ids=["at a node", "mid-edge", "beside the road", "a bank", "at the bridge", "one-way", "on foot"],
)
def test_areas_equal_their_definition(
    network: RoadNetwork, origin: tuple[float, float], cutoff: float, profile: Profile
) -> None:
    (found,) = areas(network, origin, cutoff, profile=profile)
    expected = by_definition(network, origin, cutoff, profile)
    assert not found.is_empty
    assert shapely.buffer(expected, CLOSE_M).contains(found)
    assert shapely.buffer(found, CLOSE_M).contains(expected)
    # All along the border, what is too much and what is missing nearly make up for each other.
    assert found.area == pytest.approx(expected.area, abs=expected.length * CELL_M / 10)


def test_an_area_along_a_straight_road_has_the_size_worked_out_on_paper() -> None:
    (area,) = areas(STRAIGHT, (6000, 0), 300)
    # In 300 s one drives 3,000 m each way. At x metres from the origin 300 - x/10 s are left, walked at 1 m/s: half the
    # width is 300 - x/10, down to the band of 71 m at 2,293 m, and the ends are half discs of that radius.
    flank = (300 + BAND_M) / 2 * 2293 + BAND_M * 707
    assert area.area == pytest.approx(4 * flank + np.pi * BAND_M**2, rel=0.02)
    west, south, east, north = area.bounds
    assert (west, east) == pytest.approx((3000 - BAND_M, 9000 + BAND_M), abs=CLOSE_M)
    assert (south, north) == pytest.approx((-300, 300), abs=CLOSE_M)


def test_in_the_middle_of_a_long_road_one_gets_both_ways_though_no_node_is_near() -> None:
    (area,) = areas(STRAIGHT, (3000, 0), 100)
    west, _, east, _ = area.bounds
    assert (west, east) == pytest.approx((2000 - BAND_M, 4000 + BAND_M), abs=CLOSE_M)
    assert covers(area, (3000, 0), (2100, 0), (3900, 0), (1800, 0), (4200, 0)) == [True, True, True, False, False]


def test_on_a_one_way_road_one_gets_ahead_only() -> None:
    (area,) = areas(RING, (1000, 0), 80)
    assert covers(area, (1000, 0), (1700, 0), (1800, 0), (800, 0)) == [True, True, True, False]
    # Round the ring to 500 m behind the origin: 1,000 + 3 × 2,000 + 500 m.
    assert covers(areas(RING, (1000, 0), 740)[0], (500, 0)) == [False]
    assert covers(areas(RING, (1000, 0), 760)[0], (500, 0)) == [True]
    assert covers(areas(RING, (1000, 0), 300, profile=FOOT)[0], (800, 0)) == [True]


def test_the_other_bank_is_reached_over_the_bridge_only() -> None:
    soon, later = areas(RIVER, (500, 0), 400, 1060)
    assert covers(soon, (500, 0), (3500, 0), (500, 1000)) == [True, True, False]
    # 4,500 m to the bridge, 1,000 m over it, 4,500 m back: 1,000 s.
    assert covers(later, (500, 1000), (500, 500)) == [True, False]
    before, after = areas(RIVER, (500, 0), 990, 1010)
    assert (covers(before, (500, 1000)), covers(after, (500, 1000))) == ([False], [True])


def test_a_closed_bridge_keeps_the_other_bank_out() -> None:
    open_area, closed_area = areas(RIVER, (500, 0), 1060)[0], areas(RIVER, (500, 0), 1060, closed=[1])[0]
    assert covers(closed_area, (4900, 0), (500, 1000)) == [True, False]
    assert shapely.difference(closed_area, open_area).area <= 1


def test_the_walk_to_the_road_takes_its_time() -> None:
    assert areas(STRAIGHT, (3000, 150), 149)[0].is_empty
    assert covers(areas(STRAIGHT, (3000, 150), 160)[0], (3000, 0)) == [True]


def test_nothing_is_reached_from_off_the_roads() -> None:
    frame = isochrones(STRAIGHT, at((0, 900), (0, 0)), [600, 300], profile=CAR)
    assert frame["origin"].tolist() == [0, 0, 1, 1]
    assert frame["cutoff_s"].tolist() == [600, 300, 600, 300]
    assert frame.geometry.is_empty.tolist() == [True, True, False, False]
    assert set(frame.geometry.geom_type) == {"MultiPolygon"}
    assert frame.crs.to_epsg() == 4326
    assert len(isochrones(STRAIGHT, np.empty((0, 2)), [600], profile=CAR)) == 0


@pytest.mark.parametrize("cutoffs", [[], [-1], [600, np.inf], [np.nan]])
def test_what_is_no_cutoff_is_refused(cutoffs: list[float]) -> None:
    with pytest.raises(ValueError, match="Cutoffs must be finite numbers of seconds not below 0"):
        isochrones(STRAIGHT, at((0, 0)), cutoffs, profile=CAR)


def test_places_of_another_network_are_refused() -> None:
    with pytest.raises(ValueError, match="another network"):
        isochrones(STRAIGHT, snap(RIVER, at((0, 0)), CAR), [600], profile=CAR)


PLACE = st.tuples(st.integers(0, 2000), st.integers(0, 2000))


@given(networks, PLACE, st.lists(st.integers(0, 500), min_size=1, max_size=4))
def test_areas_are_valid_and_nest(network: RoadNetwork, origin: tuple[int, int], cutoffs: list[int]) -> None:
    frame = isochrones(network, at(origin), cutoffs, profile=CAR)
    assert frame["cutoff_s"].tolist() == cutoffs
    assert frame.geometry.is_valid.all()
    by_time = [shape for _, shape in sorted(zip(cutoffs, frame.geometry, strict=True), key=lambda pair: pair[0])]
    for smaller, larger in itertools.pairwise(by_time):
        assert shapely.difference(smaller, larger).area <= 1e-12


@given(networks, PLACE, st.integers(0, 300), st.integers(1, 300))
def test_an_area_does_not_depend_on_what_else_is_asked(
    network: RoadNetwork, origin: tuple[int, int], cutoff: int, more: int
) -> None:
    (alone,), (both, _) = areas(network, origin, cutoff), areas(network, origin, cutoff, cutoff + more)
    assert shapely.symmetric_difference(alone, both).area <= 1e-3


@given(networks, PLACE, st.integers(0, 400))
def test_roads_reached_in_time_lie_inside_and_far_ones_outside(
    network: RoadNetwork, origin: tuple[int, int], cutoff: int
) -> None:
    (area,) = areas(network, origin, cutoff)
    # Whether a place at the very cutoff is reached is decided by the rounding of metres.
    sooner, later = (by_definition(network, origin, cutoff + change) for change in (-0.1, 0.1))
    assert shapely.difference(sooner, shapely.buffer(area, AT_WORST_M)).area <= 1e-3
    assert shapely.difference(area, shapely.buffer(later, AT_WORST_M)).area <= 1e-3
