"""What coverage looks like from outside: the document of the contract, its cells and areas as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import ConfigDict, Field

from app.coverage.models import CoverageCell
from app.coverage.reached import Reached, WithRange
from app.documents.geojson import Feature, FeatureCollection, MultiPolygon, Polygon, Position, mesh_square
from app.documents.typed import ABSENT, ByMinutes, Document, IsoDate, IsoMoment
from app.roads.schemas import NetworkFacts

ProfileName = Literal["car", "car-winter", "walk"]
Reason = Literal["off_network", "island", "closed"]


class ConsultantReach(Document):
    """Whom one consultant reaches: those nearest to it, and those within its minutes, whoever is nearest."""

    id: str
    base: str
    catchment_population: int
    covered: ByMinutes


class DistrictReached(Document):
    """Who of a district is reached; the range only where it was asked for."""

    name: str
    population: int
    covered: ByMinutes
    uncovered: ByMinutes
    unreachable_population: int
    mean_s: float | None
    p95_s: float | None
    has_consultant: bool
    covered_low: ByMinutes | None = ABSENT
    covered_high: ByMinutes | None = ABSENT
    covered_low_by_speed: ByMinutes | None = ABSENT
    covered_high_by_speed: ByMinutes | None = ABSENT


class Figures(Reached):
    """Who is reached: in the city, in each of its districts, by each consultant."""

    districts: Sequence[DistrictReached]
    consultants: list[ConsultantReach]
    covered_low: ByMinutes | None = ABSENT
    covered_high: ByMinutes | None = ABSENT
    covered_low_by_speed: ByMinutes | None = ABSENT
    covered_high_by_speed: ByMinutes | None = ABSENT


class WithRanges(WithRange):
    """How few and how many may be reached: in all, and for what is not known of the speeds alone."""

    covered_low_by_speed: ByMinutes
    covered_high_by_speed: ByMinutes


class DistrictCoverage(WithRanges, DistrictReached):
    """Who of a district is reached, and the range of it."""


class FiguresWithRange(WithRanges, Figures):
    """Who is reached, and the range of it."""

    districts: Sequence[DistrictCoverage]


class UnreachableCell(Document):
    """A cell that nobody reaches, and why."""

    mesh_code: str
    population: int
    reason: Reason
    snap_m: float | None


class CoverageHead(Document):
    """What was measured: the run is the head of the fingerprint of all its inputs."""

    run: str
    fingerprint: str
    profile: ProfileName
    at: IsoMoment | None
    minutes: list[int]
    network: NetworkFacts


class CoverageDocument(FiguresWithRange, CoverageHead):
    """The document of `tono coverage --json`, as it is stored."""

    unreachable: list[UnreachableCell]


class Coverage(CoverageDocument):
    """A stored measurement, and when it was made."""

    computed_at: IsoMoment


class Left(Document):
    """Of some people, by one way of travelling: who is not reached within the minutes, and who is; together all.

    Of those who are not reached within any minutes, `unreachable` are never reached.
    """

    not_reached: ByMinutes
    reached: ByMinutes
    unreachable: int


class LeftBy(Document):
    """Some people, and who of them is left out by each way of travelling."""

    population: int
    by: dict[ProfileName, Left]


class DistrictLeft(LeftBy):
    """Who of a district is left out."""

    name: str
    has_consultant: bool


class SettlementLeft(LeftBy):
    """Who of the squares nearest to a settlement is left out; the name is empty where a district has no settlement."""

    name: str
    district: str
    lon: float | None
    lat: float | None


class NotReached(LeftBy):
    """Who is left out in the city, its districts and settlements, worst first by the first of `profiles` in 20 minutes.

    `without_consultant` are the districts in which no consultant sits.
    """

    profiles: list[ProfileName]
    minutes: list[int]
    without_consultant: list[str]
    districts: list[DistrictLeft]
    settlements: list[SettlementLeft]


class CellTime(Document):
    """The travel time of an inhabited cell, or why there is none."""

    mesh_code: str
    population: int
    households: int
    district: str
    travel_time_s: float | None
    consultant: str | None
    reason: Reason | None
    snap_m: float | None


class CellFeature(Feature[Polygon, CellTime]):
    """A cell as a square."""


class Cells(FeatureCollection[CellFeature]):
    """The cells of a run, by mesh code."""


class Area(Document):
    """An area that a consultant reaches; people are counted by travel time, not by the drawn border."""

    consultant: str
    minutes: int
    cutoff_s: int
    population: int


class AreaFeature(Feature[Polygon | MultiPolygon, Area]):
    """An area as it is drawn."""


class Areas(FeatureCollection[AreaFeature]):
    """The areas of a consultant, the largest first."""


class InputNetwork(Document):
    """The roads of stored inputs, by their fingerprint."""

    km: float
    date: IsoDate | None
    name: str
    edges: int
    nodes: int
    source: str
    fingerprint: str


class InputProfile(Document):
    """The speeds of stored inputs; what older ones did not know is left out."""

    model_config = ConfigDict(extra="allow")

    name: str
    delay_s: dict[str, float] | None = ABSENT
    range_kmh: dict[str, tuple[float, float]] | None = ABSENT
    speed_kmh: dict[str, float]
    is_on_foot: bool | None = ABSENT
    max_snap_m: float
    built_up_kmh: dict[str, float] | None = ABSENT
    through_only: list[str] | None = ABSENT
    ignores_oneway: bool
    access_speed_kmh: float


class InputConsultant(Document):
    """A consultant of stored inputs; points are lon, lat. Older ones do not tell the accuracy."""

    base: str
    code: str
    district: str | None
    location: Position | None
    access_point: Position | None
    accuracy_m: int | None = ABSENT


class StoredInputs(Document):
    """All that an answer depends on, as it was; members in the order in which the database keeps them."""

    model_config = ConfigDict(extra="allow")

    at: IsoMoment | None
    cells: str = Field(description="Fingerprint of the people.")
    closed: list[int]
    method: int
    minutes: list[int]
    network: InputNetwork
    profile: InputProfile
    districts: list[str]


def cells_geojson(cells: Iterable[CoverageCell]) -> Cells:
    """Return the cells of a run as GeoJSON squares."""
    return Cells(features=[_cell(cell) for cell in cells])


def _cell(cell: CoverageCell) -> CellFeature:
    return CellFeature(
        geometry=mesh_square(cell.mesh_code),
        properties=CellTime(
            mesh_code=cell.mesh_code,
            population=cell.population,
            households=cell.households,
            district=cell.district,
            travel_time_s=None if cell.travel_time_s is None else round(cell.travel_time_s, 1),
            consultant=cell.consultant,
            reason=cell.reason,
            snap_m=None if cell.snap_m is None else round(cell.snap_m, 1),
        ),
    )
