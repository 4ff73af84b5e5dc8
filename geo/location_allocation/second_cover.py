"""Second cover: posts chosen so that people stay within the cutoff when any one post is absent, by HiGHS.

References
----------
Hogan, ReVelle (1986), https://doi.org/10.1287/mnsc.32.11.1434.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.location_allocation.checked_input import Indices
from geo.location_allocation.linear_model import EqualPlans, LinearModel, equal_plans
from geo.location_allocation.plan import Plan, make_plan, no_plan, order_ties
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.reduced_model import merge_identical

SAME = 1e-9  # plans tie when their values differ by at most this share of all demand


class Wanting(NamedTuple):
    """Demand points that the fixed posts do not cover twice.

    Attributes
    ----------
    covered : ndarray of bool, shape (f, m)
        Which free site covers which demand point.
    need : ndarray of int, shape (m,)
        New posts that a demand point needs; 0 where the fixed posts are enough or nobody lives.
    """

    covered: NDArray[np.bool_]
    need: Indices


def wanting(problem: SitingProblem, cutoff_s: float) -> Wanting:
    """Return what is wanting to a second cover.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    cutoff_s : float
        Seconds, inclusive.

    Returns
    -------
    Wanting
        With a column for each demand point.
    """
    have = np.count_nonzero(problem.times[problem.fixed_sites] <= cutoff_s, axis=0)
    need = np.where(problem.weights > 0, np.maximum(0, 2 - have), 0)
    return Wanting(problem.times[problem.free] <= cutoff_s, need)


def covered_twice(problem: SitingProblem, sites: tuple[int, ...], cutoff_s: float) -> NDArray[np.bool_]:
    """Tell which demand points at least two posts cover.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    sites : tuple of int
        New posts.
    cutoff_s : float
        Seconds, inclusive.

    Returns
    -------
    ndarray of bool, shape (m,)
        True where one post may be absent.
    """
    posts = [*problem.fixed_sites.tolist(), *sites]
    twice: NDArray[np.bool_] = np.count_nonzero(problem.times[posts] <= cutoff_s, axis=0) >= 2
    return twice


def most_covered_twice(problem: SitingProblem, k: int, cutoff_s: float, max_ties: int, ends: float) -> Plan:
    """Return the k new posts with most demand within the cutoff of two posts.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    k : int
        New posts besides the fixed.
    cutoff_s : float
        Seconds, inclusive.
    max_ties : int
        Plans to list.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    Plan
        Its value is the demand covered twice, that of the fixed posts included.
    """
    covered, need = wanting(problem, cutoff_s)
    hopeful = (need > 0) & (np.count_nonzero(covered, axis=0) >= need)
    total = math.fsum(problem.weights)
    found = _choose(covered[:, hopeful], need[hopeful], problem.weights[hopeful], k, (SAME * total, max_ties, ends))
    chosen = found.plans or [tuple(range(k))]
    plans = order_ties(problem, (tuple(problem.free[list(plan)].tolist()) for plan in chosen))
    lost = math.fsum(problem.weights[(need > 0) & ~hopeful])
    return make_plan(
        problem,
        plans,
        math.fsum(problem.weights[covered_twice(problem, plans[0], cutoff_s)]),
        total - lost - max(0.0, found.bound),
        proven=found.proven,
        ties_complete=found.complete,
        nodes=len(found.plans),
        assignment=problem.nearest_post(plans[0], cutoff_s),
    )


def _choose(
    covered: NDArray[np.bool_],
    need: Indices,
    weight: NDArray[np.float64],
    k: int,
    limits: tuple[float, int, float],
) -> EqualPlans:
    """Return the k sites that leave least demand without its needs."""
    sites = covered.shape[0]
    columns = np.vstack([covered, need == 2])
    if weight.size:
        columns, weight = merge_identical(columns, weight)
    covered, need = columns[:-1], np.where(columns[-1], 2, 1)
    points = weight.size
    model = LinearModel(np.concatenate([np.zeros(sites), weight]), np.ones(sites + points, dtype=bool))
    point, site = np.nonzero(covered.T)
    row, variable = np.concatenate([point, np.arange(points)]), np.concatenate([site, sites + np.arange(points)])
    model.add_rows(row, variable, np.concatenate([np.ones(point.size), need]), (need, np.inf))
    model.add_rows(np.zeros(sites, dtype=int), np.arange(sites), 1.0, (k, k))
    return equal_plans(model, sites, *limits)


def fewest_covering_twice(problem: SitingProblem, cutoff_s: float, max_ties: int, ends: float) -> Plan:
    """Return the fewest new posts with which everyone whom some site reaches is within the cutoff of two posts.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    cutoff_s : float
        Seconds, inclusive.
    max_ties : int
        Plans to list.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    Plan
        Its value is the number of new posts; infeasible when someone has no two sites near enough.
    """
    covered, need = wanting(problem, cutoff_s)
    points = np.flatnonzero((need > 0) & problem.reachable)
    columns = np.unique(np.vstack([covered[:, points], need[points]]), axis=1)
    sites = covered.shape[0]
    if (columns[:-1].sum(axis=0) < columns[-1]).any():
        return no_plan(problem)
    model = LinearModel(np.ones(sites), np.ones(sites, dtype=bool))
    point, site = np.nonzero(columns[:-1].T)
    model.add_rows(point, site, 1.0, (columns[-1], np.inf))
    found = equal_plans(model, sites, 0.5, max_ties, ends)
    chosen = found.plans or [tuple(range(sites))]
    plans = order_ties(problem, (tuple(problem.free[list(plan)].tolist()) for plan in chosen))
    return make_plan(
        problem,
        plans,
        float(len(plans[0])),
        math.ceil(max(0.0, found.bound - 1e-6)),
        proven=found.proven,
        ties_complete=found.complete,
        nodes=len(found.plans),
        assignment=problem.nearest_post(plans[0], cutoff_s),
    )
