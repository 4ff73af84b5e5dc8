"""Good plans at once: add the best site k times, then exchange sites while that helps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.location_allocation.instance import Floats, Instance
from geo.location_allocation.lagrangian import earnings

SAME_COST = 1e-12  # share of a cost below which an exchange gains nothing


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


@compiled
def two_nearest(instance: Instance, plan: NDArray[np.intp], j: int, nearest: NDArray[np.intp], seconds: Floats) -> None:
    """Write which two posts of a plan are nearest to a demand point, and how far they are.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : ndarray of int, shape (k,)
        Sites.
    j : int
        The demand point.
    nearest : ndarray of int, shape (2, m)
        Places in the plan, the nearest first; -1 where no post is nearer than the base. Written to.
    seconds : ndarray of float64, shape (2, m)
        Their times, the base where there is none. Written to.
    """
    nearest[:, j] = -1
    seconds[:, j] = instance.base[j]
    for place in range(plan.size):
        time = instance.table[plan[place], j]
        if time < seconds[0, j]:
            seconds[1, j], nearest[1, j] = seconds[0, j], nearest[0, j]
            seconds[0, j], nearest[0, j] = time, place
        elif time < seconds[1, j]:
            seconds[1, j], nearest[1, j] = time, place


@compiled
def costs_without(  # noqa: PLR0917 - compiled code has no keyword arguments worth their price
    instance: Instance, nearest: NDArray[np.intp], seconds: Floats, place: int, plan: NDArray[np.intp], cost: Floats
) -> None:
    """Write what a plan costs with each site in place of one of its posts.

    Parameters
    ----------
    instance : Instance
        The problem.
    nearest, seconds : ndarray, shape (2, m)
        As `two_nearest` writes them.
    place : int
        Which post goes.
    plan : ndarray of int, shape (k,)
        Sites.
    cost : ndarray of float64, shape (n,)
        Costs; inf for the posts that stay. Written to.
    """
    cost[:] = 0.0
    total = instance.constant
    for j in range(instance.weight.size):
        without = seconds[1, j] if nearest[0, j] == place else seconds[0, j]
        total += instance.weight[j] * without
        for entry in range(instance.pointer[j], instance.pointer[j + 1]):
            margin = without - instance.time[entry]
            if margin <= 0.0:
                break
            cost[instance.site[entry]] -= instance.weight[j] * margin
    for i in range(cost.size):
        cost[i] += total
    for other in range(plan.size):
        if other != place:
            cost[plan[other]] = np.inf


@compiled
def exchange_posts(instance: Instance, plan: NDArray[np.intp], cost: float) -> float:
    """Exchange one site at a time while the plan gets better, and return its cost.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : ndarray of int, shape (k,)
        Sites; written to.
    cost : float
        Cost of the plan.

    Returns
    -------
    float
        Cost of the plan written.
    """
    nearest = np.empty((2, instance.weight.size), dtype=np.intp)
    seconds = np.empty((2, instance.weight.size))
    costs = np.empty(instance.table.shape[0])
    for j in range(instance.weight.size):
        two_nearest(instance, plan, j, nearest, seconds)
    idle, place = 0, 0
    while idle < plan.size:
        costs_without(instance, nearest, seconds, place, plan, costs)
        site = np.argmin(costs)
        if costs[site] < cost - SAME_COST * abs(cost):
            plan[place], cost, idle = site, costs[site], 0
            for j in range(instance.weight.size):
                served = nearest[0, j] == place or nearest[1, j] == place
                if served or instance.table[site, j] < seconds[1, j]:
                    two_nearest(instance, plan, j, nearest, seconds)
        else:
            idle += 1
        place = (place + 1) % plan.size
    return cost


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
    better = np.array(plan, dtype=np.intp)
    cost = float(exchange_posts(instance, better, cost))
    return better.tolist(), cost


@compiled
def exchanges(
    instance: Instance, plan: NDArray[np.intp], limit: float, most: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which post of a plan may go, and which site may come in its place, for no more than a limit.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : ndarray of int, shape (k,)
        Sites.
    limit : float
        Cost, inclusive.
    most : int
        Exchanges to find.

    Returns
    -------
    ndarray of int, shape (e,)
        Places in the plan, ascending.
    ndarray of int, shape (e,)
        Sites.
    """
    nearest = np.empty((2, instance.weight.size), dtype=np.intp)
    seconds = np.empty((2, instance.weight.size))
    costs = np.empty(instance.table.shape[0])
    for j in range(instance.weight.size):
        two_nearest(instance, plan, j, nearest, seconds)
    places, others = np.empty(most, dtype=np.intp), np.empty(most, dtype=np.intp)
    number = 0
    for place in range(plan.size):
        costs_without(instance, nearest, seconds, place, plan, costs)
        for site in range(costs.size):
            if costs[site] <= limit and site != plan[place] and number < most:
                places[number], others[number] = place, site
                number += 1
    return places[:number], others[:number]


def exchanged_once(instance: Instance, plan: list[int], limit: float, most: int) -> list[tuple[int, ...]]:
    """Return the plans that differ from a plan in one site and cost no more than a limit.

    Parameters
    ----------
    instance : Instance
        The problem.
    plan : list of int
        Sites.
    limit : float
        Cost, inclusive.
    most : int
        Plans to find.

    Returns
    -------
    list of tuple of int
        Each ascending.

    Examples
    --------
    >>> from geo.location_allocation.instance import make_instance
    >>> times = np.array([[0.0, 4.0, 8.0], [4.0, 0.0, 4.0], [8.0, 4.0, 0.0]])
    >>> exchanged_once(make_instance(times, np.ones(3), np.full(3, 9.0)), [0, 1], 4.0, 10)
    [(1, 2), (0, 2)]
    """
    places, others = exchanges(instance, np.array(plan, dtype=np.intp), limit, most)
    pairs = zip(places.tolist(), others.tolist(), strict=True)
    return [tuple(sorted([*plan[:place], other, *plan[place + 1 :]])) for place, other in pairs]


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
