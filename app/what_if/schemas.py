"""What the answer to a trial looks like from outside, and what one closure costs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.coverage.schemas import Figures, ProfileName
from app.documents.geojson import Position
from app.documents.typed import ByMinutes, Document, IsoMoment
from app.roads.schemas import NetworkFacts


class DistrictChange(Document):
    """How many more people of a district are covered than now."""

    name: str
    covered: ByMinutes


class Difference(Document):
    """What the trial changes: gained are those within the minutes who were not, lost those who were and are no more."""

    gained: ByMinutes
    lost: ByMinutes
    covered: ByMinutes
    unreachable_population: int
    districts: list[DistrictChange]


class PlacedConsultant(Document):
    """Where a moved or added consultant was put; beyond `limit_m` from a road the reason says that no trip begins.

    An added one has the id +1, +2 and so on.
    """

    id: str
    lon: float
    lat: float
    district: str | None
    reason: Literal["off_network"] | None
    distance_m: float | None
    limit_m: float
    road: Position | None


class ClosedEdge(Document):
    """An edge that was closed, by number or by a point near enough; where none is, the reason says so."""

    lon: float | None
    lat: float | None
    edge: int | None
    reason: Literal["off_network"] | None
    distance_m: float | None
    limit_m: float
    highway: str | None
    length_m: float | None
    line: list[Position] | None


class CompactCells(Document):
    """The cells in the order of `/coverage/{run}/cells`, two bytes each (lower one first) as base64; 65,535: nobody."""

    run: str
    count: int
    seconds: str = Field(description="Seconds, rounded up, at most 65,534.")
    nearest: str = Field(description="Row of `consultants` that is there first.")


class TriedHead(Document):
    """What was tried, on which roads."""

    fingerprint: str
    profile: ProfileName
    at: IsoMoment | None
    minutes: list[int]
    network: NetworkFacts


class Tried(Figures, TriedHead):
    """The figures of a placement that is only tried: those of the coverage document, and what changes."""

    difference: Difference
    placed: list[PlacedConsultant]
    closed: list[ClosedEdge]
    cells: CompactCells


class ClosureCost(Document):
    """What one closure costs on one kind of days: `lost` are no longer within the minutes, `cut_off` not at all."""

    profile: ProfileName
    is_assumption: bool
    edges: int
    population: int
    covered_open: int
    covered_closed: int
    lost: int
    cut_off: int


class ClosureEffect(Document):
    """What one closure costs, nothing else closed."""

    id: int
    minutes: int
    profiles: list[ClosureCost]
