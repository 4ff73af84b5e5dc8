"""Who is covered within a travel time: sums over demand, by group and by origin. A cutoff includes its own value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    times, weights = _checked(travel_time_s, demand)
    if np.isnan(np.asarray(cutoffs_s, dtype=float)).any():
        raise ValueError(f"Cutoffs must be numbers of seconds, but are {list(cutoffs_s)}.")
    reached = np.isfinite(times)
    return Coverage(
        total=_sum(weights),
        covered=tuple(_sum(weights[reached & (times <= cutoff)]) for cutoff in cutoffs_s),
        beyond=tuple(_sum(weights[reached & (times > cutoff)]) for cutoff in cutoffs_s),
        unreachable=_sum(weights[~reached]),
        mean_s=_mean(times[reached], weights[reached]),
        p95_s=weighted_percentile(times[reached], weights[reached], 0.95),
    )


def weighted_percentile(values: NDArray[np.float64], weights: NDArray[np.float64], share: float) -> float | None:
    """Return the lowest value within which at least a share of the weight lies.

    Parameters
    ----------
    values, weights : (n,) array
        Values and their weights, not below 0.
    share : float
        0 to 1.

    Returns
    -------
    float or None
        None where there is no weight.

    Examples
    --------
    >>> weighted_percentile(np.array([30.0, 10.0, 20.0]), np.array([1, 18, 1]), 0.95)
    20.0
    """
    total = weights.sum()
    if total == 0:
        return None
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(weights[order])
    # Integers compare exactly; the tiny allowance is for weights that are no integers.
    position = int(np.argmax(upto >= share * total - 1e-9 * total))
    return float(values[order][position])


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
        piece of road that no origin gets to.
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


def _sum(weights: NDArray[np.float64]) -> float:
    total: float = weights.sum().item()
    return total


def _mean(times: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    total = weights.sum()
    return None if total == 0 else float((times * weights).sum() / total)
