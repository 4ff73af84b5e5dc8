"""Answers worked out by hand: the ladder, reasons, fairness, input that is wrong, and demand that is nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from siting_cases import random_case, random_case_with_capacity

from geo.location_allocation import (
    Plan,
    SitingProblem,
    balanced_assignment,
    fairness,
    ladder,
    maximal_covering,
    p_centre,
    p_median,
    set_covering,
    why_not,
)
from geo.location_allocation.fairness import gini
from geo.location_allocation.plan import Status

INF = math.inf
seeds = st.integers(0, 2**32 - 1)
# Four villages on a road, ten minutes apart, with 40, 30, 20 and 10 people; a post may be in each.
ROAD = SitingProblem(600.0 * np.abs(np.subtract.outer(np.arange(4), np.arange(4))), [40, 30, 20, 10])


# --- the ladder -----------------------------------------------------------------------------------------------------


def test_each_rung_adds_the_village_that_gains_most() -> None:
    rungs = ladder(ROAD, 4, "cover", cutoff_s=60)
    assert [rung.sites for rung in rungs] == [(0,), (0, 1), (0, 1, 2), (0, 1, 2, 3)]
    assert [rung.value for rung in rungs] == [40, 70, 90, 100]
    assert [rung.gain for rung in rungs] == [40, 30, 20, 10]
    assert [rung.nesting_price for rung in rungs] == [0, 0, 0, 0]
    assert [rung.best.sites for rung in rungs] == [(0,), (0, 1), (0, 1, 2), (0, 1, 2, 3)]


def test_the_price_of_nesting_is_what_the_first_choice_costs_later() -> None:
    # One post: the middle one, 6 of 8 people. Two posts: the outer two reach all 8, but the middle one stays.
    problem = SitingProblem([[0, 0, 900, 900], [900, 0, 0, 900], [900, 900, 0, 0]], [1, 3, 3, 1])
    rungs = ladder(problem, 2, "cover", cutoff_s=60)
    assert [rung.sites for rung in rungs] == [(1,), (1, 0)]
    assert rungs[1].ties == ((1, 2),)
    assert (rungs[1].value, rungs[1].best.value, rungs[1].best.sites, rungs[1].nesting_price) == (7, 8, (0, 2), 1)


def test_the_ladder_of_the_mean_gains_seconds_saved() -> None:
    rungs = ladder(replace(ROAD, fixed=[0]), 2, "mean")
    # From village 0: 30·600 + 20·1200 + 10·1800 = 60,000 person-seconds. With 2: 30·600 + 10·600 = 24,000, as with 1:
    # 20·600 + 10·1200. The lower index is taken, the other listed.
    assert [rung.value for rung in rungs] == [24_000, 6_000]
    assert [rung.gain for rung in rungs] == [36_000, 18_000]
    assert rungs[0].sites == (1,)
    assert rungs[0].ties == ((2,),)


def test_the_ladder_of_the_worst_off_takes_the_post_that_reaches_most_while_it_cannot_reach_all() -> None:
    island = SitingProblem([[0, 60, INF], [60, 0, INF], [INF, INF, 0]], [5, 5, 1])
    rungs = ladder(island, 2, "worst")
    assert [rung.status for rung in rungs] == ["infeasible", "optimal"]
    assert math.isnan(rungs[0].value)
    assert math.isnan(rungs[1].gain)
    assert rungs[1].sites == (0, 2)
    assert rungs[1].value == 60
    assert rungs[0].ties == ((1,),)


@settings(max_examples=60)
@given(seed=seeds, objective=st.sampled_from(["cover", "mean", "worst"]))
def test_every_rung_contains_the_one_below_and_is_the_best_of_its_kind(seed: int, objective: Any) -> None:
    case = random_case(seed)
    k = min(4, case.problem.free.size)
    rungs = ladder(case.problem, k, objective, cutoff_s=case.cutoff_s)
    assert [len(rung.sites) for rung in rungs] == list(range(1, k + 1))
    for below, above in itertools.pairwise(rungs):
        assert above.sites[: below.k] == below.sites
    for rung in rungs:
        assert set(rung.sites) <= set(case.problem.free.tolist())
        assert not rung.nesting_price < 0
        for tie in rung.ties:
            assert tie[:-1] == rung.sites[:-1]
            assert tie[-1] not in rung.sites


# --- reasons --------------------------------------------------------------------------------------------------------


def test_a_goal_that_can_be_met_has_no_reason_against_it() -> None:
    assert why_not(ROAD, 2, 600) == []


def test_villages_that_no_post_can_serve_together_are_named() -> None:
    # Within 60 s each village needs its own post: any two block one post.
    (reason,) = why_not(ROAD, 1, 60)
    assert reason.kind == "too_few_posts"
    assert len(reason.points) == 2
    assert reason.smallest
    assert (reason.cutoff_s, reason.posts, reason.capacity) == (1200, 4, None)


def test_a_place_too_far_from_every_site_is_named_with_the_minutes_that_would_do() -> None:
    (reason,) = why_not(replace(ROAD, candidates=[0, 1]), 1, 900)
    assert reason.kind == "too_far"
    assert reason.points.tolist() == [3]
    assert (reason.cutoff_s, reason.posts) == (1200, None)


def test_an_island_is_named_and_nothing_is_offered_for_it() -> None:
    reasons = why_not(SitingProblem([[0, INF, 60]], [1, 1, 1]), 1, 30)
    assert [(r.kind, r.points.tolist(), r.cutoff_s) for r in reasons] == [
        ("unreachable", [1], None),
        ("too_far", [2], 60),
    ]


def test_posts_that_are_too_small_are_told_the_capacity_that_would_do() -> None:
    (reason,) = why_not(replace(ROAD, capacity=45), 2, 600)
    assert reason.kind == "too_little_capacity"
    # Only posts in 1 and 2, or 0 and 2, reach all within 600 s. The 40 and the 10 are never near the same post, so no
    # half is 50; the 40 alone leave 60 to the other.
    assert reason.capacity == 60
    assert reason.posts == 3


@settings(max_examples=80)
@given(seed=seeds, crowded=st.booleans())
def test_an_offer_that_is_taken_makes_the_case_feasible(seed: int, *, crowded: bool) -> None:
    case = random_case_with_capacity(seed) if crowded else random_case(seed)
    reasons = [r for r in why_not(case.problem, case.k, case.cutoff_s) if r.kind != "unreachable"]
    assume(reasons)

    def obstacles(problem: SitingProblem, k: int, cutoff_s: float) -> list[str]:
        return [reason.kind for reason in why_not(problem, k, cutoff_s) if reason.kind != "unreachable"]

    (reason,) = reasons
    if reason.cutoff_s is not None:
        assert obstacles(case.problem, case.k, reason.cutoff_s) == []
        assert reason.cutoff_s > case.cutoff_s
    if reason.posts is not None:
        assert obstacles(case.problem, reason.posts, case.cutoff_s) == []
        assert reason.posts > case.k
        assert obstacles(case.problem, reason.posts - 1, case.cutoff_s) != []
    if reason.capacity is not None:
        assert obstacles(replace(case.problem, capacity=reason.capacity), case.k, case.cutoff_s) == []
        assert obstacles(replace(case.problem, capacity=0.99 * reason.capacity), case.k, case.cutoff_s) != []


def test_the_blocking_places_block_and_no_smaller_set_does() -> None:
    seen = 0
    for case in map(random_case, range(400)):
        reasons = [r for r in why_not(case.problem, case.k, case.cutoff_s) if r.kind == "too_few_posts"]
        if not reasons:
            continue
        seen += 1
        near = case.problem.times <= case.cutoff_s
        every = itertools.combinations(case.problem.free.tolist(), case.k)
        reached = [near[[*case.problem.fixed_sites.tolist(), *sites]].any(axis=0) for sites in every]
        found = reasons[0].points.tolist()
        assert reasons[0].smallest, case
        assert not any(there[found].all() for there in reached), case
        wanted = np.flatnonzero((case.problem.weights > 0) & case.problem.reachable).tolist()
        for fewer in itertools.combinations(wanted, len(found) - 1):
            assert any(there[list(fewer)].all() for there in reached), case
    assert seen >= 40


def test_without_time_the_blocking_places_are_still_such_that_none_can_be_spared() -> None:
    (reason,) = why_not(ROAD, 1, 60, time_limit_s=0)
    assert reason.kind == "too_few_posts"
    assert len(reason.points) == 2


# --- fairness -------------------------------------------------------------------------------------------------------


def test_fairness_of_one_road_by_hand() -> None:
    problem = replace(ROAD, fixed=[0])
    found = fairness(problem, problem.nearest_post([2]), ["上", "上", "下", "下"])
    # 40 people at 0 s and 30 at 600 s (the lower index of equals) from village 0; 20 at 0 s and 10 at 600 s from 2.
    assert found.load == {0: 70, 2: 30}
    assert found.mean_s == 240
    assert found.p95_s == 600
    assert found.gini == pytest.approx(0.6)
    assert found.group_mean_s == pytest.approx({"上": 30 / 70 * 600, "下": 200})
    assert found.worst_group == "上"
    assert (found.served, found.unserved) == (100, 0)


def test_a_district_that_nobody_serves_is_the_worst_off() -> None:
    problem = SitingProblem([[0, INF, 9000, 0]], [1, 1, 1, 0], fixed=[0])
    found = fairness(problem, problem.nearest_post([]), ["a", "b", "c", "nobody lives here"])
    assert found.worst_group == "b"
    assert math.isnan(found.group_mean_s["b"])
    assert (found.served, found.unserved) == (2, 1)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 5)), min_size=1, max_size=12))
def test_gini_is_half_the_relative_mean_difference(entries: list[tuple[int, int]]) -> None:
    people = [value for value, weight in entries for _ in range(weight)]
    assume(people and sum(people))
    pairs = sum(abs(a - b) for a in people for b in people)
    expected = pairs / (2 * len(people) * sum(people))
    assert gini(*zip(*entries, strict=True)) == pytest.approx(expected, abs=1e-12)


def burden(problem: SitingProblem, groups: Sequence[int], posts: Sequence[int]) -> tuple[float, float]:
    """Return the load of the busiest post, and the person-seconds."""
    post = np.array(posts)[groups]
    load = np.bincount(post, problem.weights)
    return float(load.max()), float(problem.weights @ problem.times[post, np.arange(post.size)])


def test_the_balanced_assignment_equals_looking_at_every_one() -> None:
    draw = np.random.default_rng(4)
    for _ in range(40):
        posts, districts = int(draw.integers(1, 4)), int(draw.integers(1, 6))
        groups = draw.permutation(np.repeat(np.arange(districts), 2)).tolist()
        times = draw.integers(1, 100, (posts, len(groups))).astype(float)
        problem = SitingProblem(times, draw.integers(1, 9, len(groups)))
        found = balanced_assignment(problem, range(posts), groups)

        def value(
            choice: dict[Any, int], problem: SitingProblem = problem, groups: list[int] = groups
        ) -> tuple[float, float]:
            at = np.array([choice[group] for group in groups])
            load = np.bincount(at, problem.weights)
            return load.max(), float(problem.weights @ problem.times[at, np.arange(at.size)])

        every = itertools.product(range(posts), repeat=districts)
        best = min(value(dict(zip(range(districts), choice, strict=True))) for choice in every)
        assert value(found) == pytest.approx(best)


def test_a_district_that_no_single_post_reaches_is_named() -> None:
    problem = SitingProblem([[0, INF], [INF, 0]], [1, 1])
    with pytest.raises(ValueError, match="no single post reaches all the people of '附馬牛町'"):
        balanced_assignment(problem, [0, 1], ["附馬牛町", "附馬牛町"])


# --- input that is wrong, and demand that is nothing -----------------------------------------------------------------

SQUARE = [[0.0, 60.0], [60.0, 0.0]]
WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "k above the free sites": (
        lambda: p_median(SitingProblem(SQUARE, [1, 1], fixed=[0]), 2),
        "2 new posts are asked for, but only 1 sites are free",
    ),
    "k below 0": (lambda: p_centre(SitingProblem(SQUARE, [1, 1]), -1), "must be a whole number from 0, not -1"),
    "no candidates": (lambda: p_median(SitingProblem(SQUARE, [1, 1], candidates=[]), 1), "there are no candidates"),
    "no sites": (lambda: SitingProblem(np.empty((0, 2)), [1, 1]), "there are no candidates: the table .* has no row"),
    "negative demand": (lambda: SitingProblem(SQUARE, [1, -2]), "the demand of point 1 is negative: -2"),
    "demand NaN": (lambda: SitingProblem(SQUARE, [math.nan, 1]), "the demand of point 0 is not a number"),
    "demand of another length": (lambda: SitingProblem(SQUARE, [1]), "2 demand points, but the demand has shape"),
    "time NaN": (
        lambda: SitingProblem([[0, math.nan]], [1, 1]),
        "the travel time from site 0 to demand point 1 is not a number",
    ),
    "time negative": (lambda: SitingProblem([[0, -5]], [1, 1]), "to demand point 1 is negative: -5 s"),
    "times no table": (lambda: SitingProblem([0, 1], [1, 1]), "must be a table of sites by demand points"),
    "one name twice": (
        lambda: SitingProblem(SQUARE, [1, 1], names=["綾織", "綾織"]),
        "two sites have the name '綾織'",
    ),
    "too few names": (lambda: SitingProblem(SQUARE, [1, 1], names=["綾織"]), "there are 2 sites but 1 names"),
    "fixed and forbidden": (
        lambda: SitingProblem(SQUARE, [1, 1], fixed=[1], forbidden=[1], names=["綾織", "土淵"]),
        r"site 1 \(土淵\) is both fixed and forbidden",
    ),
    "fixed twice": (lambda: SitingProblem(SQUARE, [1, 1], fixed=[1, 1]), "fixed names site 1 twice"),
    "a site that is none": (lambda: SitingProblem(SQUARE, [1, 1], fixed=[2]), "fixed names site 2, but the sites are"),
    "capacity 0": (lambda: SitingProblem(SQUARE, [1, 1], capacity=0), "every capacity must be more than 0"),
    "capacity NaN": (lambda: SitingProblem(SQUARE, [1, 1], capacity=math.nan), "every capacity must be more than 0"),
    "capacity of another length": (lambda: SitingProblem(SQUARE, [1, 1], capacity=[1]), "the capacity has shape"),
    "minutes of 0, cover": (
        lambda: maximal_covering(SitingProblem(SQUARE, [1, 1]), 1, 0),
        "the cutoff must be more than 0 seconds, not 0",
    ),
    "minutes of 0, set": (lambda: set_covering(SitingProblem(SQUARE, [1, 1]), 0), "the cutoff must be more than 0"),
    "minutes NaN": (lambda: why_not(SitingProblem(SQUARE, [1, 1]), 1, math.nan), "the cutoff must be more than 0"),
    "no post at all": (lambda: p_median(SitingProblem(SQUARE, [1, 1]), 0), "there is no post"),
    "backup and capacity": (
        lambda: maximal_covering(SitingProblem(SQUARE, [1, 1], capacity=2), 1, 60, backup=True),
        "backup and a capacity cannot be asked for together",
    ),
    "unknown objective": (lambda: ladder(ROAD, 1, "sum"), "the objective must be"),  # type: ignore[arg-type]
    "cover without a cutoff": (lambda: ladder(ROAD, 1), 'the objective "cover" needs a cutoff'),
    "backup of the mean": (lambda: ladder(ROAD, 1, "mean", backup=True), 'backup is for the objective "cover" only'),
    "groups of another length": (
        lambda: fairness(ROAD, ROAD.nearest_post([0]), ["a"]),
        "there are 4 demand points, but 1 have a group",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_input_is_refused_in_one_sentence(name: str) -> None:
    act, sentence = WRONG[name]
    with pytest.raises(ValueError, match=sentence) as refusal:
        act()
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("capacity", [None, 10.0])
@pytest.mark.parametrize("demand", [[0, 0], [3, 0]])
def test_demand_of_nothing_is_a_result(demand: list[int], capacity: float | None) -> None:
    problem = SitingProblem(SQUARE, demand, capacity=capacity)
    answers: list[Plan] = [
        maximal_covering(problem, 1, 60),
        p_median(problem, 1),
        p_centre(problem, 1),
        set_covering(problem, 60),
    ]
    expected: list[Status] = ["optimal"] * 4
    assert [plan.status for plan in answers] == expected
    assert [plan.value for plan in answers] == [sum(demand), 0, 0, int(sum(demand) > 0)]


def test_demand_that_nobody_reaches_is_a_result() -> None:
    problem = SitingProblem(np.full((2, 2), INF), [3, 4])
    assert maximal_covering(problem, 1, 60).value == 0
    assert maximal_covering(problem, 1, 60).unserved.tolist() == [0, 1]
    plan = p_median(problem, 1)
    assert plan.value == 0
    assert math.isnan(plan.mean_s)
    assert [reason.kind for reason in why_not(problem, 1, 60)] == ["unreachable"]


def test_a_cutoff_includes_its_own_value_in_the_precision_of_the_times() -> None:
    times = np.array([[0.1]], dtype=np.float32)  # a little more than 0.1 in double precision
    assert maximal_covering(SitingProblem(times, [1]), 1, 0.1).value == 1
    assert maximal_covering(SitingProblem(times, [1], fixed=[0]), 0, 0.1).value == 1
    below = float(np.nextafter(np.float32(0.1), np.float32(0)))
    assert maximal_covering(SitingProblem(times, [1]), 1, below).value == 0


def test_what_is_given_is_copied() -> None:
    times, demand = np.array(SQUARE), np.array([1.0, 1.0])
    problem = SitingProblem(times, demand)
    times[:] = 0
    demand[:] = 0
    assert problem.times[0, 1] == 60
    assert problem.weights.sum() == 2
