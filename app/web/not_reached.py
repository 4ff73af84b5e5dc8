"""Who is not reached in time, as pages tell it: the one place that asks coverage for it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.coverage.keep_warm import current_run
from app.coverage.queries import list_run_cells
from app.coverage.schemas import CoverageDocument
from app.coverage.settlement_times import late_cells
from app.demand.queries import list_places
from app.errors import NotReadyError

# The minutes that the city's plan speaks of.
EDGE = 20


class District(NamedTuple):
    """The people of a district beyond the minutes, those whom no road reaches among them."""

    name: str
    population: int
    beyond: int
    has_consultant: bool


class Settlement(NamedTuple):
    """The people beyond the minutes who live nearest to a settlement."""

    name: str
    district: str
    beyond: int


class NotReached(NamedTuple):
    """The people beyond the minutes: in all, by district in the city's order, by settlement the most first."""

    profile: str
    population: int
    beyond: int
    districts: list[District]
    settlements: list[Settlement]


def not_reached(session: Session, profile: str) -> NotReached | None:
    """Return who is not reached within the minutes by a way of travelling, None before that is measured."""
    try:
        run = current_run(session, profile)
    except NotReadyError:
        return None
    document = CoverageDocument.model_validate_json(run.document)
    edge = str(EDGE)
    districts = [
        District(row.name, row.population, row.population - row.covered[edge], row.has_consultant)
        for row in document.districts
    ]
    people: Counter[tuple[str, str]] = Counter()
    for cell, near in late_cells(list_places(session), list_run_cells(session, run.id), EDGE):
        people[near.name if near else "", cell.district] += cell.population
    settlements = [Settlement(*where, beyond) for where, beyond in people.most_common()]
    return NotReached(
        profile, document.population, document.population - document.covered[edge], districts, settlements
    )
