"""Speeds by road class for a car on ordinary days, a car in winter and a person on foot.

Every speed names its source or says that it is an assumption. There is no published speed for each class of road in
Tono: the order of magnitude comes from the road traffic census [1]_, [2]_, the steps between the classes are ours.

References
----------
.. [1] 国土交通省, 令和3年度 全国道路・街路交通情勢調査 一般交通量調査, 旅行速度整理表.
.. [2] 国土交通省, 平成27年度 全国道路・街路交通情勢調査: 12 of Iwate's 18 national roads ran above 50 km/h on
   average in the daytime twelve hours, the fastest at 56.5 km/h; densely inhabited districts of 東北 at 20.9 km/h
   (FY2005).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

CENSUS = "道路交通センサス(令和3年度・平成27年度)の岩手県の旅行速度から推定"
ASSUMED = "仮定(公表された資料なし)"


@dataclass(frozen=True)
class Profile:
    """How fast one moves on each class of road, and how one gets to the road.

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

    Examples
    --------
    >>> profile = Profile("cart", {"track": 6.0})
    >>> float(profile.seconds(100.0, "track"))  # 100 m at 6 km/h
    60.0
    """

    name: str
    speed_kmh: Mapping[str, float]
    sources: Mapping[str, str] = field(default_factory=dict)
    is_assumption: bool = False
    ignores_oneway: bool = False
    access_speed_kmh: float = 4.0
    max_snap_m: float = 500.0

    def __post_init__(self) -> None:
        """Refuse speeds and limits that make no sense."""
        for highway, speed in self.speed_kmh.items():
            if not (np.isfinite(speed) and speed > 0):
                raise ValueError(f"The speed on {highway} must be above 0 km/h, but is {speed}.")
        if not (np.isfinite(self.access_speed_kmh) and self.access_speed_kmh > 0 and self.max_snap_m >= 0):
            raise ValueError(
                f"The access speed ({self.access_speed_kmh} km/h) must be above 0 and the farthest distance to a road "
                f"({self.max_snap_m} m) not below 0."
            )
        object.__setattr__(self, "speed_kmh", MappingProxyType(dict(self.speed_kmh)))
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))

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
        """Return the travel time over stretches of road.

        Parameters
        ----------
        length_m : array_like of float
            Lengths in metres.
        highway : str or sequence of str
            One road class for all, or one for each length.

        Returns
        -------
        array of float
            Seconds, in the shape of `length_m`; inf where the class may not be used.
        """
        classes = [highway] if isinstance(highway, str) else list(highway)
        speeds = np.array([self.speed_kmh.get(name, np.nan) for name in classes])
        times = np.asarray(length_m, dtype=float) * 3.6 / (speeds[0] if isinstance(highway, str) else speeds)
        return np.where(np.isnan(times), np.inf, times)

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


_CAR_KMH = {
    "motorway": 80.0,
    "motorway_link": 40.0,
    "trunk": 50.0,
    "trunk_link": 35.0,
    "primary": 45.0,
    "primary_link": 35.0,
    "secondary": 42.0,
    "secondary_link": 35.0,
    "tertiary": 38.0,
    "tertiary_link": 30.0,
    "unclassified": 30.0,
    "residential": 20.0,
    "living_street": 10.0,
    "service": 15.0,
    "road": 20.0,
}
_BY_CENSUS = {"motorway", "trunk", "primary", "secondary", "tertiary"}
# Snow leaves wide, ploughed roads nearly as they are and slows narrow ones most.
_WINTER_FACTOR = {"motorway": 0.75, "trunk": 0.8, "primary": 0.8, "secondary": 0.75, "tertiary": 0.7}
_OTHER_WINTER_FACTOR = 0.6
_WALK_CLASSES = (set(_CAR_KMH) - {"motorway", "motorway_link"}) | {
    *("footway", "path", "pedestrian", "steps", "track", "cycleway", "bridleway", "corridor"),
}

CAR = Profile(
    "car",
    _CAR_KMH,
    sources={highway: CENSUS if highway in _BY_CENSUS else ASSUMED for highway in _CAR_KMH},
)
CAR_WINTER = Profile(
    "car-winter",
    {highway: speed * _WINTER_FACTOR.get(highway, _OTHER_WINTER_FACTOR) for highway, speed in _CAR_KMH.items()},
    sources=dict.fromkeys(_CAR_KMH, ASSUMED),
    is_assumption=True,
)
WALK = Profile(
    "walk",
    {highway: 2.0 if highway == "steps" else 4.0 for highway in sorted(_WALK_CLASSES)},
    sources=dict.fromkeys(
        _WALK_CLASSES, "不動産の表示に関する公正競争規約施行規則の徒歩80m/分より遅い、高齢者の歩行を想定した仮定"
    ),
    is_assumption=True,
    ignores_oneway=True,
)
PROFILES: Mapping[str, Profile] = MappingProxyType({profile.name: profile for profile in (CAR, CAR_WINTER, WALK)})
