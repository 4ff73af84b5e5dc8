"""The coverage of the real city: all of the 28,062 people are accounted for, whichever file the roads come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.coverage.measure_coverage import measure_coverage
from app.demand.load_demand import load_demand
from app.demand.queries import assign_districts
from app.demonstration.load_demonstration import load_demonstration
from app.resources.load_districts import load_districts
from app.resources.queries import city_bounds, district_ids
from app.roads.build_network import read_network, store_network

PEOPLE = 28_062


@pytest.fixture
def city(root: Path, shared_data: Path, session: Session) -> Session:
    """Return a database with the real borders and people of Tono."""
    load_demonstration(session, root / "data" / "tono")
    load_districts(session, shared_data / "tono" / "districts.geojson", source="census")
    assign_districts(session)
    cells, people, outside = load_demand(
        session,
        shared_data / "tono" / "demand_250m_cells.parquet",
        districts=district_ids(session),
        city_bounds=city_bounds(session),
        as_of=None,
        source="census",
    )
    assert (cells, people, outside) == (2300, PEOPLE, 0)
    return session


def measured(session: Session, profile: str = "car", **file: Path) -> dict[str, Any]:
    """Return the coverage on the roads of a file."""
    network, origin = read_network(**file)
    store_network(session, network, origin, name="real", city_bounds=city_bounds(session))
    document: dict[str, Any] = json.loads(measure_coverage(session, profile=profile).document)
    return document


def assert_accounted(part: dict[str, Any]) -> None:
    """Covered, later and unreachable people are all people."""
    for minutes, covered in part["covered"].items():
        assert covered + part["uncovered"][minutes] + part["unreachable_population"] == part["population"]


def test_everyone_is_accounted_for_on_both_files(city: Session, shared_data: Path) -> None:
    osm = measured(city, osm=shared_data / "tono" / "tono.osm.pbf")
    edges = measured(city, edges=shared_data / "tono" / "tono_roads.parquet")
    for document in (osm, edges):
        assert document["population"] == PEOPLE
        assert len(document["districts"]) == 11
        for part in (document, *document["districts"]):
            assert_accounted(part)
        for minutes, covered in document["covered"].items():
            assert sum(district["covered"][minutes] for district in document["districts"]) == covered
        assert sum(district["population"] for district in document["districts"]) == PEOPLE
        assert sum(cell["population"] for cell in document["unreachable"]) == document["unreachable_population"]
        assert (
            sum(post["catchment_population"] for post in document["consultants"])
            == PEOPLE - document["unreachable_population"]
        )
    for minutes, covered in osm["covered"].items():
        assert edges["covered"][minutes] == pytest.approx(covered, rel=0.005)


def test_winter_covers_nobody_more(city: Session, shared_data: Path) -> None:
    edges = shared_data / "tono" / "tono_roads.parquet"
    summer, winter = (measured(city, profile, edges=edges) for profile in ("car", "car-winter"))
    assert all(winter["covered"][minutes] <= covered for minutes, covered in summer["covered"].items())
    assert winter["covered"] != summer["covered"]
