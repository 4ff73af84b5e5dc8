"""What the machine can do to us, databases that are none and disks that are full: one sentence, nothing half done."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from app.postgis import PrivateCluster, cluster
from app.settings import get_settings


def changed(url: str, **parts: object) -> str:
    """Return an address with some parts changed."""
    return make_url(url).set(**parts).render_as_string(hide_password=False)


def cluster_of(url: str) -> PrivateCluster:
    """Return the private cluster that an address leads to."""
    return PrivateCluster(Path(str(make_url(url).query["host"])).parent.parent)


# --- databases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "postgresql://host:port/tono",
        "mysql://host/tono",
        "sqlite:///tono.db",
        "postgresql://",
        "http://x/y",
    ],
)
def test_an_address_that_is_none(tono, address: str) -> None:
    tono("coverage", "--json", on=address).assert_refused("TONO_DATABASE_URL")


def test_a_wrong_password_is_not_repeated(tono, bundled_url: str) -> None:
    said = tono("coverage", on=changed(bundled_url, password="guessed-secret"))  # noqa: S106  (it is wrong)
    said.assert_refused("password authentication failed")
    assert "guessed-secret" not in said.err


def test_a_database_that_is_not_there(tono, bundled_url: str) -> None:
    tono("coverage", on=changed(bundled_url, database="gone_test")).assert_refused(
        'database "gone_test" does not exist'
    )


@pytest.fixture
def without_postgis(own_empty_url: str) -> Iterator[str]:
    """Return the address of a database into which nobody put PostGIS."""
    server = cluster_of(own_empty_url)
    with server._connect("postgres") as connection:
        connection.execute("CREATE DATABASE plain_test OWNER tono_owner TEMPLATE template0")
    yield changed(own_empty_url, database="plain_test")
    server.drop_database("plain_test")


def test_a_database_without_postgis(tono, without_postgis: str) -> None:
    tono("db", "migrate", on=without_postgis).assert_refused("CREATE EXTENSION postgis")
    with psycopg.connect(without_postgis.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_database_of_a_newer_version(tono, own_empty_url: str, contents) -> None:
    with psycopg.connect(own_empty_url.replace("+psycopg", "")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'later'")
    before = contents(own_empty_url)
    for words in (("coverage",), ("db", "migrate"), ("demo", "load")):
        tono(*words, on=own_empty_url).assert_refused("newer version")
    assert contents(own_empty_url) == before


def test_a_database_with_tables_of_somebody_else(tono, without_postgis: str) -> None:
    with cluster_of(without_postgis)._connect("plain_test") as connection:
        connection.execute("CREATE EXTENSION postgis")
        connection.execute("CREATE TABLE district (id integer)")
    tono("db", "migrate", on=without_postgis).assert_refused('"district" already exists')


def test_a_role_that_may_only_read(tono, own_city_url: str, as_web_role: Callable[[str], str], contents) -> None:
    before = contents(own_city_url)
    reader = as_web_role(own_city_url)
    tono("coverage", "--minutes", "7", on=reader).assert_refused("permission denied for table coverage_run")
    tono("demo", "remove", on=reader).assert_refused("permission denied")
    assert contents(own_city_url) == before
    # What was measured before can be read.
    assert tono("coverage", "--json", on=reader).assert_done().document["population"] == 28_062


def test_a_server_that_goes_away_half_way(tono, own_city_url: str, contents, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(own_city_url)

    def broken(session, *_: object) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    monkeypatch.setattr("app.demonstration.remove_demonstration.remove_runs_of", broken)
    tono("demo", "remove", on=own_city_url).assert_refused("does not answer")
    assert contents(own_city_url) == before


def test_words_in_several_lines_become_one_sentence(tono, own_city_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(session, *_: object) -> None:
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION E'first\\nsecond' USING HINT = 'third'; END $$"))

    monkeypatch.setattr("app.demonstration.remove_demonstration.remove_runs_of", broken)
    tono("demo", "remove", on=own_city_url).assert_refused("first second")


@pytest.mark.parametrize("words", [["--minutes", "x"], ["--at", "morning"], ["--profile", "bus"]])
def test_words_that_cannot_be_are_refused_before_a_database_is_started(
    tono, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str]
) -> None:
    monkeypatch.setenv("TONO_STATE_DIR", str(tmp_path / "state"))
    tono("coverage", *words, on="").assert_refused(words[0])
    assert list(tmp_path.iterdir()) == []


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TONO_PORT", "eighty", "TONO_PORT"),
        ("TONO_PORT", "0", "TONO_PORT"),
        ("TONO_PORT", "65536", "TONO_PORT"),
        ("TONO_GSI_TILES", "maybe", "TONO_GSI_TILES"),
        ("TONO_COLOUR", "x", "Unknown setting TONO_COLOUR. Known are: "),
        ("TONO_", "x", "Unknown setting TONO_"),
    ],
)
def test_a_setting_that_is_unknown_or_malformed(
    tono, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    for command in (("coverage", "--json"), ("db", "status"), ("up", "--no-serve"), ("map", "x.html")):
        tono(*command).assert_refused(words)


def test_an_empty_setting_is_the_usual_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONO_DATABASE_URL", "")
    get_settings.cache_clear()
    assert (get_settings().database_url, get_settings().port) == ("", 8000)
    get_settings.cache_clear()


@pytest.mark.parametrize("port", ["0", "65536", "-1"])
def test_a_port_that_is_none_is_wrong_usage(tono, port: str) -> None:
    assert tono("up", "--port", port).status == 2
    assert tono("serve", "--port", port).status == 2


# --- disks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], Path]]:
    """Return what gives a disk of some megabytes of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root may make a small disk")
    mounted = []

    def mount(megabytes: int) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="tono-disk-"))
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", folder],
            check=False,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            folder.rmdir()
            pytest.skip(f"no small disk can be made here: {made.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def fill(disk: Path) -> Path:
    """Leave no room on a disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            return filler


def test_a_full_disk_keeps_the_map_and_the_backup_of_before(tono, small_disk) -> None:
    disk = small_disk(1)
    for words in (("map", disk / "map.html"), ("db", "backup", disk / "tono.dump")):
        words[-1].write_text("the one before")
        filler = fill(disk)
        tono(*words).assert_refused(str(disk))
        filler.unlink()
        assert words[-1].read_text() == "the one before"
    assert sorted(file.name for file in disk.iterdir()) == ["map.html", "tono.dump"]


def test_no_database_is_half_made_on_a_disk_that_is_too_small(tono, small_disk, monkeypatch) -> None:
    disk = small_disk(24)
    monkeypatch.setenv("TONO_STATE_DIR", str(disk))
    tono("up", "--no-serve", on="").assert_refused(f"The disk that holds {disk}/postgis is full")
    assert [file.name for file in (disk / "postgis").iterdir() if file.is_dir() and any(file.iterdir())] == []


def test_a_disk_that_becomes_full_loses_nothing(tono, small_disk, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "START_SECONDS", 20)
    disk = small_disk(110)
    monkeypatch.setenv("TONO_STATE_DIR", str(disk))
    tono("db", "start", on="").assert_done()
    try:
        tono("demo", "load", on="").assert_done()
        before = tono("coverage", "--json", on="").document
        filler = fill(disk)
        cells = "mesh_code,lon,lat,population,households\n5841749232,141.5301,39.3301,12,5\n"
        (tmp_path / "cells.csv").write_text(cells)
        for _ in range(3):
            said = tono("demand", "load", tmp_path / "cells.csv", on="")
            said.assert_refused()
            assert "full" in said.err or "does not answer" in said.err
        filler.unlink()
        tono("db", "start", on="").assert_done()
        assert tono("coverage", "--json", on="").document == before
    finally:
        PrivateCluster(disk).stop()


def test_an_output_that_is_full_is_a_failure() -> None:
    program = Path(sys.executable).with_name("tono")
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    for environment in (buffered, buffered | {"PYTHONUNBUFFERED": "1"}):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [program, "db", "status"], check=False, stdout=full, stderr=subprocess.PIPE, text=True, env=environment
            )
        assert done.returncode == 1
        assert done.stderr.startswith("tono: ")
        assert (done.stderr.count("\n"), "No space left on device" in done.stderr) == (1, True)


def test_a_reader_that_has_seen_enough_is_no_failure_with_a_traceback() -> None:
    program = Path(sys.executable).with_name("tono")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        done = subprocess.run([program, "db", "status"], check=False, stdout=gone, stderr=subprocess.PIPE, text=True)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_every_engine_is_closed_after_its_command(tono, own_city_url: str) -> None:
    for words in (("coverage",), ("demo", "remove"), ("coverage",)):
        tono(*words, on=own_city_url)
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(own_city_url.replace("+psycopg", "", 1), autocommit=True) as connection:
        # The server takes a moment to end a session that its client has closed.
        for _ in range(200):
            (left,) = connection.execute(others).fetchone() or (None,)
            if left == 0:
                break
            time.sleep(0.05)
    assert left == 0
