"""What every command stands on: a word on stderr, and a session that keeps all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy.orm import Session

from app.settings import PROJECT_ROOT, get_settings

BUNDLED = PROJECT_ROOT / "data" / "tono"


def say(text: str) -> None:
    """Tell progress on stderr."""
    typer.echo(text, err=True)


@contextmanager
def opened(*, bundled: bool = True) -> Iterator[Session]:
    """Give a session on the database, started for this command where it does not run; all or nothing is kept.

    A database that this command is the first to use gets the bundled data, as by `tono up`: a city's own roads, borders
    and people are of no use without consultants.
    """
    from app.connection import running_database
    from app.database import create_database_engine, migrate, transaction

    with running_database(get_settings()) as urls:
        is_new = migrate(urls.owner)
        engine = create_database_engine(urls.owner)
        try:
            if is_new and bundled:
                from app.demonstration.load_demonstration import load_demonstration

                say("Loading the bundled data of Tono …")
                with transaction(engine) as session:
                    load_demonstration(session, BUNDLED)
            with transaction(engine) as session:
                yield session
        finally:
            engine.dispose()
