"""Files of small areas and of offices → municipalities ready to be measured; what is wrong is said with its row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from app.datasets.queries import file_sha256
from app.errors import InputError
from app.municipalities.measure_municipalities import Batch, Municipality
from geo.roads.profiles import PROFILES

ALL = "all"
CODE_DIGITS = 5
# The point that stands for an area: the first pair that a file has; otherwise a point inside its polygon.
POINTS = (("rep_lon", "rep_lat"), ("label_lon", "label_lat"), ("lon", "lat"))
AS_TEXT = {"citycode": str, "key_code": str}
# As cities save them: Unicode with or without a mark, or Windows in Japanese.
ENCODINGS = ("utf-8-sig", "cp932")
Office = tuple[str, str, float, float]


def read_batch(
    roads: Sequence[Path],
    areas: Sequence[Path],
    offices: Path | None,
    *,
    wanted: str,
    profile: str,
    minutes: Sequence[int],
) -> Batch:
    """Return what is measured, each file checked; file i of the areas lies on file i of the roads."""
    tables = [*areas, *([] if offices is None else [offices])]
    for path in roads:
        file_sha256(path)
    digests = [file_sha256(path) for path in tables]
    municipalities = read_municipalities(areas, offices, wanted)
    return Batch(roads, municipalities, PROFILES[profile], minutes, digests)


def read_municipalities(areas: Sequence[Path], offices: Path | None, wanted: str) -> list[Municipality]:
    """Return the wanted municipalities (`all`, or names or codes with commas) in the order of their codes.

    The areas of file i are measured on roads i. Where a municipality stands in the file of offices, its trips start
    there.
    """
    places = [] if offices is None else _read_offices(offices)
    found: dict[str, Municipality] = {}
    for number, path in enumerate(areas):
        for one in _read_areas(path, number, places):
            if one.code in found:
                raise InputError(f"{path} has the municipality {one.code} {one.name}, which an earlier file has too.")
            found[one.code] = one
    _check_offices(offices, places, found)
    return _chosen([found[code] for code in sorted(found)], wanted)


def _read_areas(path: Path, roads: int, offices: Sequence[Office]) -> list[Municipality]:
    table = _table(path, ("citycode", "city", "population"))
    _check_people(table, path)
    table["citycode"] = _codes(table, path)
    shapes = _shapes(table)
    points = _points(table, shapes, path)
    keys = table["key_code"].astype(str) if "key_code" in table else (table.index + 1).astype(str).to_series()
    _refuse(path, keys.duplicated(), "the key_code stands in the file twice; people would be counted twice")
    labels = list(zip(keys, _texts(table, "name"), strict=True))
    municipalities = []
    for code, rows in table.groupby("citycode", sort=True).indices.items():
        cities = sorted(set(table["city"].iloc[rows]))
        if len(cities) > 1:
            raise InputError(f"{path} has several names for the municipality {code}: {', '.join(cities)}.")
        municipalities.append(
            Municipality(
                code=str(code),
                name=cities[0],
                roads=roads,
                areas=[labels[i] for i in rows],
                points=points[rows],
                shapes=shapes[rows],
                people=table["population"].to_numpy(dtype=np.int64)[rows],
                offices=[place[1:] for place in offices if place[0] == code],
            )
        )
    return municipalities


def _read_offices(path: Path) -> list[Office]:
    """Return code, name, lon and lat of each office."""
    table = _table(path, ("citycode",))
    codes, points = _codes(table, path), _points(table, _shapes(table), path).tolist()
    names = _texts(table, "name")
    return [(code, name or code, lon, lat) for code, name, (lon, lat) in zip(codes, names, points, strict=True)]


def _table(path: Path, required: Sequence[str]) -> pd.DataFrame:
    file_sha256(path)
    try:
        table = _read(path)
    except Exception as error:  # each library raises its own kinds, all of which mean this
        reason = str(error).strip().rstrip(".")
        raise InputError(f"{path} is not a readable Parquet, GeoJSON, GeoPackage or CSV file: {reason}.") from error
    missing = [name for name in required if name not in table.columns]
    if missing:
        raise InputError(f"{path} has no column {', '.join(missing)}; it has: {', '.join(map(str, table.columns))}.")
    if table.empty:
        raise InputError(f"{path} has no row.")
    return table.reset_index(drop=True)


def _read(path: Path) -> pd.DataFrame:
    if path.suffix.lower() == ".csv":
        return _read_csv(path)
    if path.suffix.lower() != ".parquet":
        return _in_degrees(gpd.read_file(path))
    try:
        return _in_degrees(gpd.read_parquet(path))
    except ValueError:  # a Parquet file without geometry
        return pd.read_parquet(path)


def _read_csv(path: Path) -> pd.DataFrame:
    for encoding in ENCODINGS[:-1]:
        try:
            return pd.read_csv(path, dtype=AS_TEXT, encoding=encoding)
        except UnicodeDecodeError:
            continue
    return pd.read_csv(path, dtype=AS_TEXT, encoding=ENCODINGS[-1])


def _in_degrees(table: gpd.GeoDataFrame) -> pd.DataFrame:
    shapes = table.geometry if table.crs is None else table.geometry.to_crs(4326)
    plain: pd.DataFrame = pd.DataFrame(table).assign(geometry=shapes.to_numpy())
    return plain


def _shapes(table: pd.DataFrame) -> NDArray[np.object_]:
    shapes = table["geometry"].to_numpy(dtype=object, copy=True) if "geometry" in table else np.full(len(table), None)
    shapes[~shapely.is_geometry(shapes)] = None
    return shapes


def _points(table: pd.DataFrame, shapes: NDArray[np.object_], path: Path) -> NDArray[np.float64]:
    pair = next((pair for pair in POINTS if set(pair) <= set(table.columns)), None)
    if pair is None:
        inside = shapely.point_on_surface(shapes)
        _refuse(path, shapely.is_missing(inside) | shapely.is_empty(inside), "there is neither lon and lat nor a shape")
        points = shapely.get_coordinates(inside)
    else:
        points = np.column_stack([pd.to_numeric(table[name], errors="coerce") for name in pair]).astype(float)
    on_globe = (np.abs(points) <= (180, 90)).all(axis=1)
    _refuse(path, ~on_globe, "lon and lat are not a point on the globe; they may be swapped")
    return points


def _codes(table: pd.DataFrame, path: Path) -> pd.Series[str]:
    codes = table["citycode"].astype(object).fillna("").astype(str).str.strip().str.removesuffix(".0")
    codes = codes.where(codes == "", codes.str.zfill(CODE_DIGITS))
    _refuse(path, ~codes.str.fullmatch(rf"\d{{{CODE_DIGITS}}}"), f"citycode does not have {CODE_DIGITS} digits")
    return codes


def _check_people(table: pd.DataFrame, path: Path) -> None:
    _refuse(path, table["city"].isna(), "city is empty")
    people = pd.to_numeric(table["population"], errors="coerce").to_numpy(dtype=float)
    _refuse(path, ~np.isfinite(people), "population is not a number")
    _refuse(path, people < 0, "population is below 0")
    _refuse(path, people != people.round(), "population is not a whole number")


def _texts(table: pd.DataFrame, column: str) -> list[str]:
    """Return the texts of a column, empty where nothing stands or the file has no such column."""
    return ["" if pd.isna(text) else str(text) for text in table[column]] if column in table else [""] * len(table)


def _refuse(path: Path, bad: ArrayLike, what: str) -> None:
    rows = np.flatnonzero(np.asarray(bad, dtype=bool))
    if len(rows):
        more = f" ({len(rows)} rows have this)" if len(rows) > 1 else ""
        raise InputError(f"{path}, row {rows[0] + 1}: {what}{more}. Nothing was measured.")


def _check_offices(path: Path | None, offices: Sequence[Office], known: dict[str, Municipality]) -> None:
    strangers = sorted({place[0] for place in offices} - set(known))
    if len(strangers) == len({place[0] for place in offices}) and strangers:
        raise InputError(f"{path} has no office of any municipality of the areas; it has {', '.join(strangers[:5])}.")


def _chosen(municipalities: list[Municipality], wanted: str) -> list[Municipality]:
    if wanted == ALL:
        return municipalities
    words = [word.strip() for word in wanted.split(",")]
    unknown = [word for word in words if not any(word in {one.code, one.name} for one in municipalities)]
    if unknown:
        known = "、".join(one.name for one in municipalities[:5])
        raise InputError(
            f"There is no municipality {', '.join(unknown)} in the areas ({len(municipalities)}: {known} …). "
            "Give all, or names or codes with commas."
        )
    return [one for one in municipalities if one.code in words or one.name in words]
