"""Where a consultant may be posted: free district centres, any public facility, or any settlement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from sqlalchemy.orm import Session

from app.consultants.queries import Point, Posting
from app.demand.queries import list_places
from app.register.queries import list_resources
from app.siting.schemas import CandidateKind, SitePlace

CANDIDATE_KINDS: tuple[CandidateKind, ...] = get_args(CandidateKind)
# A desk for a consultant needs a public building that is open all week: salons and partners' shops are none.
PUBLIC_KINDS = ("centre", "window", "childcare", "other")


@dataclass(frozen=True)
class Site:
    """A place where a consultant sits or may sit; points are lon, lat."""

    name: str
    district: str | None
    location: Point | None
    access_point: Point | None

    def describe(self) -> SitePlace:
        """Return name and place as they stand in the document."""
        lon, lat = self.location or self.access_point or (None, None)
        return SitePlace(name=self.name, lon=lon, lat=lat)


def occupied_sites(postings: Sequence[Posting]) -> list[Site]:
    """Return the bases of the consultants, one for each consultant."""
    return [Site(post.base, post.district, post.location, post.access_point) for post in postings]


def candidate_sites(session: Session, kind: CandidateKind, postings: Sequence[Posting]) -> list[Site]:
    """Return the sites of a kind that have no consultant yet, in the register's order."""
    if kind == "settlements":
        return [Site(area.name, district, _point(area.location), None) for area, district in list_places(session)]
    kinds = ("centre",) if kind == "centres" else PUBLIC_KINDS
    taken = {posting.base_id for posting in postings}
    return [
        Site(
            resource.name,
            resource.district.name if resource.district else None,
            _point(resource.location),
            _point(resource.access_point),
        )
        for resource in list_resources(session)
        if resource.kind in kinds and resource.id not in taken
    ]


def _point(value: WKBElement | None) -> Point | None:
    if value is None:
        return None
    lon, lat = to_shape(value).coords[0]
    return float(lon), float(lat)
