"""Settlements and inhabited cells, each with the nearest of the other: whose time a settlement has, where a cell is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from scipy.spatial import KDTree

from app.coverage.models import CoverageCell
from app.demand.models import SmallArea
from app.documents.minutes import SECONDS
from geo.mesh import centre

Place = tuple[SmallArea, str | None]


def settlement_cells(places: Sequence[Place], cells: Sequence[CoverageCell]) -> list[CoverageCell]:
    """Return for each settlement the inhabited cell nearest to it; nothing where there are no cells."""
    if not places or not cells:
        return []
    scale = _scale(places)
    tree = KDTree(np.array([centre(cell.mesh_code) for cell in cells]) * scale)
    return [cells[number] for number in np.atleast_1d(tree.query(_points(places) * scale)[1])]


def late_cells(
    places: Sequence[Place], cells: Sequence[CoverageCell], minutes: int
) -> list[tuple[CoverageCell, SmallArea | None]]:
    """Return the cells reached later than some minutes, or never, each with the settlement nearest to it.

    Those never reached stand first, then the longest times.
    """
    late = [cell for cell in cells if cell.travel_time_s is None or cell.travel_time_s > SECONDS * minutes]
    late.sort(key=lambda cell: -math.inf if cell.travel_time_s is None else -cell.travel_time_s)
    if not places or not late:
        return [(cell, None) for cell in late]
    scale = _scale(places)
    tree = KDTree(_points(places) * scale)
    found = np.atleast_1d(tree.query(np.array([centre(cell.mesh_code) for cell in late]) * scale)[1])
    return [(cell, places[number][0]) for cell, number in zip(late, found, strict=True)]


def _points(places: Sequence[Place]) -> NDArray[np.float64]:
    return np.array([to_shape(area.location).coords[0] for area, _ in places], dtype=np.float64)


def _scale(places: Sequence[Place]) -> NDArray[np.float64]:
    """Return factors that make a degree of longitude as long as one of latitude, in the middle of the city."""
    latitude = float(_points(places)[:, 1].mean())
    return np.array([math.cos(math.radians(latitude)), 1.0])
