"""The staff's door: who is not reached, what to confirm, what is closed today, and the trials that were kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app import wording
from app.accounts.caller import Staff
from app.consultants.queries import list_postings
from app.database import DbSession
from app.documents.clock import JAPAN, today
from app.register.models import KIND_TITLES, Resource
from app.register.queries import list_resources
from app.roads.models import Closure
from app.roads.queries import closures_at, list_closures
from app.roads.schemas import period_words
from app.scenarios.queries import list_scenarios
from app.scenarios.schemas import summary
from app.web.map_data import datasets_in_use, find_network
from app.web.not_reached import EDGE, NotReached, not_reached
from app.web.page import page
from geo.roads.profiles import CAR, CAR_WINTER

router = APIRouter(include_in_schema=False)
# Beyond this a place is looked for on the wrong side of a village.
SURE_M = 500
# An entry that nobody has looked at for so long may be wrong.
STALE_DAYS = 365
NEWEST = 5


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
    winter, ordinary = not_reached(session, CAR_WINTER.name), not_reached(session, CAR.name)
    network = find_network(session)
    resources = list_resources(session)
    bases = {posting.base_id for posting in list_postings(session)}
    facts = {
        "day": day.isoformat(),
        "edge": EDGE,
        "winter": winter,
        "ordinary": ordinary,
        "rows": _rows(winter, ordinary),
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


def _rows(winter: NotReached | None, ordinary: NotReached | None) -> list[dict[str, Any]]:
    """Return the districts, in which most people are not reached in winter first, both seasons beside each other."""
    if winter is None or ordinary is None:
        return []
    summer = {row.name: row.beyond for row in ordinary.districts}
    rows = [dict(row._asdict()) | {"ordinary": summer[row.name]} for row in winter.districts]
    return sorted(rows, key=lambda row: (-row["beyond"], -row["ordinary"]))


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
