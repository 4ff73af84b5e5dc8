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
def places(session: DbSession, caller: Caller, known: Known) -> Settlements:
    """Return the named settlements as GeoJSON points, the largest first; how many live there is for the staff."""
    known.unless_known(state_of_places(session))
    ordered = sorted(list_places(session), key=lambda place: -place[0].population)
    return Settlements(
        features=[settlement_feature(area, district, with_people=caller.is_staff) for area, district in ordered]
    )
