"""Choosing few sites that reach every one of some demand points.

What others make needless goes first (`dominance`). A search that tries the sites of the rarest demand point decides
where it is small (`reaching_plans`), else HiGHS.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import OutOfTimeError
from geo.location_allocation.dominance import core_of
from geo.location_allocation.linear_model import LinearModel
from geo.location_allocation.reaching_plans import Reaching

MOST_TRIES = 20_000  # sites tried for one number of posts; then HiGHS decides


class Fewest(NamedTuple):
    """Few sites that reach everything.

    Attributes
    ----------
    sites : list of int
        Sites, ascending.
    bound : int
        No fewer do; as many as the sites when that is proven.
    """

    sites: list[int]
    bound: int


def fewest_sites(reached: NDArray[np.bool_], ends: float = math.inf) -> Fewest | None:
    """Return the fewest sites that reach every demand point.

    Parameters
    ----------
    reached : ndarray of bool, shape (n, p)
        Which site reaches which demand point.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    Fewest or None
        None if a demand point is reached by none.

    Examples
    --------
    >>> fewest_sites(np.array([[True, True, False], [False, True, False], [False, True, True]]))
    Fewest(sites=[0, 2], bound=2)
    """
    if not reached.any(axis=0).all():
        return None
    core = core_of(reached)
    few = _fewest(reached[np.ix_(core.sites, core.points)], ends)
    taken = core.taken.tolist()
    return Fewest(sorted([*taken, *core.sites[few.sites].tolist()]), len(taken) + few.bound)


def few_sites(reached: NDArray[np.bool_], k: int, ends: float = math.inf) -> list[int] | None:
    """Return at most k sites that reach every demand point.

    Parameters
    ----------
    reached : ndarray of bool, shape (n, p)
        Which site reaches which demand point.
    k : int
        Most sites.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    list of int or None
        Sites; None if there are none.

    Raises
    ------
    OutOfTimeError
        Neither was shown in time.

    Examples
    --------
    >>> few_sites(np.eye(2, dtype=bool), 1) is None
    True
    """
    if not reached.any(axis=0).all():
        return None
    core = core_of(reached)
    rest, left = reached[np.ix_(core.sites, core.points)], k - core.taken.size
    found: list[int] | None = [] if left >= 0 and not rest.shape[1] else None
    if left > 0 and rest.shape[1]:
        found = _at_most(rest, left, ends)
    return None if found is None else [*core.taken.tolist(), *core.sites[found].tolist()]


def _at_most(reached: NDArray[np.bool_], k: int, ends: float) -> list[int] | None:
    """Return at most k sites of a core that reach everything, or None if there are none."""
    search = Reaching(reached)
    if search.least() > k:
        return None
    plan = _greedy(reached)
    if len(plan) <= k:
        return plan
    plans, complete = search.plans(k, 1, MOST_TRIES)
    if complete or len(plans):
        return plans[0].tolist() if len(plans) else None
    model = _textbook_model(reached, 0.0)  # any k sites will do: no cost, so that the first plan met ends the search
    model.add_rows(np.zeros(len(reached), dtype=int), np.arange(len(reached)), 1.0, (-np.inf, k))
    answer = model.solve(time_limit_s=ends - time.monotonic())
    if answer.values is None and not answer.proven:
        raise OutOfTimeError(f"It is not known in time whether {k} sites reach everything.")
    return None if answer.values is None else np.flatnonzero(answer.values > 0.5).tolist()


def _fewest(reached: NDArray[np.bool_], ends: float) -> Fewest:
    """Return the fewest sites of a core."""
    if not reached.shape[1]:
        return Fewest([], 0)
    search, plan = Reaching(reached), _greedy(reached)
    for k in range(search.least(), len(plan)):
        plans, complete = search.plans(k, 1, MOST_TRIES)
        if len(plans):
            return Fewest(plans[0].tolist(), k)
        if not complete:
            return _fewest_by_highs(reached, plan, ends)
    return Fewest(plan, len(plan))


def _fewest_by_highs(reached: NDArray[np.bool_], plan: list[int], ends: float) -> Fewest:
    """Return the fewest sites that HiGHS finds, or those of a plan where it finds none in time."""
    model = _textbook_model(reached, 1.0)
    answer = model.solve(time_limit_s=ends - time.monotonic())
    found = [] if answer.values is None else [np.flatnonzero(answer.values > 0.5).tolist()]
    chosen = min([*found, plan], key=len)
    return Fewest(chosen, len(chosen) if answer.proven else math.ceil(max(1.0, answer.bound - 1e-6)))


def _textbook_model(reached: NDArray[np.bool_], cost: float) -> LinearModel:
    """Return the model that reaches every demand point, each site at the same cost."""
    sites, points = reached.shape
    model = LinearModel(np.full(sites, cost), np.ones(sites, dtype=bool))
    point, site = np.nonzero(reached.T)
    model.add_rows(point, site, 1.0, (np.ones(points), np.inf))
    return model


def _greedy(reached: NDArray[np.bool_]) -> list[int]:
    """Return sites that reach everything, each the one that reaches most of the rest."""
    chosen: list[int] = []
    missing = np.ones(reached.shape[1], dtype=bool)
    number = np.count_nonzero(reached, axis=1)
    while missing.any():
        chosen.append(int(np.argmax(number)))
        new = reached[chosen[-1]] & missing
        number = number - np.count_nonzero(reached[:, new], axis=1)
        missing &= ~new
    return sorted(chosen)


def fill_up(sites: Iterable[int], k: int, count: int) -> list[int]:
    """Return k sites: the given ones and the lowest others.

    Parameters
    ----------
    sites : iterable of int
        At most k sites.
    k : int
        How many.
    count : int
        Number of sites there are.

    Returns
    -------
    list of int
        Ascending.

    Examples
    --------
    >>> fill_up([3], 2, 5)
    [0, 3]
    """
    chosen = set(sites)
    others = (site for site in range(count) if site not in chosen)
    while len(chosen) < k:
        chosen.add(next(others))
    return sorted(chosen)
