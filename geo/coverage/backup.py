"""Second cover: who comes when the nearest does not, and whom nobody else reaches in time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]


class NearestTwo(NamedTuple):
    """The two origins that are at each destination first.

    Attributes
    ----------
    first, second : (n_destinations,) array of int64
        Index of the origin; -1 where there is none.
    first_s, second_s : (n_destinations,) array
        Seconds from it; inf where there is none.
    """

    first: Ints
    second: Ints
    first_s: NDArray[np.floating]
    second_s: NDArray[np.floating]


def nearest_two(travel_time_s: ArrayLike) -> NearestTwo:
    """Return for every destination the origin that is there first and the one that is there next.

    Parameters
    ----------
    travel_time_s : (n_origins, n_destinations) array_like of float
        Seconds; inf where the destination is not reached.

    Returns
    -------
    NearestTwo
        Of equals the lowest index comes first. Read in one pass over the rows.

    Raises
    ------
    ValueError
        If the times are no matrix, or one is NaN or negative.

    Examples
    --------
    >>> two = nearest_two([[60, np.inf], [90, 30], [60, 45]])
    >>> two.first.tolist(), two.second.tolist(), two.second_s.tolist()
    ([0, 1], [2, 2], [60.0, 45.0])
    """
    times = _checked(travel_time_s)
    count = times.shape[1]
    first, second = np.full((2, count), -1, dtype=np.int64)
    first_s, second_s = np.full((2, count), np.inf, dtype=times.dtype)
    for origin, row in enumerate(times):
        leads = row < first_s
        second[leads], second_s[leads] = first[leads], first_s[leads]
        first[leads], first_s[leads] = origin, row[leads]
        follows = ~leads & (row < second_s)
        second[follows], second_s[follows] = origin, row[follows]
    return NearestTwo(first, second, first_s, second_s)


def sole_origin(nearest: NearestTwo, cutoff_s: float) -> Ints:
    """Return for every destination the only origin within a cutoff: who is there loses cover when that one is away.

    Parameters
    ----------
    nearest : NearestTwo
        The two nearest.
    cutoff_s : float
        Seconds, inclusive.

    Returns
    -------
    (n_destinations,) array of int64
        Index of the origin; -1 where there is none within the cutoff, and where there are several.

    Raises
    ------
    ValueError
        If the cutoff is negative or no number.

    Examples
    --------
    >>> sole_origin(nearest_two([[60, 90, 300], [600, 120, 400]]), 120).tolist()
    [0, -1, -1]
    """
    if np.isnan(cutoff_s) or cutoff_s < 0:
        raise ValueError(f"The cutoff must be a number of seconds not below 0, but is {cutoff_s}.")
    # inf is within no cutoff, not even within one without end.
    within = [np.isfinite(times) & (times <= cutoff_s) for times in (nearest.first_s, nearest.second_s)]
    return np.where(within[0] & ~within[1], nearest.first, -1)


def _checked(travel_time_s: ArrayLike) -> NDArray[np.floating]:
    times = np.asarray(travel_time_s)
    times = times if np.issubdtype(times.dtype, np.floating) else times.astype(float)
    if times.ndim != 2:
        raise ValueError(
            f"Travel times must be a matrix of origins and destinations, but have the shape {times.shape}."
        )
    if np.isnan(times).any() or (times < 0).any():
        raise ValueError("A travel time is NaN or negative; a place that is not reached has inf.")
    return times
