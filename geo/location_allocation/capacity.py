"""Posts that can serve only so many: each demand point is served by one post, and no post is over. By HiGHS.

The linear model has a variable for each free site (it gets a post) and one for each pair of a site and a demand point
within the cutoff (this serves that). Most people come first, then least time. Plans tie within one ten-millionth of
their value: HiGHS is no more exact.
"""

from __future__ import annotations

import math
import time

import numpy as np

from geo.location_allocation.checked_input import Floats, Indices
from geo.location_allocation.linear_model import EqualPlans, LinearModel, equal_plans
from geo.location_allocation.problem import SitingProblem

SAME = 1e-7
ROOM = 1e-9  # share of all people that may be lost to rounding
Sites = tuple[int, ...]


class Allocation:
    """The linear model of a problem with capacity.

    Parameters
    ----------
    problem : SitingProblem
        With capacity.
    cutoff_s : float
        Seconds, inclusive.
    """

    def __init__(self, problem: SitingProblem, cutoff_s: float) -> None:
        self.problem = problem
        self.cutoff_s = cutoff_s
        self.free = int(problem.free.size)
        posts = np.concatenate([problem.free, problem.fixed_sites])
        near = (problem.times[posts] <= cutoff_s) & np.isfinite(problem.times[posts]) & (problem.weights > 0)
        self.post, self.point = np.nonzero(near)
        self.site = posts[self.post]
        self.people: Floats = problem.weights[self.point]
        self.seconds: Floats = self.people * problem.times[self.site, self.point].astype(np.float64)
        self.total = math.fsum(problem.weights)
        self._rules = self._write_rules()

    def _write_rules(self) -> LinearModel:
        """Return the rules: one post for a point, no post over its limit, none serves that does not exist."""
        pairs = self.free + np.arange(self.site.size)
        whole = np.ones(self.free + self.site.size, dtype=bool)
        rules = LinearModel(np.zeros(whole.size), whole)
        rules.add_rows(self.point, pairs, 1.0, (np.zeros(self.problem.weights.size), 1.0))
        limits = np.full(self.problem.times.shape[0], np.inf) if self.problem.limits is None else self.problem.limits
        load = self.people / limits[self.site]
        posts = self.free + self.problem.fixed_sites.size
        free = np.arange(self.free)
        room = np.where(np.arange(posts) < self.free, 0.0, 1.0)
        rules.add_rows(
            np.concatenate([self.post, free]),
            np.concatenate([pairs, free]),
            np.concatenate([load, np.full(self.free, -1.0)]),
            (np.full(posts, -np.inf), room),
        )
        new = np.flatnonzero(self.post < self.free)
        row = np.tile(np.arange(new.size), 2)
        factor = np.repeat([1.0, -1.0], new.size)
        rules.add_rows(row, np.concatenate([pairs[new], self.post[new]]), factor, (np.full(new.size, -np.inf), 0.0))
        return rules

    def model(
        self, pairs: Floats | float = 0.0, posts: float = 0.0, *, k: int | None = None, serve: float | None = None
    ) -> LinearModel:
        """Return the model with costs and rules.

        Parameters
        ----------
        pairs : float or ndarray of float64, shape (p,)
            Cost of each pair.
        posts : float
            Cost of each new post.
        k : int, optional
            New posts.
        serve : float, optional
            People to serve at least.

        Returns
        -------
        LinearModel
            To which rows can be added.
        """
        costs = np.concatenate([np.full(self.free, posts), np.broadcast_to(pairs, self.site.shape)])
        model = self._rules.extended(costs)
        if k is not None:
            model.add_rows(np.zeros(self.free, dtype=int), np.arange(self.free), 1.0, (k, k))
        if serve is not None:
            total = max(1.0, self.total)
            pairs_at = self.free + np.arange(self.site.size)
            row = np.zeros(self.site.size, dtype=int)
            model.add_rows(row, pairs_at, self.people / total, (serve / total - ROOM, np.inf))
        return model

    def most_served(self, k: int, max_ties: int, ends: float) -> EqualPlans:
        """Return the plans of k posts that serve most people.

        Parameters
        ----------
        k : int
            New posts.
        max_ties : int
            Plans to list.
        ends : float
            Moment (of the monotonic clock) at which the search ends.

        Returns
        -------
        EqualPlans
            Costs are people, negative.
        """
        return equal_plans(self.model(-self.people, k=k), self.free, SAME * self.total, max_ties, ends)

    def least_seconds(self, k: int, serve: float, max_ties: int, ends: float) -> EqualPlans:
        """Return the plans of k posts that serve so many people in the least person-seconds.

        Parameters
        ----------
        k : int
            New posts.
        serve : float
            People to serve.
        max_ties : int
            Plans to list.
        ends : float
            Moment (of the monotonic clock) at which the search ends.

        Returns
        -------
        EqualPlans
            Costs are person-seconds.
        """
        longest = self.problem.times[self.site, self.point].max(initial=0.0)
        model = self.model(self.seconds, k=k, serve=serve)
        return equal_plans(model, self.free, SAME * self.total * float(longest), max_ties, ends)

    def fewest(self, serve: float, ends: float) -> EqualPlans:
        """Return one plan of the fewest posts that serves so many people.

        Parameters
        ----------
        serve : float
            People to serve.
        ends : float
            Moment (of the monotonic clock) at which the search ends.

        Returns
        -------
        EqualPlans
            Costs are new posts.
        """
        return equal_plans(self.model(posts=1.0, serve=serve), self.free, 0.5, 1, ends)

    def least_load(self, k: int, serve: float, ends: float) -> float:
        """Return the smallest load of the busiest post with which k posts serve so many people.

        Parameters
        ----------
        k : int
            New posts.
        serve : float
            People to serve.
        ends : float
            Moment (of the monotonic clock) at which the search ends.

        Returns
        -------
        float
            People; inf where no plan serves so many, or none was found in time.
        """
        model = self.model(k=k, serve=serve)
        model.cost = np.append(np.zeros(model.cost.size), 1.0)
        model.whole = np.append(model.whole, [False])
        posts = self.free + self.problem.fixed_sites.size
        row = np.concatenate([self.post, np.arange(posts)])
        variable = np.concatenate([self.free + np.arange(self.site.size), np.full(posts, model.cost.size - 1)])
        share = np.concatenate([self.people / max(1.0, self.total), np.full(posts, -1.0)])
        model.add_rows(row, variable, share, (np.full(posts, -np.inf), 0.0))
        values = model.solve(time_limit_s=ends - time.monotonic()).values
        if values is None:
            return math.inf
        serving = values[self.free : -1] > 0.5
        return float(np.bincount(self.post[serving], self.people[serving]).max(initial=0.0))

    def assign(self, plan: Sites, serve: float, ends: float) -> tuple[float, Indices] | None:
        """Return which post serves which demand point with a plan, in the least person-seconds.

        Parameters
        ----------
        plan : tuple of int
            Indices into ``problem.free``.
        serve : float
            People to serve.
        ends : float
            Moment (of the monotonic clock) at which the search ends.

        Returns
        -------
        tuple of float and ndarray of int, shape (m,), or None
            Person-seconds and sites, -1 for none; None where the time ran out before any was found.
        """
        model = self.model(self.seconds, k=len(plan), serve=serve)
        if plan:
            model.add_rows(np.zeros(len(plan), dtype=int), np.array(plan), 1.0, (len(plan), len(plan)))
        values = model.solve(time_limit_s=ends - time.monotonic()).values
        if values is None:
            return None
        post = self.problem.nearest_post(self.problem.free[list(plan)].tolist(), self.cutoff_s)
        post[self.problem.weights > 0] = -1
        serving = values[self.free :] > 0.5
        post[self.point[serving]] = self.site[serving]
        return math.fsum(self.seconds[serving]), post

    def answer(self, found: EqualPlans, serve: float, ends: float) -> tuple[list[Sites], float, Indices]:
        """Return plans in the order of the tie-break, with the seconds and the posts of the first.

        Parameters
        ----------
        found : EqualPlans
            Plans, as indices into ``problem.free``.
        serve : float
            People to serve.
        ends : float
            Moment (of the monotonic clock) at which the search ends.

        Returns
        -------
        list of tuple of int
            Sites.
        float
            Person-seconds.
        ndarray of int, shape (m,)
            Sites that serve; -1 for none.
        """
        nobody = np.full(self.problem.weights.size, -1)
        ranked: list[tuple[float, Sites, float, Indices]] = []
        for plan in found.plans:
            seconds, post = self.assign(plan, serve, ends) or (math.inf, nobody)
            mean = round(seconds / max(1.0, self.total), 6)  # equal up to what HiGHS can tell
            ranked.append((mean, tuple(self.problem.free[list(plan)].tolist()), seconds, post))
        ranked.sort(key=lambda entry: entry[:2])
        return [entry[1] for entry in ranked], ranked[0][2], ranked[0][3]
