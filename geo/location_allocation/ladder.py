"""The ladder: posts added one at a time, each choice containing the last, with what the free choice would reach."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from geo.location_allocation.maximal_covering import maximal_covering
from geo.location_allocation.p_centre import p_centre
from geo.location_allocation.p_median import p_median
from geo.location_allocation.plan import Plan, Status
from geo.location_allocation.problem import SitingProblem

Objective = Literal["cover", "mean", "worst"]
Model = Callable[[SitingProblem, int, int], Plan]


@dataclass(frozen=True, eq=False)
class Rung:
    """One more post.

    Attributes
    ----------
    k : int
        New posts so far.
    sites : tuple of int
        New posts in the order in which they open.
    value, bound, status
        As in `Plan`, for the choice of the last post when those before stay. Where k posts cannot reach everyone
        ("worst" only), the status is "infeasible", the value nan, and the post that reaches most people is taken.
    gain : float
        How much better than the rung below, in the unit of the value; nan where the one below has no value.
    ties : tuple of tuple of int
        The same posts but for the last, in place of which another does equally well.
    ties_complete : bool
        Whether these are all.
    best : Plan
        The best k posts when none has to stay.
    nesting_price : float
        How much better that is, in the unit of the value; 0 when the nested choice is as good, nan when it has no
        value or reaches fewer people.
    plan : Plan
        The last post, with the assignment to all posts that are open by then.
    """

    k: int
    sites: tuple[int, ...]
    value: float
    bound: float
    status: Status
    gain: float
    ties: tuple[tuple[int, ...], ...]
    ties_complete: bool
    best: Plan
    nesting_price: float
    plan: Plan


def ladder(
    problem: SitingProblem,
    k: int,
    objective: Objective = "cover",
    *,
    cutoff_s: float | None = None,
    backup: bool = False,
    max_ties: int = 100,
    time_limit_s: float = 60.0,
    tell: Callable[[int], None] = lambda _: None,
) -> list[Rung]:
    """Return the best next post k times, each choice keeping those before.

    Among equal posts the one that the model of the objective puts first is taken; the others are listed as ties.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    k : int
        New posts besides the fixed.
    objective : {"cover", "mean", "worst"}
        Maximal covering, p-median or p-centre.
    cutoff_s : float, optional
        Seconds, inclusive; "cover" needs it.
    backup : bool
        As in `maximal_covering`; "cover" only.
    max_ties : int
        Ties to list on each rung.
    time_limit_s : float
        Seconds for each model that is solved: two on each rung.
    tell : callable
        Called with the number of the rung before it is solved: for those who wait, and to stop it by raising.

    Returns
    -------
    list of Rung
        From one new post to k.

    Raises
    ------
    ValueError
        More posts than free sites, an unknown objective, "cover" without a cutoff, or backup without "cover".

    Examples
    --------
    >>> line = SitingProblem([[0, 4, 8], [4, 0, 4], [8, 4, 0]], [3, 4, 2])
    >>> [(rung.sites, rung.value, rung.gain) for rung in ladder(line, 2, "cover", cutoff_s=1)]
    [((1,), 4.0, 4.0), ((1, 0), 7.0, 3.0)]
    """
    problem.check_posts(k)
    model = _model(objective, cutoff_s, time_limit_s, backup=backup)
    below = _value_before(problem, objective, model)
    sites: tuple[int, ...] = ()
    rungs: list[Rung] = []
    for number in range(1, k + 1):
        tell(number)
        step = model(problem.with_posts(sites), 1, max_ties)
        plan = step
        if step.status == "infeasible":
            plan = p_median(problem.with_posts(sites), 1, max_ties=max_ties, time_limit_s=time_limit_s)
        best = step if number == 1 else _free_choice(problem, number, model, step)
        ties = tuple((*sites, *tie) for tie in plan.ties)
        sites = (*sites, *plan.sites)
        better = 1 if objective == "cover" else -1
        rungs.append(
            Rung(
                number,
                sites,
                step.value,
                step.bound,
                step.status,
                better * (step.value - below),
                ties,
                plan.ties_complete,
                best,
                _price(problem, step, best, better),
                plan,
            )
        )
        below = step.value
    return rungs


def _model(objective: Objective, cutoff_s: float | None, time_limit_s: float, *, backup: bool) -> Model:
    """Return the model of an objective, or raise."""
    if backup and objective != "cover":
        raise ValueError('backup is for the objective "cover" only')
    if objective == "cover":
        if cutoff_s is None:
            raise ValueError('the objective "cover" needs a cutoff')
        return lambda problem, k, ties: maximal_covering(
            problem, k, cutoff_s, backup=backup, max_ties=ties, time_limit_s=time_limit_s
        )
    if objective == "mean":
        return lambda problem, k, ties: p_median(problem, k, max_ties=ties, time_limit_s=time_limit_s)
    if objective == "worst":
        return lambda problem, k, ties: p_centre(problem, k, max_ties=ties, time_limit_s=time_limit_s)
    raise ValueError(f'the objective must be "cover", "mean" or "worst", not {objective!r}')


def _value_before(problem: SitingProblem, objective: Objective, model: Model) -> float:
    """Return the value without new posts, nan where there is none."""
    if objective != "cover" and not problem.fixed_sites.size:
        return math.nan
    return model(problem, 0, 1).value


def _free_choice(problem: SitingProblem, k: int, model: Model, step: Plan) -> Plan:
    """Return the best k posts when none has to stay; with a post everywhere there is no choice."""
    if k == problem.free.size:
        return replace(step, sites=tuple(problem.free.tolist()), ties=())
    return model(problem, k, 1)


def _price(problem: SitingProblem, step: Plan, best: Plan, better: int) -> float:
    """Return how much better the free choice is."""
    missed, missed_at_best = (math.fsum(problem.weights[plan.unserved]) for plan in (step, best))
    if better < 0 and missed > missed_at_best:
        return math.nan
    return max(0.0, better * (best.value - step.value))
