"""What is asked when a placement is tried, with its limits."""

from __future__ import annotations

import math
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.coverage.measure_coverage import MINUTES
from app.coverage.schemas import ProfileName
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

    profile: ProfileName = "car"
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
