"""All SQL on small areas and mesh cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, and_, delete, func, literal_column, or_, select, text, union
from sqlalchemy.orm import Session

from app.datasets.queries import state_of
from app.demand.models import DemandCell, SmallArea
from app.register.models import District
from app.register.queries import in_district, with_district
from app.register.search import Found, Wanted, holds, name_of, rank_of
from app.roads.road_titles import NamedPlaces


class Cell(NamedTuple):
    """A mesh cell as the measurements see it; the access point is lon, lat."""

    mesh_code: str
    district: str | None
    population: int
    households: int
    access_point: tuple[float, float]


def list_cells(session: Session) -> Sequence[Cell]:
    """Return every cell, ordered by mesh code."""
    rows = session.execute(
        text("""
            SELECT c.mesh_code, d.name, c.population, c.households, ST_X(c.access_point), ST_Y(c.access_point)
            FROM demand_cell c LEFT JOIN district d ON d.id = c.district_id
            ORDER BY c.mesh_code
        """)
    )
    return [Cell(row[0], row[1], row[2], row[3], (row[4], row[5])) for row in rows]


def cell_dataset_ids(session: Session) -> list[int]:
    """Return the datasets that the cells came from."""
    return list(session.scalars(select(DemandCell.dataset_id).distinct().order_by(DemandCell.dataset_id)))


def dataset_ids(session: Session) -> set[int]:
    """Return the datasets that cells and settlements came from."""
    return set(session.scalars(union(select(DemandCell.dataset_id), select(SmallArea.dataset_id))))


def remove_cells(session: Session) -> int:
    """Delete every cell; return how many there were."""
    number = session.scalar(select(func.count()).select_from(DemandCell)) or 0
    session.execute(delete(DemandCell))
    return number


def assign_districts(session: Session) -> int:
    """Give each cell whose district was not given the district that its access point lies in; return those without."""
    session.execute(text("UPDATE demand_cell SET district_id = NULL WHERE NOT is_district_given"))
    session.execute(
        text("""
            UPDATE demand_cell c SET district_id = (
                SELECT d.id FROM district d WHERE ST_Covers(d.geometry, c.access_point) ORDER BY d.id LIMIT 1
            ) WHERE NOT is_district_given
        """)
    )
    return session.scalar(select(func.count()).where(DemandCell.district_id.is_(None))) or 0


def list_places(session: Session) -> Sequence[tuple[SmallArea, str | None]]:
    """Return the named settlements with the name of their district."""
    district: ColumnElement[str | None] = literal_column(
        "(SELECT d.name FROM district d WHERE d.id = small_area.district_id)"
    )
    rows = session.execute(select(SmallArea, district).order_by(SmallArea.code))
    return [(area, name) for area, name in rows]


def named_places(session: Session) -> NamedPlaces:
    """Return the settlements as roads beside them are called."""
    place = SmallArea.location
    query = select(SmallArea.name, func.ST_X(place), func.ST_Y(place)).order_by(SmallArea.code)
    rows = session.execute(query).all()
    return NamedPlaces(tuple(row[0] for row in rows), np.array([row[1:] for row in rows], dtype=float).reshape(-1, 2))


def state_of_places(session: Session) -> str:
    """Return a text that changes whenever a settlement or the name of its district does."""
    return state_of(session, ("district", "small_area"))


SETTLEMENT = "集落"


def find_places(session: Session, wanted: Wanted, most: int) -> list[Found]:
    """Return the settlements whose name or district holds every word, the best first."""
    rank = rank_of(name_of(SmallArea), wanted)
    words = (
        or_(holds(SmallArea, word), in_district(SmallArea.district_id, word))
        for word in wanted.words
        if word not in SETTLEMENT
    )
    place = SmallArea.location
    query = (
        select(rank, SmallArea.code, SmallArea.name, District.name, func.ST_X(place), func.ST_Y(place))
        .outerjoin(District, District.id == SmallArea.district_id)
        .where(and_(True, *words))
        .order_by(rank, SmallArea.code)
        .limit(most)
    )
    return [
        Found(row[0], "place", row[1], row[2], with_district(SETTLEMENT, row[3]), None, row[4], row[5])
        for row in session.execute(query)
    ]
