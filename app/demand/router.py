"""Routes of where people live: names of settlements. Counts only, no persons."""

from __future__ import annotations

from fastapi import APIRouter

from app.accounts.caller import Caller
from app.accounts.revalidation import MAY_BE_KNOWN, Known
from app.database import DbSession
from app.demand.queries import list_places, state_of_places
from app.demand.schemas import Settlements, settlement_feature

router = APIRouter(tags=["人口"])


@router.get("/places", responses=MAY_BE_KNOWN)
def places(session: DbSession, _: Caller, known: Known) -> Settlements:
    """Return the named settlements as GeoJSON points."""
    known.unless_known(state_of_places(session))
    return Settlements(features=[settlement_feature(area, district) for area, district in list_places(session)])
