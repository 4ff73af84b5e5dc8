"""A table of mesh cells → checked rows; what is wrong is said with its row."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from app.documents.input_file import InputFile, read_input
from app.errors import InputError
from app.tables import read_table, to_numbers
from geo.mesh import bounds as mesh_bounds
from geo.mesh import centre

# Each column with the titles that mean the same, those of 地域メッシュ統計 among them.
COLUMNS = {
    "mesh_code": ("メッシュコード", "地域メッシュコード", "メッシュ", "KEY_CODE"),
    "lon": ("経度", "中心経度"),
    "lat": ("緯度", "中心緯度"),
    "rep_lon": ("代表点経度",),
    "rep_lat": ("代表点緯度",),
    "population": ("人口", "総人口", "人口総数", "人口(総数)"),
    "households": ("世帯数", "総世帯数", "世帯総数"),
    "district": ("地区", "地区名"),
}
# Only the tables of e-Stat have it: which cells were merged into which, so that nobody can be told apart.
OFFICIAL = "HTKSYORI"
# Cells of 1 km, 500 m, 250 m and 125 m.
FEWEST_DIGITS, MOST_DIGITS = 8, 11
MOST_PEOPLE = 1_000_000
# How far outside its cell the point that is reached may lie, in degrees (about 10 km).
FARTHEST = 0.1
# What six decimals leave of a degree: the corner of a cell may be written a hand's breadth outside.
ROUNDING = 1e-6


def read_demand(path: Path) -> pd.DataFrame:
    """Return the checked rows of a table, with `lon`, `lat`, `rep_lon` and `rep_lat` always filled.

    Parquet, CSV, TSV and Excel are read, and the tables of 地域メッシュ統計 as e-Stat hands them out. People and
    households stand there for every cell; only the other columns are merged, so nothing is added along GASSAN.
    """
    return demand_of(read_input(path))


def demand_of(file: InputFile) -> pd.DataFrame:
    """Return the checked rows of a file that is read already."""
    path = file.path
    frame = _read(file).reset_index(drop=True)
    # Without any place a cell lies at its middle; half a place is a mistake.
    needed = ("mesh_code", *(("lon", "lat") if {"lon", "lat"} & set(frame.columns) else ()), "population", "households")
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise InputError(f"{path} has no column {', '.join(missing)}; it has: {', '.join(map(str, frame.columns))}.")
    if frame.empty:
        raise InputError(f"{path} has no row.")
    frame["mesh_code"] = frame["mesh_code"].fillna("").astype(str).str.strip()
    _check_codes(frame, path)
    _fill_places(frame)
    _check_numbers(frame, path)
    _check_places(frame, path)
    return frame


def _read(file: InputFile) -> pd.DataFrame:
    if file.ending == ".parquet" or file.content.startswith(b"PAR1"):
        try:
            return pd.read_parquet(io.BytesIO(file.content))
        except Exception as error:  # pandas and pyarrow raise many kinds, all of which mean this
            reason = str(error).strip().rstrip(".")
            raise InputError(f"{file.path} is not a readable Parquet file: {reason}. Nothing was loaded.") from error
    table = read_table(file, COLUMNS, ["mesh_code"]).frame().replace("", None)
    if OFFICIAL in table:
        # There a hyphen is a nought; a hidden count is an asterisk and stays no number.
        for name in ("population", "households"):
            table[name] = table[name].replace("-", "0")
    return table


def _fill_places(frame: pd.DataFrame) -> None:
    """Let a cell lie at its middle where the file says no place, and be reached at its own point where it says none."""
    if "lon" not in frame:
        middles = np.array([_middle(code) for code in frame["mesh_code"]])
        frame["lon"], frame["lat"] = middles[:, 0], middles[:, 1]
    if "rep_lon" not in frame or "rep_lat" not in frame:
        frame["rep_lon"], frame["rep_lat"] = frame["lon"], frame["lat"]
        return
    unknown = frame["rep_lon"].isna() & frame["rep_lat"].isna()
    for name in ("lon", "lat"):
        frame[f"rep_{name}"] = frame[f"rep_{name}"].mask(unknown, frame[name])


def _middle(code: str) -> tuple[float, float]:
    try:
        return centre(code)
    except ValueError:
        return np.nan, np.nan  # it is told with its row afterwards


def _refuse(path: Path, frame: pd.DataFrame, bad: ArrayLike, what: str) -> None:
    rows = np.flatnonzero(np.asarray(bad, dtype=bool))
    if len(rows):
        first = rows[0]
        code = frame["mesh_code"].iloc[first]
        more = f" ({len(rows)} rows have this)" if len(rows) > 1 else ""
        raise InputError(f"{path}, row {first + 1} (mesh {code}): {what}{more}. Nothing was loaded.")


def _check_numbers(frame: pd.DataFrame, path: Path) -> None:
    for name in ("population", "households"):
        values = to_numbers(frame[name])
        _refuse(path, frame, ~np.isfinite(values), f"{name} is not a number")
        _refuse(path, frame, values < 0, f"{name} is below 0")
        _refuse(path, frame, values != values.round(), f"{name} is not a whole number")
        _refuse(path, frame, values > MOST_PEOPLE, f"{name} is above {MOST_PEOPLE:,}, too many for a cell")
        frame[name] = values.astype(int)
    for name in ("lon", "lat", "rep_lon", "rep_lat"):
        values = to_numbers(frame[name])
        _refuse(path, frame, ~np.isfinite(values), f"{name} is not a number")
        frame[name] = values


def _check_codes(frame: pd.DataFrame, path: Path) -> None:
    codes = frame["mesh_code"]
    digits = codes.str.len()
    short = ~digits.between(FEWEST_DIGITS, MOST_DIGITS)
    _refuse(path, frame, short, f"a mesh code has {FEWEST_DIGITS} to {MOST_DIGITS} digits (1 km to 125 m)")
    _refuse(path, frame, codes.duplicated(), "the mesh code stands in the file twice")
    # People would be counted twice. The code of a cell begins with the code of the cell that it lies in.
    known = set(codes)
    parents = [next((code[:n] for n in range(FEWEST_DIGITS, len(code)) if code[:n] in known), "") for code in codes]
    inside = np.array(parents, dtype=object) != ""
    if inside.any():
        parent = parents[int(inside.argmax())]
        _refuse(path, frame, inside, f"the cell lies inside mesh {parent}, which stands in the file too")


def _check_places(frame: pd.DataFrame, path: Path) -> None:
    places = frame[["lon", "lat", "rep_lon", "rep_lat"]].to_numpy(dtype=float).tolist()
    for position, (code, (lon, lat, rep_lon, rep_lat)) in enumerate(
        zip(frame["mesh_code"], places, strict=True), start=1
    ):
        try:
            square = mesh_bounds(code)
        except ValueError as error:
            raise InputError(f"{path}, row {position}: {error} Nothing was loaded.") from error
        if not _lies_in(square, lon, lat, margin=ROUNDING):
            west, south, east, north = square
            raise InputError(
                f"{path}, row {position}: the point {lon}, {lat} does not lie in mesh {code} "
                f"({west}–{east}, {south}–{north}). Are lon and lat swapped? Nothing was loaded."
            )
        if not _lies_in(square, rep_lon, rep_lat, margin=FARTHEST):
            raise InputError(
                f"{path}, row {position} (mesh {code}): the point that is reached (rep_lon, rep_lat), {rep_lon}, "
                f"{rep_lat}, lies far from the cell. Are they swapped? Nothing was loaded."
            )


def _lies_in(square: tuple[float, float, float, float], lon: float, lat: float, *, margin: float) -> bool:
    west, south, east, north = square
    return west - margin <= lon <= east + margin and south - margin <= lat <= north + margin
