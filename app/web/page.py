"""One page from its template, with what stands on every page around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from app.accounts.caller import caller_of
from app.documents.words import WORDS
from app.web.menu import menu_of
from app.web.modules import address_of, import_map, modules_of_page

templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


def page(request: Request, name: str, facts: dict[str, Any] | None = None, *, status_code: int = 200) -> Response:
    """Return a page from its template."""
    context = {
        "city_name": request.app.state.settings.city_name,
        "static": request.app.state.own_files.address,
        "nonce": request.state.nonce,
        "menu": menu_of(caller_of(request).role, request.url.path, request.url.query),
    }
    return templates.TemplateResponse(request, name, context | (facts or {}), status_code=status_code)


def map_page(request: Request, name: str, room: str, facts: dict[str, Any] | None = None) -> Response:
    """Return a page with a map; its scripts are named in its head, so that a browser asks for all of them at once."""
    static = request.app.state.own_files.address
    addresses = [address_of(module, static) for module in modules_of_page(room)]
    scripts = {"room": room, "import_map": import_map(static), "modules": addresses, "shared_words": WORDS}
    return page(request, name, scripts | (facts or {}))


def error_page(request: Request, status_code: int, title: str, detail: str) -> Response:
    """Return an error as a page with what happened, what was kept and what to do next."""
    context = {
        "title": title,
        "detail": detail,
        "may_pass": status_code >= 500 or status_code == 409,
    }
    return page(request, "error.html", context, status_code=status_code)
