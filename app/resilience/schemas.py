"""What resilience looks like from outside: the documents of absences and of roads that must not be cut."""

from __future__ import annotations

from pydantic import Field

from app.coverage.schemas import ProfileName
from app.documents.geojson import MultiLineString
from app.documents.typed import Document, IsoMoment
from app.roads.schemas import NetworkFacts


class PeopleOfDistrict(Document):
    """How many people of a district."""

    name: str
    population: int


class PeopleOfBase(Document):
    """How many people by a base."""

    id: str
    base: str
    population: int


class ResilienceHead(Document):
    """What was worked out: the run is the head of the fingerprint of all its inputs."""

    run: str
    fingerprint: str
    profile: ProfileName
    at: IsoMoment | None
    minutes: int
    network: NetworkFacts


class Absence(Document):
    """What it costs when one consultant is away, and who comes instead."""

    id: str
    base: str
    district: str | None
    catchment_population: int
    loses_cover: int
    districts: list[PeopleOfDistrict]
    next: list[PeopleOfBase]
    mean_s: float | None
    longest_s: float | None
    nobody_comes: int
    cells: list[str]


class DistrictBackup(Document):
    """How many of a district one consultant reaches, and how many two."""

    name: str
    population: int
    covered: int
    covered_twice: int


class CellBackup(Document):
    """The two consultants nearest to a cell."""

    mesh_code: str
    district: str
    population: int
    first: str | None
    first_s: float | None
    second: str | None
    second_s: float | None


class BackupDocument(ResilienceHead):
    """The document of `tono backup --json`, as it is stored."""

    population: int
    covered: int
    covered_twice: int
    consultants: list[Absence]
    districts: list[DistrictBackup]
    cells: list[CellBackup]


class Backup(BackupDocument):
    """A stored answer, and when it was worked out."""

    computed_at: IsoMoment


class Detour(Document):
    """The way round a road."""

    seconds: float
    length_m: float
    line: MultiLineString


class CriticalRoad(Document):
    """A road that must not be cut: who loses cover with it, and the way round it."""

    title: str
    number: str
    name: str
    highway: str = Field(alias="class")
    class_title: str
    district: str
    population: int
    population_on_it: int
    districts: list[PeopleOfDistrict]
    length_m: float
    edges: list[int]
    worst_edge: int
    usual_s: float
    usual_m: float
    detour: Detour | None
    cells: list[str]
    worst_line: MultiLineString
    line: MultiLineString


class EdgeLoss(Document):
    """Who loses cover with an edge; the ends by the source's own numbers."""

    edge: int
    u: int
    v: int
    population: int
    beyond: int


class CriticalRoadsDocument(ResilienceHead):
    """The document of `tono critical-roads --json`, as it is stored.

    `covered` counts each square by its one point, as the coverage does; `covered_along_roads` and all that follows
    count the people of a square along the roads in it.
    """

    population: int
    covered: int
    covered_along_roads: int
    edges: int
    edges_with_loss: int
    segments: int
    roads: int
    worst: list[CriticalRoad]
    at_bases: list[PeopleOfBase]
    losses: list[EdgeLoss]


class CriticalRoads(CriticalRoadsDocument):
    """A stored answer, and when it was worked out."""

    computed_at: IsoMoment
