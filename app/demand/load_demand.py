"""Use case: a file of mesh cells → where people live, all or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from app.datasets.models import Dataset
from app.datasets.queries import add_dataset, file_sha256
from app.demand.models import DemandCell
from app.demand.queries import assign_districts, remove_cells
from app.errors import InputError
from geo.mesh import bounds as mesh_bounds

REQUIRED = ("mesh_code", "lon", "lat", "population", "households")
Bounds = tuple[float, float, float, float]


def load_demand(
    session: Session,
    path: Path,
    *,
    districts: Mapping[str, int],
    city_bounds: Bounds | None,
    as_of: date | None = None,
    source: str = "",
) -> tuple[int, int, int]:
    """Replace the mesh cells by those of a file; return cells, people, and cells that lie in no district."""
    frame = read_demand(path)
    _check_districts(frame, districts, path)
    if city_bounds:
        _check_city(frame, city_bounds, path)
    dataset = add_dataset(
        session,
        Dataset(
            kind="demand",
            title="人口(250mメッシュ)",
            source=source or path.name,
            file_name=path.name,
            sha256=file_sha256(path),
            as_of=as_of,
        ),
    )
    store_cells(session, frame, dataset=dataset, districts=districts)
    outside = assign_districts(session)
    return len(frame), int(frame["population"].sum()), outside


def store_cells(session: Session, frame: pd.DataFrame, *, dataset: Dataset, districts: Mapping[str, int]) -> None:
    """Replace all cells by the rows of a checked frame."""
    remove_cells(session)
    given = frame["district"] if "district" in frame else pd.Series([None] * len(frame))
    session.add_all(
        DemandCell(
            mesh_code=row["mesh_code"],
            district_id=districts.get(name) if isinstance(name, str) else None,
            is_district_given=isinstance(name, str),
            population=int(row["population"]),
            households=int(row["households"]),
            location=f"SRID=4326;POINT({row['lon']} {row['lat']})",
            access_point=f"SRID=4326;POINT({row['rep_lon']} {row['rep_lat']})",
            dataset_id=dataset.id,
        )
        for row, name in zip(frame.to_dict("records"), given, strict=True)
    )
    session.flush()


def read_demand(path: Path) -> pd.DataFrame:
    """Return the checked rows of a Parquet or CSV file, with `rep_lon` and `rep_lat` always filled."""
    file_sha256(path)
    try:
        frame = pd.read_csv(path, dtype={"mesh_code": str}) if path.suffix == ".csv" else pd.read_parquet(path)
    except Exception as error:  # pandas and pyarrow raise many kinds, all of which mean this
        raise InputError(f"{path} is not a readable Parquet or CSV file: {error}.") from error
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise InputError(f"{path} has no column {', '.join(missing)}; it has: {', '.join(map(str, frame.columns))}.")
    if frame.empty:
        raise InputError(f"{path} has no row.")
    frame = frame.reset_index(drop=True)
    frame["mesh_code"] = frame["mesh_code"].astype(str)
    if "rep_lon" not in frame or "rep_lat" not in frame:
        frame["rep_lon"], frame["rep_lat"] = frame["lon"], frame["lat"]
    _check_numbers(frame, path)
    _check_mesh(frame, path)
    return frame


def _refuse(path: Path, frame: pd.DataFrame, bad: pd.Series | np.ndarray, what: str) -> None:
    rows = np.flatnonzero(np.asarray(bad))
    if len(rows):
        first = rows[0]
        code = frame["mesh_code"].iloc[first]
        more = f" ({len(rows)} rows have this)" if len(rows) > 1 else ""
        raise InputError(f"{path}, row {first + 1} (mesh {code}): {what}{more}. Nothing was loaded.")


def _check_numbers(frame: pd.DataFrame, path: Path) -> None:
    for name in ("population", "households"):
        values = pd.to_numeric(frame[name], errors="coerce")
        _refuse(path, frame, values.isna(), f"{name} is not a number")
        _refuse(path, frame, values < 0, f"{name} is below 0")
        _refuse(path, frame, values != values.round(), f"{name} is not a whole number")
        frame[name] = values.astype(int)
    for name in ("lon", "lat", "rep_lon", "rep_lat"):
        values = pd.to_numeric(frame[name], errors="coerce")
        _refuse(path, frame, ~np.isfinite(values), f"{name} is not a number")
        frame[name] = values
    _refuse(path, frame, frame["mesh_code"].duplicated(), "the mesh code stands in the file twice")


def _check_mesh(frame: pd.DataFrame, path: Path) -> None:
    for position, code in enumerate(frame["mesh_code"]):
        try:
            west, south, east, north = mesh_bounds(code)
        except ValueError as error:
            raise InputError(f"{path}, row {position + 1}: {error} Nothing was loaded.") from error
        lon, lat = frame["lon"].iloc[position], frame["lat"].iloc[position]
        if not (west <= lon <= east and south <= lat <= north):
            raise InputError(
                f"{path}, row {position + 1}: the point {lon}, {lat} does not lie in mesh {code} "
                f"({west}–{east}, {south}–{north}). Are lon and lat swapped? Nothing was loaded."
            )


def _check_districts(frame: pd.DataFrame, districts: Mapping[str, int], path: Path) -> None:
    if "district" not in frame:
        return
    unknown = sorted({name for name in frame["district"] if isinstance(name, str)} - set(districts))
    if unknown:
        raise InputError(
            f"{path} names districts that are not in the register: {'、'.join(unknown)}. "
            f"Known are: {'、'.join(districts) or 'none; load districts first'}. Nothing was loaded."
        )


def _check_city(frame: pd.DataFrame, city: Bounds, path: Path) -> None:
    west, south, east, north = city
    inside = frame["rep_lon"].between(west, east) & frame["rep_lat"].between(south, north)
    if inside.mean() < 0.5:
        raise InputError(
            f"{path} has {len(frame) - int(inside.sum())} of {len(frame)} cells outside the districts "
            f"({west:.3f}–{east:.3f}, {south:.3f}–{north:.3f}): is it a file of another city? Nothing was loaded."
        )
