"""A file of borders → districts: valid polygons with a name each, none over another; what is wrong is said where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import MultiPolygon, Polygon

from app.documents.input_file import InputFile, read_input
from app.errors import InputError
from app.tables.headings import plain_names
from geo.crs import plane_epsg
from geo.errors import GeoError
from geo.vector_file import read_vector

COUNTS = ("population", "households")
# Titles as offices and 国勢調査 小地域 name them; the first that a file has is taken.
TITLES = {
    "name": ("name", "名称", "地区名", "地区", "町名", "大字名", "district", "S_NAME", "MOJI"),
    "population": ("population", "人口", "JINKO"),
    "households": ("households", "世帯数", "世帯", "SETAI"),
}
# 国土数値情報 N03: prefecture, municipality, ward and code; of land that belongs to none the code ends so.
PREFECTURE, MUNICIPALITY, WARD, CODE = "N03_001", "N03_004", "N03_005", "N03_007"
NO_MUNICIPALITY = "000"
# 国勢調査 小地域: one area may have several polygons, and some polygons are water.
AREA_KEY, AREA_KIND, WATER = "KEY_CODE", "HCODE", 8154
# What programs write for a name that they do not know.
UNKNOWN_NAME = re.compile(
    r"undefined|\[object|^(?:null|none|nan|nil|n/a|#.+[!?/].*)(?![a-z])|^[-―–—?*]+$", re.IGNORECASE
)
# Borders drawn apart overlap by slivers; wider than this, people would belong to two districts.
SLIVER_M = 20.0


def read_districts(path: Path) -> gpd.GeoDataFrame:
    """Return the valid polygons of a file in EPSG:4326 with a unique `name`, or say what is wrong where."""
    return districts_of(read_input(path))


def districts_of(file: InputFile) -> gpd.GeoDataFrame:
    """Return the valid polygons of a file that is read already."""
    path = file.path
    if file.ending in {".csv", ".tsv", ".txt", ".xlsx", ".parquet"}:
        raise InputError(f"{path} has no polygon in it; borders come as GeoJSON, GeoPackage or Shapefile.")
    try:
        frame = read_vector(path, file.content)
        frame = frame.set_crs(4326) if frame.crs is None else frame.to_crs(4326)
    except GeoError as error:
        raise InputError(str(error)) from error
    if frame.empty:
        raise InputError(f"{path} has no polygon in it.")
    frame = _named(frame, path)
    _check_names(frame, path)
    for count in COUNTS:
        if count in frame.columns:
            frame[count] = _checked_counts(frame, count, path)
    frame["geometry"] = [_checked(name, shape, path) for name, shape in zip(frame["name"], frame.geometry, strict=True)]
    _check_overlaps(frame, path)
    return frame


# --- names ------------------------------------------------------------------------------------------------------------


def _named(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Return the districts of the forms that offices and ministries hand out, one row for each."""
    if {MUNICIPALITY, CODE} <= set(frame.columns):
        return _municipalities(frame, path)
    names = plain_names(frame.columns, TITLES)
    if "name" not in names.values():
        columns = ", ".join(str(column) for column in frame.columns if column != "geometry")
        raise InputError(f"{path} has no column `name`; it has: {columns}.")
    plain = frame.rename(columns=names)
    plain["name"] = [_text(name) for name in plain["name"]]
    if AREA_KEY in plain.columns:
        return _areas(plain, path)
    return plain


def _text(value: object) -> str:
    """Return a name; a number that was kept as one has no point."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value).strip().removesuffix(".0") if isinstance(value, float) else str(value).strip()


def _municipalities(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    codes = frame[CODE].map(_text).str.zfill(5)
    belongs = (frame[CODE].map(_text) != "") & ~codes.str.endswith(NO_MUNICIPALITY)
    if not belongs.any():
        raise InputError(f"{path} has no polygon of a municipality ({CODE} is empty everywhere).")
    parts = frame[belongs].assign(code=codes[belongs])
    columns = [column for column in (MUNICIPALITY, WARD) if column in parts.columns]
    parts["name"] = parts[columns].map(_text).agg("".join, axis=1)
    whole = _merged(parts, "code")
    doubled = whole["name"].duplicated(keep=False)  # 府中市, 伊達市 and others stand in two prefectures
    if doubled.any() and PREFECTURE in whole.columns:
        whole.loc[doubled, "name"] = whole.loc[doubled, PREFECTURE].map(_text) + whole.loc[doubled, "name"]
    return whole


def _areas(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    kinds = (
        pd.to_numeric(frame[AREA_KIND], errors="coerce") if AREA_KIND in frame.columns else pd.Series(0, frame.index)
    )
    land = frame[kinds != WATER]
    if land.empty:
        raise InputError(f"{path} has nothing but water in it ({AREA_KIND} {WATER}).")
    whole = _merged(land.assign(code=land[AREA_KEY].map(_text)), "code")
    # Some inhabited areas of the census have no name of their own.
    whole["name"] = [name or f"名称なし {code}" for name, code in zip(whole["name"], whole["code"], strict=True)]
    return whole


def _merged(parts: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Return one row for each key: shapes joined, people of its parts added, the rest from its first part."""
    if not parts[key].duplicated().any():
        return parts.reset_index(drop=True)
    rows = []
    for _, group in parts.groupby(key, sort=False):
        row = group.iloc[0].to_dict()
        row["geometry"] = shapely.union_all(shapely.make_valid(group.geometry.to_numpy()))
        for count in COUNTS:
            if count in group:
                row[count] = pd.to_numeric(group[count], errors="coerce").sum(min_count=1)
        rows.append(row)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=parts.crs)


def _check_names(frame: gpd.GeoDataFrame, path: Path) -> None:
    names = frame["name"]
    for number, name in enumerate(names, start=1):
        if not name:
            raise InputError(f"{path}, polygon {number}: the name is empty.")
        if UNKNOWN_NAME.search(name) or not name.isprintable():
            raise InputError(
                f"{path}, polygon {number}: {name!r} is not a name of a district; a program writes it where it knows "
                "none. Write the right one.",
                detail=f"{number}番目の地区の名前「{name}」は名前ではありません。正しい名前を入れてください。",
            )
    doubled = names[names.duplicated()]
    if len(doubled):
        raise InputError(f"{path} has more than one polygon named {doubled.iloc[0]}; merge them into one multipolygon.")


# --- counts and shapes ------------------------------------------------------------------------------------------------


def _checked_counts(frame: gpd.GeoDataFrame, count: str, path: Path) -> pd.Series[float]:
    values: pd.Series[float] = pd.to_numeric(frame[count], errors="coerce")
    bad = (values.isna() & frame[count].notna()) | (values < 0) | (values.notna() & (values % 1 != 0))
    if bad.any():
        first = frame[bad].iloc[0]
        raise InputError(f"{path}: the {count} of district {first['name']} is {first[count]}, not a whole number ≥ 0.")
    return values


def _checked(name: str, shape: Any, path: Path) -> MultiPolygon:
    if isinstance(shape, Polygon):
        shape = MultiPolygon([shape])
    if not isinstance(shape, MultiPolygon) or shape.is_empty:
        kind = "nothing" if shape is None else shape.geom_type
        raise InputError(f"{path}: district {name} must be a polygon, but is {kind}.")
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise InputError(f"{path}: the polygon of district {name} cannot be used: {reason}. Mend it in the source.")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InputError(f"{path}: district {name} lies outside the globe ({west}, {south}); name its CRS in the file.")
    return shapely.force_2d(shape)


def _check_overlaps(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Refuse districts of which one lies on another by more than a sliver: people there would belong to two."""
    shapes = frame.geometry.to_numpy()
    lower, upper = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = [(int(a), int(b)) for a, b in zip(lower, upper, strict=True) if a < b]
    common = [(a, b, shapely.intersection(shapes[a], shapes[b])) for a, b in pairs]
    over = [(a, b, shared) for a, b, shared in common if shared.area > 0]
    if not over:
        return
    lon, lat = shapely.centroid(over[0][2]).coords[0]
    epsg = plane_epsg(lon, lat)
    names = frame["name"].tolist()
    plane = gpd.GeoSeries([shared for *_, shared in over], crs=4326).to_crs(epsg).to_numpy()
    told = [
        (f"{names[a]} and {names[b]} ({size})", f"{names[a]}と{names[b]}({size})")
        for (a, b, _), shared in zip(over, plane, strict=True)
        if not shapely.buffer(shared, -SLIVER_M / 2).is_empty and (size := f"{shared.area / 1e6:,.2f} km²")
    ]
    if told:
        english, japanese = zip(*told[:3], strict=True)
        more = f" and {len(told) - 3} more pairs" if len(told) > 3 else ""
        raise InputError(
            f"{path} has districts that overlap: {', '.join(english)}{more}. Mend the borders in the source.",
            detail=f"地区が重なっています: {'、'.join(japanese)}。境界を直してください。",
        )
