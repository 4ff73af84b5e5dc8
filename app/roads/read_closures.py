"""A file of closures, in the plain form or that of an office → rows; what is wrong is said with its row.

Nothing here knows a road network: see `place_closures`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import shapely

from app.documents.input_file import InputFile, read_input
from app.errors import InputError
from app.roads.calendar import Period
from app.roads.closure_columns import JAPANESE, READ, TEXTS
from app.roads.read_restriction import Assumed, closing_period, read_restriction
from app.roads.restriction_words import Effect
from app.tables import decode, read_table

SHAPES, TABLES = (".geojson", ".json"), (".csv", ".tsv", ".txt", ".xlsx")
# A length without a unit below this is taken for kilometres: no office closes 90 m of road for a winter.
KILOMETRES_BELOW = 100.0
LONGEST_M = 10_000_000.0
MOST_TEXT = 1000
# Reference systems in degrees that differ by less than a metre in Japan: WGS 84, JGD2011, JGD2000.
DEGREES = re.compile(r"CRS:?84|EPSG:{1,2}(?:\d*:)?(?:4326|6668|4612)|WGS ?84|JGD2011|JGD2000", re.IGNORECASE)
# A lone half of a sign outside the first plane of Unicode, and signs that steer a terminal.
NO_TEXT = re.compile(r"[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


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
    effect: Effect = Effect.CLOSED
    notes: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether cars may pass: a restriction that is shown and closes nothing."""
        return self.effect is Effect.OPEN


@dataclass(frozen=True)
class Refused:
    """A row that cannot be used, and why."""

    number: int
    name: str
    why: str


def read_closures(path: Path, assumed: Assumed) -> tuple[list[ClosureRow], list[Refused], list[str]]:
    """Return the rows of a file, those that cannot be read, and the columns that are not used."""
    return closures_of(read_input(path), assumed)


def closures_of(file: InputFile, assumed: Assumed) -> tuple[list[ClosureRow], list[Refused], list[str]]:
    """Return the rows of a file that is read already, see `read_closures`."""
    if file.ending not in {*SHAPES, *TABLES}:
        raise InputError(f"{file.path}: a file of closures ends in .csv or .geojson (.tsv and .xlsx are read, too).")
    records, used = _lines(file) if file.ending in TABLES else _features(_text_of(file), file.path)
    unused = sorted(NO_TEXT.sub("?", name)[:60] for name in used - READ)
    rows, refused = [], []
    for number, record in enumerate(records, start=1):
        try:
            rows.append(_row(number, record, assumed))
        except InputError as error:
            name = NO_TEXT.sub("?", str(record.get("name") or ""))[:60]
            refused.append(Refused(number, name, NO_TEXT.sub("?", str(error))))
    return rows, refused, unused


def _text_of(file: InputFile) -> str:
    text = decode(file.content)
    if text is None:
        raise InputError(f"{file.path} is neither UTF-8 nor CP932 (Shift_JIS). Nothing was imported.")
    return text


def _lines(file: InputFile) -> tuple[list[dict[str, Any]], set[str]]:
    columns = {name: [title for title, plain in JAPANESE.items() if plain == name] for name in READ}
    try:
        table = read_table(file, columns, ["name"])
        records = table.frame().to_dict("records")
    except InputError as error:
        raise InputError(f"{error} Nothing was imported.", detail=error.detail) from error
    length = table.heading("length_m")
    unit = length.unit.lower() if length else ""
    if unit in {"km", "m"}:
        for record in records:
            bare = re.fullmatch(r"[\d.,\s]+", record["length_m"])
            record["length_m"] += unit if bare else ""
    return [{str(name): cell for name, cell in record.items()} for record in records], set(table.names)


def _column(title: str) -> tuple[str, Any]:
    """Return the plain name of a column, and what gives the unit that stands in its head."""
    plain = unicodedata.normalize("NFKC", title).strip()
    found = re.fullmatch(r"(?P<bare>[^(]*?)(?:\s*\((?P<rest>.*)\)|_(?P<unit>km|m))", plain, re.IGNORECASE | re.DOTALL)
    found = None if plain.lower() in READ else found
    bare = found["bare"].strip() if found else plain
    unit = (found["rest"] or found["unit"] or "").strip().lower() if found else ""
    name = JAPANESE.get(bare, JAPANESE.get(plain, bare.lower() if bare.isascii() else plain))
    has_unit = name == "length_m" and unit in {"km", "m"}
    return name, lambda cell: unit if has_unit and re.fullmatch(r"[\d.,\s]+", cell) else ""


def _features(text: str, path: Path) -> tuple[list[dict[str, Any]], set[str]]:
    try:
        document = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no readable GeoJSON ({str(error)[:80]}). Nothing was imported.") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise InputError(f"{path} is no GeoJSON FeatureCollection with features. Nothing was imported.")
    _check_system(document.get("crs"), path)
    records = [_feature(feature) for feature in features]
    return records, {name for record in records for name in record}


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _check_system(crs: object, path: Path) -> None:
    """Refuse a file whose own member says that its coordinates are not in degrees of today."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if not DEGREES.search(name):
        raise InputError(
            f"{path}: its coordinates are in {NO_TEXT.sub('?', name)[:60] or 'a system without a name'}; save it in "
            "degrees (WGS 84, EPSG:4326). Nothing was imported."
        )


def _feature(feature: object) -> dict[str, Any]:
    """Return the properties of a feature by their plain names, and its geometry; of two alike the first counts."""
    if not isinstance(feature, dict):
        return {"broken": "it is no GeoJSON feature"}
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        return {"broken": "its properties are no object with names and values"}
    record: dict[str, Any] = {}
    for key, value in (properties or {}).items():
        name, unit = _column(str(key))
        said = _as_text(value)
        if said is None:
            return record | {"broken": f"{name[:40]} is nested too deeply; write it as text"}
        record[name] = record.get(name) or said + unit(said)
    return record | {"geometry": feature.get("geometry")}


def _as_text(value: object, depth: int = 0) -> str | None:
    """Return a value as text, None where lists lie in each other."""
    if isinstance(value, list):
        parts = [_as_text(entry, depth + 1) for entry in value] if depth < 2 else [None]
        return None if None in parts else " ".join(str(part) for part in parts)
    if isinstance(value, dict):
        return None
    return "" if value is None else str(value).strip()


def _row(number: int, record: Mapping[str, Any], assumed: Assumed) -> ClosureRow:
    if "broken" in record:
        raise InputError(record["broken"])
    for name in READ & record.keys() - {"geometry"}:
        if len(record[name]) > (MOST_TEXT if name in TEXTS else 100 * MOST_TEXT) or NO_TEXT.search(record[name]):
            raise InputError(f"{name} is longer than {MOST_TEXT} signs or has a sign that is none")
    row = ClosureRow(number, texts={name: str(record.get(name, "")) for name in TEXTS})
    row.texts["source"] = row.texts["source"] or assumed.source
    row.texts["place"] = row.texts["place"] or "〜".join(filter(None, (record.get("place1"), record.get("place2"))))
    if not row.texts["name"]:
        raise InputError("it has no name of the road (name, 路線名)")
    said = read_restriction(record)
    row.effect, row.texts["content"] = said.effect, said.content
    try:
        row.period = closing_period(record, said, assumed, row.notes)
    except InputError as error:
        if not row.is_open:
            raise
        # What closes nothing needs no period; it is shown without one.
        row.notes.append(f"kept without a period: {str(error).rstrip('.')}")
    row.length_m = _length(str(record.get("length_m", "")), row.notes)
    row.geometry = _geometry(record.get("geometry"), row)
    row.edges = _edges(str(record.get("edges", "")))
    row.network = str(record.get("network", ""))
    row.start = row.start or _point(record, "lon", "lat")
    row.end = _point(record, "lon2", "lat2")
    return row


def _length(text: str, notes: list[str]) -> float | None:
    plain = re.sub(r"[,\s約]|\(.*\)", "", unicodedata.normalize("NFKC", text)).lower()
    if not plain:
        return None
    found = re.fullmatch(r"l?=?(\d+(?:\.\d+)?)(km|m|キロ|メートル|キロメートル)?", plain)
    if found is None or not 0 < float(found[1]) <= LONGEST_M:
        raise InputError(f"the length {text[:40]!r} is no number of metres above 0 (at most {LONGEST_M:,.0f})")
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
    except (shapely.errors.ShapelyError, ValueError, TypeError, RecursionError):
        raise InputError("its geometry cannot be read; write WKT such as LINESTRING (141.5 39.3, 141.6 39.3)") from None
    if shape is None or shape.is_empty:
        return None
    if shape.geom_type not in {"Point", "LineString", "MultiLineString"}:
        raise InputError(f"its geometry is a {shape.geom_type}; a closure is a line along the road")
    shape = shapely.force_2d(shape)
    _check_place(shapely.get_coordinates(shape).tolist())
    if shape.geom_type == "Point":
        row.start = tuple(shapely.get_coordinates(shape)[0].tolist())
        return None
    if not shape.length > 0:
        raise InputError("its line has no length; draw it along the road")
    return shape


def _check_place(coords: list[list[float]]) -> None:
    for lon, lat in coords:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise InputError(f"{lon}, {lat} is no place in degrees (lon, lat)")
    if coords and all(20 <= lon <= 46 and 122 <= lat <= 154 for lon, lat in coords):
        raise InputError("lon and lat are swapped")


def _edges(text: str) -> list[int] | None:
    words = re.split(r"[\s,;]+", text.strip()) if text.strip() else []
    if not all(word.isdecimal() and len(word) < 10 for word in words):
        raise InputError(f"its edges {text[:40]!r} are no numbers of edges, such as 12 13 14")
    return [int(word) for word in words] or None


def _point(record: Mapping[str, Any], lon: str, lat: str) -> tuple[float, float] | None:
    values = [str(record.get(name, "")) for name in (lon, lat)]
    if values == ["", ""]:
        return None
    try:
        place = (float(values[0]), float(values[1]))
    except ValueError:
        raise InputError(f"{lon} and {lat} are no numbers: {values[0][:40]!r}, {values[1][:40]!r}") from None
    if not all(abs(value) <= 180 for value in place):
        raise InputError(f"{place[0]}, {place[1]} is no place in degrees (lon, lat)")
    _check_place([list(place)])
    return place
