"""Speed tables that this package comes with: each row with its source, its range and the reason for the range.

There is no published speed for each class of road in Tono: the order of magnitude comes from the road traffic census
[1]_, [2]_, the steps between the classes are ours. The census measures travel speeds, in which the waiting at signals
and junctions is included; so no delay is added to them, and none is published for the other classes. What is known of
built-up areas [2]_ was not measured in Tono: there the speed is that of the open road, and the range goes down to it.

References
----------
.. [1] 国土交通省, 令和3年度 全国道路・街路交通情勢調査 一般交通量調査, 旅行速度整理表, 結果の概要 (2023-06-30):
   in the busiest hours national roads ran at 34.9 km/h on the average of Japan.
.. [2] 国土交通省, 平成27年度 全国道路・街路交通情勢調査: 12 of Iwate's 18 national roads ran above 50 km/h on
   average in the daytime twelve hours, the fastest at 56.5 km/h; densely inhabited districts of 東北 at 20.9 km/h
   (FY2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# What is added to a road class in a built-up area, such as ``secondary;built-up``.
BUILT_UP = ";built-up"


@dataclass(frozen=True)
class SpeedRow:
    """How fast one moves on one class of road, outside or inside built-up areas.

    Attributes
    ----------
    highway : str
        Road class (OpenStreetMap's ``highway``).
    is_built_up : bool
        Whether it holds in built-up areas only.
    kmh : float
        Speed, km/h, above 0.
    low_kmh, high_kmh : float
        Slowest and fastest speed that may well be true; they hold `kmh` between them.
    delay_s : float
        Waiting at signals and junctions for each edge, seconds, not below 0.
    source : str
        Where the speed comes from.
    reason : str
        Why the range is what it is.

    Examples
    --------
    >>> SpeedRow("secondary", True, 42.0, 20.9, 47.5).name
    'secondary;built-up'
    """

    highway: str
    is_built_up: bool
    kmh: float
    low_kmh: float
    high_kmh: float
    delay_s: float = 0.0
    source: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no speed, no range or no delay."""
        check_speed(self.name, self.kmh)
        check_delay(self.name, self.delay_s)
        if not 0 < self.low_kmh <= self.kmh <= self.high_kmh < np.inf:
            raise ValueError(
                f"The range of the speed on {self.name} must hold {self.kmh} km/h and begin above 0, but is "
                f"{self.low_kmh} to {self.high_kmh} km/h."
            )

    @property
    def name(self) -> str:
        """Return the name of the row.

        Returns
        -------
        str
            Road class, followed by `BUILT_UP` in built-up areas.
        """
        return self.highway + (BUILT_UP if self.is_built_up else "")


def check_speed(name: str, kmh: float) -> None:
    """Refuse what is no speed.

    Parameters
    ----------
    name : str
        What the speed is of.
    kmh : float
        Speed in km/h.

    Raises
    ------
    ValueError
        If it is not above 0, or not finite.
    """
    if not (np.isfinite(kmh) and kmh > 0):
        raise ValueError(f"The speed on {name} must be above 0 km/h, but is {kmh}.")


def check_delay(name: str, delay_s: float) -> None:
    """Refuse what is no delay.

    Parameters
    ----------
    name : str
        What the delay is of.
    delay_s : float
        Seconds.

    Raises
    ------
    ValueError
        If it is below 0, or not finite.
    """
    if not (np.isfinite(delay_s) and delay_s >= 0):
        raise ValueError(f"The delay on {name} must not be below 0 s, but is {delay_s}.")


CENSUS = "道路交通センサス(令和3年度・平成27年度)の岩手県の旅行速度から推定"
ASSUMED = "仮定(公表された資料なし)"
ON_FOOT = "不動産の表示に関する公正競争規約施行規則の徒歩80m/分より遅い、高齢者の歩行を想定した仮定"

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

# Slowest and fastest as shares of a speed: the busiest hours of Japan and the fastest national road of Iwate, both
# over the 50 km/h of the table.
_BY_CENSUS_RANGE = (34.9 / 50, 56.5 / 50)
_CENSUS_REASON = (
    "遅い側: 令和3年度センサスの一般国道の混雑時(全国平均34.9km/h)。速い側: 平成27年度センサスで岩手県の最も速い国道"
    "(56.5km/h)。国道のほかの道には同じ割合を当てはめた(仮定)"
)
_ASSUMED_RANGE = (0.7, 1.3)
_ASSUMED_REASON = "仮定: 公表された資料がないため、上下3割"
# 東北の人口集中地区, FY2005.
_DENSE_KMH = 20.9
_DENSE_REASON = (
    "遅い側: 平成17年度センサスの東北の人口集中地区(20.9km/h)。遠野の市街地で測った値はなく、"
    "ふつうの速さと速い側は市街地の外と同じにした(仮定)"
)

# Snow leaves wide, ploughed roads nearly as they are and slows narrow ones most.
_WINTER_FACTOR = {"motorway": 0.75, "trunk": 0.8, "primary": 0.8, "secondary": 0.75, "tertiary": 0.7}
_OTHER_WINTER_FACTOR = 0.6
# How far the factor itself may be wrong, as a share of it; the largest one stays below 1.
_WINTER_DOUBT = 0.15
_WINTER_REASON = "仮定: ふだんの幅に、雪の影響の見込み違い(上下15%)を重ねた"

_WALK_KMH, _STEPS_KMH = 4.0, 2.0
_WALK_CLASSES = (set(_CAR_KMH) - {"motorway", "motorway_link"}) | {
    *("footway", "path", "pedestrian", "steps", "track", "cycleway", "bridleway", "corridor"),
}
# 3 km/h to the 80 m a minute of the rule, which are 4.8 km/h.
_WALK_RANGE = (3.0 / 4, 4.8 / 4)
_WALK_REASON = "速い側: 公正競争規約施行規則の徒歩80m/分(4.8km/h)。遅い側: 3km/h(仮定)"


def _car_rows() -> tuple[SpeedRow, ...]:
    rows = []
    for highway, kmh in _CAR_KMH.items():
        known = highway in _BY_CENSUS
        slow, fast = _BY_CENSUS_RANGE if known else _ASSUMED_RANGE
        source, reason = (CENSUS, _CENSUS_REASON) if known else (ASSUMED, _ASSUMED_REASON)
        row = SpeedRow(highway, False, kmh, slow * kmh, fast * kmh, 0.0, source, reason)
        rows += [row, *in_built_up(row)]
    return tuple(rows)


def in_built_up(row: SpeedRow) -> list[SpeedRow]:
    """Return what is known of a road in built-up areas.

    Parameters
    ----------
    row : SpeedRow
        The road outside.

    Returns
    -------
    list of SpeedRow
        One row for the roads that the census measures; none where nothing else is known than outside.
    """
    if row.highway not in _BY_CENSUS or row.highway == "motorway":  # which has no houses beside it
        return []
    low = min(_DENSE_KMH, row.low_kmh)
    return [SpeedRow(row.highway, True, row.kmh, low, row.high_kmh, row.delay_s, ASSUMED, _DENSE_REASON)]


def in_winter(row: SpeedRow) -> SpeedRow:
    """Return what is assumed of a road in winter.

    Parameters
    ----------
    row : SpeedRow
        The road on ordinary days.

    Returns
    -------
    SpeedRow
        Never faster, also at both ends of the range; the delay is the same.
    """
    factor = _WINTER_FACTOR.get(row.highway, _OTHER_WINTER_FACTOR)
    low, high = (1 - _WINTER_DOUBT) * factor * row.low_kmh, (1 + _WINTER_DOUBT) * factor * row.high_kmh
    return SpeedRow(row.highway, row.is_built_up, row.kmh * factor, low, high, row.delay_s, ASSUMED, _WINTER_REASON)


def _walk_rows() -> tuple[SpeedRow, ...]:
    rows = []
    for highway in sorted(_WALK_CLASSES):
        kmh = _STEPS_KMH if highway == "steps" else _WALK_KMH
        low, high = (share * kmh for share in _WALK_RANGE)
        rows.append(SpeedRow(highway, False, kmh, low, high, 0.0, ON_FOOT, _WALK_REASON))
    return tuple(rows)


CAR_ROWS = _car_rows()
WINTER_ROWS = tuple(in_winter(row) for row in CAR_ROWS)
WALK_ROWS = _walk_rows()
