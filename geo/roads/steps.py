"""Degrees as whole steps, half as long in memory as floats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Of a degree: OpenStreetMap's own precision, about a centimetre.
STEPS = 10_000_000
Steps = NDArray[np.int32]


def from_steps(steps: Steps) -> NDArray[np.float64]:
    """Return degrees of whole steps; the only way to degrees, so that saved equals built.

    Parameters
    ----------
    steps : array of int32
        Multiples of 1e-7 degrees, OpenStreetMap's own precision, about a centimetre.

    Returns
    -------
    array of float64
        Degrees.
    """
    return steps / STEPS


def to_steps(degrees: NDArray[np.float64]) -> Steps:
    """Return degrees as whole steps.

    Parameters
    ----------
    degrees : array of float64
        Degrees.

    Returns
    -------
    array of int32
        The nearest multiples of 1e-7 degrees.
    """
    return np.rint(degrees * STEPS).astype(np.int32)
