"""Files of closures for the town of `factories`, and what a closure of it does."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from factories import NODES

from app.roads.import_closures import Report, import_closures
from app.roads.read_restriction import Assumed

# 住田町's own head.
SUMITA = ("路線名", "位置", "区間延長", "内容", "迂回路", "理由")
EAST_ROAD = f"LINESTRING ({NODES[3][0]} 39.33, {NODES[4][0]} 39.33)"
WEST_ROAD = f"LINESTRING ({NODES[1][0]} 39.33, {NODES[2][0]} 39.33)"
WINTER = "2024-12-09 9:00 to 2025-03-31 17:00"


def write(path: Path, rows: list[dict[str, Any]], encoding: str = "utf-8") -> Path:
    """Write rows as CSV with the columns that any of them has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def taken(session: Any, path: Path, *, dry_run: bool = False, **assumed: str) -> Report:
    """Import a file."""
    return import_closures(session, path, Assumed(**assumed), dry_run=dry_run)


def states(report: Report) -> list[str]:
    """Return what became of each row."""
    return [row.state for row in report.rows]
