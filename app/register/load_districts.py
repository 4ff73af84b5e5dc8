"""Use case: a file of district polygons → districts with their borders, all or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.datasets.models import Dataset
from app.datasets.queries import add_dataset, file_sha256
from app.errors import InputError
from app.register.models import District
from app.register.queries import list_districts

COUNTS = ("population", "households")


def load_districts(session: Session, path: Path, *, source: str = "") -> int:
    """Replace the district borders by those of a GeoJSON or GeoPackage file; return how many there are now."""
    frame = read_districts(path)
    dataset = add_dataset(
        session,
        Dataset(
            kind="districts",
            title="地区の境界",
            source=source or path.name,
            file_name=path.name,
            sha256=file_sha256(path),
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


def read_districts(path: Path) -> gpd.GeoDataFrame:
    """Return the valid polygons of a file in EPSG:4326 with a unique `name`, or say what is wrong where."""
    file_sha256(path)
    try:
        layers = [name for name, _ in pyogrio.list_layers(path)]
        frame = gpd.read_file(path, layer=layers[0])
    except Exception as error:  # pyogrio raises many kinds, all of which mean this
        raise InputError(f"{path} is not a readable GeoJSON or GeoPackage file: {error}.") from error
    if len(layers) > 1:
        raise InputError(f"{path} has {len(layers)} layers ({', '.join(layers)}); keep the one with the districts.")
    _check_columns(frame, path)
    frame = frame.set_crs(4326) if frame.crs is None else frame.to_crs(4326)
    frame["geometry"] = [_checked(name, shape, path) for name, shape in zip(frame["name"], frame.geometry, strict=True)]
    return frame


def _check_columns(frame: gpd.GeoDataFrame, path: Path) -> None:
    if "name" not in frame.columns:
        raise InputError(f"{path} has no column `name`; it has: {', '.join(map(str, frame.columns))}.")
    if frame.empty or not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{path} has no polygon in it.")
    names = frame["name"].fillna("").astype(str).str.strip()
    if (names == "").any():
        raise InputError(f"{path}, polygon {int(names.argmin()) + 1}: the name is empty.")
    doubled = names[names.duplicated()]
    if len(doubled):
        raise InputError(f"{path} has more than one polygon named {doubled.iloc[0]}; merge them into one multipolygon.")
    frame["name"] = names
    for count in COUNTS:
        if count in frame.columns:
            frame[count] = _checked_counts(frame, count, path)


def _checked_counts(frame: gpd.GeoDataFrame, count: str, path: Path) -> pd.Series[float]:
    values: pd.Series[float] = pd.to_numeric(frame[count], errors="coerce")
    bad = (values.isna() & frame[count].notna()) | (values < 0) | (values.notna() & (values % 1 != 0))
    if bad.any():
        first = frame[bad].iloc[0]
        raise InputError(f"{path}: the {count} of district {first['name']} is {first[count]}, not a whole number ≥ 0.")
    return values


def _checked(name: str, shape: Any, path: Path) -> MultiPolygon:
    if isinstance(shape, Polygon):
        shape = MultiPolygon([shape])
    if not isinstance(shape, MultiPolygon) or shape.is_empty:
        kind = "nothing" if shape is None else shape.geom_type
        raise InputError(f"{path}: district {name} must be a polygon, but is {kind}.")
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise InputError(f"{path}: the polygon of district {name} cannot be used: {reason}. Mend it in the source.")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InputError(f"{path}: district {name} lies outside the globe ({west}, {south}); name its CRS in the file.")
    return shapely.force_2d(shape)
