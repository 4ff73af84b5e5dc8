"""What a siting model answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo.location_allocation.checked_input import Indices
from geo.location_allocation.problem import SitingProblem

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


def tie_rank(problem: SitingProblem, plan: tuple[int, ...]) -> tuple[float, float, tuple[int, ...]]:
    """Return what is compared, in this order, when two plans tie.

    Parameters
    ----------
    problem : SitingProblem
        What was asked.
    plan : tuple of int
        New posts.

    Returns
    -------
    float
        People reached, negative.
    float
        Their person-seconds.
    tuple of int
        The plan.
    """
    time = problem.time_from(plan)
    reached = np.isfinite(time)
    people = problem.weights[reached]
    return -math.fsum(people), math.fsum(people * time[reached]), plan


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
    return sorted(plans, key=lambda plan: tie_rank(problem, plan))
