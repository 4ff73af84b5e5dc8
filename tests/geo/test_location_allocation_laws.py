"""Laws of siting: what must hold for any roads and any people, without knowing the answer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from siting_cases import all_plans, random_case

from geo.location_allocation import SitingProblem, ladder, maximal_covering, p_centre, p_median, set_covering

SOME = 150
seeds = st.integers(0, 2**32 - 1)


def town(sites: int, points: int, seed: int, fixed: int = 0) -> SitingProblem:
    """Return a town of 40 by 40 minutes with people gathered in a few places."""
    draw = np.random.default_rng(seed)
    centres = draw.uniform(0, 2400, (5, 2))
    homes = centres[draw.integers(0, 5, points)] + draw.normal(0, 250, (points, 2))
    posts = np.vstack([homes[: sites // 2], draw.uniform(0, 2400, (sites - sites // 2, 2))])
    times = np.linalg.norm(posts[:, None] - homes[None], axis=2)
    return SitingProblem(times, draw.integers(1, 30, points), fixed=range(fixed))


def rebuilt(problem: SitingProblem, order: NDArray[np.intp], points: NDArray[np.intp]) -> SitingProblem:
    """Return the problem with its sites and demand points in another order."""
    place = np.argsort(order)
    return SitingProblem(
        problem.times[np.ix_(order, points)],
        problem.weights[points],
        fixed=place[problem.fixed_sites].tolist(),
        candidates=place[problem.free].tolist(),
    )


@pytest.mark.parametrize("seed", range(3))
def test_more_posts_never_lower_the_value(seed: int) -> None:
    problem = town(30, 200, seed, fixed=2)
    covered = [maximal_covering(problem, k, 500).value for k in range(6)]
    assert covered == sorted(covered)
    seconds = [p_median(problem, k).value for k in range(6)]
    assert seconds == sorted(seconds, reverse=True)
    worst = [p_centre(problem, k).value for k in range(6)]
    assert worst == sorted(worst, reverse=True)


@pytest.mark.parametrize("seed", range(3))
def test_a_longer_cutoff_never_lowers_the_cover_and_never_asks_for_more_posts(seed: int) -> None:
    problem = town(30, 200, seed, fixed=2)
    cutoffs = range(150, 1500, 150)
    covered = [maximal_covering(problem, 3, cutoff).value for cutoff in cutoffs]
    assert covered == sorted(covered)
    posts = [set_covering(problem, cutoff).value for cutoff in cutoffs]
    wanted = [number for number in posts if not math.isnan(number)]
    assert wanted == sorted(wanted, reverse=True)
    assert posts[: len(posts) - len(wanted)] == pytest.approx([math.nan] * (len(posts) - len(wanted)), nan_ok=True)


@pytest.mark.parametrize("seed", range(5))
def test_adding_the_best_next_post_reaches_all_but_a_share_of_1_over_e_of_the_optimum(seed: int) -> None:
    problem = town(40, 300, seed)
    for rung in ladder(problem, 5, "cover", cutoff_s=300):
        assert rung.value >= (1 - (1 - 1 / rung.k) ** rung.k) * rung.best.value
        assert rung.value >= (1 - 1 / math.e) * rung.best.value
        assert rung.nesting_price == rung.best.value - rung.value


def test_the_order_of_sites_and_points_changes_nothing() -> None:
    for case in map(random_case, range(SOME)):
        draw = np.random.default_rng(case.seed)
        order = draw.permutation(case.problem.times.shape[0])
        other = rebuilt(case.problem, order, draw.permutation(case.problem.weights.size))
        for mine, theirs in (
            (maximal_covering(case.problem, case.k, case.cutoff_s), maximal_covering(other, case.k, case.cutoff_s)),
            (p_median(case.problem, case.k), p_median(other, case.k)),
            (p_centre(case.problem, case.k), p_centre(other, case.k)),
            (set_covering(case.problem, case.cutoff_s), set_covering(other, case.cutoff_s)),
        ):
            assert mine.status == theirs.status, case
            assert mine.value == pytest.approx(theirs.value, rel=1e-9, nan_ok=True), case
            if mine.ties_complete:
                back = sorted(tuple(sorted(order[list(sites)].tolist())) for sites in all_plans(theirs))
                assert back == all_plans(mine), case


@settings(max_examples=40)
@given(seed=seeds, factor=st.sampled_from([0.001, 0.5, 3.0, 1e6]))
def test_demand_times_a_factor_is_value_times_the_factor(seed: int, factor: float) -> None:
    case = random_case(seed)
    more = SitingProblem(
        case.problem.times,
        case.problem.weights * factor,
        fixed=case.problem.fixed_sites.tolist(),
        candidates=case.problem.free.tolist(),
    )
    before, after = (maximal_covering(p, case.k, case.cutoff_s) for p in (case.problem, more))
    assert after.value == pytest.approx(before.value * factor, rel=1e-9)
    assert after.sites == before.sites
    before, after = (p_median(p, case.k) for p in (case.problem, more))
    assert after.value == pytest.approx(before.value * factor, rel=1e-9)
    assert after.sites == before.sites
    assert p_centre(more, case.k).value == pytest.approx(p_centre(case.problem, case.k).value, nan_ok=True)


@settings(max_examples=60)
@given(seed=seeds)
def test_the_cutoff_of_the_worst_off_is_the_smallest_that_k_posts_meet(seed: int) -> None:
    case = random_case(seed)
    plan = p_centre(case.problem, case.k)
    assume(plan.status == "optimal" and plan.value > 0)
    assert set_covering(case.problem, plan.value).value <= case.k
    below = np.nextafter(case.problem.times.dtype.type(plan.value), case.problem.times.dtype.type(0))
    tighter = set_covering(case.problem, float(below))
    assert tighter.status == "infeasible" or tighter.value > case.k


@settings(max_examples=60)
@given(seed=seeds)
def test_a_forbidden_site_is_never_chosen_and_never_helps(seed: int) -> None:
    case = random_case(seed)
    without = SitingProblem(
        case.problem.times,
        case.problem.weights,
        fixed=case.problem.fixed_sites.tolist(),
        candidates=case.problem.free.tolist(),
        forbidden=case.problem.free[:1].tolist(),
    )
    assume(without.free.size >= case.k)
    plan = maximal_covering(without, case.k, case.cutoff_s)
    assert all(case.problem.free[0] not in sites for sites in all_plans(plan))
    assert plan.value <= maximal_covering(case.problem, case.k, case.cutoff_s).value


# --- an independent oracle on cases that are too large for looking at every plan --------------------------------------


def textbook_p_median(problem: SitingProblem, k: int) -> float:
    """Return the optimum of the model as the textbook writes it: open sites, served points, all at full size."""
    sites, points = problem.times.shape
    pairs = sites * points
    cost = np.concatenate([np.zeros(sites), (problem.times * problem.weights).ravel()])
    site, point = np.divmod(np.arange(pairs), points)
    served = np.zeros((points, sites + pairs))
    served[point, sites + np.arange(pairs)] = 1
    opened = np.zeros((pairs, sites + pairs))
    opened[np.arange(pairs), sites + np.arange(pairs)] = 1
    opened[np.arange(pairs), site] = -1
    number = np.concatenate([np.ones(sites), np.zeros(pairs)])
    lower = np.zeros(sites + pairs)
    lower[problem.fixed_sites] = 1
    answer = milp(
        cost,
        integrality=np.concatenate([np.ones(sites), np.zeros(pairs)]),
        bounds=Bounds(lower, 1),
        constraints=[
            LinearConstraint(served, 1, 1),
            LinearConstraint(opened, -np.inf, 0),
            LinearConstraint(number[None], problem.fixed_sites.size + k, problem.fixed_sites.size + k),
        ],
        options={"mip_rel_gap": 0},
    )
    assert answer.status == 0
    return float(answer.fun)


@pytest.mark.parametrize("seed", range(4))
def test_p_median_equals_the_textbook_model_solved_by_highs(seed: int) -> None:
    problem = town(25, 60, seed, fixed=seed % 3)
    plan = p_median(problem, 4)
    assert plan.nodes > 0
    assert plan.value == pytest.approx(textbook_p_median(problem, 4), rel=1e-7)


def textbook_covering(problem: SitingProblem, k: int, cutoff_s: float) -> float:
    """Return the optimum of maximal covering as the textbook writes it."""
    sites, points = problem.times.shape
    covers = np.hstack([-(cutoff_s >= problem.times.T).astype(float), np.eye(points)])
    number = np.concatenate([np.ones(sites), np.zeros(points)])
    lower = np.zeros(sites + points)
    lower[problem.fixed_sites] = 1
    answer = milp(
        -np.concatenate([np.zeros(sites), problem.weights]),
        integrality=np.ones(sites + points),
        bounds=Bounds(lower, 1),
        constraints=[
            LinearConstraint(covers, -np.inf, 0),
            LinearConstraint(number[None], problem.fixed_sites.size + k, problem.fixed_sites.size + k),
        ],
        options={"mip_rel_gap": 0},
    )
    assert answer.status == 0
    return float(-answer.fun)


@pytest.mark.parametrize("cutoff_s", [200, 400, 800])
@pytest.mark.parametrize("seed", range(3))
def test_maximal_covering_equals_the_textbook_model_solved_by_highs(seed: int, cutoff_s: float) -> None:
    problem = town(80, 400, seed, fixed=2)
    plan = maximal_covering(problem, 5, cutoff_s)
    assert plan.status == "optimal"
    assert plan.value == pytest.approx(textbook_covering(problem, 5, cutoff_s))


@pytest.mark.parametrize("seed", range(3))
def test_p_centre_equals_the_smallest_cutoff_that_covers_everyone(seed: int) -> None:
    problem = town(60, 300, seed, fixed=1)
    everyone = problem.weights.sum()
    plan = p_centre(problem, 4)
    assert plan.status == "optimal"
    assert textbook_covering(problem, 4, plan.value) == pytest.approx(everyone)
    assert textbook_covering(problem, 4, plan.value - 1e-6) < everyone - 0.5


@pytest.mark.parametrize("seed", range(3))
def test_out_of_time_the_plan_is_feasible_and_its_bound_holds(seed: int) -> None:
    problem = town(80, 400, seed)
    optimum = p_median(problem, 6)
    plan = p_median(problem, 6, time_limit_s=0)
    assert optimum.status == "optimal"
    assert plan.status == "feasible"
    assert plan.bound <= optimum.value <= plan.value
    assert len(plan.sites) == 6
