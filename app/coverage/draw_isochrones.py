"""Use case: one consultant → the areas reached within given minutes, each with the people inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy.orm import Session

from app.consultants.queries import Posting, list_postings
from app.coverage.schemas import Area, AreaFeature, Areas
from app.coverage.travel import cell_points, departure_points
from app.demand.queries import list_cells
from app.documents.geojson import geojson_shape
from app.documents.minutes import seconds_of
from app.errors import NotFoundError
from app.roads.queries import active_network, load_network
from app.roads.speeds import profile_in_use
from geo.travel.isochrone import isochrone_shapes, isochrones
from geo.travel.travel_time import travel_time_matrix

if TYPE_CHECKING:
    import geopandas as gpd


def draw_isochrones(session: Session, consultant: str, minutes: Sequence[int], profile: str) -> Areas:
    """Return the areas as GeoJSON in the given order; people are counted by travel time, not by polygon."""
    posting = _find(list_postings(session), consultant)
    network = load_network(session, active_network(session))
    chosen = profile_in_use(session, profile)
    origins = departure_points(network, [posting], chosen)
    cells = list_cells(session)
    times = travel_time_matrix(network, origins, cell_points(network, cells, chosen), profile=chosen)
    people = np.array([cell.population for cell in cells], dtype=np.int64)
    cutoffs = seconds_of(minutes)
    (shapes,) = isochrone_shapes(network, origins, cutoffs, profile=chosen)
    return Areas(
        features=[
            AreaFeature(
                geometry=geojson_shape(shape),
                properties=Area(
                    consultant=consultant,
                    minutes=value,
                    cutoff_s=cutoff_s,
                    population=int(people[times[0] <= cutoff_s].sum()),
                ),
            )
            for value, cutoff_s, shape in zip(minutes, cutoffs, shapes, strict=True)
        ]
    )


def areas_of_bases(
    session: Session, postings: Sequence[Posting], minutes: Sequence[int], profile: str
) -> gpd.GeoDataFrame:
    """Return `origin` (the code of a post), `minutes` and the area reached, for every post and each of the minutes."""
    network = load_network(session, active_network(session))
    chosen = profile_in_use(session, profile)
    found = isochrones(network, departure_points(network, postings, chosen), seconds_of(minutes), profile=chosen)
    found["minutes"] = found["cutoff_s"].map(dict(zip(seconds_of(minutes), minutes, strict=True)))
    found["origin"] = [postings[number].code for number in found["origin"]]
    return found[["origin", "minutes", "geometry"]]


def _find(postings: Sequence[Posting], code: str) -> Posting:
    for posting in postings:
        if posting.code == code:
            return posting
    raise NotFoundError(f"There is no consultant {code}.", detail=f"相談員 {code} の登録はありません。")
