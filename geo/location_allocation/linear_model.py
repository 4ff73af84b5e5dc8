"""A linear model with whole-number choices, solved by the HiGHS that comes with scipy."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
FOREVER_S = 1e9
PROVEN, NO_PLAN = 0, 2  # scipy's status codes


class Solution(NamedTuple):
    """What HiGHS found.

    Attributes
    ----------
    values : ndarray of float64 or None
        Value of each variable; None where there is no plan or none was found in time.
    bound : float
        No plan costs less; inf where there is none at all.
    proven : bool
        Whether the plan, or that there is none, is proven.
    nodes : int
        Nodes of its tree.
    """

    values: Floats | None
    bound: float
    proven: bool
    nodes: int


@dataclass
class LinearModel:
    """Variables between 0 and 1 with costs, and rows that hold.

    Attributes
    ----------
    cost : ndarray of float64, shape (v,)
        Cost of each variable; the sum is made least.
    whole : ndarray of bool, shape (v,)
        Variables that are 0 or 1.
    """

    cost: Floats
    whole: NDArray[np.bool_]
    entries: list[tuple[Indices, Indices, Floats]] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    rows: int = 0

    def add_rows(
        self, row: ArrayLike, variable: ArrayLike, factor: ArrayLike, bounds: tuple[ArrayLike, ArrayLike]
    ) -> None:
        """Add rows; each row's sum of factor times variable lies within its bounds.

        Parameters
        ----------
        row : array_like of int, shape (e,)
            Row of each entry, counted from 0 among the rows added here.
        variable : array_like of int, shape (e,)
            Variable of each entry.
        factor : float or array_like, shape (e,)
            Factor of each entry.
        bounds : tuple of array_like, shape (r,)
            Lower and upper bounds of the r rows.
        """
        lower, upper = np.broadcast_arrays(np.asarray(bounds[0], dtype=float), np.asarray(bounds[1], dtype=float))
        lower, upper = np.atleast_1d(lower), np.atleast_1d(upper)
        row, variable, factor = np.broadcast_arrays(row, variable, np.asarray(factor, dtype=float))
        self.entries.append((row + self.rows, variable, factor))
        self.lower.append(lower)
        self.upper.append(upper)
        self.rows += lower.size

    def extended(self, cost: Floats | None = None) -> LinearModel:
        """Return a copy to which rows can be added without changing this one.

        Parameters
        ----------
        cost : ndarray of float64, shape (v,), optional
            Other costs.

        Returns
        -------
        LinearModel
            The same rows.
        """
        return LinearModel(
            self.cost if cost is None else cost,
            self.whole,
            list(self.entries),
            list(self.lower),
            list(self.upper),
            self.rows,
        )

    def solve(self, *, time_limit_s: float = math.inf, node_limit: int | None = None) -> Solution:
        """Return the cheapest plan.

        Parameters
        ----------
        time_limit_s : float
            Seconds after which the search ends.
        node_limit : int, optional
            Nodes after which the search ends.

        Returns
        -------
        Solution
            Proven unless a limit was met.
        """
        if time_limit_s <= 0:
            return Solution(None, -math.inf, proven=False, nodes=0)
        options: dict[str, Any] = {"mip_rel_gap": 0.0, "time_limit": min(time_limit_s, FOREVER_S)}
        if node_limit is not None:
            options["node_limit"] = node_limit
        row, variable, factor = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        table = sp.csr_array((factor, (row, variable)), shape=(self.rows, self.cost.size))
        result = milp(
            self.cost,
            integrality=self.whole.astype(int),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(table, np.concatenate(self.lower), np.concatenate(self.upper)),
            options=cast("Any", options),
        )
        proven = result.status in {PROVEN, NO_PLAN}
        if result.status == NO_PLAN:
            return Solution(None, math.inf, proven=True, nodes=0)
        bound = result.mip_dual_bound
        return Solution(result.x, -math.inf if bound is None else float(bound), proven, int(result.mip_node_count or 0))


class EqualPlans(NamedTuple):
    """The sets of sites of least cost.

    Attributes
    ----------
    plans : list of tuple of int
        Best plans as found; empty when there is none, or none was found in time.
    cost : float
        Their cost; inf when there is none.
    bound : float
        No plan costs less.
    proven : bool
        Whether the cost, or that there is none, is proven.
    complete : bool
        Whether these are all.
    values : list of ndarray of float64
        Values of all variables, for each plan.
    """

    plans: list[tuple[int, ...]]
    cost: float
    bound: float
    proven: bool
    complete: bool
    values: list[Floats]


def equal_plans(model: LinearModel, sites: int, tolerance: float, most: int, ends: float) -> EqualPlans:
    """Return all sets of sites of least cost, each found by forbidding those before.

    Parameters
    ----------
    model : LinearModel
        Its first variables are the sites; no plan contains a cheaper one.
    sites : int
        Number of sites.
    tolerance : float
        Plans whose costs differ by no more tie.
    most : int
        Plans to list, at least 1; with 1, no other is looked for.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    EqualPlans
        Proven unless the time ran out before the first proof.

    Examples
    --------
    >>> model = LinearModel(np.array([1.0, 1.0, 3.0]), np.ones(3, dtype=bool))
    >>> model.add_rows([0, 0, 0], [0, 1, 2], 1.0, (1, np.inf))
    >>> sorted(equal_plans(model, 3, 1e-9, 10, math.inf).plans)
    [(0,), (1,)]
    """
    model = model.extended()
    found = EqualPlans([], math.inf, -math.inf, proven=False, complete=False, values=[])
    while True:
        answer = model.solve(time_limit_s=ends - time.monotonic())
        cost = math.inf if answer.values is None else math.fsum(model.cost * np.round(answer.values))
        if not found.plans:
            found = found._replace(cost=cost, bound=min(answer.bound, cost), proven=answer.proven)
        if answer.values is None or cost > found.cost + tolerance:
            return found._replace(complete=answer.proven)
        plan = np.flatnonzero(answer.values[:sites] > 0.5)
        found.plans.append(tuple(plan.tolist()))
        found.values.append(answer.values)
        if len(found.plans) == most or not answer.proven or not plan.size:
            return found._replace(complete=answer.proven and not plan.size)
        model.add_rows(np.zeros(plan.size, dtype=int), plan, 1.0, (-np.inf, plan.size - 1))
