"""What siting looks like from outside: the document of the next posts."""

from __future__ import annotations

from typing import Literal

from app.coverage.schemas import ProfileName
from app.documents.typed import ABSENT, Document, IsoMoment, Number

Objective = Literal["cover", "mean", "worst"]
CandidateKind = Literal["centres", "facilities", "settlements"]
Status = Literal["optimal", "feasible", "infeasible"]


class SitePlace(Document):
    """A place for a post; without coordinates where none are published."""

    name: str
    lon: float | None
    lat: float | None


class WorstDistrict(Document):
    """The district that waits longest."""

    name: str
    mean_s: Number | None


class PostLoad(Document):
    """How many people and households are nearest to a post."""

    name: str
    population: int
    households: int


class SitingFigures(Document):
    """Whom some posts reach, and how evenly."""

    covered: int
    unserved_population: int
    mean_s: Number | None
    p95_s: Number | None
    gini: Number | None
    worst_district: WorstDistrict | None
    posts: list[PostLoad]


class Best(Document):
    """The best choice of the same number of posts, had none been fixed by the rung before."""

    sites: list[SitePlace]
    value: Number | None
    status: Status


class RungHead(Document):
    """Some more posts: which, how good, with what proof, and what else would be as good."""

    k: int
    sites: list[SitePlace]
    value: Number | None
    bound: Number | None
    status: Status
    gain: Number | None
    ties: list[list[SitePlace]]
    ties_complete: bool
    best: Best


class Rung(SitingFigures, RungHead):
    """A rung of the ladder, and whom its posts reach."""


class PlaceLeftOut(Document):
    """A place that someone stays out at; the reason only where no road leads there."""

    mesh_code: str
    district: str
    population: int
    lon: float
    lat: float
    reason: Literal["off_network", "island", "closed"] | None = ABSENT
    reason_title: str | None = ABSENT


class Offers(Document):
    """The least that would do, each by itself; what is not known is left out."""

    minutes: int | None = ABSENT
    add: int | None = ABSENT
    capacity: int | None = ABSENT


class WhyNot(Document):
    """Why not everyone is within the minutes."""

    kind: Literal["unreachable", "too_far", "too_few_posts", "too_little_capacity"]
    text: str
    population: int
    smallest: bool
    places: list[PlaceLeftOut]
    offers: Offers


class GapsDocument(Document):
    """The document of `tono gaps --json`, as it is stored with a scenario."""

    fingerprint: str
    profile: ProfileName
    at: IsoMoment | None
    minutes: int
    objective: Objective
    candidates: CandidateKind
    capacity: int | None
    backup: bool
    consultants: int
    population: int
    status: Status
    bound: Number | None
    tie_break: str
    now: SitingFigures
    ladder: list[Rung]
    nesting_price: list[Number | None]
    why_infeasible: list[WhyNot]
