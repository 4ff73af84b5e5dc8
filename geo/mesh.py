"""Grid squares of JIS X 0410 (地域メッシュ), in integer arithmetic.

A square holds its southern and western border; a point on a border belongs to the square to the north-east.

References
----------
JIS X 0410:2002, 地域メッシュコード. 総務省統計局, 地域メッシュ統計の概要.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Digits = Literal[4, 6, 8, 9, 10, 11]
Bounds = tuple[float, float, float, float]
# Width of a square in steps of the 125 m grid, by number of digits.
STEPS = {4: 640, 6: 80, 8: 8, 9: 4, 10: 2, 11: 1}
EAST_STEPS, NORTH_STEPS = 640, 960  # 125 m squares in a degree
FIRST_LON = 100
# Coordinates are read to 1e-9 degree (0.1 mm): a decimal such as 39.333333333 stands for the border 39 + 1/3.
READ_DIGITS = 9


def encode(lon: ArrayLike, lat: ArrayLike, digits: Digits = 10) -> NDArray[np.str_]:
    """Return the code of the square that each point lies in.

    Parameters
    ----------
    lon, lat : array_like of float
        Degrees; 100 to 180 east, 0 to 66 + 2/3 north.
    digits : {4, 6, 8, 9, 10, 11}, optional
        4: first order (80 km), 6: second (10 km), 8: third (1 km), 9: 500 m, 10: 250 m, 11: 125 m.

    Returns
    -------
    array of str
        Codes of that many digits.

    Raises
    ------
    ValueError
        If a point lies outside the grid, is no number, or the number of digits is not one of the six.

    Examples
    --------
    >>> str(encode(139.767125, 35.681236, 8))  # Tokyo Station
    '53394611'
    >>> str(encode(141.5, 40.0, 4))  # a corner belongs to the square to the north-east
    '6041'
    """
    if digits not in STEPS:
        raise ValueError(f"A mesh code has {', '.join(map(str, STEPS))} digits, not {digits}.")
    east = _steps(np.asarray(lon, dtype=float) - FIRST_LON, EAST_STEPS, 80, "lon")
    north = _steps(np.asarray(lat, dtype=float), NORTH_STEPS, Fraction(200, 3), "lat")
    code = _compose(east, north, digits)
    texts = [f"{value:0{digits}d}" for value in code.ravel().tolist()]
    return np.array(texts, dtype=f"<U{digits}").reshape(code.shape)


def _steps(degrees: NDArray[np.float64], per_degree: int, most: Fraction | int, name: str) -> NDArray[np.int64]:
    if not (np.isfinite(degrees) & (degrees >= 0) & (degrees < float(most))).all():
        raise ValueError(f"A {name} lies outside the grid of Japan (100–180 east, 0–66.67 north) or is no number.")
    units = np.rint(degrees * 10**READ_DIGITS).astype(np.int64)
    # A border at a third of a degree is no decimal: half a unit of reading brings it to the square that it begins.
    steps: NDArray[np.int64] = (2 * units * per_degree + per_degree) // (2 * 10**READ_DIGITS)
    return steps


def _compose(east: NDArray[np.int64], north: NDArray[np.int64], digits: Digits) -> NDArray[np.int64]:
    code = (north // 640) * 100 + east // 640
    for level, base in ((6, 8), (8, 10)):
        if digits >= level:
            step = STEPS[level]
            code = code * 100 + (north // step % base) * 10 + east // step % base
    for level in (9, 10, 11):
        if digits >= level:
            step = STEPS[level]
            code = code * 10 + (north // step % 2) * 2 + east // step % 2 + 1
    return code


def corner(code: str) -> tuple[int, int, int]:
    """Return the south-west corner of a square in steps of the 125 m grid, and its width in them.

    Parameters
    ----------
    code : str
        4, 6, 8, 9, 10 or 11 digits.

    Returns
    -------
    tuple of int
        Steps of 1/640 degree east of 100 degrees, steps of 1/960 degree north, width in steps.

    Raises
    ------
    ValueError
        If it is not a code of this grid.
    """
    if len(code) not in STEPS or not code.isascii() or not code.isdigit():
        raise ValueError(f"{code!r} is not a mesh code: it has 4, 6, 8, 9, 10 or 11 digits.")
    north, east = int(code[:2]) * 640, int(code[2:4]) * 640
    for level, base in ((6, 8), (8, 10)):
        if len(code) >= level:
            up, right = int(code[level - 2]), int(code[level - 1])
            if max(up, right) >= base:
                raise ValueError(f"{code!r} is not a mesh code: digits {level - 1} and {level} must be below {base}.")
            north, east = north + up * STEPS[level], east + right * STEPS[level]
    for level in range(9, len(code) + 1):
        quarter = int(code[level - 1]) - 1
        if not 0 <= quarter <= 3:
            raise ValueError(f"{code!r} is not a mesh code: digit {level} must be 1 to 4.")
        north, east = north + quarter // 2 * STEPS[level], east + quarter % 2 * STEPS[level]
    return east, north, STEPS[len(code)]


def bounds(code: str) -> Bounds:
    """Return west, south, east and north of a square in degrees.

    Parameters
    ----------
    code : str
        4, 6, 8, 9, 10 or 11 digits.

    Returns
    -------
    tuple of float
        Degrees, each the float nearest to the exact border.

    Raises
    ------
    ValueError
        If it is not a code of this grid.

    Examples
    --------
    >>> bounds("5841")
    (141.0, 38.666666666666664, 142.0, 39.333333333333336)
    """
    # Whole numbers divided: each border is rounded once.
    east, north, width = corner(code)
    east += FIRST_LON * EAST_STEPS
    south_end, north_end = north / NORTH_STEPS, (north + width) / NORTH_STEPS
    return east / EAST_STEPS, south_end, (east + width) / EAST_STEPS, north_end


def centre(code: str) -> tuple[float, float]:
    """Return the lon and lat of the middle of a square.

    Parameters
    ----------
    code : str
        4, 6, 8, 9, 10 or 11 digits.

    Returns
    -------
    tuple of float
        Degrees.

    Raises
    ------
    ValueError
        If it is not a code of this grid.
    """
    east, north, width = corner(code)
    lon = FIRST_LON + Fraction(2 * east + width, 2 * EAST_STEPS)
    return float(lon), float(Fraction(2 * north + width, 2 * NORTH_STEPS))


def squares(codes: ArrayLike) -> NDArray[np.object_]:
    """Return the squares as polygons.

    Parameters
    ----------
    codes : (n,) array_like of str
        Codes of any level.

    Returns
    -------
    (n,) array of Polygon
        In EPSG:4326.

    Raises
    ------
    ValueError
        If one is not a code of this grid.
    """
    edges = np.array([bounds(str(code)) for code in np.asarray(codes)]).reshape(-1, 4)
    return np.asarray(shapely.box(*edges.T), dtype=object)
