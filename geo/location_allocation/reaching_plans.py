"""All sets of k sites that reach every one of some demand points, where these sets are few, or one of them.

The search takes the demand point that fewest sites reach and tries these sites, each without those tried before. It
turns back where more demand points than posts are left of which no site reaches two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.location_allocation.checked_input import Indices
from geo.location_allocation.dominance import WORD, Words, words_of

MOST_TRIES = 2_000_000  # a fraction of a second
LATER = 1 << 30  # a level that no search reaches
ENDED = -1


@compiled
def list_plans(  # noqa: PLR0917 - compiled code has no keyword arguments worth their price
    masks: Words, together: Words, pointer: Indices, site: Indices, found: Indices, most_tries: int
) -> int:
    """Write the plans and return their number, `ENDED` when they are too many.

    Parameters
    ----------
    masks : ndarray of uint64, shape (n, w)
        What each site reaches, a bit for each demand point, the rarest first.
    together : ndarray of uint64, shape (p, w)
        What is reached by any of the sites that reach each demand point.
    pointer, site : ndarray of int
        Sites that reach demand point j are ``site[pointer[j]:pointer[j + 1]]``; the last list has all sites.
    found : ndarray of int, shape (c, k)
        Written to.
    most_tries : int
        Sites tried after which the search gives up.

    Returns
    -------
    int
        Rows written.
    """
    words, k = masks.shape[1], found.shape[1]
    missing = np.zeros((k, words), dtype=np.uint64)
    for i in range(masks.shape[0]):
        missing[0] |= masks[i]
    tried_at = np.full(masks.shape[0], LATER)  # level at which a site is taken or was tried
    point, entry, taken = np.zeros(k, dtype=np.intp), np.zeros(k, dtype=np.intp), np.zeros(k, dtype=np.intp)
    point[0] = first_point(missing[0], pointer.size - 2)
    entry[0] = pointer[point[0]]
    level, plans, tries = 0, 0, 0
    while level >= 0:
        if entry[level] == pointer[point[level] + 1]:
            allow_again(site[pointer[point[level]] : pointer[point[level] + 1]], tried_at, level)
            level -= 1
            continue
        chosen = site[entry[level]]
        entry[level] += 1
        if tried_at[chosen] < LATER:
            continue
        tried_at[chosen] = level
        taken[level] = chosen
        tries += 1
        if tries > most_tries:
            return ENDED
        if level < k - 1:
            missing[level + 1] = missing[level] & ~masks[chosen]
            if apart(missing[level + 1], together, k - level - 1) > k - level - 1:
                continue
            level += 1
            point[level] = first_point(missing[level], pointer.size - 2)
            entry[level] = pointer[point[level]]
        elif not (missing[level] & ~masks[chosen]).any():
            if plans == found.shape[0]:
                return ENDED
            found[plans] = taken
            plans += 1
    return plans


@compiled
def allow_again(sites: Indices, tried_at: Indices, level: int) -> None:
    """Forget what was tried at a level.

    Parameters
    ----------
    sites : ndarray of int
        Sites of the level.
    tried_at : ndarray of int, shape (n,)
        Level at which a site was tried; written to.
    level : int
        The level.
    """
    for chosen in sites:
        if tried_at[chosen] == level:
            tried_at[chosen] = LATER


@compiled
def first_point(mask: Words, otherwise: int) -> int:
    """Return the lowest bit of a mask.

    Parameters
    ----------
    mask : ndarray of uint64, shape (w,)
        Bits.
    otherwise : int
        What to return when there is none.

    Returns
    -------
    int
        Its number.
    """
    for word in range(mask.size):
        bits = mask[word]
        if bits:
            bit = 0
            while not bits & np.uint64(1):
                bits >>= np.uint64(1)
                bit += 1
            return word * WORD + bit
    return otherwise


@compiled
def apart(mask: Words, together: Words, enough: int) -> int:
    """Return a number of demand points of which no site reaches two: no fewer sites reach them all.

    Parameters
    ----------
    mask : ndarray of uint64, shape (w,)
        Demand points.
    together : ndarray of uint64, shape (p, w)
        What is reached by any of the sites that reach each demand point.
    enough : int
        A number beyond which none is counted further.

    Returns
    -------
    int
        At most one more than enough.
    """
    rest = mask.copy()
    number, point = 0, first_point(rest, -1)
    while point >= 0:
        number += 1
        if number > enough:
            break
        rest &= ~together[point]
        point = first_point(rest, -1)
    return number


@compiled
def join(masks: Words, pointer: Indices, site: Indices, together: Words) -> None:
    """Write what is reached by any of the sites that reach each demand point.

    Parameters
    ----------
    masks : ndarray of uint64, shape (n, w)
        What each site reaches.
    pointer, site : ndarray of int
        Sites that reach demand point j are ``site[pointer[j]:pointer[j + 1]]``.
    together : ndarray of uint64, shape (p, w)
        Written to.
    """
    for point in range(together.shape[0]):
        for entry in range(pointer[point], pointer[point + 1]):
            together[point] |= masks[site[entry]]


class Reaching:
    """A table of which site reaches which demand point, ready for the search.

    Parameters
    ----------
    reached : ndarray of bool, shape (n, p)
        Each demand point is reached by some site.
    """

    def __init__(self, reached: NDArray[np.bool_]) -> None:
        sites, self.points = reached.shape
        reached = reached[:, np.argsort(np.count_nonzero(reached, axis=0), kind="stable")]
        order = np.argsort(-np.count_nonzero(reached, axis=1), kind="stable")  # a plan is found sooner with these first
        point, place = np.nonzero(reached[order].T)
        counts = np.bincount(point, minlength=self.points)
        self.masks = words_of(reached)
        self.pointer = np.concatenate([[0], np.cumsum(counts), [place.size + sites]]).astype(np.intp)
        self.site = np.concatenate([order[place], np.arange(sites)])
        self.together = np.zeros((self.points, self.masks.shape[1]), dtype=np.uint64)
        join(self.masks, self.pointer, self.site, self.together)

    def least(self) -> int:
        """Return a number of sites below which no plan reaches everything.

        Returns
        -------
        int
            At most as many as there are demand points.
        """
        return apart(np.bitwise_or.reduce(self.masks, axis=0), self.together, self.points)

    def plans(self, k: int, most: int, most_tries: int = MOST_TRIES) -> tuple[Indices, bool]:
        """Return sets of k sites that reach every demand point.

        Parameters
        ----------
        k : int
            Sites to choose, at least 1 and at most as many as there are.
        most : int
            Plans to find, at least 1; the search ends when it meets one more.
        most_tries : int
            Sites tried after which the search gives up.

        Returns
        -------
        ndarray of int, shape (c, k)
            In ascending order; none where the search ended early, but for the first.
        bool
            Whether these are all.
        """
        found = np.empty((most, k), dtype=np.intp)  # room that is touched only as far as it is used
        found[0] = -1
        number = list_plans(self.masks, self.together, self.pointer, self.site, found, most_tries)
        if number == ENDED:
            return found[: int(found[0, 0] >= 0)], False
        plans = np.sort(found[:number], axis=1)
        return plans[np.lexsort(plans.T[::-1])], True


def reaching_plans(reached: NDArray[np.bool_], k: int, most: int, most_tries: int = MOST_TRIES) -> Indices | None:
    """Return all sets of k sites that reach every demand point that any site reaches.

    Parameters
    ----------
    reached : ndarray of bool, shape (n, p)
        Which site reaches which demand point; each is reached by some.
    k : int
        Sites to choose, at least 1.
    most : int
        Plans to list at most.
    most_tries : int
        Sites tried after which the search gives up.

    Returns
    -------
    ndarray of int, shape (c, k), or None
        In ascending order; None when they are more, or hard to find.

    Examples
    --------
    >>> reaching_plans(np.array([[True, False], [False, True], [True, True]]), 2, 10).tolist()
    [[0, 1], [0, 2], [1, 2]]
    """
    plans, complete = Reaching(reached).plans(k, max(1, most), most_tries)
    return plans if complete else None
