"""Routes of the roads: the network in use for the base map, and the calendar of closures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.accounts.caller import Caller
from app.accounts.revalidation import MAY_BE_KNOWN, Known
from app.database import DbSession
from app.documents.geojson import geojson_shape
from app.documents.moments import Moment
from app.documents.problem import refusals
from app.documents.typed import RowNumber
from app.roads import edit_closures
from app.roads.base_map import road_lines, road_numbers
from app.roads.queries import active_network, closures_at, list_closures, load_network
from app.roads.schemas import (
    ClosureBody,
    ClosureFeature,
    Closures,
    NumberedRoad,
    RoadClass,
    RoadFeature,
    Roads,
    closure_feature,
)

router = APIRouter(tags=["道路"])
Number = Annotated[RowNumber, Path()]
Version = Annotated[RowNumber, Query()]


@router.get("/roads", responses=MAY_BE_KNOWN | refusals(409))
def roads(session: DbSession, _: Caller, known: Known) -> Roads:
    """Return the roads as GeoJSON, one feature per class."""
    row = active_network(session)
    known.unless_known(row.id, row.fingerprint, row.is_schematic)
    network = load_network(session, row)
    return Roads(
        features=[
            RoadFeature(geometry=geojson_shape(lines), properties=RoadClass.model_validate({"class": name}))
            for name, lines in road_lines(network).items()
        ],
        is_schematic=row.is_schematic,
        numbers=[NumberedRoad(number=number, places=places) for number, places in road_numbers(network)],
    )


@router.get("/closures", responses=refusals(400))
def closures(session: DbSession, _: Caller, at: Moment | None = None) -> Closures:
    """Return the calendar of closures; with a moment, only those that hold then, both ends included."""
    rows = closures_at(session, at) if at else list_closures(session)
    return Closures(features=[closure_feature(row, at) for row in rows], at=(at or _now()).isoformat())


@router.post("/closures", status_code=201, responses=refusals(400, 403, 409))
def add_closure(session: DbSession, _: Caller, body: ClosureBody) -> ClosureFeature:
    """Store a closure that was drawn on the map."""
    return closure_feature(edit_closures.add_closure(session, body))


@router.put("/closures/{number}", responses=refusals(400, 403, 404, 409))
def change_closure(session: DbSession, _: Caller, number: Number, body: ClosureBody) -> ClosureFeature:
    """Change a closure; 409 where somebody else has changed it since it was read."""
    return closure_feature(edit_closures.change_closure(session, number, body))


@router.delete("/closures/{number}", status_code=204, responses=refusals(403, 404, 409))
def remove_closure(session: DbSession, _: Caller, number: Number, version: Version) -> None:
    """Remove a closure; 409 where somebody else has changed it since it was read."""
    edit_closures.remove_closure(session, number, version)


def _now() -> datetime:
    return datetime.now(UTC)
