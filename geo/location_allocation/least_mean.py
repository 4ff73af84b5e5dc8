"""Among the plans that serve everyone within a time, those with the least mean time."""

from __future__ import annotations

import math
import time

import numpy as np

from geo.location_allocation import branch_and_bound
from geo.location_allocation.best_sites import best_sites
from geo.location_allocation.branch_and_bound import nodes_for_ties
from geo.location_allocation.covers import masks_of, smallest
from geo.location_allocation.instance import Instance, make_instance
from geo.location_allocation.p_median import SAME
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.radius_model import ask_highs_at_the_root

SLOWER = 10  # times that a node takes where demand points must be reached
MOST_NODES = 5_000  # a few seconds


def most_nodes(instance: Instance, k: int, max_ties: int) -> int:
    """Return the nodes that may be spent on the least mean and its ties: the value is proven before.

    Parameters
    ----------
    instance : Instance
        The problem.
    k : int
        Sites to choose.
    max_ties : int
        Plans to list.

    Returns
    -------
    int
        0 when one of many posts' plans is enough: exchanges alone lower its mean.
    """
    if k <= branch_and_bound.MANY_POSTS:
        return MOST_NODES
    return nodes_for_ties(instance, k) // SLOWER if max_ties > 1 else 0


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
    many = len(plan) > branch_and_bound.MANY_POSTS
    outcome = best_sites(
        instance,
        len(plan),
        SAME * scale,
        max_ties,
        lambda: time.monotonic() > ends,
        start=plan,
        must=reached[:, smallest(masks_of(reached.T))],
        ask=ask_highs_at_the_root if many and max_ties > 1 else None,
        most_nodes=most_nodes(instance, len(plan), max_ties),
    )
    plans = sorted(tuple(problem.free[list(tie)].tolist()) for tie in outcome.ties)
    if not plans:
        return [tuple(problem.free[plan].tolist())], False, outcome.nodes
    return plans, outcome.ties_complete, outcome.nodes
