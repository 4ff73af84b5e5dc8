"""Files of small areas and of offices → municipalities ready to be measured; what is wrong is said with its row."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from app.documents.input_file import InputFile, check_readable, read_input
from app.errors import InputError
from app.municipalities.measure_municipalities import Batch, Municipality
from app.tables import read_table, to_numbers
from app.tables.headings import plain_names
from geo.errors import GeoError
from geo.roads.profiles import PROFILES
from geo.vector_file import read_vector

ALL = "all"
CODE_DIGITS = 5
# The point that stands for an area: the first pair that a file has; otherwise a point inside its polygon.
POINTS = (("rep_lon", "rep_lat"), ("label_lon", "label_lat"), ("lon", "lat"))
# Each column with the titles that mean the same, those of 国勢調査 小地域 among them.
COLUMNS = {
    "citycode": ("市区町村コード", "市町村コード", "全国地方公共団体コード"),
    "city": ("市区町村名", "市町村名", "市区町村", "市町村", "CITY_NAME"),
    "key_code": ("小地域コード", "KEY_CODE"),
    "population": ("人口", "人口総数", "JINKO"),
    "name": ("名称", "小地域名", "施設名", "S_NAME", "MOJI"),
    "lon": ("経度",),
    "lat": ("緯度",),
    **{name: () for pair in POINTS[:2] for name in pair},
}
# In 国勢調査 小地域 the code of a municipality stands in two columns, and some polygons are water.
GREATER, LESSER = "GST_NAME", "CSS_NAME"
PREFECTURES, CITY, AREA_KIND, WATER = ("PREF", "KEN"), "CITY", "HCODE", 8154
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
        check_readable(path)
    files = {path: read_input(path) for path in tables}
    digests = [files[path].sha256 for path in tables]
    municipalities = _read_all([files[path] for path in areas], None if offices is None else files[offices], wanted)
    return Batch(roads, municipalities, PROFILES[profile], minutes, digests)


def read_municipalities(areas: Sequence[Path], offices: Path | None, wanted: str) -> list[Municipality]:
    """Return the wanted municipalities (`all`, or names or codes with commas) in the order of their codes.

    The areas of file i are measured on roads i. Where a municipality stands in the file of offices, its trips start
    there.
    """
    files = [read_input(path) for path in areas]
    return _read_all(files, None if offices is None else read_input(offices), wanted)


def _read_all(areas: Sequence[InputFile], offices: InputFile | None, wanted: str) -> list[Municipality]:
    places = [] if offices is None else _read_offices(offices)
    found: dict[str, Municipality] = {}
    for number, file in enumerate(areas):
        for one in _read_areas(file, number, places):
            if one.code in found:
                raise InputError(
                    f"{file.path} has the municipality {one.code} {one.name}, which an earlier file has too."
                )
            found[one.code] = one
    _check_offices(None if offices is None else offices.path, places, found)
    return _chosen([found[code] for code in sorted(found)], wanted)


def _read_areas(file: InputFile, roads: int, offices: Sequence[Office]) -> list[Municipality]:
    path = file.path
    table = _table(file, ("citycode", "city", "population"))
    _check_people(table, path)
    table["citycode"] = _codes(table, path)
    shapes = _shapes(table)
    if "key_code" in table:
        table, shapes = _one_row_each(table, shapes, path)
    points = _points(table, shapes, path)
    keys = _texts(table, "key_code") if "key_code" in table else [str(row + 1) for row in table.index]
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


def _one_row_each(
    table: pd.DataFrame, shapes: NDArray[np.object_], path: Path
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Return one row for each area: the census gives an area with exclaves several, its people on the first alone."""
    keys = table["citycode"] + " " + pd.Series(_texts(table, "key_code"), index=table.index)
    if not keys.duplicated().any():
        return table, shapes
    people = table["population"].to_numpy(dtype=np.int64)
    inhabited = keys.where(people > 0)
    _refuse(
        path,
        inhabited.duplicated() & (people > 0),
        "the key_code stands in the file twice, each time with people; people would be counted twice",
    )
    rows = pd.Series(np.arange(len(table)))
    kept = []
    joined = shapes.copy()
    for _, group in rows.groupby(keys.to_numpy(), sort=False):
        first = int(group.iloc[int(people[group].argmax())])
        kept.append(first)
        if len(group) > 1 and shapely.is_geometry(shapes[group]).all():
            joined[first] = shapely.union_all(shapely.make_valid(shapes[group]))
    return table.iloc[kept].reset_index(drop=True), joined[kept]


def _read_offices(file: InputFile) -> list[Office]:
    """Return code, name, lon and lat of each office."""
    path = file.path
    table = _table(file, ("citycode",))
    codes, points = _codes(table, path), _points(table, _shapes(table), path).tolist()
    names = _texts(table, "name")
    return [(code, name or code, lon, lat) for code, name, (lon, lat) in zip(codes, names, points, strict=True)]


def _table(file: InputFile, required: Sequence[str]) -> pd.DataFrame:
    path = file.path
    table = _census(_read(file, required))
    missing = [name for name in required if name not in table.columns]
    if missing:
        raise InputError(f"{path} has no column {', '.join(missing)}; it has: {', '.join(map(str, table.columns))}.")
    if table.empty:
        raise InputError(f"{path} has no row.")
    return table.reset_index(drop=True)


def _read(file: InputFile, required: Sequence[str]) -> pd.DataFrame:
    if file.ending == ".parquet" or file.content.startswith(b"PAR1"):
        return _read_parquet(file)
    is_table = file.ending in {".csv", ".tsv", ".txt"} or file.ending.startswith(".xls")
    if is_table:
        return read_table(file, COLUMNS, required).frame().replace("", None)
    try:
        return _in_degrees(read_vector(file.path, file.content))
    except GeoError as error:
        raise InputError(f"{file.path} is not a readable Parquet, CSV or Excel file either: {error}") from error


def _read_parquet(file: InputFile) -> pd.DataFrame:
    try:
        try:
            return _in_degrees(gpd.read_parquet(io.BytesIO(file.content)))
        except ValueError:  # a Parquet file without geometry
            return pd.read_parquet(io.BytesIO(file.content))
    except Exception as error:  # pandas, geopandas and pyarrow raise many kinds, all of which mean this
        reason = str(error).strip().rstrip(".")
        raise InputError(f"{file.path} is not a readable Parquet file: {reason}.") from error


def _census(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table under the plain names of its columns, that of the census without water."""
    table = _with_codes(table)
    table = table.rename(columns=plain_names(table.columns, COLUMNS))
    if AREA_KIND in table and "key_code" in table:
        table = table[pd.to_numeric(table[AREA_KIND], errors="coerce") != WATER]
    return table


def _with_codes(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of the census with the code and the name of each municipality in one column."""
    prefecture = next((name for name in PREFECTURES if name in table), None)
    if prefecture is None or CITY not in table or "citycode" in table:
        return table

    def texts(name: str) -> pd.Series[str]:
        return pd.Series(_texts(table, name), index=table.index).str.removesuffix(".0")

    named = {"citycode": texts(prefecture).str.zfill(2) + texts(CITY).str.zfill(3)}
    if "CITY_NAME" not in table and GREATER in table:
        # Until 2015: a city with its ward, or a county with its town, whose name is that of the town alone.
        greater, lesser = texts(GREATER), texts(LESSER)
        named["CITY_NAME"] = lesser.where(greater.str.endswith("郡"), greater + lesser)
    return table.drop(columns=[CITY]).assign(**named)


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
        points = np.column_stack([to_numbers(table[name]) for name in pair])
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
    people = to_numbers(table["population"])
    _refuse(path, ~np.isfinite(people), "population is not a number")
    _refuse(path, people < 0, "population is below 0")
    _refuse(path, people != people.round(), "population is not a whole number")
    table["population"] = people.astype(np.int64)


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
