"""Routes of resilience: who loses cover when a consultant is away or a road is cut."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter

from app.accounts.caller import Caller
from app.accounts.revalidation import MAY_BE_KNOWN, Known, Revalidation
from app.coverage.schemas import ProfileName
from app.database import DbSession
from app.resilience.kept_answers import current_resilience
from app.resilience.models import ResilienceRun

router = APIRouter(tags=["カバー状況"])


@router.get("/coverage/backup", responses=MAY_BE_KNOWN)
def backup(session: DbSession, _: Caller, known: Known, profile: ProfileName = "car") -> dict[str, Any]:
    """Return what is stored of who loses cover when each consultant is away, for the data as it is now."""
    return _stored(current_resilience(session, "backup", profile), known)


@router.get("/coverage/critical-roads", responses=MAY_BE_KNOWN)
def critical_roads(session: DbSession, _: Caller, known: Known, profile: ProfileName = "car") -> dict[str, Any]:
    """Return what is stored of the roads that must not be cut, for the data as it is now."""
    return _stored(current_resilience(session, "critical-roads", profile), known)


def _stored(run: ResilienceRun, known: Revalidation) -> dict[str, Any]:
    known.unless_known(run.fingerprint, run.computed_at)
    document: dict[str, Any] = json.loads(run.document)
    return document | {"computed_at": run.computed_at.isoformat()}
