"""What the map says, put in the words and rows of the text page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app import wording
from app.consultants.queries import Posting, list_postings
from app.coverage.keep_warm import current_run
from app.coverage.models import CoverageCell
from app.coverage.people_by_class import people_by_class
from app.coverage.queries import list_run_cells
from app.coverage.schemas import ConsultantReach, CoverageDocument
from app.coverage.settlement_times import Place, late_cells, settlement_cells
from app.demand.models import SmallArea
from app.demand.queries import list_places
from app.documents.clock import JAPAN
from app.errors import NotReadyError

Row = dict[str, Any]


def coverage_facts(session: Session, profile: str) -> Row | None:
    """Return the measurement with its classes, consultants, settlements, and the places reached late or never."""
    try:
        run = current_run(session, profile)
    except NotReadyError:
        return None
    document = CoverageDocument.model_validate_json(run.document)
    cells = list_run_cells(session, run.id)
    postings = {posting.code: posting for posting in list_postings(session)}
    places = list_places(session)
    return dict(document) | {
        "computed_at": run.computed_at.astimezone(JAPAN),
        "classes": people_by_class(document),
        "bases": [_base(row, postings[row.id]) for row in document.consultants],
        "settlements": [
            _settlement(place, cell, postings)
            for place, cell in zip(places if cells else [], settlement_cells(places, cells), strict=True)
        ],
        "late": [_late(cell, near) for cell, near in late_cells(places, cells, document.minutes[-1])],
        "last": document.minutes[-1],
    }


def _base(row: ConsultantReach, posting: Posting) -> Row:
    return dict(row) | {
        "district": posting.district or "",
        "is_assumed": posting.is_assumed,
        "note": posting.note,
        "accuracy_m": posting.accuracy_m,
    }


def _settlement(place: Place, cell: CoverageCell, postings: Mapping[str, Posting]) -> Row:
    """Return a settlement with the time of the inhabited cell nearest to it."""
    area, district = place
    return {
        "name": area.name,
        "district": district or "",
        "population": area.population,
        "base": wording.short_base(postings[cell.consultant].base if cell.consultant else ""),
        "travel_time_s": cell.travel_time_s,
    }


def _late(cell: CoverageCell, near: SmallArea | None) -> Row:
    """Return a cell reached late or never, with the settlement nearest to it."""
    return {
        "district": cell.district,
        "near": near.name if near else "",
        "population": cell.population,
        "travel_time_s": cell.travel_time_s,
        "reason": wording.REASONS.get(cell.reason or "", ""),
    }
