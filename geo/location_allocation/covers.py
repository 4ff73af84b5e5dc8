"""Choosing few sites that reach every one of some demand points, on bit masks.

A site is the mask of the demand points it reaches. Of equal masks one is kept, and none that lies within another:
with few demand points only few sites are left. The search takes the demand point that fewest sites reach and tries
these sites.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import OutOfTimeError
from geo.location_allocation.linear_model import LinearModel

MOST_NODES = 20_000  # then HiGHS decides


def masks_of(reached: NDArray[np.bool_]) -> list[int]:
    """Return each row as a whole number whose bit j is column j.

    Parameters
    ----------
    reached : ndarray of bool, shape (n, p)
        A table.

    Returns
    -------
    list of int
        n masks.

    Examples
    --------
    >>> masks_of(np.array([[True, False, True]]))
    [5]
    """
    return [int.from_bytes(row.tobytes(), "little") for row in np.packbits(reached, axis=1, bitorder="little")]


def largest(masks: Sequence[int]) -> list[int]:
    """Return the indices of the masks that lie within no other, one of equals (the first).

    Parameters
    ----------
    masks : sequence of int
        Masks.

    Returns
    -------
    list of int
        Indices, the mask with most bits first.

    Examples
    --------
    >>> largest([1, 3, 3, 4])
    [1, 3]
    """
    first: dict[int, int] = {}
    for index, mask in enumerate(masks):
        first.setdefault(mask, index)
    kept: list[int] = []
    for mask in sorted(first, key=lambda mask: (-mask.bit_count(), first[mask])):
        if all(mask & ~larger for larger in kept):
            kept.append(mask)
    return [first[mask] for mask in kept]


def smallest(masks: Sequence[int]) -> list[int]:
    """Return the indices of the masks that contain no other, one of equals (the first).

    Parameters
    ----------
    masks : sequence of int
        Masks.

    Returns
    -------
    list of int
        Indices, ascending.

    Examples
    --------
    >>> smallest([7, 3, 4, 3])
    [1, 2]
    """
    first: dict[int, int] = {}
    for index, mask in enumerate(masks):
        first.setdefault(mask, index)
    kept: list[int] = []
    for mask in sorted(first, key=lambda mask: (mask.bit_count(), first[mask])):
        if all(smaller & ~mask for smaller in kept):
            kept.append(mask)
    return sorted(first[mask] for mask in kept)


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


class Cover:
    """A search for at most k masks whose union is everything.

    Parameters
    ----------
    masks : sequence of int
        What each site reaches.
    points : int
        Number of demand points.
    """

    def __init__(self, masks: Sequence[int], points: int) -> None:
        self.sites = largest(masks)
        self.masks = [masks[site] for site in self.sites]
        self.everything = (1 << points) - 1
        self.reaching = [[m for m, mask in enumerate(self.masks) if mask >> j & 1] for j in range(points)]
        self.points = sorted(range(points), key=lambda j: len(self.reaching[j]))
        self.nodes = 0

    def find(self, k: int, ends: float) -> list[int] | None:
        """Return at most k sites that reach everything, or None if there are none.

        Parameters
        ----------
        k : int
            Most sites.
        ends : float
            Moment (of the monotonic clock) at which the search ends.

        Returns
        -------
        list of int or None
            Sites.

        Raises
        ------
        OutOfTimeError
            Neither was shown in time.
        """
        self.nodes = 0
        found = self._search(self.everything, k)
        if self.nodes <= MOST_NODES:
            return None if found is None else [self.sites[m] for m in found]
        fewest = self.fewest(ends)
        if fewest is None or fewest.bound > k:
            return None
        if len(fewest.sites) > k:
            raise OutOfTimeError(f"It is not known in time whether {k} sites reach everything.")
        return fewest.sites

    def _search(self, missing: int, k: int) -> list[int] | None:
        if not missing:
            return []
        self.nodes += 1
        if k == 0 or self.nodes > MOST_NODES:
            return None
        hardest = next(j for j in self.points if missing >> j & 1)
        if k == 1:
            return next(([m] for m in self.reaching[hardest] if not missing & ~self.masks[m]), None)
        most = max(((mask & missing).bit_count() for mask in self.masks), default=0)
        if most * k < missing.bit_count():
            return None
        order = sorted(self.reaching[hardest], key=lambda m: -(self.masks[m] & missing).bit_count())
        for m in order:
            rest = self._search(missing & ~self.masks[m], k - 1)
            if rest is not None:
                return [m, *rest]
        return None

    def fewest(self, ends: float) -> Fewest | None:
        """Return the fewest sites that reach everything, by HiGHS.

        Parameters
        ----------
        ends : float
            Moment (of the monotonic clock) at which the search ends.

        Returns
        -------
        Fewest or None
            None if a point is reached by none.
        """
        if not self.everything:
            return Fewest([], 0)
        if not all(self.reaching):
            return None
        model = LinearModel(np.ones(len(self.masks)), np.ones(len(self.masks), dtype=bool))
        point = np.repeat(np.arange(len(self.reaching)), [len(sites) for sites in self.reaching])
        model.add_rows(point, np.concatenate(self.reaching), 1.0, (np.ones(len(self.reaching)), np.inf))
        answer = model.solve(time_limit_s=ends - time.monotonic())
        found = [] if answer.values is None else [np.flatnonzero(answer.values > 0.5).tolist()]
        chosen = min([*found, self._greedy()], key=len)
        bound = len(chosen) if answer.proven else math.ceil(max(1.0, answer.bound - 1e-6))
        return Fewest(sorted(self.sites[m] for m in chosen), bound)

    def _greedy(self) -> list[int]:
        """Return masks that reach everything, each the one that reaches most of the rest."""
        chosen, missing = [], self.everything
        while missing:
            chosen.append(max(range(len(self.masks)), key=lambda m: (self.masks[m] & missing).bit_count()))
            missing &= ~self.masks[chosen[-1]]
        return chosen


class Plans:
    """All sets of k sites that reach every demand point, where they are few.

    Parameters
    ----------
    reached : ndarray of bool, shape (n, p)
        Which site reaches which demand point.
    most : int
        Plans to list; with more of them, or after too long a search, none are.
    """

    def __init__(self, reached: NDArray[np.bool_], most: int) -> None:
        self.masks = masks_of(reached)
        self.most = most
        self.order = np.argsort(reached.sum(axis=0), kind="stable").tolist()
        self.reaching = [np.flatnonzero(column).tolist() for column in reached.T]
        self.found: list[tuple[int, ...]] = []
        self.nodes = 0

    def list_all(self, k: int) -> list[tuple[int, ...]] | None:
        """Return all plans of k sites.

        Parameters
        ----------
        k : int
            Sites to choose, at least 1.

        Returns
        -------
        list of tuple of int or None
            None when they are too many.

        Examples
        --------
        >>> Plans(np.array([[True, False], [False, True], [True, True]]), 10).list_all(2)
        [(0, 1), (0, 2), (1, 2)]
        """
        everything = (1 << len(self.reaching)) - 1
        complete = self._walk((), everything, (1 << len(self.masks)) - 1, k)
        return sorted(self.found) if complete else None

    def _walk(self, taken: tuple[int, ...], missing: int, allowed: int, k: int) -> bool:
        self.nodes += 1
        if self.nodes > MOST_NODES or len(self.found) > self.most:
            return False
        hardest = next((j for j in self.order if missing >> j & 1), None)
        sites = range(len(self.masks)) if hardest is None else self.reaching[hardest]
        for site in sites:
            if not allowed >> site & 1:
                continue
            allowed &= ~(1 << site)
            left = missing & ~self.masks[site]
            if k == 1 and not left:
                self.found.append(tuple(sorted((*taken, site))))
            elif k > 1 and not self._walk((*taken, site), left, allowed, k - 1):
                return False
        return len(self.found) <= self.most


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
    hardest = smallest(masks_of(np.ascontiguousarray(reached.T)))
    return Cover(masks_of(reached[:, hardest]), len(hardest)).fewest(ends)


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
    return Cover(masks_of(reached), reached.shape[1]).find(k, ends)


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
