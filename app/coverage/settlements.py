"""Which settlement each inhabited square belongs to: the nearest one of its own district."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from scipy.spatial import KDTree

from app.coverage.figures import NO_DISTRICT
from app.demand.models import SmallArea
from geo.mesh import centre

Place = tuple[SmallArea, str | None]
NO_SETTLEMENT = -1


class Square(Protocol):
    """An inhabited square of the mesh."""

    @property
    def mesh_code(self) -> str:
        """Return its code."""

    @property
    def district(self) -> str | None:
        """Return the name of its district."""


def settlement_of_squares(places: Sequence[Place], squares: Sequence[Square]) -> NDArray[np.int64]:
    """Return the row of the settlement that each square belongs to; -1 where its district has none.

    It is the one nearest to the middle of the square. A district's settlements are those of its own squares, so that
    their people add up to the people of the district.
    """
    found = np.full(len(squares), NO_SETTLEMENT, dtype=np.int64)
    if not places or not squares:
        return found
    points = np.array([to_shape(area.location).coords[0] for area, _ in places], dtype=np.float64)
    middles = np.array([centre(square.mesh_code) for square in squares], dtype=np.float64)
    # A degree of longitude is made as long as one of latitude, in the middle of the city.
    scale = np.array([math.cos(math.radians(float(points[:, 1].mean()))), 1.0])
    of_places = np.array([district or NO_DISTRICT for _, district in places], dtype=object)
    of_squares = np.array([square.district or NO_DISTRICT for square in squares], dtype=object)
    for district in set(of_places):
        mine, inside = np.flatnonzero(of_places == district), np.flatnonzero(of_squares == district)
        if len(inside):
            tree = KDTree(points[mine] * scale)
            found[inside] = mine[np.atleast_1d(tree.query(middles[inside] * scale)[1])]
    return found
