"""Speeds fitted to trips: a known table comes back within the stated error, and what is no trip is told."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn_networks import at

from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile, profile_of
from geo.roads.snapping import snap
from geo.roads.speed_tables import SpeedRow
from geo.travel.routes import shortest_routes
from geo.travel.speed_fitting import LEAST_TRIPS, Fit, fit_speeds

TRUE = {"primary": 47.0, "secondary": 33.0, "tertiary": 24.0}
SIDE, BLOCK_M = 9, 400


def table(kmh: dict[str, float], name: str = "car") -> Profile:
    """Return a way of travelling with a wide range for each speed."""
    return profile_of(name, [SpeedRow(key, False, value, value / 3, value * 3) for key, value in kmh.items()])


BEFORE = table({"primary": 36.0, "secondary": 36.0, "tertiary": 36.0, "track": 10.0})


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """Return a square of streets of three classes, with an island to the north of it."""
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    rows, columns = [node[:, :-1].ravel(), node[:, 1:].ravel()], [node[:-1].ravel(), node[1:].ravel()]
    u, v = (np.concatenate([rows[i], columns[i], [SIDE * SIDE + i]]) for i in (0, 1))
    places = BLOCK_M * np.column_stack(np.divmod(np.arange(SIDE * SIDE), SIDE))
    places = np.vstack([places, [[0, 6000], [400, 6000]]]).astype(float)
    line = np.where(u // SIDE == v // SIDE, u // SIDE, u % SIDE)
    highway = np.array(["primary", "secondary", "tertiary"])[line % 3]
    highway[-1] = "track"
    lines = [shapely.LineString(at(places[a], places[b])) for a, b in zip(u, v, strict=True)]
    roads = {"u": u, "v": v, "highway": highway, "oneway": False, "length_m": float(BLOCK_M)}
    return RoadNetwork.from_edges(gpd.GeoDataFrame(roads, geometry=lines))


def trips(network: RoadNetwork, count: int, *, noise: float = 0.0, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Return the ends of trips by the true speeds and how long they take, some percent more or less."""
    rng = np.random.default_rng(seed)
    origins, destinations = (at(*rng.uniform(0, (SIDE - 1) * BLOCK_M, (count, 2))) for _ in range(2))
    true = table(TRUE)
    ends = (snap(network, places, true) for places in (origins, destinations))
    seconds = shortest_routes(network, *ends, true).seconds
    return origins, destinations, seconds * rng.normal(1, noise, count)


def speeds(fit: Fit) -> dict[str, float]:
    """Return the fitted speeds."""
    return {row.before.name: row.kmh for row in fit.rows if row.is_fitted}


def test_a_known_table_comes_back_from_its_trips(network: RoadNetwork) -> None:
    fit = fit_speeds(network, BEFORE, *trips(network, 150))
    assert fit.is_settled
    # The least error that is taken for granted, 10 s, keeps a trace of the speeds before.
    assert speeds(fit) == pytest.approx(TRUE, rel=0.02)
    assert fit.rmse_s(fit.after_s) < 0.1 * fit.rmse_s(fit.before_s)
    assert fit.mae_s(fit.after_s) < 0.1 * fit.mae_s(fit.before_s)
    np.testing.assert_allclose(fit.after_s, fit.seconds, atol=15)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_noise_it_comes_back_within_the_stated_error(network: RoadNetwork, seed: int) -> None:
    fit = fit_speeds(network, BEFORE, *trips(network, 150, noise=0.1, seed=seed))
    for row in fit.rows:
        if row.is_fitted:
            true = TRUE[row.before.name]
            assert abs(row.kmh - true) <= 4 * row.standard_error_kmh, row
            assert row.standard_error_kmh < 0.1 * true
            low, high = row.range_kmh
            assert low < row.kmh < high
            assert high - low == pytest.approx(2 * 1.96 * row.standard_error_kmh, rel=0.1)
    assert fit.rmse_s(fit.after_s) < fit.rmse_s(fit.before_s)


def test_more_trips_say_more(network: RoadNetwork) -> None:
    few, many = (fit_speeds(network, BEFORE, *trips(network, count, noise=0.1)) for count in (30, 200))
    for one, other in zip(few.rows, many.rows, strict=True):
        if one.is_fitted:
            assert other.standard_error_kmh < one.standard_error_kmh
            assert other.trips > one.trips


def test_what_nobody_drives_keeps_its_speed_and_says_so(network: RoadNetwork) -> None:
    fit = fit_speeds(network, BEFORE, *trips(network, 60))
    track = fit.rows[-1]
    assert (track.before.name, track.kmh, track.is_fitted, track.trips, track.km) == ("track", 10.0, False, 0, 0.0)
    assert track.range_kmh == (track.before.low_kmh, track.before.high_kmh)
    assert fit.profile.kmh("track") == 10
    few = fit_speeds(network, BEFORE, *trips(network, LEAST_TRIPS - 1))
    assert not any(row.is_fitted for row in few.rows)
    assert few.profile.speed_kmh == BEFORE.speed_kmh
    np.testing.assert_array_equal(few.after_s, few.before_s)


def test_delays_stay_and_are_not_taken_for_speed(network: RoadNetwork) -> None:
    origins, destinations, _ = trips(network, 150)
    delay = {"delay_s": {"secondary": 12.0}}
    true, before = replace(table(TRUE), **delay), replace(BEFORE, **delay)
    ends = (snap(network, places, true) for places in (origins, destinations))
    fit = fit_speeds(network, before, origins, destinations, shortest_routes(network, *ends, true).seconds)
    assert speeds(fit) == pytest.approx(TRUE, rel=0.03)
    assert fit.profile.delay("secondary") == 12


def test_what_the_network_cannot_explain_is_told_and_left_out(network: RoadNetwork) -> None:
    origins, destinations, seconds = (array.copy() for array in trips(network, 100))
    origins[7] = at((1500, 4500))[0]  # a kilometre from every road
    destinations[11] = at((0, 6000))[0]  # on the island
    seconds[13] *= 10  # a stop on the way
    seconds[17] = 1.0  # by helicopter
    far = int(np.argmax(seconds * (np.arange(100) > 20)))
    seconds[far] /= 10
    fit = fit_speeds(network, BEFORE, origins, destinations, seconds)
    told = {row: reason for row, reason in enumerate(fit.reasons) if reason}
    expected = {7: "off_network", 11: "unreachable", 13: "implausible", 17: "implausible", far: "implausible"}
    assert told == expected
    assert fit.used.sum() == 95
    # They change nothing of the rest.
    kept = fit.used
    alone = fit_speeds(network, BEFORE, origins[kept], destinations[kept], seconds[kept])
    assert speeds(alone) == pytest.approx(speeds(fit), rel=1e-9)


def test_a_trip_goes_by_the_roads_that_were_open_on_its_day(network: RoadNetwork) -> None:
    origins, destinations, seconds = trips(network, 150)
    # On every other day the primary roads of the middle were closed.
    middle = np.flatnonzero((network.highway == network.highways.index("primary")) & (np.arange(len(network.u)) > 20))
    closed = [middle if trip % 2 else () for trip in range(150)]
    ends, true = [snap(network, places, table(TRUE)) for places in (origins, destinations)], table(TRUE)
    seconds = np.where(np.arange(150) % 2, shortest_routes(network, *ends, true, closed=middle).seconds, seconds)
    kept = np.isfinite(seconds)
    assert kept.sum() > 100
    known = [edges for edges, is_kept in zip(closed, kept, strict=True) if is_kept]
    fit = fit_speeds(network, BEFORE, origins[kept], destinations[kept], seconds[kept], closed=known)
    blind = fit_speeds(network, BEFORE, origins[kept], destinations[kept], seconds[kept])
    assert speeds(fit) == pytest.approx(TRUE, rel=0.03)
    assert fit.rmse_s(fit.after_s) < 0.5 * blind.rmse_s(blind.after_s)
    with pytest.raises(ValueError, match="150 trips, but 1 lists of closed roads"):
        fit_speeds(network, BEFORE, origins, destinations, trips(network, 150)[2], closed=[()])


def test_no_speed_exceeds_the_ceiling(network: RoadNetwork) -> None:
    ceiling = table({"primary": 40.0, "secondary": 40.0, "tertiary": 40.0})
    fit = fit_speeds(network, BEFORE, *trips(network, 150), ceiling=ceiling)
    assert all(fit.profile.kmh(name) <= 40 for name in TRUE)
    assert fit.profile.kmh("primary") == pytest.approx(40, rel=0.01)


@pytest.mark.parametrize("seconds", [0.0, -60.0, np.nan, np.inf])
def test_a_trip_without_a_time_is_refused(network: RoadNetwork, seconds: float) -> None:
    origins, destinations, times = trips(network, 10)
    times[3] = seconds
    with pytest.raises(ValueError, match="more than 0 s"):
        fit_speeds(network, BEFORE, origins, destinations, times)


def test_trips_that_cannot_be_explained_at_all_are_refused(network: RoadNetwork) -> None:
    away = at((0, 20_000), (400, 20_000))
    with pytest.raises(ValueError, match="None of the trips"):
        fit_speeds(network, BEFORE, away, away[::-1], np.array([60.0, 60.0]))
    with pytest.raises(ValueError, match="2 origins, 1 destinations"):
        fit_speeds(network, BEFORE, away, away[:1], np.array([60.0, 60.0]))
