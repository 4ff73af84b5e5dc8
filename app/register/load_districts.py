"""Use case: a file of district polygons → districts with their borders, all or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from geoalchemy2.shape import from_shape
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.datasets.models import Dataset
from app.datasets.queries import add_dataset
from app.documents.input_file import read_input
from app.errors import InputError
from app.register.models import District
from app.register.queries import list_districts
from app.register.read_districts import COUNTS, districts_of, read_districts

__all__ = ["load_districts", "read_districts"]


def load_districts(session: Session, path: Path, *, source: str = "") -> int:
    """Replace the district borders by those of a GeoJSON, GeoPackage or Shapefile; return how many there are now."""
    file = read_input(path)
    frame = districts_of(file)
    dataset = add_dataset(
        session,
        Dataset(
            kind="districts",
            title="地区の境界",
            source=source or path.name,
            file_name=path.name,
            sha256=file.sha256,
        ),
    )
    stored = {district.name: district for district in list_districts(session)}
    for position, row in enumerate(frame.to_dict("records"), start=1):
        district = stored.pop(row["name"], None)
        if district is None:
            district = District(name=row["name"], position=position)
            session.add(district)
        _fill(district, row, dataset.id)
    _remove_absent(session, stored, path)
    session.flush()
    return len(frame)


def _fill(district: District, row: dict[str, Any], dataset_id: int) -> None:
    district.geometry = from_shape(row["geometry"], srid=4326)
    district.dataset_id = dataset_id
    # Counts belong to the file that brought the borders: those of an older file are not kept under its name.
    district.population, district.households = (_count(row.get(name)) for name in COUNTS)


def _count(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _remove_absent(session: Session, absent: dict[str, District], path: Path) -> None:
    for district in absent.values():
        session.delete(district)
    try:
        session.flush()
    except IntegrityError as error:
        names = "、".join(absent)
        raise InputError(
            f"{path} has no polygon for {names}, but entries of the register or people belong there. "
            "Add the polygon under that name, or remove the old data first (`tono demo remove`)."
        ) from error
