"""Routes of what-if: a trial that is not stored, and what one stored closure costs."""

from __future__ import annotations

import gzip
import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from app.accounts.caller import Caller
from app.database import DbSession
from app.what_if.measure_closure import measure_closure
from app.what_if.trial import Trial, Tried
from app.what_if.try_what_if import try_what_if

router = APIRouter()


@router.get("/closures/{number}/effect", tags=["道路"])
def effect(session: DbSession, _: Caller, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> dict[str, Any]:
    """Return the people within 20 minutes with and without one closure, nothing else closed, on both kinds of days."""
    return measure_closure(session, number)


@router.post("/coverage/what-if", tags=["カバー状況"], response_class=Response, responses={200: {"model": Tried}})
def what_if(request: Request, _: Caller, trial: Trial) -> Response:
    """Return whom consultants would reach if some were moved, added or removed and roads closed; nothing is stored."""
    # Many hands drag at once. `DbSession` would go to a thread and back twice more, and an answer that is written
    # through a model costs as much as the measurement.
    found = try_what_if(request.app.state.engine, trial)
    body = json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(body, media_type="application/json")
    # Packed here, quickly and beside the other requests, instead of between them by the middleware.
    headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(gzip.compress(body, 1, mtime=0), media_type="application/json", headers=headers)
