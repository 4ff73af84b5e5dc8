"""The best k sites, proven, with all ties: depth-first search on Lagrangian bounds.

At each level one site is taken: the free site that earns most. Having searched everything with it, the search drops it, raises the bound
again, drops every site that the bound rules out, and takes the next. With one site left to choose, all are evaluated exactly in one pass.
A subtree is left only when its bound is *worse* than the best plan by more than the tolerance, so all ties are met.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.location_allocation.greedy import exchange, greedy, strongest
from geo.location_allocation.instance import Floats, Instance, restrict
from geo.location_allocation.lagrangian import DROPPED, FREE, SMALLEST_STEP, earnings, raise_bound

ROUND_STEPS = 25  # subgradient steps between two looks at what can be dropped
NODE_STEPS = 12  # few: after a choice the prices are nearly right
States = NDArray[np.int8]


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


@dataclass
class Tree:
    """A depth-first search for k sites.

    Attributes
    ----------
    instance : Instance
        The problem.
    k : int
        Sites to choose.
    cost : float
        Cost of the best plan known.
    tolerance : float
        Plans within it tie.
    most_ties : int
        Ties to keep.
    stop : callable
        Asked at each node; the search ends when it says True.
    ascending : bool
        Take sites by index, so that ties come in ascending order, and end when there is no room for more; else by earnings.
    """

    instance: Instance
    k: int
    cost: float
    tolerance: float
    most_ties: int
    stop: Callable[[], bool]
    ascending: bool = False
    ties: list[tuple[int, ...]] = field(default_factory=list)
    overflow: bool = False
    nodes: int = 0
    floor: float = -np.inf

    def search(self, price: Floats) -> float:
        """Search all plans and return a bound on those that were left open, inf if none was.

        Parameters
        ----------
        price : ndarray of float64, shape (m,)
            Prices to begin with.

        Returns
        -------
        float
            inf: the search is complete.
        """
        table = self.instance.table
        nearest = table.min(axis=0) if table.shape[0] else self.instance.base
        self.floor = self.instance.constant + float(self.instance.weight @ nearest)
        state = np.full(table.shape[0], FREE, dtype=np.int8)
        return self.explore((), state, self.instance.base, price, self.floor)

    @property
    def limit(self) -> float:
        """Return the cost above which nothing is of interest.

        Returns
        -------
        float
            The best cost, with room for ties as long as they are kept.
        """
        return self.cost - self.tolerance if self.overflow else self.cost + self.tolerance

    def finished(self) -> bool:
        """Return whether the search shall end here.

        Returns
        -------
        bool
            True when stopped, or when an ascending search has found all the ties it may keep.
        """
        return (self.ascending and self.overflow) or self.stop()

    def explore(  # noqa: PLR0913, PLR0917 - the state of a subtree
        self, taken: tuple[int, ...], state: States, ceiling: Floats, price: Floats, bound: float
    ) -> float:
        """Search all plans that contain the sites taken and else free sites; return a bound on what was left open.

        Parameters
        ----------
        taken : tuple of int
            Sites of the plan so far.
        state : ndarray of int8, shape (n,)
            FREE or DROPPED; written to.
        ceiling : ndarray of float64, shape (m,)
            Times with the sites taken.
        price : ndarray of float64, shape (m,)
            Prices to begin with; written to.
        bound : float
            No plan here costs less.

        Returns
        -------
        float
            inf: nothing was left open.
        """
        missing = self.k - len(taken)
        if missing == 1:
            self.nodes += 1
            self.finish(taken, state, ceiling)
            return np.inf
        earned = np.empty(state.size)
        while np.count_nonzero(state == FREE) >= missing:
            if self.finished():
                return bound
            self.nodes += 1
            limit = self.limit
            raised, _ = raise_bound(self.instance, ceiling, state, missing, price, earned, limit, NODE_STEPS, 1.0)
            drop_ruled_out(state, missing, earned, raised, limit)
            bound = max(bound, raised)
            if bound > limit or np.count_nonzero(state == FREE) < missing:
                break
            site = int(np.argmax(state == FREE)) if self.ascending else int(np.argmax(np.where(state == FREE, earned, -1)))
            state[site] = DROPPED
            lower = np.minimum(ceiling, self.instance.table[site])
            left = self.explore((*taken, site), state.copy(), lower, np.minimum(price, lower), bound)
            if left < np.inf:
                return min(left, bound)
        return np.inf

    def finish(self, taken: tuple[int, ...], state: States, ceiling: Floats) -> None:
        """Evaluate every plan that completes the sites taken with one more.

        Parameters
        ----------
        taken : tuple of int
            All sites but one.
        state : ndarray of int8, shape (n,)
            FREE or DROPPED.
        ceiling : ndarray of float64, shape (m,)
            Times with the sites taken.
        """
        saved = np.empty(state.size)
        total = self.instance.constant + earnings(self.instance, ceiling, saved)
        cost = total - saved
        for site in np.flatnonzero((state == FREE) & (cost <= self.cost + self.tolerance)).tolist():
            self.keep((*taken, site), float(cost[site]))

    def keep(self, plan: tuple[int, ...], cost: float) -> None:
        """Keep a plan if it is among the best.

        Parameters
        ----------
        plan : tuple of int
            Sites.
        cost : float
            Its cost.
        """
        if cost > self.cost + self.tolerance:
            return
        if cost < self.cost - self.tolerance:
            self.ties, self.overflow = [], False
        self.cost = min(self.cost, cost)
        if len(self.ties) < self.most_ties:
            self.ties.append(tuple(sorted(plan)))
        else:
            self.overflow = True


def drop_ruled_out(state: States, missing: int, earned: Floats, bound: float, limit: float) -> None:
    """Drop the free sites that no plan of interest contains.

    Parameters
    ----------
    state : ndarray of int8, shape (n,)
        Written to.
    missing : int
        Sites still to choose.
    earned : ndarray of float64, shape (n,)
        Earnings that belong to the bound.
    bound : float
        Lower bound with the sites that earn most.
    limit : float
        Cost above which nothing is of interest.

    Examples
    --------
    >>> state = np.zeros(3, dtype=np.int8)
    >>> drop_ruled_out(state, 1, np.array([5.0, 4.0, 1.0]), 10.0, 12.0)
    >>> state.tolist()
    [0, 0, 2]
    """
    free = np.flatnonzero(state == FREE)
    if free.size > missing:
        threshold = np.partition(earned[free], free.size - missing)[free.size - missing]
        state[free[bound + threshold - earned[free] > limit]] = DROPPED


def shrink(instance: Instance, k: int, cost: float, tolerance: float) -> tuple[Instance, NDArray[np.intp], Floats, float]:
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


def best_sites(
    instance: Instance, k: int, tolerance: float, most_ties: int, stop: Callable[[], bool] = lambda: False
) -> Outcome:
    """Return the sets of k sites of least cost.

    Parameters
    ----------
    instance : Instance
        The problem.
    k : int
        Sites to choose, from 1 to as many as there are.
    tolerance : float
        Plans whose costs differ by no more tie.
    most_ties : int
        Ties to list, at least 1.
    stop : callable
        Asked at each node; the search ends when it says True.

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
    _, cost = exchange(instance, *greedy(instance, k))
    small, sites, price = instance, np.arange(instance.table.shape[0]), instance.base / 2
    if k > 1:
        small, sites, price, cost = shrink(instance, k, cost, tolerance)
    tree = Tree(small, k, cost, tolerance, most_ties, stop)
    left = tree.search(price.copy())
    if tree.overflow and left == np.inf:
        ordered = Tree(small, k, tree.cost, tolerance, most_ties, stop, ascending=True)
        ordered.search(price.copy())
        tree.ties = ordered.ties if len(ordered.ties) == most_ties else tree.ties
    ties = sorted(tuple(sites[list(plan)].tolist()) for plan in tree.ties)
    bound = min(left, tree.cost)
    return Outcome(tree.cost, bound, ties, not tree.overflow and math.isinf(left), tree.nodes)
