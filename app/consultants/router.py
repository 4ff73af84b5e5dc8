"""Routes of the consultants: posts and their bases, no names of persons."""

from __future__ import annotations

from fastapi import APIRouter

from app.accounts.caller import Caller
from app.consultants.queries import list_postings
from app.consultants.schemas import Consultants, consultants_geojson
from app.database import DbSession

router = APIRouter(tags=["丸ごと相談員"])


@router.get("/consultants")
def consultants(session: DbSession, _: Caller) -> Consultants:
    """Return the consultants' bases as GeoJSON points."""
    return consultants_geojson(list_postings(session))
