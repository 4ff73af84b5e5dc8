"""Addresses of earlier versions: each leads for good, with its query, to where its page is now."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

MOVED = {
    "/what-if": "/plan/trial",
    "/backup": "/plan/resilience",
    "/reports": "/plan/scenarios",
    "/reports/new": "/plan/scenarios/new",
    "/roads": "/register/closures",
    "/roads/closures": "/register/closures/list",
    "/roads/closures/new": "/register/closures/new",
    "/roads/closures/{number:int}": "/register/closures/{number}",
}
# What a form of an earlier version sends must arrive too.
FORMS = ("/reports/new", "/roads/closures/new", "/roads/closures/{number:int}")

router = APIRouter(include_in_schema=False)


def led_to(request: Request, path: str) -> RedirectResponse:
    """Lead the browser for good to another page, with its query."""
    query = f"?{request.url.query}" if request.url.query else ""
    # 308, and not 301: a form is sent again as it was.
    return RedirectResponse(f"{path}{query}", status_code=308)


def _add(old: str) -> None:
    async def moved(request: Request) -> RedirectResponse:
        return led_to(request, MOVED[old].format(**request.path_params))

    router.add_api_route(old, moved, methods=["GET", "POST"] if old in FORMS else ["GET"], response_model=None)


for address in MOVED:
    _add(address)
