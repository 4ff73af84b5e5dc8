"""Use case: a file of mesh cells → where people live, all or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy.orm import Session

from app.datasets.models import Dataset
from app.datasets.queries import add_dataset
from app.demand.models import DemandCell
from app.demand.queries import assign_districts, list_cells, remove_cells
from app.demand.read_demand import demand_of
from app.documents.input_file import read_input
from app.errors import InputError

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
    file = read_input(path)
    frame = demand_of(file)
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
            sha256=file.sha256,
            as_of=as_of,
        ),
    )
    store_cells(session, frame, dataset=dataset, districts=districts)
    outside = assign_districts(session)
    return len(frame), int(frame["population"].sum()), outside


def give_new_districts(session: Session, path: Path, city_bounds: Bounds | None) -> int:
    """Give people the districts of the borders that a file brought; return the cells that lie in none of them."""
    cells = list_cells(session)
    outside = sum(not _is_inside(city_bounds, *cell.access_point) for cell in cells)
    if city_bounds and outside > len(cells) / 2:
        west, south, east, north = city_bounds
        raise InputError(
            f"{path} has borders at {west:.3f}–{east:.3f}, {south:.3f}–{north:.3f}, but {outside} of {len(cells)} "
            "inhabited cells lie outside: is it a file of another city? Nothing was changed."
        )
    return assign_districts(session)


def _is_inside(bounds: Bounds | None, lon: float, lat: float) -> bool:
    return bounds is not None and bounds[0] <= lon <= bounds[2] and bounds[1] <= lat <= bounds[3]


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
