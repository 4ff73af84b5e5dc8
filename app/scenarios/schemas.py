"""What scenarios, their comparison and the work on them look like from outside."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.coverage.schemas import InputConsultant, ProfileName, StoredInputs
from app.documents.geojson import Feature, FeatureCollection, Polygon, Position, mesh_square
from app.documents.typed import ABSENT, Document, IsoDate, IsoMoment
from app.jobs.models import Job
from app.scenarios.compare_scenarios import ComparedCell, Comparison, DistrictTally, TallyFacts
from app.scenarios.keep_scenario import CHANGES
from app.scenarios.models import LONGEST_NAME, Scenario
from app.siting.propose_sites import Wish
from app.siting.schemas import CandidateKind, GapsDocument, Objective, SitePlace, Status

MOST_MINUTES = 120


class Asked(BaseModel):
    """What the page sends to start a scenario."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=LONGEST_NAME * 2)
    add: int | None = Field(ge=1, le=1000)
    minutes: int = Field(ge=1, le=MOST_MINUTES)
    objective: Objective = "cover"
    profile: ProfileName = "car"
    candidates: CandidateKind = "centres"

    def wish(self) -> Wish:
        """Return what is asked in the form of the use case."""
        return Wish(self.add, self.minutes, self.objective, self.profile, self.candidates)


class Nothing(BaseModel):
    """The body of an order that needs no words."""

    model_config = ConfigDict(extra="forbid")


class JobResult(Document):
    """What a job left: the scenario; where one was repeated, whether it is the same and what has changed."""

    words: str | None = ABSENT
    changed: list[str] | None = ABSENT
    is_same: bool | None = ABSENT
    scenario: int


class JobFacts(Document):
    """How far a job is."""

    id: int
    kind: Literal["scenario", "repeat"]
    name: str
    state: Literal["queued", "running", "done", "failed", "stopped"]
    share: float
    words: str
    failure: str | None
    result: JobResult | None
    asked_at: IsoMoment
    finished_at: IsoMoment | None


class Jobs(Document):
    """The work that goes on, and the last that ended."""

    jobs: list[JobFacts]


class StoredWish(Document):
    """What was asked, as it is stored."""

    at: IsoMoment | None
    add: int | None
    minutes: int
    profile: ProfileName
    objective: Objective
    candidates: CandidateKind


class CountedPeople(Document):
    """Where the people come from that were counted."""

    as_of: IsoDate | None
    title: str
    source: str


class ScenarioAnswer(Document):
    """The answer of a scenario in a line."""

    computed_at: IsoMoment
    fingerprint: str
    people: list[CountedPeople]
    population: int
    consultants: int
    status: Status
    covered_now: int
    covered: int
    sites: list[SitePlace]


class ScenarioHead(Document):
    """The name of a scenario."""

    id: int
    name: str


class ScenarioSummary(ScenarioAnswer, StoredWish, ScenarioHead):
    """A scenario as a row of a list."""


class InputSite(Document):
    """A candidate of stored inputs; points are lon, lat."""

    name: str
    district: str | None
    location: Position | None
    access_point: Position | None


class ScenarioInputs(StoredInputs):
    """All that the answer of a scenario depends on."""

    candidates: list[InputSite]
    consultants: list[InputConsultant]


class ScenarioWhole(ScenarioSummary):
    """A scenario with its answer and with all that the answer depends on."""

    inputs: ScenarioInputs
    document: GapsDocument


class Scenarios(Document):
    """The stored scenarios, the newest first."""

    scenarios: list[ScenarioSummary]


class Base(Document):
    """Where a consultant sat; points are lon, lat."""

    code: str
    base: str
    district: str | None
    location: Position | None
    access_point: Position | None


class NotCompared(Document):
    """People of cells that only one side counts."""

    before: int
    after: int


class ComparisonFacts(Document):
    """Who is gained, lost and unchanged from one scenario, or from today, to another."""

    before: ScenarioSummary | None
    after: ScenarioSummary
    changed: list[str]
    bases: list[Base]
    total: TallyFacts
    districts: list[DistrictTally]
    not_compared: NotCompared


class ComparedFeature(Feature[Polygon, ComparedCell]):
    """A compared cell as a square."""


class ComparedCells(FeatureCollection[ComparedFeature]):
    """The cells of a comparison."""


def describe_job(job: Job) -> JobFacts:
    """Return how far a job is."""
    return JobFacts(
        id=job.id,
        kind=job.kind,
        name=job.asked.get("name", ""),
        state=job.state,
        share=round(job.share, 3),
        words=job.words,
        failure=job.failure,
        result=job.result,
        asked_at=job.asked_at.isoformat(),
        finished_at=job.finished_at and job.finished_at.isoformat(),
    )


def summary(scenario: Scenario) -> ScenarioSummary:
    """Return a scenario as a row of a list."""
    return _summary(scenario, GapsDocument.model_validate_json(scenario.document))


def _summary(scenario: Scenario, document: GapsDocument) -> ScenarioSummary:
    last = document.ladder[-1] if document.ladder else None
    return ScenarioSummary(
        id=scenario.id,
        name=scenario.name,
        **scenario.asked,
        computed_at=scenario.computed_at.isoformat(),
        fingerprint=scenario.fingerprint,
        people=scenario.people,
        population=document.population,
        consultants=document.consultants,
        status=document.status,
        covered_now=document.now.covered,
        covered=(last or document.now).covered,
        sites=last.sites if last else [],
    )


def whole(scenario: Scenario) -> ScenarioWhole:
    """Return a scenario with its answer and with all that the answer depends on."""
    document = GapsDocument.model_validate_json(scenario.document)
    return ScenarioWhole(**dict(_summary(scenario, document)), inputs=scenario.inputs, document=document)


def describe_comparison(before: Scenario | None, after: Scenario, found: Comparison) -> ComparisonFacts:
    """Return a comparison; without the first scenario it starts from the staff of the second as it was."""
    return ComparisonFacts(
        before=None if before is None else summary(before),
        after=summary(after),
        changed=[] if before is None else _changed(before, after),
        bases=after.inputs["consultants"],
        total=found.total.facts(),
        districts=[DistrictTally(name=name, **dict(tally.facts())) for name, tally in found.districts.items()],
        not_compared=NotCompared(before=found.only_before, after=found.only_after),
    )


# What differs by itself where these parts of the question differ.
FOLLOWS = {"profile": "profile", "candidates": "candidates", "closed": "at"}


def _changed(before: Scenario, after: Scenario) -> list[str]:
    """Return in words which data differ between two scenarios, besides what was asked."""
    return [
        title
        for name, title in CHANGES.items()
        if before.inputs.get(name) != after.inputs.get(name)
        and (name not in FOLLOWS or before.asked[FOLLOWS[name]] == after.asked[FOLLOWS[name]])
    ]


def cells_geojson(found: Comparison) -> ComparedCells:
    """Return the cells of a comparison as squares."""
    return ComparedCells(features=[_square(cell) for cell in found.cells])


def _square(cell: ComparedCell) -> ComparedFeature:
    before, after = (value if value is None else round(value, 1) for value in (cell.before_s, cell.after_s))
    shown = cell.model_copy(update={"before_s": before, "after_s": after})
    return ComparedFeature(geometry=mesh_square(cell.mesh_code), properties=shown)
