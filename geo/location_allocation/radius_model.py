"""The mean as a linear model of radii: for each demand point, whether any post is within each of its times.

A variable for each site says whether it has a post; one for each demand point and each of its distinct times says
that no post is within that time. This is as tight as the textbook model with a variable for each pair and far
smaller. A good lower bound makes it smaller still: times so long that a plan which lets a demand point wait for them
costs more than the best plan known are left out, and sites without which every plan costs more are taken.

References
----------
Cornuejols, Nemhauser, Wolsey (1980), https://doi.org/10.1137/0601030; Garcia, Labbe, Marin (2011),
https://doi.org/10.1287/ijoc.1100.0418.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo.location_allocation.checked_input import Floats, Indices
from geo.location_allocation.greedy import cost_of, strongest
from geo.location_allocation.instance import Hint, Instance, Root
from geo.location_allocation.lagrangian import earnings
from geo.location_allocation.linear_model import LinearModel

MOST_ENTRIES = 60_000  # above it HiGHS takes longer than the search that it shall help
MOST_NODES = 200
ROUNDING = 1e-9
COST_RANGE = 1e3  # HiGHS takes costs for equal that differ by 1e-6


class Levels(NamedTuple):
    """Distinct times of the demand points, ascending within each.

    Attributes
    ----------
    row : ndarray of int, shape (e,)
        Level of each entry of the instance that is kept.
    entry : ndarray of int, shape (e,)
        The entries kept.
    point : ndarray of int, shape (l,)
        Demand point of each level.
    time : ndarray of float64, shape (l,)
        Its time.
    """

    row: Indices
    entry: Indices
    point: Indices
    time: Floats


def levels_within(instance: Instance, longest: Floats) -> Levels:
    """Return the levels up to a longest time, for each demand point at least the first.

    Parameters
    ----------
    instance : Instance
        The problem.
    longest : ndarray of float64, shape (m,)
        Longest time of each demand point, inclusive.

    Returns
    -------
    Levels
        One for each distinct time.

    Examples
    --------
    >>> from geo.location_allocation.instance import make_instance
    >>> near = make_instance(np.array([[5.0], [3.0], [5.0], [8.0]]), np.ones(1), np.array([9.0]))
    >>> levels_within(near, np.array([6.0])).time.tolist()
    [3.0, 5.0]
    """
    point = np.repeat(np.arange(instance.weight.size), np.diff(instance.pointer))
    nearest = instance.time[instance.pointer[:-1]]
    entry = np.flatnonzero(instance.time <= np.maximum(longest, nearest)[point])
    point, time = point[entry], instance.time[entry]
    new = np.ones(entry.size, dtype=bool)
    new[1:] = (point[1:] != point[:-1]) | (time[1:] != time[:-1])
    return Levels(np.cumsum(new) - 1, entry, point[new], time[new])


def radius_model(instance: Instance, k: int, longest: Floats) -> tuple[LinearModel, float]:
    """Return the model, and the cost that no choice changes.

    Parameters
    ----------
    instance : Instance
        The problem.
    k : int
        Sites to choose.
    longest : ndarray of float64, shape (m,)
        Longest time that each demand point may wait, inclusive; the base or more where it may be left out.

    Returns
    -------
    LinearModel
        Its first variables are the sites.
    float
        To be added to its cost.
    """
    sites = instance.table.shape[0]
    levels = levels_within(instance, longest)
    count = levels.point.size
    last = np.ones(count, dtype=bool)
    last[:-1] = levels.point[1:] != levels.point[:-1]
    first = np.roll(last, 1)
    later = np.append(levels.time[1:], 0.0)
    later[last] = instance.base[levels.point[last]]
    open_ended = np.flatnonzero(~last | (longest >= instance.base)[levels.point])
    beyond = sites + np.arange(open_ended.size)  # no post is within the level's time
    waiting = instance.weight[levels.point[open_ended]] * (later - levels.time)[open_ended]
    model = LinearModel(np.concatenate([np.zeros(sites), waiting]), np.arange(sites + beyond.size) < sites)
    goes_on = ~last[open_ended]
    model.add_rows(
        np.concatenate([levels.row, open_ended, open_ended[goes_on] + 1]),
        np.concatenate([instance.site[levels.entry], beyond, beyond[goes_on]]),
        np.concatenate([np.ones(levels.row.size + open_ended.size), np.full(np.count_nonzero(goes_on), -1.0)]),
        (np.where(first, 1.0, 0.0), np.inf),
    )
    model.add_rows(np.zeros(sites, dtype=int), np.arange(sites), 1.0, (k, k))
    start = levels.point[first]
    return model, instance.constant + math.fsum(instance.weight[start] * levels.time[first])


def ask_highs(root: Root) -> Hint | None:
    """Return what HiGHS finds within a number of nodes, the same on every machine, however busy.

    Parameters
    ----------
    root : Root
        The problem, with prices and the cost above which nothing is of interest.

    Returns
    -------
    Hint or None
        None where the model is too large, or HiGHS found no plan.

    Examples
    --------
    >>> from geo.location_allocation.instance import make_instance
    >>> line = make_instance(np.array([[0.0, 4.0, 8.0], [4.0, 0.0, 4.0], [8.0, 4.0, 0.0]]), np.ones(3), np.full(3, 9.0))
    >>> ask_highs(Root(line, 1, np.full(3, 4.0), 12.0, np.ones((3, 0), dtype=bool)))
    Hint(plan=(1,), cost=8.0, bound=8.0)
    """
    instance, k = root.instance, root.k
    earned = np.empty(instance.table.shape[0])
    total = instance.constant + earnings(instance, root.price, earned)
    order = strongest(earned, earned.size)
    bound = total - math.fsum(earned[order[:k]])
    room = root.limit - bound + ROUNDING * abs(root.limit)
    model, constant = radius_model(instance, k, root.price + room / instance.weight)
    if sum(variable.size for _, variable, _ in model.entries) > MOST_ENTRIES:
        return None
    needed = order[:k][earned[order[:k]] - earned[order[k : k + 1]] > room] if earned.size > k else order
    model.add_rows(np.arange(needed.size), needed, 1.0, (np.ones(needed.size), 1.0))
    site, point = np.nonzero(root.must)
    model.add_rows(point, site, 1.0, (np.ones(root.must.shape[1]), np.inf))
    scale = COST_RANGE / max(math.fsum(model.cost), math.ulp(0.0)) if model.cost.any() else 1.0
    found = model.extended(model.cost * scale).solve(node_limit=MOST_NODES)
    if found.values is None:
        return None
    plan = np.flatnonzero(found.values[: earned.size] > 0.5).tolist()
    cost = cost_of(instance, plan)
    return Hint(tuple(plan), cost, cost if found.proven else max(bound, constant + found.bound / scale))
