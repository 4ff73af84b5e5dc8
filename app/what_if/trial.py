"""What is asked when a placement is tried, with its limits, and the form of the answer."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.coverage.measure_coverage import MINUTES
from app.documents.moments import Moment
from app.errors import InputError

MOST_CONSULTANTS = 50
MOST_CLOSED = 200
MOST_CHOICES = 6
MOST_MINUTES = 120
LARGEST_EDGE = 2**31 - 1
LIMITS = {
    "moved": (MOST_CONSULTANTS, f"動かす相談員は{MOST_CONSULTANTS}人までです。"),
    "added": (MOST_CONSULTANTS, f"増やす相談員は{MOST_CONSULTANTS}人までです。"),
    "removed": (MOST_CONSULTANTS, f"外す相談員は{MOST_CONSULTANTS}人までです。"),
    "closed": (MOST_CLOSED, f"通行止めにする道は{MOST_CLOSED}か所までです。"),
    "minutes": (MOST_CHOICES, f"分の区切りは{MOST_CHOICES}つまでです。"),
}
Code = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[^\x00]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Place(_Strict):
    """A point in EPSG:4326, degrees."""

    lon: float
    lat: float

    @model_validator(mode="after")
    def _on_the_globe(self) -> Self:
        check_point(self.lon, self.lat)
        return self


class Moved(Place):
    """A consultant who sets out from somewhere else."""

    id: Code


class Added(Place):
    """One consultant more; `base` is how the answer calls the place."""

    base: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")] = ""


class ClosedRoad(_Strict):
    """An edge that nobody may use: its number in the network in use, or a point beside it."""

    edge: Annotated[int, Field(ge=0, le=LARGEST_EDGE)] | None = None
    lon: float | None = None
    lat: float | None = None

    @model_validator(mode="after")
    def _one_way_of_naming(self) -> Self:
        by_point = self.lon is not None and self.lat is not None
        if (self.edge is None) != by_point or (self.lon is None) != (self.lat is None):
            raise InputError(
                "A closed road is named by its edge, or by lon and lat.",
                detail="通行止めの道は、番号か、経度と緯度のどちらかで指定してください。",
            )
        if self.lon is not None and self.lat is not None:
            check_point(self.lon, self.lat)
        return self


class Trial(_Strict):
    """A placement to try; what is not named stays as it is."""

    profile: Literal["car", "car-winter", "walk"] = "car"
    minutes: list[Annotated[int, Field(ge=1, le=MOST_MINUTES)]] = list(MINUTES)
    # Closures of the register that hold at this moment are closed too.
    at: Moment | None = None
    moved: Annotated[list[Moved], Field(json_schema_extra={"maxItems": MOST_CONSULTANTS})] = []
    added: Annotated[list[Added], Field(json_schema_extra={"maxItems": MOST_CONSULTANTS})] = []
    removed: Annotated[list[Code], Field(json_schema_extra={"maxItems": MOST_CONSULTANTS})] = []
    closed: Annotated[list[ClosedRoad], Field(json_schema_extra={"maxItems": MOST_CLOSED})] = []
    # Whether `covered_low` and `covered_high` are wanted, which a hand that drags does not wait for.
    with_range: bool = False

    @model_validator(mode="before")
    @classmethod
    def _within_limits(cls, given: Any) -> Any:
        """Refuse too many before each of them is looked at."""
        if isinstance(given, dict):
            for name, (most, sentence) in LIMITS.items():
                if isinstance(given.get(name), list) and len(given[name]) > most:
                    raise InputError(f"{name} has {len(given[name])} entries, at most {most}.", detail=sentence)
        return given

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.minutes:
            raise InputError("minutes is empty.", detail="何分以内を見るかを1つ以上指定してください。")
        named = [item.id for item in self.moved] + list(self.removed)
        twice = sorted({code for code in named if named.count(code) > 1})
        if twice:
            raise InputError(
                f"Consultants are named more than once: {', '.join(twice)}.",
                detail=f"同じ相談員が2度指定されています: {'、'.join(twice)}。移すか外すかのどちらかにしてください。",
            )
        return self


def check_point(lon: float, lat: float) -> None:
    """Refuse what is no point on the globe."""
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise InputError(
            f"({lon}, {lat}) is no point on the globe.",
            detail="経度は-180〜180、緯度は-90〜90の数で指定してください。",
        )


# --- the answer to a placement that is tried ----------------------------------------------------------------------

ByMinutes = dict[str, int]


class Reached(BaseModel):
    """How many of some people are reached within the minutes, later, and never."""

    population: int
    covered: ByMinutes
    covered_low: ByMinutes | None = Field(
        None, description="At the slowest plausible speeds, each base at the worst position within its accuracy."
    )
    covered_high: ByMinutes | None = Field(
        None, description="At the fastest plausible speeds, each base at the best position within its accuracy."
    )
    covered_low_by_speed: ByMinutes | None = Field(
        None, description="At the slowest plausible speeds, each base where the register has it."
    )
    covered_high_by_speed: ByMinutes | None = Field(
        None, description="At the fastest plausible speeds, each base where the register has it."
    )
    uncovered: ByMinutes
    unreachable_population: int
    mean_s: float | None
    p95_s: float | None


class DistrictReached(Reached):
    """The same of one district."""

    name: str
    has_consultant: bool


class ConsultantReach(BaseModel):
    """Whom one consultant reaches; an added one has the id +1, +2 and so on."""

    id: str
    base: str
    catchment_population: int
    covered: ByMinutes


class DistrictChange(BaseModel):
    """How many more people of a district are covered than now."""

    name: str
    covered: ByMinutes


class Difference(BaseModel):
    """What the trial changes: gained are those within the minutes who were not, lost those who were and are no more."""

    gained: ByMinutes
    lost: ByMinutes
    covered: ByMinutes
    unreachable_population: int
    districts: list[DistrictChange]


class PlacedConsultant(BaseModel):
    """Where a moved or added consultant was put; beyond `limit_m` from a road the reason says that no trip begins."""

    id: str
    lon: float
    lat: float
    district: str | None
    reason: str | None
    distance_m: float | None
    limit_m: float
    road: tuple[float, float] | None


class ClosedEdge(BaseModel):
    """An edge that was closed, by number or by a point near enough; where none is, the reason says so."""

    lon: float | None
    lat: float | None
    edge: int | None
    reason: str | None
    distance_m: float | None
    limit_m: float
    highway: str | None
    length_m: float | None
    line: list[tuple[float, float]] | None


class CompactCells(BaseModel):
    """The cells in the order of `/coverage/{run}/cells`, two bytes each (lower one first) as base64; 65,535: nobody."""

    run: str
    count: int
    seconds: str = Field(description="Seconds, rounded up, at most 65,534.")
    nearest: str = Field(description="Row of `consultants` that is there first.")


class Tried(Reached):
    """The figures of a placement that is only tried: those of the coverage document, and what changes."""

    fingerprint: str
    profile: str
    at: str | None
    minutes: list[int]
    network: dict[str, Any]
    districts: list[DistrictReached]
    consultants: list[ConsultantReach]
    difference: Difference
    placed: list[PlacedConsultant]
    closed: list[ClosedEdge]
    cells: CompactCells
