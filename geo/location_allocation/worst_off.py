"""The shortest time within which k sites reach every demand point, by looking at few demand points at a time.

The problem is solved for a small set of demand points; its answer is a lower bound for all of them. The demand
points that the plan serves later than that join the set, until there is none.

References
----------
Chen, Chen (2009), https://doi.org/10.1016/j.cor.2008.03.009.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import OutOfTimeError
from geo.location_allocation.checked_input import Floats, Times
from geo.location_allocation.covers import few_sites, fill_up


class WorstOff(NamedTuple):
    """What a search has shown.

    Attributes
    ----------
    seconds : float
        Time of the worst-off with the plan; inf when no plan reaches everyone.
    bound : float
        No plan does better.
    plan : list of int
        Sites.
    rounds : int
        Small problems solved.
    """

    seconds: float
    bound: float
    plan: list[int]
    rounds: int


def smallest_worst(times: Times, fixed_time_s: Floats, k: int, ends: float) -> WorstOff:
    """Return the k sites with the shortest time to the worst-off demand point.

    Parameters
    ----------
    times : ndarray of float, shape (n, m)
        Seconds from each site; inf where not reached.
    fixed_time_s : ndarray of float64, shape (m,)
        Seconds without new sites.
    k : int
        Sites to choose, at most n.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    WorstOff
        Proven when its bound equals its seconds.
    """
    nearest = np.minimum(fixed_time_s, times.min(axis=0, initial=np.inf))
    low = float(nearest.max(initial=0.0))
    plan, trace = farthest_first(times, fixed_time_s, k)
    high = worst_with(times, fixed_time_s, plan)
    points, rounds = np.array(sorted(set(trace)), dtype=np.intp), 0
    while low < high and time.monotonic() < ends:
        rounds += 1
        try:
            found = solve_points(times[:, points], fixed_time_s[points], k, (low, high), ends)
        except OutOfTimeError:
            break
        if found is None:
            low = high
            break
        low, few = found
        few = fill_up(few, k, times.shape[0])
        served = np.minimum(fixed_time_s, times[few].min(axis=0))
        if served.max() < high:
            plan, high = few, float(served.max())
        late = np.flatnonzero(served > low)
        points = np.union1d(points, one_per_post(times[few][:, late], served[late], late))
    return WorstOff(high, low, sorted(plan), rounds)


def worst_with(times: Times, fixed_time_s: Floats, plan: list[int]) -> float:
    """Return the time of the worst-off demand point with a plan.

    Parameters
    ----------
    times : ndarray of float, shape (n, m)
        Seconds.
    fixed_time_s : ndarray of float64, shape (m,)
        Seconds without new sites.
    plan : list of int
        Sites.

    Returns
    -------
    float
        Seconds; 0 without demand points.
    """
    return float(np.minimum(fixed_time_s, times[plan].min(axis=0, initial=np.inf)).max(initial=0.0))


def farthest_first(times: Times, fixed_time_s: Floats, k: int) -> tuple[list[int], list[int]]:
    """Return the plan that k times gives the worst-off demand point its nearest site, and those demand points.

    Parameters
    ----------
    times : ndarray of float, shape (n, m)
        Seconds.
    fixed_time_s : ndarray of float64, shape (m,)
        Seconds without new sites.
    k : int
        Sites to choose.

    Returns
    -------
    list of int
        Sites.
    list of int
        Demand points, in the order met.
    """
    plan: list[int] = []
    met: list[int] = []
    served = fixed_time_s
    for _ in range(k + 1):
        if not served.size:
            break
        met.append(int(np.argmax(served)))
        if len(plan) < k:
            site = int(np.argmin(times[:, met[-1]]))
            plan = plan if site in plan else [*plan, site]
            served = np.minimum(served, times[site])
    return fill_up(plan, k, times.shape[0]), met


def one_per_post(times: Times, served: Floats, points: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return, for each post of a plan, the demand point that it serves last.

    Parameters
    ----------
    times : ndarray of float, shape (k, l)
        Seconds from the posts of the plan to the demand points served late.
    served : ndarray of float64, shape (l,)
        Their seconds.
    points : ndarray of int, shape (l,)
        Their indices.

    Returns
    -------
    ndarray of int
        Indices; the very latest is among them.
    """
    post = times.argmin(axis=0) if times.shape[0] else np.zeros(points.size, dtype=np.intp)
    order = np.argsort(-served, kind="stable")
    _, first = np.unique(post[order], return_index=True)
    chosen: NDArray[np.intp] = points[order[first]]
    return chosen


def solve_points(
    times: Times, fixed_time_s: Floats, k: int, between: tuple[float, float], ends: float
) -> tuple[float, list[int]] | None:
    """Return the shortest time from low to below high within which k sites reach these demand points, and the sites.

    Parameters
    ----------
    times : ndarray of float, shape (n, p)
        Seconds.
    fixed_time_s : ndarray of float64, shape (p,)
        Seconds without new sites.
    k : int
        Most sites.
    between : tuple of float
        Range; the shortest time is never below its low end.
    ends : float
        Moment (of the monotonic clock) at which the search ends.

    Returns
    -------
    tuple of float and list of int, or None
        None when there is none below the high end.

    Raises
    ------
    OutOfTimeError
        The answer was not found in time.
    """
    low, high = between
    values = np.unique(np.concatenate([[low], times.ravel(), fixed_time_s]))
    values = values[(values >= low) & (values < high)]
    best: tuple[float, list[int]] | None = None
    begin, end = 0, values.size
    middle = 0  # the range's low end is the likeliest answer
    while begin < end:
        open_points = fixed_time_s > values[middle]
        found = few_sites(times[:, open_points] <= values[middle], k, ends)
        if found is None:
            begin = middle + 1
        else:
            best, end = (float(values[middle]), found), middle
        middle = (begin + end) // 2
    return best
