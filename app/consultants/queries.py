"""All SQL on consultants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

Point = tuple[float, float]


@dataclass(frozen=True)
class Posting:
    """A consultant and the base that trips start from; points are lon, lat."""

    code: str
    base_id: int
    base: str
    district: str | None
    location: Point | None
    access_point: Point | None
    accuracy_m: int | None
    is_assumed: bool
    note: str
    dataset_id: int


def list_postings(session: Session) -> Sequence[Posting]:
    """Return every consultant with its base, ordered by code."""
    rows = session.execute(
        text("""
            SELECT c.code, r.id, r.name, d.name, ST_X(r.location), ST_Y(r.location),
                   ST_X(r.access_point), ST_Y(r.access_point), r.accuracy_m, c.is_assumed, c.note, c.dataset_id
            FROM consultant c JOIN resource r ON r.id = c.base_resource_id
            LEFT JOIN district d ON d.id = r.district_id
            ORDER BY c.code
        """)
    )
    return [
        Posting(
            code=row[0],
            base_id=row[1],
            base=row[2],
            district=row[3],
            location=None if row[4] is None else (row[4], row[5]),
            access_point=None if row[6] is None else (row[6], row[7]),
            accuracy_m=row[8],
            is_assumed=row[9],
            note=row[10],
            dataset_id=row[11],
        )
        for row in rows
    ]
