"""The one place that names the compiler of the inner loops.

Compiled code is kept beside the source, so only the first call on a machine waits for it. It runs without the
interpreter's lock: a web request that searches does not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function as machine code, compiled at its first call and cached on disk.

    Parameters
    ----------
    function : Callable
        Uses numbers, arrays and named tuples of arrays only.

    Returns
    -------
    Callable
        The same function, compiled.
    """
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
