"""What the map says, put in the words and rows of the text page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app import wording
from app.consultants.queries import Posting, list_postings
from app.coverage.keep_warm import current_run
from app.coverage.models import CoverageCell
from app.coverage.not_reached import count_not_reached, main_minutes, some_and_none
from app.coverage.people_by_class import people_by_class
from app.coverage.queries import list_run_cells
from app.coverage.schemas import ConsultantReach, CoverageDocument
from app.coverage.settlements import settlement_of_squares
from app.demand.queries import list_places
from app.documents.clock import JAPAN
from app.documents.minutes import SECONDS
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
    left = count_not_reached(session, profile, document.minutes)
    main = main_minutes(document.minutes)
    return dict(document) | {
        "computed_at": run.computed_at.astimezone(JAPAN),
        "classes": people_by_class(document),
        "bases": [_base(row, postings[row.id]) for row in document.consultants],
        "left": left,
        "main": main,
        "settlements": some_and_none(left.settlements, main),
        "late": _late_squares(session, cells, document.minutes[-1]),
        "last": document.minutes[-1],
    }


def _base(row: ConsultantReach, posting: Posting) -> Row:
    return dict(row) | {
        "district": posting.district or "",
        "is_assumed": posting.is_assumed,
        "note": posting.note,
        "accuracy_m": posting.accuracy_m,
    }


def _late_squares(session: Session, cells: Sequence[CoverageCell], minutes: int) -> list[Row]:
    """Return the squares reached later than some minutes, or never; those never reached first, then the longest."""
    places = list_places(session)
    rows = [
        _late(cell, places[near][0].name if near >= 0 else "")
        for cell, near in zip(cells, settlement_of_squares(places, cells).tolist(), strict=True)
        if cell.travel_time_s is None or cell.travel_time_s > SECONDS * minutes
    ]
    return sorted(rows, key=lambda row: -math.inf if row["travel_time_s"] is None else -row["travel_time_s"])


def _late(cell: CoverageCell, near: str) -> Row:
    """Return a square reached late or never, with the settlement that it belongs to."""
    return {
        "district": cell.district,
        "near": near,
        "population": cell.population,
        "travel_time_s": cell.travel_time_s,
        "reason": wording.REASONS.get(cell.reason or "", ""),
    }
