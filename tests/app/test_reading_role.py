"""What comes over HTTP can change nothing: PostgreSQL itself refuses the role of the web service.

Twice: in the private cluster, and in a server whose roles were made by the script of the containers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.database import Base, migrate
from app.postgis import PrivateCluster

TABLES = sorted([*Base.metadata.tables, "alembic_version"])
# What the pages write: each table with the orders that its page needs, and the sequence of its numbers.
# The page of scenarios adds them and asks for jobs; the worker says how far a job is, in those columns alone.
WRITTEN = {"closure": {"INSERT", "UPDATE", "DELETE"}, "scenario": {"INSERT"}, "job": {"INSERT"}}
COLUMNS = {"job": {"state", "attempt", "share", "words", "result", "failure", "finished_at"}}
DRAWN_FROM = {"closure_id_seq", "scenario_id_seq", "job_id_seq"}
REFUSALS = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
ORDERS = [
    "CREATE TABLE mine (a integer)",
    "CREATE TEMPORARY TABLE mine (a integer)",
    "CREATE SCHEMA mine",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql RETURN 1",
    "CREATE EXTENSION dblink",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "ALTER ROLE tono_owner PASSWORD 'mine'",
    "SET ROLE tono_owner",
    "GRANT tono_owner TO tono_app",
    "DROP EXTENSION postgis CASCADE",
    "UPDATE spatial_ref_sys SET auth_name = 'mine'",
    "COPY district TO PROGRAM 'true'",
    "COPY district TO '/tmp/tono-mine'",
    "COPY district (name) FROM '/etc/hostname'",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'mine')",
    "ALTER SYSTEM SET jit = on",
    "SELECT passwd FROM pg_shadow",
]


@pytest.fixture(scope="module")
def by_script(root: Path) -> Iterator[str]:
    """Return the address of the reading role in a database that the script of the containers made."""
    if shutil.which("psql") is None:
        pytest.skip("no psql on this machine")
    with tempfile.TemporaryDirectory(prefix="tono-roles-") as folder:
        Path(folder).chmod(0o755)
        cluster = PrivateCluster(Path(folder))
        cluster.start()
        try:
            with cluster._connect("postgres") as connection:
                # The image of the container has a superuser and nothing else.
                connection.execute("DROP ROLE tono_owner, tono_app")
                connection.execute("GRANT CONNECT, TEMPORARY ON DATABASE postgres TO PUBLIC")
                connection.execute("GRANT CONNECT ON DATABASE template1 TO PUBLIC")
            host = str(cluster.folders.socket)
            secrets = {"TONO_OWNER_PASSWORD": "owner's secret", "TONO_APP_PASSWORD": 'app"s secret'}
            signed_in = {"POSTGRES_USER": "tono_super", "PGPASSWORD": cluster._password("tono_super"), "PGHOST": host}
            script = root / "docker" / "postgis" / "roles.sh"
            subprocess.run(
                ["sh", script],
                check=True,
                capture_output=True,
                env={"PATH": os.environ["PATH"], **signed_in, **secrets},
            )
            migrate(f"postgresql://tono_owner:owner's secret@/tono?host={host}")
            yield psycopg.conninfo.make_conninfo(
                user="tono_app", password=secrets["TONO_APP_PASSWORD"], host=host, dbname="tono"
            )
        finally:
            cluster.stop()


@pytest.fixture(scope="module")
def by_cluster(bundled_url: str, as_web_role: Callable[[str], str]) -> str:
    """Return the address of the reading role on the bundled data in the private cluster."""
    return as_web_role(bundled_url).replace("postgresql+psycopg://", "postgresql://")


@pytest.fixture(params=["by_cluster", "by_script"])
def reader(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """Return a connection of the web service's role."""
    with psycopg.connect(request.getfixturevalue(request.param), autocommit=True) as connection:
        yield connection


def test_it_may_read_every_table(reader: psycopg.Connection) -> None:
    for table in TABLES:
        reader.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(table)))
    assert reader.execute("SELECT ST_AsText(ST_Point(141.5, 39.3))").fetchone() == ("POINT(141.5 39.3)",)


def test_it_may_change_no_table(reader: psycopg.Connection) -> None:
    changes = ("INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}", "TRUNCATE {} CASCADE", "DROP TABLE {} CASCADE")
    for table in TABLES:
        name = sql.Identifier(table)
        column = reader.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(name)).description[0].name
        change = sql.SQL("UPDATE {} SET {} = NULL").format(name, sql.Identifier(column))
        refused = [order for order in changes if order.split()[0] not in WRITTEN.get(table, set())]
        orders = [change, *(sql.SQL(order).format(name) for order in refused)]
        if "UPDATE" in WRITTEN.get(table, set()):
            orders.remove(change)
        for order in [*orders, sql.SQL("ALTER TABLE {} ADD mine integer").format(name)]:
            with pytest.raises(REFUSALS):
                reader.execute(order)


def test_it_may_write_what_its_pages_write_and_no_more(reader: psycopg.Connection) -> None:
    query = """
        SELECT table_name, privilege_type FROM information_schema.role_table_grants
        WHERE grantee = 'tono_app' AND table_schema = 'public' AND privilege_type <> 'SELECT'"""
    granted: dict[str, set[str]] = {}
    for table, order in reader.execute(query):
        granted.setdefault(table, set()).add(order)
    assert granted == WRITTEN
    query = """
        SELECT table_name, column_name FROM information_schema.role_column_grants
        WHERE grantee = 'tono_app' AND table_schema = 'public' AND privilege_type = 'UPDATE'"""
    columns: dict[str, set[str]] = {}
    for table, column in reader.execute(query):
        if "UPDATE" not in WRITTEN.get(table, set()):
            columns.setdefault(table, set()).add(column)
    assert columns == COLUMNS
    drawn = "SELECT sequencename FROM pg_sequences WHERE has_sequence_privilege(quote_ident(sequencename), 'USAGE')"
    assert {name for (name,) in reader.execute(drawn)} == DRAWN_FROM


def test_it_may_draw_no_number(reader: psycopg.Connection) -> None:
    found = reader.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'").fetchall()
    assert len(found) > 5
    for (name,) in found:
        if name in DRAWN_FROM:
            continue
        with pytest.raises(REFUSALS):
            reader.execute("SELECT nextval(%s::regclass)", [name])


@pytest.mark.parametrize("order", ORDERS)
def test_it_may_do_nothing_else(reader: psycopg.Connection, order: str) -> None:
    with pytest.raises(REFUSALS):
        reader.execute(order.encode())


def test_it_is_a_plain_role_and_may_enter_this_database_alone(reader: psycopg.Connection) -> None:
    powers = "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles"
    assert reader.execute(f"{powers} WHERE rolname = current_user").fetchone() == (False,)
    assert reader.execute("SELECT count(*) FROM pg_auth_members WHERE member = 'tono_app'::regrole").fetchone() == (0,)
    owned = "SELECT count(*) FROM pg_class WHERE relowner = 'tono_app'::regrole"
    assert reader.execute(owned).fetchone() == (0,)
    may_enter = "SELECT datname FROM pg_database WHERE datallowconn AND has_database_privilege(datname, 'CONNECT')"
    entered = {name for (name,) in reader.execute(may_enter)}
    assert entered & {"postgres", "template1"} == set()
    assert reader.info.dbname in entered


def test_the_owner_of_the_tables_is_no_superuser_either(reader: psycopg.Connection) -> None:
    owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'"
    assert reader.execute(owners).fetchall() == [("tono_owner",)]
    powers = (
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles WHERE rolname = 'tono_owner'"
    )
    assert reader.execute(powers).fetchone() == (False,)
