"""Routes of where people live: names of settlements. Counts only, no persons."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from app.accounts.caller import Caller
from app.accounts.revalidation import MAY_BE_KNOWN, Known
from app.database import DbSession
from app.demand.queries import list_places, state_of_places
from app.documents.geojson import feature, feature_collection

router = APIRouter(tags=["人口"])


@router.get("/places", responses=MAY_BE_KNOWN)
def places(session: DbSession, _: Caller, known: Known) -> dict[str, Any]:
    """Return the named settlements as GeoJSON points."""
    known.unless_known(state_of_places(session))
    return feature_collection(
        [
            feature(area.location, {"name": area.name, "district": district, "population": area.population})
            for area, district in list_places(session)
        ]
    )
