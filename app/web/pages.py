"""The pages: the map, the same as text, and the two answers for a watchdog."""

from __future__ import annotations

import itertools
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.templating import Jinja2Templates

from app import wording
from app.accounts.caller import Caller
from app.database import DbSession
from app.documents.clock import JAPAN, today
from app.documents.words import WORDS
from app.register.models import KIND_TITLES
from app.register.queries import list_resources
from app.register.schemas import resource_details
from app.roads.queries import active_network, load_network
from app.web.list_facts import coverage_facts
from app.web.map_data import datasets_in_use, find_network, status
from app.web.modules import address_of, import_map, modules_of_page
from geo.roads.profiles import CAR, PROFILES

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


@router.get("/", response_class=HTMLResponse)
def map_page(request: Request, _: Caller) -> Response:
    """Show the map."""
    return _map_page(request, "map.html", "overview")


@router.get("/what-if", response_class=HTMLResponse)
def what_if_page(request: Request, _: Caller) -> Response:
    """Show the map on which a placement is tried."""
    return _map_page(request, "what_if.html", "what-if")


@router.get("/roads", response_class=HTMLResponse)
def roads_page(request: Request, _: Caller) -> Response:
    """Show the calendar of closed roads."""
    return _map_page(request, "roads.html", "roads")


@router.get("/backup", response_class=HTMLResponse)
def backup_page(request: Request, _: Caller) -> Response:
    """Show what happens when a consultant is away or a road is cut."""
    return _map_page(request, "backup.html", "resilience")


@router.get("/reports", response_class=HTMLResponse)
def reports_page(request: Request, _: Caller) -> Response:
    """Show the scenarios, start new ones and compare them."""
    return _map_page(request, "reports.html", "scenarios")


@router.get("/list", response_class=HTMLResponse)
def list_page(request: Request, session: DbSession, caller: Caller, profile: str = CAR.name) -> Response:
    """Show everything that the map shows as text; an unknown way of travelling is taken as the usual one."""
    chosen = profile if profile in PROFILES else CAR.name
    context = {
        "generated_at": datetime.now(JAPAN),
        "profile": chosen,
        "groups": _groups(session),
        "coverage": coverage_facts(session, chosen),
        "status": status(request, session, caller),
        "basis": _basis(session, chosen),
        "words": wording,
    }
    return page(request, "list.html", context)


def page(request: Request, name: str, facts: dict[str, Any] | None = None, *, status_code: int = 200) -> Response:
    """Return a page from its template."""
    static = request.app.state.own_files.address
    context = {
        "city_name": request.app.state.settings.city_name,
        "static": static,
        "nonce": request.state.nonce,
    }
    return templates.TemplateResponse(request, name, context | (facts or {}), status_code=status_code)


def _map_page(request: Request, name: str, room: str) -> Response:
    """Show a page with a map; its scripts are named in its head, so that a browser asks for all of them at once."""
    static = request.app.state.own_files.address
    addresses = [address_of(module, static) for module in modules_of_page(room)]
    return page(
        request, name, {"room": room, "import_map": import_map(static), "modules": addresses, "shared_words": WORDS}
    )


def _groups(session: DbSession) -> list[dict[str, Any]]:
    day = today()
    order = list(KIND_TITLES)
    ordered = sorted(list_resources(session), key=lambda resource: order.index(resource.kind))
    return [
        {"kind": kind, "kind_title": KIND_TITLES[kind], "resources": [resource_details(item, day) for item in items]}
        for kind, items in itertools.groupby(ordered, key=lambda resource: resource.kind)
    ]


def _basis(session: DbSession, profile: str) -> str:
    network = find_network(session)
    return wording.basis_text(datasets_in_use(session, network), network, profile) if network else ""


def error_page(request: Request, status_code: int, title: str, detail: str) -> Response:
    """Return an error as a page with what happened, what was kept and what to do next."""
    context = {
        "title": title,
        "detail": detail,
        "may_pass": status_code >= 500 or status_code == 409,
    }
    return page(request, "error.html", context, status_code=status_code)


@router.get("/healthz", response_class=PlainTextResponse)
def healthz() -> str:
    """Answer while the process lives."""
    return "ok"


@router.get("/readyz", response_class=PlainTextResponse)
def readyz(session: DbSession) -> str:
    """Answer when the database and the road network are ready; problem+json otherwise."""
    load_network(session, active_network(session))
    return "ready"
