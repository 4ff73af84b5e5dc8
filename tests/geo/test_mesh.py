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
    assert mesh.centre(code) == pytest.approx(((west + east) / 2, (south + north) / 2), abs=1e-12)
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


def children(code: str) -> list[str]:
    """Return the codes of the next level inside a square, in the order of the standard."""
    parts = {4: 8, 6: 10}
    if len(code) in parts:
        side = range(parts[len(code)])
        return [f"{code}{up}{right}" for up in side for right in side]
    return [code + quarter for quarter in "1234"]


@given(LON, LAT, st.sampled_from(LEVELS[:-1]))
def test_children_share_their_parent_without_gap_or_overlap(lon: int, lat: int, digits: int) -> None:
    parent = str(mesh.encode(lon / 1e7, lat / 1e7, digits))
    east, north, width = mesh.corner(parent)
    # Every 125 m step of the parent lies in exactly one child.
    taken = np.zeros((width, width), dtype=int)
    for child in children(parent):
        right, up, size = mesh.corner(child)
        assert width % size == 0
        taken[up - north : up - north + size, right - east : right - east + size] += 1
    assert (taken == 1).all()


def test_all_1600_squares_of_250_m_share_their_square_of_1_km_times_a_hundred() -> None:
    squares = [third for second in children("584177") for half in children(second) for third in children(half)]
    assert len(squares) == len(set(squares)) == 1600
    west, south, east, north = mesh.bounds("584177")
    areas = [(e - w) * (n - s) for w, s, e, n in map(mesh.bounds, squares)]
    assert sum(areas) == pytest.approx((east - west) * (north - south))


def test_published_codes() -> None:
    # Tokyo Station, and the first-order squares of Tokyo, Sapporo, Osaka, Naha and Wakkanai.
    assert str(mesh.encode(139.767125, 35.681236, 8)) == "53394611"
    assert mesh.bounds("5339") == pytest.approx((139, 35 + 1 / 3, 140, 36))
    cities = [(139.69, 35.69), (141.35, 43.06), (135.5, 34.69), (127.68, 26.21), (141.67, 45.41)]
    assert [str(mesh.encode(*place, 4)) for place in cities] == ["5339", "6441", "5235", "3927", "6841"]


@given(st.integers(0, 51_199), st.integers(0, 63_999))
def test_a_point_on_a_border_belongs_to_the_square_to_the_north_east(east: int, north: int) -> None:
    # Corners of the 125 m grid, most of which are no decimals: written as the nearest float, and with nine digits.
    lon, lat = 100 + Fraction(east, 640), Fraction(north, 960)
    for digits in (4, 8, 10, 11):
        exact = by_the_standard(lon, lat, digits)
        assert str(mesh.encode(float(lon), float(lat), digits)) == exact
        assert str(mesh.encode(round(float(lon), 9), round(float(lat), 9), digits)) == exact


@given(LON, LAT, LEVEL)
def test_one_step_to_the_east_or_north_is_the_neighbour(lon: int, lat: int, digits: int) -> None:
    code = str(mesh.encode(lon / 1e7, lat / 1e7, digits))
    east, north, width = mesh.corner(code)
    for right, up in ((1, 0), (0, 1), (1, 1)):
        beside = str(mesh.encode(100 + (east + right * width) / 640, (north + up * width) / 960, digits))
        assert mesh.corner(beside) == (east + right * width, north + up * width, width)


def test_a_column_of_points_is_a_column_of_codes() -> None:
    lon, lat = np.array([[141.5, 139.767125], [141.0, 130.0]]), np.array([[39.3, 35.681236], [38.7, 33.0]])
    codes = mesh.encode(lon, lat, 8)
    assert codes.shape == (2, 2)
    assert codes.ravel().tolist() == [
        str(mesh.encode(*place, 8)) for place in zip(lon.ravel(), lat.ravel(), strict=True)
    ]
    assert mesh.encode([], []).shape == (0,)


@pytest.mark.parametrize("digits", [0, 5, 7, 12])
def test_a_level_that_is_none_is_refused(digits: int) -> None:
    with pytest.raises(ValueError, match=f"4, 6, 8, 9, 10, 11 digits, not {digits}"):
        mesh.encode(141.5, 39.3, digits)


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
