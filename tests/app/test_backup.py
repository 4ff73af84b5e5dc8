"""Everything into one file and back: the same rows, the same rights, and a bad file changes nothing."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from app.postgis import ClusterError, archive, backup, restore

Contents = dict[str, str]


def plain(url: str) -> str:
    """Return an address in psycopg's own form."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def change(url: str, *orders: str) -> None:
    """Give orders to a database."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        for order in orders:
            connection.execute(order.encode())


@pytest.fixture(scope="module")
def saved(bundled_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup of the bundled city."""
    file = tmp_path_factory.mktemp("backup") / "tono の控え.dump"
    backup(bundled_url, file)
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]
    return file


def test_all_comes_back_as_it_was(own_city_url: str, saved: Path, contents, as_web_role) -> None:
    before = contents(own_city_url)
    change(
        own_city_url,
        "DELETE FROM coverage_run",
        "UPDATE resource SET name = 'x', version = version + 1",
        "DROP TABLE schedule",
        "CREATE TABLE newer (id serial PRIMARY KEY, of integer REFERENCES district)",
        "CREATE VIEW seen AS SELECT * FROM newer",
        "CREATE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql RETURN 2 * a",
        "CREATE TYPE mood AS ENUM ('good')",
    )
    restore(own_city_url, saved)
    assert contents(own_city_url) == before
    with psycopg.connect(plain(own_city_url)) as connection:
        left = "SELECT to_regclass('newer'), to_regclass('seen'), to_regproc('twice'), to_regtype('mood')"
        assert connection.execute(left).fetchone() == (None, None, None, None)
        # What comes next gets the next number, as before.
        connection.execute(
            "INSERT INTO organisation (name, dataset_id, version) SELECT 'neu', dataset_id, 1 FROM resource LIMIT 1"
        )
    with psycopg.connect(plain(as_web_role(own_city_url))) as connection:
        connection.execute("SELECT * FROM resource LIMIT 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM resource")


def test_a_backup_may_be_put_into_an_empty_database(
    own_empty_url: str, bundled_url: str, saved: Path, contents
) -> None:
    restore(own_empty_url, saved)
    assert contents(own_empty_url) == contents(bundled_url)


def without_end(content: bytes) -> bytes:
    return content[: len(content) // 2]


def with_damage(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes(255 - byte for byte in content[middle : middle + 64]) + content[middle + 64 :]


def with_only_a_head(content: bytes) -> bytes:
    return content[:200]


def nothing(_: bytes) -> bytes:
    return b""


def a_letter(_: bytes) -> bytes:
    return "拝啓".encode()


@pytest.mark.parametrize("spoil", [without_end, with_damage, with_only_a_head, nothing, a_letter])
def test_a_broken_file_leaves_the_data_as_it_is(bundled_url: str, saved: Path, tmp_path: Path, contents, spoil) -> None:
    before = contents(bundled_url)
    broken = tmp_path / "broken.dump"
    broken.write_bytes(spoil(saved.read_bytes()))
    with pytest.raises(ClusterError, match=r"Nothing was changed\.$"):
        restore(bundled_url, broken)
    assert contents(bundled_url) == before


def test_a_backup_of_something_else_is_refused(own_empty_url: str, bundled_url: str, tmp_path: Path, contents) -> None:
    change(own_empty_url, archive.EMPTY_PUBLIC)
    other = tmp_path / "other.dump"
    backup(own_empty_url, other)
    before = contents(bundled_url)
    with pytest.raises(ClusterError, match="no backup of this service"):
        restore(bundled_url, other)
    assert contents(bundled_url) == before


def test_a_file_that_is_not_there_and_a_folder_are_refused(bundled_url: str, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.dump", tmp_path):
        with pytest.raises(ClusterError, match=r"There is no backup .*\. Nothing was changed\.$"):
            restore(bundled_url, path)


def test_a_database_in_use_is_not_restored_and_says_so(
    own_city_url: str, saved: Path, contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "EMPTY_PUBLIC", archive.EMPTY_PUBLIC.replace("'15s'", "'50ms'"))
    before = contents(own_city_url)
    with psycopg.connect(plain(own_city_url)) as reader:
        reader.execute("SELECT count(*) FROM resource")
        with pytest.raises(ClusterError, match="in use"):
            restore(own_city_url, saved)
    assert contents(own_city_url) == before


def test_a_backup_that_cannot_be_made_keeps_the_one_before(bundled_url: str, tmp_path: Path) -> None:
    file = tmp_path / "kept.dump"
    file.write_text("the one before")
    nobody_there = make_url(bundled_url).set(database="gone_test").render_as_string(hide_password=False)
    with pytest.raises(ClusterError, match="does not answer") as caught:
        backup(nobody_there, file)
    assert str(make_url(bundled_url).password) not in str(caught.value)
    assert file.read_text() == "the one before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept.dump"]
    with pytest.raises(ClusterError, match="cannot be written: No such file or directory"):
        backup(bundled_url, tmp_path / "no such folder" / "new.dump")


def test_the_commands_say_what_they_did(tono, own_city_url: str, tmp_path: Path, contents) -> None:
    file = tmp_path / "all.dump"
    before = contents(own_city_url)
    assert str(file) in tono("db", "backup", file, on=own_city_url).assert_done().err
    change(own_city_url, "DELETE FROM coverage_run")
    tono("db", "restore", file, on=own_city_url).assert_done()
    assert contents(own_city_url) == before
    file.write_bytes(file.read_bytes()[:5000])
    tono("db", "restore", file, on=own_city_url).assert_refused("Nothing was changed")
    assert contents(own_city_url) == before
