"""The best k sites, proven, with all ties: depth-first search on Lagrangian bounds.

At each level one site is taken: the free site that earns most. Having searched everything with it, the search drops
it, raises the bound again, drops every site that the bound rules out, and takes the next. With one site left to
choose, all are evaluated exactly in one pass. A subtree is left only when its bound is *worse* than the best plan
by more than the tolerance, so all ties are met. Where some demand points must be reached, the site is taken from
those that reach the point with fewest sites left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.location_allocation.instance import Floats, Hint, Instance, Reach, Root
from geo.location_allocation.lagrangian import DROPPED, FREE, earnings, raise_bound

MANY_POSTS = 10  # with more, the search is too deep to prove much, and another solver is asked at once
SLOW = 300  # nodes after which it is asked with fewer
FOR_TIES = 2_000  # more nodes to look for ties when the other solver has proven the value
TIE_WORK = 40_000_000  # with many posts, steps over sites and points in place of these nodes: a fraction of a second
NODE_STEPS = 12  # few: after a choice the prices are nearly right
States = NDArray[np.int8]


class Node(NamedTuple):
    """A part of the search: all plans that contain some sites and else free ones.

    Attributes
    ----------
    taken : tuple of int
        Sites that they contain.
    state : ndarray of int8, shape (n,)
        FREE or DROPPED; written to.
    ceiling : ndarray of float64, shape (m,)
        Times with the sites taken.
    price : ndarray of float64, shape (m,)
        Prices to begin with; written to.
    bound : float
        None of them costs less.
    open_points : ndarray of bool, shape (r,)
        Points that must be reached and are not yet.
    """

    taken: tuple[int, ...]
    state: States
    ceiling: Floats
    price: Floats
    bound: float
    open_points: Reach


class Limits(NamedTuple):
    """What is looked for, and when to end.

    Attributes
    ----------
    k : int
        Sites to choose.
    tolerance : float
        Plans whose costs differ by no more tie.
    most_ties : int
        Ties to keep; with 1, no other best plan is looked for.
    stop : callable
        Asked at each node; the search ends when it says True.
    """

    k: int
    tolerance: float
    most_ties: int
    stop: Callable[[], bool]


@dataclass
class Tree:
    """A depth-first search for k sites.

    Attributes
    ----------
    instance : Instance
        The problem.
    limits : Limits
        What is looked for.
    cost : float
        Cost of the best plan known.
    must : ndarray of bool, shape (n, r), optional
        Which site reaches which of the points that must be reached. Plans that miss one cost more than `cost`.
    ascending : bool
        Take sites by index, so that ties come in ascending order, and end when there is no room for more.
    ask : callable, optional
        Asked once for what another solver can find: at once with many posts, else when the search proves slow.
    most_nodes : float
        Nodes after which the search ends.
    for_ties : int
        Nodes after which it ends when the other solver has proven the value.
    """

    instance: Instance
    limits: Limits
    cost: float
    must: Reach | None = None
    ascending: bool = False
    ask: Callable[[Root], Hint | None] | None = None
    ties: list[tuple[int, ...]] = field(default_factory=list)
    overflow: bool = False
    nodes: int = 0
    most_nodes: float = np.inf
    for_ties: int = FOR_TIES
    known_bound: float = -np.inf
    proven: bool = False

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
        sites = self.instance.table.shape[0]
        self.reach = np.zeros((sites, 0), dtype=np.bool_) if self.must is None else self.must
        self.price = price.copy()
        nearest = self.instance.table.min(axis=0) if sites else self.instance.base
        floor = self.instance.constant + float(self.instance.weight @ nearest)
        free = np.full(sites, FREE, dtype=np.int8)
        every = np.ones(self.reach.shape[1], dtype=np.bool_)
        return self.explore(Node((), free, self.instance.base, price, floor, every))

    @property
    def limit(self) -> float:
        """Return the cost above which nothing is of interest.

        Returns
        -------
        float
            The best cost, with room for ties as long as they are kept.
        """
        enough = self.overflow or (self.limits.most_ties == 1 and len(self.ties) == 1)
        return self.cost - self.limits.tolerance if enough else self.cost + self.limits.tolerance

    def finished(self) -> bool:
        """Return whether the search shall end here.

        Returns
        -------
        bool
            True when stopped, or when all that is worth its time is found.
        """
        if self.ask is not None and self.nodes >= (0 if self.limits.k > MANY_POSTS else SLOW):
            self.take(self.ask(Root(self.instance, self.limits.k, self.price, self.limit, self.reach)))
            self.ask = None
        enough = self.overflow and (self.ascending or self.proven)
        return enough or self.nodes >= self.most_nodes or self.limits.stop()

    def take(self, hint: Hint | None) -> None:
        """Take over a plan of another solver, and its proof where it has one: then only ties remain to be found.

        Parameters
        ----------
        hint : Hint, optional
            What it found.
        """
        if hint is None:
            return
        self.known_bound = hint.bound
        self.proven = hint.bound >= min(self.cost, hint.cost) - self.limits.tolerance
        if self.proven:
            self.most_nodes = min(self.most_nodes, self.nodes + self.for_ties)
        self.keep(hint.plan, hint.cost)

    def explore(self, node: Node) -> float:
        """Search a part; return a bound on what was left open.

        Parameters
        ----------
        node : Node
            The part.

        Returns
        -------
        float
            inf: nothing was left open.
        """
        missing = self.limits.k - len(node.taken)
        if missing == 1:
            self.nodes += 1
            self.finish(node)
            return np.inf
        state, price, bound = node.state, node.price, node.bound
        earned = np.empty(state.size)
        while self.can_reach(node, missing):
            if self.finished():
                return bound
            self.nodes += 1
            limit = self.limit
            raised, _ = raise_bound(self.instance, node.ceiling, state, missing, price, earned, limit, NODE_STEPS, 1.0)
            drop_ruled_out(state, missing, earned, raised, limit)
            bound = max(bound, raised)
            if bound > limit or not self.can_reach(node, missing):
                break
            site = self.next_site(node, earned)
            state[site] = DROPPED
            lower = np.minimum(node.ceiling, self.instance.table[site])
            part = Node(
                (*node.taken, site),
                state.copy(),
                lower,
                np.minimum(price, lower),
                bound,
                node.open_points & ~self.reach[site],
            )
            left = self.explore(part)
            if left < np.inf:
                return min(left, bound)
        return np.inf

    def can_reach(self, node: Node, missing: int) -> bool:
        """Return whether enough free sites are left, and these may reach all points that must be reached.

        Parameters
        ----------
        node : Node
            A part.
        missing : int
            Sites still to choose.

        Returns
        -------
        bool
            False: no plan of this part is of interest.
        """
        free = np.flatnonzero(node.state == FREE)
        if free.size < missing:
            return False
        if not node.open_points.any():
            return True
        reached = self.reach[np.ix_(free, node.open_points)]
        counts = np.sort(reached.sum(axis=1))[-missing:]
        return bool(reached.any(axis=0).all() and counts.sum() >= reached.shape[1])

    def next_site(self, node: Node, earned: Floats) -> int:
        """Return the free site to take next.

        Parameters
        ----------
        node : Node
            A part.
        earned : ndarray of float64, shape (n,)
            What each site earns.

        Returns
        -------
        int
            The one that earns most, of those that reach the point with fewest sites left.
        """
        wanted = node.state == FREE
        if self.ascending:
            return int(np.argmax(wanted))
        if node.open_points.any():
            open_points = np.flatnonzero(node.open_points)
            counts = self.reach[np.ix_(wanted, open_points)].sum(axis=0)
            wanted &= self.reach[:, open_points[np.argmin(counts)]]
        return int(np.argmax(np.where(wanted, earned, -1.0)))

    def finish(self, node: Node) -> None:
        """Evaluate every plan that completes the sites taken with one more.

        Parameters
        ----------
        node : Node
            All sites but one are taken.
        """
        saved = np.empty(node.state.size)
        cost = self.instance.constant + earnings(self.instance, node.ceiling, saved) - saved
        wanted = (node.state == FREE) & (cost <= self.cost + self.limits.tolerance)
        wanted &= self.reach[:, node.open_points].all(axis=1)
        for site in np.flatnonzero(wanted).tolist():
            self.keep((*node.taken, site), float(cost[site]))

    def keep(self, plan: tuple[int, ...], cost: float) -> None:
        """Keep a plan if it is among the best.

        Parameters
        ----------
        plan : tuple of int
            Sites.
        cost : float
            Its cost.
        """
        plan = tuple(sorted(plan))
        if cost > self.cost + self.limits.tolerance or plan in self.ties:
            return
        if cost < self.cost - self.limits.tolerance:
            self.ties, self.overflow = [], False
        self.cost = min(self.cost, cost)
        if len(self.ties) < self.limits.most_ties:
            self.ties.append(plan)
        else:
            self.overflow = True


def nodes_for_ties(instance: Instance, k: int) -> int:
    """Return the nodes to spend on ties once the value is proven.

    Parameters
    ----------
    instance : Instance
        The problem.
    k : int
        Sites to choose.

    Returns
    -------
    int
        Fewer where there are many posts and each node takes long.
    """
    if k <= MANY_POSTS:
        return FOR_TIES
    sites, points = instance.table.shape
    return int(min(FOR_TIES, TIE_WORK // (NODE_STEPS * (10 * sites + 4 * points))))


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
