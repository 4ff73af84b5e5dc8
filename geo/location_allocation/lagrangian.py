"""Lower bounds on the weighted sum of times, by relaxing that each demand point is served once.

Maximal covering and p-median are one problem here: choose k sites so that ``sum_j weight_j * min(base_j, min_i
time_ij)`` is least. In maximal covering a time is 0 (within the cutoff) or absent, and the base is 1. Each demand
point gets a price ``v_j`` between 0 and its base; a site earns ``sum_j weight_j * max(0, v_j - time_ij)``; the
prices' sum less the k largest earnings is a lower bound for every set of k sites. Subgradient steps move the
prices. With the times of each demand point in ascending order, a price looks only at the few sites that are nearer
than it.

References
----------
Cornuejols, Fisher, Nemhauser (1977), https://doi.org/10.1287/mnsc.23.8.789.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.location_allocation.instance import Floats, Instance

FREE, TAKEN, DROPPED = 0, 1, 2
MEMORY = 0.7  # share of the last direction kept in the next one
PATIENCE = 10  # steps without gain before the step length shrinks
SHRINK = 0.6
SMALLEST_STEP = 1e-4
FEW = 10  # choices for which looking at every site each time is quicker than sorting


@compiled
def earnings(instance: Instance, price: Floats, earned: Floats) -> float:
    """Write what each site earns at these prices and return the prices' weighted sum.

    Parameters
    ----------
    instance : Instance
        The problem.
    price : ndarray of float64, shape (m,)
        Prices of the demand points.
    earned : ndarray of float64, shape (n,)
        Written to.

    Returns
    -------
    float
        ``sum_j weight_j * price_j``.
    """
    earned[:] = 0.0
    total = 0.0
    pointer, site, time, weight = instance.pointer, instance.site, instance.time, instance.weight
    for j in range(weight.size):
        total += weight[j] * price[j]
        for entry in range(pointer[j], pointer[j + 1]):
            margin = price[j] - time[entry]
            if margin <= 0.0:
                break
            earned[site[entry]] += weight[j] * margin
    return total


@compiled
def choose_best(earned: Floats, state: NDArray[np.int8], k: int, chosen: NDArray[np.bool_]) -> float:
    """Mark the k free sites that earn most (the lower index first) and return their earnings.

    Parameters
    ----------
    earned : ndarray of float64, shape (n,)
        Earnings.
    state : ndarray of int8, shape (n,)
        FREE sites may be chosen.
    k : int
        How many.
    chosen : ndarray of bool, shape (n,)
        Written to.

    Returns
    -------
    float
        Sum over the chosen.
    """
    chosen[:] = False
    total = 0.0
    if k > FEW:
        taken = 0
        for i in np.argsort(-earned, kind="mergesort"):
            if state[i] == FREE:
                chosen[i] = True
                total += earned[i]
                taken += 1
                if taken == k:
                    break
        return total
    for _ in range(k):
        best = -1
        for i in range(earned.size):
            if state[i] == FREE and not chosen[i] and (best < 0 or earned[i] > earned[best]):
                best = i
        chosen[best] = True
        total += earned[best]
    return total


@compiled
def subgradient(instance: Instance, price: Floats, chosen: NDArray[np.bool_], slope: Floats, memory: float) -> None:
    """Write the direction in which the prices should move: up where nobody serves, down where several do.

    Parameters
    ----------
    instance : Instance
        The problem.
    price : ndarray of float64, shape (m,)
        Prices.
    chosen : ndarray of bool, shape (n,)
        Sites that earn most.
    slope : ndarray of float64, shape (m,)
        Last direction; overwritten.
    memory : float
        Share of the last direction that is kept.
    """
    pointer, site, time = instance.pointer, instance.site, instance.time
    for j in range(price.size):
        served = 0
        for entry in range(pointer[j], pointer[j + 1]):
            if time[entry] >= price[j]:
                break
            if chosen[site[entry]]:
                served += 1
        slope[j] = 1.0 - served + memory * slope[j]


@compiled
def move_prices(instance: Instance, ceiling: Floats, price: Floats, slope: Floats, gap: float) -> bool:
    """Move the prices along the direction, kept between 0 and the ceiling; return whether any could move.

    Parameters
    ----------
    instance : Instance
        The problem.
    ceiling : ndarray of float64, shape (m,)
        Times with the sites already taken.
    price, slope : ndarray of float64, shape (m,)
        Prices (written to) and direction (set to 0 where it points outside).
    gap : float
        Step length times the distance to the target.

    Returns
    -------
    bool
        False when every price is stuck.
    """
    square = 0.0
    for j in range(price.size):
        if (price[j] >= ceiling[j] and slope[j] > 0.0) or (price[j] <= 0.0 and slope[j] < 0.0):
            slope[j] = 0.0
        square += instance.weight[j] * slope[j] * slope[j]
    if square <= 0.0:
        return False
    step = gap / square
    for j in range(price.size):
        price[j] = min(ceiling[j], max(0.0, price[j] + step * slope[j]))
    return True


@compiled
def raise_bound(  # noqa: PLR0913, PLR0917 - compiled code has no keyword arguments worth their price
    instance: Instance,
    ceiling: Floats,
    state: NDArray[np.int8],
    k: int,
    price: Floats,
    earned: Floats,
    limit: float,
    steps: int,
    length: float,
) -> tuple[float, float]:
    """Return a lower bound on the cost of every choice of k free sites, raised by steps until it passes the limit.

    Parameters
    ----------
    instance : Instance
        The problem.
    ceiling : ndarray of float64, shape (m,)
        Times with the sites already taken.
    state : ndarray of int8, shape (n,)
        FREE sites may be chosen; there are at least k.
    k : int
        Sites still to choose.
    price : ndarray of float64, shape (m,)
        Prices to begin with; the best prices on return.
    earned : ndarray of float64, shape (n,)
        On return, the earnings at those prices.
    limit : float
        A bound above it is high enough.
    steps : int
        Most steps.
    length : float
        Share of the way to the limit that the first step takes.

    Returns
    -------
    float
        The bound that belongs to `price` and `earned`.
    float
        Length with which to go on; below `SMALLEST_STEP` there is nothing to gain.
    """
    chosen = np.zeros(state.size, dtype=np.bool_)
    slope = np.zeros(price.size)
    best_price = price.copy()
    best = instance.constant + earnings(instance, price, earned) - choose_best(earned, state, k, chosen)
    value, idle, memory = best, 0, 0.0
    for _ in range(steps):
        if best > limit or length < SMALLEST_STEP:
            break
        subgradient(instance, price, chosen, slope, memory)
        target = limit + 1e-3 * (limit - best) + 1e-9 * abs(limit)
        if not move_prices(instance, ceiling, price, slope, length * (target - value)):
            length = 0.0
            break
        memory = MEMORY
        value = instance.constant + earnings(instance, price, earned) - choose_best(earned, state, k, chosen)
        idle = 0 if value > best + 1e-6 * abs(best) else idle + 1
        if value > best:
            best = value
            best_price[:] = price
        if idle >= PATIENCE:
            length, idle = length * SHRINK, 0
            price[:] = best_price
            value = instance.constant + earnings(instance, price, earned) - choose_best(earned, state, k, chosen)
    price[:] = best_price
    earnings(instance, price, earned)
    return best, length
