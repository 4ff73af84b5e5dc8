"""The bundled data comes in whole, adds up, is marked for what it is, and goes without a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import Base
from app.demonstration.load_demonstration import load_demonstration
from app.demonstration.remove_demonstration import remove_demonstration
from app.errors import InputError
from app.refresh import measure_all
from app.scenarios.keep_scenario import keep_scenario
from app.siting.propose_sites import Wish

KEPT = {"alembic_version", "spatial_ref_sys"}
# What only people or a page write; nothing of it is bundled.
BY_HAND = {"closure", "speed_edit", "job"}


@pytest.fixture
def bundle(root: Path) -> Path:
    return root / "data" / "tono"


def counts(session: Session) -> dict[str, int]:
    """Return the number of rows of every table that has any."""
    names = [table.name for table in Base.metadata.sorted_tables if table.name not in KEPT]
    found = {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}
    return {name: number for name, number in found.items() if number}


def one(session: Session, query: str) -> object:
    """Return the one value of a query."""
    return session.execute(text(query)).scalar_one()


def test_totals_are_those_that_were_published(tono_session: Session) -> None:
    for table in ("small_area", "demand_cell", "district"):
        row = tono_session.execute(text(f"SELECT sum(population), sum(households) FROM {table}")).one()
        assert tuple(row) == (28_062, 9_973), table
    assert one(tono_session, "SELECT count(*) FROM district") == 11
    assert one(tono_session, "SELECT count(*) FROM small_area") == 65
    assert one(tono_session, "SELECT count(*) FROM watch_agreement") == 24
    assert one(tono_session, "SELECT count(*) FROM consultant") == 9
    unequal = """
        SELECT count(*) FROM district d
        WHERE population <> (SELECT sum(population) FROM demand_cell WHERE district_id = d.id)
           OR population <> (SELECT sum(population) FROM small_area WHERE district_id = d.id)"""
    assert one(tono_session, unequal) == 0


def test_what_is_invented_or_assumed_is_marked(tono_session: Session) -> None:
    assert one(tono_session, "SELECT count(*) FROM resource WHERE kind = 'watch_partner' AND NOT is_demo") == 0
    assert one(tono_session, "SELECT count(*) FROM resource WHERE kind = 'gathering_place' AND NOT is_demo") == 0
    assert one(tono_session, "SELECT count(*) FROM resource WHERE kind = 'centre' AND is_demo") == 0
    assert one(tono_session, "SELECT count(*) FROM consultant WHERE NOT is_assumed") == 2
    assert (
        one(
            tono_session,
            "SELECT count(*) FROM dataset WHERE kind IN ('districts', 'demand', 'roads') AND NOT is_schematic",
        )
        == 0
    )
    assert one(tono_session, "SELECT count(*) FROM resource WHERE source = ''") == 0


def test_nothing_stays_behind(session: Session, bundle: Path) -> None:
    assert counts(session) == {}
    load_demonstration(session, bundle)
    measure_all(session)
    keep_scenario(session, "十人目", Wish(add=1, minutes=10))
    assert set(counts(session)) == {table.name for table in Base.metadata.sorted_tables} - KEPT - BY_HAND
    remove_demonstration(session)
    assert counts(session) == {}


def test_it_loads_again_after_it_was_removed(session: Session, bundle: Path) -> None:
    first = load_demonstration(session, bundle)
    with pytest.raises(InputError, match="loaded already"):
        load_demonstration(session, bundle)
    remove_demonstration(session)
    assert load_demonstration(session, bundle) == first


def test_the_facts_of_the_plan_can_stay(tono_session: Session) -> None:
    facts = one(tono_session, "SELECT count(*) FROM resource WHERE NOT is_demo")
    remove_demonstration(tono_session, only_invented=True)
    assert one(tono_session, "SELECT count(*) FROM resource") == facts
    assert one(tono_session, "SELECT count(*) FROM resource WHERE is_demo") == 0
    assert one(tono_session, "SELECT count(*) FROM district") == 11
