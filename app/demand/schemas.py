"""What is told of where people live: settlements with their number of people, no persons."""

from __future__ import annotations

from app.demand.models import SmallArea
from app.documents.geojson import Feature, FeatureCollection, Point, stored_point
from app.documents.typed import Document


class Settlement(Document):
    """A named settlement; its people only for the staff."""

    name: str
    district: str | None
    population: int | None


class SettlementFeature(Feature[Point, Settlement]):
    """A settlement at the point that stands for it."""


class Settlements(FeatureCollection[SettlementFeature]):
    """All settlements."""


def settlement_feature(area: SmallArea, district: str | None, *, with_people: bool) -> SettlementFeature:
    """Return a settlement as GeoJSON."""
    return SettlementFeature(
        geometry=stored_point(area.location),
        properties=Settlement(name=area.name, district=district, population=area.population if with_people else None),
    )
