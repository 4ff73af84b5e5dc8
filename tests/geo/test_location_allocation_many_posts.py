"""Many posts: the value is proven as plain HiGHS proves it, whatever is listed of the ties."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from siting_cases import all_plans, nearest_s, random_roads

from geo.location_allocation import SitingProblem, p_centre, p_median, set_covering


def fewest_by_highs(reached: NDArray[np.bool_]) -> int:
    """Return the fewest rows that reach every column, by the textbook model."""
    answer = milp(
        np.ones(len(reached)),
        integrality=np.ones(len(reached)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(reached.T.astype(float), 1, np.inf),
        options={"mip_rel_gap": 0},
    )
    assert answer.status == 0
    return round(answer.fun)


def least_by_highs(ways: NDArray[np.float64], people: NDArray[np.float64], k: int) -> float:
    """Return the optimum of the p-median by the textbook model: a variable for each site and each pair."""
    sites, points = ways.shape
    site, point = np.divmod(np.arange(ways.size), points)
    served = np.zeros((points, sites + ways.size))
    served[point, sites + np.arange(ways.size)] = 1
    opened = np.zeros((ways.size, sites + ways.size))
    opened[np.arange(ways.size), sites + np.arange(ways.size)] = 1
    opened[np.arange(ways.size), site] = -1
    number = np.concatenate([np.ones(sites), np.zeros(ways.size)])
    answer = milp(
        np.concatenate([np.zeros(sites), (ways * people).ravel()]),
        integrality=number,
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(served, 1, 1),
            LinearConstraint(opened, -np.inf, 0),
            LinearConstraint(number[None], k, k),
        ],
        options={"mip_rel_gap": 0},
    )
    assert answer.status == 0
    return float(answer.fun)


@pytest.mark.parametrize(("nodes", "k"), [(200, 67), (250, 50), (300, 100), (400, 133), (400, 80)])
def test_a_third_or_a_fifth_of_all_nodes_is_proven(nodes: int, k: int) -> None:
    problem = SitingProblem(random_roads(nodes, 1), np.ones(nodes))
    plan = p_median(problem, k)
    assert plan.status == "optimal"
    assert plan.bound == plan.value == nearest_s(problem, plan.sites).sum()
    assert all(nearest_s(problem, sites).sum() == plan.value for sites in all_plans(plan))
    assert plan.ties_complete or plan.nodes < 5_000  # what is spent on ties is bounded


@pytest.mark.parametrize(("k", "factor"), [(15, 1.0), (20, 1e-4), (12, 1e5)])
def test_p_median_with_many_posts_equals_the_textbook_model(k: int, factor: float) -> None:
    people = np.random.default_rng(k).integers(1, 9, 40) * factor
    ways = random_roads(40, k) * 1.37
    plan = p_median(SitingProblem(ways, people), k)
    assert plan.status == "optimal"
    assert plan.value / factor == pytest.approx(least_by_highs(ways, people / factor, k), rel=1e-7)


@pytest.mark.parametrize(("nodes", "k"), [(100, 20), (100, 33), (200, 67)])
def test_p_centre_and_set_covering_with_many_posts_equal_the_textbook_model(nodes: int, k: int) -> None:
    ways = random_roads(nodes, 1)
    problem = SitingProblem(ways, np.ones(nodes))
    centre = p_centre(problem, k)
    assert centre.status == "optimal"
    shorter = float(np.max(ways, where=ways < centre.value, initial=0.0))
    assert fewest_by_highs(ways <= centre.value) <= k < fewest_by_highs(ways <= shorter)
    cover = set_covering(problem, centre.value)
    assert cover.status == "optimal"
    assert cover.value == cover.bound == fewest_by_highs(ways <= centre.value)
    for plan in (centre, cover):
        means = [nearest_s(problem, sites).mean() for sites in all_plans(plan)]
        assert means == pytest.approx([plan.mean_s] * len(means))
        assert all(nearest_s(problem, sites).max() <= centre.value for sites in all_plans(plan))


def test_one_plan_of_many_posts_has_the_same_value_and_says_that_others_may_exist() -> None:
    problem = SitingProblem(random_roads(150, 2), np.ones(150))
    every, one = p_centre(problem, 40), p_centre(problem, 40, max_ties=1)
    assert (one.value, one.status) == (every.value, "optimal")
    assert one.mean_s >= every.mean_s
    assert not one.ties
    assert not one.ties_complete


def test_the_same_question_has_the_same_answer() -> None:
    problem = SitingProblem(random_roads(150, 3), np.ones(150))
    first, second = (p_median(problem, 50) for _ in range(2))
    assert (first.sites, first.ties, first.nodes) == (second.sites, second.ties, second.nodes)
