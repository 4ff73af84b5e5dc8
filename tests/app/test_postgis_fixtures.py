"""The fixtures that every database test stands on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.settings import get_settings


def tables(session: Session) -> set[str]:
    names = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    return set(names)


def test_the_database_is_migrated_and_has_postgis(session: Session) -> None:
    assert "alembic_version" in tables(session)
    assert session.scalar(text("SELECT ST_AsText(ST_Point(141.5, 39.3))")) == "POINT(141.5 39.3)"
    assert session.scalar(text("SHOW timezone")) == "Asia/Tokyo"


def test_the_name_says_that_it_is_for_tests(session: Session) -> None:
    assert str(session.scalar(text("SELECT current_database()"))).endswith("_test")


@pytest.mark.parametrize("turn", [1, 2])
def test_nothing_stays_not_even_what_was_committed(session: Session, turn: int) -> None:
    assert "left_behind" not in tables(session)
    session.execute(text("CREATE TABLE left_behind (id integer)"))
    session.commit()
    assert "left_behind" in tables(session)


def test_a_rolled_back_step_does_not_undo_the_one_before(session: Session) -> None:
    session.execute(text("CREATE TABLE kept (id integer)"))
    session.commit()
    session.execute(text("INSERT INTO kept VALUES (1)"))
    session.rollback()
    assert session.scalar(text("SELECT count(*) FROM kept")) == 0


def test_the_owner_of_the_tables_is_no_superuser(engine: Engine) -> None:
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user")
        ).one()
    if row.rolname != "tono_owner":
        pytest.skip("on a server of one's own, the role needs CREATEDB")
    assert row[1] is False


def test_a_database_that_is_not_for_tests_is_refused(
    new_database: Callable[[str], AbstractContextManager[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONO_TEST_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/tono")
    get_settings.cache_clear()
    with pytest.raises(pytest.fail.Exception, match="'tono'; its name must end in _test") as refused, new_database("x"):
        pass
    assert "secret" not in str(refused.value)
    get_settings.cache_clear()
