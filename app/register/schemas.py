"""What the register looks like from outside: GeoJSON (RFC 7946)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from app.documents.geojson import Feature, FeatureCollection, MultiPolygon, Point, stored_point, stored_shape
from app.documents.typed import Document, IsoDate
from app.register import models
from app.register.opening import next_of, next_on, next_text, rule_text

Kind = Literal["centre", "window", "salon", "gathering_place", "childcare", "watch_partner", "other"]


class District(Document):
    """A district and its people."""

    id: int
    name: str
    population: int | None
    households: int | None
    centre_id: int | None
    has_consultant: bool
    is_schematic: bool


class DistrictFeature(Feature[MultiPolygon | None, District]):
    """A district with its border."""


class Districts(FeatureCollection[DistrictFeature]):
    """All districts in the city's order."""


class Resource(Document):
    """What a list or a mark on the map shows of a resource."""

    id: int
    kind: Kind
    name: str
    kana: str
    organisation: str
    district: str
    address: str
    phone: str
    url: str
    accuracy_m: int | None
    is_demo: bool
    next_on: IsoDate | None
    next_text: str | None
    last_confirmed_on: IsoDate | None


class Schedule(Document):
    """When a resource is open, in words, and the next day."""

    title: str
    rule_text: str
    start_time: str | None
    end_time: str | None
    next_on: IsoDate | None
    next_text: str | None
    note: str
    is_demo: bool


class Agreement(Document):
    """What a partner agreed to watch for."""

    trade: str
    signed_on: str
    note: str


class ResourceDetails(Resource):
    """All that is public of a resource."""

    description: str
    eligibility: str
    operation: str
    area: str
    staffing: str
    legal_basis: str
    location_note: str
    source: str
    source_date: IsoDate | None
    last_confirmed_by: str
    last_confirmed_how: str
    schedules: list[Schedule]
    agreement: Agreement | None


class ResourceFeature(Feature[Point | None, Resource]):
    """A resource; without a place where none is published."""


class ResourceDetailsFeature(Feature[Point | None, ResourceDetails]):
    """A resource with all that is public of it."""


class Resources(FeatureCollection[ResourceFeature]):
    """Resources in the order of the register."""


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def district_feature(
    district: models.District, *, has_consultant: bool, centre_id: int | None, with_people: bool
) -> DistrictFeature:
    """Return a district with its border."""
    return DistrictFeature(
        geometry=stored_shape(district.geometry),
        properties=District(
            id=district.id,
            name=district.name,
            population=district.population if with_people else None,
            households=district.households if with_people else None,
            centre_id=centre_id,
            has_consultant=has_consultant,
            is_schematic=district.dataset.is_schematic,
        ),
    )


def resource_feature(resource: models.Resource, since: date) -> ResourceFeature:
    """Return what a list or a mark on the map shows of a resource, with its place."""
    return ResourceFeature(geometry=stored_point(resource.location), properties=resource_summary(resource, since))


def resource_summary(resource: models.Resource, since: date) -> Resource:
    """Return what a list or a mark on the map shows of a resource."""
    upcoming = next_of(resource.schedules, since)
    return Resource(
        id=resource.id,
        kind=resource.kind,
        name=resource.name,
        kana=resource.kana,
        organisation=resource.organisation.name if resource.organisation else "",
        district=resource.district.name if resource.district else "",
        address=resource.address,
        phone=resource.phone,
        url=resource.url,
        accuracy_m=resource.accuracy_m,
        is_demo=resource.is_demo,
        next_on=_iso(upcoming[0]) if upcoming else None,
        next_text=next_text(*upcoming) if upcoming else None,
        last_confirmed_on=_iso(resource.last_confirmed_on),
    )


def resource_details(resource: models.Resource, since: date) -> ResourceDetails:
    """Return all that is public of a resource."""
    agreement = resource.agreement
    return ResourceDetails(
        **dict(resource_summary(resource, since)),
        description=resource.description,
        eligibility=resource.eligibility,
        operation=resource.operation,
        area=resource.area,
        staffing=resource.staffing,
        legal_basis=resource.legal_basis,
        location_note=resource.location_note,
        source=resource.source,
        source_date=_iso(resource.source_date),
        last_confirmed_by=resource.last_confirmed_by,
        last_confirmed_how=resource.last_confirmed_how,
        schedules=[_schedule(item, since) for item in resource.schedules],
        agreement=agreement and Agreement(trade=agreement.trade, signed_on=agreement.signed_on, note=agreement.note),
    )


def _schedule(schedule: models.Schedule, since: date) -> Schedule:
    day = next_on(schedule, since)
    return Schedule(
        title=schedule.title,
        rule_text=rule_text(schedule),
        start_time=f"{schedule.start_time:%H:%M}" if schedule.start_time else None,
        end_time=f"{schedule.end_time:%H:%M}" if schedule.end_time else None,
        next_on=_iso(day),
        next_text=next_text(day, schedule) if day else None,
        note=schedule.note,
        is_demo=schedule.is_demo,
    )
