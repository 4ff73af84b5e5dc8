"""Choosing few sites that reach every one of some demand points, on bit masks.

A site is the mask of the demand points it reaches. Of equal masks one is kept, and none that lies within another:
with few demand points only few sites are left. The search takes the demand point that fewest sites reach and tries
these sites.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import OutOfTimeError
from geo.location_allocation.branch_and_bound import MANY_POSTS
from geo.location_allocation.linear_model import LinearModel

MOST_NODES = 20_000  # then HiGHS decides
MOST_NODES_OF_MANY = 1_000  # the same with many posts, for which the search is too deep


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


def lowest(mask: int) -> int:
    """Return the lowest bit of a mask.

    Parameters
    ----------
    mask : int
        Not 0.

    Returns
    -------
    int
        Its number.

    Examples
    --------
    >>> lowest(0b1100)
    2
    """
    return (mask & -mask).bit_length() - 1


def bits(mask: int) -> Iterator[int]:
    """Yield each bit of a mask as a mask of its own.

    Parameters
    ----------
    mask : int
        Not negative.

    Yields
    ------
    int
        A power of two.

    Examples
    --------
    >>> list(bits(0b1010))
    [2, 8]
    """
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


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
    with_bit: dict[int, list[int]] = {}  # what contains a mask has its lowest bit, too
    for mask in sorted(first, key=lambda mask: (-mask.bit_count(), first[mask])):
        larger = with_bit.get(mask & -mask, []) if mask else kept
        if all(mask & ~other for other in larger):
            kept.append(mask)
            for bit in bits(mask):
                with_bit.setdefault(bit, []).append(mask)
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
    lowest_bit: dict[int, list[int]] = {}  # what lies within a mask has its lowest bit there
    for mask in sorted(first, key=lambda mask: (mask.bit_count(), first[mask])):
        few = 0 < mask.bit_count() < len(kept) and 0 not in lowest_bit
        smaller = (other for bit in bits(mask) for other in lowest_bit.get(bit, ())) if few else kept
        if all(other & ~mask for other in smaller):
            kept.append(mask)
            lowest_bit.setdefault(mask & -mask, []).append(mask)
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
    reached : ndarray of bool, shape (n, p)
        Which site reaches which demand point.
    """

    def __init__(self, reached: NDArray[np.bool_]) -> None:
        # The rarest point is bit 0, so that the lowest bit of what is missing is the point to look at.
        masks = masks_of(reached[:, np.argsort(np.count_nonzero(reached, axis=0), kind="stable")])
        points = reached.shape[1]
        self.sites = largest(masks)
        self.masks = [masks[site] for site in self.sites]
        self.everything = (1 << points) - 1
        self.reaching = [[m for m, mask in enumerate(self.masks) if mask >> j & 1] for j in range(points)]
        self.nodes, self.most_nodes = 0, MOST_NODES

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
        self.most_nodes = MOST_NODES_OF_MANY if k > MANY_POSTS else MOST_NODES
        found = self._search(self.everything, k)
        if self.nodes <= self.most_nodes:
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
        if k == 0 or self.nodes > self.most_nodes:
            return None
        hardest = lowest(missing)
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
    return Cover(reached[:, hardest]).fewest(ends)


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
    return Cover(reached).find(k, ends)


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
