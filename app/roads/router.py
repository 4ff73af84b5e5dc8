"""Routes of the roads: the network in use as lines for the base map."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from app.accounts.caller import Caller
from app.database import DbSession
from app.geojson import feature_collection
from app.roads.base_map import road_lines
from app.roads.queries import active_network, load_network

router = APIRouter(tags=["道路"])


@router.get("/roads")
def roads(session: DbSession, _: Caller, response: Response) -> dict[str, Any]:
    """Return the roads as GeoJSON, one feature per class."""
    row = active_network(session)
    network = load_network(session, row)
    response.headers["ETag"] = f'"{row.fingerprint[:16]}"'
    return feature_collection(
        [
            {"type": "Feature", "geometry": lines.__geo_interface__, "properties": {"class": name}}
            for name, lines in road_lines(network).items()
        ],
        is_schematic=row.is_schematic,
    )
