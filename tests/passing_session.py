"""A session of which nothing stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker


@contextmanager
def passing_session(engine: Engine) -> Iterator[Session]:
    """Give a session in an outer transaction: it may change, commit and roll back, and nothing of it stays."""
    with engine.connect() as connection:
        outer = connection.begin()
        with sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")() as session:
            yield session
        outer.rollback()
