"""The pages: the map, the same as text, and the two answers for a watchdog."""

from __future__ import annotations

import itertools
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import text

from app.accounts.caller import Caller
from app.coverage.measure_coverage import current_run
from app.database import DbSession
from app.errors import NotReadyError
from app.resources.models import KIND_TITLES
from app.resources.opening import JAPAN, today
from app.resources.queries import list_resources
from app.resources.schemas import resource_details
from app.roads.queries import active_network, load_network
from app.web.map_data import status

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
IMPORT_MAP = json.dumps({"imports": {"leaflet": "/static/vendor/leaflet/leaflet-src.esm.js"}})


@router.get("/", response_class=HTMLResponse)
def map_page(request: Request, _: Caller) -> Response:
    """Show the map."""
    city = request.app.state.settings.city_name
    context = {"nonce": request.state.nonce, "import_map_json": IMPORT_MAP, "city_name": city}
    return templates.TemplateResponse(request, "map.html", context)


@router.get("/list", response_class=HTMLResponse)
def list_page(request: Request, session: DbSession, caller: Caller) -> Response:
    """Show everything that the map shows as text."""
    context = {
        "city_name": request.app.state.settings.city_name,
        "generated_at": datetime.now(JAPAN),
        "groups": _groups(session),
        "coverage": _coverage(session),
        "status": _status(request, session, caller),
    }
    return templates.TemplateResponse(request, "list.html", context)


def _groups(session: DbSession) -> list[dict[str, Any]]:
    day = today()
    order = list(KIND_TITLES)
    ordered = sorted(list_resources(session), key=lambda resource: order.index(resource.kind))
    return [
        {"kind": kind, "kind_title": KIND_TITLES[kind], "resources": [resource_details(item, day) for item in items]}
        for kind, items in itertools.groupby(ordered, key=lambda resource: resource.kind)
    ]


def _coverage(session: DbSession) -> dict[str, Any] | None:
    try:
        document: dict[str, Any] = json.loads(current_run(session, "car").document)
    except NotReadyError:
        return None
    return document


def _status(request: Request, session: DbSession, caller: Caller) -> dict[str, Any] | None:
    try:
        return status(request, session, caller)
    except NotReadyError:
        return None


@router.get("/healthz", response_class=PlainTextResponse)
def healthz() -> str:
    """Answer while the process lives."""
    return "ok"


@router.get("/readyz", response_class=PlainTextResponse)
def readyz(session: DbSession) -> str:
    """Answer when the database and the road network are ready; problem+json otherwise."""
    session.execute(text("SELECT 1"))
    load_network(session, active_network(session))
    return "ready"
