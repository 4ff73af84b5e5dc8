"""What coverage looks like from outside: the cells of a run as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from app.coverage.models import CoverageCell
from app.documents.geojson import feature_collection
from geo.mesh import bounds as mesh_bounds

ProfileName = Literal["car", "car-winter", "walk"]


def cells_geojson(cells: Iterable[CoverageCell]) -> dict[str, Any]:
    """Return the cells of a run as GeoJSON squares."""
    return feature_collection([_cell(cell) for cell in cells])


def _cell(cell: CoverageCell) -> dict[str, Any]:
    west, south, east, north = (round(value, 6) for value in mesh_bounds(cell.mesh_code))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "mesh_code": cell.mesh_code,
            "population": cell.population,
            "households": cell.households,
            "district": cell.district,
            "travel_time_s": None if cell.travel_time_s is None else round(cell.travel_time_s, 1),
            "consultant": cell.consultant,
            "reason": cell.reason,
            "snap_m": None if cell.snap_m is None else round(cell.snap_m, 1),
        },
    }
