"""The roads as the base map shows them: few classes, joined and thinned lines."""

from __future__ import annotations

import threading
import weakref

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


def _map_class(highway: str) -> str:
    return next((name for name, members in MAP_CLASSES.items() if highway in members), MINOR)
