"""Who is covered within a travel time: sums over demand, by group and by origin. A cutoff includes its own value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.compiled import compiled

Reason = Literal["off_network", "island", "closed"]


@dataclass(frozen=True, eq=False)
class Coverage:
    """How much demand is reached in how long.

    Attributes
    ----------
    total : int or float
        All demand, an exact integer when the demand is integral.
    covered : tuple
        Demand within each cutoff, in the order of the cutoffs.
    beyond : tuple
        Demand that is reached, but later than each cutoff.
    unreachable : int or float
        Demand that is never reached. ``covered + beyond + unreachable == total`` for each cutoff.
    mean_s : float or None
        Mean travel time over reached demand, seconds; None where none is reached.
    p95_s : float or None
        Shortest travel time within which at least 95 % of reached demand lies; None where none is reached.
    """

    total: float
    covered: tuple[float, ...]
    beyond: tuple[float, ...]
    unreachable: float
    mean_s: float | None
    p95_s: float | None


def coverage(travel_time_s: ArrayLike, demand: ArrayLike, cutoffs_s: Sequence[float]) -> Coverage:
    """Return how much demand is reached within each cutoff.

    Parameters
    ----------
    travel_time_s : (n,) array_like of float
        Seconds to each demand point; inf where it is not reached.
    demand : (n,) array_like
        Weight of each demand point, not below 0.
    cutoffs_s : sequence of float
        Seconds, inclusive.

    Returns
    -------
    Coverage
        Sums over all demand points.

    Raises
    ------
    ValueError
        If shapes differ, a time is NaN or negative, a cutoff is NaN, or demand is negative or no number.

    Examples
    --------
    >>> found = coverage([600, 601, np.inf], [5, 3, 2], [600])
    >>> found.total, found.covered, found.beyond, found.unreachable
    (10, (5,), (3,), 2)
    """
    times = np.asarray(travel_time_s)
    return coverage_by_group(times, demand, np.zeros(times.shape, dtype=np.int16), 1, cutoffs_s)[0]


def coverage_by_group(
    travel_time_s: ArrayLike, demand: ArrayLike, group: NDArray[np.int16], groups: int, cutoffs_s: Sequence[float]
) -> tuple[Coverage, list[Coverage]]:
    """Return how much demand is reached within each cutoff, of all demand points and of each group of them.

    Parameters
    ----------
    travel_time_s : (n,) array_like of float
        Seconds to each demand point; inf where it is not reached.
    demand : (n,) array_like
        Weight of each demand point, not below 0.
    group : (n,) array of int16
        Group of each demand point, from 0 on.
    groups : int
        How many groups there are; some may be empty.
    cutoffs_s : sequence of float
        Seconds, inclusive.

    Returns
    -------
    Coverage
        Sums over all demand points.
    list of Coverage
        Sums over each group.

    Raises
    ------
    ValueError
        As in `coverage`.

    Examples
    --------
    >>> whole, (west, east) = coverage_by_group([60, 90, 120], [5, 3, 2], np.array([0, 1, 1], dtype=np.int16), 2, [100])
    >>> whole.covered, west.covered, east.covered, east.beyond
    ((8,), (5,), (3,), (2,))
    """
    times, weights = _checked(travel_time_s, demand)
    cutoffs = np.asarray(cutoffs_s, dtype=float)
    if np.isnan(cutoffs).any():
        raise ValueError(f"Cutoffs must be numbers of seconds, but are {list(cutoffs_s)}.")
    # Classes of time: up to each cutoff in turn, later, never.
    classes, rank = len(cutoffs) + 2, np.argsort(np.argsort(cutoffs, kind="stable"))
    reached = np.isfinite(times)
    step = np.where(reached, np.searchsorted(np.sort(cutoffs), times, side="left"), classes - 1)
    table = np.zeros((groups + 1, classes), dtype=np.int64 if weights.dtype.kind in "biu" else np.float64)
    np.add.at(table, (group, step), weights)
    trips = np.bincount(group[reached], times[reached] * weights[reached], minlength=groups + 1)
    # All of them together stand in the last row.
    table[-1], trips[-1] = table.sum(axis=0), trips.sum()
    within = np.cumsum(table[:, :-1], axis=1)
    p95 = _when_reached(np.argsort(times), times, weights.astype(float), group, _least(0.95, within[:, -1]))
    rows = zip(
        within[:, :-1][:, rank].tolist(),
        within[:, -1].tolist(),
        table[:, -1].tolist(),
        trips.tolist(),
        p95.tolist(),
        strict=True,
    )
    *parts, whole = [
        Coverage(
            total=there + never,
            covered=tuple(upto),
            beyond=tuple([there - value for value in upto]),
            unreachable=never,
            mean_s=spent / there if there else None,
            p95_s=late if there else None,
        )
        for upto, there, never, spent, late in rows
    ]
    return whole, parts


def _least(share: float, demand: NDArray[Any]) -> NDArray[np.float64]:
    # Integers compare exactly; the tiny allowance is for weights that are no integers.
    return share * demand - 1e-9 * demand


@compiled
def _when_reached(
    by_time: NDArray[np.intp],
    times: NDArray[np.float64],
    weights: NDArray[np.float64],
    group: NDArray[np.int16],
    least: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return when each group, and at the end all of them together, has at least so much of its weight."""
    found, upto, whole = np.full(len(least), np.inf), np.zeros(len(least)), len(least) - 1
    for i in by_time:
        for one in (np.int64(group[i]), whole):
            upto[one] += weights[i]
            if upto[one] >= least[one]:
                found[one] = min(found[one], times[i])
    return found


def unreachable_reason(is_snapped: NDArray[np.bool_], open_times: NDArray[np.float32] | None = None) -> list[Reason]:
    """Return why places that are not reached are not.

    Parameters
    ----------
    is_snapped : (n,) array of bool
        Whether each place lies on the network.
    open_times : (n,) array of float, optional
        Travel time to each place when no road is closed, where closures were applied.

    Returns
    -------
    list of str
        ``off_network``: no usable road is near enough; ``closed``: reached when nothing is closed; ``island``: on a
        edge that no origin gets to.
    """
    would = np.zeros(len(is_snapped), dtype=bool) if open_times is None else np.isfinite(open_times)
    return [
        "off_network" if not snapped else "closed" if without else "island"
        for snapped, without in zip(is_snapped, would, strict=True)
    ]


def _checked(travel_time_s: ArrayLike, demand: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    times, weights = np.asarray(travel_time_s, dtype=float), np.asarray(demand)
    if times.shape != weights.shape or times.ndim != 1:
        raise ValueError(f"There are {times.shape} travel times for {weights.shape} demand points.")
    if np.isnan(times).any() or (times < 0).any():
        raise ValueError("A travel time is NaN or negative; a place that is not reached has inf.")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("Demand must be numbers not below 0.")
    return times, weights
