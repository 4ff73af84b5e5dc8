"""The two coordinate systems: EPSG:4326 for exchange, the JGD2011 plane zone of the place for metres.

Nothing else in the product projects.

References
----------
国土交通省告示第九号 (2002), 平面直角座標系: the nineteen zones and their origins.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

GEOGRAPHIC_EPSG = 4326
FIRST_PLANE_EPSG = 6669
# Origins (lon, lat in degrees) of the zones I to XIX, EPSG:6669 to EPSG:6687.
PLANE_ORIGINS = np.array(
    [
        *((129.5, 33.0), (131.0, 33.0), (132 + 1 / 6, 36.0), (133.5, 33.0), (134 + 1 / 3, 36.0), (136.0, 36.0)),
        *((137 + 1 / 6, 36.0), (138.5, 36.0), (139 + 5 / 6, 36.0), (140 + 5 / 6, 40.0), (140.25, 44.0)),
        *((142.25, 44.0), (144.25, 44.0), (142.0, 26.0), (127.5, 26.0), (124.0, 26.0), (131.0, 26.0), (136.0, 20.0)),
        (154.0, 26.0),
    ]
)


def plane_epsg(lon: float, lat: float) -> int:
    """Return the EPSG code of the plane zone whose origin is nearest to a point.

    The law assigns zones by prefecture; the nearest origin gives the same zone or its neighbour, and the scale error
    stays below 1 in 10,000 within 130 km of the central meridian.

    Parameters
    ----------
    lon, lat : float
        Degrees.

    Returns
    -------
    int
        6669 (zone I) to 6687 (zone XIX).

    Examples
    --------
    >>> plane_epsg(141.53, 39.33)  # Tono: zone X
    6678
    >>> plane_epsg(139.77, 35.68)  # Tokyo: zone IX
    6677
    """
    east = (PLANE_ORIGINS[:, 0] - lon) * np.cos(np.radians(lat))
    north = PLANE_ORIGINS[:, 1] - lat
    return FIRST_PLANE_EPSG + int(np.argmin(east**2 + north**2))


@lru_cache(maxsize=16)
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_metres(points: NDArray[np.float64], epsg: int) -> NDArray[np.float64]:
    """Return points in metres on a plane zone.

    Parameters
    ----------
    points : (n, 2) array
        lon, lat in degrees.
    epsg : int
        Plane zone, see `plane_epsg`.

    Returns
    -------
    (n, 2) array
        East and north in metres; NaN stays NaN.
    """
    return _transform(points, GEOGRAPHIC_EPSG, epsg)


def to_degrees(points: NDArray[np.float64], epsg: int) -> NDArray[np.float64]:
    """Return points of a plane zone as lon, lat.

    Parameters
    ----------
    points : (n, 2) array
        East and north in metres.
    epsg : int
        Plane zone, see `plane_epsg`.

    Returns
    -------
    (n, 2) array
        lon, lat in degrees.
    """
    return _transform(points, epsg, GEOGRAPHIC_EPSG)


def _transform(points: NDArray[np.float64], source: int, target: int) -> NDArray[np.float64]:
    if len(points) == 0:
        return np.empty((0, 2))
    first, second = _transformer(source, target).transform(points[:, 0], points[:, 1])
    return np.column_stack([first, second])
