"""A number for the shape of each edge: equal shapes have equal numbers, others have others but by the rarest chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.roads.arrays import Ints
from geo.roads.steps import Steps

ONE, OTHER = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
HALF = np.uint64(32)


@compiled
def shape_numbers(steps: Steps, offsets: Ints, rows: Ints) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return a number for the shape of each edge as it is drawn, and for the same from its end.

    Parameters
    ----------
    steps, offsets : arrays
        Shapes, see `geo.roads.arrays.EdgeArrays`.
    rows : (k,) array of int64
        Edges.

    Returns
    -------
    (k,) array of uint64
        Spread over all 64 bits.
    (k,) array of uint64
        The number of the shape that is turned round.
    """
    forward, backward = np.zeros(len(rows), dtype=np.uint64), np.zeros(len(rows), dtype=np.uint64)
    for i in range(len(rows)):
        first, last = offsets[rows[i]], offsets[rows[i] + 1] - 1
        for point in range(first, last + 1):
            for axis in range(2):
                forward[i] = _with_step(forward[i], steps[point, axis])
                backward[i] = _with_step(backward[i], steps[last - (point - first), axis])
    return forward, backward


@compiled
def _with_step(number: np.uint64, step: int) -> np.uint64:
    mixed = (number ^ np.uint64(np.int64(step))) * ONE
    mixed = (mixed ^ (mixed >> HALF)) * OTHER
    return mixed ^ (mixed >> HALF)
