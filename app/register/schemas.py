"""What the register looks like from outside: GeoJSON (RFC 7946)."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.documents.geojson import feature
from app.register.models import District, Resource, Schedule
from app.register.opening import next_of, next_on, next_text, rule_text


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def district_feature(district: District, *, has_consultant: bool, centre_id: int | None) -> dict[str, Any]:
    """Return a district with its border."""
    return feature(
        district.geometry,
        {
            "id": district.id,
            "name": district.name,
            "population": district.population,
            "households": district.households,
            "centre_id": centre_id,
            "has_consultant": has_consultant,
            "is_schematic": district.dataset.is_schematic,
        },
    )


def resource_summary(resource: Resource, since: date) -> dict[str, Any]:
    """Return what a list or a mark on the map shows of a resource."""
    upcoming = next_of(resource.schedules, since)
    return {
        "id": resource.id,
        "kind": resource.kind,
        "name": resource.name,
        "kana": resource.kana,
        "organisation": resource.organisation.name if resource.organisation else "",
        "district": resource.district.name if resource.district else "",
        "address": resource.address,
        "phone": resource.phone,
        "url": resource.url,
        "accuracy_m": resource.accuracy_m,
        "is_demo": resource.is_demo,
        "next_on": _iso(upcoming[0]) if upcoming else None,
        "next_text": next_text(*upcoming) if upcoming else None,
        "last_confirmed_on": _iso(resource.last_confirmed_on),
    }


def resource_details(resource: Resource, since: date) -> dict[str, Any]:
    """Return all that is public of a resource."""
    agreement = resource.agreement
    return resource_summary(resource, since) | {
        "description": resource.description,
        "eligibility": resource.eligibility,
        "operation": resource.operation,
        "area": resource.area,
        "staffing": resource.staffing,
        "legal_basis": resource.legal_basis,
        "location_note": resource.location_note,
        "source": resource.source,
        "source_date": _iso(resource.source_date),
        "last_confirmed_by": resource.last_confirmed_by,
        "last_confirmed_how": resource.last_confirmed_how,
        "schedules": [_schedule(item, since) for item in resource.schedules],
        "agreement": agreement and {"trade": agreement.trade, "signed_on": agreement.signed_on, "note": agreement.note},
    }


def _schedule(schedule: Schedule, since: date) -> dict[str, Any]:
    day = next_on(schedule, since)
    return {
        "title": schedule.title,
        "rule_text": rule_text(schedule),
        "start_time": f"{schedule.start_time:%H:%M}" if schedule.start_time else None,
        "end_time": f"{schedule.end_time:%H:%M}" if schedule.end_time else None,
        "next_on": _iso(day),
        "next_text": next_text(day, schedule) if day else None,
        "note": schedule.note,
        "is_demo": schedule.is_demo,
    }
