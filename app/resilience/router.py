"""Routes of resilience: who loses cover when a consultant is away or a road is cut."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from app.accounts.caller import Caller, get_staff
from app.accounts.revalidation import MAY_BE_KNOWN, Known
from app.coverage.schemas import ProfileName
from app.database import DbSession
from app.documents.answers import stored_answer, written
from app.documents.problem import refusals
from app.resilience.kept_answers import current_resilience
from app.resilience.schemas import Backup, CriticalRoads

router = APIRouter(tags=["カバー状況"], dependencies=[Depends(get_staff)], responses=refusals(403))


@router.get("/coverage/backup", **written(Backup, MAY_BE_KNOWN | refusals(409)))
def backup(response: Response, session: DbSession, _: Caller, known: Known, profile: ProfileName = "car") -> Response:
    """Return what is stored of who loses cover when each consultant is away, for the data as it is now."""
    run = current_resilience(session, "backup", profile)
    known.unless_known(run.fingerprint, run.computed_at)
    return stored_answer(run.document, run.computed_at, response)


@router.get("/coverage/critical-roads", **written(CriticalRoads, MAY_BE_KNOWN | refusals(409)))
def critical_roads(
    response: Response, session: DbSession, _: Caller, known: Known, profile: ProfileName = "car"
) -> Response:
    """Return what is stored of the roads that must not be cut, for the data as it is now."""
    run = current_resilience(session, "critical-roads", profile)
    known.unless_known(run.fingerprint, run.computed_at)
    return stored_answer(run.document, run.computed_at, response)
