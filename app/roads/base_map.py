"""The roads as the base map shows them: few classes, joined and thinned lines."""

from __future__ import annotations

import threading
import weakref
from typing import NamedTuple

import numpy as np
import shapely

from geo.roads.network import RoadNetwork

MAP_CLASSES = {
    "motorway": {"motorway", "motorway_link"},
    "major": {"trunk", "trunk_link", "primary", "primary_link"},
    "middle": {"secondary", "secondary_link", "tertiary", "tertiary_link"},
}
MINOR = "minor"
# About 5 m: below what the closest zoom shows.
THIN_DEGREES = 5e-5
DIGITS = 5
# About 3 km from one number to the next on the same road.
NUMBER_DEGREES = 0.03


Lines = dict[str, shapely.MultiLineString]
_kept: weakref.WeakKeyDictionary[RoadNetwork, Lines] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def road_lines(network: RoadNetwork) -> Lines:
    """Return the roads by class in EPSG:4326, the most important first; a class without roads is left out."""
    # Two who ask at once do not draw the same roads twice.
    with _lock:
        if network not in _kept:
            _kept[network] = _drawn(network)
        return _kept[network]


def _drawn(network: RoadNetwork) -> Lines:
    names = np.array([_map_class(name) for name in network.highways], dtype=object)[network.highway]
    drawn = {}
    for name in (*MAP_CLASSES, MINOR):
        lines = network.lines[names == name]
        if len(lines):
            joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
            # Line by line: a line keeps its ends, and whether two of them cross is not asked, which takes far longer.
            thin = shapely.multilinestrings(shapely.simplify(joined, THIN_DEGREES, preserve_topology=False))
            rounded = shapely.set_precision(thin, 10**-DIGITS, mode="pointwise")
            drawn[name] = shapely.MultiLineString([part for part in shapely.get_parts(rounded) if not part.is_empty])
    return drawn


class RoadNumber(NamedTuple):
    """A number of a road and where it can be written, the middle of its longest stretch first."""

    number: str
    places: list[tuple[float, float]]


def road_numbers(network: RoadNetwork) -> list[RoadNumber]:
    """Return the numbers of the larger roads, and about every 3 km of each a place to write it."""
    classes = np.array([_map_class(name) != MINOR for name in network.highways], dtype=bool)[network.highway]
    held = [{part.strip() for part in ref.split(";") if part.strip()} for ref, _ in network.labels]
    found = []
    for number in sorted(set().union(*held)):
        mine = np.array([number in refs for refs in held], dtype=bool)[network.label]
        lines = network.lines[classes & mine]
        if len(lines):
            parts = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
            found.append(RoadNumber(number, _along(sorted(parts, key=shapely.length, reverse=True))))
    return found


def _along(parts: list[shapely.LineString]) -> list[tuple[float, float]]:
    points = []
    for part in parts:
        many = 1 + int(part.length / NUMBER_DEGREES)
        shares = sorted(((at + 0.5) / many for at in range(many)), key=lambda share: abs(share - 0.5))
        points += [part.interpolate(share, normalized=True) for share in shares]
    return [(round(point.x, DIGITS), round(point.y, DIGITS)) for point in points]


def _map_class(highway: str) -> str:
    return next((name for name, members in MAP_CLASSES.items() if highway in members), MINOR)
