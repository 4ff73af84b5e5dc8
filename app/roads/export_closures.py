"""Use case: the calendar of closures → a CSV or GeoJSON file that `import_closures` reads again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy.orm import Session

from app.documents.geojson import feature, feature_collection
from app.errors import InputError
from app.roads.calendar import zone_of
from app.roads.closure_columns import COLUMNS, TEXTS
from app.roads.models import Closure
from app.roads.queries import list_closures
from geo.roads.network_file import write_whole

# A person who opens the file in a spreadsheet must not run what somebody typed.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_closures(session: Session, path: Path) -> int:
    """Write every closure to a file whose ending chooses the form; return how many."""
    rows = list_closures(session)
    if path.suffix.lower() == ".csv":
        content = as_csv(rows)
    elif path.suffix.lower() in {".geojson", ".json"}:
        features = [feature(row.geometry, {k: v for k, v in plain(row).items() if k != "geometry"}) for row in rows]
        content = json.dumps(feature_collection(features), ensure_ascii=False, indent=1).encode()
    else:
        raise InputError(f"{path}: a file of closures ends in .csv or .geojson.")
    write_whole(path, content)
    return len(rows)


def as_csv(rows: Sequence[Closure]) -> bytes:
    """Return closures as CSV in UTF-8 with a mark, as spreadsheets read it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _safe(value) for name, value in plain(row).items()})
    return out.getvalue().encode("utf-8-sig")


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


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
