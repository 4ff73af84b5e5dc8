"""The textbook models of set covering, maximal covering and p-centre, given to HiGHS as they are."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

T = TypeVar("T")
Reached = NDArray[np.bool_]


def cpu_seconds(act: Callable[[], T]) -> tuple[T, float]:
    """Return what a job answers, and its CPU seconds."""
    begin = time.process_time()
    answer = act()
    return answer, time.process_time() - begin


def fewest(reached: Reached, seconds: float) -> float:
    """Return the fewest rows that reach every column, nan without a proof."""
    table = sp.csr_array(reached.T.astype(float))
    return _solve(np.ones(len(reached)), np.ones(len(reached)), [LinearConstraint(table, 1, np.inf)], seconds)


def most_covered(reached: Reached, k: int, seconds: float) -> float:
    """Return the most columns that k rows reach, nan without a proof."""
    sites, points = reached.shape
    whole = np.concatenate([np.ones(sites), np.zeros(points)])
    table = sp.hstack([sp.csr_array(-reached.T.astype(float)), sp.eye_array(points)]).tocsr()
    rows = [LinearConstraint(table, -np.inf, 0), LinearConstraint(whole[None], k, k)]
    return -_solve(whole - 1, whole, rows, seconds)


def shortest_worst(ways: NDArray[np.float64], k: int, seconds: float) -> float:
    """Return the least time within which k rows reach every column, by halving over set coverings."""
    times = np.unique(ways)
    low, high = 0, times.size - 1
    while low < high:
        middle = (low + high) // 2
        posts = fewest(ways <= times[middle], seconds)
        if math.isnan(posts):
            return math.nan
        low, high = (low, middle) if posts <= k else (middle + 1, high)
    return float(times[low])


def _solve(
    cost: NDArray[np.float64], whole: NDArray[np.float64], rows: list[LinearConstraint], seconds: float
) -> float:
    options: Any = {"mip_rel_gap": 0, "time_limit": seconds}
    answer = milp(cost, integrality=whole, bounds=Bounds(0, 1), constraints=rows, options=options)
    return float(answer.fun) if answer.status == 0 else math.nan
