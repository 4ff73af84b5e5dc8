"""What the coverage of many municipalities looks like from outside.

Pure of the service and its database, so that it can be made on a worker of a cluster.
"""

from __future__ import annotations

from typing import Literal

from app.documents.typed import ByMinutes, Document


class ReachedWithRange(Document):
    """Who is reached, and how low and high it may be; the members as the document orders them."""

    population: int
    covered: ByMinutes
    covered_low: ByMinutes
    covered_high: ByMinutes
    uncovered: ByMinutes
    unreachable_population: int
    mean_s: float | None
    p95_s: float | None


class Origin(Document):
    """Where trips start."""

    name: str
    lon: float
    lat: float
    snap_m: float | None
    is_on_network: bool


class MovedToRoad(Document):
    """Small areas that are reached at another point than their own, and their people."""

    small_areas: int
    population: int


class UnreachableArea(Document):
    """A small area that nobody reaches, and why."""

    area: str
    name: str
    population: int
    reason: Literal["off_network", "island", "closed"]
    snap_m: float | None


class MunicipalityHead(Document):
    """Which municipality."""

    code: str
    name: str
    small_areas: int


class MunicipalityCoverage(ReachedWithRange, MunicipalityHead):
    """Who of a municipality is reached, from where; `is_assumption` where no office was given."""

    origins: list[Origin]
    is_assumption: bool
    moved_to_road: MovedToRoad
    unreachable: list[UnreachableArea]


class RoadsFacts(Document):
    """The roads that were read from a file."""

    name: str
    nodes: int
    edges: int
    km: float
    source: str
    date: str | None
    fingerprint: str


class MunicipalitiesHead(Document):
    """What was measured, on which roads."""

    fingerprint: str
    profile: str
    at: None
    minutes: list[int]
    networks: list[RoadsFacts]


class MunicipalitiesDocument(ReachedWithRange, MunicipalitiesHead):
    """The document of `tono coverage --municipality … --json`."""

    municipalities: list[MunicipalityCoverage]
    assumptions: list[str]
