"""The public door: what helps, sought by words, kind, day and district; the server writes what was found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app import wording
from app.accounts.caller import Caller
from app.consultants.queries import Posting, list_postings
from app.database import DbSession
from app.documents.clock import today
from app.errors import NotFoundError
from app.register.models import KIND_TITLES, District, Resource
from app.register.opening import next_text
from app.register.queries import get_resource, list_districts
from app.register.schemas import resource_details, resource_summary
from app.register.seek_resources import Match, Sought, days_of, seek_resources
from app.web.moved import led_to
from app.web.nearest_consultant import nearest_consultant
from app.web.page import map_page
from app.web.symbols import symbol

router = APIRouter(include_in_schema=False)
AT_FIRST = 20
LARGEST = 2**31 - 1
# No number of thousands of digits is worked out.
NUMBER = re.compile(r"[0-9]{1,10}")
# What an address of the first page may still say from the time when the study of travel times stood there.
OF_THE_STUDY = frozenset({"profile", "minutes", "consultant", "tab", "layers"})
# Words for a chip: what people come for stands first.
KIND_CHIPS = {"salon": "サロン", "gathering_place": "通いの場", "window": "相談", "childcare": "子育て"}
KIND_CHIPS |= {kind: title for kind, title in KIND_TITLES.items() if kind not in KIND_CHIPS}
DAY_CHIPS = {"today": "きょう", "tomorrow": "あした", "week": "今週"}


class Chip(NamedTuple):
    """A choice as a link; the chosen one leads back to everything."""

    key: str
    title: str
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class Asked:
    """What an address of the page asks for; what it tells wrongly is as if it were not told."""

    q: str = ""
    kind: str = ""
    day: str = ""
    district: str = ""
    site: str = ""
    resource: int = 0
    all: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str], districts: Mapping[str, District]) -> Asked:
        """Read the query of an address."""
        number = query.get("resource", "")
        return cls(
            q=query.get("q", "").replace("\0", "").strip()[:100],
            kind=query.get("kind", "") if query.get("kind") in KIND_TITLES else "",
            day=query.get("day", "") if query.get("day") in DAY_CHIPS else "",
            district=query.get("district", "") if query.get("district") in districts else "",
            site=query.get("site", "")[:40],
            resource=int(number) if NUMBER.fullmatch(number) and int(number) <= LARGEST else 0,
            all=query.get("all") == "1",
        )

    def but(self, **changed: object) -> str:
        """Return the address of the same wish with something else in it."""
        told = {name: getattr(self, name) for name in ("q", "kind", "day", "district", "site")}
        told |= {"all": "1" if self.all else ""} | changed
        query = urlencode({name: value for name, value in told.items() if value})
        return f"/?{query}" if query else "/"

    @property
    def is_narrow(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.q or self.kind or self.day or self.district or self.site)


@router.get("/", response_class=HTMLResponse)
def search_page(request: Request, session: DbSession, _: Caller) -> Response:
    """Show what helps: a list and the same on a map."""
    if OF_THE_STUDY & set(request.query_params):
        return led_to(request, "/plan")
    day = today()
    districts = {district.name: district for district in list_districts(session)}
    asked = Asked.of(request.query_params, districts)
    sought = Sought(asked.q, asked.kind, asked.district, asked.site, days_of(asked.day, day))
    matches = seek_resources(session, sought, day)
    opened = _opened(session, asked.resource) if asked.resource else None
    facts = {
        "asked": asked,
        "kinds": _chips(asked, "kind", KIND_CHIPS),
        "days": _chips(asked, "day", DAY_CHIPS),
        "districts": _chips(asked, "district", {name: wording.short_district(name) for name in districts}),
        "consultants": _consultants(session, asked.district) if asked.district else [],
        "nearest": nearest_consultant(session, asked.district) if asked.district else None,
        "cards": [_card(match, day, asked) for match in matches[: None if asked.all else AT_FIRST]],
        "ids": [match.resource.id for match in matches],
        "opened": opened and resource_details(opened, day),
        "is_missing": bool(asked.resource) and opened is None,
        "back": asked.but(),
        "symbol": symbol,
        "words": wording,
        "legend": KIND_TITLES,
    }
    return map_page(request, "search.html", "search", facts)


def _chips(asked: Asked, name: str, titles: Mapping[str, str]) -> list[Chip]:
    chosen = getattr(asked, name)
    return [
        Chip(key, title, asked.but(**{name: "" if key == chosen else key, "site": "", "all": ""}), key == chosen)
        for key, title in titles.items()
    ]


def _opened(session: DbSession, number: int) -> Resource | None:
    try:
        return get_resource(session, number)
    except NotFoundError:
        return None


def _consultants(session: DbSession, district: str) -> list[dict[str, Any]]:
    """Return the consultants of a district with the telephone of their base."""
    return [_consultant(session, posting) for posting in list_postings(session) if posting.district == district]


def _consultant(session: DbSession, posting: Posting) -> dict[str, Any]:
    base = get_resource(session, posting.base_id)
    return {
        "base": posting.base,
        "base_id": base.id,
        "phone": base.phone,
        "address": base.address,
        "is_assumed": posting.is_assumed,
        "accuracy_m": posting.accuracy_m,
    }


def _card(match: Match, day: date, asked: Asked) -> dict[str, Any]:
    """Return a resource as a card, its next day as people say it."""
    summary = resource_summary(match.resource, day)
    return dict(summary) | {
        "kind_title": KIND_TITLES[match.resource.kind],
        "when": _when(match, day),
        "address_of": asked.but(resource=match.resource.id),
        "is_placed": match.resource.location is not None,
    }


def _when(match: Match, day: date) -> str:
    if match.day is None or match.schedule is None:
        return ""
    near = {day: "きょう ", day + timedelta(days=1): "あした "}.get(match.day, "")
    return near + next_text(match.day, match.schedule)
