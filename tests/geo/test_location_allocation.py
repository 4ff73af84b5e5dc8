"""The four models equal what looking at every set of sites shows, ties included."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from siting_cases import (
    Case,
    Sites,
    Value,
    all_plans,
    backup_value,
    best_by_looking,
    cover_value,
    mean_value,
    nearest_s,
    random_case,
    random_case_with_capacity,
    same,
    served_with_capacity,
    worst_value,
)

from geo.location_allocation import SitingProblem, best_sites, maximal_covering, p_centre, p_median, set_covering
from geo.location_allocation import branch_and_bound as tree

CASES = 200
CASES_FOR_HIGHS = 60  # each asks HiGHS
ENOUGH = 1000  # ties: no case has more


@pytest.fixture(
    params=["each plan tried", "plans that reach all", "branch and bound", "HiGHS asked at once", "many posts"]
)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make small cases go the ways of the large ones, too."""
    if request.param != "each plan tried":
        monkeypatch.setattr(best_sites, "FEW", 0)
    if request.param not in {"each plan tried", "plans that reach all"}:
        monkeypatch.setattr(best_sites, "MANY", 0)
    if request.param == "HiGHS asked at once":
        monkeypatch.setattr(tree, "SLOW", 0)
    if request.param == "many posts":
        monkeypatch.setattr(tree, "MANY_POSTS", 0)
    return str(request.param)


def cases_of(way: str) -> range:
    """Return the seeds of the cases of a way."""
    return range(CASES_FOR_HIGHS if way in {"HiGHS asked at once", "many posts"} else CASES)


@functools.cache  # the same for each way
def looked_at(seed: int, compared: Callable[[Case], Callable[[Sites], Value]]) -> tuple[Value, list[Sites]]:
    return best_by_looking(random_case(seed), compared(random_case(seed)))


@functools.cache
def fewest_by_looking(seed: int) -> list[Sites] | None:
    """Return the plans with fewest posts and least mean that serve everyone, None where none does."""
    case = random_case(seed)
    wanted = case.problem.reachable & (case.problem.weights > 0)
    for k in range(case.problem.free.size + 1):
        every = itertools.combinations(case.problem.free.tolist(), k)
        enough = [s for s in every if (nearest_s(case.problem, s)[wanted] <= case.cutoff_s).all()]
        if enough:
            seconds = [mean_value(case)(sites)[1] for sites in enough]
            return [s for s, found in zip(enough, seconds, strict=True) if same((found,), (min(seconds),))]
    return None


def test_maximal_covering_equals_looking_at_every_plan(way: str) -> None:
    for case in map(random_case, cases_of(way)):
        best, ties = looked_at(case.seed, cover_value)
        plan = maximal_covering(case.problem, case.k, case.cutoff_s, max_ties=ENOUGH)
        assert same((plan.value,), (-best[0],)), case
        assert plan.status == "optimal", case
        assert plan.bound == plan.value, case
        if way == "many posts":  # only those one exchange away are looked for
            assert set(all_plans(plan)) <= set(ties), case
            assert not plan.ties_complete or all_plans(plan) == ties, case
            continue
        assert all_plans(plan) == ties, case
        assert plan.ties_complete, case


def test_the_first_of_equal_covers_reaches_most_then_soonest_then_has_the_lowest_indices() -> None:
    for case in map(random_case, range(CASES)):
        _, ties = looked_at(case.seed, cover_value)
        value = mean_value(case)
        plan = maximal_covering(case.problem, case.k, case.cutoff_s, max_ties=ENOUGH)
        assert same(value(plan.sites), min(map(value, ties))), case
        assert plan.sites == min(sites for sites in ties if value(sites) == value(plan.sites)), case


def test_p_median_equals_looking_at_every_plan(way: str) -> None:
    for case in map(random_case, cases_of(way)):
        best, ties = looked_at(case.seed, mean_value)
        plan = p_median(case.problem, case.k, max_ties=ENOUGH)
        assert same((plan.value,), best[1:]), case
        assert plan.status == "optimal", case
        assert all_plans(plan) == ties, case
        assert plan.sites == ties[0], case
        assert plan.ties_complete, case


def test_p_centre_equals_looking_at_every_plan(way: str) -> None:
    for case in map(random_case, cases_of(way)):
        best, ties = looked_at(case.seed, worst_value)
        plan = p_centre(case.problem, case.k, max_ties=ENOUGH)
        if math.isinf(best[0]):
            assert plan.status == "infeasible", case
            assert plan.sites == (), case
            continue
        assert plan.value == best[0], case
        assert plan.status == "optimal", case
        assert all_plans(plan) == ties, case
        assert plan.sites == ties[0], case
        assert plan.ties_complete, case


def test_set_covering_equals_looking_at_every_plan(way: str) -> None:
    for case in map(random_case, cases_of(way)):
        plan = set_covering(case.problem, case.cutoff_s, max_ties=ENOUGH)
        enough = fewest_by_looking(case.seed)
        if enough is None:
            assert plan.status == "infeasible", case
            continue
        assert plan.value == plan.bound == len(enough[0]), case
        assert plan.status == "optimal", case
        assert all_plans(plan) == enough, case


def test_second_cover_equals_looking_at_every_plan() -> None:
    for case in map(random_case, range(35)):
        best, ties = best_by_looking(case, backup_value(case))
        plan = maximal_covering(case.problem, case.k, case.cutoff_s, backup=True, max_ties=20)
        assert same((plan.value,), (-best[0],)), case
        assert plan.status == "optimal", case
        assert set(all_plans(plan)) <= set(ties), case
        assert len(all_plans(plan)) == min(20, len(ties)), case
        assert plan.ties_complete or len(ties) >= 20, case


def test_the_fewest_posts_with_second_cover_equal_looking_at_every_plan() -> None:
    for case in map(random_case, range(60)):
        everyone = -math.fsum(case.problem.weights[case.problem.reachable])
        value = backup_value(case)
        plan = set_covering(case.problem, case.cutoff_s, backup=True, max_ties=ENOUGH)
        for k in range(case.problem.free.size + 1):
            enough = [s for s in itertools.combinations(case.problem.free.tolist(), k) if same(value(s), (everyone,))]
            if enough:
                assert all_plans(plan) == enough, case
                assert plan.value == k, case
                break
        else:
            assert plan.status == "infeasible", case


def test_a_plan_with_second_cover_bears_the_loss_of_any_one_post() -> None:
    for case in map(random_case, range(40)):
        plan = maximal_covering(case.problem, case.k, case.cutoff_s, backup=True, max_ties=1)
        posts = {*case.problem.fixed_sites.tolist(), *plan.sites}
        for absent in posts:
            left = case.problem.times[sorted(posts - {absent})] <= case.cutoff_s
            assert math.fsum(case.problem.weights[left.any(axis=0)]) >= plan.value - 1e-9, case


WITH_CAPACITY = 40


def by_plan(case: Case, k: int, cutoff_s: float) -> dict[tuple[int, ...], tuple[float, ...]]:
    """Return people served, negative, and person-seconds of every set of k sites."""
    every = itertools.combinations(case.problem.free.tolist(), k)
    return {sites: served_with_capacity(case.problem, sites, cutoff_s) for sites in every}


def assert_nobody_is_over(case: Case, assignment: np.ndarray, cutoff_s: float = math.inf) -> None:
    served = np.flatnonzero((assignment >= 0) & (case.problem.weights > 0))
    assert case.problem.limits is not None
    load = np.bincount(assignment[served], case.problem.weights[served], minlength=case.problem.limits.size)
    assert (load <= case.problem.limits).all(), case
    assert (case.problem.times[assignment[served], served] <= cutoff_s).all(), case


def test_maximal_covering_with_capacity_equals_looking_at_every_assignment() -> None:
    for case in map(random_case_with_capacity, range(WITH_CAPACITY)):
        values = by_plan(case, case.k, case.cutoff_s)
        best = min(value[0] for value in values.values())
        plan = maximal_covering(case.problem, case.k, case.cutoff_s)
        assert (plan.value, plan.status) == (-best, "optimal"), case
        assert all_plans(plan) == [sites for sites, value in values.items() if value[0] == best], case
        assert plan.sites == min((value[1], sites) for sites, value in values.items() if value[0] == best)[1], case
        assert plan.ties_complete, case
        assert_nobody_is_over(case, plan.assignment, case.cutoff_s)


def test_p_median_with_capacity_equals_looking_at_every_assignment() -> None:
    for case in map(random_case_with_capacity, range(WITH_CAPACITY)):
        values = by_plan(case, case.k, math.inf)
        best = min(values.values())
        plan = p_median(case.problem, case.k)
        assert plan.value == pytest.approx(best[1]), case
        assert plan.status == "optimal", case
        assert all_plans(plan) == [sites for sites, value in values.items() if value == best], case
        assert_nobody_is_over(case, plan.assignment)


def test_p_centre_with_capacity_equals_looking_at_every_assignment() -> None:
    for case in map(random_case_with_capacity, range(WITH_CAPACITY)):
        everyone = -math.fsum(case.problem.weights[case.problem.reachable])
        plan = p_centre(case.problem, case.k)
        for cutoff_s in [0.0, *np.unique(case.problem.times[np.isfinite(case.problem.times)]).tolist()]:
            enough = {s: v[1] for s, v in by_plan(case, case.k, cutoff_s).items() if v[0] == everyone}
            if enough:
                assert (plan.value, plan.status) == (cutoff_s, "optimal"), case
                assert all_plans(plan) == [s for s, v in enough.items() if v == min(enough.values())], case
                assert_nobody_is_over(case, plan.assignment, cutoff_s)
                break
        else:
            assert plan.status == "infeasible", case


def test_set_covering_with_capacity_equals_looking_at_every_assignment() -> None:
    for case in map(random_case_with_capacity, range(WITH_CAPACITY)):
        everyone = -math.fsum(case.problem.weights[case.problem.reachable])
        plan = set_covering(case.problem, case.cutoff_s)
        for k in range(case.problem.free.size + 1):
            enough = {s: v[1] for s, v in by_plan(case, k, case.cutoff_s).items() if v[0] == everyone}
            if enough:
                assert (plan.value, plan.status) == (k, "optimal"), case
                assert all_plans(plan) == [s for s, v in enough.items() if v == min(enough.values())], case
                assert_nobody_is_over(case, plan.assignment, case.cutoff_s)
                break
        else:
            assert plan.status == "infeasible", case


def test_a_capacity_that_never_binds_changes_nothing() -> None:
    for case in map(random_case, range(15)):
        roomy = SitingProblem(
            case.problem.times,
            case.problem.weights,
            fixed=case.problem.fixed_sites.tolist(),
            candidates=case.problem.free.tolist(),
            capacity=1e6,
        )
        plain = p_median(case.problem, case.k)
        assert p_median(roomy, case.k).value == pytest.approx(plain.value), case
        covered = maximal_covering(case.problem, case.k, case.cutoff_s).value
        assert maximal_covering(roomy, case.k, case.cutoff_s, max_ties=1).value == pytest.approx(covered), case
