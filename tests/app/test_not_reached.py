"""Who is left out: everyone is reached or not, in each district, each settlement and the city, on all roads."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from factories import NODES, build_town
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.coverage.measure_coverage import measure_coverage
from app.coverage.not_reached import BESIDE, count_not_reached, worst_first
from app.coverage.queries import list_run_cells
from app.coverage.schemas import CoverageDocument, LeftBy, NotReached
from app.demand.models import SmallArea
from app.register.queries import district_ids

EVERY_MINUTE = range(1, 61)


def assert_everyone_stands_once(found: NotReached) -> None:
    """Not reached and reached are all, and the rows of districts and of settlements add up to the city."""
    tables: Sequence[Sequence[LeftBy]] = (found.districts, found.settlements)
    for profile in found.profiles:
        for row in (found, *found.districts, *found.settlements):
            left = row.by[profile]
            for minutes in map(str, found.minutes):
                assert left.not_reached[minutes] + left.reached[minutes] == row.population
                assert left.not_reached[minutes] >= left.unreachable >= 0
        for table in tables:
            for minutes in map(str, found.minutes):
                assert (
                    sum(row.by[profile].not_reached[minutes] for row in table)
                    == (found.by[profile].not_reached[minutes])
                )
    for district in found.districts:
        mine = [row for row in found.settlements if row.district == district.name]
        assert sum(row.population for row in mine) == district.population
        for profile in found.profiles:
            for minutes in map(str, found.minutes):
                assert (
                    sum(row.by[profile].not_reached[minutes] for row in mine)
                    == (district.by[profile].not_reached[minutes])
                )


def add_settlement(session: Session, name: str, node: int, district: str) -> None:
    """Put a settlement at a node of the town."""
    dataset = session.scalar(text("SELECT min(id) FROM dataset"))
    lon, lat = NODES[node]
    session.add(
        SmallArea(
            code=name,
            name=name,
            district_id=district_ids(session)[district],
            population=0,
            households=0,
            location=f"SRID=4326;POINT({lon} {lat})",
            dataset_id=dataset,
        )
    )
    session.flush()


def test_the_town_worked_out_on_paper(session: Session) -> None:
    build_town(session)
    add_settlement(session, "一", 1, "西")
    add_settlement(session, "二", 2, "西")
    found = count_not_reached(session, "walk", [3])
    assert found.profiles == ["walk"]
    found = count_not_reached(session, "car", [3, 6])
    assert_everyone_stands_once(found)
    assert found.population == 172
    # Node 2 is 3 minutes away, node 3 six, node 4 twelve; 5 live on an island of roads, 7 off every road.
    assert found.by["car"].not_reached == {"3": 42, "6": 22}
    assert found.by["car"].unreachable == 12
    assert found.without_consultant == ["東"]
    told = {(row.district, row.name): row.by["car"].not_reached["3"] for row in found.settlements}
    # Node 8 and the house lie north of node 1; no settlement has a name in the east.
    assert told == {("西", "一"): 12, ("西", "二"): 0, ("東", ""): 30}
    assert [row.name for row in found.districts] == ["東", "西"]


def test_winter_stands_first_and_decides_the_order(tono_session: Session) -> None:
    found = count_not_reached(tono_session, "car")
    assert found.profiles == ["car-winter", "car"]
    assert count_not_reached(tono_session, "car-winter") == found
    for rows in (found.districts, found.settlements):
        left = [row.by["car-winter"].not_reached["20"] for row in rows]
        assert left == sorted(left, reverse=True)
        assert left[0] > 0
    at_ten = [row.by["car"].not_reached["10"] for row in worst_first(found.districts, "car", 10)]
    assert at_ten == sorted(at_ten, reverse=True)


@pytest.mark.parametrize("profile", ["car", "walk"])
def test_everyone_of_the_bundled_city_stands_once(tono_session: Session, profile: str) -> None:
    assert_everyone_stands_once(count_not_reached(tono_session, profile, EVERY_MINUTE))


@pytest.mark.parametrize("profile", list(BESIDE))
def test_it_says_what_the_stored_measurement_says(tono_session: Session, profile: str) -> None:
    stored = CoverageDocument.model_validate_json(measure_coverage(tono_session, profile=profile).document)
    found = count_not_reached(tono_session, profile)
    districts = {row.name: row for row in found.districts}
    for mine, theirs in ((found, stored), *((districts[row.name], row) for row in stored.districts)):
        left = mine.by[stored.profile]
        assert (mine.population, left.reached) == (theirs.population, theirs.covered)
        assert left.unreachable == theirs.unreachable_population
    assert {row.name for row in stored.districts if not row.has_consultant} == set(found.without_consultant)
    late = [
        cell
        for cell in list_run_cells(tono_session, stored.run)
        if cell.travel_time_s is None or cell.travel_time_s > 1200
    ]
    assert sum(cell.population for cell in late) == found.by[stored.profile].not_reached["20"]


def test_a_settlement_whose_middle_is_reached_still_counts_who_is_not(tono_session: Session) -> None:
    found = count_not_reached(tono_session, "car")
    # People beyond the minutes, not the minutes of the middle: some settlements stand on both sides of the limit.
    divided = [row for row in found.settlements if 0 < row.by["car"].not_reached["20"] < row.population]
    assert divided != []
