"""Which counts of a publication stay unsaid, so that no count of 1 to 9 people can be found by subtraction.

A publication is a set of sums over groups of people that do not overlap. Whoever reads it knows every printed sum,
which groups there are and that each is at least as large as the squares that are drawn for it; and may solve equations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from app.errors import NotReadyError

SMALLEST = 10
# Every count that is not printed stays possible over a range of at least this many people.
WIDTH = 10
# How far another city that fits the printed numbers may differ in one group; a wider look finds no more.
REACH = 4 * WIDTH

Rows = NDArray[np.int64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Publication:
    """Sums over groups: `rows` (m, n) says which of the n groups each of the m sums takes in.

    `counts` are the people of the groups, `least` what anyone sees them to be at least, `dear` how much is lost when a
    sum is not printed.
    """

    rows: Rows
    counts: Counts
    least: Counts
    dear: NDArray[np.float64]

    @property
    def sums(self) -> Counts:
        """Return the true sums."""
        return np.asarray(self.rows @ self.counts, dtype=np.int64)


def printable(publication: Publication) -> NDArray[np.bool_]:
    """Return for each sum whether it may be printed."""
    printed = ~is_small(publication.sums)
    # Cities that fit all that is printed still fit when less is.
    seen = np.zeros((1, publication.counts.size))
    while True:
        seen, weak = _first_weak(publication, printed, seen)
        if weak is None:
            return printed
        printed &= ~_also_hidden(publication, printed, weak)


def is_small(counts: Counts) -> NDArray[np.bool_]:
    """Return for each count whether it is above none and below ten."""
    return np.asarray((counts > 0) & (counts < SMALLEST))


def guarded(publication: Publication, printed: NDArray[np.bool_]) -> Rows:
    """Return the sums that nobody may come near: every small group, and all that is not printed.

    A small union of groups is safe with its groups: what can be ten or more in one of them is so in the union.
    """
    groups = np.eye(publication.counts.size, dtype=np.int64)[is_small(publication.counts)]
    return np.unique(np.vstack([publication.rows[~printed], groups]), axis=0)


def _first_weak(
    publication: Publication, printed: NDArray[np.bool_], seen: NDArray[np.float64]
) -> tuple[NDArray[np.float64], Rows | None]:
    """Return a guarded sum that the printed ones leave less than the width, or None, and all cities seen by now."""
    known = publication.rows[printed]
    for row in guarded(publication, printed):
        if np.ptp(seen @ row) >= WIDTH:
            continue
        seen = np.vstack([seen, *(_furthest(publication, known, sign * row) for sign in (1, -1))])
        if np.ptp(seen @ row) < WIDTH:
            return seen, np.asarray(row)
    return seen, None


def _furthest(publication: Publication, known: Rows, row: Rows) -> NDArray[np.float64]:
    """Return how a city that fits the printed sums and has the least in a row differs from the true one."""
    found = milp(
        row.astype(float),
        constraints=[LinearConstraint(known.astype(float), 0, 0)] if len(known) else [],
        bounds=Bounds((publication.least - publication.counts).clip(min=-REACH), np.full(row.size, REACH)),
        integrality=np.ones(row.size, dtype=np.int64),
    )
    return np.zeros(row.size) if found.x is None else np.round(found.x)


def _also_hidden(publication: Publication, printed: NDArray[np.bool_], row: Rows) -> NDArray[np.bool_]:
    """Return the cheapest printed sums whose silence gives the row its width.

    Two cities, one with more and one with less in the row, differ in no sum but those that fall silent.
    """
    known = publication.rows[printed].astype(float)
    sums, groups = known.shape
    lower = (publication.least - publication.counts).clip(min=-REACH).astype(float)
    none = np.zeros((sums, groups))
    most = np.eye(sums) * REACH
    apart = np.concatenate([row, -row, np.zeros(sums)])
    above, below = (
        np.vstack([np.hstack([known, none, sign * most]), np.hstack([none, known, sign * most])]) for sign in (1, -1)
    )
    found = milp(
        np.concatenate([np.zeros(2 * groups), publication.dear[printed]]),
        constraints=[
            LinearConstraint(above, 0, np.inf),
            LinearConstraint(below, -np.inf, 0),
            LinearConstraint(apart, WIDTH, np.inf),
        ],
        bounds=Bounds(
            np.concatenate([lower, lower, np.zeros(sums)]),
            np.concatenate([np.full(2 * groups, REACH), np.ones(sums)]),
        ),
        integrality=np.ones(2 * groups + sums, dtype=np.int64),
    )
    if found.x is None:
        raise NotReadyError("The counts of this report cannot be made safe to publish.")
    hidden = np.zeros_like(printed)
    hidden[np.flatnonzero(printed)] = np.round(found.x[2 * groups :]) > 0
    return hidden
