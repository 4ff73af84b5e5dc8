"""A coverage run is known by all that it depends on: whatever changes the document changes the fingerprint."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from factories import LENGTHS, build_consultant, build_roads, build_town, close_road
from sqlalchemy import text
from sqlalchemy.orm import Session

import app.roads.speeds
from app.coverage.measure_coverage import measure_coverage
from app.register.queries import district_ids
from geo.roads.profiles import CAR, PROFILES

Change = Callable[[Session], object]


def sql(order: str) -> Change:
    """Return the change that an order makes."""
    return lambda session: session.execute(text(order))


def other_roads(**lengths: float) -> Change:
    """Return the change to roads of other lengths."""
    return lambda session: build_roads(session, LENGTHS | {(1, 2): lengths["metres"]})


CHANGES: dict[str, Change] = {
    "a person more": sql("UPDATE demand_cell SET population = population + 1 WHERE population = 5"),
    "a household more": sql("UPDATE demand_cell SET households = households + 1 WHERE population = 5"),
    "a person less": sql("UPDATE demand_cell SET population = population - 1 WHERE population = 5"),
    "a cell less": sql("DELETE FROM demand_cell WHERE population = 5"),
    "a cell reached a metre away": sql(
        "UPDATE demand_cell SET access_point = ST_Translate(access_point, 0.00001, 0) WHERE population = 100"
    ),
    "a cell of another district": sql(
        "UPDATE demand_cell SET district_id = (SELECT max(id) FROM district) WHERE population = 100"
    ),
    "a cell of no district": sql("UPDATE demand_cell SET district_id = NULL WHERE population = 100"),
    "a consultant more": lambda session: build_consultant(session, "C9", 3, district_ids(session)["東"]),
    "a consultant less": sql("DELETE FROM consultant"),
    "a consultant under another code": sql("UPDATE consultant SET code = 'C8'"),
    "a base somewhere else": sql("UPDATE resource SET location = ST_Translate(location, 0.00001, 0)"),
    "a base with another access point": sql("UPDATE resource SET access_point = ST_Translate(location, 0.001, 0)"),
    "a base known less exactly": sql("UPDATE resource SET accuracy_m = 500"),
    "a base under another name": sql("UPDATE resource SET name = '新しい拠点'"),
    "a base in another district": sql("UPDATE resource SET district_id = (SELECT max(id) FROM district)"),
    "a district under another name": sql("UPDATE district SET name = '北' WHERE name = '東'"),
    "a district more": sql(
        "INSERT INTO district (name, position, dataset_id, version) SELECT '北', 9, min(id), 1 FROM dataset"
    ),
    "districts in another order": sql("UPDATE district SET position = 3 - position"),
    "a road a centimetre longer": other_roads(metres=2250.01),
    "roads under another name": sql("UPDATE road_network SET name = 'new roads'"),
    "roads of another source": sql("UPDATE road_network SET source = 'somebody else'"),
    "roads of another day": sql("UPDATE road_network SET source_date = '2026-05-01'"),
}


def measured(session: Session, **options: Any) -> tuple[str, str]:
    """Return the fingerprint of a run and its document without what names the run."""
    run = measure_coverage(session, **options)
    document = json.loads(run.document)
    return run.fingerprint, json.dumps({key: document[key] for key in document if key not in {"run", "fingerprint"}})


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_input_is_another_run(session: Session, what: str) -> None:
    build_town(session)
    before = measured(session)
    CHANGES[what](session)
    session.expire_all()
    after = measured(session)
    assert after[0] != before[0]


@pytest.mark.parametrize("highway", sorted(CAR.speed_kmh))
def test_each_speed_is_an_input(session: Session, monkeypatch: pytest.MonkeyPatch, highway: str) -> None:
    build_town(session)
    before, _ = measured(session)
    faster = dataclasses.replace(CAR, speed_kmh=dict(CAR.speed_kmh) | {highway: CAR.speed_kmh[highway] + 0.1})
    monkeypatch.setattr(app.roads.speeds, "PROFILES", dict(PROFILES) | {"car": faster})
    assert measured(session)[0] != before


@pytest.mark.parametrize("change", [{"max_snap_m": 499.0}, {"access_speed_kmh": 4.1}, {"ignores_oneway": True}])
def test_how_one_gets_to_the_road_is_an_input(
    session: Session, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    build_town(session)
    before, _ = measured(session)
    monkeypatch.setattr(app.roads.speeds, "PROFILES", dict(PROFILES) | {"car": dataclasses.replace(CAR, **change)})
    assert measured(session)[0] != before


def test_what_is_asked_is_an_input(session: Session) -> None:
    build_town(session)
    open_road = datetime(2026, 7, 1, tzinfo=UTC)
    close_road(session, 3, 4)
    asked: list[dict[str, Any]] = [
        *({}, {"minutes": [10]}, {"minutes": [10, 20]}, {"profile": "walk"}, {"profile": "car-winter"}),
        *({"at": datetime(2026, 1, 15, tzinfo=UTC)}, {"at": open_road}),
    ]
    found = [measured(session, **options) for options in asked]
    assert len({fingerprint for fingerprint, _ in found}) == len(asked)
    # The road is open in July: another question, the same answer but for the moment.
    plain, july = (json.loads(document) for _, document in (found[0], found[-1]))
    assert plain | {"at": None} == july | {"at": None}


def test_a_change_that_is_taken_back_is_the_run_of_before(session: Session) -> None:
    build_town(session)
    first = measured(session)
    session.execute(text("UPDATE demand_cell SET population = population + 1"))
    session.expire_all()
    second = measured(session)
    session.execute(text("UPDATE demand_cell SET population = population - 1"))
    session.expire_all()
    assert measured(session) == first != second


def test_a_run_that_is_measured_anew_has_the_same_bytes(session: Session) -> None:
    build_town(session, posts=(1, 4))
    documents = []
    for profile, _ in itertools.product(("car", "walk"), range(2)):
        documents.append(measure_coverage(session, profile=profile).document)
        session.execute(text("DELETE FROM coverage_run"))
        session.expunge_all()
    assert documents[0] == documents[1] != documents[2] == documents[3]


def test_another_database_with_the_same_city_gives_the_same_bytes(session: Session, own_empty_url: str) -> None:
    from app.database import create_database_engine, transaction  # noqa: PLC0415  (here alone)

    build_town(session, posts=(1, 4))
    here = measure_coverage(session).document
    engine = create_database_engine(own_empty_url)
    with transaction(engine) as other:
        # Numbers of rows differ, and the rows come in another order.
        other.execute(text("SELECT setval('demand_cell_id_seq', 1000), setval('district_id_seq', 1000)"))
        build_town(other, posts=(1, 4))
        moved = "UPDATE demand_cell SET id = 3000 - id"
        other.execute(text(moved))
        there = measure_coverage(other).document
    engine.dispose()
    assert there == here


def test_things_that_do_not_matter_do_not_change_it(session: Session) -> None:
    build_town(session)
    before = measured(session)
    for order in (
        "UPDATE resource SET phone = '0198-62-2111', description = '移転しました', version = version + 1",
        "UPDATE district SET version = version + 1",
        "UPDATE consultant SET note = '新任'",
        "UPDATE dataset SET title = 'other'",
        "UPDATE road_network SET built_at = now() + interval '1 day'",
    ):
        session.execute(text(order))
    session.expire_all()
    assert measured(session) == before


def test_the_first_twelve_signs_name_the_run(session: Session) -> None:
    build_town(session)
    run = measure_coverage(session)
    document = json.loads(run.document)
    assert document["run"] == run.id == run.fingerprint[:12]
    assert document["fingerprint"] == run.fingerprint
    assert len(run.fingerprint) == 64
    assert run.inputs["minutes"] == [10, 20, 30]
    assert run.inputs["profile"]["speed_kmh"] == dict(CAR.speed_kmh)
