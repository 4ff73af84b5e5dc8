"""A PostgreSQL cluster of our own: in the state folder, on a socket that only this installation reaches.

Nothing listens on the network, the machine's own server is not touched. Three roles: `tono_super` makes databases and
extensions, `tono_owner` owns the tables (migrations, command line), `tono_app` may do what migrations grant it (the web
service).
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import Ping

from app.postgis.errors import ClusterError, telling
from app.postgis.folders import PORT, Folders, find_folders
from app.postgis.installation import find_postgis
from app.postgis.passwords import APP, OWNER, SUPER, make_passwords, read_passwords
from app.postgis.server import (
    START_SECONDS,
    answers,
    forget_passwords,
    halt,
    initialise,
    launch,
    running_pid,
    set_passwords,
)

log = logging.getLogger(__name__)
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
LARGE_OBJECTS = ("lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)")
TEST_NAME = re.compile(r".*_test(_.*)?")


@dataclass(frozen=True)
class ClusterStatus:
    """What a person asks about the private database."""

    running: bool
    version: str
    data_dir: Path
    socket_dir: Path
    size_bytes: int


class PrivateCluster:
    """The private cluster that belongs to a state folder. Making the object touches nothing."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir.absolute()

    @cached_property
    def folders(self) -> Folders:
        """Where the cluster lies, decided once."""
        with telling(self.state_dir):
            return find_folders(self.state_dir)

    # --- start, stop, look ----------------------------------------------------------------------------------------

    def start(self) -> bool:
        """Start the cluster, made first where there is none; return whether it was started by this call."""
        folders = self.folders
        with telling(folders.base):
            folders.make()
            with folders.locked() as lock:
                forget_passwords(folders)
                if self._answers_in_time():
                    return False
                self._launch(lock)
                return True

    def stop(self) -> bool:
        """Stop the cluster; return whether it was running."""
        folders = self.folders
        with telling(folders.base):
            if not folders.data.exists():
                return False
            with folders.locked():
                return halt(folders)

    def status(self) -> ClusterStatus:
        """Return whether the cluster runs, where it lies and how much of the disk it takes."""
        folders = self.folders
        with telling(folders.base):
            version = folders.version
            return ClusterStatus(
                running=running_pid(folders) is not None,
                version="" if version is None else str(version),
                data_dir=folders.data,
                socket_dir=folders.socket,
                size_bytes=_size(folders.data),
            )

    def url(self, database: str, role: Literal["owner", "app"] = "owner") -> str:
        """Return the address of a database for SQLAlchemy, password included."""
        user = {"owner": OWNER, "app": APP}[role]
        host = quote(str(self.folders.socket), safe="")
        return f"postgresql+psycopg://{user}:{self._password(user)}@/{_checked(database)}?host={host}&port={PORT}"

    # --- databases ------------------------------------------------------------------------------------------------

    def ensure_database(self, database: str, *, template: str = "template0") -> None:
        """Make a database with PostGIS in it, owned by `tono_owner`, unless there is one."""
        name, owner, app = (sql.Identifier(word) for word in (_checked(database), OWNER, APP))
        with self._alone(), self._connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                order = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
                connection.execute(order.format(name, owner, sql.Identifier(_checked(template))))
            # Given each time: an earlier call may have been interrupted half way.
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, app))
            with self._connect(database) as inside:
                inside.execute("SET client_min_messages = warning")
                inside.execute("CREATE EXTENSION IF NOT EXISTS postgis")
                inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
                # Large objects are the one thing that every role may write by default.
                inside.execute(f"REVOKE EXECUTE ON FUNCTION {', '.join(LARGE_OBJECTS)} FROM PUBLIC")

    def drop_database(self, database: str) -> None:
        """Delete a database of the tests; refuse any other."""
        if not TEST_NAME.fullmatch(database):
            raise ClusterError(f"Only databases whose name has _test in it are dropped; {database} has not.")
        with self._alone(), self._connect("postgres") as connection:
            name = sql.Identifier(_checked(database))
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def databases(self) -> list[str]:
        """Return the names of the databases made here."""
        query = "SELECT datname FROM pg_database WHERE datname <> 'postgres' AND NOT datistemplate ORDER BY datname"
        with self._connect("postgres") as connection:
            return [name for (name,) in connection.execute(query)]

    # --- how ------------------------------------------------------------------------------------------------------

    def _launch(self, lock: int) -> None:
        folders = self.folders
        installation = find_postgis(folders.version)
        if folders.version is None:
            log.info("Making a private PostgreSQL %s in %s …", installation.major, folders.base)
            initialise(folders, installation, lock)
        elif not (folders.base / "passwords.json").exists():
            log.warning("The passwords of the private database were lost; new ones are drawn.")
            make_passwords(folders.base)
            set_passwords(folders, installation, lock)
        log.info("Starting the private PostgreSQL %s …", installation.major)
        launch(folders, installation)

    def _answers_in_time(self) -> bool:
        """Return whether there is a server, once it has read what an earlier one left; one that is dying is none."""
        deadline = time.monotonic() + START_SECONDS
        while running_pid(self.folders) is not None:
            if answers(self.folders) == Ping.OK:
                return True
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"The private database in {self.folders.base} runs but does not answer yet. Try again in some "
                    f"minutes, or look at {self.folders.data / 'log'}."
                )
            time.sleep(0.1)
        return False

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with telling(self.folders.base):
            if not self.folders.base.is_dir():
                raise ClusterError(f"There is no private database in {self.folders.base} yet. Start it first.")
            with self.folders.locked():
                yield

    def _password(self, role: str) -> str:
        with telling(self.folders.base):
            return read_passwords(self.folders.base)[role]

    @contextmanager
    def _connect(self, database: str) -> Iterator[psycopg.Connection[Any]]:
        """Give a connection as `tono_super`; what the server refuses becomes one sentence."""
        address = make_conninfo(host=str(self.folders.socket), port=PORT, user=SUPER, dbname=database)
        try:
            connection = psycopg.connect(address, password=self._password(SUPER), autocommit=True)
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            raise ClusterError(
                f"The private database in {self.folders.base} does not answer ({reason}). Start it: `tono db start`."
            ) from error
        try:
            with connection:
                yield connection
        except psycopg.Error as error:
            reason = error.diag.message_primary or str(error).strip()
            raise ClusterError(f"The private database refused a change of {database}: {reason}.") from error


def _checked(database: str) -> str:
    if not NAME.fullmatch(database):
        raise ClusterError(f"{database!r} is no database name: small letters, digits and _ only, at most 63.")
    return database


def _size(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.lstat().st_size
        except FileNotFoundError:
            continue  # The server removes files while we count.
    return total
