"""What a siting model answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo.location_allocation.checked_input import Floats, Indices
from geo.location_allocation.problem import SitingProblem

SAME = 1e-9  # share of a value that rounding may change
Status = Literal["optimal", "feasible", "infeasible"]


@dataclass(frozen=True, eq=False)
class Plan:
    """Where the new posts go.

    Attributes
    ----------
    sites : tuple of int
        New posts, ascending; the fixed ones are not repeated.
    value : float
        What the model counts: people covered (maximal covering), person-seconds (p-median), seconds to the
        worst-off (p-centre), new posts (set covering); nan when infeasible.
    bound : float
        No plan does better than this. Equal to the value up to rounding when the status is "optimal".
    status : {"optimal", "feasible", "infeasible"}
        "optimal": proven. "feasible": the time ran out before the proof. "infeasible": there is no plan.
    ties : tuple of tuple of int
        The other plans of the same value, ascending.
    ties_complete : bool
        Whether these are all.
    nodes : int
        Subproblems that the proof took.
    assignment : ndarray of int, shape (m,)
        Site that serves each demand point; -1 for none.
    unserved : ndarray of int
        Demand points with people whom no post of this plan serves.
    mean_s : float
        Mean seconds of the people served; nan when there are none.
    """

    sites: tuple[int, ...]
    value: float
    bound: float
    status: Status
    ties: tuple[tuple[int, ...], ...]
    ties_complete: bool
    nodes: int
    assignment: Indices
    unserved: Indices
    mean_s: float


def make_plan(
    problem: SitingProblem,
    best: Sequence[tuple[int, ...]],
    value: float,
    bound: float,
    *,
    proven: bool,
    ties_complete: bool,
    nodes: int,
    assignment: Indices,
) -> Plan:
    """Return the plan that is first among the best, the others as its ties.

    Parameters
    ----------
    problem : SitingProblem
        What was asked.
    best : sequence of tuple of int
        Plans of the same value, the chosen one first.
    value, bound : float
        See `Plan`.
    proven, ties_complete : bool
        Whether the value is proven; whether all best plans are given.
    nodes : int
        Subproblems.
    assignment : ndarray of int, shape (m,)
        Site that serves each demand point, -1 for none.

    Returns
    -------
    Plan
        Optimal if proven, else feasible.
    """
    people = problem.weights
    served = np.flatnonzero((assignment >= 0) & (people > 0))
    person_seconds = people[served] * problem.times[assignment[served], served].astype(np.float64)
    total = math.fsum(people[served])
    return Plan(
        sites=tuple(sorted(best[0])),
        value=value,
        bound=value if proven else bound,
        status="optimal" if proven else "feasible",
        ties=tuple(sorted(best[1:])),
        ties_complete=ties_complete,
        nodes=nodes,
        assignment=assignment,
        unserved=np.flatnonzero((assignment < 0) & (people > 0)),
        mean_s=math.fsum(person_seconds) / total if total > 0 else math.nan,
    )


def no_plan(problem: SitingProblem, nodes: int = 0) -> Plan:
    """Return the answer that there is no plan.

    Parameters
    ----------
    problem : SitingProblem
        What was asked.
    nodes : int
        Subproblems.

    Returns
    -------
    Plan
        Infeasible.
    """
    nobody = np.full(problem.weights.size, -1)
    return Plan(
        (), math.nan, math.nan, "infeasible", (), True, nodes, nobody, np.flatnonzero(problem.weights), math.nan
    )


def steps(values: Floats, tolerance: float) -> Indices:
    """Return the rank of each value, the same for values that differ by no more than rounding.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Values.
    tolerance : float
        What rounding may make of one value.

    Returns
    -------
    ndarray of int, shape (n,)
        Ranks from 0.

    Examples
    --------
    >>> steps(np.array([3.0, 1.0, 3.0000001]), 1e-3).tolist()
    [1, 0, 1]
    """
    order = np.argsort(values, kind="stable")
    ranks = np.empty(values.size, dtype=np.intp)
    ranks[order] = np.cumsum(np.diff(values[order], prepend=values[order[:1]]) > tolerance)
    return ranks


def order_ties(problem: SitingProblem, plans: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return plans in the order of the tie-break: most people reached, least mean time, lowest indices.

    Parameters
    ----------
    problem : SitingProblem
        What was asked.
    plans : iterable of tuple of int
        New posts.

    Returns
    -------
    list of tuple of int
        The chosen plan first.

    Examples
    --------
    >>> problem = SitingProblem([[0.0, 60.0], [50.0, 0.0]], [1, 1])
    >>> order_ties(problem, [(0,), (1,)])
    [(1,), (0,)]
    """
    plans = list(plans)
    times = [problem.time_from(plan) for plan in plans]
    there = [np.isfinite(time) for time in times]
    people = np.array([-math.fsum(problem.weights[near]) for near in there])
    seconds = np.array([math.fsum(problem.weights[near] * time[near]) for time, near in zip(times, there, strict=True)])
    reached = steps(people, SAME * math.fsum(problem.weights))
    soon = steps(seconds, SAME * float(seconds.max(initial=0.0)))
    ranked = sorted(zip(reached.tolist(), soon.tolist(), plans, strict=True))
    return [plan for _, _, plan in ranked]
