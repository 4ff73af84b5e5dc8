"""Metres against the ellipsoid itself, zones by the law's own origins, and what every speed rests on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.crs import PLANE_ORIGINS, plane_epsg, to_degrees, to_metres
from geo.roads.profiles import ASSUMED, CAR, CAR_WINTER, CENSUS, PROFILES, WALK, Profile

IWATE = 6678
LON, LAT = st.floats(140.6, 142.1), st.floats(38.7, 40.5)


@given(st.floats(140, 143), st.floats(38, 41))
def test_metres_and_degrees_are_each_other_turned_round(lon: float, lat: float) -> None:
    there = to_metres(np.array([[lon, lat]]), IWATE)
    np.testing.assert_allclose(to_degrees(there, IWATE), [[lon, lat]], atol=1e-9)


@given(LON, LAT, st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_metres_in_iwate_are_those_of_the_ellipsoid_to_one_in_ten_thousand(
    lon: float, lat: float, east: float, north: float
) -> None:
    first, second = to_metres(np.array([[lon, lat], [lon + east, lat + north]]), IWATE)
    _, _, metres = Geod(ellps="GRS80").inv(lon, lat, lon + east, lat + north)
    assert np.hypot(*(second - first)) == pytest.approx(metres, rel=1.2e-4, abs=1e-6)


def test_the_origin_of_a_zone_is_its_zero() -> None:
    for number, origin in enumerate(PLANE_ORIGINS):
        assert plane_epsg(*origin) == 6669 + number
        np.testing.assert_allclose(to_metres(origin[None], 6669 + number), [[0, 0]], atol=0.01)


def test_east_is_first_and_north_second() -> None:
    here, east, north = to_metres(np.array([[141.5, 39.3], [141.51, 39.3], [141.5, 39.31]]), IWATE)
    assert east[0] - here[0] == pytest.approx(863, abs=2)
    assert north[1] - here[1] == pytest.approx(1110, abs=2)


def test_the_zone_of_a_place() -> None:
    # Tono and all of Iwate are zone X, Tokyo IX, Okinawa's main island XV, Sapporo XII, Kagoshima II, Osaka VI.
    places = ((141.53, 39.33), (140.65, 40.4), (142.07, 39.55), (139.7, 35.7), (127.7, 26.2), (141.35, 43.06))
    assert [plane_epsg(*place) for place in places] == [6678, 6678, 6678, 6677, 6683, 6680]
    assert [plane_epsg(*place) for place in ((130.55, 31.6), (135.5, 34.7))] == [6670, 6674]


@pytest.mark.parametrize("place", [(141.53, 39.33), (139.7, 35.7), (135.5, 40.25), (143.0, 41.5), (130.5, 30.0)])
def test_the_zone_is_that_whose_origin_is_nearest_on_the_ellipsoid(place: tuple[float, float]) -> None:
    count = len(PLANE_ORIGINS)
    _, _, metres = Geod(ellps="GRS80").inv(*np.tile(place, (count, 1)).T, *PLANE_ORIGINS.T)
    assert plane_epsg(*place) == 6669 + int(np.argmin(metres))


def test_no_place_stays_no_place() -> None:
    assert np.isnan(to_metres(np.array([[np.nan, np.nan]]), IWATE)).all()
    assert to_metres(np.empty((0, 2)), IWATE).shape == (0, 2)


# --- speeds ----------------------------------------------------------------
@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_every_speed_names_where_it_comes_from(profile: Profile) -> None:
    assert set(profile.sources) == set(profile.speed_kmh)
    assert all(source.strip() for source in profile.sources.values())
    assert PROFILES[profile.name] is profile


def test_what_is_assumed_is_called_so() -> None:
    assert set(CAR.sources.values()) == {CENSUS, ASSUMED}
    assert set(CAR_WINTER.sources.values()) == {ASSUMED}
    assert (CAR.is_assumption, CAR_WINTER.is_assumption, WALK.is_assumption) == (False, True, True)


def test_a_car_is_faster_on_a_greater_road_and_never_faster_in_winter() -> None:
    order = ["motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street"]
    for profile in (CAR, CAR_WINTER):
        speeds = [profile.speed_kmh[name] for name in order]
        assert speeds == sorted(speeds, reverse=True)
    assert set(CAR_WINTER.speed_kmh) == set(CAR.speed_kmh)
    assert all(CAR_WINTER.speed_kmh[name] < speed for name, speed in CAR.speed_kmh.items())


def test_a_link_is_never_faster_than_its_road() -> None:
    for profile in (CAR, CAR_WINTER):
        for name, speed in profile.speed_kmh.items():
            assert speed <= profile.speed_kmh[name.removesuffix("_link")]


def test_one_walks_where_one_may() -> None:
    assert not {"motorway", "motorway_link"} & set(WALK.speed_kmh)
    assert {"footway", "path", "steps", "residential", "primary"} <= set(WALK.speed_kmh)
    assert not {"footway", "path", "steps", "pedestrian", "cycleway"} & set(CAR.speed_kmh)
    assert WALK.ignores_oneway
    assert not CAR.ignores_oneway
    assert WALK.speed_kmh["steps"] < WALK.speed_kmh["footway"]


@pytest.mark.parametrize("speed", [0.0, -3.0, np.nan, np.inf, -np.inf])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed on road must be above 0 km/h"):
        Profile("x", {"track": 10.0, "road": speed})
    with pytest.raises(ValueError, match="access speed"):
        Profile("x", {"road": 10.0}, access_speed_kmh=speed)


@pytest.mark.parametrize("limit", [-0.1, np.nan])
def test_a_limit_that_is_none_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="farthest distance"):
        Profile("x", {"road": 10.0}, max_snap_m=limit)


def test_nobody_changes_the_speeds_of_a_profile() -> None:
    speeds = {"road": 36.0}
    profile = Profile("x", speeds)
    speeds["road"] = 1.0
    assert float(profile.seconds(100.0, "road")) == 10
    with pytest.raises(TypeError):
        profile.speed_kmh["road"] = 1.0  # type: ignore[index]


def test_seconds_are_length_by_speed() -> None:
    profile = Profile("x", {"road": 36.0, "track": 18.0}, access_speed_kmh=3.6)
    assert profile.seconds([100, 100, 100], ["road", "track", "river"]).tolist() == [10, 20, np.inf]
    assert float(profile.seconds(250.0, "road")) == 25
    assert profile.seconds([0.0, 10.0], "river").tolist() == [np.inf, np.inf]
    assert profile.access_seconds(np.array([0.0, 150.0])).tolist() == [0, 150]
