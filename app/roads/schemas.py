"""What closures look like from outside: bodies that come over HTTP, GeoJSON, lines for a terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.documents.geojson import Feature, FeatureCollection, MultiLineString, stored_shape
from app.documents.typed import Document, IsoDate, IsoMoment, LocalMoment
from app.roads.calendar import JAPAN, Period, zone_of
from app.roads.import_closures import OPEN, REFUSED, SAME, STORED, Report
from app.roads.models import Closure, RoadNetworkRow
from app.roads.read_period import day_text

Text = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]
Clock = Annotated[str, Field(pattern=r"^(\d\d:\d\d)?$")]
Mark = Annotated[str, Field(pattern=r"^(\d\d-\d\d|02-end)?$")]
Position = Annotated[list[float], Field(min_length=2, max_length=2)]
MOST_POINTS = 20_000


class LineBody(BaseModel):
    """A line as GeoJSON: lon before lat."""

    model_config = ConfigDict(extra="forbid")

    type: Annotated[str, Field(pattern="^(LineString|MultiLineString)$")]
    coordinates: list[Any] = Field(min_length=1, max_length=MOST_POINTS)


class ClosureBody(BaseModel):
    """A closure as the page sends it; `version` is the one that was seen, 0 for a new one."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    place: Text = ""
    content: Text = ""
    detour: Text = ""
    reason: Text = ""
    source: Text = ""
    length_m: Annotated[float, Field(gt=0, le=10_000_000)] | None = None
    valid_from: LocalMoment | None = None
    valid_to: LocalMoment | None = None
    yearly_from: Mark = ""
    yearly_to: Mark = ""
    daily_from: Clock | None = None
    daily_to: Clock | None = None
    time_zone: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\w/+-]+$")] = JAPAN
    geometry: LineBody
    edges: list[Annotated[int, Field(ge=0, lt=2**31)]] | None = Field(default=None, max_length=MOST_POINTS)
    network: Annotated[str, Field(pattern=r"^[0-9a-f]*$", max_length=64)] = ""
    version: Annotated[int, Field(ge=0, lt=2**31)] = 0

    def period(self) -> Period:
        """Return when it holds; moments without a zone are in its own."""
        begin, end = (
            moment.replace(tzinfo=zone_of(self.time_zone)) if moment and moment.tzinfo is None else moment
            for moment in (self.valid_from, self.valid_to)
        )
        hours = (self.daily_from or "", self.daily_to or "")
        return Period(begin, end, self.yearly_from, self.yearly_to, self.time_zone, *hours)


class NetworkFacts(Document):
    """The roads that figures stand on."""

    name: str
    nodes: int
    edges: int
    km: float
    source: str
    date: IsoDate | None


class SpeedChange(Document):
    """Who changed a speed, why and when."""

    who: str
    why: str
    at: IsoMoment


class SpeedValues(Document):
    """A speed with its range, the reason for the range, and who changed it; no change where it is the product's."""

    kmh: float
    low_kmh: float
    high_kmh: float
    delay_s: float
    source: str
    reason: str
    edit: SpeedChange | None


class _RowName(Document):
    highway: str
    is_built_up: bool


class SpeedTableRow(SpeedValues, _RowName):
    """A row of a speed table."""


class _Titles(Document):
    titles: list[str]


class SpeedGroup(SpeedValues, _Titles):
    """Rows of a speed table that say the same."""


def network_facts(row: RoadNetworkRow) -> NetworkFacts:
    """Return what documents say of the roads in use."""
    return NetworkFacts(
        name=row.name,
        nodes=row.nodes,
        edges=row.edges,
        km=round(row.km, 1),
        source=row.source,
        date=row.source_date.isoformat() if row.source_date else None,
    )


class RoadClass(Document):
    """A class of roads on the map."""

    road_class: Literal["motorway", "major", "middle", "minor"] = Field(alias="class")


class RoadFeature(Feature[MultiLineString, RoadClass]):
    """All roads of one class."""


class NumberedRoad(Document):
    """The number of a road, and places on it as lon, lat, that of its longest stretch first."""

    number: str
    places: list[tuple[float, float]]


class Roads(FeatureCollection[RoadFeature]):
    """The roads of the map, the most important first; numbers of roads with the places where they can be written."""

    is_schematic: bool
    numbers: list[NumberedRoad]


class Section(Document):
    """A stretch of road: what it is called, its length, and its edges in a network."""

    name: str
    length_m: float
    edges: list[int]
    network: str


class SectionFeature(Feature[MultiLineString, Section]):
    """A stretch of road as it is drawn."""


ClosureState = Literal["now", "coming", "past", "open"]


class ClosureFacts(Document):
    """What a closure says, and how it stands at a moment."""

    id: int
    name: str
    place: str
    content: str
    closes_road: bool
    detour: str
    reason: str
    source: str
    length_m: float | None
    valid_from: IsoMoment | None
    valid_to: IsoMoment | None
    yearly_from: str
    yearly_to: str
    daily_from: str
    daily_to: str
    time_zone: str
    is_yearly: bool
    state: ClosureState
    season: tuple[IsoMoment, IsoMoment] | None
    located_by: str
    is_drawn: bool
    version: int


class ClosureFeature(Feature[MultiLineString, ClosureFacts]):
    """A closure with its line."""


class Closures(FeatureCollection[ClosureFeature]):
    """The calendar of closures at a moment."""

    at: IsoMoment


def closure_feature(row: Closure, moment: datetime | None = None) -> ClosureFeature:
    """Return a closure as GeoJSON."""
    return ClosureFeature(geometry=stored_shape(row.geometry), properties=closure_facts(row, moment))


def closure_facts(row: Closure, moment: datetime | None = None) -> ClosureFacts:
    """Return what a closure says, and how it stands at a moment (now, by default)."""
    at = moment or datetime.now(UTC)
    season = row.period.season_after(at)
    zone = zone_of(row.time_zone)
    return ClosureFacts(
        id=row.id,
        name=row.name,
        place=row.place,
        content=row.content,
        closes_road=row.closes_road,
        detour=row.detour,
        reason=row.reason,
        source=row.source,
        length_m=row.length_m,
        valid_from=_iso(row.valid_from, row.time_zone),
        valid_to=_iso(row.valid_to, row.time_zone),
        yearly_from=row.yearly_from,
        yearly_to=row.yearly_to,
        daily_from=row.daily_from,
        daily_to=row.daily_to,
        time_zone=row.time_zone,
        is_yearly=row.period.is_yearly,
        state=_state(row, at),
        season=season and (season[0].astimezone(zone).isoformat(), season[1].astimezone(zone).isoformat()),
        located_by=row.located_by,
        is_drawn=row.dataset_id is None,
        version=row.version,
    )


def _state(row: Closure, at: datetime) -> ClosureState:
    """Return how a closure stands at a moment; a restriction that is not over is open, for cars may pass."""
    period = row.period
    has_period = period.is_yearly or period.valid_to is not None
    if has_period and not period.holds_at(at) and period.season_after(at) is None:
        return "past"
    if not row.closes_road:
        return "open"
    return "now" if period.holds_at(at) else "coming"


def _iso(moment: datetime | None, time_zone: str) -> str | None:
    return moment.astimezone(zone_of(time_zone)).isoformat() if moment else None


STATE_TITLES = {STORED: "取り込み", SAME: "登録済み", OPEN: "対象外", REFUSED: "使えません"}
HOLDS = {"now": "通行止め", "coming": "これから", "past": "終わり", "open": "通れます"}


def report_lines(report: Report, *, dry_run: bool) -> list[str]:
    """Return what became of each row of a file, for a terminal."""
    lines = [f"{row.number}行目  {STATE_TITLES[row.state]}  {row.name}: {row.text}" for row in report.rows]
    if report.unused:
        lines.append(f"Columns that are not used: {', '.join(report.unused)}.")
    counts = ", ".join(f"{report.count(state)} {state}" for state in STATE_TITLES if report.count(state))
    end = " Nothing was stored (--dry-run)." if dry_run else ""
    lines.append(f"{len(report.rows)} rows: {counts or 'nothing'}.{end}")
    return lines


def closure_lines(rows: Sequence[Closure], moment: datetime | None) -> list[str]:
    """Return closures for a terminal, one a line."""
    if not rows:
        return ["No road is closed then." if moment else "There are no closures yet: `tono closures import FILE`."]
    return [_line(row, closure_facts(row, moment).state) for row in rows]


def _line(row: Closure, state: str) -> str:
    start = f"{row.id:>4}  {_wide(HOLDS[state], 8)}  {_wide(period_words(row), 42)}"
    return f"{start}  {row.name} {row.place}".rstrip()


def period_words(row: Closure) -> str:
    """Return when a closure holds: 毎年12月1日〜3月31日, or both moments."""
    begin, end = (_short(_iso(moment, row.time_zone)) for moment in (row.valid_from, row.valid_to))
    over = "翌" if row.period.is_overnight else ""
    hours = f" {row.daily_from}〜{over}{row.daily_to}" if row.daily_from else ""
    if not row.period.is_yearly:
        return f"{begin}〜{end}{hours}" if begin or end else "期間の記載なし"
    window = f" ({begin}〜{end})" if begin or end else ""
    return f"毎年{day_text(row.yearly_from)}〜{day_text(row.yearly_to)}{hours}{window}"


def _short(iso: str | None) -> str:
    """Return a moment to the minute, a whole day as its date."""
    text = re.sub(r"T00:00:00[+-].*$|T23:59:59\.9+[+-].*$", "", iso or "")
    return re.sub(r"T(\d\d:\d\d).*$", r" \1", text)


def _wide(text: str, width: int) -> str:
    used = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * max(0, width - used)
