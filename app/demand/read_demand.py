"""A file of mesh cells → checked rows; what is wrong is said with its row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from app.datasets.queries import file_sha256
from app.errors import InputError
from geo.mesh import bounds as mesh_bounds

REQUIRED = ("mesh_code", "lon", "lat", "population", "households")
# As cities save them: Unicode with or without a mark, or Windows in Japanese.
ENCODINGS = ("utf-8-sig", "cp932")
# Cells of 1 km, 500 m, 250 m and 125 m.
FEWEST_DIGITS, MOST_DIGITS = 8, 11
MOST_PEOPLE = 1_000_000
# How far outside its cell the point that is reached may lie, in degrees (about 10 km).
FARTHEST = 0.1


def read_demand(path: Path) -> pd.DataFrame:
    """Return the checked rows of a Parquet or CSV file, with `rep_lon` and `rep_lat` always filled."""
    file_sha256(path)
    try:
        frame = _read_csv(path) if path.suffix.lower() == ".csv" else pd.read_parquet(path)
    except Exception as error:  # pandas and pyarrow raise many kinds, all of which mean this
        reason = str(error).strip().rstrip(".")
        raise InputError(f"{path} is not a readable Parquet or CSV file: {reason}. Nothing was loaded.") from error
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise InputError(f"{path} has no column {', '.join(missing)}; it has: {', '.join(map(str, frame.columns))}.")
    if frame.empty:
        raise InputError(f"{path} has no row.")
    frame = frame.reset_index(drop=True)
    frame["mesh_code"] = frame["mesh_code"].fillna("").astype(str).str.strip()
    _fill_reached_points(frame)
    _check_numbers(frame, path)
    _check_codes(frame, path)
    _check_places(frame, path)
    return frame


def _read_csv(path: Path) -> pd.DataFrame:
    for encoding in ENCODINGS[:-1]:
        try:
            return pd.read_csv(path, dtype={"mesh_code": str}, encoding=encoding)
        except UnicodeDecodeError:
            continue
    return pd.read_csv(path, dtype={"mesh_code": str}, encoding=ENCODINGS[-1])


def _fill_reached_points(frame: pd.DataFrame) -> None:
    """Let a cell be reached at its own point where the file names no other."""
    if "rep_lon" not in frame or "rep_lat" not in frame:
        frame["rep_lon"], frame["rep_lat"] = frame["lon"], frame["lat"]
        return
    unknown = frame["rep_lon"].isna() & frame["rep_lat"].isna()
    for name in ("lon", "lat"):
        frame[f"rep_{name}"] = frame[f"rep_{name}"].mask(unknown, frame[name])


def _refuse(path: Path, frame: pd.DataFrame, bad: ArrayLike, what: str) -> None:
    rows = np.flatnonzero(np.asarray(bad, dtype=bool))
    if len(rows):
        first = rows[0]
        code = frame["mesh_code"].iloc[first]
        more = f" ({len(rows)} rows have this)" if len(rows) > 1 else ""
        raise InputError(f"{path}, row {first + 1} (mesh {code}): {what}{more}. Nothing was loaded.")


def _check_numbers(frame: pd.DataFrame, path: Path) -> None:
    for name in ("population", "households"):
        values = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float)
        _refuse(path, frame, ~np.isfinite(values), f"{name} is not a number")
        _refuse(path, frame, values < 0, f"{name} is below 0")
        _refuse(path, frame, values != values.round(), f"{name} is not a whole number")
        _refuse(path, frame, values > MOST_PEOPLE, f"{name} is above {MOST_PEOPLE:,}, too many for a cell")
        frame[name] = values.astype(int)
    for name in ("lon", "lat", "rep_lon", "rep_lat"):
        values = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float)
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
        if not _lies_in(square, lon, lat, margin=0.0):
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
