"""Speeds on the real roads: where it is built up, how far the figures may be off, and trips that bring a table back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import KDTree
from sqlalchemy.orm import Session

from app.coverage.measure_coverage import measure_coverage
from geo.crs import to_metres
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR, CAR_WINTER, PROFILES
from geo.roads.snapping import snap
from geo.travel.routes import shortest_routes
from geo.travel.speed_fitting import fit_speeds
from geo.travel.travel_time import travel_time_matrix


def test_what_is_built_up_is_where_people_live_close_together(network: RoadNetwork, shared_data: Path) -> None:
    cells = pd.read_parquet(shared_data / "tono" / "demand_250m_cells.parquet")
    people = KDTree(to_metres(cells[["lon", "lat"]].to_numpy(dtype=float), network.metric_epsg))
    near = people.query_ball_point(network.node_xy, 500)
    density = np.array([cells["population"].to_numpy()[index].sum() for index in near]) / (np.pi * 0.5**2)
    inside = np.unique(np.concatenate([end[network.is_built_up] for end in (network.u, network.v)]))
    # As geo.roads.built_up says of the rule.
    assert 20 < network.length_m[network.is_built_up].sum() / 1000 < 40
    assert (density[inside] > 1000).mean() > 0.9
    assert (density > 1000).mean() < 0.1


def test_both_sources_of_the_roads_say_the_same(network: RoadNetwork, shared_data: Path) -> None:
    edges = RoadNetwork.from_edges_file(shared_data / "tono" / "tono_roads.parquet")
    both = [part.length_m[part.is_built_up].sum() for part in (network, edges)]
    assert both[0] == pytest.approx(both[1], rel=0.01)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_range_holds_the_figure(city: Session, profile: str) -> None:
    document = json.loads(measure_coverage(city, profile=profile).document)
    for rows in (document, *document["districts"]):
        for minutes, covered in rows["covered"].items():
            assert rows["covered_low"][minutes] <= covered <= rows["covered_high"][minutes]
    for minutes in document["covered"]:
        assert document["covered_low"][minutes] < document["covered"][minutes] < document["covered_high"][minutes]
    # At the slow end of the winter fewer are reached than at that of ordinary days.
    if profile == CAR_WINTER.name:
        car = json.loads(measure_coverage(city).document)
        for key in ("covered_low", "covered", "covered_high"):
            assert all(document[key][minutes] <= car[key][minutes] for minutes in document[key])


def test_slow_winter_and_waiting_never_shorten_a_trip(network: RoadNetwork) -> None:
    rng = np.random.default_rng(5)
    ends = [network.node_lonlat[rng.integers(0, network.node_count, count)] for count in (30, 200)]
    places = [snap(network, end, CAR) for end in ends]
    winter_places = [snap(network, end, CAR_WINTER) for end in ends]
    waiting = replace(CAR, delay_s=dict.fromkeys(CAR.speed_kmh, 5.0))
    usual, slow, fast, later = (
        travel_time_matrix(network, *places, profile=profile) for profile in (CAR, CAR.low(), CAR.high(), waiting)
    )
    snow, slow_snow, fast_snow = (
        travel_time_matrix(network, *winter_places, profile=profile)
        for profile in (CAR_WINTER, CAR_WINTER.low(), CAR_WINTER.high())
    )
    pairs = [(fast, usual), (usual, slow), (usual, later), (usual, snow), (slow, slow_snow), (fast, fast_snow)]
    for sooner, longer in pairs:
        np.testing.assert_array_equal(np.isinf(sooner), np.isinf(longer))
        # A tick of the clock.
        assert (sooner <= longer + 0.001).all()
    assert np.isfinite(usual).mean() > 0.5


def test_trips_bring_a_known_table_back(network: RoadNetwork) -> None:
    true_kmh = {"trunk": 44.0, "primary": 40.0, "secondary": 47.0, "tertiary": 33.0, "unclassified": 25.0}
    wide = {"low_kmh": 1.0, "high_kmh": 200.0}
    true = CAR.with_rows([replace(row, kmh=true_kmh[row.name], **wide) for row in CAR.rows() if row.name in true_kmh])
    rng = np.random.default_rng(0)
    origins, destinations = (network.node_lonlat[rng.integers(0, network.node_count, 120)] for _ in range(2))
    seconds = shortest_routes(network, snap(network, origins, CAR), snap(network, destinations, CAR), true).seconds
    # Written down in whole minutes, and a few percent off.
    seconds = np.round(seconds * rng.normal(1, 0.05, len(seconds)) / 60) * 60
    kept = np.isfinite(seconds) & (seconds > 0)
    fit = fit_speeds(network, CAR, origins[kept], destinations[kept], seconds[kept])
    fitted = {row.before.name: row for row in fit.rows if row.is_fitted}
    assert set(fitted) >= set(true_kmh)
    for name, kmh in true_kmh.items():
        assert abs(fitted[name].kmh - kmh) <= 4 * fitted[name].standard_error_kmh, name
        assert fitted[name].standard_error_kmh < 0.1 * kmh, name
    assert fit.is_settled
    assert fit.rmse_s(fit.after_s) < 0.75 * fit.rmse_s(fit.before_s)
    # Who lives in town says nothing of its streets on a trip through the country.
    assert not any(row.is_fitted for row in fit.rows if row.km < 1)
