"""The bundled CSV files as checked tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

import pandas as pd

from app import tables
from app.documents.dates import parse_day, parse_hour
from app.documents.input_file import read_input

Row = dict[str, Any]


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Return a bundled file as text columns, empty where nothing is known."""
    return tables.read_table(read_input(folder / f"{name}.csv"), {}).frame()


def rows(folder: Path, name: str) -> Iterator[Row]:
    """Yield the rows of a bundled file as dictionaries of texts."""
    for row in read_table(folder, name).to_dict("records"):
        yield {str(key): value for key, value in row.items()}


def numbers(folder: Path, name: str, columns: dict[str, type]) -> pd.DataFrame:
    """Return a bundled file with some columns as numbers."""
    return read_table(folder, name).astype(columns)


def fingerprint(folder: Path, *names: str) -> str:
    """Return the SHA-256 over bundled files."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((folder / f"{name}.csv").read_bytes())
    return digest.hexdigest()


def flag(text: str) -> bool:
    """Return the truth of ``true`` or ``false``."""
    return {"true": True, "false": False, "": False}[text.lower()]


def day(text: str) -> date | None:
    """Return a date, or None where it is not known."""
    return parse_day(text) if text else None


def hour(text: str) -> time | None:
    """Return a time of day, or None where it is not known."""
    return parse_hour(text) if text else None


def point(lon: str, lat: str) -> str | None:
    """Return a point for PostGIS, or None where the place is not known."""
    return f"SRID=4326;POINT({float(lon)} {float(lat)})" if lon and lat else None
