"""The best k sites of an instance: a good plan, a smaller instance, and the search, in this order."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import chain, combinations
from typing import NamedTuple

import numpy as np

from geo.compiled import compiled
from geo.location_allocation.branch_and_bound import Limits, Tree, drop_ruled_out, nodes_for_ties
from geo.location_allocation.checked_input import Indices
from geo.location_allocation.greedy import ceiling_of, cost_of, exchange, greedy, strongest
from geo.location_allocation.instance import Floats, Hint, Instance, Reach, Root, restrict
from geo.location_allocation.lagrangian import FREE, SMALLEST_STEP, raise_bound
from geo.location_allocation.reaching_plans import reaching_plans

ROUND_STEPS = 25  # subgradient steps between two looks at what can be dropped
FEW = 2_000_000  # table cells to look at for which trying every plan is quicker than any thought
MANY = 200_000_000  # the same where these plans were hard to find


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


class Search(NamedTuple):
    """What a search has left to do.

    Attributes
    ----------
    instance : Instance
        The problem, without the sites that no best plan contains.
    sites : ndarray of int
        Index of each of its sites.
    price : ndarray of float64, shape (m,)
        Prices to go on with.
    plan : list of int
        Best plan known, in the first problem's indices.
    cost : float
        Its cost.
    """

    instance: Instance
    sites: Indices
    price: Floats
    plan: list[int]
    cost: float


def shrink(search: Search, k: int, tolerance: float, stop: Callable[[], bool]) -> Search:
    """Return the search without the sites that the bound at the root rules out.

    Parameters
    ----------
    search : Search
        With all sites.
    k : int
        Sites to choose, at least 2.
    tolerance : float
        Plans within it tie.
    stop : callable
        Asked in each round.

    Returns
    -------
    Search
        With the sites that stay.
    """
    instance, sites, price, plan, cost = search
    length, tried = 1.0, tuple[int, ...]()
    while length >= SMALLEST_STEP and sites.size > k + 1 and not stop():
        earned = np.empty(sites.size)
        state = np.full(sites.size, FREE, dtype=np.int8)
        bound, length = raise_bound(
            instance, instance.base, state, k, price, earned, cost + tolerance, ROUND_STEPS, length
        )
        chosen = sorted(strongest(earned, k).tolist())
        if tuple(sites[chosen].tolist()) != tried:
            tried = tuple(sites[chosen].tolist())
            found, better = exchange(instance, chosen, cost_of(instance, chosen))
            if better < cost:
                plan, cost = sites[found].tolist(), better
        drop_ruled_out(state, k, earned, bound, cost + tolerance)
        stays = np.flatnonzero(state == FREE)
        if stays.size < 0.8 * sites.size:
            instance, points = restrict(instance, stays)
            sites, price = sites[stays], price[points]
    return Search(instance, sites, price, plan, cost)


def all_plans(sites: int, k: int) -> Indices:
    """Return all sets of k sites.

    Parameters
    ----------
    sites : int
        Number of sites.
    k : int
        Sites to choose.

    Returns
    -------
    ndarray of int, shape (c, k)
        In ascending order.
    """
    entries = chain.from_iterable(combinations(range(sites), k))
    return np.fromiter(entries, dtype=np.intp, count=math.comb(sites, k) * k).reshape(-1, k)


@compiled
def write_costs(instance: Instance, plans: Indices, costs: Floats) -> None:
    """Write the cost of each plan.

    Parameters
    ----------
    instance : Instance
        The problem.
    plans : ndarray of int, shape (c, k)
        In ascending order: where the first sites of a plan are those of the plan before, these are not looked at again.
    costs : ndarray of float64, shape (c,)
        Written to.
    """
    k, points = plans.shape[1], instance.weight.size
    best = np.empty((k + 1, points))
    best[0] = instance.base
    for number in range(plans.shape[0]):
        same = 0
        while number > 0 and same < k and plans[number, same] == plans[number - 1, same]:
            same += 1
        for level in range(same, k):
            row = instance.table[plans[number, level]]
            for j in range(points):
                best[level + 1, j] = min(best[level, j], row[j])
        total = instance.constant
        for j in range(points):
            total += instance.weight[j] * best[k, j]
        costs[number] = total


def try_all(instance: Instance, plans: Indices, tolerance: float, most_ties: int) -> Outcome:
    """Return the best of some plans by trying each.

    Parameters
    ----------
    instance : Instance
        The problem.
    plans : ndarray of int, shape (c, k)
        All plans of interest, in ascending order.
    tolerance : float
        Plans whose costs differ by no more tie.
    most_ties : int
        Ties to list.

    Returns
    -------
    Outcome
        Proven.
    """
    costs = np.empty(len(plans))
    write_costs(instance, plans, costs)
    best = float(costs.min())
    ties = plans[costs <= best + tolerance]
    listed = [tuple(plan) for plan in ties[:most_ties].tolist()]
    return Outcome(best, best, listed, len(ties) <= most_ties, len(plans))


def best_sites(  # noqa: PLR0913 - what a caller knows beforehand, each optional
    instance: Instance,
    k: int,
    tolerance: float,
    most_ties: int,
    stop: Callable[[], bool] = lambda: False,
    *,
    ask: Callable[[Root], Hint | None] | None = None,
    start: list[int] | None = None,
    must: Reach | None = None,
    most_nodes: float = math.inf,
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
        Ties to list, at least 1; with 1, no other best plan is looked for.
    stop : callable
        Asked at each node; the search ends when it says True.
    ask : callable, optional
        Another solver, asked at once when there are many posts, else when the search proves slow.
    start : list of int, optional
        A plan to begin with; a greedy one by default.
    must : ndarray of bool, shape (n, r), optional
        Which site reaches which of some points that the plan must reach; the base of the instance must forbid the rest.
    most_nodes : float
        Nodes after which the search for a plan ends.

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
        return try_all(instance, all_plans(sites, k), tolerance, most_ties)
    if must is not None:
        plans = reaching_plans(must, k, MANY // max(1, k * points))
        if plans is not None and len(plans):
            return try_all(instance, plans, tolerance, most_ties)
    first = greedy(instance, k) if start is None else (start, cost_of(instance, start))
    plan, cost = exchange(instance, *first)
    price = instance.base / 2 if start is None else np.minimum(instance.base, 2 * ceiling_of(instance, plan))
    search = Search(instance, np.arange(sites), price, plan, cost)
    if k > 1:
        search = shrink(search, k, tolerance, stop)
    tree = Tree(
        search.instance,
        Limits(k, tolerance, most_ties, stop),
        search.cost,
        None if must is None else must[search.sites],
        ask=ask,
        most_nodes=most_nodes,
        for_ties=int(min(most_nodes, nodes_for_ties(search.instance, k))),
    )
    return search_tree(search, tree)


def search_tree(search: Search, tree: Tree) -> Outcome:
    """Return the outcome of a search; when there are more ties than asked for, the first ones.

    Parameters
    ----------
    search : Search
        What is left to do.
    tree : Tree
        The search for it.

    Returns
    -------
    Outcome
        In the first problem's indices.
    """
    limits = tree.limits
    place = {site: index for index, site in enumerate(search.sites.tolist())}
    if all(site in place for site in search.plan):
        tree.keep(tuple(place[site] for site in search.plan), search.cost)
    left = tree.search(search.price.copy())
    if tree.overflow and limits.most_ties > 1:
        most = tree.nodes + tree.for_ties
        ordered = Tree(search.instance, limits, tree.cost, tree.must, ascending=True, most_nodes=most)
        ordered.search(search.price.copy())
        tree.ties = ordered.ties if len(ordered.ties) == limits.most_ties else tree.ties
    ties = sorted(tuple(search.sites[list(plan)].tolist()) for plan in tree.ties)
    bound = tree.cost if tree.proven else min(max(left, tree.known_bound), tree.cost)
    return Outcome(tree.cost, bound, ties, not tree.overflow and math.isinf(left), tree.nodes)
