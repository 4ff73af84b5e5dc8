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

from geo.crs import GEOGRAPHIC_EPSG
from geo.errors import NetworkDataError
from geo.roads.network import RoadNetwork
from geo.roads.network_file import DEGREE_STEP, from_steps
from geo.roads.profiles import PROFILES
from geo.vector_file import read_vector

log = logging.getLogger(__name__)
REQUIRED = ("u", "v", "highway", "oneway", "length_m")
# How far a shape may begin from its node, in degrees (about a metre).
NODE_TOLERANCE = 1e-5
MULTI_LINE_STRING = shapely.GeometryType.MULTILINESTRING
KNOWN_CLASSES = frozenset(name for profile in PROFILES.values() for name in profile.speed_kmh)
DEFAULT_CLASS = "unclassified"
FORWARD = {"yes", "true", "1"}
BOTH = {"no", "false", "0", ""}
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
        One edge for each row.

    Raises
    ------
    NetworkDataError
        If a row cannot be used; the message names the row.
    """
    edges = _in_degrees(edges).reset_index(drop=True)
    _check_columns(edges)
    lengths = _lengths(edges)
    forward, against = _directions(edges)
    ids, ends = np.unique(np.stack([_identifiers(edges, "u"), _identifiers(edges, "v")]), return_inverse=True)
    u, v = ends
    shapes = _shapes(edges, nodes, ids, (u, v))
    shapes = np.where(against, shapely.reverse(shapes), shapes)
    u, v = np.where(against, v, u), np.where(against, u, v)
    coords, indices = shapely.get_coordinates(shapes, return_index=True)
    coords = from_steps(np.rint(coords / DEGREE_STEP).astype(np.int64))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(indices, minlength=len(edges)))])
    highways, highway = np.unique(_classes(edges), return_inverse=True)
    labels, label = _labels(edges)
    network = RoadNetwork(
        name=name,
        source=source,
        date=date,
        node_ids=ids,
        node_lonlat=_first_places((u, v), (coords[offsets[:-1]], coords[offsets[1:] - 1])),
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
    _check_unit(network)
    return network


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
    table = None if nodes is None else _read_table(nodes)
    try:
        return read_edges(edges, table, name=path.stem, source=path.name, date=date)
    except NetworkDataError as error:
        raise NetworkDataError(f"{path}: {error}") from error


def _read_table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise NetworkDataError(f"There is no file {path}.")
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {".csv": pd.read_csv, ".parquet": _read_parquet}
    read: Callable[[Path], pd.DataFrame] = readers.get(path.suffix.lower(), read_vector)
    try:
        table = read(path)
    except Exception as error:  # each library raises its own kinds, all of which mean this
        raise NetworkDataError(f"{path} is not a readable table of roads: {error}.") from error
    return table


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        table: pd.DataFrame = gpd.read_parquet(path)
    except ValueError:  # a Parquet file without geometry
        table = pd.read_parquet(path)
    return table


def _in_degrees(edges: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its shapes in degrees, under the name that is asked for."""
    if not isinstance(edges, gpd.GeoDataFrame) or edges.active_geometry_name is None:
        return edges
    shapes = edges.geometry if edges.crs is None else edges.geometry.to_crs(GEOGRAPHIC_EPSG)
    table: pd.DataFrame = pd.DataFrame(edges).assign(geometry=shapes.to_numpy())
    return table


def _row(bad: NDArray[np.bool_], fault: str, what: str = "Edge") -> None:
    """Refuse a table with bad rows; the fault is that of the first of them."""
    rows = np.flatnonzero(bad)
    if len(rows):
        more = f" ({len(rows)} rows have this)" if len(rows) > 1 else ""
        raise NetworkDataError(f"{what} in row {rows[0] + 1}: {fault}{more}. Mend the file; nothing was kept of it.")


def _check_columns(edges: pd.DataFrame) -> None:
    missing = [name for name in REQUIRED if name not in edges.columns]
    if missing:
        raise NetworkDataError(
            f"The edges have no column {', '.join(missing)}; they have: {', '.join(map(str, edges.columns))}."
        )
    if edges.empty:
        raise NetworkDataError("There is no edge in the table.")
    _row(edges[["u", "v", "highway"]].isna().any(axis=1).to_numpy(), "u, v or highway is empty")


def _identifiers(table: pd.DataFrame, column: str, what: str = "Edge") -> NDArray[np.int64]:
    """Return the identifiers of nodes as whole numbers, which those of OpenStreetMap are."""
    numbers = pd.to_numeric(table[column], errors="coerce")
    bad = ((numbers % 1 != 0) | numbers.isna()).to_numpy(dtype=bool)
    value = table[column].to_numpy(dtype=object)[bad.argmax()]
    _row(bad, f"{column} is {value!r}, not a whole number", what)
    return numbers.to_numpy(dtype=np.int64)


def _lengths(edges: pd.DataFrame) -> NDArray[np.float64]:
    lengths = pd.to_numeric(edges["length_m"], errors="coerce").to_numpy(dtype=float)
    _row(~np.isfinite(lengths), "length_m is not a number")
    bad = lengths < 0
    _row(bad, f"length_m is {lengths[bad][0] if bad.any() else 0}, below 0")
    return lengths


def _directions(edges: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    words = _words(edges["oneway"])
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
    return (~_words(edges[column]).isin(BOTH)).to_numpy()


def _words(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return what is written in a column of yes and no; nothing where nothing is."""
    text = column.astype(object).where(column.notna(), "").astype(str)
    return text.str.strip().str.lower().str.removesuffix(".0")


def _shapes(
    edges: pd.DataFrame, nodes: pd.DataFrame | None, ids: NDArray[Any], ends: tuple[NDArray[Any], NDArray[Any]]
) -> NDArray[np.object_]:
    places = None if nodes is None else _places(nodes, ids)
    if "geometry" not in edges:
        if places is None:
            raise NetworkDataError("The edges have no geometry: nodes with id, lon and lat are needed (--nodes FILE).")
        return np.asarray(shapely.linestrings(np.stack([places[ends[0]], places[ends[1]]], axis=1)), dtype=object)
    shapes = _as_lines(edges["geometry"])
    is_line = np.array([shape is not None and shape.geom_type == "LineString" for shape in shapes], dtype=bool)
    _row(~is_line, "there is no LineString")
    bounds = shapely.bounds(shapes)
    _row(np.asarray(~np.isfinite(bounds).all(axis=1)), "the LineString is empty or has no number in it")
    _row(~_on_globe(bounds), "the LineString leaves the globe; lon and lat may be swapped")
    _check_ends(shapes, ends, places)
    return shapes


def _as_lines(column: pd.Series[Any]) -> NDArray[np.object_]:
    """Return shapes, also of a table read without geopandas, and lines that are saved as the only part of many."""
    shapes = np.array(column, dtype=object)
    for kind, read in ((bytes, shapely.from_wkb), (str, shapely.from_wkt)):
        texts = np.array([isinstance(shape, kind) for shape in shapes], dtype=bool)
        shapes[texts] = read(shapes[texts], on_invalid="ignore")
    shapes[~shapely.is_geometry(shapes)] = None
    alone = (shapely.get_type_id(shapes) == MULTI_LINE_STRING) & (shapely.get_num_geometries(shapes) == 1)
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    return shapes


def _on_globe(degrees: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether the columns of each row are lon, lat, lon, lat … of points on the globe."""
    most = np.tile([180.0, 90.0], degrees.shape[1] // 2)
    return np.asarray((np.abs(degrees) <= most).all(axis=1))


def _places(nodes: pd.DataFrame, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return lon and lat of the nodes that edges name."""
    missing = [name for name in ("id", "lon", "lat") if name not in nodes.columns]
    if missing:
        raise NetworkDataError(f"The nodes have no column {', '.join(missing)}.")
    table = nodes.reset_index(drop=True)
    known = _identifiers(table, "id", "Node")
    degrees = np.column_stack([pd.to_numeric(table[name], errors="coerce") for name in ("lon", "lat")])
    _row(~_on_globe(degrees), "lon and lat are not a point on the globe; they may be swapped", "Node")
    first_known, first = np.unique(known, return_index=True)
    row = first[np.searchsorted(first_known, known)]
    elsewhere = np.asarray((np.abs(degrees - degrees[row]) > NODE_TOLERANCE).any(axis=1))
    _row(elsewhere, "an earlier row puts the same node elsewhere", "Node")
    lost = ~np.isin(ids, first_known)
    if lost.any():
        raise NetworkDataError(f"Node {ids[lost][0]} of an edge is not in the nodes ({lost.sum()} are missing).")
    return degrees[first[np.searchsorted(first_known, ids)]]


def _check_ends(
    shapes: NDArray[np.object_],
    ends: tuple[NDArray[Any], NDArray[Any]],
    places: NDArray[np.float64] | None,
) -> None:
    tips = [shapely.get_coordinates(shapely.get_point(shapes, index)) for index in (0, -1)]
    if places is None:
        places = _first_places(ends, (tips[0], tips[1]))
    for which, end, tip in zip(("begins", "ends"), ends, tips, strict=True):
        far = np.abs(places[end] - tip).max(axis=1)
        bad = far > NODE_TOLERANCE
        # A degree of latitude is 111 km; of longitude it is less.
        metres = float(far[bad.argmax()]) * 111_000
        _row(bad, f"the LineString {which} up to {metres:,.0f} m from its node")


def _check_unit(network: RoadNetwork) -> None:
    """Refuse lengths that cannot be metres: all roads together are not half as long as they are drawn."""
    drawn_km = float(shapely.length(network.lines_m).sum() / 1000)
    if network.km < drawn_km / 2:
        raise NetworkDataError(
            f"length_m adds up to {network.km:,.1f} km, but the roads are drawn {drawn_km:,.1f} km long. "
            "The lengths must be metres."
        )


def _first_places(
    ends: tuple[NDArray[Any], NDArray[Any]], tips: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return where each node lies: the first row that names it says so, the later ones must agree."""
    named, points = np.stack(ends, axis=1).ravel(), np.stack(tips, axis=1).reshape(-1, 2)
    return np.asarray(points[np.unique(named, return_index=True)[1]])
