"""Everything in one file, and back."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.postgis.errors import ClusterError, disk_full
from app.postgis.installation import Installation, find_clients
from app.postgis.passwords import APP

log = logging.getLogger(__name__)
# The extension, its table and the rights on PostgreSQL's own functions belong to the server, not to the data.
NOT_OURS = re.compile(
    r"^\d+; \d+ \d+ (((COMMENT )?- )?(EXTENSION|SCHEMA|COMMENT - SCHEMA)\b|ACL pg_catalog\b)|\bspatial_ref_sys\b"
)
TABLE = re.compile(r"^\d+; \d+ \d+ TABLE (?!DATA)", re.MULTILINE)
# Tables that the file does not know must go too, or the migrations after an old file would meet newer tables.
EMPTY_PUBLIC = """
SET LOCAL lock_timeout = '15s';
SET LOCAL client_min_messages = warning;
DO $$
DECLARE
    orders text[];
    one text;
BEGIN
    WITH foreign_to_us AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
    ours AS (
        SELECT 1 AS turn, format('DROP %s IF EXISTS public.%I CASCADE', CASE relkind WHEN 'v' THEN 'VIEW'
            WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, relname) AS text
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
            AND ('pg_class'::regclass, oid) NOT IN (SELECT * FROM foreign_to_us)
        UNION ALL
        SELECT 2, format('DROP SEQUENCE IF EXISTS public.%I CASCADE', relname) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
            AND ('pg_class'::regclass, oid) NOT IN (SELECT * FROM foreign_to_us)
        UNION ALL
        SELECT 3, format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
            AND ('pg_proc'::regclass, oid) NOT IN (SELECT * FROM foreign_to_us)
        UNION ALL
        SELECT 4, format('DROP TYPE IF EXISTS public.%I CASCADE', typname) FROM pg_type
        WHERE typnamespace = 'public'::regnamespace
            AND (typtype IN ('e', 'd') OR typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c'))
            AND ('pg_type'::regclass, oid) NOT IN (SELECT * FROM foreign_to_us)
    )
    SELECT array_agg(text ORDER BY turn) INTO orders FROM ours;
    FOREACH one IN ARRAY coalesce(orders, '{}') LOOP EXECUTE one; END LOOP;
END $$;
"""


@dataclass(frozen=True)
class Target:
    """A database as the programs of PostgreSQL are told of it: the password travels apart from the address."""

    address: str
    password: str
    clients: Installation
    has_postgis: bool
    has_app_role: bool


def backup(url: str, file: Path) -> None:
    """Write a database into a file in PostgreSQL's custom form, whole or not at all."""
    target = _look_at(url)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    except OSError as error:
        raise ClusterError(f"The backup {file} cannot be written: {error.strerror}.") from error
    part = Path(name)
    try:
        _run(target, "pg_dump", ["--format=custom", f"--file={part}", "--dbname", target.address])
        os.fsync(handle)
        part.replace(file)
    except OSError as error:
        raise ClusterError(f"The backup {file} cannot be written: {error.strerror}.") from error
    finally:
        os.close(handle)
        part.unlink(missing_ok=True)


def restore(url: str, file: Path) -> None:
    """Put a database back as it was in a file, in one transaction: if anything fails, nothing has changed."""
    if not file.is_file():
        raise ClusterError(f"There is no backup {file}. Nothing was changed.")
    target = _look_at(url)
    if not target.has_postgis:
        raise ClusterError("The database has no PostGIS in it (CREATE EXTENSION postgis). Nothing was changed.")
    with tempfile.TemporaryDirectory(prefix="tono-restore-") as folder:
        script, empty = Path(folder) / "script.sql", Path(folder) / "empty.sql"
        _write_script(target, file, script)
        empty.write_text(EMPTY_PUBLIC)
        options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"]
        files = [f"--file={empty}", f"--file={script}"]
        _run(target, "psql", [*options, *files, "--dbname", target.address])


def _write_script(target: Target, file: Path, script: Path) -> None:
    """Turn the whole file into orders before any is given: a file that breaks off is seen here."""
    contents = _run(target, "pg_restore", ["--list", str(file.absolute())])
    ours = "\n".join(line for line in contents.splitlines() if not NOT_OURS.search(line))
    if not TABLE.search(ours):
        raise ClusterError(f"{file} is no backup of this service: there is no table in it. Nothing was changed.")
    wanted = script.with_name("wanted.list")
    wanted.write_text(ours)
    options = ["--no-owner", f"--use-list={wanted}", f"--file={script}"]
    if not target.has_app_role:
        log.warning("There is no role %s on this server: the file's permissions are left out.", APP)
        options.append("--no-acl")
    _run(target, "pg_restore", [*options, str(file.absolute())])


def _look_at(url: str) -> Target:
    """Sign in once and learn what the programs must know."""
    try:
        words: dict[str, Any] = conninfo_to_dict(re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url))
    except psycopg.ProgrammingError:
        # The message of the library may quote the address, and the password stands in it.
        raise ClusterError("The address of the database cannot be read. Check TONO_DATABASE_URL.") from None
    password = str(words.pop("password", None) or "")
    address = make_conninfo(**words)
    try:
        with psycopg.connect(address, password=password or None, connect_timeout=10) as connection:
            major = connection.info.server_version // 10000
            postgis = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone()
            role = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone()
    except psycopg.Error as error:
        raise ClusterError(f"The database does not answer: {str(error).strip().splitlines()[-1]}") from error
    return Target(address, password, find_clients(major), postgis is not None, role is not None)


def _run(target: Target, program: str, options: Sequence[str]) -> str:
    environment = dict(os.environ) | {"LC_ALL": "C.UTF-8"}
    if target.password:
        # By the environment: a command line can be read by anyone on the machine.
        environment["PGPASSWORD"] = target.password
    done = subprocess.run(
        [target.clients.program(program), *options],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
    )
    if done.returncode != 0:
        raise _failure(program, options, done.stderr)
    return done.stdout


def _failure(program: str, options: Sequence[str], words: str) -> ClusterError:
    if "No space left on device" in words:
        written = [option.removeprefix("--file=") for option in options if option.startswith("--file=")]
        return disk_full(Path(written[-1]).parent if written else Path(tempfile.gettempdir()))
    if "lock timeout" in words:
        return ClusterError("The database is in use. Stop the map (Ctrl-C) and try again. Nothing was changed.")
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    telling = [line for line in lines if "ERROR" in line or "error:" in line] or lines or ["no message"]
    return ClusterError(f"{program} failed: {telling[0].rstrip('.')}. Nothing was changed.")
