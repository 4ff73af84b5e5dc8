"""Coverage of a town worked out on paper: inclusive limits, nobody lost, the same inputs the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from factories import HOUSE, LENGTHS, NODES, PEOPLE, build_consultant, build_people, build_roads, build_town, close_road
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.coverage.keep_warm import current_run
from app.coverage.measure_coverage import measure_coverage
from app.coverage.models import CoverageRun
from app.coverage.queries import list_run_cells
from app.errors import InputError, NotReadyError
from app.register.queries import district_ids
from geo import mesh

ALL = 172
JANUARY = datetime(2026, 1, 15, 9, tzinfo=UTC)


def measured(session: Session, **options: Any) -> dict[str, Any]:
    """Return the document of the coverage."""
    document: dict[str, Any] = json.loads(measure_coverage(session, **options).document)
    return document


def mesh_of(place: tuple[float, float]) -> str:
    """Return the mesh code of a place."""
    return str(mesh.encode(*place))


def test_the_limit_itself_counts(session: Session) -> None:
    build_town(session)
    found = measured(session, minutes=[2, 3, 6, 12])
    # Node 2 is reached in exactly 3 minutes, node 3 in exactly 6, node 4 in exactly 12.
    assert found["covered"] == {"2": 100, "3": 130, "6": 150, "12": 160}
    assert found["uncovered"] == {"2": 60, "3": 30, "6": 10, "12": 0}
    assert found["unreachable_population"] == 12
    assert found["population"] == ALL
    assert found["mean_s"] == pytest.approx((30 * 180 + 20 * 360 + 10 * 720) / 160, abs=0.05)
    assert found["p95_s"] == 720


def test_districts_and_consultants(session: Session) -> None:
    build_town(session, posts=(1, 4))
    found = measured(session, minutes=[3, 6])
    west, east = found["districts"]
    assert (west["name"], west["population"], west["has_consultant"]) == ("西", 142, True)
    assert west["covered"] == {"3": 130, "6": 130}
    assert (east["population"], east["covered"], east["mean_s"]) == (30, {"3": 10, "6": 30}, 240.0)
    # Node 3 is 360 s from both: the first of equals has it.
    assert [(post["id"], post["catchment_population"]) for post in found["consultants"]] == [("C1", 150), ("C2", 10)]
    assert [post["covered"]["6"] for post in found["consultants"]] == [150, 30]


def test_those_who_are_not_reached_are_named_with_the_reason(session: Session) -> None:
    build_town(session)
    close_road(session, 3, 4)
    found = measured(session, at=JANUARY)
    reasons = {row["mesh_code"]: (row["reason"], row["population"]) for row in found["unreachable"]}
    assert reasons == {
        mesh_of(NODES[4]): ("closed", 10),
        mesh_of(NODES[8]): ("island", 5),
        mesh_of(HOUSE): ("off_network", 7),
    }
    house = next(row for row in found["unreachable"] if row["reason"] == "off_network")
    # From 39.60 down to 39.50 north: 0.1 degrees of latitude are 11.1 km.
    assert house["snap_m"] == pytest.approx(11_100, rel=0.01)
    assert found["population"] == ALL
    assert found["unreachable_population"] == 22


def test_a_closure_holds_from_its_first_moment_to_its_last(session: Session) -> None:
    build_town(session)
    close_road(session, 3, 4)
    for moment, reached in (
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), 160),
        (datetime(2026, 1, 1, tzinfo=UTC), 150),
        (datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), 150),
        (datetime(2026, 2, 1, tzinfo=UTC), 160),
    ):
        assert measured(session, at=moment)["covered"]["30"] == reached, moment
    assert measured(session)["covered"]["30"] == 160


def test_without_consultants_nobody_is_covered(session: Session) -> None:
    build_town(session, posts=())
    found = measured(session)
    assert set(found["covered"].values()) == {0}
    assert found["unreachable_population"] == found["population"] == ALL
    assert found["mean_s"] is None
    assert found["consultants"] == []


def test_the_same_inputs_give_the_same_run_and_the_same_bytes(session: Session) -> None:
    build_town(session)
    first = measure_coverage(session)
    before = first.document
    assert measure_coverage(session) is first
    session.execute(text("DELETE FROM coverage_run"))
    session.expunge_all()
    again = measure_coverage(session)
    assert again.document.encode() == before.encode()
    assert again.id == first.id
    assert session.scalar(select(func.count()).select_from(CoverageRun)) == 1


def longer_road(session: Session) -> None:
    build_roads(session, LENGTHS | {(1, 2): 2250.01})


def one_more_person(session: Session) -> None:
    rows = [(*NODES[node], count + (node == 4), "東" if node in {3, 4} else "西") for node, count in PEOPLE.items()]
    build_people(session, [*rows, (*HOUSE, 7, "西")], district_ids(session))


def one_more_post(session: Session) -> None:
    build_consultant(session, "C9", 3, district_ids(session)["東"])


def moved_base(session: Session) -> None:
    session.execute(text("UPDATE resource SET location = ST_SetSRID(ST_MakePoint(141.5001, 39.33), 4326)"))


def other_district(session: Session) -> None:
    session.execute(text("UPDATE demand_cell SET district_id = (SELECT max(id) FROM district)"))


@pytest.mark.parametrize("change", [longer_road, one_more_person, one_more_post, moved_base, other_district])
def test_each_changed_input_changes_the_fingerprint(session: Session, change: Callable[[Session], None]) -> None:
    build_town(session)
    before = measured(session)["fingerprint"]
    change(session)
    session.expire_all()
    with pytest.raises(NotReadyError):
        current_run(session, "car")
    assert measured(session)["fingerprint"] != before


def test_minutes_profile_and_closures_are_inputs_too(session: Session) -> None:
    build_town(session)
    close_road(session, 3, 4)
    options: list[dict[str, Any]] = [
        {},
        {"minutes": [10]},
        {"profile": "walk"},
        {"profile": "car-winter"},
        {"at": JANUARY},
    ]
    assert len({measured(session, **option)["fingerprint"] for option in options}) == len(options)


def test_what_is_stored_of_each_cell(session: Session) -> None:
    build_town(session)
    run = measure_coverage(session)
    cells = {cell.mesh_code: cell for cell in list_run_cells(session, run.id)}
    assert len(cells) == 6
    assert cells[mesh_of(NODES[3])].travel_time_s == pytest.approx(360, abs=0.001)
    assert cells[mesh_of(NODES[3])].consultant == "C1"
    assert cells[mesh_of(HOUSE)].travel_time_s is None


def test_what_is_missing_is_said(session: Session) -> None:
    with pytest.raises(NotReadyError, match="no road network"):
        measure_coverage(session)
    build_town(session)
    with pytest.raises(InputError, match="no profile 'bus'"):
        measure_coverage(session, profile="bus")
    session.execute(text("DELETE FROM demand_cell"))
    with pytest.raises(NotReadyError, match="no people"):
        measure_coverage(session)


def test_the_document_has_the_names_of_the_contract(session: Session) -> None:
    build_town(session)
    found = measured(session)
    assert {"run", "fingerprint", "profile", "at", "minutes", "network", "population", "covered", "districts"} <= set(
        found
    )
    assert {"consultants", "unreachable"} <= set(found)
    assert set(found["network"]) == {"name", "nodes", "edges", "km", "source", "date"}
    assert found["network"] | {"km": None} == {
        "name": "town",
        "nodes": 6,
        "edges": 4,
        "km": None,
        "source": "drawn by hand",
        "date": "2026-04-01",
    }
    assert {"name", "population", "covered", "mean_s", "p95_s", "has_consultant"} <= set(found["districts"][0])
    assert set(found["consultants"][0]) == {"id", "base", "catchment_population", "covered"}
    assert set(found["unreachable"][0]) == {"mesh_code", "population", "reason", "snap_m"}
