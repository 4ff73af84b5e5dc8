"""What the consultants look like from outside: bases as GeoJSON, no names of persons."""

from __future__ import annotations

from collections.abc import Iterable

from app.consultants.queries import Posting, title_of
from app.documents.geojson import Feature, FeatureCollection, Point
from app.documents.typed import Document


class Consultant(Document):
    """A consultant as the city knows it: a post and its base."""

    id: str
    name: str
    base: str
    base_id: int
    district: str | None
    is_assumed: bool
    note: str


class ConsultantFeature(Feature[Point | None, Consultant]):
    """A consultant at its base; without a place where the base has none."""


class Consultants(FeatureCollection[ConsultantFeature]):
    """All consultants."""


def consultants_geojson(postings: Iterable[Posting]) -> Consultants:
    """Return the consultants' bases as GeoJSON points."""
    return Consultants(features=[_feature(posting) for posting in postings])


def _feature(posting: Posting) -> ConsultantFeature:
    return ConsultantFeature(
        geometry=posting.location and Point(coordinates=posting.location),
        properties=Consultant(
            id=posting.code,
            name=title_of(posting.base),
            base=posting.base,
            base_id=posting.base_id,
            district=posting.district,
            is_assumed=posting.is_assumed,
            note=posting.note,
        ),
    )
