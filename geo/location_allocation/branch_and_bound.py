"""The best k sites, proven, with all ties: depth-first search on Lagrangian bounds.

At each level one site is taken: the free site that earns most. Having searched everything with it, the search drops
it, raises the bound again, drops every site that the bound rules out, and takes the next. With one site left to
choose, all are evaluated exactly in one pass. A subtree is left only when its bound is *worse* than the best plan
by more than the tolerance, so all ties are met.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.location_allocation.instance import Floats, Instance
from geo.location_allocation.lagrangian import DROPPED, FREE, earnings, raise_bound

SLOW = 300  # nodes after which another solver is asked
NODE_STEPS = 12  # few: after a choice the prices are nearly right
States = NDArray[np.int8]


class Hint(NamedTuple):
    """What another solver found.

    Attributes
    ----------
    plan : tuple of int
        Its best plan.
    cost : float
        Cost of that plan.
    bound : float
        No plan costs less.
    """

    plan: tuple[int, ...]
    cost: float
    bound: float


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
        Take sites by index, so that ties come in ascending order, and end when there is no room for more.
    ask : callable, optional
        Asked once, when the search proves slow, for what another solver can find.
    """

    instance: Instance
    k: int
    cost: float
    tolerance: float
    most_ties: int
    stop: Callable[[], bool]
    ascending: bool = False
    ask: Callable[[Instance], Hint | None] | None = None
    ties: list[tuple[int, ...]] = field(default_factory=list)
    overflow: bool = False
    nodes: int = 0
    proven: bool = False
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
            True when stopped or proven elsewhere, or when an ascending search has found all the ties it may keep.
        """
        if self.ask is not None and self.nodes >= SLOW:
            self.take(self.ask(self.instance))
            self.ask = None
        return self.proven or (self.ascending and self.overflow) or self.stop()

    def take(self, hint: Hint | None) -> None:
        """Take over a plan of another solver, and its proof where it has one.

        Parameters
        ----------
        hint : Hint, optional
            What it found.
        """
        if hint is None:
            return
        self.proven = hint.bound >= min(self.cost, hint.cost) - self.tolerance
        if hint.cost < self.cost - self.tolerance or (self.proven and not self.ties):
            self.keep(hint.plan, hint.cost)

    def explore(self, taken: tuple[int, ...], state: States, ceiling: Floats, price: Floats, bound: float) -> float:
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
            site = (
                int(np.argmax(state == FREE)) if self.ascending else int(np.argmax(np.where(state == FREE, earned, -1)))
            )
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
