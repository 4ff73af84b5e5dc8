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
def opened(*, migrate: bool = True) -> Iterator[Session]:
    """Give a session on the database, started for this command where it does not run; all or nothing is kept."""
    from app.connection import running_database
    from app.database import create_database_engine, transaction
    from app.database import migrate as bring_up_to_date

    with running_database(get_settings()) as urls:
        if migrate:
            bring_up_to_date(urls.owner)
        engine = create_database_engine(urls.owner)
        try:
            with transaction(engine) as session:
                yield session
        finally:
            engine.dispose()
