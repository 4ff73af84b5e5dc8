"""Engine, session, transaction and migration: the only place that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from psycopg.errors import DiskFull
from sqlalchemy import Connection, Engine, MetaData, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from app.errors import DatabaseDownError, NotReadyError

MIGRATIONS = Path(__file__).parent / "migrations"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Parent of every stored class."""

    metadata = MetaData(naming_convention=NAMING)


def create_database_engine(url: str, **options: Any) -> Engine:
    """Return an engine on psycopg 3 for a ``postgresql://`` address."""
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5}, **options)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Give a session whose work is committed at the end of the block, or not at all."""
    with answering(engine), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def answering(engine: Engine) -> Iterator[None]:
    """Turn a lost or refused connection and a full disk into one sentence without the password."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.orig, DiskFull):
            raise DatabaseDownError(
                "The disk of the database is full. Free some space and try again. Nothing was changed."
            ) from error
        if not error.connection_invalidated and error.statement is not None:
            raise
        address = engine.url.render_as_string(hide_password=True)
        # The library's words begin with where it tried to connect, which the address says already.
        reason = next(iter(str(error.orig).strip().splitlines()), "").rsplit("failed: ", 1)[-1].strip().rstrip(".")
        raise DatabaseDownError(
            f"The database {address} does not answer ({reason}). Start it (`tono db start`) or check TONO_DATABASE_URL."
        ) from error


def get_session(request: Request) -> Iterator[Session]:
    """Give one session per request, committed before the answer leaves (see `DbSession`)."""
    with transaction(request.app.state.engine) as session:
        yield session


# FastAPI's default scope would answer 200 before a failed commit is seen.
DbSession = Annotated[Session, Depends(get_session, scope="function")]


def migrate(url: str) -> bool:
    """Bring the database at `url` to the newest form, and return whether it had no form at all before.

    Nothing is changed when a step fails.
    """
    # Ten megabytes that a process which serves has no use for.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util.exc import CommandError  # noqa: PLC0415

    engine = create_database_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with answering(engine), engine.begin() as connection:
            # Two starts at once must not migrate twice.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('tono migrate'))"))
            _require_postgis(connection)
            is_new = connection.scalar(text("SELECT to_regclass('public.alembic_version') IS NULL"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return bool(is_new)
    except CommandError as error:
        raise NotReadyError(
            "The database was made by a newer version of this service. Use that version, or restore a backup of this "
            "one (`tono db restore FILE`). Nothing was changed.",
            detail="データベースが、このプログラムより新しい版で作られています。",
        ) from error
    finally:
        engine.dispose()


def _require_postgis(connection: Connection) -> None:
    if connection.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")) is None:
        raise NotReadyError(
            "The database has no PostGIS in it. An administrator of the server puts it in: CREATE EXTENSION postgis. "
            "Nothing was changed.",
            detail="データベースに PostGIS が入っていません。",
        )
