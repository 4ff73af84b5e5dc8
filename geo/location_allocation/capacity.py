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
            self._demand(model, serve)
        return model

    def _demand(self, model: LinearModel, serve: float) -> None:
        """Add the rule that so many are served: point by point where these are all, which is solved far faster."""
        total = max(1.0, self.total)
        near = np.zeros(self.problem.weights.size)
        near[self.point] = 1.0
        if abs(math.fsum(self.problem.weights * near) - serve) <= ROOM * total:
            model.lower[0] = near
            return
        pairs = self.free + np.arange(self.site.size)
        model.add_rows(np.zeros(pairs.size, dtype=int), pairs, self.people / total, (serve / total - ROOM, np.inf))

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

    def least_seconds_of(self, plan: Sites, serve: float, ends: float) -> Floats | None:
        """Return the assignment of a plan in the least person-seconds.

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
        ndarray of float64 or None
            Values of all variables; None where the time ran out before any was found.
        """
        model = self.model(self.seconds, k=len(plan), serve=serve)
        if plan:
            model.add_rows(np.zeros(len(plan), dtype=int), np.array(plan), 1.0, (len(plan), len(plan)))
        return model.solve(time_limit_s=ends - time.monotonic()).values

    def filled(self, plan: Sites) -> Floats:
        """Return an assignment at once: the largest demand first, each to the nearest post that has room.

        Parameters
        ----------
        plan : tuple of int
            Indices into ``problem.free``.

        Returns
        -------
        ndarray of float64
            Values of all variables.
        """
        values = np.zeros(self.free + self.site.size)
        values[list(plan)] = 1.0
        is_open = np.append(values[: self.free] > 0, np.ones(self.problem.fixed_sites.size, dtype=bool))
        limits = np.full(self.problem.times.shape[0], np.inf) if self.problem.limits is None else self.problem.limits
        room, served = limits.copy(), np.zeros(self.problem.weights.size, dtype=bool)
        order = np.lexsort((self.problem.times[self.site, self.point], -self.people))
        for pair in order[is_open[self.post[order]]].tolist():
            site, point = self.site[pair], self.point[pair]
            if not served[point] and self.people[pair] <= room[site]:
                room[site] -= self.people[pair]
                served[point] = True
                values[self.free + pair] = 1.0
        return values

    def read(self, values: Floats) -> tuple[float, Indices]:
        """Return the person-seconds and the posts of an assignment.

        Parameters
        ----------
        values : ndarray of float64
            Values of all variables.

        Returns
        -------
        float
            Person-seconds.
        ndarray of int, shape (m,)
            Site that serves each demand point, -1 for none; points without demand have the nearest.
        """
        new = self.problem.free[np.flatnonzero(values[: self.free] > 0.5)]
        post = self.problem.nearest_post(new.tolist(), self.cutoff_s)
        post[self.problem.weights > 0] = -1
        serving = values[self.free :] > 0.5
        post[self.point[serving]] = self.site[serving]
        return math.fsum(self.seconds[serving]), post

    def ranked(self, found: EqualPlans) -> tuple[list[Sites], float, Indices]:
        """Return plans in the order of the tie-break, with the seconds and the posts of the first.

        Parameters
        ----------
        found : EqualPlans
            Plans with their assignments.

        Returns
        -------
        list of tuple of int
            Sites; the least mean time first, then the lowest indices.
        float
            Person-seconds.
        ndarray of int, shape (m,)
            Sites that serve; -1 for none.
        """
        entries: list[tuple[float, Sites, float, Indices]] = []
        for plan, values in zip(found.plans, found.values, strict=True):
            seconds, post = self.read(values)
            mean = round(seconds / max(1.0, self.total), 6)  # equal up to what HiGHS can tell
            entries.append((mean, tuple(self.problem.free[list(plan)].tolist()), seconds, post))
        entries.sort(key=lambda entry: entry[:2])
        return [entry[1] for entry in entries], entries[0][2], entries[0][3]
