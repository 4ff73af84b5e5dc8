"""A PostgreSQL cluster of our own: in the state folder, on a socket that only this installation reaches.

Nothing listens on the network, the machine's own server is not touched. Three roles: `tono_super` makes databases and
extensions, `tono_owner` owns the tables (migrations, command line), `tono_app` may do what migrations grant it (the web
service). Their passwords are drawn at random and kept in a file that only the owner of the installation can read.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.postgis.errors import ClusterError
from app.postgis.installation import Installation, find_postgis

log = logging.getLogger(__name__)
SUPER, OWNER, APP = "tono_super", "tono_owner", "tono_app"
PORT = 5432
SOCKET_BYTES = 107
START_SECONDS = 60
ORPHAN_SECONDS = 15
LAST_LINES = 8
SERVER_USER = "postgres"
SETTINGS = """
listen_addresses = ''
password_encryption = 'scram-sha-256'
timezone = 'Asia/Tokyo'
jit = off
shared_buffers = '128MB'
max_connections = 60
logging_collector = on
log_directory = 'log'
log_filename = 'server-%a.log'
log_truncate_on_rotation = on
log_rotation_age = '1d'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


@dataclass(frozen=True)
class ClusterStatus:
    """What a person asks about the private database."""

    running: bool
    version: str
    data_dir: Path
    socket_dir: Path


class PrivateCluster:
    """The private cluster that belongs to a state folder. Making the object touches nothing."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir.absolute()

    # --- where things are -----------------------------------------------------------------------------------------

    @cached_property
    def server_user(self) -> pwd.struct_passwd | None:
        """The account that the server runs as when we are root (PostgreSQL refuses root); None for an ordinary user."""
        if os.geteuid() != 0:
            return None
        try:
            return pwd.getpwnam(SERVER_USER)
        except KeyError:
            raise ClusterError(
                f"PostgreSQL does not run as root and there is no user {SERVER_USER!r}. Start this as an ordinary user."
            ) from None

    @cached_property
    def base(self) -> Path:
        """The folder of the cluster; elsewhere when the server's account could not enter the state folder."""
        if self.server_user is None or _others_may_enter(self.state_dir):
            return self.state_dir / "postgis"
        return Path(self.server_user.pw_dir) / f"private-{_short_hash(self.state_dir)}"

    @property
    def data_dir(self) -> Path:
        """The cluster's data."""
        return self.base / "data"

    @cached_property
    def socket_dir(self) -> Path:
        """The folder of the socket, short enough for the system's limit."""
        folder = self.base / "socket"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_BYTES:
            return folder
        return Path(tempfile.gettempdir()) / f"pg-{os.geteuid()}-{_short_hash(self.base)}"

    # --- start, stop, look ----------------------------------------------------------------------------------------

    def start(self) -> bool:
        """Start the cluster, made first where there is none; return whether it was started by this call."""
        installation = find_postgis()
        with self._locked():
            self._check_version(installation)
            if self._running():
                return False
            if not (self.data_dir / "PG_VERSION").exists():
                log.info("Making a private PostgreSQL %s in %s …", installation.major, self.base)
                self._initialise(installation)
            self._remove_foreign_pid()
            self._launch(installation)
            self._make_roles()
            return True

    def stop(self) -> bool:
        """Stop the cluster; return whether it was running."""
        if not self.data_dir.exists():
            return False
        with self._locked():
            if not self._running():
                return False
            options = ["--pgdata", str(self.data_dir), "--mode", "fast", "--wait", "stop"]
            self._run([find_postgis().program("pg_ctl"), *options])
            return True

    def status(self) -> ClusterStatus:
        """Return whether the cluster runs, and where it lies."""
        version = self.data_dir / "PG_VERSION"
        known = version.exists()
        return ClusterStatus(
            running=known and self._running(),
            version=version.read_text().strip() if known else "",
            data_dir=self.data_dir,
            socket_dir=self.socket_dir,
        )

    def url(self, database: str, role: Literal["owner", "app"] = "owner") -> str:
        """Return the address of a database for SQLAlchemy, password included."""
        user = {"owner": OWNER, "app": APP}[role]
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql+psycopg://{user}:{self._passwords()[user]}@/{database}?host={host}&port={PORT}"

    # --- databases ------------------------------------------------------------------------------------------------

    def ensure_database(self, database: str, *, template: str | None = None) -> None:
        """Make a database with PostGIS in it, owned by `tono_owner`, unless there is one."""
        with self._locked(), self._connect("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                return
            name = sql.Identifier(database)
            source = sql.Identifier(template or "template0")
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(name, sql.Identifier(OWNER), source)
            )
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(APP)))
            with self._connect(database) as inside:
                inside.execute("CREATE EXTENSION IF NOT EXISTS postgis")

    def drop_database(self, database: str) -> None:
        """Delete a database of the tests; refuse any other."""
        if not database.endswith("_test"):
            raise ClusterError(f"Only databases whose name ends in _test are dropped; {database} does not.")
        with self._connect("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    # --- how ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the cluster's lock: of several starts at once, one works and the others wait."""
        try:
            self.base.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.base / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise ClusterError(
                f"The folder {self.base} cannot be used: {error.strerror}. Choose another with TONO_STATE_DIR."
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _check_version(self, installation: Installation) -> None:
        file = self.data_dir / "PG_VERSION"
        if file.exists() and file.read_text().strip() != str(installation.major):
            raise ClusterError(
                f"The data in {self.data_dir} belongs to PostgreSQL {file.read_text().strip()}, this machine has "
                f"{installation.major}. Back up with the old version (`tono db backup`) and restore with the new one."
            )

    def _initialise(self, installation: Installation) -> None:
        """Make the data folder under another name and rename it when it is whole."""
        new = self.base / "new"
        shutil.rmtree(new, ignore_errors=True)
        self._hand_over(self.base)
        with tempfile.NamedTemporaryFile("w", dir=self.base, prefix="password-") as file:
            file.write(self._passwords(create=True)[SUPER])
            file.flush()
            self._hand_over(Path(file.name))
            options = ["--username", SUPER, "--pwfile", file.name, "--auth", "scram-sha-256"]
            locale = ["--locale", "C.UTF-8", "--encoding", "UTF8", "--no-instructions"]
            self._run([installation.program("initdb"), "--pgdata", str(new), *options, *locale])
        with (new / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        new.rename(self.data_dir)

    def _launch(self, installation: Installation) -> None:
        self.socket_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._hand_over(self.socket_dir)
        start = f"-k {_quoted(self.socket_dir)} -p {PORT}"
        log_file = self.base / "start.log"
        log_file.unlink(missing_ok=True)
        options = ["--pgdata", str(self.data_dir), "--log", str(log_file), "--options", start]
        wait = ["--wait", "--timeout", str(START_SECONDS), "--silent", "start"]
        deadline = time.monotonic() + ORPHAN_SECONDS
        while True:
            try:
                self._run([installation.program("pg_ctl"), *options, *wait], said=self._server_log)
            except ClusterError as error:
                # The helpers of a server that was killed take a moment to notice.
                if "shared memory" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _server_log(self) -> str:
        """Return the last lines that the server wrote."""
        files = [self.base / "start.log", *(self.data_dir / "log").glob("*.log")]
        newest = max((file for file in files if file.exists()), key=lambda file: file.stat().st_mtime, default=None)
        return "" if newest is None else "\n".join(newest.read_text(errors="replace").splitlines()[-LAST_LINES:])

    def _make_roles(self) -> None:
        words = self._passwords()
        with self._connect("postgres") as connection:
            for role in (OWNER, APP):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                            sql.Identifier(role), sql.Literal(words[role])
                        )
                    )

    def _running(self) -> bool:
        pid = self._pid()
        return pid is not None and _is_server_of(pid, self.data_dir)

    def _pid(self) -> int | None:
        try:
            return int((self.data_dir / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _remove_foreign_pid(self) -> None:
        """Remove the mark of a server that is gone when another program has its number by now."""
        pid = self._pid()
        if pid is not None and Path(f"/proc/{pid}").exists():
            (self.data_dir / "postmaster.pid").unlink()

    def _passwords(self, *, create: bool = False) -> dict[str, str]:
        file = self.base / "passwords.json"
        if not file.exists():
            if not create:
                raise ClusterError(f"The passwords of the private database are not in {file}. Restore that file.")
            words = {role: secrets.token_urlsafe(24) for role in (SUPER, OWNER, APP)}
            part = file.with_suffix(".new")
            handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as out:
                json.dump(words, out)
            part.rename(file)
        loaded: dict[str, str] = json.loads(file.read_text())
        return loaded

    def _connect(self, database: str) -> psycopg.Connection[Any]:
        try:
            return psycopg.connect(
                host=str(self.socket_dir),
                port=PORT,
                user=SUPER,
                password=self._passwords()[SUPER],
                dbname=database,
                autocommit=True,
            )
        except psycopg.OperationalError as error:
            raise ClusterError(f"The private database in {self.base} does not answer: {str(error).strip()}.") from error

    def _hand_over(self, path: Path) -> None:
        if self.server_user is not None:
            os.chown(path, self.server_user.pw_uid, self.server_user.pw_gid)

    def _run(self, command: Sequence[str], *, said: Callable[[], str] = str) -> None:
        """Run a program of PostgreSQL as the server's account; what it says goes to a file, since a pipe would hang."""
        account = self.server_user
        identity: dict[str, Any] = {}
        if account is not None:
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        environment = os.environ | {"LC_ALL": "C.UTF-8"}
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=environment,
                # Ctrl-C is for us: the server must not die of it half way.
                start_new_session=True,
                **identity,
            )
            output.seek(0)
            words = output.read()
        if done.returncode != 0:
            raise ClusterError(_explain(Path(command[0]).name, words + said(), self.base))


def _explain(program: str, words: str, base: Path) -> str:
    if "No space left on device" in words:
        return f"The disk that holds {base} is full. Free some space, or choose another disk with TONO_STATE_DIR."
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line] or lines or ["no message"]
    return f"{program} failed in {base}: {telling[-1]}"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _others_may_enter(folder: Path) -> bool:
    existing = [parent for parent in (folder, *folder.parents) if parent.exists()]
    return all(parent.stat().st_mode & 0o001 for parent in existing)


def _is_server_of(pid: int, data_dir: Path) -> bool:
    """Return whether a process is the PostgreSQL server of a data folder: it works inside that folder."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data_dir.resolve()
    except PermissionError:
        return _answers_as_postgres(pid)
    except OSError:
        return False


def _answers_as_postgres(pid: int) -> bool:
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
