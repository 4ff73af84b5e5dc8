"""Isochrones, sums of coverage, closures, snapping: hand-made answers and laws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from drawn_networks import CAR, EPSG, at, draw
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geo.closures import pieces_along
from geo.coverage import coverage, unreachable_reason, weighted_percentile
from geo.crs import to_metres
from geo.isochrone import isochrones, reached_roads
from geo.snapping import snap
from geo.travel_time import edge_seconds, node_times, travel_time_matrix

STRAIGHT = draw((1, 2, [(0, 0), (6000, 0)]), (2, 3, [(6000, 0), (12_000, 0)]))
# Two banks of a river, 400 m apart, joined by a bridge 5 km to the east.
RIVER = draw(
    (1, 2, [(0, 0), (5000, 0)]),
    (2, 3, [(5000, 0), (5000, 400)]),
    (3, 4, [(5000, 400), (0, 400)]),
    (2, 5, [(5000, 0), (9000, 0)]),
)


def in_metres(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape of degrees in metres."""
    return shapely.transform(shape, lambda xy: to_metres(xy, EPSG))


def test_an_area_along_a_straight_road_has_the_size_worked_out_on_paper() -> None:
    (area,) = isochrones(STRAIGHT, at((6000, 0)), [300], profile=CAR).geometry
    # 3,000 m each way by car. The walk of 300 m (300 s) is left only at the origin and shrinks to nothing at the ends:
    # a rhombus of 6,000 by 600 m, cut off by nothing, as the walk is limited to 300 m.
    assert in_metres(area).area == pytest.approx(6000 * 600 / 2, rel=0.1)
    west, south, east, north = in_metres(area).bounds
    assert east - west == pytest.approx(6000, abs=250)
    assert north - south == pytest.approx(600, abs=120)


def test_roads_are_cut_where_the_time_is_up() -> None:
    origin = snap(STRAIGHT, at((6000, 0)), CAR)
    nodes = node_times(STRAIGHT, origin, CAR)[0]
    lines = reached_roads(STRAIGHT, nodes, edge_seconds(STRAIGHT, CAR), 250)
    assert shapely.length(lines).sum() == pytest.approx(5000, abs=0.1)


def test_the_other_bank_is_not_reached_without_the_bridge() -> None:
    (area,) = isochrones(RIVER, at((500, 0)), [240], profile=CAR).geometry
    reached = in_metres(area)
    start = to_metres(at((500, 0)), EPSG)[0]
    assert reached.contains(shapely.Point(*start))
    # 400 m across the water is farther than one walks from a road; by road it is 9.4 km.
    assert not reached.contains(shapely.Point(start[0], start[1] + 400))
    (later,) = isochrones(RIVER, at((500, 0)), [1100], profile=CAR).geometry
    assert in_metres(later).contains(shapely.Point(start[0], start[1] + 400))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 1500), min_size=1, max_size=4), st.integers(0, 9000))
def test_areas_are_valid_and_nest(cutoffs: list[int], east: int) -> None:
    frame = isochrones(RIVER, at((east, 0)), cutoffs, profile=CAR)
    assert frame["cutoff_s"].tolist() == cutoffs
    assert frame.geometry.is_valid.all()
    by_time = [shape for _, shape in sorted(zip(cutoffs, frame.geometry, strict=True), key=lambda pair: pair[0])]
    for smaller, larger in itertools.pairwise(by_time):
        assert shapely.difference(smaller, larger).area <= 1e-12


def test_a_place_off_the_roads_reaches_nothing() -> None:
    frame = isochrones(STRAIGHT, at((0, 900)), [600], profile=CAR)
    assert frame.geometry.is_empty.all()
    with pytest.raises(ValueError, match="Cutoffs"):
        isochrones(STRAIGHT, at((0, 0)), [], profile=CAR)
    with pytest.raises(ValueError, match="Cutoffs"):
        isochrones(STRAIGHT, at((0, 0)), [-1], profile=CAR)


def test_people_inside_an_area_are_those_reached_in_time() -> None:
    draw_places = np.random.default_rng(3)
    # Beside one of the banks: between them the nearest road is not the one from which one is there first.
    beside = draw_places.uniform(-100, 100, 3000) + draw_places.choice([0, 400], 3000)
    places = np.column_stack([draw_places.uniform(-100, 9100, 3000), beside])
    times = travel_time_matrix(RIVER, at((500, 0)), at(*places), profile=CAR)[0]
    (area,) = isochrones(RIVER, at((500, 0)), [600], profile=CAR).geometry
    inside = shapely.contains_xy(area, *at(*places).T)
    near_a_road = np.isfinite(times)
    assert (inside == (times <= 600))[near_a_road].mean() > 0.97


# --- sums ----------------------------------------------------------------
TIMES = arrays.arrays(float, st.integers(0, 30), elements=st.one_of(st.floats(0, 4000), st.just(np.inf)))


@given(TIMES, st.data())
def test_nobody_is_lost_and_longer_covers_no_fewer(times: np.ndarray, data: st.DataObject) -> None:
    people = data.draw(arrays.arrays(np.int64, len(times), elements=st.integers(0, 500)))
    cutoffs = sorted(data.draw(st.lists(st.floats(0, 4000), min_size=1, max_size=4)))
    found = coverage(times, people, cutoffs)
    assert found.total == people.sum()
    for covered, beyond in zip(found.covered, found.beyond, strict=True):
        assert covered + beyond + found.unreachable == found.total
    assert list(found.covered) == sorted(found.covered)
    half = np.arange(len(times)) % 2 == 0
    parts = [coverage(times[mine], people[mine], cutoffs) for mine in (half, ~half)]
    assert [sum(pair) for pair in zip(*(part.covered for part in parts), strict=True)] == list(found.covered)


def test_the_limit_itself_is_covered() -> None:
    found = coverage([599.99, 600.0, 600.01, np.inf], [1, 10, 100, 1000], [600])
    assert (found.covered, found.beyond, found.unreachable) == ((11,), (100,), 1000)


def test_mean_and_95_per_cent_are_weighted() -> None:
    found = coverage([100, 200, 300], [94, 1, 5], [0])
    assert found.mean_s == pytest.approx((100 * 94 + 200 + 300 * 5) / 100)
    assert found.p95_s == 200
    nobody = coverage([100, np.inf], [0, 5], [600])
    assert (nobody.mean_s, nobody.p95_s, nobody.covered) == (None, None, (0,))
    assert weighted_percentile(np.array([5.0]), np.array([0]), 0.95) is None


@pytest.mark.parametrize(
    ("times", "people"), [([1, 2], [1]), ([np.nan], [1]), ([-1], [1]), ([1], [-1]), ([1], [np.nan]), ([[1]], [[1]])]
)
def test_nonsense_is_refused(times: list[float], people: list[float]) -> None:
    with pytest.raises(ValueError, match=r"travel time|Demand"):
        coverage(times, people, [600])


def test_reasons() -> None:
    snapped = np.array([False, True, True])
    assert unreachable_reason(snapped) == ["off_network", "island", "island"]
    without = np.array([np.inf, np.inf, 500], dtype=np.float32)
    assert unreachable_reason(snapped, without) == ["off_network", "island", "closed"]


# --- closures ----------------------------------------------------------------
CROSSING = draw(
    (1, 2, [(0, 0), (1000, 0)]),
    (2, 3, [(1000, 0), (2000, 0)]),
    (4, 2, [(1000, -1000), (1000, 0)]),
    (2, 5, [(1000, 0), (1000, 1000)]),
)


def closed(*places: tuple[float, float]) -> list[int]:
    """Return the pieces that a closure drawn through places shuts."""
    return pieces_along(CROSSING, [shapely.LineString(at(*places))]).tolist()


def test_a_closure_shuts_the_road_along_it_and_not_the_road_across() -> None:
    assert closed((0, 10), (1000, 10)) == [0]
    assert closed((0, 0), (2000, 0)) == [0, 1]
    assert closed((200, 0), (400, 0)) == [0]
    assert closed((500, -40), (500, 40)) == []
    assert closed((0, 500), (900, 500)) == []
    assert pieces_along(CROSSING, []).tolist() == []
