"""Routes of the consultants: posts and their bases, no names of persons."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from app.accounts.caller import Caller
from app.consultants.queries import list_postings, title_of
from app.database import DbSession
from app.documents.geojson import feature_collection

router = APIRouter(tags=["丸ごと相談員"])


@router.get("/consultants")
def consultants(session: DbSession, _: Caller) -> dict[str, Any]:
    """Return the consultants' bases as GeoJSON points."""
    return feature_collection(
        [
            {
                "type": "Feature",
                "geometry": posting.location and {"type": "Point", "coordinates": posting.location},
                "properties": {
                    "id": posting.code,
                    "name": title_of(posting.base),
                    "base": posting.base,
                    "base_id": posting.base_id,
                    "district": posting.district,
                    "is_assumed": posting.is_assumed,
                    "note": posting.note,
                },
            }
            for posting in list_postings(session)
        ]
    )
