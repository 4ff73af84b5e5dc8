"""The private PostGIS on a real server: it starts, stops and comes back, whatever was done to it.

The data is made once; each test finds it stopped and whole, and costs a start (a tenth of a second) and no `initdb`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.postgis import ClusterError, PrivateCluster, find_postgis
from app.postgis.installation import find_clients
from app.postgis.server import running_pid

DATABASE = "kept_test"
# Signs that mean something to a shell, to libpq or to PostgreSQL's own settings.
ODD_NAMES = ("with blanks in it", "地域資源 マップ", 'it\'s "quoted", $HOME; and #more', "a" * 200)
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module", autouse=True)
def _postgis() -> None:
    try:
        find_postgis()
    except ClusterError as error:
        pytest.skip(f"no database to test with: {error}")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Return a folder that the server's account may pass through; pytest's own is closed to others."""
    with tempfile.TemporaryDirectory(prefix="tono-cluster-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def made(place: Path) -> Path:
    """Return the state folder of a stopped cluster with one database that has one row in it."""
    state = place / "made"
    cluster = PrivateCluster(state)
    assert cluster.start() is True
    cluster.ensure_database(DATABASE)
    with signed_in(cluster) as connection:
        connection.execute("CREATE TABLE note AS SELECT 42 AS number, ST_Point(141.5, 39.3, 4326) AS place")
    assert cluster.stop() is True
    return state


@contextmanager
def signed_in(cluster: PrivateCluster) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection as the owner of the tables."""
    address = cluster.url(DATABASE).replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


@contextmanager
def running(state: Path) -> Iterator[PrivateCluster]:
    """Give a cluster that is stopped afterwards, whatever happened."""
    cluster = PrivateCluster(state)
    try:
        yield cluster
    finally:
        PrivateCluster(state).stop()


@pytest.fixture
def stopped(made: Path) -> Iterator[PrivateCluster]:
    """Return the cluster, not running."""
    with running(made) as cluster:
        yield cluster


def note(cluster: PrivateCluster) -> int:
    """Return what was written into the database when it was made."""
    with signed_in(cluster) as connection:
        row = connection.execute("SELECT number FROM note WHERE ST_X(place) = 141.5").fetchone()
    assert row is not None
    return int(row[0])


def server(cluster: PrivateCluster) -> int:
    """Return the process number of the server."""
    pid = running_pid(cluster.folders)
    assert pid is not None
    return pid


# --- start, stop, look ----------------------------------------------------------------------------------------------


def test_start_and_stop_say_whether_they_did_it(stopped: PrivateCluster) -> None:
    assert stopped.status().running is False
    assert stopped.start() is True
    assert stopped.start() is False
    assert stopped.status().running is True
    assert note(stopped) == 42
    assert stopped.stop() is True
    assert stopped.stop() is False
    assert stopped.status().running is False


def test_status_touches_nothing(place: Path) -> None:
    cluster = PrivateCluster(place / "never-made")
    status = cluster.status()
    assert (status.running, status.version, status.size_bytes) == (False, "", 0)
    assert cluster.stop() is False
    assert not (place / "never-made").exists()


def test_status_says_where_and_how_large(stopped: PrivateCluster) -> None:
    stopped.start()
    status = stopped.status()
    assert status.version == str(find_postgis().major)
    assert status.data_dir.is_relative_to(stopped.state_dir)
    assert status.size_bytes > 20_000_000


def test_nothing_listens_on_the_network(stopped: PrivateCluster) -> None:
    stopped.start()
    with signed_in(stopped) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)
    inodes = {str(link.readlink()) for link in Path(f"/proc/{server(stopped)}/fd").iterdir() if link.is_symlink()}
    open_ports = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert [row for row in open_ports if f"socket:[{row[9]}]" in inodes] == []


def test_a_wrong_password_is_refused_and_the_files_are_closed_to_others(stopped: PrivateCluster) -> None:
    stopped.start()
    address = stopped.url(DATABASE).replace("postgresql+psycopg://", "postgresql://")
    password = address.split("tono_owner:")[1].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.replace(password, "guessed"))
    folders = stopped.folders
    assert (folders.base / "passwords.json").stat().st_mode & 0o077 == 0
    assert folders.data.stat().st_mode & 0o077 == 0
    assert folders.socket.stat().st_mode & 0o077 == 0


def test_the_caller_s_postgres_variables_are_not_obeyed(
    stopped: PrivateCluster, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGDATA", str(place / "somebody-else"))
    monkeypatch.setenv("PGPORT", "1")
    assert stopped.start() is True
    assert stopped.stop() is True
    assert not (place / "somebody-else").exists()


@pytest.mark.parametrize("name", ODD_NAMES, ids=["blanks", "japanese", "quotes", "long"])
def test_any_path_will_do(place: Path, made: Path, name: str) -> None:
    folder = place / name
    folder.mkdir()
    moved = made.rename(folder / "state")
    try:
        with running(moved) as cluster:
            assert cluster.start() is True
            assert note(cluster) == 42
            cluster.ensure_database("second_test")
            assert cluster.databases() == [DATABASE, "second_test"]
            cluster.drop_database("second_test")
            assert cluster.stop() is True
    finally:
        moved.rename(made)


# --- what may have happened before ----------------------------------------------------------------------------------


def test_a_killed_server_comes_back_with_its_data(stopped: PrivateCluster) -> None:
    stopped.start()
    with signed_in(stopped) as connection:
        connection.execute("INSERT INTO note SELECT 43, place FROM note")
    pid = server(stopped)
    os.kill(pid, signal.SIGKILL)
    again = PrivateCluster(stopped.state_dir)
    assert again.start() is True
    assert server(again) != pid
    with signed_in(again) as connection:
        assert connection.execute("DELETE FROM note WHERE number = 43").rowcount == 1


@pytest.mark.parametrize("content", ["{pid}\n{data}\n", "999999999\n", "", "what is this"])
def test_a_mark_that_a_dead_server_left_is_seen_through(stopped: PrivateCluster, content: str) -> None:
    # Of the four, the first is the worst: another program, this one, has the number of the dead server by now.
    data = stopped.folders.data
    mark = data / "postmaster.pid"
    mark.write_text(content.format(pid=os.getpid(), data=data))
    if stopped.folders.account is not None:
        shutil.chown(mark, stopped.folders.account.pw_uid, stopped.folders.account.pw_gid)
    assert stopped.status().running is False
    assert stopped.start() is True
    assert note(stopped) == 42


def test_data_that_was_made_half_is_put_aside_and_never_deleted(place: Path) -> None:
    state = place / "half"
    (state / "postgis" / "data").mkdir(parents=True)
    (state / "postgis" / "data" / "PG_VERSION").write_text("15\n")
    (state / "postgis" / "new").mkdir()
    (state / "postgis" / "new" / "rest of a killed start").touch()
    with running(state) as cluster:
        assert cluster.start() is True
        cluster.ensure_database(DATABASE)
    aside = list((state / "postgis").glob("data-not-whole-*"))
    assert [file.name for folder in aside for file in folder.iterdir()] == ["PG_VERSION"]
    assert not (state / "postgis" / "new").exists()


def test_a_start_that_is_killed_while_it_makes_the_data_does_not_disturb_the_next(place: Path) -> None:
    state = place / "killed"
    code = (
        "import sys, pathlib; from app.postgis import PrivateCluster; PrivateCluster(pathlib.Path(sys.argv[1])).start()"
    )
    first = subprocess.Popen([sys.executable, "-c", code, state], cwd=Path(__file__).parents[2])
    making = state / "postgis" / "new" / "base"
    while not making.exists() and first.poll() is None:
        time.sleep(0.01)
    first.kill()
    first.wait()
    # Its initdb is still at work, in a folder that the next start would take for left over.
    with running(state) as cluster:
        assert cluster.start() is True
        cluster.ensure_database(DATABASE)


KILLED_AT = {
    "before initdb": "server._run = lambda *_, **__: die()",
    "while the passwords are written": "passwords.os.fsync = lambda _: die()",
    "after initdb": "server._alone = lambda *_: die()",
    "in the middle of initdb": "run = server._run; server._run = lambda *words, **more: (dying(), run(*words, **more))",
}
KILLED = """
import os, pathlib, signal, sys, threading
from app.postgis import PrivateCluster, passwords, server
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
dying = lambda: threading.Timer(0.3, die).start()
{change}
PrivateCluster(pathlib.Path(sys.argv[1])).start()
"""


@pytest.mark.parametrize("when", KILLED_AT)
def test_a_first_start_that_is_killed_leaves_no_password_behind(place: Path, when: str) -> None:
    state = place / when.replace(" ", "-")
    code = KILLED.format(change=KILLED_AT[when])
    killed = subprocess.run([sys.executable, "-c", code, state], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -signal.SIGKILL
    base = PrivateCluster(state).folders.base
    # What is there already belongs where it is; the second is the first before it is whole.
    assert {file.name for file in base.iterdir()} <= {"lock", "new", "passwords.json", "passwords.new"}
    # As earlier versions left it.
    (base / "password-k3x_9a").write_text("very-secret")
    with running(state) as cluster:
        assert cluster.start() is True
        assert {file.name for file in base.iterdir()} <= {"lock", "data", "socket", "passwords.json"}
        cluster.ensure_database(DATABASE)


def test_a_lost_password_file_is_drawn_anew(stopped: PrivateCluster) -> None:
    file = stopped.folders.base / "passwords.json"
    before = file.read_text()
    assert "tono_owner" in before
    file.unlink()
    assert stopped.start() is True
    assert note(stopped) == 42
    assert file.read_text() != before


def test_a_broken_password_file_is_told_without_its_text(stopped: PrivateCluster) -> None:
    file = stopped.folders.base / "passwords.json"
    before = file.read_text()
    file.write_text('{"tono_super": "very-secret"')
    with pytest.raises(ClusterError, match="cannot be read") as caught:
        stopped.url(DATABASE)
    assert "very-secret" not in str(caught.value)
    file.write_text(before)


def test_of_two_starts_at_once_one_works_and_both_end_with_a_server(stopped: PrivateCluster) -> None:
    ready = threading.Barrier(4)

    def start() -> bool:
        cluster = PrivateCluster(stopped.state_dir)
        ready.wait()
        return cluster.start()

    with ThreadPoolExecutor(4) as pool:
        answers = [answer.result() for answer in [pool.submit(start) for _ in range(4)]]
    assert sorted(answers) == [False, False, False, True]
    assert note(stopped) == 42


def test_databases_made_at_once_are_made_once(stopped: PrivateCluster) -> None:
    stopped.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: PrivateCluster(stopped.state_dir).ensure_database("at_once_test"), range(4)))
    assert stopped.databases() == ["at_once_test", DATABASE]
    stopped.drop_database("at_once_test")


def test_only_databases_of_tests_are_dropped(stopped: PrivateCluster) -> None:
    stopped.start()
    stopped.ensure_database("tono")
    with pytest.raises(ClusterError, match="Only databases whose name has _test"):
        stopped.drop_database("tono")
    stopped.ensure_database("another_test")
    stopped.drop_database("another_test")
    assert stopped.databases() == [DATABASE, "tono"]
    with stopped._connect("postgres") as connection:
        connection.execute("DROP DATABASE tono")


@pytest.mark.parametrize("name", ["Tono", "a b", 'x"; DROP DATABASE postgres', "", "a" * 64])
def test_a_name_that_is_no_database_name_is_refused(stopped: PrivateCluster, name: str) -> None:
    with pytest.raises(ClusterError, match="no database name"):
        stopped.url(name)


def test_a_folder_that_is_a_link_or_a_file_is_refused(place: Path) -> None:
    (place / "elsewhere").mkdir()
    (place / "linked").mkdir()
    (place / "linked" / "postgis").symlink_to(place / "elsewhere")
    with pytest.raises(ClusterError, match="link to somewhere else"):
        PrivateCluster(place / "linked").start()
    (place / "file").write_text("")
    with pytest.raises(ClusterError, match=r"cannot be used.*Not a directory"):
        PrivateCluster(place / "file").start()


def test_a_machine_without_postgres_names_the_packages_and_the_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ClusterError, match=r"apt-get install .*postgresql-postgis.*docker compose"):
        find_postgis(places=["/nowhere/*"])
    with pytest.raises(ClusterError, match="postgresql-client-99"):
        find_clients(99)


def test_data_of_another_version_is_told(stopped: PrivateCluster) -> None:
    mark = stopped.folders.data / "PG_VERSION"
    before = mark.read_text()
    mark.write_text("9\n")
    with pytest.raises(ClusterError, match=r"made by PostgreSQL 9.*tono db backup"):
        stopped.start()
    mark.write_text(before)


# --- as an ordinary user --------------------------------------------------------------------------------------------


def pythons_of_anyone() -> Iterator[Path]:
    """Yield Pythons of this version that might be open to every account of the machine."""
    yield Path(sys.executable)
    yield Path("/usr/bin/python3")


@pytest.fixture
def as_nobody() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what runs Python code as an account that owns nothing."""
    if os.geteuid() != 0:
        pytest.skip("the tests run as an ordinary user already: every other test here is this one")
    account = pwd.getpwnam("nobody")
    paths = os.pathsep.join([str(Path(__file__).parents[2]), *(path for path in sys.path if "site-packages" in path)])

    def run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *words],
            check=False,
            capture_output=True,
            text=True,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            env={"PATH": os.defpath, "PYTHONPATH": paths, "HOME": "/nonexistent"},
            cwd="/",
        )

    for program in pythons_of_anyone():
        try:
            if run(program, "-c", "import sys, psycopg.pq; print(sys.version_info[:2])").stdout.strip() == str(
                sys.version_info[:2]
            ):
                return lambda *words: run(program, *words)
        except PermissionError:
            continue
    pytest.skip("no Python of this version with psycopg is open to the account nobody")


LIFE = """
import os, sys
from pathlib import Path
from app.postgis import PrivateCluster
assert os.geteuid() != 0
cluster = PrivateCluster(Path(sys.argv[1]))
print(cluster.start(), cluster.start())
cluster.ensure_database("tono")
print(cluster.databases(), cluster.folders.base.stat().st_mode & 0o077)
print(cluster.stop(), cluster.status().running)
"""


def test_an_ordinary_user_has_a_cluster_too(
    as_nobody: Callable[..., subprocess.CompletedProcess[str]], place: Path
) -> None:
    state = place / "home of nobody"
    state.mkdir()
    shutil.chown(state, "nobody")
    done = as_nobody("-c", LIFE, str(state))
    assert done.stdout.splitlines() == ["True False", "['tono'] 0", "True False"], done.stderr
    assert {file.owner() for file in state.rglob("*")} == {"nobody"}


def test_a_folder_that_belongs_to_another_user_is_refused(
    as_nobody: Callable[..., subprocess.CompletedProcess[str]], stopped: PrivateCluster
) -> None:
    done = as_nobody("-c", LIFE, str(stopped.state_dir))
    assert done.returncode != 0
    assert "ClusterError" in done.stderr.splitlines()[-1]
    assert "Start it as the user who made it" in done.stderr
    assert stopped.start() is True
