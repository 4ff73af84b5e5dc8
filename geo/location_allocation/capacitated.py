"""The four models with capacity: each demand point is served by one post, and no post is over."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np

from geo.location_allocation.capacity import Allocation
from geo.location_allocation.checked_input import Indices
from geo.location_allocation.linear_model import EqualPlans
from geo.location_allocation.plan import Plan, make_plan, no_plan
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.worst_off import smallest_worst


def everyone(problem: SitingProblem) -> float:
    """Return the people whom some fixed or free site reaches.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.

    Returns
    -------
    float
        People.
    """
    return math.fsum(problem.weights[problem.reachable])


def most_people(problem: SitingProblem, k: int, cutoff_s: float, max_ties: int, ends: float) -> Plan:
    """Return the k new posts that serve most people within the cutoff; the least mean time decides among ties.

    Parameters
    ----------
    problem : SitingProblem
        With capacity.
    k : int
        New posts.
    cutoff_s : float
        Seconds, inclusive.
    max_ties : int
        Plans to list.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    Plan
        Its value is the people served.
    """
    allocation = Allocation(problem, cutoff_s)
    found = _or_any(allocation.most_served(k, max_ties, ends), k)
    plans, _, post = allocation.answer(found, -found.cost, ends)
    served = math.fsum(problem.weights[post >= 0])
    return _plan(problem, plans, (served, -found.bound), found, post)


def least_time(problem: SitingProblem, k: int, max_ties: int, ends: float) -> Plan:
    """Return the k new posts with the least person-seconds among those that serve most people.

    Parameters
    ----------
    problem : SitingProblem
        With capacity.
    k : int
        New posts.
    max_ties : int
        Plans to list.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    Plan
        Its value is in person-seconds.
    """
    allocation = Allocation(problem, math.inf)
    most = _or_any(allocation.most_served(k, 1, ends), k)
    found = allocation.least_seconds(k, -most.cost, max_ties, ends)
    found = found if found.plans else most._replace(bound=0.0)
    found = found._replace(proven=found.proven and most.proven)
    plans, seconds, post = allocation.answer(found, -most.cost, ends)
    return _plan(problem, plans, (seconds, found.bound), found, post)


def least_worst(problem: SitingProblem, k: int, max_ties: int, ends: float) -> Plan:
    """Return the k new posts with the shortest time within which everyone is served; the mean decides among ties.

    Parameters
    ----------
    problem : SitingProblem
        With capacity.
    k : int
        New posts.
    max_ties : int
        Plans to list.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    Plan
        Its value is in seconds; infeasible when k posts cannot serve everyone.
    """
    points = np.flatnonzero((problem.weights > 0) & problem.reachable)
    times, people = problem.times[:, points], everyone(problem)
    without = smallest_worst(times[problem.free], problem.fixed_time_s[points], k, lambda: time.monotonic() > ends)
    usable = np.concatenate([problem.free, problem.fixed_sites])
    values = np.unique(np.append(times[usable][np.isfinite(times[usable])], without.bound))
    values = values[values >= without.bound].astype(np.float64)
    begin, end, best, proven = 0, values.size, math.inf, True
    kept: EqualPlans | None = None
    while begin < end:
        middle = (begin + end) // 2 if math.isfinite(best) else end - 1
        found = Allocation(problem, float(values[middle])).most_served(k, 1, ends)
        if -found.cost >= people * (1 - 1e-9):
            best, end, kept = float(values[middle]), middle, found
        else:
            begin, proven = middle + 1, proven and found.proven
    if kept is None:
        return no_plan(problem)
    allocation = Allocation(problem, best)
    tied = allocation.least_seconds(k, people, max_ties, ends)
    plans, _, post = allocation.answer(tied if tied.plans else kept, people, ends)
    bound = best if proven else without.bound
    return _plan(problem, plans, (best, bound), tied._replace(proven=proven), post)


def fewest_posts(problem: SitingProblem, cutoff_s: float, max_ties: int, ends: float) -> Plan:
    """Return the fewest new posts that serve everyone within the cutoff; the least mean time decides among ties.

    Parameters
    ----------
    problem : SitingProblem
        With capacity.
    cutoff_s : float
        Seconds, inclusive.
    max_ties : int
        Plans to list.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    Plan
        Its value is the number of new posts; infeasible when not even a post at every free site would do.
    """
    allocation, people = Allocation(problem, cutoff_s), everyone(problem)
    few = allocation.fewest(people, ends)
    if not few.plans:
        return no_plan(problem)
    tied = allocation.least_seconds(len(few.plans[0]), people, max_ties, ends)
    plans, _, post = allocation.answer(tied if tied.plans else few, people, ends)
    bound = max(0.0, math.ceil(few.bound - 1e-6))
    return _plan(problem, plans, (float(len(plans[0])), bound), tied._replace(proven=few.proven), post)


def smallest_capacity(problem: SitingProblem, k: int, cutoff_s: float, ends: float) -> float:
    """Return the smallest capacity, the same for every post, with which k new posts serve everyone within the cutoff.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand; its own capacity does not count.
    k : int
        New posts.
    cutoff_s : float
        Seconds, inclusive.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    float
        People; inf where no capacity would do, or none was found in time.
    """
    allocation = Allocation(replace(problem, capacity=None), cutoff_s)
    return allocation.least_load(k, everyone(problem), ends)


def _or_any(found: EqualPlans, k: int) -> EqualPlans:
    """Return what was found, or any plan that serves nobody where the time ran out before any was found."""
    return found if found.plans else found._replace(plans=[tuple(range(k))], cost=0.0)


def _plan(
    problem: SitingProblem, plans: list[tuple[int, ...]], value: tuple[float, float], found: EqualPlans, post: Indices
) -> Plan:
    """Return the first plan with its value, its bound, and what was proven of it."""
    return make_plan(
        problem,
        plans,
        *value,
        proven=found.proven,
        ties_complete=found.complete,
        nodes=len(found.plans),
        assignment=post,
    )
