"""Maximal covering: the posts that bring most people within a travel time.

References
----------
Church, ReVelle (1974), https://doi.org/10.1007/BF01942293.
"""

from __future__ import annotations

import math
import time

import numpy as np

from geo.location_allocation import branch_and_bound
from geo.location_allocation.best_sites import best_sites
from geo.location_allocation.capacitated import most_people
from geo.location_allocation.instance import Instance, make_instance
from geo.location_allocation.plan import Plan, make_plan, order_ties
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.reduced_model import ask_highs, cover_by_highs, merge_identical
from geo.location_allocation.second_cover import most_covered_twice

SAME = 1e-9  # plans tie when their values differ by at most this share of the largest value that is possible


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
    problem: SitingProblem,
    k: int,
    cutoff_s: float,
    *,
    backup: bool = False,
    max_ties: int = 100,
    time_limit_s: float = 60.0,
) -> Plan:
    """Return the k new posts with most demand within the cutoff of any post.

    Among plans of equal cover the one that lets most people be reached at all comes first, then the one with the least
    mean time of these people (with a capacity: of the people covered), then the one with the lowest indices.

    With more than ten posts the value and its proof are all that is searched for; the ties are the plans of equal cover
    that differ from the one found in one post, and `ties_complete` is False.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    k : int
        New posts besides the fixed.
    cutoff_s : float
        Seconds, inclusive, in the precision of the travel times.
    backup : bool
        Count only the people who stay covered when any one post is absent: those within the cutoff of two posts.
    max_ties : int
        Plans of equal cover to list, the chosen one included; with 1, no other is looked for.
    time_limit_s : float
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    Plan
        Its value is the demand covered, that of the fixed posts included.

    Raises
    ------
    ValueError
        More posts than free sites, a cutoff of 0, or backup together with a capacity.

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
    problem.check_backup(backup)
    if backup:
        return most_covered_twice(problem, k, cutoff_s, max_ties, ends)
    if problem.limits is not None:
        return most_people(problem, k, cutoff_s, max_ties, ends)
    total = math.fsum(problem.weights)
    tolerance = SAME * total
    instance = covering_instance(problem, cutoff_s)
    if k > branch_and_bound.MANY_POSTS and instance.weight.size:
        outcome = cover_by_highs(instance, k, tolerance, max_ties, ends - time.monotonic())
    else:
        outcome = best_sites(instance, k, tolerance, max_ties, lambda: time.monotonic() > ends, ask=ask_highs)
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
