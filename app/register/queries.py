"""All SQL on districts and resources."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import CollectionAggregate, ColumnElement, Select, and_, any_, func, or_, select, union
from sqlalchemy.orm import Mapped, Session, joinedload, selectinload

from app.errors import NotFoundError
from app.register.models import KIND_TITLES, District, Organisation, Resource, Schedule
from app.register.search import Found, Wanted, alike, fold, holds, holds_all, name_of, rank_of, resembles


def list_districts(session: Session) -> Sequence[District]:
    """Return the districts in the city's own order."""
    query = select(District).options(joinedload(District.dataset))
    return session.scalars(query.order_by(District.position, District.id)).all()


def district_ids(session: Session) -> dict[str, int]:
    """Return district numbers by name."""
    rows = session.execute(select(District.name, District.id))
    return {name: number for name, number in rows}  # noqa: C416  # rows are not plain pairs to the type checker


def city_bounds(session: Session) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of all districts, or None when no border is loaded."""
    extent = func.ST_Extent(District.geometry)
    row = session.execute(
        select(func.ST_XMin(extent), func.ST_YMin(extent), func.ST_XMax(extent), func.ST_YMax(extent))
    ).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])


def dataset_ids(session: Session) -> set[int]:
    """Return the datasets that districts and resources came from."""
    return set(session.scalars(union(select(District.dataset_id), select(Resource.dataset_id))))


def list_resources(
    session: Session, *, kind: str | None = None, district: str | None = None, q: str = ""
) -> Sequence[Resource]:
    """Return resources with all that a page shows of them, ordered as the register is.

    `q` are words that the name, the reading, the address or the telephone number holds, as people type them.
    """
    query = select(Resource).options(
        joinedload(Resource.organisation),
        joinedload(Resource.district),
        joinedload(Resource.agreement),
        selectinload(Resource.schedules),
    )
    if kind:
        query = query.where(Resource.kind == kind)
    if district:
        query = query.where(Resource.district.has(District.name == district))
    query = query.where(holds_all(Resource, Wanted.of(q)))
    return session.scalars(query.order_by(Resource.id)).unique().all()


def get_resource(session: Session, number: int) -> Resource:
    """Return one resource."""
    resource = session.get(Resource, number)
    if resource is None:
        raise NotFoundError(f"There is no resource {number}.", detail=f"番号 {number} の登録はありません。")
    return resource


def centre_ids(session: Session) -> dict[int, int]:
    """Return the number of the district centre of each district."""
    rows = session.execute(
        select(Resource.district_id, func.min(Resource.id))
        .where(Resource.kind == "centre", Resource.district_id.is_not(None))
        .group_by(Resource.district_id)
    )
    return {district: centre for district, centre in rows if district is not None}


# --- search -----------------------------------------------------------------------------------------------------------

DISTRICT = "地区"
# So many rows that share a piece of a name are compared with it.
MANY = 300


def in_district(district_id: Mapped[int | None], word: str) -> ColumnElement[bool]:
    """Return the condition that the name of the district in which something lies holds a folded word."""
    return district_id == any_numbers(select(District.id).where(holds(District, word)))


def any_numbers(numbers: Select[int]) -> CollectionAggregate[bool]:
    """Return any of the numbers that a query gives, for a comparison.

    An array, and not IN: beside another condition only this lets PostgreSQL use the index of the compared column.
    """
    return any_(func.array(numbers.scalar_subquery()))


def find_districts(session: Session, wanted: Wanted, most: int) -> list[Found]:
    """Return the districts whose name holds every word, the best first, of equals in the city's own order."""
    rank = rank_of(name_of(District), wanted)
    point = func.ST_PointOnSurface(District.geometry)
    words = (holds(District, word) for word in wanted.words if word not in DISTRICT)
    query = (
        select(rank, District.id, District.name, func.ST_X(point), func.ST_Y(point))
        .where(and_(True, *words))
        .order_by(rank, District.position, District.id)
        .limit(most)
    )
    return [Found(row[0], "district", row[1], row[2], DISTRICT, None, row[3], row[4]) for row in session.execute(query)]


def find_resources(session: Session, wanted: Wanted, most: int) -> list[Found]:
    """Return the resources that every word finds, the best first.

    By name, reading, kind, district, address, telephone number, organisation, activity or day.
    """
    rank = rank_of(name_of(Resource), wanted, func.split_part(Resource.folded, " ", 2))
    titles = {kind: fold(title) for kind, title in KIND_TITLES.items()}
    words = (
        or_(
            holds(Resource, word),
            Resource.kind.in_([kind for kind, title in titles.items() if word in title]),
            in_district(Resource.district_id, word),
            Resource.organisation_id == any_numbers(select(Organisation.id).where(holds(Organisation, word))),
            Resource.id == any_numbers(select(Schedule.resource_id).where(holds(Schedule, word))),
        )
        for word in wanted.words
    )
    place = Resource.location
    query = (
        select(rank, Resource.id, Resource.name, Resource.kind, District.name, func.ST_X(place), func.ST_Y(place))
        .outerjoin(District, District.id == Resource.district_id)
        .where(and_(True, *words))
        .order_by(rank, Resource.id)
        .limit(most)
    )
    return [
        Found(row[0], "resource", row[1], row[2], with_district(KIND_TITLES[row[3]], row[4]), row[3], row[5], row[6])
        for row in session.execute(query)
    ]


def resembling_names(session: Session, wanted: Wanted, most: int) -> list[str]:
    """Return names of resources and districts that look most like what was not found, the most alike first."""
    rows: list[tuple[str, str]] = []
    for kind in (Resource, District):
        found = session.execute(select(kind.name, kind.folded).where(resembles(kind, wanted)).limit(MANY))
        rows += [(name, folded) for name, folded in found]
    names = {name: max(alike(part, wanted.whole) for part in folded.split()) for name, folded in rows}
    return sorted(names, key=lambda name: (-names[name], name))[:most]


def with_district(title: str, district: str | None) -> str:
    """Return what stands beside a name that was found."""
    return f"{title}・{district}" if district else title
