"""The checks of what a siting problem is given: each refuses in one sentence that names what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Times = NDArray[np.floating]
Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def checked_times(travel_time_s: ArrayLike) -> Times:
    """Return a copy of the travel times, or raise.

    Parameters
    ----------
    travel_time_s : array_like, shape (n, m)
        Seconds.

    Returns
    -------
    ndarray of float32 or float64, shape (n, m)
        The same.

    Raises
    ------
    ValueError
        Not a table, no sites, NaN or negative times.
    """
    times = np.asarray(travel_time_s)
    times = np.array(times, dtype=np.float32 if times.dtype == np.float32 else np.float64, order="C")
    if times.ndim != 2:
        raise ValueError(
            f"travel times must be a table of sites by demand points, not an array of {times.ndim} dimensions"
        )
    if times.shape[0] == 0:
        raise ValueError("there are no candidates: the table of travel times has no row")
    if np.isnan(times).any():
        i, j = np.argwhere(np.isnan(times))[0]
        raise ValueError(
            f"the travel time from site {i} to demand point {j} is not a number (use inf where not reached)"
        )
    if (times < 0).any():
        i, j = np.argwhere(times < 0)[0]
        raise ValueError(f"the travel time from site {i} to demand point {j} is negative: {times[i, j]:g} s")
    return times


def checked_demand(demand: ArrayLike, points: int) -> Floats:
    """Return a copy of the demand, or raise.

    Parameters
    ----------
    demand : array_like, shape (m,)
        People.
    points : int
        Number of demand points, m.

    Returns
    -------
    ndarray of float64, shape (m,)
        The same.

    Raises
    ------
    ValueError
        Wrong length, negative or not finite.
    """
    weights = np.array(demand, dtype=np.float64)
    if weights.shape != (points,):
        raise ValueError(f"travel times name {points} demand points, but the demand has shape {weights.shape}")
    bad = np.flatnonzero(~np.isfinite(weights))
    if bad.size:
        raise ValueError(f"the demand of point {bad[0]} is not a number: {weights[bad[0]]}")
    bad = np.flatnonzero(weights < 0)
    if bad.size:
        raise ValueError(f"the demand of point {bad[0]} is negative: {weights[bad[0]]:g}")
    return weights


def checked_capacity(capacity: ArrayLike, sites: int) -> Floats:
    """Return the capacity of each site, or raise.

    Parameters
    ----------
    capacity : float or array_like, shape (n,)
        Most demand that a post serves.
    sites : int
        Number of sites, n.

    Returns
    -------
    ndarray of float64, shape (n,)
        Capacities.

    Raises
    ------
    ValueError
        Wrong length, NaN, zero or negative.
    """
    limits = np.asarray(capacity, dtype=np.float64)
    if limits.shape not in {(), (sites,)}:
        raise ValueError(f"there are {sites} sites, but the capacity has shape {limits.shape}")
    if not (limits > 0).all():
        raise ValueError("every capacity must be more than 0")
    return np.broadcast_to(limits, (sites,)).copy()


def checked_indices(indices: Iterable[int], sites: int, role: str) -> Indices:
    """Return site indices in ascending order, or raise.

    Parameters
    ----------
    indices : iterable of int
        Sites.
    sites : int
        Number of sites.
    role : str
        What they are, for the message.

    Returns
    -------
    ndarray of int
        Ascending.

    Raises
    ------
    ValueError
        Not a site, or named twice.
    """
    found = sorted(int(index) for index in indices)
    for index in found:
        if not 0 <= index < sites:
            raise ValueError(f"{role} names site {index}, but the sites are 0 to {sites - 1}")
    for first, second in pairwise(found):
        if first == second:
            raise ValueError(f"{role} names site {first} twice")
    return np.array(found, dtype=np.intp)


def check_names(names: Sequence[str] | None, sites: int) -> None:
    """Raise unless each site has a name of its own.

    Parameters
    ----------
    names : sequence of str, optional
        Names of the sites.
    sites : int
        Number of sites.

    Raises
    ------
    ValueError
        Wrong number, or one name twice.
    """
    if names is None:
        return
    if len(names) != sites:
        raise ValueError(f"there are {sites} sites but {len(names)} names")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"two sites have the name {name!r}")
        seen.add(name)
