"""What a set covering model need not look at: sites and demand points that others make needless.

A demand point goes when every site that reaches some other point reaches it, too. A site goes when some other reaches
all that it reaches. A site that alone reaches a point is taken. Each makes room for the others, until nothing changes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.location_allocation.checked_input import Indices

WORD = 64
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]


class Side(NamedTuple):
    """The sites of a table, or its demand points, and which of the other side belong to each.

    Attributes
    ----------
    words : ndarray of uint64, shape (n, w)
        A bit for each of the other side that stays; written to.
    pointer, other : ndarray of int
        Those of i are ``other[pointer[i]:pointer[i + 1]]``, ascending.
    left : ndarray of int, shape (n,)
        How many of them stay; written to.
    stays : ndarray of bool, shape (n,)
        Which stay; written to.
    """

    words: Words
    pointer: Indices
    other: Indices
    left: Indices
    stays: Flags


class Core(NamedTuple):
    """What is left of a set covering model.

    Attributes
    ----------
    taken : ndarray of int
        Sites of some best plan, which reach the points that are gone with them.
    sites : ndarray of int
        Sites to choose from besides, ascending.
    points : ndarray of int
        Demand points that these must reach, ascending; whoever reaches them and has the sites taken reaches all.
    """

    taken: Indices
    sites: Indices
    points: Indices


def words_of(table: Flags) -> Words:
    """Return each row as bits in words of 64.

    Parameters
    ----------
    table : ndarray of bool, shape (n, p)
        A table.

    Returns
    -------
    ndarray of uint64, shape (n, w)
        Bit j % 64 of word j // 64 is column j; there is at least one word.

    Examples
    --------
    >>> words_of(np.array([[True, False, True]])).tolist()
    [[5]]
    """
    packed = np.packbits(table, axis=1, bitorder="little")
    width = max(1, -(-table.shape[1] // WORD)) * (WORD // 8)
    padded = np.zeros((table.shape[0], width), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view("<u8").astype(np.uint64)


def side_of(table: Flags) -> Side:
    """Return the rows of a table as one side of a model.

    Parameters
    ----------
    table : ndarray of bool, shape (n, p)
        Which row belongs to which column.

    Returns
    -------
    Side
        All of it stays.
    """
    count = np.count_nonzero(table, axis=1)
    pointer = np.concatenate([[0], np.cumsum(count)]).astype(np.intp)
    other = np.ascontiguousarray(np.nonzero(table)[1])
    return Side(words_of(table), pointer, other, count, np.ones(table.shape[0], dtype=np.bool_))


@compiled
def lies_within(left: Words, right: Words) -> bool:
    """Return whether each bit of one mask is in the other.

    Parameters
    ----------
    left, right : ndarray of uint64, shape (w,)
        Masks.

    Returns
    -------
    bool
        True for equal masks.
    """
    for word in range(left.size):  # noqa: SIM110 - compiled code knows no generators
        if left[word] & ~right[word]:
            return False
    return True


@compiled
def drop(side: Side, other: Side, index: int) -> None:
    """Drop one of a side.

    Parameters
    ----------
    side, other : Side
        Its side, and the other one; written to.
    index : int
        Which.
    """
    side.stays[index] = False
    bit = np.uint64(1) << np.uint64(index % WORD)
    for entry in range(side.pointer[index], side.pointer[index + 1]):
        partner = side.other[entry]
        other.words[partner, index // WORD] &= ~bit
        other.left[partner] -= 1


@compiled
def rarest(side: Side, other: Side, index: int) -> int:
    """Return the one of the other side that belongs to fewest, among those of one of a side.

    Parameters
    ----------
    side, other : Side
        Its side, and the other one.
    index : int
        Which.

    Returns
    -------
    int
        The lowest of equals; -1 if there is none.
    """
    best = -1
    for entry in range(side.pointer[index], side.pointer[index + 1]):
        partner = side.other[entry]
        if other.stays[partner] and (best < 0 or other.left[partner] < other.left[best]):
            best = partner
    return best


@compiled
def drop_larger(points: Side, sites: Side) -> bool:
    """Drop each demand point that is reached wherever some other one is; return whether any was.

    Parameters
    ----------
    points, sites : Side
        Written to.

    Returns
    -------
    bool
        Of equal points the first stays.
    """
    changed = False
    for point in range(points.stays.size):
        if not points.stays[point]:
            continue
        site = rarest(points, sites, point)
        if site < 0:
            continue
        for entry in range(sites.pointer[site], sites.pointer[site + 1]):
            larger = sites.other[entry]
            if not points.stays[larger] or larger == point or points.left[larger] < points.left[point]:
                continue
            if points.left[larger] == points.left[point] and larger < point:
                continue
            if lies_within(points.words[point], points.words[larger]):
                drop(points, sites, larger)
                changed = True
    return changed


@compiled
def drop_smaller(sites: Side, points: Side) -> bool:
    """Drop each site that reaches nothing, or nothing that some other one does not reach; return whether any was.

    Parameters
    ----------
    sites, points : Side
        Written to.

    Returns
    -------
    bool
        Of equal sites the first stays.
    """
    changed = False
    for site in range(sites.stays.size):
        if not sites.stays[site]:
            continue
        point = rarest(sites, points, site)
        if point < 0:
            drop(sites, points, site)
            continue
        for entry in range(points.pointer[point], points.pointer[point + 1]):
            larger = points.other[entry]
            if not sites.stays[larger] or larger == site or sites.left[larger] < sites.left[site]:
                continue
            if sites.left[larger] == sites.left[site] and larger > site:
                continue
            if lies_within(sites.words[site], sites.words[larger]):
                drop(sites, points, site)
                changed = True
                break
    return changed


@compiled
def take_only(sites: Side, points: Side, taken: Flags) -> bool:
    """Take each site that alone reaches some point, with all that it reaches; return whether any was.

    Parameters
    ----------
    sites, points : Side
        Written to.
    taken : ndarray of bool, shape (n,)
        Written to.

    Returns
    -------
    bool
        True if a site was taken.
    """
    changed = False
    for point in range(points.stays.size):
        if not points.stays[point] or points.left[point] != 1:
            continue
        site = rarest(points, sites, point)
        taken[site] = True
        changed = True
        for entry in range(sites.pointer[site], sites.pointer[site + 1]):
            if points.stays[sites.other[entry]]:
                drop(points, sites, sites.other[entry])
        drop(sites, points, site)
    return changed


@compiled
def reduce_sides(sites: Side, points: Side, taken: Flags) -> None:
    """Drop and take until nothing changes.

    Parameters
    ----------
    sites, points : Side
        Written to.
    taken : ndarray of bool, shape (n,)
        Written to.
    """
    changed = True
    while changed:
        changed = drop_larger(points, sites)
        changed |= drop_smaller(sites, points)
        changed |= take_only(sites, points, taken)


def core_of(reached: Flags) -> Core:
    """Return what is left of a set covering model.

    Parameters
    ----------
    reached : ndarray of bool, shape (n, p)
        Which site reaches which demand point; each point is reached by some.

    Returns
    -------
    Core
        The fewest sites are those taken and the fewest that reach the rest.

    Examples
    --------
    >>> core_of(np.array([[True, True, False], [False, True, False], [False, True, True]])).taken.tolist()
    [0, 2]
    """
    sites, points = side_of(reached), side_of(reached.T)
    taken = np.zeros(reached.shape[0], dtype=np.bool_)
    reduce_sides(sites, points, taken)
    return Core(np.flatnonzero(taken), np.flatnonzero(sites.stays), np.flatnonzero(points.stays))


def needed_points(reached: Flags) -> Indices:
    """Return the demand points that are enough: whatever sites reach them reach all.

    Parameters
    ----------
    reached : ndarray of bool, shape (n, p)
        Which site reaches which demand point.

    Returns
    -------
    ndarray of int
        Ascending; of equal points the first.

    Examples
    --------
    >>> needed_points(np.array([[True, False, True], [True, True, True]])).tolist()
    [1]
    """
    sites, points = side_of(reached), side_of(reached.T)
    drop_larger(points, sites)
    return np.flatnonzero(points.stays)
