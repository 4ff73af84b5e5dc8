"""Why not everyone is within the minutes, in words of the office, and the least that would do."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.coverage.figures import NO_DISTRICT
from app.demand.queries import Cell
from app.documents.minutes import whole_minutes
from app.siting.schemas import Offers, PlaceLeftOut, WhyNot
from app.wording import REASONS
from geo.location_allocation import Reason


def explain(reason: Reason, cells: Sequence[Cell], causes: Sequence[str], minutes: int, add: int) -> WhyNot:
    """Return a reason with its places and offers as it stands in the document; `causes` is for those not reached."""
    people = sum(cells[point].population for point in reason.points.tolist())
    offers = _offers(reason)
    return WhyNot(
        kind=reason.kind,
        text=_sentence(reason, people, minutes, add) + _offered(offers),
        population=people,
        smallest=reason.smallest,
        places=[
            _place(cells[point], causes[point] if reason.kind == "unreachable" else None)
            for point in reason.points.tolist()
        ],
        offers=Offers(**offers),
    )


def _offers(reason: Reason) -> dict[str, int]:
    """Return the least whole minutes, posts and people for each post that would do, those that are known."""
    offers = {}
    if reason.cutoff_s is not None:
        offers["minutes"] = whole_minutes(reason.cutoff_s)
    if reason.posts is not None:
        offers["add"] = reason.posts
    if reason.capacity is not None:
        offers["capacity"] = math.ceil(reason.capacity)
    return offers


def _sentence(reason: Reason, people: int, minutes: int, add: int) -> str:
    return {
        "unreachable": f"{people:,}人の住む場所には、どの拠点からも行けません。",
        "too_far": f"{people:,}人の住む場所の{minutes}分以内には、拠点も候補地もありません。",
        "too_few_posts": f"{add}か所増やしても、全員には{minutes}分以内に届きません。",
        "too_little_capacity": f"{add}か所増やしても、担当できる人数が足りず、{people:,}人が残ります。",
    }[reason.kind]


def _offered(offers: dict[str, int]) -> str:
    ways = {"minutes": "{}分以内にする", "add": "{}か所増やす", "capacity": "1人の相談員が{:,}人まで担当する"}
    words = "か、".join(ways[name].format(value) for name, value in offers.items())
    return f"{words}と、届きます。" if words else ""


def _place(cell: Cell, cause: str | None) -> PlaceLeftOut:
    lon, lat = cell.access_point
    why = {} if cause is None else {"reason": cause, "reason_title": REASONS[cause]}
    return PlaceLeftOut(
        mesh_code=cell.mesh_code,
        district=cell.district or NO_DISTRICT,
        population=cell.population,
        lon=lon,
        lat=lat,
        **why,
    )
