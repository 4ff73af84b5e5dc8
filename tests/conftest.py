"""Fixtures that every test may ask for: real data, a migrated database per process, a session undone after each test.

The databases lie in a private cluster in the system's temporary folder, shared by all test processes of this checkout
and stopped by the last of them, or on the server of TONO_TEST_DATABASE_URL.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from passing_session import passing_session
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from app.database import create_database_engine, migrate, transaction
from app.demonstration.load_demonstration import load_demonstration
from app.postgis import ClusterError, PrivateCluster, find_postgis
from app.refresh import measure_all
from app.settings import PROJECT_ROOT, get_settings

SUFFIX = "_test"
# The same examples each time, and none fails for having been slow; `make test-long` tries more of them.
settings.register_profile("quick", settings.get_profile("ci"), max_examples=25)
settings.load_profile("quick")
ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this project."""
    parser.addoption("--pictures", action="store_true", help="write the screenshots of docs/pictures anew")


def pytest_xdist_auto_num_workers() -> int:
    """Return three processes for two cores: one that drives a browser also waits for it."""
    return max(1, (os.cpu_count() or 1) * 3 // 2)


# Those that take longest come first, so that at the end no process waits for another.
ORDER = ("real", "browser", "geo")


# Before xdist looks at the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file in one process, which makes what they share once; those of the real roads all in one."""
    for item in items:
        folder = item.path.parent.name
        if folder == "browser":
            item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.xdist_group("real" if folder == "real" else item.path.relative_to(ROOT).as_posix()))
    rank = {name: place for place, name in enumerate(ORDER)}
    items.sort(key=lambda item: rank.get(item.path.parent.name, len(ORDER)))


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the project's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder with the real roads, census and boundaries, or skip."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here: the real roads and census of Tono are not part of the product")
    return folder


NewDatabase = Callable[..., AbstractContextManager[str]]


@contextmanager
def fresh_database(label: str, *, copy_of: str | None = None) -> Iterator[str]:
    """Give the address of a fresh, migrated database, as the role that owns it.

    `copy_of` is the address of a database that nobody is connected to: the new one then has all that stands in it.
    """
    own = get_settings().test_database_url
    origin = make_url(copy_of).database if copy_of else None
    # The process number keeps two test runs at the same time apart.
    name = f"tono_{label}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}{SUFFIX}"
    with on_own_server(make_url(own), name, origin) if own else on_private_cluster(name, origin) as url:
        yield url


@pytest.fixture(scope="session")
def new_database() -> NewDatabase:
    """Return what gives a database of its own to tests that keep what they write."""
    return fresh_database


@pytest.fixture(scope="session")
def bundled_template(new_database: NewDatabase) -> Iterator[str]:
    """Return the address of a database with the bundled data, measured; only for copies, never to be connected to.

    It is made once per test process; a copy takes a tenth of a second.
    """
    with new_database("bundled") as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            load_demonstration(session, ROOT / "data" / "tono")
            measure_all(session)
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """Return the address of a fresh, migrated database, as the role that owns it."""
    with fresh_database("shared") as url:
        yield url


@pytest.fixture(scope="session")
def for_web() -> Callable[[str], str]:
    """Return what turns the address of a test database into that for the role of the web service."""
    if get_settings().test_database_url:
        pytest.skip("the server of TONO_TEST_DATABASE_URL has roles of its own")

    def address(owner: str) -> str:
        found = PrivateCluster(cluster_folder()).url(str(make_url(owner).database), "app")
        return found.replace("postgresql+psycopg://", "postgresql://")

    return address


@pytest.fixture(scope="session")
def app_database(database_url: str, for_web: Callable[[str], str]) -> str:
    """Return the address of the shared database for the role of the web service, in psycopg's own form."""
    return for_web(database_url)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """Return an engine on the test database."""
    engine = create_database_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Return a session in an outer transaction: it may commit and roll back, and nothing of it stays."""
    with passing_session(engine) as session:
        yield session


def cluster_folder() -> Path:
    """Return where the private cluster of the tests of this checkout lies."""
    short = hashlib.sha256(os.fsencode(PROJECT_ROOT)).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"tono-tests-{os.geteuid()}-{short}"


@contextmanager
def on_private_cluster(name: str, origin: str | None) -> Iterator[str]:
    """Give a database in the private cluster of the tests, a copy of `origin` where one is named."""
    try:
        find_postgis()
    except ClusterError as error:
        pytest.skip(f"no database to test with: {error}")
    folder = cluster_folder()
    folder.mkdir(exist_ok=True)
    cluster = PrivateCluster(folder)
    with shared(cluster, folder / "users"):
        with locked(folder / "template"):
            cluster.ensure_database(name, template=origin or migrated_template(cluster))
        yield cluster.url(name)
        cluster.drop_database(name)


@contextmanager
def shared(cluster: PrivateCluster, users: Path) -> Iterator[None]:
    """Keep the cluster running while any test process uses it; a process that is killed is no user any more."""
    with users.open("w") as file:
        if alone(file.fileno()):
            cluster.start()
            forget_at_a_crash(cluster)
            for left in cluster.databases():
                if left.endswith(SUFFIX):
                    cluster.drop_database(left)
        fcntl.flock(file, fcntl.LOCK_SH)
        cluster.start()
        try:
            yield
        finally:
            if alone(file.fileno()):
                cluster.stop()


def forget_at_a_crash(cluster: PrivateCluster) -> None:
    """Let the server not wait for the disk: after a crash of the machine the tests make their databases anew."""
    with cluster._connect("postgres") as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


def alone(handle: int) -> bool:
    """Return whether no other process holds the file, which is then ours alone."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def migrated_template(cluster: PrivateCluster) -> str:
    """Return the name of a database with the newest tables in it; it is made once per state of the migrations."""
    migrations = sorted((PROJECT_ROOT / "app" / "migrations").rglob("*.py"))
    state = hashlib.sha256(b"".join(file.read_bytes() for file in migrations)).hexdigest()[:10]
    name = f"tono{SUFFIX}_template_{state}"
    cluster.ensure_database(name)
    migrate(cluster.url(name))
    return name


@contextmanager
def on_own_server(address: URL, name: str, origin: str | None) -> Iterator[str]:
    """Give a copy of the database of TONO_TEST_DATABASE_URL, or of `origin`, on its server."""
    given = address.database or ""
    if not given.endswith(SUFFIX):
        pytest.fail(f"TONO_TEST_DATABASE_URL names the database {given!r}; its name must end in {SUFFIX}.")
    signed_in = address.set(drivername="postgresql").render_as_string(hide_password=False)
    mark = (
        Path(tempfile.gettempdir()) / f"tono-tests-{os.geteuid()}-{hashlib.sha256(signed_in.encode()).hexdigest()[:8]}"
    )
    with locked(mark):
        migrate(signed_in)
        with psycopg.connect(signed_in, autocommit=True) as connection:
            order = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(order.format(sql.Identifier(name), sql.Identifier(origin or given)))
    yield address.set(database=name).render_as_string(hide_password=False)
    with locked(mark), psycopg.connect(signed_in, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Let one test process at a time do what follows."""
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
