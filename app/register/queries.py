"""All SQL on districts and resources."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import NotFoundError
from app.register.models import District, Resource


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


def list_resources(session: Session, *, kind: str | None = None, district: str | None = None) -> Sequence[Resource]:
    """Return resources with all that a page shows of them, ordered as the register is."""
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


def district_points(session: Session) -> dict[int, dict[str, float | None]]:
    """Return a point inside each district that has a border."""
    point = func.ST_PointOnSurface(District.geometry)
    rows = session.execute(
        select(District.id, func.ST_X(point), func.ST_Y(point)).where(District.geometry.is_not(None))
    )
    return {number: {"lon": lon, "lat": lat} for number, lon, lat in rows}
