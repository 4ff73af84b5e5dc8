"""The form in which a choice of sites is searched: each demand point with its sites in ascending order of time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Reach = NDArray[np.bool_]
CHUNK = 1_000_000  # table cells sorted at once
FEW_ENTRIES = 0.2  # share of the table below which only its entries are sorted


class Instance(NamedTuple):
    """Choose k sites so that ``constant + sum_j weight_j * min(base_j, min_i time_ij)`` is least.

    Attributes
    ----------
    pointer : ndarray of int64, shape (m + 1,)
        Entries of demand point j are ``pointer[j]:pointer[j + 1]``.
    site : ndarray of int32
        Site of each entry.
    time : ndarray of float64
        Time of each entry, ascending within a demand point, below the point's base.
    weight : ndarray of float64, shape (m,)
        Demand, positive.
    base : ndarray of float64, shape (m,)
        Time without any new site, finite.
    table : ndarray of float64, shape (n, m)
        The same times, never above the base.
    constant : float
        Cost that no choice changes.
    """

    pointer: NDArray[np.int64]
    site: NDArray[np.int32]
    time: Floats
    weight: Floats
    base: Floats
    table: Floats
    constant: float


class Hint(NamedTuple):
    """What another solver found.

    Attributes
    ----------
    plan : tuple of int
        Its best plan.
    cost : float
        Cost of that plan.
    bound : float
        No plan costs less.
    """

    plan: tuple[int, ...]
    cost: float
    bound: float


class Root(NamedTuple):
    """What another solver is asked.

    Attributes
    ----------
    instance : Instance
        The problem.
    k : int
        Sites to choose.
    price : ndarray of float64, shape (m,)
        Prices that give a good lower bound.
    limit : float
        Plans that cost more are of no interest.
    must : ndarray of bool, shape (n, r)
        Which site reaches which of the points that must be reached.
    """

    instance: Instance
    k: int
    price: Floats
    limit: float
    must: Reach


def make_instance(times: NDArray[np.floating], weight: Floats, base: Floats, constant: float = 0.0) -> Instance:
    """Return the instance of a table of times, without the demand points that no site improves.

    Parameters
    ----------
    times : ndarray of float, shape (n, m)
        Times; inf where not reached.
    weight : ndarray of float64, shape (m,)
        Demand, positive.
    base : ndarray of float64, shape (m,)
        Time without any new site, finite.
    constant : float
        Cost that no choice changes.

    Returns
    -------
    Instance
        With entries below the base only.

    Examples
    --------
    >>> instance = make_instance(np.array([[5.0, 9.0], [3.0, 9.0]]), np.array([1.0, 2.0]), np.array([8.0, 8.0]))
    >>> instance.site.tolist(), instance.time.tolist(), instance.constant
    ([1, 0], [3.0, 5.0], 16.0)
    """
    improved = (times < base).any(axis=0)
    if not improved.all():
        constant += float(weight[~improved] @ base[~improved])
        times, weight, base = times[:, improved], weight[improved], base[improved]
    table = np.minimum(times, base, dtype=np.float64, order="C")
    nearer = table < base
    count = np.count_nonzero(nearer, axis=0)
    pointer = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    if pointer[-1] < FEW_ENTRIES * table.size:
        point, site = np.nonzero(nearer.T)
        time = table[site, point]
        order = np.lexsort((time, point))
        return Instance(pointer, site[order].astype(np.int32), time[order], weight, base, table, constant)
    sites: list[NDArray[np.int32]] = [np.empty(0, dtype=np.int32)]
    sorted_times: list[Floats] = [np.empty(0)]
    width = max(1, CHUNK // max(1, table.shape[0]))
    for begin in range(0, base.size, width):
        block = np.ascontiguousarray(table[:, begin : begin + width].T)
        order = np.argsort(block, axis=1, kind="stable")  # the same order of equal times on every machine
        values = np.take_along_axis(block, order, axis=1)
        stays = values < base[begin : begin + width, None]
        sites.append(order[stays].astype(np.int32))
        sorted_times.append(values[stays])
    return Instance(pointer, np.concatenate(sites), np.concatenate(sorted_times), weight, base, table, constant)


def restrict(instance: Instance, sites: NDArray[np.intp]) -> tuple[Instance, NDArray[np.intp]]:
    """Return the instance with some of its sites only, and the demand points that are left in it.

    Parameters
    ----------
    instance : Instance
        The problem.
    sites : ndarray of int, shape (s,)
        Sites to keep, ascending.

    Returns
    -------
    Instance
        Site i of it is ``sites[i]``.
    ndarray of int
        Index of each of its demand points.

    Examples
    --------
    >>> whole = make_instance(np.array([[5.0, 8.0], [3.0, 2.0]]), np.ones(2), np.array([8.0, 8.0]))
    >>> part, points = restrict(whole, np.array([0]))
    >>> part.time.tolist(), part.constant, points.tolist()
    ([5.0], 8.0, [0])
    """
    sites_before, points_before = instance.table.shape
    place = np.full(sites_before, -1, dtype=np.int32)
    place[sites] = np.arange(sites.size, dtype=np.int32)
    site = place[instance.site]
    stays = site >= 0
    counts = np.bincount(np.repeat(np.arange(points_before), np.diff(instance.pointer))[stays], minlength=points_before)
    points = np.flatnonzero(counts)
    gone = counts == 0
    return (
        Instance(
            np.concatenate([[0], np.cumsum(counts[points])]).astype(np.int64),
            site[stays],
            instance.time[stays],
            instance.weight[points],
            instance.base[points],
            np.ascontiguousarray(instance.table[np.ix_(sites, points)]),
            instance.constant + float(instance.weight[gone] @ instance.base[gone]),
        ),
        points,
    )
