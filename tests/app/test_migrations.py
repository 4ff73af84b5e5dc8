"""The migrations make what the classes say, to the last constraint, and can be taken back and repeated."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Integer, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.database import MIGRATIONS, Base, create_database_engine, migrate
from app.register.models import District, Resource

OURS = "NOT IN ('spatial_ref_sys', 'geography_columns', 'geometry_columns', 'alembic_version')"
CATALOGUE = {
    "columns": f"""
        SELECT table_name, column_name, data_type, udt_name, character_maximum_length, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name {OURS}""",
    "geometries": "SELECT f_table_name, f_geometry_column, coord_dimension, srid, type FROM geometry_columns",
    "constraints": f"""
        SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text {OURS}""",
    "indexes": f"""
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename {OURS}""",
}


def catalogue(connection: Connection) -> dict[str, list[str]]:
    """Return all that PostgreSQL says of the tables, in one order."""
    return {
        part: sorted(json.dumps(list(row)) for row in connection.execute(text(query)))
        for part, query in CATALOGUE.items()
    }


def alembic(connection: Connection) -> Config:
    """Return the settings of Alembic on a connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@pytest.fixture
def bare(own_empty_url: str):
    """Return an engine on a database of its own that is migrated and empty."""
    engine = create_database_engine(own_empty_url)
    yield engine
    engine.dispose()


def test_migrations_make_exactly_what_the_classes_say(bare) -> None:
    with bare.begin() as connection:
        migrated = catalogue(connection)
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        created = catalogue(connection)
    for part in CATALOGUE:
        assert migrated[part] == created[part], part
    assert len(migrated["geometries"]) >= 9
    assert len(migrated["constraints"]) > 60


def test_a_difference_is_seen(bare) -> None:
    with bare.begin() as connection:
        before = catalogue(connection)
        table = Table("extra", Base.metadata.__class__(), Column("number", Integer, primary_key=True))
        table.create(connection)
        assert catalogue(connection)["columns"] != before["columns"]
        connection.execute(text("ALTER TABLE consultant DROP CONSTRAINT uq_consultant_code"))
        assert catalogue(connection)["constraints"] != before["constraints"]


def test_they_can_be_taken_back_and_made_again(bare) -> None:
    with bare.begin() as connection:
        before = catalogue(connection)
        command.downgrade(alembic(connection), "base")
        assert {part: rows for part, rows in catalogue(connection).items() if rows} == {}
        command.upgrade(alembic(connection), "head")
        assert catalogue(connection) == before


NAMED_BY_FINGERPRINT = (
    "UPDATE road_network SET fingerprint = :old",
    """
    INSERT INTO closure (name, place, content, geometry, edges, located_by, yearly_from, yearly_to, time_zone, reason,
                         detour, source, network_fingerprint, version)
    VALUES ('橋', '', '', 'SRID=4326;MULTILINESTRING((141.5 39.3, 141.6 39.3))', '{1}', 'geometry', '12-01', '03-31',
            'Asia/Tokyo', '', '', 'drawn by hand', :old, 1)
    """,
    """
    INSERT INTO scenario (name, asked, inputs, people, dataset_ids, fingerprint, document, cells)
    VALUES ('案', '{}', jsonb_build_object('network', jsonb_build_object('fingerprint', CAST(:old AS text))), '[]',
            '{}', :old, '', '[]')
    """,
)


def test_stored_networks_get_the_fingerprint_of_today_and_what_names_them_with_it(own_city_url: str) -> None:
    engine = create_database_engine(own_city_url)
    with engine.begin() as connection:
        fingerprint = connection.scalar(text("SELECT fingerprint FROM road_network"))
        command.downgrade(alembic(connection), "0009")
        for change in NAMED_BY_FINGERPRINT:
            connection.execute(text(change), {"old": "0" * 64})
        command.upgrade(alembic(connection), "head")
        queries = (
            "SELECT fingerprint FROM road_network",
            "SELECT network_fingerprint FROM closure WHERE name = '橋'",
            "SELECT inputs #>> '{network,fingerprint}' FROM scenario WHERE name = '案'",
        )
        assert [connection.scalar(text(query)) for query in queries] == [fingerprint] * len(queries)
    engine.dispose()


def test_there_is_one_line_of_them() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_many_at_once_do_the_work_once(bare, own_empty_url: str) -> None:
    with bare.begin() as connection:
        before = catalogue(connection)
        command.downgrade(alembic(connection), "base")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [own_empty_url] * 4))
    with bare.begin() as connection:
        assert catalogue(connection) == before


POINT = "ST_SetSRID(ST_Point(141.5, 39.3), 4326)"
BAD_ROWS = {
    "a polygon that crosses itself": (
        "UPDATE district SET geometry = "
        "ST_GeomFromText('MULTIPOLYGON(((141 39, 142 40, 142 39, 141 40, 141 39)))', 4326)"
    ),
    "another system of coordinates": "UPDATE district SET geometry = ST_SetSRID(geometry, 6678)",
    "a point in place of a polygon": f"UPDATE district SET geometry = {POINT}",
    "fewer people than none": "UPDATE demand_cell SET population = -1",
    "a place without its accuracy": f"UPDATE resource SET location = {POINT}, accuracy_m = NULL",
    "a kind that nobody knows": "UPDATE resource SET kind = 'bar'",
    "a source that is not named": "UPDATE resource SET source = NULL",
    "two networks in use": (
        "INSERT INTO road_network SELECT id + 1, name || '2', kind, fingerprint, nodes, edges, km, components, source, "
        "source_date, extent, is_active, built_at, content, dataset_id FROM road_network"
    ),
    "a cell that is reached for a reason why not": "UPDATE coverage_cell SET reason = 'island'",
    "a run under another number": "UPDATE coverage_run SET id = 'x' WHERE profile = 'walk'",
    "hours that end before they begin": "UPDATE schedule SET start_time = '12:00', end_time = '10:00'",
}


@pytest.mark.parametrize("what", BAD_ROWS)
def test_the_database_itself_refuses(tono_session: Session, what: str) -> None:
    with pytest.raises(DBAPIError) as caught:
        tono_session.execute(text(BAD_ROWS[what]))
    # 23: a constraint; 22: a value of another kind than the column's.
    assert str(caught.value.orig.sqlstate)[:2] in {"22", "23"}


@pytest.mark.parametrize("kind", [District, Resource])
def test_of_two_people_who_edit_one_entry_the_second_is_told(own_city_url: str, kind: Any) -> None:
    engine = create_database_engine(own_city_url)
    with Session(engine) as first, Session(engine) as second:
        mine, theirs = (session.get(kind, session.query(kind).first().id) for session in (first, second))
        mine.name = "一人目"
        first.commit()
        theirs.name = "二人目"
        with pytest.raises(StaleDataError):
            second.commit()
        first.refresh(mine)
        assert (mine.name, mine.version) == ("一人目", 2)
    engine.dispose()
