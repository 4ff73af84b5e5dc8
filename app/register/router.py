"""Routes of the register."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.accounts.caller import Caller
from app.database import DbSession
from app.documents.clock import today
from app.documents.geojson import stored_point
from app.documents.problem import refusals
from app.documents.typed import RowNumber
from app.register import queries, schemas
from app.register.schemas import Kind, ResourceDetailsFeature, Resources
from app.register.search import NO_NUL

router = APIRouter(tags=["資源"])


@router.get("/resources")
def list_resources(
    session: DbSession,
    _: Caller,
    kind: Kind | None = None,
    district: Annotated[str | None, Query(max_length=100, pattern=NO_NUL)] = None,
    q: Annotated[str, Query(max_length=100, pattern=NO_NUL)] = "",
) -> Resources:
    """Return resources as GeoJSON; a resource without a published place has no geometry."""
    found = queries.list_resources(session, kind=kind, district=district, q=q)
    day = today()
    return Resources(features=[schemas.resource_feature(row, day) for row in found])


@router.get("/resources/{number}", responses=refusals(404))
def get_resource(session: DbSession, _: Caller, number: Annotated[RowNumber, Path()]) -> ResourceDetailsFeature:
    """Return one resource with all that is public of it."""
    resource = queries.get_resource(session, number)
    return ResourceDetailsFeature(
        geometry=stored_point(resource.location), properties=schemas.resource_details(resource, today())
    )
