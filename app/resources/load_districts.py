"""Use case: a file of district polygons → districts with their borders, all or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.datasets.models import Dataset
from app.datasets.queries import add_dataset, file_sha256
from app.errors import InputError
from app.resources.models import District


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
    stored = {district.name: district for district in session.scalars(select(District))}
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
    for count in ("population", "households"):
        if row.get(count) is not None:
            setattr(district, count, int(row[count]))


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
        frame = gpd.read_file(path)
    except Exception as error:  # pyogrio raises many kinds, all of which mean this
        reason = str(error).split("; It might help", maxsplit=1)[0].rstrip(".")
        raise InputError(f"{path} is not a readable GeoJSON or GeoPackage file: {reason}.") from error
    if "name" not in frame.columns:
        raise InputError(f"{path} has no column `name`; it has: {', '.join(map(str, frame.columns))}.")
    if frame.empty:
        raise InputError(f"{path} has no polygon in it.")
    doubled = frame["name"][frame["name"].duplicated()]
    if len(doubled):
        raise InputError(f"{path} has more than one polygon named {doubled.iloc[0]}; merge them into one multipolygon.")
    frame = frame.set_crs(4326) if frame.crs is None else frame.to_crs(4326)
    frame["geometry"] = [_checked(name, shape, path) for name, shape in zip(frame["name"], frame.geometry, strict=True)]
    return frame


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
