"""All sets of k sites that reach every one of some demand points, where these sets are few.

The search takes the demand point that fewest sites reach and tries these sites, each without those tried before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.location_allocation.checked_input import Indices

MOST_TRIES = 30_000_000  # half a second
WORD = 64
LATER = 1 << 30  # a level that no search reaches
Words = NDArray[np.uint64]


@compiled
def list_plans(masks: Words, pointer: Indices, site: Indices, found: Indices, most_tries: int) -> int:
    """Write the plans and return their number, -1 when they are too many.

    Parameters
    ----------
    masks : ndarray of uint64, shape (n, w)
        What each site reaches, a bit for each demand point, the rarest first.
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
            return -1
        if level < k - 1:
            missing[level + 1] = missing[level] & ~masks[chosen]
            level += 1
            point[level] = first_point(missing[level], pointer.size - 2)
            entry[level] = pointer[point[level]]
        elif not (missing[level] & ~masks[chosen]).any():
            if plans == found.shape[0]:
                return -1
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


def reaching_plans(reached: NDArray[np.bool_], k: int, most: int) -> Indices | None:
    """Return all sets of k sites that reach every demand point that any site reaches.

    Parameters
    ----------
    reached : ndarray of bool, shape (n, p)
        Which site reaches which demand point; each is reached by some.
    k : int
        Sites to choose, at least 1.
    most : int
        Plans to list at most.

    Returns
    -------
    ndarray of int, shape (c, k), or None
        In ascending order; None when they are more, or hard to find.

    Examples
    --------
    >>> reaching_plans(np.array([[True, False], [False, True], [True, True]]), 2, 10).tolist()
    [[0, 1], [0, 2], [1, 2]]
    """
    sites, points = reached.shape
    reached = reached[:, np.argsort(np.count_nonzero(reached, axis=0), kind="stable")]
    width = max(1, -(-points // WORD))
    bits = np.zeros((sites, width * WORD), dtype=bool)
    bits[:, :points] = reached
    masks = np.packbits(bits, axis=1, bitorder="little").view("<u8").astype(np.uint64)
    point, site = np.nonzero(reached.T)
    counts = np.bincount(point, minlength=points)
    pointer = np.concatenate([[0], np.cumsum(counts), [site.size + sites]]).astype(np.intp)
    found = np.empty((most, k), dtype=np.intp)
    number = list_plans(masks, pointer, np.concatenate([site, np.arange(sites)]), found, MOST_TRIES)
    if number < 0:
        return None
    plans = np.sort(found[:number], axis=1)
    return plans[np.lexsort(plans.T[::-1])]
