"""Why a goal cannot be met, and the least that would do.

The goal: k new posts bring everyone within a travel time. The smallest set of demand points that blocks it is found
as a smallest hitting set: every choice of k posts leaves some points unserved, and the set must contain one of them.

References
----------
Karp (2010), implicit hitting set problems, https://doi.org/10.1007/978-3-642-13182-0_1.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import OutOfTimeError
from geo.location_allocation.capacitated import smallest_capacity
from geo.location_allocation.checked_input import Indices
from geo.location_allocation.covers import few_sites
from geo.location_allocation.dominance import needed_points
from geo.location_allocation.linear_model import LinearModel
from geo.location_allocation.maximal_covering import maximal_covering
from geo.location_allocation.p_centre import p_centre
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.set_covering import set_covering

A_MOMENT_S = 0.1
Kind = Literal["unreachable", "too_far", "too_few_posts", "too_little_capacity"]


@dataclass(frozen=True, eq=False)
class Reason:
    """What stands in the way, and what would do. Each offer is enough by itself for everyone who can be reached.

    Attributes
    ----------
    kind : str
        "unreachable": no fixed or free site reaches these points at all; nothing but a road or a site helps.
        "too_far": no fixed or free site reaches them within the cutoff. "too_few_posts": each is near enough to some
        site, but k posts do not reach all of them. "too_little_capacity": k posts cannot serve so many.
    points : ndarray of int
        Demand points that block the goal: each alone ("unreachable", "too_far"), together ("too_few_posts"), or those
        left over when most people are served ("too_little_capacity").
    smallest : bool
        Whether no smaller set of points blocks it.
    cutoff_s : float or None
        Smallest cutoff with which k posts would do; None where none would, or none was proven in time.
    posts : int or None
        Fewest new posts that would do within the cutoff; None where no number would, or none was proven in time.
    capacity : float or None
        Smallest capacity, the same for all, with which k posts would do; None where capacity is not the reason.
    """

    kind: Kind
    points: Indices
    smallest: bool
    cutoff_s: float | None = None
    posts: int | None = None
    capacity: float | None = None


def why_not(problem: SitingProblem, k: int, cutoff_s: float, *, time_limit_s: float = 10.0) -> list[Reason]:
    """Return why k new posts cannot bring everyone within the cutoff.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand; points without demand do not count.
    k : int
        New posts besides the fixed.
    cutoff_s : float
        Seconds, inclusive.
    time_limit_s : float
        Seconds for each question that is answered on the way.

    Returns
    -------
    list of Reason
        Empty when the goal can be met, or when the time ran out before it was shown that it cannot.

    Raises
    ------
    ValueError
        More posts than free sites, or a cutoff of 0.

    Examples
    --------
    >>> line = SitingProblem([[0, 600, 1200], [600, 0, 600]], [1, 1, 1])
    >>> [(reason.kind, reason.points.tolist(), reason.cutoff_s) for reason in why_not(line, 1, 300)]
    [('too_far', [2], 600.0)]
    """
    problem.check_posts(k)
    cutoff_s = problem.cutoff(cutoff_s)
    people = problem.weights > 0
    usable = np.concatenate([problem.fixed_sites, problem.free])
    near = (problem.times[usable] <= cutoff_s).any(axis=0)
    reasons = []
    unreachable = np.flatnonzero(people & ~problem.reachable)
    if unreachable.size:
        reasons.append(Reason("unreachable", unreachable, smallest=True))
    far = np.flatnonzero(people & problem.reachable & ~near)
    if far.size:
        reasons.append(Reason("too_far", far, smallest=True, cutoff_s=_cutoff_that_does(problem, k, time_limit_s)))
    else:
        reasons.extend(_too_few(problem, k, cutoff_s, time_limit_s))
    return reasons


def _cutoff_that_does(problem: SitingProblem, k: int, time_limit_s: float) -> float | None:
    """Return the time of the worst-off at best, None where k posts do not reach everyone or nothing was proven."""
    try:
        plan = p_centre(problem, k, max_ties=1, time_limit_s=time_limit_s)
    except OutOfTimeError:
        return None
    return plan.value if plan.status == "optimal" and plan.value > 0 else None


def _posts_that_do(problem: SitingProblem, cutoff_s: float, time_limit_s: float) -> int | None:
    """Return the fewest new posts, None where no number is enough or nothing was proven."""
    try:
        plan = set_covering(problem, cutoff_s, max_ties=1, time_limit_s=time_limit_s)
    except OutOfTimeError:
        return None
    return int(plan.value) if plan.status == "optimal" else None


def _too_few(problem: SitingProblem, k: int, cutoff_s: float, time_limit_s: float) -> list[Reason]:
    """Return the reason when everyone is near enough to some site."""
    best = maximal_covering(problem, k, cutoff_s, max_ties=1, time_limit_s=time_limit_s)
    late = (problem.weights > 0) & problem.reachable & (best.assignment < 0)
    if not late.any() or best.status != "optimal":
        return []
    posts = _posts_that_do(problem, cutoff_s, time_limit_s)
    offered_s = _cutoff_that_does(problem, k, time_limit_s)
    ends = time.monotonic() + time_limit_s
    if problem.limits is not None:
        capacity = smallest_capacity(problem, k, cutoff_s, ends)
        if math.isfinite(capacity):
            return [Reason("too_little_capacity", np.flatnonzero(late), False, offered_s, posts, capacity)]
    found = blocking_points(problem, k, cutoff_s, ends)
    return [Reason("too_few_posts", found.points, found.smallest, offered_s, posts)]


class Blocking(NamedTuple):
    """Demand points that no k posts reach together.

    Attributes
    ----------
    points : ndarray of int
        Ascending; without any one of them, k posts reach the rest.
    smallest : bool
        Whether there is no smaller set.
    """

    points: Indices
    smallest: bool


def blocking_points(problem: SitingProblem, k: int, cutoff_s: float, ends: float) -> Blocking:
    """Return a smallest set of demand points that no k new posts bring within the cutoff.

    Parameters
    ----------
    problem : SitingProblem
        Its k posts do not reach all demand points that some site reaches within the cutoff.
    k : int
        New posts.
    cutoff_s : float
        Seconds, inclusive.
    ends : float
        Moment (of the monotonic clock) after which a set is returned of which no point can be spared.

    Returns
    -------
    Blocking
        The points.
    """
    wanted = np.flatnonzero((problem.weights > 0) & problem.reachable & (problem.fixed_time_s > cutoff_s))
    reached = problem.times[np.ix_(problem.free, wanted)] <= cutoff_s
    hardest = needed_points(reached)
    reached = reached[:, hardest]
    missed: list[NDArray[np.bool_]] = []
    chosen = np.array([], dtype=np.intp)
    while time.monotonic() < ends:
        try:
            sites = few_sites(reached[:, chosen], k, ends)
        except OutOfTimeError:
            break
        if sites is None:
            return Blocking(np.sort(wanted[hardest[chosen]]), smallest=True)
        missed.append(_missed_at_best(reached, sites, k))
        chosen = _smallest_hitting_set(np.array(missed))
    return Blocking(np.sort(wanted[hardest[_no_point_to_spare(reached, k)]]), smallest=False)


def _missed_at_best(reached: NDArray[np.bool_], sites: list[int], k: int) -> NDArray[np.bool_]:
    """Return the points that are missed when the plan is filled up by the site that reaches most of the rest."""
    missed: NDArray[np.bool_] = np.logical_not(reached[sites].any(axis=0))
    for _ in range(k - len(sites)):
        missed &= ~reached[int(np.argmax(np.count_nonzero(reached[:, missed], axis=1)))]
    return missed


def _smallest_hitting_set(sets: NDArray[np.bool_]) -> Indices:
    """Return the fewest points of which each set contains one."""
    row, point = np.nonzero(sets)
    model = LinearModel(np.ones(sets.shape[1]), np.ones(sets.shape[1], dtype=bool))
    model.add_rows(row, point, 1.0, (np.ones(len(sets)), np.inf))
    values = model.solve().values
    assert values is not None, "no set is empty"  # noqa: S101 - k posts do not reach everyone
    return np.flatnonzero(values > 0.5)


def _no_point_to_spare(reached: NDArray[np.bool_], k: int) -> list[int]:
    """Return points that k sites do not reach together, though they reach all but any one."""
    kept = list(range(reached.shape[1]))
    for point in range(reached.shape[1]):
        rest = [other for other in kept if other != point]
        with suppress(OutOfTimeError):  # not known whether the point can be spared: it stays
            kept = rest if few_sites(reached[:, rest], k, time.monotonic() + A_MOMENT_S) is None else kept
    return kept
