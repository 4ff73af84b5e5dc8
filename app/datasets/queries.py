"""All SQL on datasets, and the one way to describe a file that is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, TextClause, select, text
from sqlalchemy.orm import Session

from app.datasets.models import Dataset
from app.errors import InputError


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, or say in one sentence why it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            f"The file {path} cannot be read: {error.strerror}. Check the name and the permission."
        ) from error


def add_dataset(session: Session, dataset: Dataset) -> Dataset:
    """Store a dataset and give it its number."""
    session.add(dataset)
    session.flush()
    return dataset


def list_datasets(session: Session) -> Sequence[Dataset]:
    """Return every dataset in the order in which it was loaded."""
    return session.scalars(select(Dataset).order_by(Dataset.id)).all()


def list_bundled(session: Session) -> Sequence[Dataset]:
    """Return the datasets that came with the product."""
    return session.scalars(select(Dataset).where(Dataset.is_bundled).order_by(Dataset.id)).all()


def remove_rows_of(session: Session, table: str, dataset_ids: Sequence[int]) -> int:
    """Delete the rows of a table that came with the datasets; return how many."""
    gone = session.execute(
        text(f"DELETE FROM {table} WHERE dataset_id = ANY(:numbers)"),  # noqa: S608  (our own names)
        {"numbers": list(dataset_ids)},
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def state_of(session: Session | Connection, tables: tuple[str, ...]) -> str:
    """Return a text that changes whenever a row of one of the tables is added, changed or removed.

    PostgreSQL gives every new form of a row another transaction number or another place; so thousands of rows need not
    be read to know that they are as they were.
    """
    return str(session.scalar(_state_query(tables)))


@lru_cache(maxsize=16)
def _state_query(tables: tuple[str, ...]) -> TextClause:
    states = ", ".join(
        f"(SELECT concat_ws('.', count(*), sum(xmin::text::bigint), sum(hashtid(ctid)::bigint)) FROM {table})"  # noqa: S608  (our own names)
        for table in tables
    )
    return text(f"SELECT concat_ws(' ', (SELECT oid FROM pg_database WHERE datname = current_database()), {states})")  # noqa: S608
