"""Whose consultant most people of a district have nearest, for districts in which none sits."""

from __future__ import annotations

from collections import Counter

from sqlalchemy.orm import Session

from app.consultants.queries import list_postings
from app.coverage.keep_warm import current_run
from app.coverage.queries import list_run_cells
from app.errors import NotReadyError
from geo.roads.profiles import CAR


def nearest_consultant(session: Session, district: str) -> str | None:
    """Return the base of the consultant whom most people of a district have nearest, None where that is not known."""
    try:
        run = current_run(session, CAR.name)
    except NotReadyError:
        return None
    people: Counter[str] = Counter()
    for cell in list_run_cells(session, run.id):
        if cell.district == district and cell.consultant:
            people[cell.consultant] += cell.population
    bases = {posting.code: posting.base for posting in list_postings(session)}
    return bases.get(people.most_common(1)[0][0]) if people else None
