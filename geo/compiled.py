"""The one place that names the compiler of the inner loops.

Compiled code is kept beside the source, or in the user's own cache folder where the source may not be written, so only
the first call on a machine waits for it; `python -m geo` makes these calls at set-up. Where neither
folder may be written, each process compiles for itself. Compiled code runs without the interpreter's lock: a web
request that searches does not stop the others.

What is kept is renewed when its own file changes, not when a file that it calls into changes. Compiled functions
therefore call compiled functions of their own file only.
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
    try:
        return cast("Callable[P, R]", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:  # there is no folder that may be written
        return cast("Callable[P, R]", numba.njit(nogil=True, error_model="numpy")(function))
