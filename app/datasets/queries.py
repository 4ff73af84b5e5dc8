"""All SQL on datasets, and the one way to describe a file that is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
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
