"""p-median: the posts from which people have the least mean travel time.

References
----------
Hakimi (1964), https://doi.org/10.1287/opre.12.3.450; Cornuejols, Fisher, Nemhauser (1977),
https://doi.org/10.1287/mnsc.23.8.789.
"""

from __future__ import annotations

import math
import time

import numpy as np

from geo.location_allocation import branch_and_bound
from geo.location_allocation.best_sites import best_sites
from geo.location_allocation.capacitated import least_time
from geo.location_allocation.instance import Instance, make_instance
from geo.location_allocation.plan import Plan, make_plan
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.radius_model import ask_highs

SAME = 1e-9  # plans tie when their values differ by at most this share of the value without new posts


def longest_seconds(problem: SitingProblem) -> float:
    """Return the longest finite travel time, 1 if there is none.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.

    Returns
    -------
    float
        Seconds.
    """
    return float(np.max(problem.times, where=np.isfinite(problem.times), initial=1.0))


def unserved_seconds(problem: SitingProblem) -> float:
    """Return the seconds that count for a person whom no post reaches: more than all the time that posts can save.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.

    Returns
    -------
    float
        Seconds.
    """
    people = problem.weights[problem.weights > 0]
    return 1.0 + longest_seconds(problem) * (1.0 + math.fsum(people) / float(people.min(initial=np.inf)))


def median_instance(problem: SitingProblem) -> tuple[Instance, float]:
    """Return the instance whose cost is the person-seconds of everyone whom some site reaches.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.

    Returns
    -------
    Instance
        Site i is ``problem.free[i]``.
    float
        Person-seconds within which plans tie.
    """
    points = np.flatnonzero((problem.weights > 0) & problem.reachable)
    weights = problem.weights[points]
    times = problem.times[np.ix_(problem.free, points)]
    base = problem.fixed_time_s[points]
    farthest = times.max(axis=0, initial=0.0).astype(np.float64)
    farthest[~np.isfinite(farthest)] = unserved_seconds(problem)
    base = np.where(np.isfinite(base), base, farthest)
    scale = math.fsum(weights * np.minimum(base, longest_seconds(problem)))
    return make_instance(times, weights, base), SAME * scale


def p_median(problem: SitingProblem, k: int, *, max_ties: int = 100, time_limit_s: float = 60.0) -> Plan:
    """Return the k new posts with the least mean time from the nearest post.

    The mean is over the people whom any fixed or free site reaches. Where the posts are too few to reach them all,
    as many people as possible are reached first. People whom no site reaches change nothing; they are listed as
    unserved.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    k : int
        New posts besides the fixed.
    max_ties : int
        Plans of equal value to list, the chosen one included; the one with the lowest indices is chosen.
    time_limit_s : float
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    Plan
        Its value is in person-seconds of the people served; `mean_s` is the mean.

    Raises
    ------
    ValueError
        More posts than free sites, or no post at all.

    Examples
    --------
    >>> problem = SitingProblem([[0, 900, 1800], [900, 0, 900], [1800, 900, 0]], [10, 20, 30], fixed=[0])
    >>> plan = p_median(problem, k=1)
    >>> plan.sites, plan.value, plan.mean_s
    ((2,), 18000.0, 300.0)
    """
    problem.check_posts(k)
    if k == 0 and not problem.fixed_sites.size:
        raise ValueError("there is no post: no site is fixed, and 0 new posts are asked for")
    ends = time.monotonic() + time_limit_s
    if problem.limits is not None:
        return least_time(problem, k, max_ties, ends)
    instance, tolerance = median_instance(problem)
    stop, ask = lambda: time.monotonic() > ends, ask_highs if k > branch_and_bound.MANY_POSTS else None
    outcome = best_sites(instance, k, tolerance, max_ties, stop, ask=ask)
    plans = sorted(tuple(problem.free[list(plan)].tolist()) for plan in outcome.ties)
    assignment = problem.nearest_post(plans[0])
    served = np.flatnonzero(assignment >= 0)
    value = math.fsum(problem.weights[served] * problem.times[assignment[served], served].astype(np.float64))
    return make_plan(
        problem,
        plans,
        value,
        min(value, outcome.bound),
        proven=outcome.bound >= outcome.cost - tolerance,
        ties_complete=outcome.ties_complete,
        nodes=outcome.nodes,
        assignment=assignment,
    )
