"""Maximal covering: the posts that bring most people within a travel time.

References
----------
Church, ReVelle (1974), https://doi.org/10.1007/BF01942293.
"""

from __future__ import annotations

import math
import time

import numpy as np

from geo.location_allocation.best_sites import best_sites
from geo.location_allocation.checked_input import Floats
from geo.location_allocation.instance import Instance, make_instance
from geo.location_allocation.plan import Plan, make_plan, order_ties
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.reduced_model import ask_highs

SAME = 1e-9  # plans tie when their values differ by at most this share of the largest value that is possible


def merge_identical(covered: np.ndarray, weight: Floats) -> tuple[np.ndarray, Floats]:
    """Return the columns without repetition, with the sums of their weights.

    Parameters
    ----------
    covered : ndarray of bool, shape (n, m)
        Which site covers which demand point.
    weight : ndarray of float64, shape (m,)
        Demand.

    Returns
    -------
    ndarray of bool, shape (n, u)
        Distinct columns.
    ndarray of float64, shape (u,)
        Demand of each.

    Examples
    --------
    >>> merge_identical(np.array([[True, False, True]]), np.array([1.0, 2.0, 4.0]))[1].tolist()
    [5.0, 2.0]
    """
    packed = np.ascontiguousarray(np.packbits(covered, axis=0).T)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return covered[:, first[order]], np.bincount(place[group], weight).astype(np.float64)


def covering_instance(problem: SitingProblem, cutoff_s: float) -> Instance:
    """Return the instance whose cost is the demand left uncovered.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    cutoff_s : float
        Seconds, inclusive.

    Returns
    -------
    Instance
        Time 0 where covered, base 1; site i is ``problem.free[i]``.
    """
    open_points = np.flatnonzero((problem.fixed_time_s > cutoff_s) & (problem.weights > 0))
    covered = problem.times[np.ix_(problem.free, open_points)] <= cutoff_s
    improved = covered.any(axis=0)
    lost = math.fsum(problem.weights[open_points[~improved]])
    weight = problem.weights[open_points[improved]]
    if weight.size:
        covered, weight = merge_identical(covered[:, improved], weight)
    else:
        covered = covered[:, improved]
    return make_instance(np.where(covered, 0.0, 1.0), weight, np.ones(weight.size), lost)


def maximal_covering(
    problem: SitingProblem, k: int, cutoff_s: float, *, max_ties: int = 100, time_limit_s: float = 60.0
) -> Plan:
    """Return the k new posts with most demand within the cutoff of any post.

    Among plans of equal cover the one with the least mean time of the people reached comes first, then the one with
    the lowest indices.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    k : int
        New posts besides the fixed.
    cutoff_s : float
        Seconds, inclusive.
    max_ties : int
        Plans of equal cover to list, the chosen one included.
    time_limit_s : float
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    Plan
        Its value is the demand covered, that of the fixed posts included.

    Raises
    ------
    ValueError
        More posts than free sites, or a cutoff of 0.

    Examples
    --------
    >>> problem = SitingProblem([[0, 900, 1800], [900, 0, 900], [1800, 900, 0]], [10, 20, 30], fixed=[0])
    >>> plan = maximal_covering(problem, k=1, cutoff_s=600)
    >>> plan.sites, plan.value, plan.status
    ((2,), 40.0, 'optimal')
    """
    problem.check_posts(k)
    cutoff_s = problem.cutoff(cutoff_s)
    ends = time.monotonic() + time_limit_s
    total = math.fsum(problem.weights)
    tolerance = SAME * total
    outcome = best_sites(
        covering_instance(problem, cutoff_s), k, tolerance, max_ties, lambda: time.monotonic() > ends, ask=ask_highs
    )
    plans = order_ties(problem, (tuple(problem.free[list(plan)].tolist()) for plan in outcome.ties))
    assignment = problem.nearest_post(plans[0], cutoff_s)
    return make_plan(
        problem,
        plans,
        math.fsum(problem.weights[assignment >= 0]),
        total - outcome.bound,
        proven=outcome.bound >= outcome.cost - tolerance,
        ties_complete=outcome.ties_complete,
        nodes=outcome.nodes,
        assignment=assignment,
    )
