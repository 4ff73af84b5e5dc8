"""The migrations make exactly what the classes describe, every geometry is guarded, and the web role may only read."""

from __future__ import annotations

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from geoalchemy2 import Geometry, alembic_helpers
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.models import DemandCell

METADATA = DemandCell.metadata
GEOMETRIES = [(t.name, c.name) for t in METADATA.sorted_tables for c in t.columns if isinstance(c.type, Geometry)]


def test_migrations_and_classes_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        options = {"include_object": alembic_helpers.include_object, "compare_type": True}
        difference = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    assert difference == []


@pytest.mark.parametrize(("table", "column"), GEOMETRIES)
def test_a_geometry_has_its_system_an_index_and_is_checked(session: Session, table: str, column: str) -> None:
    srid = "SELECT srid FROM geometry_columns WHERE f_table_name = :t AND f_geometry_column = :c"
    assert session.execute(text(srid), {"t": table, "c": column}).scalar_one() == 4326
    index = "SELECT count(*) FROM pg_indexes WHERE tablename = :t AND indexdef ~ 'USING gist' AND indexdef ~ :c"
    assert session.execute(text(index), {"t": table, "c": rf"\m{column}\M"}).scalar_one() == 1
    check = """
        SELECT count(*) FROM pg_constraint WHERE conrelid = CAST(:t AS regclass) AND contype = 'c'
        AND pg_get_constraintdef(oid) ILIKE :c"""
    assert session.execute(text(check), {"t": table, "c": f"%st_isvalid({column})%"}).scalar_one() == 1


def test_an_edited_table_has_a_version(session: Session) -> None:
    for table in ("district", "organisation", "resource", "schedule", "watch_agreement", "consultant", "closure"):
        query = text(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = :t AND column_name = 'version'"
        )
        assert session.execute(query, {"t": table}).scalar_one() == 1, table


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO organisation (name, dataset_id, version) VALUES ('x', 1, 1)",
        "UPDATE resource SET name = 'x'",
        "DELETE FROM coverage_run",
        "TRUNCATE demand_cell",
        "CREATE TABLE mine (a int)",
        "DROP TABLE consultant",
        "ALTER TABLE district ADD COLUMN x int",
        "COPY district TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_the_web_role_may_only_read(app_database: str, statement: str) -> None:
    with psycopg.connect(app_database) as connection:
        connection.execute("SELECT count(*) FROM resource")
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
            connection.execute(statement)  # type: ignore[call-overload]
