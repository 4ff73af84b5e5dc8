"""What the map says, put in the words and rows of the text page."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from scipy.spatial import KDTree
from sqlalchemy.orm import Session

from app import wording
from app.consultants.queries import Posting, list_postings
from app.coverage.keep_warm import current_run
from app.coverage.models import CoverageCell
from app.coverage.queries import list_run_cells
from app.demand.models import SmallArea
from app.demand.queries import list_places
from app.errors import NotReadyError
from app.register.opening import JAPAN
from geo.mesh import centre

Row = dict[str, Any]
Place = tuple[SmallArea, str | None]


def coverage_facts(session: Session, profile: str) -> Row | None:
    """Return the measurement with its classes, consultants, settlements, and the places reached late or never."""
    try:
        run = current_run(session, profile)
    except NotReadyError:
        return None
    document: Row = json.loads(run.document)
    cells = list_run_cells(session, run.id)
    postings = {posting.code: posting for posting in list_postings(session)}
    places = list_places(session)
    return document | {
        "computed_at": run.computed_at.astimezone(JAPAN),
        "classes": wording.people_by_class(document),
        "bases": [_base(row, postings[row["id"]]) for row in document["consultants"]],
        "settlements": _settlements(places, cells, postings),
        "late": _late(places, cells, document["minutes"][-1]),
        "last": document["minutes"][-1],
    }


def _base(row: Mapping[str, Any], posting: Posting) -> Row:
    return dict(row) | {
        "district": posting.district or "",
        "is_assumed": posting.is_assumed,
        "note": posting.note,
        "accuracy_m": posting.accuracy_m,
    }


def _settlements(places: Sequence[Place], cells: Sequence[CoverageCell], postings: Mapping[str, Posting]) -> list[Row]:
    """Return each settlement with the time of the inhabited cell nearest to it."""
    if not places or not cells:
        return []
    scale = _scale(places)
    tree = KDTree(np.array([centre(cell.mesh_code) for cell in cells]) * scale)
    found = np.atleast_1d(tree.query(_points(places) * scale)[1])
    rows = []
    for (area, district), cell in zip(places, (cells[number] for number in found), strict=True):
        base = postings[cell.consultant].base if cell.consultant else ""
        rows.append(
            {
                "name": area.name,
                "district": district or "",
                "population": area.population,
                "base": wording.short_base(base),
                "travel_time_s": cell.travel_time_s,
            }
        )
    return rows


def _late(places: Sequence[Place], cells: Sequence[CoverageCell], last: int) -> list[Row]:
    """Return the cells beyond the last edge or never reached, each with the settlement nearest to it."""
    late = [cell for cell in cells if cell.travel_time_s is None or cell.travel_time_s > 60 * last]
    near: Sequence[str] = [""] * len(late)
    if places and late:
        scale = _scale(places)
        tree = KDTree(_points(places) * scale)
        found = np.atleast_1d(tree.query(np.array([centre(cell.mesh_code) for cell in late]) * scale)[1])
        near = [places[number][0].name for number in found]
    rows = [
        {
            "district": cell.district,
            "near": name,
            "population": cell.population,
            "travel_time_s": cell.travel_time_s,
            "reason": wording.REASONS.get(cell.reason or "", ""),
        }
        for cell, name in zip(late, near, strict=True)
    ]
    return sorted(rows, key=lambda row: -(row["travel_time_s"] or math.inf))


def _points(places: Sequence[Place]) -> NDArray[np.float64]:
    return np.array([to_shape(area.location).coords[0] for area, _ in places], dtype=np.float64)


def _scale(places: Sequence[Place]) -> NDArray[np.float64]:
    """Return factors that make a degree of longitude as long as one of latitude, in the middle of the city."""
    latitude = float(_points(places)[:, 1].mean())
    return np.array([math.cos(math.radians(latitude)), 1.0])
