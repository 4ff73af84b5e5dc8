"""Maximal covering as a linear model: few sites, identical demand points merged."""

from __future__ import annotations

import math

import numpy as np

from geo.location_allocation.best_sites import Outcome
from geo.location_allocation.checked_input import Floats
from geo.location_allocation.greedy import cost_of, exchange, exchanged_once, greedy
from geo.location_allocation.instance import Hint, Instance, Root
from geo.location_allocation.linear_model import LinearModel

MOST_ENTRIES = 400_000  # above it the model takes longer than the search that it shall help
LEAST_COST = 1e3  # of all demand together: HiGHS takes costs for equal that differ by 1e-6


def merge_identical(covered: np.ndarray, weight: Floats) -> tuple[np.ndarray, Floats]:
    """Return the columns without repetition, with the sums of their weights.

    Parameters
    ----------
    covered : ndarray of bool, shape (n, m)
        Which site covers which demand point.
    weight : ndarray of float64, shape (m,)
        Demand.

    Returns
    -------
    ndarray of bool, shape (n, u)
        Distinct columns.
    ndarray of float64, shape (u,)
        Demand of each.

    Examples
    --------
    >>> merge_identical(np.array([[True, False, True]]), np.array([1.0, 2.0, 4.0]))[1].tolist()
    [5.0, 2.0]
    """
    packed = np.ascontiguousarray(np.packbits(covered, axis=0).T)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return covered[:, first[order]], np.bincount(place[group], weight).astype(np.float64)


def covering_model(instance: Instance, k: int) -> LinearModel:
    """Return the textbook model: a variable for each site, and one that tells whether a demand point is missed.

    Parameters
    ----------
    instance : Instance
        Times are 0 or the base, which is 1.
    k : int
        Sites to choose.

    Returns
    -------
    LinearModel
        Its first variables are the sites; its cost is that of the instance without the constant.
    """
    sites, points = instance.table.shape
    missed = sites + np.arange(points)
    model = LinearModel(np.concatenate([np.zeros(sites), instance.weight]), np.arange(sites + points) < sites)
    point = np.repeat(np.arange(points), np.diff(instance.pointer))
    row, variable = np.concatenate([point, np.arange(points)]), np.concatenate([instance.site, missed])
    model.add_rows(row, variable, 1.0, (np.ones(points), np.inf))
    model.add_rows(np.zeros(sites, dtype=int), np.arange(sites), 1.0, (k, k))
    return model


def ask_highs(root: Root) -> Hint | None:
    """Return what HiGHS finds at the root of a maximal covering instance.

    It takes no branch, so the answer is the same on every machine, however busy.

    Parameters
    ----------
    root : Root
        Times are 0 or the base, which is 1.

    Returns
    -------
    Hint or None
        None where the model is too large, or HiGHS found no plan.

    Examples
    --------
    >>> from geo.location_allocation.instance import make_instance
    >>> cover = make_instance(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([3.0, 5.0]), np.ones(2))
    >>> ask_highs(Root(cover, 1, np.ones(2), np.inf, np.ones((2, 0), dtype=bool)))
    Hint(plan=(1,), cost=3.0, bound=3.0)
    """
    instance, k = root.instance, root.k
    if instance.site.size > MOST_ENTRIES:
        return None
    sites = instance.table.shape[0]
    model = covering_model(instance, k)
    found = model.solve(node_limit=1)
    if found.values is None:
        return None
    plan = np.flatnonzero(found.values[:sites] > 0.5).tolist()
    cost = cost_of(instance, plan)
    return Hint(tuple(plan), cost, cost if found.proven else instance.constant + found.bound)


def cover_by_highs(instance: Instance, k: int, tolerance: float, most_ties: int, time_limit_s: float) -> Outcome:
    """Return the best cover by many sites: value and proof by HiGHS alone, then the ties one exchange away.

    Parameters
    ----------
    instance : Instance
        Times are 0 or the base, which is 1.
    k : int
        Sites to choose.
    tolerance : float
        Plans whose costs differ by no more tie.
    most_ties : int
        Plans to list; with 1, no other is looked for.
    time_limit_s : float
        Seconds after which the search ends.

    Returns
    -------
    Outcome
        Where HiGHS ended without a plan, a greedy one.

    Examples
    --------
    >>> from geo.location_allocation.instance import make_instance
    >>> cover = make_instance(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([3.0, 5.0]), np.ones(2))
    >>> cover_by_highs(cover, 1, 1e-9, 10, 1.0)
    Outcome(cost=3.0, bound=3.0, ties=[(1,)], ties_complete=False, nodes=0)
    """
    model = covering_model(instance, k)
    total = math.fsum(instance.weight)
    scale = 2.0 ** math.ceil(math.log2(LEAST_COST / total)) if 0 < total < LEAST_COST else 1.0
    found = model.extended(model.cost * scale).solve(time_limit_s=time_limit_s)
    if found.values is None:
        plan, cost = exchange(instance, *greedy(instance, k))
    else:
        plan = np.flatnonzero(found.values[: instance.table.shape[0]] > 0.5).tolist()
        cost = cost_of(instance, plan)
    bound = cost if found.proven else min(cost, max(instance.constant, instance.constant + found.bound / scale))
    others = exchanged_once(instance, plan, cost + tolerance, most_ties - 1) if most_ties > 1 else []
    return Outcome(cost, bound, sorted([tuple(sorted(plan)), *others]), ties_complete=False, nodes=found.nodes)
