"""What is asked of a siting model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.location_allocation.checked_input import (
    Floats,
    Indices,
    Times,
    check_names,
    checked_capacity,
    checked_demand,
    checked_indices,
    checked_times,
)


@dataclass(frozen=True, eq=False)
class SitingProblem:
    """Sites, demand points and the travel times between them.

    Attributes
    ----------
    travel_time_s : array_like, shape (n, m)
        Seconds from each site to each demand point; inf where not reached. float32 is kept, all else becomes float64.
    demand : array_like, shape (m,)
        People, households or cases at each demand point; 0 is allowed.
    fixed : sequence of int
        Sites that have a post already.
    candidates : sequence of int, optional
        Sites that may get one; all sites by default. Fixed sites among them are ignored.
    forbidden : sequence of int
        Sites that may not, even if they are candidates.
    names : sequence of str, optional
        One name for each site, all different.
    capacity : float or array_like, shape (n,), optional
        Most demand that a post can serve; inf is no limit. Each demand point is then served by one post alone.

    Raises
    ------
    ValueError
        With one sentence that names what is wrong.

    Examples
    --------
    >>> problem = SitingProblem([[0.0, 600.0], [600.0, 0.0], [300.0, 300.0]], [10, 20], fixed=[0], forbidden=[2])
    >>> problem.free.tolist()
    [1]
    """

    travel_time_s: ArrayLike
    demand: ArrayLike
    fixed: Sequence[int] = ()
    candidates: Sequence[int] | None = None
    forbidden: Sequence[int] = ()
    names: Sequence[str] | None = None
    capacity: ArrayLike | None = None

    times: Times = field(init=False, repr=False)
    weights: Floats = field(init=False, repr=False)
    limits: Floats | None = field(init=False, repr=False)
    fixed_sites: Indices = field(init=False, repr=False)
    free: Indices = field(init=False, repr=False)

    def __post_init__(self) -> None:
        times = checked_times(self.travel_time_s)
        sites, points = times.shape
        weights = checked_demand(self.demand, points)
        limits = None if self.capacity is None else checked_capacity(self.capacity, sites)
        fixed = checked_indices(self.fixed, sites, "fixed")
        forbidden = checked_indices(self.forbidden, sites, "forbidden")
        wanted = range(sites) if self.candidates is None else self.candidates
        candidates = checked_indices(wanted, sites, "candidates")
        both = np.intersect1d(fixed, forbidden)
        if both.size:
            raise ValueError(f"site {self._label(both[0])} is both fixed and forbidden")
        check_names(self.names, sites)
        free = np.setdiff1d(candidates, np.concatenate([fixed, forbidden]))
        for name, value in (("times", times), ("weights", weights), ("limits", limits)):
            if value is not None:
                value.setflags(write=False)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "fixed_sites", fixed)
        object.__setattr__(self, "free", free)

    def _label(self, site: int) -> str:
        return str(site) if self.names is None else f"{site} ({self.names[site]})"

    @cached_property
    def fixed_time_s(self) -> Floats:
        """Seconds to each demand point from the nearest fixed site; inf where there is none.

        Returns
        -------
        ndarray of float64, shape (m,)
            Seconds.
        """
        return self.time_from(())

    @cached_property
    def reachable(self) -> NDArray[np.bool_]:
        """Tell which demand points any fixed or free site reaches.

        Returns
        -------
        ndarray of bool, shape (m,)
            True where a travel time is finite.
        """
        usable = np.concatenate([self.fixed_sites, self.free])
        reached: NDArray[np.bool_] = np.isfinite(self.times[usable]).any(axis=0)
        return reached

    def time_from(self, sites: Iterable[int]) -> Floats:
        """Return the seconds to each demand point from the nearest of the fixed and the given sites.

        Parameters
        ----------
        sites : iterable of int
            New posts.

        Returns
        -------
        ndarray of float64, shape (m,)
            Seconds; inf where not reached.
        """
        posts = [*self.fixed_sites.tolist(), *sites]
        if not posts:
            return np.full(self.weights.size, np.inf)
        nearest: Floats = self.times[posts].min(axis=0).astype(np.float64)
        return nearest

    def nearest_post(self, sites: Iterable[int], cutoff_s: float = math.inf) -> Indices:
        """Return the nearest fixed or given site of each demand point, the lower index first among equals.

        Parameters
        ----------
        sites : iterable of int
            New posts.
        cutoff_s : float
            Longest time, inclusive.

        Returns
        -------
        ndarray of int, shape (m,)
            Index of the site; -1 where none is within the cutoff.
        """
        posts = np.array(sorted([*self.fixed_sites.tolist(), *sites]), dtype=np.intp)
        if not posts.size:
            return np.full(self.weights.size, -1)
        times = self.times[posts]
        within = times.min(axis=0)
        return np.where(np.isfinite(within) & (within <= cutoff_s), posts[times.argmin(axis=0)], -1)

    def check_posts(self, k: int) -> None:
        """Raise if so many new posts cannot be placed.

        Parameters
        ----------
        k : int
            New posts besides the fixed.

        Raises
        ------
        ValueError
            Negative, or more than there are free sites.
        """
        if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 0:
            raise ValueError(f"the number of new posts must be a whole number from 0, not {k!r}")
        if k > 0 and self.free.size == 0:
            raise ValueError("there are no candidates: every site is fixed, forbidden or no candidate")
        if k > self.free.size:
            raise ValueError(f"{k} new posts are asked for, but only {self.free.size} sites are free")

    def check_backup(self, backup: bool) -> None:  # noqa: FBT001 - the caller's own option
        """Raise if backup is asked for together with a capacity.

        Parameters
        ----------
        backup : bool
            Whether each person needs two posts.

        Raises
        ------
        ValueError
            Both.
        """
        if backup and self.limits is not None:
            raise ValueError("backup and a capacity cannot be asked for together")

    def cutoff(self, cutoff_s: float) -> float:
        """Return a cutoff in the precision of the travel times, so that one which equals a time includes it.

        Parameters
        ----------
        cutoff_s : float
            Seconds; inf is allowed.

        Returns
        -------
        float
            Seconds.

        Raises
        ------
        ValueError
            Zero, negative or NaN.
        """
        if not cutoff_s > 0:
            raise ValueError(f"the cutoff must be more than 0 seconds, not {cutoff_s:g}")
        return float(self.times.dtype.type(cutoff_s))

    def with_posts(self, sites: Iterable[int]) -> SitingProblem:
        """Return the problem in which more sites have a post already.

        Parameters
        ----------
        sites : iterable of int
            Free sites.

        Returns
        -------
        SitingProblem
            All else is the same.
        """
        return replace(self, fixed=[*self.fixed_sites.tolist(), *sites])
