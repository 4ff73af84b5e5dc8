"""Among the plans that serve everyone within a time, those with the least mean time."""

from __future__ import annotations

import math
import time

import numpy as np

from geo.location_allocation import branch_and_bound
from geo.location_allocation.best_sites import Outcome, best_sites, try_all
from geo.location_allocation.dominance import WORD, needed_points
from geo.location_allocation.greedy import cost_of, exchange, exchanged_once
from geo.location_allocation.instance import Instance, Reach, make_instance
from geo.location_allocation.p_median import SAME
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.reaching_plans import reaching_plans

MOST_NODES = 5_000  # up to ten posts: a few seconds
TRIES = 1_000_000  # more posts: steps over posts and words spent on listing every plan that reaches all, milliseconds
MOST_CELLS = 2_000_000  # and table cells looked at to compare these plans


def near_by(instance: Instance, plan: list[int], must: Reach, tolerance: float, max_ties: int) -> Outcome:
    """Return plans of little cost among those that reach everything, by work that is small beside that for the value.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : list of int
        A plan that does.
    must : ndarray of bool, shape (n, r)
        Which site reaches which demand point.
    tolerance : float
        Plans whose costs differ by no more tie.
    max_ties : int
        Plans to list; with 1, no other is looked for.

    Returns
    -------
    Outcome
        The best of all plans where these are few, else what exchanges of one post lead to, and those of the same cost
        that are one exchange away.
    """
    k = len(plan)
    if max_ties > 1:
        tries = TRIES // (k * (1 + must.shape[1] // WORD))
        plans = reaching_plans(must, k, MOST_CELLS // (k * instance.weight.size + k), tries)
        if plans is not None and len(plans):
            return try_all(instance, plans, tolerance, max_ties)
    better, cost = exchange(instance, plan, cost_of(instance, plan))
    others = exchanged_once(instance, better, cost + tolerance, max_ties - 1) if max_ties > 1 else []
    return Outcome(cost, -math.inf, [tuple(sorted(better)), *others], ties_complete=False, nodes=0)


def least_mean_within(
    problem: SitingProblem, plan: list[int], seconds: float, max_ties: int, ends: float
) -> tuple[list[tuple[int, ...]], bool, int]:
    """Return the plans of least mean time among those that serve everyone reachable within a time.

    The work is bounded. Where it ends before the proof, these are the best plans found, and not all.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    plan : list of int
        A plan that does; indices into ``problem.free``.
    seconds : float
        The time, inclusive.
    max_ties : int
        Plans to list.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    list of tuple of int
        Plans, the one with the lowest indices first.
    bool
        Whether these are all.
    int
        Subproblems.
    """
    points = np.flatnonzero((problem.weights > 0) & problem.reachable)
    weights, fixed = problem.weights[points], problem.fixed_time_s[points]
    times = problem.times[np.ix_(problem.free, points)]
    times[times > seconds] = np.inf
    known = np.minimum(fixed, times[plan].min(axis=0, initial=np.inf))
    floor = np.minimum(fixed, times.min(axis=0, initial=np.inf))
    spread = math.fsum(weights * (known - floor))
    late = fixed > seconds
    base = np.where(late, seconds + 1.0 + 2.0 * spread / weights, fixed)
    scale = math.fsum(weights * np.where(late, seconds, fixed))
    reached = np.isfinite(times[:, late])
    instance = make_instance(times, weights, base)
    must = reached[:, needed_points(reached)]
    if len(plan) > branch_and_bound.MANY_POSTS:
        outcome = near_by(instance, plan, must, SAME * scale, max_ties)
    else:
        outcome = best_sites(
            instance,
            len(plan),
            SAME * scale,
            max_ties,
            lambda: time.monotonic() > ends,
            start=plan,
            must=must,
            most_nodes=MOST_NODES,
        )
    plans = sorted(tuple(problem.free[list(tie)].tolist()) for tie in outcome.ties)
    if not plans:
        return [tuple(problem.free[plan].tolist())], False, outcome.nodes
    return plans, outcome.ties_complete, outcome.nodes
