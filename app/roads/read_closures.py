"""A file of closures, in the plain form or that of an office → rows; what is wrong is said with its row.

Nothing here knows a road network: see `place_closures`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely

from app.datasets.queries import file_sha256
from app.errors import InputError
from app.roads.calendar import Period, check_period, zone_of
from app.roads.read_period import has_zone, parse_day, parse_moment, parse_period

TEXTS = ("name", "place", "content", "detour", "reason", "source")
COLUMNS = (
    *("name", "place", "content", "detour", "reason", "source", "length_m"),
    *("period", "from", "to", "yearly_from", "yearly_to", "time_zone"),
    *("geometry", "edges", "network", "lon", "lat", "lon2", "lat2"),
)
# Columns as offices name them; a unit in brackets is read with the number.
JAPANESE = {
    "路線名": "name",
    "路線": "name",
    "位置": "place",
    "場所": "place",
    "区間": "place",
    "規制区間": "place",
    "区間延長": "length_m",
    "延長": "length_m",
    "内容": "content",
    "規制内容": "content",
    "迂回路": "detour",
    "う回路": "detour",
    "理由": "reason",
    "規制理由": "reason",
    "出典": "source",
    "期間": "period",
    "規制期間": "period",
    "通行止期間": "period",
    "通行止め期間": "period",
    "開始": "from",
    "開始日時": "from",
    "終了": "to",
    "終了日時": "to",
    "時間帯": "time_zone",
    "経度": "lon",
    "緯度": "lat",
    "起点経度": "lon",
    "起点緯度": "lat",
    "終点経度": "lon2",
    "終点緯度": "lat2",
}
# Traffic that still passes is no closure.
STILL_OPEN = re.compile(r"片側|徐行|対面|幅員減少")
CLOSED = re.compile(r"通行止")
ENCODINGS = ("utf-8-sig", "cp932")
# A length without a unit below this is taken for kilometres: no office closes 90 m of road for a winter.
KILOMETRES_BELOW = 100.0
MOST_TEXT = 1000


@dataclass
class ClosureRow:
    """One row of a file: what it says, and what is to be said of it."""

    number: int
    texts: dict[str, str] = field(default_factory=dict)
    period: Period = field(default_factory=Period)
    length_m: float | None = None
    geometry: shapely.Geometry | None = None
    edges: list[int] | None = None
    network: str = ""
    start: tuple[float, float] | None = None
    end: tuple[float, float] | None = None
    is_open: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Assumed:
    """What holds for rows that do not say it themselves."""

    source: str = ""
    period: str = ""
    time_zone: str = ""
    fallback_zone: str = "Asia/Tokyo"


@dataclass(frozen=True)
class Refused:
    """A row that cannot be used, and why."""

    number: int
    name: str
    why: str


def read_closures(path: Path, assumed: Assumed) -> tuple[list[ClosureRow], list[Refused], list[str]]:
    """Return the rows of a file, those that cannot be read, and the columns that are not used."""
    file_sha256(path)
    if path.suffix.lower() in {".geojson", ".json"}:
        records, used = _features(path)
    elif path.suffix.lower() == ".csv":
        records, used = _lines(path)
    else:
        raise InputError(f"{path}: a file of closures ends in .csv or .geojson.")
    unused = sorted(used - set(COLUMNS))
    rows, refused = [], []
    for number, record in enumerate(records, start=1):
        try:
            rows.append(_row(number, record, assumed))
        except InputError as error:
            refused.append(Refused(number, str(record.get("name") or ""), str(error)))
    return rows, refused, unused


def _lines(path: Path) -> tuple[list[dict[str, Any]], set[str]]:
    content = path.read_bytes()
    text = _decoded(content, path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        table = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: no readable CSV ({error}). Nothing was imported.") from error
    if len(table) < 2:
        raise InputError(f"{path} has no row below its head.")
    head = [_column(name) for name in table[0]]
    names = [name for name, _ in head]
    twice = sorted({name for name in names if names.count(name) > 1 and name})
    if twice:
        raise InputError(f"{path} has the column {', '.join(twice)} twice. Nothing was imported.")
    if "name" not in names:
        raise InputError(f"{path} has no column name or 路線名; it has: {', '.join(table[0])}. Nothing was imported.")
    for number, line in enumerate(table[1:], start=1):
        if len(line) != len(head):
            raise InputError(
                f"{path}, row {number}: {len(line)} fields below a head of {len(head)} (is a comma inside a text "
                "without quotation marks?). Nothing was imported."
            )
    records = [
        {name: cell.strip() + unit(cell) for (name, unit), cell in zip(head, line, strict=True)} for line in table[1:]
    ]
    return records, {name for name in names if name}


def _decoded(content: bytes, path: Path) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{path} is neither UTF-8 nor CP932 (Shift_JIS). Nothing was imported.")


def _column(title: str) -> tuple[str, Any]:
    """Return the plain name of a column, and what gives the unit that stands in its head."""
    plain = unicodedata.normalize("NFKC", title).strip()
    bare, _, rest = plain.partition("(")
    unit = rest.rstrip(")").strip().lower() if rest else ""
    name = JAPANESE.get(bare.strip(), JAPANESE.get(plain, bare.strip().lower() if bare.isascii() else plain))
    has_unit = name == "length_m" and unit in {"km", "m"}
    return name, lambda cell: unit if has_unit and re.fullmatch(r"[\d.,\s]+", cell) else ""


def _features(path: Path) -> tuple[list[dict[str, Any]], set[str]]:
    try:
        document = json.loads(_decoded(path.read_bytes(), path))
    except ValueError as error:
        raise InputError(f"{path} is no readable GeoJSON ({error}). Nothing was imported.") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise InputError(f"{path} is no GeoJSON FeatureCollection with features. Nothing was imported.")
    records = []
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        record = {_column(str(key))[0]: _as_text(value) for key, value in (properties or {}).items()}
        records.append(record | {"geometry": feature.get("geometry") if isinstance(feature, dict) else None})
    return records, {name for record in records for name in record}


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return " ".join(str(entry) for entry in value)
    return "" if value is None else str(value).strip()


def _row(number: int, record: Mapping[str, Any], assumed: Assumed) -> ClosureRow:
    row = ClosureRow(number, texts={name: str(record.get(name, "")) for name in TEXTS})
    row.texts["source"] = row.texts["source"] or assumed.source
    if not row.texts["name"]:
        raise InputError("it has no name of the road (name, 路線名)")
    for name, text in row.texts.items():
        if len(text) > MOST_TEXT or "\x00" in text:
            raise InputError(f"{name} is longer than {MOST_TEXT} signs or has a sign that is none")
    content = row.texts["content"]
    row.is_open = bool(STILL_OPEN.search(content)) and not CLOSED.search(content)
    if not row.is_open:
        row.period = _period(record, assumed, row.notes)
    row.length_m = _length(str(record.get("length_m", "")), row.notes)
    row.geometry = _geometry(record.get("geometry"), row)
    row.edges = _edges(str(record.get("edges", "")))
    row.network = str(record.get("network", ""))
    row.start = row.start or _point(record, "lon", "lat")
    row.end = _point(record, "lon2", "lat2")
    return row


def _period(record: Mapping[str, Any], assumed: Assumed, notes: list[str]) -> Period:
    said = {name: str(record.get(name, "")) for name in ("from", "to", "yearly_from", "yearly_to", "period")}
    words = said["period"] or ("" if any(said.values()) else assumed.period)
    zone = str(record.get("time_zone", "")) or assumed.time_zone
    zone_of(zone or assumed.fallback_zone)
    given = [text for text in (said["from"], said["to"], words) if text]
    if not zone and not (given and all(has_zone(text) for text in given)):
        notes.append(f"no time zone given: taken as {assumed.fallback_zone}")
    zone = zone or assumed.fallback_zone
    if not any(said.values()) and not words:
        raise InputError("it has no period (period, from and to, 期間); give one for all rows with --period")
    begin = parse_moment(said["from"], zone) if said["from"] else None
    end = parse_moment(said["to"], zone, last=True) if said["to"] else None
    if words:
        period = parse_period(words, zone)
        if begin or end:
            if not period.is_yearly:
                raise InputError("it has both a period with years and from or to; leave one out")
            period = check_period(Period(begin, end, period.yearly_from, period.yearly_to, zone))
        return period
    marks = [parse_day(said[name]) if said[name] else "" for name in ("yearly_from", "yearly_to")]
    return check_period(Period(begin, end, marks[0], marks[1], zone))


def _length(text: str, notes: list[str]) -> float | None:
    plain = re.sub(r"[,\s約]|\(.*\)", "", unicodedata.normalize("NFKC", text)).lower()
    if not plain:
        return None
    found = re.fullmatch(r"l?=?(\d+(?:\.\d+)?)(km|m|キロ|メートル|キロメートル)?", plain)
    if found is None or float(found[1]) <= 0:
        raise InputError(f"the length {text!r} is no number of metres above 0")
    value, unit = float(found[1]), found[2]
    if unit is None:
        unit = "km" if value < KILOMETRES_BELOW else "m"
        notes.append(f"the length {text} has no unit: taken as {unit}")
    return value * 1000 if unit in {"km", "キロ", "キロメートル"} else value


def _geometry(value: object, row: ClosureRow) -> shapely.Geometry | None:
    if value is None or value == "":
        return None
    try:
        shape = shapely.from_wkt(value) if isinstance(value, str) else shapely.from_geojson(json.dumps(value))
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        raise InputError("its geometry cannot be read; write WKT such as LINESTRING (141.5 39.3, 141.6 39.3)") from None
    if shape is None or shape.is_empty:
        return None
    _check_place(shapely.get_coordinates(shape).tolist())
    if shape.geom_type == "Point":
        row.start = tuple(shapely.get_coordinates(shape)[0].tolist())
        return None
    if shape.geom_type not in {"LineString", "MultiLineString"}:
        raise InputError(f"its geometry is a {shape.geom_type}; a closure is a line along the road")
    return shape


def _check_place(coords: list[list[float]]) -> None:
    for lon, lat in coords:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise InputError(f"{lon}, {lat} is no place in degrees (lon, lat)")
    if coords and all(20 <= lon <= 46 and 122 <= lat <= 154 for lon, lat in coords):
        raise InputError("lon and lat are swapped")


def _edges(text: str) -> list[int] | None:
    words = re.split(r"[\s,;]+", text.strip()) if text.strip() else []
    if not all(word.isdecimal() for word in words):
        raise InputError(f"its edges {text!r} are no numbers of edges, such as 12 13 14")
    return [int(word) for word in words] or None


def _point(record: Mapping[str, Any], lon: str, lat: str) -> tuple[float, float] | None:
    values = [str(record.get(name, "")) for name in (lon, lat)]
    if values == ["", ""]:
        return None
    try:
        place = (float(values[0]), float(values[1]))
    except ValueError:
        raise InputError(f"{lon} and {lat} are no numbers: {values[0]!r}, {values[1]!r}") from None
    if not all(abs(value) <= 180 for value in place):
        raise InputError(f"{place[0]}, {place[1]} is no place in degrees (lon, lat)")
    _check_place([list(place)])
    return place
