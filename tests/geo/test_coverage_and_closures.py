"""Sums of coverage and closed stretches of road: answers by hand, and laws."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from drawn_networks import CAR, at, draw
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geo.coverage.people_reached import coverage, coverage_by_group, unreachable_reason
from geo.roads.closures import edges_along
from geo.roads.network import RoadNetwork
from geo.travel.travel_time import nearest_origin, travel_time_matrix

TIMES = arrays.arrays(float, st.integers(0, 30), elements=st.one_of(st.floats(0, 4000), st.just(np.inf)))
CUTOFFS = st.lists(st.one_of(st.floats(0, 4000), st.just(np.inf)), min_size=1, max_size=4)


@given(TIMES, CUTOFFS, st.data())
def test_nobody_is_lost_and_longer_covers_no_fewer(
    times: np.ndarray, cutoffs: list[float], data: st.DataObject
) -> None:
    people = data.draw(arrays.arrays(np.int64, len(times), elements=st.integers(0, 500)))
    found = coverage(times, people, cutoffs)
    assert found.total == people.sum()
    assert found.unreachable == people[np.isinf(times)].sum()
    for covered, beyond in zip(found.covered, found.beyond, strict=True):
        assert covered + beyond + found.unreachable == found.total
    order = np.argsort(cutoffs, kind="stable")
    assert (np.diff(np.array(found.covered)[order]) >= 0).all()
    half = np.arange(len(times)) % 2 == 0
    parts = [coverage(times[mine], people[mine], cutoffs) for mine in (half, ~half)]
    assert [sum(pair) for pair in zip(*(part.covered for part in parts), strict=True)] == list(found.covered)


def test_people_are_counted_exactly_and_not_as_decimals() -> None:
    found = coverage([1.0, np.inf], [2**60 + 1, 2**60 + 1], [600])
    assert found.total == 2**61 + 2
    assert found.covered == (2**60 + 1,)
    assert all(type(value) is int for value in (found.total, *found.covered, *found.beyond, found.unreachable))


def test_the_limit_itself_is_covered() -> None:
    found = coverage([599.99, 600.0, 600.01, np.inf], [1, 10, 100, 1000], [600])
    assert (found.covered, found.beyond, found.unreachable) == ((11,), (100,), 1000)
    # A time that was worked out as float32 is no later than itself.
    times = np.array([389.99], dtype=np.float32)
    assert coverage(times, [1], [float(times[0])]).covered == (1,)


def test_mean_and_95_per_cent_are_weighted() -> None:
    found = coverage([100, 200, 300], [94, 1, 5], [0])
    assert found.mean_s == pytest.approx((100 * 94 + 200 + 300 * 5) / 100)
    assert found.p95_s == 200
    nobody = coverage([100, np.inf], [0, 5], [600])
    assert (nobody.mean_s, nobody.p95_s, nobody.covered, nobody.unreachable) == (None, None, (0,), 5)
    empty = coverage([], [], [600])
    assert (empty.total, empty.covered, empty.mean_s) == (0, (0,), None)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9), st.integers(0, 2)), max_size=60))
def test_95_per_cent_are_those_of_people_in_a_row(groups: list[tuple[int, int, int]]) -> None:
    times, people, group = np.array(groups, dtype=np.int64).reshape(-1, 3).T
    whole, parts = coverage_by_group(times, people, group.astype(np.int16), 3, [10])
    for found, mine in [(whole, group >= 0), *((part, group == number) for number, part in enumerate(parts))]:
        row = sorted(np.repeat(times[mine], people[mine]).tolist())
        # The first within whose time at least 95 of a hundred are: counted in whole people.
        expected = next((time for place, time in enumerate(row, 1) if 100 * place >= 95 * len(row)), None)
        assert found.p95_s == expected


@pytest.mark.parametrize(
    ("times", "people"), [([1, 2], [1]), ([np.nan], [1]), ([-1], [1]), ([1], [-1]), ([1], [np.nan]), ([[1]], [[1]])]
)
def test_nonsense_is_refused(times: list[float], people: list[float]) -> None:
    with pytest.raises(ValueError, match=r"travel time|Demand"):
        coverage(times, people, [600])


def test_a_cutoff_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="Cutoffs must be numbers"):
        coverage([1], [1], [600, np.nan])


def test_reasons() -> None:
    snapped = np.array([False, True, True])
    assert unreachable_reason(snapped) == ["off_network", "island", "island"]
    without = np.array([np.inf, np.inf, 500], dtype=np.float32)
    assert unreachable_reason(snapped, without) == ["off_network", "island", "closed"]


# --- coverage of roads: one road of 6 km, people every kilometre ----------------------------------------------------
ROAD = draw((1, 2, [(0, 0), (6000, 0)]))
HOMES = at(*((1000 * i, 0) for i in range(7)))
PEOPLE = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000]


def covered(*posts: tuple[float, float], cutoffs: tuple[float, ...] = (100, 250)) -> tuple[float, ...]:
    """Return the people within each cutoff of the nearest of the posts, at 10 m/s."""
    times, _ = nearest_origin(ROAD, at(*posts), HOMES, profile=CAR)
    return coverage(times, PEOPLE, cutoffs).covered


def test_coverage_of_a_road_worked_out_on_paper() -> None:
    # From 2,000 m one gets to 1,000 and 3,000 m in 100 s, and from 0 to 4,000 m in 250 s.
    assert covered((2010, 0), cutoffs=(102, 250)) == (1110, 11_111)
    assert covered((10, 0), (5990, 0), cutoffs=(102, 250)) == (1_100_011, 1_110_111)


def test_without_posts_nobody_is_covered() -> None:
    assert covered() == (0, 0)


@given(st.lists(st.tuples(st.integers(0, 6000), st.integers(-100, 100)), max_size=3), st.integers(0, 6000))
def test_one_more_post_covers_no_fewer(posts: list[tuple[int, int]], more: int) -> None:
    assert all(a <= b for a, b in zip(covered(*posts), covered(*posts, (more, 0)), strict=True))


# --- closures: a road from west to east, crossed at (1000, 0), with short streets off it -----------------------------
CROSSING = draw(
    (1, 2, [(0, 0), (1000, 0)]),
    (2, 3, [(1000, 0), (2000, 0)]),
    (4, 2, [(1000, -1000), (1000, 0)]),
    (2, 5, [(1000, 0), (1000, 1000)]),
    # Short edges, which lie wholly within 30 m of the road or its end.
    (3, 6, [(2000, 0), (2040, 0)]),
    (3, 7, [(2000, 0), (2000, 25)]),
    (1, 8, [(0, 0), (-20, 20)]),
)


def closed(*places: tuple[float, float], network: RoadNetwork = CROSSING) -> list[int]:
    """Return the edges that a closure drawn through places shuts."""
    return edges_along(network, [shapely.LineString(at(*places))]).tolist()


@pytest.mark.parametrize(
    ("places", "edges"),
    [
        ([(0, 10), (1000, 10)], [0]),
        ([(1000, -25), (0, -25)], [0]),
        ([(0, 0), (2000, 0)], [0, 1]),
        ([(2000, 0), (2040, 0)], [4]),
        ([(2000, 0), (2000, 25)], [5]),
        ([(0, 0), (1000, 0), (1000, 1000)], [0, 3]),
    ],
    ids=["beside", "from the other end", "the whole road", "a short edge", "a short street", "round the corner"],
)
def test_a_closure_shuts_the_road_along_it_and_no_other(places: list[tuple[float, float]], edges: list[int]) -> None:
    assert closed(*places) == edges


@pytest.mark.parametrize("metres", [20, 60, 110, 400])
def test_a_short_closure_shuts_a_long_edge(metres: float) -> None:
    assert closed((400, 3), (400 + metres, 3)) == [0]


@pytest.mark.parametrize(
    "places",
    [
        [(500, -40), (500, 40)],
        [(460, -40), (540, 40)],
        [(0, 500), (900, 500)],
        [(0, 31), (900, 31)],
        [(-500, 0), (0, 0)],
    ],
    ids=["across", "aslant", "far beside", "just too far beside", "up to its end"],
)
def test_a_road_that_a_closure_only_meets_stays_open(places: list[tuple[float, float]]) -> None:
    assert 0 not in closed(*places)


def test_parts_of_one_closure_count_together_and_twice_the_same_is_once() -> None:
    parts = [shapely.LineString(at((x, 0), (x + 20, 0))) for x in range(100, 400, 20)]
    assert edges_along(CROSSING, parts).tolist() == [0]
    assert edges_along(CROSSING, [shapely.MultiLineString(parts)]).tolist() == [0]
    both = [shapely.LineString(at((0, 0), (1000, 0))), shapely.LineString(at((1000, 0), (0, 0)))]
    assert edges_along(CROSSING, both).tolist() == [0]
    assert edges_along(CROSSING, []).tolist() == []


def test_a_road_aslant_stays_open_also_where_the_closure_is_drawn_in_short_parts() -> None:
    network = draw((1, 2, [(0, 0), (1000, 0)]), (3, 4, [(200, -300), (800, 300)]))
    parts = [shapely.LineString(at((x, 0), (x + 10, 0))) for x in range(0, 1000, 10)]
    assert edges_along(network, parts).tolist() == [0]


def test_a_winding_road_is_shut_by_a_line_along_it() -> None:
    bends = [(100 * i, 40 * (i % 2)) for i in range(11)]
    network = draw((1, 2, bends), (2, 3, [bends[-1], (2000, 0)]))
    assert closed((0, 20), (1000, 20), network=network) == [0]


def test_what_a_closure_shuts_is_driven_round_or_not_reached() -> None:
    shut = closed((100, 0), (900, 0))
    there = travel_time_matrix(CROSSING, at((0, 0)), at((2000, 0)), profile=CAR, closed=shut)
    assert np.isinf(there).all()
    assert travel_time_matrix(CROSSING, at((0, 0)), at((2000, 0)), profile=CAR)[0, 0] == pytest.approx(200, abs=0.1)


@given(
    points=st.lists(
        st.tuples(st.sampled_from([0.0, 60.0, 600.0, 600.5, 1800.0, np.inf]), st.integers(0, 9), st.integers(0, 3)),
        max_size=30,
    ),
    cutoffs=st.lists(st.sampled_from([600.0, 60.0, 1800.0]), min_size=1, max_size=3),
)
def test_groups_are_counted_as_if_each_stood_alone(points: list[tuple[float, int, int]], cutoffs: list[float]) -> None:
    times, people, group = (np.array([point[k] for point in points]) for k in range(3))
    whole, found = coverage_by_group(times, people.astype(np.int64), group.astype(np.int16), 4, cutoffs)
    for number, mine in enumerate([*found, whole]):
        members = [(t, n) for t, n, g in points if number in (g, 4)]
        reached = sorted((t, n) for t, n in members if t < np.inf)
        everybody = [t for t, n in reached for _ in range(n)]
        assert mine.total == sum(n for _, n in members)
        assert mine.covered == tuple(sum(t <= cutoff for t in everybody) for cutoff in cutoffs)
        assert mine.beyond == tuple(sum(t > cutoff for t in everybody) for cutoff in cutoffs)
        assert mine.unreachable == mine.total - len(everybody)
        if everybody:
            assert mine.mean_s == pytest.approx(sum(everybody) / len(everybody))
            assert mine.p95_s == everybody[-(-95 * len(everybody) // 100) - 1]
        else:
            assert (mine.mean_s, mine.p95_s) == (None, None)
