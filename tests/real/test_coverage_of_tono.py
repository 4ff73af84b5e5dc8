"""The coverage of the real city: all of the 28,062 people are accounted for, whichever file the roads come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.coverage.measure_coverage import measure_coverage
from app.coverage.not_reached import count_not_reached
from app.errors import InputError
from app.register.queries import city_bounds
from app.roads.build_network import read_network, store_network

PEOPLE = 28_062


def measured(session: Session, profile: str = "car") -> dict[str, Any]:
    """Return the coverage on the roads in use."""
    document: dict[str, Any] = json.loads(measure_coverage(session, profile=profile).document)
    return document


def assert_accounted(document: dict[str, Any]) -> None:
    """Covered, later and unreachable people are all people, in every district and in total."""
    assert document["population"] == PEOPLE
    assert len(document["districts"]) == 11
    for part in (document, *document["districts"]):
        for minutes, covered in part["covered"].items():
            assert covered + part["uncovered"][minutes] + part["unreachable_population"] == part["population"]
    for minutes, covered in document["covered"].items():
        assert sum(district["covered"][minutes] for district in document["districts"]) == covered
    assert sum(district["population"] for district in document["districts"]) == PEOPLE
    assert sum(cell["population"] for cell in document["unreachable"]) == document["unreachable_population"]
    served = sum(consultant["catchment_population"] for consultant in document["consultants"])
    assert served == PEOPLE - document["unreachable_population"]


def test_everyone_is_accounted_for(document: dict[str, Any]) -> None:
    assert_accounted(document)
    assert (document["network"]["name"], document["profile"]) == ("real", "car")


def test_people_of_each_district_are_those_of_the_file(document: dict[str, Any], shared_data: Path) -> None:
    cells = pd.read_parquet(shared_data / "tono" / "demand_250m_cells.parquet")
    by_district = cells.groupby("district")["population"].sum().to_dict()
    assert {district["name"]: district["population"] for district in document["districts"]} == by_district
    unreachable = {cell["mesh_code"]: cell["population"] for cell in document["unreachable"]}
    known = dict(zip(cells["mesh_code"], cells["population"], strict=True))
    assert unreachable == {code: known[code] for code in unreachable}


def test_measured_again_it_is_the_same_bytes(city: Session, real_template: tuple[str, str]) -> None:
    assert measure_coverage(city).document == real_template[1].rstrip("\n")
    city.execute(text("DELETE FROM coverage_run"))
    city.expunge_all()
    assert measure_coverage(city).document == real_template[1].rstrip("\n")


def test_the_edges_of_the_same_roads_cover_the_same_people(
    city: Session, document: dict[str, Any], shared_data: Path
) -> None:
    roads, origin = read_network(edges=shared_data / "tono" / "tono_roads.parquet")
    store_network(city, roads, origin, name="edges", city_bounds=city_bounds(city))
    edges = measured(city)
    assert_accounted(edges)
    assert edges["network"]["name"] == "edges"
    assert edges["fingerprint"] != document["fingerprint"]
    for minutes, covered in document["covered"].items():
        assert edges["covered"][minutes] == pytest.approx(covered, rel=0.005)


def test_winter_covers_nobody_more(city: Session, document: dict[str, Any]) -> None:
    winter = measured(city, "car-winter")
    assert_accounted(winter)
    assert all(winter["covered"][minutes] <= covered for minutes, covered in document["covered"].items())
    assert winter["covered"] != document["covered"]


def test_on_foot_everyone_is_still_counted(city: Session, document: dict[str, Any]) -> None:
    walk = measured(city, "walk")
    assert_accounted(walk)
    assert all(walk["covered"][minutes] <= covered for minutes, covered in document["covered"].items())


def test_roads_of_another_city_are_refused(city: Session, shared_data: Path, tmp_path: Path) -> None:
    around_morioka = (141.0, 39.65, 141.25, 39.8)  # 50 km to the north-west
    roads = gpd.read_parquet(shared_data / "iwate" / "iwate_roads.parquet")
    roads.cx[around_morioka[0] : around_morioka[2], around_morioka[1] : around_morioka[3]].to_parquet(
        tmp_path / "m.parquet"
    )
    before = measured(city)
    elsewhere, origin = read_network(edges=tmp_path / "m.parquet")
    with pytest.raises(InputError, match=r"cover only 0% of the districts .*another city"), city.begin_nested():
        store_network(city, elsewhere, origin, name="real", city_bounds=city_bounds(city))
    city.expire_all()
    assert measured(city) == before


@pytest.mark.parametrize("profile", ["car", "walk"])
def test_whoever_is_not_reached_and_whoever_is_are_everyone(city: Session, profile: str) -> None:
    found = count_not_reached(city, profile, range(1, 61))
    assert found.population == PEOPLE
    for name in found.profiles:
        for minutes in map(str, found.minutes):
            for row in (found, *found.districts, *found.settlements):
                assert row.by[name].not_reached[minutes] + row.by[name].reached[minutes] == row.population
            whole = found.by[name].not_reached[minutes]
            assert sum(row.by[name].not_reached[minutes] for row in found.districts) == whole
            assert sum(row.by[name].not_reached[minutes] for row in found.settlements) == whole
