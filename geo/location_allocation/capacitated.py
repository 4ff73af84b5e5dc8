"""The four models with capacity: each demand point is served by one post, and no post is over."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from geo.errors import OutOfTimeError
from geo.location_allocation.capacity import ROOM, Allocation
from geo.location_allocation.checked_input import Indices
from geo.location_allocation.greedy import greedy
from geo.location_allocation.instance import make_instance
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
    found = _or_filled(allocation, allocation.most_served(k, max_ties, ends), k)
    soonest = [allocation.least_seconds_of(plan, -found.cost, ends) for plan in found.plans]
    values = [old if new is None else new for old, new in zip(found.values, soonest, strict=True)]
    plans, _, post = allocation.ranked(found._replace(values=values))
    served = math.fsum(problem.weights[post >= 0])
    return _plan(problem, plans, (served, min(allocation.total, -found.bound)), found, post)


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
    most = _most(allocation, k, ends)
    found = allocation.least_seconds(k, -most.cost, max_ties, ends)
    found = found if found.plans else most._replace(bound=found.bound, proven=False)
    plans, seconds, post = allocation.ranked(found)
    bound = max(0.0, found.bound) if most.proven else 0.0
    return _plan(problem, plans, (seconds, bound), found._replace(proven=found.proven and most.proven), post)


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

    Raises
    ------
    OutOfTimeError
        Neither a plan nor that there is none was found.
    """
    points = np.flatnonzero((problem.weights > 0) & problem.reachable)
    times, people = problem.times[:, points], everyone(problem)
    without = smallest_worst(times[problem.free], problem.fixed_time_s[points], k, ends)
    usable = np.concatenate([problem.free, problem.fixed_sites])
    values = np.unique(np.append(times[usable][np.isfinite(times[usable])], without.bound))
    values = values[values >= without.bound].astype(np.float64)
    begin, end, best, proven = 0, values.size, math.inf, True
    kept: EqualPlans | None = None
    while begin < end:
        middle = (begin + end) // 2 if math.isfinite(best) else end - 1
        found = _most(Allocation(problem, float(values[middle])), k, ends)
        if -found.cost >= people * (1 - ROOM):
            best, end, kept = float(values[middle]), middle, found
        else:
            begin, proven = middle + 1, proven and found.proven
    if kept is None:
        return _none(problem, proven=proven)
    allocation = Allocation(problem, best)
    tied = allocation.least_seconds(k, people, max_ties, ends)
    plans, _, post = allocation.ranked(tied) if tied.plans else Allocation(problem, best).ranked(kept)
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

    Raises
    ------
    OutOfTimeError
        Neither a plan nor that there is none was found.
    """
    allocation, people = Allocation(problem, cutoff_s), everyone(problem)
    few = allocation.fewest(people, ends)
    if not few.plans:
        return _none(problem, proven=few.proven)
    tied = allocation.least_seconds(len(few.plans[0]), people, max_ties, ends)
    plans, _, post = allocation.ranked(tied if tied.plans else few)
    bound = math.ceil(max(0.0, few.bound - 1e-6))
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


def _none(problem: SitingProblem, *, proven: bool) -> Plan:
    """Return that there is no plan where that is proven, else raise."""
    if not proven:
        raise OutOfTimeError("No plan that serves everyone was found in time; allow more time or more capacity.")
    return no_plan(problem)


def _most(allocation: Allocation, k: int, ends: float) -> EqualPlans:
    """Return one plan that serves most people; often one filled at once serves everyone, which needs no proof."""
    nothing = EqualPlans([], math.inf, -math.inf, proven=False, complete=False, values=[])
    filled = _or_filled(allocation, nothing, k)
    if -filled.cost >= everyone(allocation.problem) * (1 - ROOM):
        return filled._replace(bound=filled.cost, proven=True)
    found = allocation.most_served(k, 1, ends)
    return found if found.plans else filled._replace(bound=found.bound)


def _or_filled(allocation: Allocation, found: EqualPlans, k: int) -> EqualPlans:
    """Return what was found; where the time ran out before that, a good plan without capacity, filled at once."""
    if found.plans:
        return found
    problem = replace(allocation.problem, capacity=None)
    instance = make_instance(
        np.where(problem.times[problem.free] <= allocation.cutoff_s, 0.0, 1.0),
        problem.weights,
        np.where(problem.fixed_time_s <= allocation.cutoff_s, 0.0, 1.0),
    )
    plan = tuple(sorted(greedy(instance, k)[0]))
    values = allocation.filled(plan)
    served = math.fsum(allocation.people[values[allocation.free :] > 0])
    return found._replace(plans=[plan], cost=-served, values=[values])


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
