"""A closure as it is told → the edges that it shuts and the line that is drawn, on one network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from app.errors import InputError
from app.roads.read_closures import ClosureRow
from app.roads.restriction_words import Effect
from app.roads.road_names import farthest_gap_m, find_road
from geo.crs import to_metres
from geo.errors import OffNetworkError
from geo.roads.closures import BESIDE_M, edges_along, metres_to_road
from geo.roads.network import RoadNetwork
from geo.roads.section import section_between

# How far a point of a list may lie from the road that it means, without and with the road's name.
NEAR_M = 30.0
NEAR_NAMED_M = 300.0
# A named road that is so much longer or shorter than the stretch is not the stretch.
LENGTH_TOLERANCE = 0.25
DIGITS = 7
ONE_WAY_HINT = (
    "give its line (geometry), drawn along that carriageway in the direction of travel; a road with one carriageway "
    "for both directions cannot be closed for one of them"
)


@dataclass(frozen=True)
class Located:
    """Where a closure lies on a network: its edges, the line, and how it was found."""

    edges: list[int]
    line: shapely.MultiLineString
    by: str
    is_exact: bool
    said: str


def locate(network: RoadNetwork, row: ClosureRow) -> Located:
    """Return where a row lies; refuse one that names no road, with what to do."""
    one_direction = row.effect is Effect.ONE_DIRECTION
    if row.edges is not None and (row.geometry is None or (row.network and row.network == network.fingerprint)):
        found = _numbered(network, row.edges, row.network)
        return found if row.geometry is None else replace(found, line=multi(row.geometry))
    if row.geometry is not None:
        return along(network, row.geometry, one_direction=one_direction)
    if row.start is not None and row.end is not None:
        found = _between(network, row, row.start, row.end)
        return along(network, found.line, one_direction=True) if one_direction else found
    if one_direction:
        raise InputError(f"it closes one direction only; {ONE_WAY_HINT}")
    if row.start is not None:
        return _at(network, row, row.start)
    return _named(network, row)


def along(network: RoadNetwork, line: shapely.Geometry, *, one_direction: bool = False) -> Located:
    """Return the edges along a line, or only those driven in its direction; refuse a line that follows no road."""
    edges = edges_along(network, [line])
    if not len(edges):
        metres = metres_to_road(network, line)
        if metres > BESIDE_M:
            raise InputError(
                f"it names no road: the line is {metres:,.0f} m from the nearest road, the limit is {BESIDE_M:.0f} m",
                detail=f"線がどの道路からも{BESIDE_M:.0f} m以内にありません(いちばん近い道路まで{metres:,.0f} m)。",
            )
        raise InputError(
            "it names no road: the line meets roads but follows none of them",
            detail="線が道路を横切るだけで、道路に沿っていません。道路に沿って引いてください。",
        )
    if not one_direction:
        return Located(edges.tolist(), multi(line), "geometry", is_exact=False, said="by its geometry")
    edges = edges_along(network, [line], one_direction=True)
    if not len(edges):
        raise InputError(
            f"it closes one direction only, but no carriageway there is driven the way its line runs; {ONE_WAY_HINT}",
            detail="片方向だけの通行止めですが、線の向きに進む車線(一方通行の道路)がありません。進む向きに線を引いてください。",
        )
    # The carriageways themselves are kept, so that they are found again on other roads.
    return Located(edges.tolist(), _lines(network, edges), "geometry", is_exact=True, said="by its line, one direction")


def _numbered(network: RoadNetwork, edges: list[int], fingerprint: str) -> Located:
    if not fingerprint or not network.fingerprint.startswith(fingerprint):
        raise InputError(
            f"its edge numbers speak of the network {fingerprint[:12] or '(none given)'}, but "
            f"{network.fingerprint[:12]} is in use; numbers mean nothing on another network: give the geometry"
        )
    wrong = [number for number in edges if number >= network.edge_count]
    if wrong:
        raise InputError(f"the network has no edge {wrong[0]}; its edges are 0 to {network.edge_count - 1}")
    numbers = np.unique(np.array(edges, dtype=np.int64))
    return Located(numbers.tolist(), _lines(network, numbers), "edges", is_exact=True, said="by its edge numbers")


def _between(network: RoadNetwork, row: ClosureRow, start: tuple[float, float], end: tuple[float, float]) -> Located:
    named = edges_named(network, row.texts["name"])
    limit = NEAR_NAMED_M if named.any() else NEAR_M
    try:
        section = section_between(network, start, end, limit_m=limit, preferred=named if named.any() else None)
    except OffNetworkError as error:
        raise InputError(f"it names no road: {str(error).rstrip('.')}; check lon, lat, lon2 and lat2") from error
    if row.length_m and abs(section.length_m - row.length_m) > LENGTH_TOLERANCE * row.length_m:
        row.notes.append(
            f"the stretch between its two points is {section.length_m / 1000:.1f} km, the file says "
            f"{row.length_m / 1000:.1f} km"
        )
    by = "name" if named.any() else "point"
    said = f"by its two points{' on the road of its name' if named.any() else ''}"
    return Located(sorted(section.edges.tolist()), multi(section.line), by, is_exact=True, said=said)


def _at(network: RoadNetwork, row: ClosureRow, place: tuple[float, float]) -> Located:
    """Return the one edge at a point, of the road of that name where the network has it."""
    named = edges_named(network, row.texts["name"])
    point = shapely.Point(to_metres(np.array([place], dtype=float), network.metric_epsg)[0])
    distances = shapely.distance(network.lines_m, point)
    if named.any():
        distances = np.where(named, distances, np.inf)
    nearest = int(np.argmin(distances))
    limit = NEAR_NAMED_M if named.any() else NEAR_M
    if distances[nearest] > limit:
        raise InputError(
            f"it names no road: {place[0]}, {place[1]} is {distances[nearest]:,.0f} m from the nearest road"
            f"{' of this name' if named.any() else ''}, the limit is {limit:.0f} m"
        )
    length = float(network.length_m[nearest])
    row.notes.append(f"one point only: the edge at it is shut, {length / 1000:.1f} km; give lon2, lat2 for the end")
    edges = np.array([nearest], dtype=np.int64)
    return Located([nearest], _lines(network, edges), "point", is_exact=True, said="by its point")


def _named(network: RoadNetwork, row: ClosureRow) -> Located:
    name = row.texts["name"]
    named, doubt = find_road(network, name)
    hint = "give its line (geometry), or the lon, lat, lon2, lat2 of its two ends"
    if doubt:
        raise InputError(f"{name!r}: {doubt}; or {hint}")
    if not named.any():
        raise InputError(f"the network has no road named {name!r}; {hint}")
    edges = np.flatnonzero(named)
    metres = float(network.length_m[edges].sum())
    if (gap := farthest_gap_m(network, edges)) > 0:
        raise InputError(f"several roads are named {name!r}, {gap / 1000:.0f} km from each other; {hint}")
    if row.length_m is not None and abs(metres - row.length_m) > LENGTH_TOLERANCE * row.length_m:
        raise InputError(
            f"{name!r} is {metres / 1000:.1f} km long in the network, the closure {row.length_m / 1000:.1f} km, and "
            f"nothing says which part; {hint}"
        )
    if row.length_m is None:
        row.notes.append(f"the whole road of this name is shut, {metres / 1000:.1f} km")
    return Located(edges.tolist(), _lines(network, edges), "name", is_exact=True, said="by the name of its road")


def edges_named(network: RoadNetwork, name: str) -> NDArray[np.bool_]:
    """Return which edges bear a name or a route number, written in any of the usual ways."""
    return find_road(network, name)[0]


def _lines(network: RoadNetwork, edges: NDArray[np.int64]) -> shapely.MultiLineString:
    return multi(shapely.line_merge(shapely.MultiLineString(list(network.lines[edges]))))


def multi(shape: shapely.Geometry) -> shapely.MultiLineString:
    """Return lines as the table keeps them, to about a centimetre; what has no length is left out."""
    parts = shapely.set_precision(shapely.get_parts(shapely.force_2d(shape)), 10**-DIGITS, mode="pointwise")
    return shapely.MultiLineString([part for part in parts if not part.is_empty and part.length > 0])
