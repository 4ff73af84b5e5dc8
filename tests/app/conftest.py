"""Fixtures of the service: the bundled city in a database, the service on it, the commands; no host but this one."""

from __future__ import annotations

import ipaddress
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from passing_session import passing_session
from sqlalchemy import Engine, make_url, text
from sqlalchemy.orm import Session

from app.cli import main
from app.database import Base, create_database_engine
from app.settings import get_settings

# The name by which FastAPI's test client calls the service.
os.environ["TONO_HOSTS"] = "testserver"

NewDatabase = Callable[..., Any]
foreign: list[str] | None = None


def watch_addresses(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse whatever Python asks of another machine; what was refused is written down."""
    if foreign is None or event not in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        return
    address = arguments[1] if event == "socket.connect" else arguments[0]
    host = address[0] if isinstance(address, tuple) else None if event == "socket.connect" else address
    if not is_here(host):
        foreign.append(f"{event} {host}")
        raise PermissionError(f"A test asked for {host}; nothing may be fetched from outside.")


def is_here(host: object) -> bool:
    """Return whether a host is this machine; an address that is no text belongs to a socket in a folder."""
    if not isinstance(host, str) or host in {"", "localhost", "testserver"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


sys.addaudithook(watch_addresses)


@pytest.fixture(autouse=True)
def asked_outside() -> Iterator[list[str]]:
    """Fail a test that asked another machine for anything; return what it asked for."""
    global foreign  # noqa: PLW0603  (an audit hook cannot be taken away again)
    foreign = []
    yield foreign
    asked, foreign = foreign, None
    assert asked == []


# --- databases -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def bundled_url(bundled_template: str, new_database: NewDatabase) -> Iterator[str]:
    """Return the address of a database with the bundled data that no test changes."""
    with new_database("reading", copy_of=bundled_template) as url:
        yield url


@pytest.fixture(scope="session")
def command_url(bundled_template: str, new_database: NewDatabase) -> Iterator[str]:
    """Return the address of a database with the bundled data on which commands keep what they measure."""
    with new_database("measuring", copy_of=bundled_template) as url:
        yield url


@pytest.fixture
def own_city_url(bundled_template: str, new_database: NewDatabase) -> Iterator[str]:
    """Return the address of a database with the bundled data that belongs to one test."""
    with new_database("city", copy_of=bundled_template) as url:
        yield url


@pytest.fixture
def own_empty_url(new_database: NewDatabase) -> Iterator[str]:
    """Return the address of a migrated database without data that belongs to one test."""
    with new_database("bare") as url:
        yield url


@pytest.fixture(scope="session")
def bundled_engine(bundled_url: str) -> Iterator[Engine]:
    """Return an engine on the database with the bundled data."""
    engine = create_database_engine(bundled_url)
    yield engine
    engine.dispose()


@pytest.fixture
def tono_session(bundled_engine: Engine) -> Iterator[Session]:
    """Return a session on the bundled data: it may change and commit, and nothing of it stays."""
    with passing_session(bundled_engine) as session:
        yield session


@pytest.fixture(scope="session")
def as_web_role(app_database: str) -> Callable[[str], str]:
    """Return what turns the address of a test database into that of the role which the web service reads with."""
    role = make_url(app_database)

    def change(url: str) -> str:
        return make_url(url).set(username=role.username, password=role.password).render_as_string(hide_password=False)

    return change


@pytest.fixture(scope="session")
def contents() -> Callable[[str], dict[str, str]]:
    """Return what gives a fingerprint of the rows of every table of a database."""

    def read(url: str) -> dict[str, str]:
        engine = create_database_engine(url)
        rows = "SELECT coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM {} t"
        with engine.connect() as connection:
            tables = (*Base.metadata.tables, "alembic_version")
            found = {name: str(connection.scalar(text(rows.format(name)))) for name in tables}
        engine.dispose()
        return found

    return read


# --- the command line ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document that is all of standard output."""
        return json.loads(self.out)

    def assert_done(self) -> Said:
        """Fail unless the command did its work."""
        assert (self.status, "Traceback" in self.err) == (0, False), self.err
        return self

    def assert_refused(self, words: str = "") -> None:
        """Fail unless the command ended with status 1, one sentence on stderr and nothing on stdout."""
        assert (self.status, self.out) == (1, ""), (self.out, self.err)
        assert "Traceback" not in self.err
        sentences = [line for line in self.err.splitlines() if line.startswith("tono: ")]
        assert len(sentences) == 1, self.err
        # What comes before are words about the work, which end with the three points of work going on.
        *before, last = self.err.rstrip("\n").splitlines()
        assert last == sentences[0], self.err
        assert [line for line in before if not line.endswith("…")] == []
        assert last.endswith((".", ")", "`", "?")), last
        assert words in last


Run = Callable[..., Said]


@pytest.fixture
def tono(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command_url: str) -> Iterator[Run]:
    """Return what runs a command of `tono` in this process, on the bundled city or another database.

    ``on=""`` is the private database of TONO_STATE_DIR.
    """

    def run(*words: object, on: str | None = None) -> Said:
        monkeypatch.setenv("TONO_DATABASE_URL", command_url if on is None else on)
        monkeypatch.setattr(sys, "argv", ["tono", *map(str, words)])
        get_settings.cache_clear()
        capsys.readouterr()
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        return Said(status, *capsys.readouterr())

    yield run
    monkeypatch.undo()
    get_settings.cache_clear()
