"""A table of edges → `RoadNetwork`, each row checked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import NetworkDataError
from geo.network_file import DEGREE_STEP, from_steps
from geo.profiles import PROFILES
from geo.road_network import RoadNetwork

log = logging.getLogger(__name__)
REQUIRED = ("u", "v", "highway", "oneway", "length_m")
# How far a shape may begin from its node, in degrees (about a metre).
NODE_TOLERANCE = 1e-5
KNOWN_CLASSES = frozenset(name for profile in PROFILES.values() for name in profile.speed_kmh)
DEFAULT_CLASS = "unclassified"
FORWARD = {"yes", "true", "1"}
BOTH = {"no", "false", "0", "", "none", "nan"}
AGAINST = {"-1", "reverse"}


def read_edges(
    edges: pd.DataFrame, nodes: pd.DataFrame | None, *, name: str, source: str, date: str | None
) -> RoadNetwork:
    """Return the network of a table; see `RoadNetwork.from_edges`.

    Parameters
    ----------
    edges, nodes : DataFrame
        See `RoadNetwork.from_edges`.
    name, source, date : str
        See `RoadNetwork.from_edges`.

    Returns
    -------
    RoadNetwork
        One piece for each row.

    Raises
    ------
    NetworkDataError
        If a row cannot be used; the message names the row.
    """
    edges = edges.reset_index(drop=True)
    _check_columns(edges)
    lengths = _lengths(edges)
    forward, against = _directions(edges)
    first, last = edges["u"].to_numpy(), edges["v"].to_numpy()
    ids, ends = np.unique(np.concatenate([first, last]), return_inverse=True)
    u, v = ends[: len(edges)], ends[len(edges) :]
    shapes = _shapes(edges, nodes, ids, (u, v))
    shapes = np.where(against, shapely.reverse(shapes), shapes)
    u, v = np.where(against, v, u), np.where(against, u, v)
    coords, indices = shapely.get_coordinates(shapes, return_index=True)
    coords = from_steps(np.rint(coords / DEGREE_STEP).astype(np.int64))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(indices, minlength=len(edges)))])
    highways, highway = np.unique(_classes(edges), return_inverse=True)
    labels, label = _labels(edges)
    return RoadNetwork(
        name=name,
        source=source,
        date=date,
        node_ids=ids.astype(np.int64),
        node_lonlat=_node_places(coords, offsets, (u, v), len(ids)),
        u=u.astype(np.int64),
        v=v.astype(np.int64),
        length_m=lengths,
        highway=highway.astype(np.int64),
        highways=tuple(str(value) for value in highways),
        oneway=forward | against,
        bridge=_flags(edges, "bridge"),
        tunnel=_flags(edges, "tunnel"),
        label=label,
        labels=labels,
        coords=coords,
        offsets=offsets.astype(np.int64),
    )


def read_edges_file(path: Path, nodes: Path | None = None, *, date: str | None = None) -> RoadNetwork:
    """Return the network of a file of edges: GeoParquet, Parquet, GeoPackage, GeoJSON or CSV.

    Parameters
    ----------
    path : Path
        Edges, see `RoadNetwork.from_edges`.
    nodes : Path, optional
        Nodes, see `RoadNetwork.from_edges`.
    date : str, optional
        ISO date of the roads.

    Returns
    -------
    RoadNetwork
        Named after the file.

    Raises
    ------
    NetworkDataError
        If a file is missing, broken or holds a row that cannot be used.
    """
    edges = _read_table(path)
    if isinstance(edges, gpd.GeoDataFrame) and edges.crs is not None:
        edges = edges.to_crs(4326)
    table = None if nodes is None else _read_table(nodes)
    return read_edges(edges, table, name=path.stem, source=path.name, date=date)


def _read_table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise NetworkDataError(f"There is no file {path}.")
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {".csv": pd.read_csv, ".parquet": _read_parquet}
    try:
        table: pd.DataFrame = readers.get(path.suffix, gpd.read_file)(path)
    except Exception as error:  # each library raises its own kinds, all of which mean this
        raise NetworkDataError(f"{path} is not a readable table of roads: {error}.") from error
    return table


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        table: pd.DataFrame = gpd.read_parquet(path)
    except ValueError:  # a Parquet file without geometry
        table = pd.read_parquet(path)
    return table


def _row(bad: NDArray[np.bool_], what: str) -> None:
    rows = np.flatnonzero(bad)
    if len(rows):
        more = f" ({len(rows)} rows have this)" if len(rows) > 1 else ""
        raise NetworkDataError(f"Edge in row {rows[0] + 1}: {what}{more}. Mend the file; nothing was kept of it.")


def _check_columns(edges: pd.DataFrame) -> None:
    missing = [name for name in REQUIRED if name not in edges.columns]
    if missing:
        raise NetworkDataError(
            f"The edges have no column {', '.join(missing)}; they have: {', '.join(map(str, edges.columns))}."
        )
    if edges.empty:
        raise NetworkDataError("There is no edge in the table.")
    _row(edges[["u", "v", "highway"]].isna().any(axis=1).to_numpy(), "u, v or highway is empty")


def _lengths(edges: pd.DataFrame) -> NDArray[np.float64]:
    lengths = pd.to_numeric(edges["length_m"], errors="coerce").to_numpy(dtype=float)
    _row(~np.isfinite(lengths), "length_m is not a number")
    bad = lengths < 0
    _row(bad, f"length_m is {lengths[bad][0] if bad.any() else 0}, below 0")
    return lengths


def _directions(edges: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    words = edges["oneway"].astype(str).str.strip().str.lower().str.removesuffix(".0")
    unknown = (~words.isin(FORWARD | BOTH | AGAINST)).to_numpy()
    _row(unknown, f"oneway is {words[unknown].iloc[0] if unknown.any() else ''!r}, not yes, no or -1")
    return words.isin(FORWARD).to_numpy(), words.isin(AGAINST).to_numpy()


def _classes(edges: pd.DataFrame) -> NDArray[np.str_]:
    words = edges["highway"].astype(str)
    unknown = ~words.isin(KNOWN_CLASSES)
    if unknown.any():
        found = ", ".join(f"{name} ({count})" for name, count in words[unknown].value_counts().items())
        log.warning("Road classes that no speed table knows are taken as %s: %s", DEFAULT_CLASS, found)
    return words.mask(unknown, DEFAULT_CLASS).to_numpy(dtype=str)


def _labels(edges: pd.DataFrame) -> tuple[tuple[tuple[str, str], ...], NDArray[np.int64]]:
    parts = [
        edges[column].astype(object).where(edges[column].notna(), "").astype(str)
        if column in edges
        else pd.Series([""] * len(edges))
        for column in ("ref", "name")
    ]
    pairs = list(zip(*parts, strict=True))
    labels = sorted(set(pairs))
    number = {pair: index for index, pair in enumerate(labels)}
    return tuple(labels), np.array([number[pair] for pair in pairs], dtype=np.int64)


def _flags(edges: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    if column not in edges:
        return np.zeros(len(edges), dtype=bool)
    words = edges[column].astype(str).str.strip().str.lower().str.removesuffix(".0")
    return (~words.isin(BOTH)).to_numpy()


def _shapes(
    edges: pd.DataFrame, nodes: pd.DataFrame | None, ids: NDArray[Any], ends: tuple[NDArray[Any], NDArray[Any]]
) -> NDArray[np.object_]:
    places = None if nodes is None else _places(nodes, ids)
    if "geometry" not in edges:
        if places is None:
            raise NetworkDataError("The edges have no geometry: nodes with id, lon and lat are needed (--nodes FILE).")
        return np.asarray(shapely.linestrings(np.stack([places[ends[0]], places[ends[1]]], axis=1)), dtype=object)
    shapes = np.asarray(edges["geometry"], dtype=object)
    if isinstance(shapes[0], bytes):  # a Parquet file read without geopandas
        shapes = np.asarray(shapely.from_wkb(shapes, on_invalid="ignore"), dtype=object)
    is_line = np.array([shape is not None and shape.geom_type == "LineString" for shape in shapes], dtype=bool)
    _row(~is_line, "there is no LineString")
    _row(np.asarray(~np.isfinite(shapely.bounds(shapes)).all(axis=1)), "the LineString is empty or has no number in it")
    _check_ends(shapes, ends, places, len(ids))
    return shapes


def _places(nodes: pd.DataFrame, ids: NDArray[Any]) -> NDArray[np.float64]:
    table = nodes.drop_duplicates("id").set_index("id")
    known = np.isin(ids, table.index.to_numpy())
    if not known.all():
        raise NetworkDataError(f"Node {ids[~known][0]} of an edge is not in the nodes ({(~known).sum()} are missing).")
    return table.loc[ids, ["lon", "lat"]].to_numpy(dtype=float)


def _check_ends(
    shapes: NDArray[np.object_],
    ends: tuple[NDArray[Any], NDArray[Any]],
    places: NDArray[np.float64] | None,
    count: int,
) -> None:
    tips = [shapely.get_coordinates(shapely.get_point(shapes, index)) for index in (0, -1)]
    if places is None:
        places = np.full((count, 2), np.nan)
        # The first row that names a node says where it lies; the later ones must agree.
        for end, tip in zip(reversed(ends), reversed(tips), strict=True):
            places[end[::-1]] = tip[::-1]
    for which, end, tip in zip(("begins", "ends"), ends, tips, strict=True):
        far = np.abs(places[end] - tip).max(axis=1)
        worst = float(far.max(initial=0.0)) * 111_000
        _row(far > NODE_TOLERANCE, f"the LineString {which} up to {worst:,.0f} m from its node")


def _node_places(
    coords: NDArray[np.float64],
    offsets: NDArray[Any],
    ends: tuple[NDArray[Any], NDArray[Any]],
    count: int,
) -> NDArray[np.float64]:
    places = np.empty((count, 2))
    places[ends[1][::-1]] = coords[offsets[1:] - 1][::-1]
    places[ends[0][::-1]] = coords[offsets[:-1]][::-1]
    return places
