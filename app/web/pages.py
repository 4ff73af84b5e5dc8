"""The pages with a map, and the two answers for a watchdog."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from app.accounts.caller import Caller, Staff
from app.database import DbSession
from app.roads.queries import active_network, load_network
from app.web.page import map_page

router = APIRouter(include_in_schema=False)


@router.get("/plan", response_class=HTMLResponse)
def plan_page(request: Request, _: Staff) -> Response:
    """Show who is reached in how many minutes, and who is not."""
    return map_page(request, "plan.html", "plan")


@router.get("/plan/trial", response_class=HTMLResponse)
def trial_page(request: Request, _: Staff) -> Response:
    """Show the map on which a placement is tried."""
    return map_page(request, "trial.html", "what-if")


@router.get("/plan/resilience", response_class=HTMLResponse)
def resilience_page(request: Request, _: Staff) -> Response:
    """Show what happens when a consultant is away or a road is cut."""
    return map_page(request, "resilience.html", "resilience")


@router.get("/plan/scenarios", response_class=HTMLResponse)
def scenarios_page(request: Request, _: Staff) -> Response:
    """Show the scenarios, start new ones and compare them."""
    return map_page(request, "scenarios.html", "scenarios")


@router.get("/register/closures", response_class=HTMLResponse)
def closures_page(request: Request, _: Caller) -> Response:
    """Show the calendar of closed roads."""
    return map_page(request, "roads.html", "roads")


@router.get("/healthz", response_class=PlainTextResponse)
def healthz() -> str:
    """Answer while the process lives."""
    return "ok"


@router.get("/readyz", response_class=PlainTextResponse)
def readyz(session: DbSession) -> str:
    """Answer when the database and the road network are ready; problem+json otherwise."""
    load_network(session, active_network(session))
    return "ready"
