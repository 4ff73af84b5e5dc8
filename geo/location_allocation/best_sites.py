"""The best k sites of an instance: a good plan, a smaller instance, and the search, in this order."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import chain, combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.location_allocation.branch_and_bound import Hint, Tree, drop_ruled_out
from geo.location_allocation.greedy import cost_of, exchange, greedy, strongest
from geo.location_allocation.instance import Floats, Instance, restrict
from geo.location_allocation.lagrangian import FREE, SMALLEST_STEP, raise_bound

ROUND_STEPS = 25  # subgradient steps between two looks at what can be dropped
FEW = 2_000_000  # table cells to look at for which trying every plan is quicker than any thought
BLOCK = 4096  # plans tried at once


class Outcome(NamedTuple):
    """What a search has shown.

    Attributes
    ----------
    cost : float
        Cost of the best plans.
    bound : float
        No plan costs less.
    ties : list of tuple of int
        Best plans, in ascending order; at most as many as asked for.
    ties_complete : bool
        Whether these are all best plans.
    nodes : int
        Subtrees bounded.
    """

    cost: float
    bound: float
    ties: list[tuple[int, ...]]
    ties_complete: bool
    nodes: int


def shrink(
    instance: Instance, k: int, cost: float, tolerance: float
) -> tuple[Instance, NDArray[np.intp], Floats, float]:
    """Return the instance without the sites that the bound at the root rules out.

    Parameters
    ----------
    instance : Instance
        The problem.
    k : int
        Sites to choose, at least 2.
    cost : float
        Cost of a known plan.
    tolerance : float
        Plans within it tie.

    Returns
    -------
    Instance
        With the sites that stay.
    ndarray of int
        Index of each of them.
    ndarray of float64
        Prices to go on with.
    float
        Cost of the best plan known.
    """
    sites = np.arange(instance.table.shape[0])
    price, length, tried = instance.base / 2, 1.0, tuple[int, ...]()
    while length >= SMALLEST_STEP and sites.size > k + 1:
        earned = np.empty(sites.size)
        state = np.full(sites.size, FREE, dtype=np.int8)
        bound, length = raise_bound(
            instance, instance.base, state, k, price, earned, cost + tolerance, ROUND_STEPS, length
        )
        chosen = sorted(strongest(earned, k).tolist())
        if tuple(sites[chosen].tolist()) != tried:
            tried = tuple(sites[chosen].tolist())
            cost = min(cost, exchange(instance, chosen, cost + 1.0)[1])
        drop_ruled_out(state, k, earned, bound, cost + tolerance)
        stays = np.flatnonzero(state == FREE)
        if stays.size < 0.8 * sites.size:
            instance, points = restrict(instance, stays)
            sites, price = sites[stays], price[points]
    return instance, sites, price, cost


def try_all(instance: Instance, k: int, tolerance: float, most_ties: int) -> Outcome:
    """Return the best of all sets of k sites by trying each.

    Parameters
    ----------
    instance : Instance
        The problem; small.
    k : int
        Sites to choose, at least 1.
    tolerance : float
        Plans whose costs differ by no more tie.
    most_ties : int
        Ties to list.

    Returns
    -------
    Outcome
        Proven.
    """
    sites, points = instance.table.shape
    count = math.comb(sites, k)
    plans = np.fromiter(chain.from_iterable(combinations(range(sites), k)), dtype=np.intp, count=count * k).reshape(
        -1, k
    )
    step = max(1, BLOCK * 64 // max(1, points * k))
    blocks = [instance.table[plans[i : i + step]].min(axis=1) @ instance.weight for i in range(0, count, step)]
    costs = np.concatenate(blocks) + instance.constant
    best = float(costs.min())
    ties = plans[costs <= best + tolerance]
    listed = [tuple(plan) for plan in ties[:most_ties].tolist()]
    return Outcome(best, best, listed, len(ties) <= most_ties, count)


def best_sites(
    instance: Instance,
    k: int,
    tolerance: float,
    most_ties: int,
    stop: Callable[[], bool] = lambda: False,
    *,
    ask: Callable[[Instance, int], Hint | None] | None = None,
    start: list[int] | None = None,
) -> Outcome:
    """Return the sets of k sites of least cost.

    Parameters
    ----------
    instance : Instance
        The problem.
    k : int
        Sites to choose, from 0 to as many as there are.
    tolerance : float
        Plans whose costs differ by no more tie.
    most_ties : int
        Ties to list, at least 1.
    stop : callable
        Asked at each node; the search ends when it says True.
    ask : callable, optional
        Another solver, asked when the search proves slow.
    start : list of int, optional
        A plan to begin with; a greedy one by default.

    Returns
    -------
    Outcome
        Proven when its bound is not below its cost less the tolerance.

    Examples
    --------
    >>> from geo.location_allocation.instance import make_instance
    >>> line = make_instance(np.array([[0.0, 4.0, 8.0], [4.0, 0.0, 4.0], [8.0, 4.0, 0.0]]), np.ones(3), np.full(3, 9.0))
    >>> best_sites(line, 2, 1e-9, 10).ties
    [(0, 1), (0, 2), (1, 2)]
    """
    sites, points = instance.table.shape
    if k == 0:
        cost = instance.constant + float(instance.weight @ instance.base)
        return Outcome(cost, cost, [()], True, 0)
    if math.comb(sites, k) * k * (points + 20) <= FEW:
        return try_all(instance, k, tolerance, most_ties)
    first = greedy(instance, k) if start is None else (start, cost_of(instance, start))
    _, cost = exchange(instance, *first)
    small, kept, price = instance, np.arange(sites), instance.base / 2
    if k > 1:
        small, kept, price, cost = shrink(instance, k, cost, tolerance)
    question = None if ask is None else lambda part: ask(part, k)
    tree = Tree(small, k, cost, tolerance, most_ties, stop, ask=question)
    left = tree.search(price.copy())
    if tree.overflow and left == np.inf:
        ordered = Tree(small, k, tree.cost, tolerance, most_ties, stop, ascending=True)
        ordered.search(price.copy())
        tree.ties = ordered.ties if len(ordered.ties) == most_ties else tree.ties
    ties = sorted(tuple(kept[list(plan)].tolist()) for plan in tree.ties)
    bound = tree.cost if tree.proven else min(left, tree.cost)
    return Outcome(tree.cost, bound, ties, not tree.overflow and math.isinf(left), tree.nodes)
