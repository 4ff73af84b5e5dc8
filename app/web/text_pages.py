"""Pages of text alone: what the maps show, and what the register holds."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app import wording
from app.accounts.caller import Caller, Staff
from app.consultants.queries import list_postings
from app.database import DbSession
from app.documents.clock import JAPAN, today
from app.register.models import KIND_TITLES
from app.register.queries import list_districts, list_resources
from app.register.schemas import resource_details
from app.roads.queries import closures_at, list_closures
from app.web.list_facts import coverage_facts
from app.web.map_data import dataset_facts, datasets_in_use, find_network, status
from app.web.moved import led_to
from app.web.page import page
from app.web.schemas import DatasetFacts
from geo.roads.profiles import CAR, PROFILES

router = APIRouter(include_in_schema=False)
# What the list of resources comes from; the rest stands behind the figures of the plans.
OF_THE_LIST = ("resources", "districts", "consultants")


@router.get("/list", response_class=HTMLResponse)
def list_page(request: Request, session: DbSession, _: Caller) -> Response:
    """Show everything that can be searched for as text."""
    if "profile" in request.query_params:
        # Its figures stood here once.
        return led_to(request, "/plan/list")
    context = {
        "generated_at": datetime.now(JAPAN),
        "groups": _groups(session),
        "datasets": _datasets_of_the_list(session),
        "words": wording,
    }
    return page(request, "list.html", context)


@router.get("/plan/list", response_class=HTMLResponse)
def figures_page(request: Request, session: DbSession, caller: Staff, profile: str = CAR.name) -> Response:
    """Show who is reached as text; an unknown way of travelling is taken as the usual one."""
    chosen = profile if profile in PROFILES else CAR.name
    context = {
        "generated_at": datetime.now(JAPAN),
        "profile": chosen,
        "coverage": coverage_facts(session, chosen),
        "status": status(request, session, caller),
        "basis": _basis(session, chosen),
        "words": wording,
    }
    return page(request, "plan_list.html", context)


@router.get("/register", response_class=HTMLResponse)
def register_page(request: Request, session: DbSession, _: Caller) -> Response:
    """Show what the register holds, with the way to each part of it."""
    network = find_network(session)
    context = {
        "groups": _groups(session),
        "consultants": list_postings(session),
        "districts": list_districts(session),
        "closures": list_closures(session),
        "closed_now": closures_at(session, datetime.now(JAPAN)),
        "network": network,
        "datasets": [dataset_facts(dataset) for dataset in datasets_in_use(session, network)],
        "words": wording,
    }
    return page(request, "register.html", context)


@router.get("/register/data", response_class=HTMLResponse)
def loading_data_page(request: Request, _: Caller) -> Response:
    """Show whoever runs the service how data come into it; it opens without a database too."""
    return page(request, "loading_data.html")


def _groups(session: DbSession) -> list[dict[str, Any]]:
    day = today()
    order = list(KIND_TITLES)
    ordered = sorted(list_resources(session), key=lambda resource: order.index(resource.kind))
    return [
        {"kind": kind, "kind_title": KIND_TITLES[kind], "resources": [resource_details(item, day) for item in items]}
        for kind, items in itertools.groupby(ordered, key=lambda resource: resource.kind)
    ]


def _datasets_of_the_list(session: DbSession) -> list[DatasetFacts]:
    return [dataset_facts(dataset) for dataset in datasets_in_use(session, None) if dataset.kind in OF_THE_LIST]


def _basis(session: DbSession, profile: str) -> str:
    network = find_network(session)
    return wording.basis_text(datasets_in_use(session, network), network, profile) if network else ""
