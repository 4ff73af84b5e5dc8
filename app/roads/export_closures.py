"""Use case: the calendar of closures → a CSV or GeoJSON file that `import_closures` reads again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy.orm import Session

from app.documents.geojson import stored_shape
from app.documents.whole_file import write_whole
from app.errors import InputError
from app.roads.calendar import zone_of
from app.roads.closure_columns import COLUMNS, TEXTS
from app.roads.models import Closure
from app.roads.queries import list_closures
from app.tables import write_csv


def export_closures(session: Session, path: Path) -> int:
    """Write every closure to a file whose ending chooses the form; return how many."""
    rows = list_closures(session)
    if path.suffix.lower() == ".csv":
        content = write_csv(COLUMNS, map(plain, rows))
    elif path.suffix.lower() in {".geojson", ".json"}:
        content = json.dumps(as_geojson(rows), ensure_ascii=False, indent=1).encode()
    else:
        raise InputError(f"{path}: a file of closures ends in .csv or .geojson.")
    write_whole(path, content)
    return len(rows)


def as_geojson(rows: Sequence[Closure]) -> dict[str, Any]:
    """Return closures as a GeoJSON feature collection with the columns of the table as properties."""
    features = []
    for row in rows:
        shape = stored_shape(row.geometry)
        properties = {name: value for name, value in plain(row).items() if name != "geometry"}
        features.append({"type": "Feature", "geometry": shape and shape.model_dump(), "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def plain(row: Closure) -> dict[str, Any]:
    """Return a closure in the plain form of the documents."""
    return {
        **{name: getattr(row, name) for name in TEXTS},
        "length_m": "" if row.length_m is None else row.length_m,
        "from": _iso(row.valid_from, row.time_zone),
        "to": _iso(row.valid_to, row.time_zone),
        "yearly_from": row.yearly_from,
        "yearly_to": row.yearly_to,
        "daily_from": row.daily_from,
        "daily_to": row.daily_to,
        "time_zone": row.time_zone,
        "geometry": to_shape(row.geometry).wkt,
        "edges": " ".join(map(str, row.edges or [])),
        "network": row.network_fingerprint,
    }


def _iso(moment: datetime | None, time_zone: str) -> str:
    return moment.astimezone(zone_of(time_zone)).isoformat() if moment else ""
