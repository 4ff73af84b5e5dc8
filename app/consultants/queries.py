"""All SQL on consultants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, literal, or_, select, text
from sqlalchemy.orm import Session

from app.consultants.models import Consultant
from app.register.models import District, Resource
from app.register.queries import in_district
from app.register.search import Found, Wanted, fold, name_of, rank_of

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


def dataset_ids(session: Session) -> set[int]:
    """Return the datasets that consultants came from."""
    return set(session.scalars(select(Consultant.dataset_id).distinct()))


def title_of(base: str) -> str:
    """Return how a consultant is called, by the base: nobody's name is kept."""
    return f"丸ごと相談員({base})"


def find_postings(session: Session, wanted: Wanted, most: int) -> list[Found]:
    """Return the consultants whose title, base or district holds every word, the best first."""
    before, after = map(literal, fold(title_of("|")).split("|"))
    name = before.concat(name_of(Resource)).concat(after)
    rank = rank_of(name, wanted)
    words = (or_(func.strpos(name, word) > 0, in_district(Resource.district_id, word)) for word in wanted.words)
    place = Resource.location
    query = (
        select(rank, Consultant.code, Resource.name, District.name, func.ST_X(place), func.ST_Y(place))
        .join(Resource, Resource.id == Consultant.base_resource_id)
        .outerjoin(District, District.id == Resource.district_id)
        .where(and_(True, *words))
        .order_by(rank, Consultant.code)
        .limit(most)
    )
    return [
        Found(row[0], "consultant", row[1], title_of(row[2]), row[3] or "", None, row[4], row[5])
        for row in session.execute(query)
    ]
