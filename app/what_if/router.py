"""Routes of what-if: a trial that is not stored, and what one stored closure costs."""

from __future__ import annotations

import gzip
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from app.accounts.caller import Caller, get_staff
from app.database import DbSession
from app.documents.answers import json_bytes, model_answer, written
from app.documents.problem import refusals
from app.documents.typed import RowNumber
from app.what_if.measure_closure import measure_closure
from app.what_if.schemas import ClosureEffect, Tried
from app.what_if.trial import Trial
from app.what_if.try_what_if import try_what_if

router = APIRouter(dependencies=[Depends(get_staff)], responses=refusals(403))


@router.get("/closures/{number}/effect", tags=["道路"], responses=refusals(404, 409))
def effect(session: DbSession, _: Caller, number: Annotated[RowNumber, Path()]) -> ClosureEffect:
    """Return the people within 20 minutes with and without one closure, nothing else closed, on both kinds of days."""
    return measure_closure(session, number)


@router.post("/coverage/what-if", tags=["カバー状況"], **written(Tried, refusals(400, 403, 409)))
def what_if(request: Request, _: Caller, trial: Trial) -> Response:
    """Return whom consultants would reach if some were moved, added or removed and roads closed; nothing is stored."""
    # Many hands drag at once. `DbSession` would go to a thread and back twice more, and an answer that is written
    # through a model costs as much as the measurement.
    found = try_what_if(request.app.state.engine, trial)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return model_answer(found)
    # Packed here, quickly and beside the other requests, instead of between them by the middleware.
    headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(gzip.compress(json_bytes(found), 1, mtime=0), media_type="application/json", headers=headers)
