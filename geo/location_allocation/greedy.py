"""Good plans at once: add the best site k times, then exchange sites while that helps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.location_allocation.instance import Floats, Instance
from geo.location_allocation.lagrangian import earnings


def cost_of(instance: Instance, plan: list[int]) -> float:
    """Return the cost of a plan.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : list of int
        Sites.

    Returns
    -------
    float
        Weighted sum of times from the nearest site, with the constant.
    """
    return instance.constant + float(instance.weight @ ceiling_of(instance, plan))


def ceiling_of(instance: Instance, plan: list[int]) -> Floats:
    """Return each demand point's time with a plan.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : list of int
        Sites.

    Returns
    -------
    ndarray of float64, shape (m,)
        Times, never above the base.
    """
    if not plan:
        return instance.base.copy()
    best: Floats = instance.table[plan].min(axis=0)
    return best


def best_addition(instance: Instance, plan: list[int]) -> tuple[int, float]:
    """Return the site that helps a plan most, the lowest index of equals, and the cost with it.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : list of int
        Sites taken.

    Returns
    -------
    int
        Site that is not in the plan.
    float
        Cost of the plan with it.
    """
    saved = np.empty(instance.table.shape[0])
    total = instance.constant + earnings(instance, ceiling_of(instance, plan), saved)
    saved[plan] = -np.inf
    site = int(np.argmax(saved))
    return site, total - float(saved[site])


def greedy(instance: Instance, k: int) -> tuple[list[int], float]:
    """Return the plan that adds the best site k times, and its cost.

    Parameters
    ----------
    instance : Instance
        The problem.
    k : int
        Sites to choose, at most as many as there are.

    Returns
    -------
    list of int
        Sites in the order of choice.
    float
        Cost.
    """
    plan: list[int] = []
    cost = cost_of(instance, plan)
    for _ in range(k):
        site, cost = best_addition(instance, plan)
        plan.append(site)
    return plan, cost


def exchange(instance: Instance, plan: list[int], cost: float) -> tuple[list[int], float]:
    """Exchange one site at a time while the plan gets better.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : list of int
        Sites.
    cost : float
        Cost of the plan.

    Returns
    -------
    list of int
        A plan that no exchange of one site betters.
    float
        Its cost.
    """
    idle, place = 0, 0
    while idle < len(plan):
        rest = plan[:place] + plan[place + 1 :]
        site, found = best_addition(instance, rest)
        if found < cost - 1e-12 * abs(cost):
            plan, cost, idle = [*plan[:place], site, *plan[place + 1 :]], found, 0
        else:
            idle += 1
        place = (place + 1) % len(plan)
    return plan, cost


def strongest(earned: Floats, k: int) -> NDArray[np.intp]:
    """Return the k sites that earn most, the lower index first among equals.

    Parameters
    ----------
    earned : ndarray of float64, shape (n,)
        Earnings.
    k : int
        How many.

    Returns
    -------
    ndarray of int, shape (k,)
        Sites.

    Examples
    --------
    >>> strongest(np.array([1.0, 3.0, 3.0]), 2).tolist()
    [1, 2]
    """
    return np.argsort(-earned, kind="stable")[:k]
