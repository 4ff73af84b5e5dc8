"""Routes of the register."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from app.accounts.caller import Caller
from app.database import DbSession
from app.documents.clock import today
from app.documents.geojson import feature, feature_collection
from app.register import queries, schemas
from app.register.search import NO_NUL

router = APIRouter(tags=["資源"])
Kind = Literal["centre", "window", "salon", "gathering_place", "childcare", "watch_partner", "other"]

# What a number of the database can hold.
MOST = 2**31 - 1


@router.get("/resources")
def list_resources(
    session: DbSession,
    _: Caller,
    kind: Kind | None = None,
    district: Annotated[str | None, Query(max_length=100, pattern=NO_NUL)] = None,
    q: Annotated[str, Query(max_length=100, pattern=NO_NUL)] = "",
) -> dict[str, Any]:
    """Return resources as GeoJSON; a resource without a published place has no geometry."""
    found = queries.list_resources(session, kind=kind, district=district, q=q)
    day = today()
    return feature_collection([feature(row.location, schemas.resource_summary(row, day)) for row in found])


@router.get("/resources/{number}")
def get_resource(session: DbSession, _: Caller, number: Annotated[int, Path(ge=1, le=MOST)]) -> dict[str, Any]:
    """Return one resource with all that is public of it."""
    resource = queries.get_resource(session, number)
    return feature(resource.location, schemas.resource_details(resource, today()))
