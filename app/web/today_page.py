"""The staff's door: who is not reached, what to confirm, what is closed today, and the trials that were kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from app import wording
from app.accounts.caller import Staff
from app.consultants.queries import list_postings
from app.coverage.not_reached import MAIN_MINUTES, count_not_reached, some_and_none
from app.database import DbSession
from app.documents.clock import JAPAN, today
from app.errors import NotReadyError
from app.register.models import KIND_TITLES, Resource
from app.register.queries import list_resources
from app.roads.models import Closure
from app.roads.queries import closures_at, list_closures
from app.roads.schemas import period_words
from app.scenarios.queries import list_scenarios
from app.scenarios.schemas import summary
from app.web.map_data import datasets_in_use, find_network
from app.web.page import page
from geo.roads.profiles import CAR

router = APIRouter(include_in_schema=False)
# Beyond this a place is looked for on the wrong side of a village.
SURE_M = 500
# An entry that nobody has looked at for so long may be wrong.
STALE_DAYS = 365
NEWEST = 5
PLACES = 6


class ToConfirm(NamedTuple):
    """How many entries of a kind nobody has confirmed, ever or for a year."""

    kind: str
    title: str
    never: int
    stale: int


@router.get("/today", response_class=HTMLResponse)
def today_page(request: Request, session: DbSession, _: Staff) -> Response:
    """Show the officer what needs an eye today, who is not reached first."""
    day, now = today(), datetime.now(JAPAN)
    network = find_network(session)
    resources = list_resources(session)
    bases = {posting.base_id for posting in list_postings(session)}
    facts = {
        "day": day.isoformat(),
        "edge": MAIN_MINUTES,
        "left": _left(session),
        "basis": wording.basis_text(datasets_in_use(session, network), network, CAR.name) if network else "",
        "network": network,
        "unsure": _unsure(resources, bases),
        "sure_m": SURE_M,
        "to_confirm": _to_confirm(resources, day),
        "closures": [_closure(row) for row in closures_at(session, now)],
        "all_closures": len(list_closures(session)),
        "scenarios": [summary(row) for row in list_scenarios(session)[:NEWEST]],
        "words": wording,
    }
    return page(request, "today.html", facts)


def _left(session: Session) -> dict[str, Any] | None:
    """Return who is not reached in winter and on ordinary roads, worst first, or None before it can be counted."""
    try:
        found = count_not_reached(session, CAR.name, [MAIN_MINUTES])
    except NotReadyError:
        return None
    some, nobody = some_and_none(found.districts, MAIN_MINUTES)
    places, _ = some_and_none(found.settlements, MAIN_MINUTES)
    return {"found": found, "districts": some, "all_reached": [row.name for row in nobody], "places": places[:PLACES]}


def _unsure(resources: Sequence[Resource], bases: set[int]) -> list[Resource]:
    """Return the centres and bases whose place is known only roughly, the least sure first: all times begin there."""
    matter = (row for row in resources if row.kind == "centre" or row.id in bases)
    return sorted((row for row in matter if (row.accuracy_m or 0) > SURE_M), key=lambda row: -(row.accuracy_m or 0))


def _to_confirm(resources: Sequence[Resource], day: date) -> list[ToConfirm]:
    last = day - timedelta(days=STALE_DAYS)
    never = Counter(row.kind for row in resources if row.last_confirmed_on is None)
    stale = Counter(row.kind for row in resources if row.last_confirmed_on and row.last_confirmed_on < last)
    return [
        ToConfirm(kind, title, never[kind], stale[kind])
        for kind, title in KIND_TITLES.items()
        if never[kind] or stale[kind]
    ]


def _closure(row: Closure) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "place": row.place, "reason": row.reason, "period": period_words(row)}
