"""Grid squares of JIS X 0410 against exact fractions, published codes and their own laws."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import mesh

LEVELS = sorted(mesh.STEPS)
# Places to 1e-7 degree, as OpenStreetMap keeps them.
LON = st.integers(1_220_000_000, 1_539_999_999)
LAT = st.integers(200_000_000, 460_000_000)
LEVEL = st.sampled_from(LEVELS)


def by_the_standard(lon: Fraction, lat: Fraction, digits: int) -> str:
    """Return the code as JIS X 0410 describes it, square within square, in exact fractions."""
    north, east = lat * Fraction(3, 2), lon - 100
    code = f"{int(north):02d}{int(east):02d}"
    north, east = north - int(north), east - int(east)
    for length, parts in ((6, 8), (8, 10)):
        if digits >= length:
            north, east = north * parts, east * parts
            code += f"{int(north)}{int(east)}"
            north, east = north - int(north), east - int(east)
    for length in (9, 10, 11):
        if digits >= length:
            north, east = north * 2, east * 2
            code += str(int(north) * 2 + int(east) + 1)
            north, east = north - int(north), east - int(east)
    return code


@given(LON, LAT, LEVEL)
def test_codes_equal_the_standard(lon: int, lat: int, digits: int) -> None:
    exact = by_the_standard(Fraction(lon, 10**7), Fraction(lat, 10**7), digits)
    assert str(mesh.encode(lon / 1e7, lat / 1e7, digits)) == exact


@given(LON, LAT, LEVEL)
def test_a_square_holds_its_middle_its_corner_and_its_point(lon: int, lat: int, digits: int) -> None:
    code = str(mesh.encode(lon / 1e7, lat / 1e7, digits))
    west, south, east, north = mesh.bounds(code)
    assert west <= lon / 1e7 < east
    assert south <= lat / 1e7 < north
    assert str(mesh.encode(*mesh.centre(code), digits)) == code
    assert str(mesh.encode(west, south, digits)) == code
    # The border to the north and east belongs to the neighbours.
    assert str(mesh.encode(east, south, digits)) != code
    assert str(mesh.encode(west, north, digits)) != code


@given(LON, LAT)
def test_each_level_divides_the_one_above(lon: int, lat: int) -> None:
    codes = [str(mesh.encode(lon / 1e7, lat / 1e7, digits)) for digits in LEVELS]
    for parent, child in pairwise(codes):
        assert child.startswith(parent)
        west, south, east, north = mesh.bounds(parent)
        inner = mesh.bounds(child)
        assert west <= inner[0] < inner[2] <= east
        assert south <= inner[1] < inner[3] <= north


def test_children_tile_their_parent() -> None:
    children = [f"584177{a}{b}{c}{d}" for a in range(10) for b in range(10) for c in (1, 2, 3, 4) for d in (1, 2, 3, 4)]
    areas = [(e - w) * (n - s) for w, s, e, n in map(mesh.bounds, children)]
    west, south, east, north = mesh.bounds("584177")
    assert sum(areas) == pytest.approx((east - west) * (north - south))
    assert len({mesh.corner(code) for code in children}) == 1600


def test_published_codes() -> None:
    # Examples of the Statistics Bureau: the square of its own building, and first-order squares.
    assert str(mesh.encode(139.767125, 35.681236, 8)) == "53394611"
    assert mesh.bounds("5339") == pytest.approx((139, 35 + 1 / 3, 140, 36))


def test_tono_lies_on_both_sides_of_a_first_order_border() -> None:
    south, north = mesh.encode([141.53, 141.53], [39.333333, 39.333334], 4)
    assert (south, north) == ("5841", "5941")
    # A third of a degree is no decimal: a coordinate that was written with nine digits stands for the border itself.
    assert str(mesh.encode(141.53, 39.333333333, 4)) == "5941"


@pytest.mark.parametrize(
    "code", ["", "58", "584", "58418", "584188", "584178A1", "5841770415", "5841770401", "５８４１"]
)
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="not a mesh code"):
        mesh.corner(code)


@pytest.mark.parametrize(("lon", "lat"), [(99.9, 35), (180, 35), (140, -0.1), (140, 66.7), (np.nan, 35), (140, np.inf)])
def test_what_lies_outside_the_grid_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(ValueError, match="outside the grid"):
        mesh.encode(lon, lat)


def test_squares_are_drawn_where_they_lie() -> None:
    (square,) = mesh.squares(["5841770411"])
    assert square.bounds == mesh.bounds("5841770411")
    assert mesh.squares([]).tolist() == []
