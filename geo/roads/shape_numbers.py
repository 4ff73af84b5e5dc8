"""A number for the shape of each edge: equal shapes have equal numbers, others have others but by the rarest chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.roads.arrays import Floats, Ints
from geo.roads.network_file import STEPS

ONE, OTHER = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
HALF = np.uint64(32)


@compiled
def shape_numbers(coords: Floats, offsets: Ints, rows: Ints) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return a number for the shape of each edge as it is drawn, and for the same from its end.

    Parameters
    ----------
    coords, offsets : arrays
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
                forward[i] = _with_step(forward[i], coords[point, axis])
                backward[i] = _with_step(backward[i], coords[last - (point - first), axis])
    return forward, backward


@compiled
def _with_step(number: np.uint64, degrees: float) -> np.uint64:
    mixed = (number ^ np.uint64(np.int64(np.rint(degrees * STEPS)))) * ONE
    mixed = (mixed ^ (mixed >> HALF)) * OTHER
    return mixed ^ (mixed >> HALF)
