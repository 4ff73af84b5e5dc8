"""Ways of travelling: a car on ordinary days, a car in winter and a person on foot.

Where the speeds come from stands in `geo.roads.speed_tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.roads.speed_tables import (
    ASSUMED,
    BUILT_UP,
    CAR_ROWS,
    CENSUS,
    WALK_ROWS,
    WINTER_ROWS,
    SpeedRow,
    check_delay,
    check_speed,
)

__all__ = ["ASSUMED", "BUILT_UP", "CAR", "CAR_WINTER", "CENSUS", "PROFILES", "WALK", "Profile", "SpeedRow"]
# Roads without doors: what stands beside a motorway, a viaduct or above a tunnel is reached from another road, and what
# stands at a bridge from its ends.
THROUGH_ONLY = frozenset({"motorway", "motorway_link", "motorroad", "tunnel", "bridge"})
_TABLES = ("speed_kmh", "sources", "built_up_kmh", "built_up_sources", "delay_s", "range_kmh", "range_reasons")


@dataclass(frozen=True)
class Profile:
    """How fast one moves on each class of road, and how one gets to the road.

    A *row* is a road class, or a road class followed by `BUILT_UP`: what holds in built-up areas. What is not said of
    built-up areas holds there as everywhere.

    Attributes
    ----------
    name : str
        ``car``, ``car-winter`` or ``walk``.
    speed_kmh : mapping of str to float
        Road class (OpenStreetMap's ``highway``) to km/h, above 0. A class that is not named is not used at all.
    sources : mapping of str to str
        Road class to where its speed comes from.
    is_assumption : bool
        Whether the speeds rest on no source at all.
    ignores_oneway : bool
        Whether one-way streets may be used both ways.
    access_speed_kmh : float
        Speed in a straight line from a place to the road, km/h.
    max_snap_m : float
        Farthest distance from a place to the road, metres, inclusive.
    through_only : frozenset of str
        Road classes, and the kinds ``motorroad``, ``tunnel`` and ``bridge``, on which no trip begins or ends.
    is_on_foot : bool
        Whether roads that are closed to those on foot may not be used.
    built_up_kmh : mapping of str to float
        Road class to km/h in built-up areas, above 0.
    built_up_sources : mapping of str to str
        Road class to where its speed in built-up areas comes from.
    delay_s : mapping of str to float
        Row to the seconds of waiting at signals and junctions for each edge, not below 0. Of a part of an edge
        they count in proportion.
    range_kmh : mapping of str to (float, float)
        Row to its slowest and fastest speed that may well be true, km/h.
    range_reasons : mapping of str to str
        Row to why its range is what it is.

    Examples
    --------
    >>> profile = Profile("cart", {"track": 6.0}, delay_s={"track": 5.0})
    >>> float(profile.seconds(100.0, "track"))  # 100 m at 6 km/h, and the wait
    65.0
    """

    name: str
    speed_kmh: Mapping[str, float]
    sources: Mapping[str, str] = field(default_factory=dict)
    is_assumption: bool = False
    ignores_oneway: bool = False
    access_speed_kmh: float = 4.0
    max_snap_m: float = 500.0
    through_only: frozenset[str] = THROUGH_ONLY
    is_on_foot: bool = False
    built_up_kmh: Mapping[str, float] = field(default_factory=dict)
    built_up_sources: Mapping[str, str] = field(default_factory=dict)
    delay_s: Mapping[str, float] = field(default_factory=dict)
    range_kmh: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    range_reasons: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse speeds and limits that make no sense."""
        for highway, speed in self.speed_kmh.items():
            check_speed(highway, speed)
        for highway, speed in self.built_up_kmh.items():
            check_speed(highway + BUILT_UP, speed)
        for row, delay in self.delay_s.items():
            check_delay(row, delay)
        for row, ends in self.range_kmh.items():
            for end in ends:
                check_speed(row, end)
        if not (np.isfinite(self.access_speed_kmh) and self.access_speed_kmh > 0 and self.max_snap_m >= 0):
            raise ValueError(
                f"The access speed ({self.access_speed_kmh} km/h) must be above 0 and the farthest distance to a road "
                f"({self.max_snap_m} m) not below 0."
            )
        for name in _TABLES:
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[type[Profile], tuple[object, ...]]:
        """Return how it is made anew in another process; a read-only mapping cannot be sent."""
        values = (getattr(self, field.name) for field in fields(self))
        return Profile, tuple(dict(value) if isinstance(value, MappingProxyType) else value for value in values)

    def allows(self, highway: Sequence[str]) -> NDArray[np.bool_]:
        """Return whether each road class may be used.

        Parameters
        ----------
        highway : sequence of str
            Road classes.

        Returns
        -------
        (n,) array of bool
            In the order of `highway`.
        """
        return np.array([name in self.speed_kmh for name in highway], dtype=bool)

    def seconds(self, length_m: ArrayLike, highway: str | Sequence[str]) -> NDArray[np.float64]:
        """Return the travel time over edges, the waiting at signals and junctions included.

        Parameters
        ----------
        length_m : array_like of float
            Lengths in metres.
        highway : str or sequence of str
            One road class for all, or one for each length; with `BUILT_UP` behind it in built-up areas.

        Returns
        -------
        array of float
            Seconds, in the shape of `length_m`; inf where the class may not be used.
        """
        if isinstance(highway, str):
            return self.seconds_by_row(length_m, [highway], 0)
        return self.seconds_by_row(length_m, highway, np.arange(len(highway)))

    def seconds_by_row(self, length_m: ArrayLike, rows: Sequence[str], row: Any) -> NDArray[np.float64]:
        """Return the travel time over edges; see `seconds`.

        Parameters
        ----------
        length_m : array_like of float
            Lengths in metres.
        rows : sequence of str
            Road classes, with `BUILT_UP` behind them in built-up areas.
        row : array_like of int
            Index into `rows` for each length, or one for all.

        Returns
        -------
        array of float
            Seconds, in the shape of `length_m`; inf where the class may not be used.
        """
        speeds = np.array([self.kmh(name) for name in rows])
        delays = np.array([self.delay(name) for name in rows])
        times = np.asarray(length_m, dtype=float) * 3.6 / speeds[row] + delays[row]
        return np.where(np.isnan(times), np.inf, times)

    def kmh(self, row: str) -> float:
        """Return the speed of a row.

        Parameters
        ----------
        row : str
            Road class, with `BUILT_UP` behind it in built-up areas.

        Returns
        -------
        float
            In km/h; NaN where the class may not be used.
        """
        highway = row.removesuffix(BUILT_UP)
        speed = self.speed_kmh.get(highway, np.nan)
        return self.built_up_kmh.get(highway, speed) if row != highway and highway in self.speed_kmh else speed

    def delay(self, row: str) -> float:
        """Return the delay of a row.

        Parameters
        ----------
        row : str
            Road class, with `BUILT_UP` behind it in built-up areas.

        Returns
        -------
        float
            Seconds for each edge.
        """
        return self.delay_s.get(row, self.delay_s.get(row.removesuffix(BUILT_UP), 0.0))

    @property
    def minds_built_up(self) -> bool:
        """Whether it makes a difference to this profile that a road lies in a built-up area."""
        return any(
            (self.kmh(name + BUILT_UP), self.delay(name + BUILT_UP)) != (self.kmh(name), self.delay(name))
            for name in self.speed_kmh
        )

    def rows(self) -> list[SpeedRow]:
        """Return the table of speeds.

        Returns
        -------
        list of SpeedRow
            Each class, followed by what is said of it in built-up areas; without a range where none is known.
        """
        rows = []
        for highway in self.speed_kmh:
            rows.append(self._row(highway, self.sources, is_built_up=False))
            if highway in self.built_up_kmh or highway + BUILT_UP in {**self.range_kmh, **self.delay_s}:
                rows.append(self._row(highway, self.built_up_sources, is_built_up=True))
        return rows

    def _row(self, highway: str, sources: Mapping[str, str], *, is_built_up: bool) -> SpeedRow:
        name = highway + BUILT_UP if is_built_up else highway
        source = sources.get(highway, self.sources.get(highway, ""))
        low, high = self._range(name)
        return SpeedRow(
            highway,
            is_built_up,
            self.kmh(name),
            low,
            high,
            self.delay(name),
            source,
            self.range_reasons.get(name, self.range_reasons.get(highway, "")),
        )

    def _range(self, row: str) -> tuple[float, float]:
        """Return the slowest and the fastest speed of a row, which hold the speed itself between them."""
        kmh = self.kmh(row)
        low, high = self.range_kmh.get(row, self.range_kmh.get(row.removesuffix(BUILT_UP), (kmh, kmh)))
        return min(low, kmh), max(high, kmh)

    def with_rows(self, rows: Iterable[SpeedRow]) -> Profile:
        """Return this profile with some rows of its table replaced or added.

        Parameters
        ----------
        rows : iterable of SpeedRow
            New rows.

        Returns
        -------
        Profile
            Of the same name.
        """
        new: dict[str, Any] = {name: dict(getattr(self, name)) for name in _TABLES}
        for row in rows:
            speeds, sources = ("built_up_kmh", "built_up_sources") if row.is_built_up else ("speed_kmh", "sources")
            new[speeds][row.highway], new[sources][row.highway] = row.kmh, row.source
            new["delay_s"][row.name], new["range_kmh"][row.name] = row.delay_s, (row.low_kmh, row.high_kmh)
            new["range_reasons"][row.name] = row.reason
        return replace(self, **new)

    def low(self) -> Profile:
        """Return the slowest speeds that may well be true.

        Returns
        -------
        Profile
            Of the same name and on the same roads, nowhere faster.
        """
        return self._at_end(0)

    def high(self) -> Profile:
        """Return the fastest speeds that may well be true.

        Returns
        -------
        Profile
            Of the same name and on the same roads, nowhere slower.
        """
        return self._at_end(1)

    def _at_end(self, end: int) -> Profile:
        return replace(
            self,
            speed_kmh={name: self._range(name)[end] for name in self.speed_kmh},
            built_up_kmh={name: self._range(name + BUILT_UP)[end] for name in self.speed_kmh},
            range_kmh={},
        )

    def access_seconds(self, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the time from a place to the road.

        Parameters
        ----------
        distance_m : (n,) array of float
            Straight distances in metres.

        Returns
        -------
        (n,) array of float
            Seconds.
        """
        return distance_m * 3.6 / self.access_speed_kmh


def profile_of(name: str, rows: Iterable[SpeedRow], **more: Any) -> Profile:
    """Return the profile of a table.

    Parameters
    ----------
    name : str
        What it is called.
    rows : iterable of SpeedRow
        Its table.
    **more
        Further attributes of `Profile`.

    Returns
    -------
    Profile
        With the speeds, delays, ranges and sources of the table.
    """
    return Profile(name, {}, **more).with_rows(rows)


CAR = profile_of("car", CAR_ROWS)
CAR_WINTER = profile_of("car-winter", WINTER_ROWS, is_assumption=True)
WALK = profile_of("walk", WALK_ROWS, is_assumption=True, ignores_oneway=True, is_on_foot=True)
PROFILES: Mapping[str, Profile] = MappingProxyType({profile.name: profile for profile in (CAR, CAR_WINTER, WALK)})
