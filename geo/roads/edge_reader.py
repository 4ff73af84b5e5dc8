"""A table of edges → `EdgeArrays`, each row checked."""

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
from geo.roads.arrays import Bools, EdgeArrays, Floats, Indices, Ints
from geo.roads.edge_cells import BOTH, cell_texts, cell_words, first_part
from geo.roads.profiles import PROFILES
from geo.roads.seasons import SeasonalRule, unpack_rule
from geo.roads.steps import Steps, from_steps, to_steps
from geo.roads.two_way_rows import merge_two_way_rows
from geo.vector_file import read_vector

log = logging.getLogger(__name__)
REQUIRED = ("u", "v", "highway", "oneway", "length_m")
# How far a shape may begin from its node, in degrees (about a metre).
NODE_TOLERANCE = 1e-5
MULTI_LINE_STRING = shapely.GeometryType.MULTILINESTRING
LINE_STRING = shapely.GeometryType.LINESTRING
KNOWN_CLASSES = frozenset(name for profile in PROFILES.values() for name in profile.speed_kmh)
DEFAULT_CLASS = "unclassified"
FORWARD = {"yes", "true", "1"}
AGAINST = {"-1", "reverse"}
# A passage through a building is no tunnel: there are doors in it.
NO_TUNNEL = BOTH | {"building_passage"}
METRES_OF_DEGREE = 111_195
# Edges whose shapes are looked at a time: those of a nation would be several times as large in degrees.
BLOCK = 2**18


def read_edges(edges: pd.DataFrame, nodes: pd.DataFrame | None = None) -> EdgeArrays:
    """Return the edges of a table.

    Parameters
    ----------
    edges, nodes : DataFrame
        See `geo.roads.network.RoadNetwork.from_edges`.

    Returns
    -------
    EdgeArrays
        One edge for each row, or for each two rows that are the two directions of one street.

    Raises
    ------
    NetworkDataError
        If a row cannot be used; the message names the row.
    """
    edges = _in_degrees(_with_usual_columns(edges)).reset_index(drop=True)
    _check_columns(edges)
    lengths = _lengths(edges)
    forward, against = _directions(edges)
    ends, ids = pd.factorize(np.concatenate([_identifiers(edges, "u"), _identifiers(edges, "v")]), sort=True)
    u, v = ends.astype(np.int32).reshape(2, -1)
    steps, offsets = _shapes(edges, nodes, ids, (u, v))
    if against.any():
        _turn(steps, offsets, against)
        u, v = np.where(against, v, u), np.where(against, u, v)
    _check_unit(lengths, steps, offsets)
    tips = from_steps(steps[offsets[:-1]]), from_steps(steps[offsets[1:] - 1])
    highways, highway = _classes(edges)
    labels, label = _labels(edges)
    arrays = EdgeArrays(
        node_ids=np.asarray(ids, dtype=np.int64),
        node_lonlat=_first_places((u, v), tips, len(ids)),
        u=u,
        v=v,
        length_m=lengths,
        highway=highway,
        highways=highways,
        oneway=forward | against,
        bridge=_flags(edges, "bridge", BOTH) & ~_of_several_ways(edges),
        tunnel=_flags(edges, "tunnel", NO_TUNNEL),
        label=label,
        labels=labels,
        steps=steps,
        offsets=offsets,
        motorroad=_flags(edges, "motorroad", BOTH),
        no_foot=_no_foot(edges),
        seasonal=_seasonal(edges),
    )
    return merge_two_way_rows(arrays, _flags(edges, "reversed", BOTH))


def read_edges_file(path: Path, nodes: Path | None = None) -> EdgeArrays:
    """Return the edges of a file: GeoParquet, Parquet, GeoPackage, GeoJSON or CSV.

    Parameters
    ----------
    path : Path
        Edges, see `geo.roads.network.RoadNetwork.from_edges`.
    nodes : Path, optional
        Nodes, see `geo.roads.network.RoadNetwork.from_edges`.

    Returns
    -------
    EdgeArrays
        See `read_edges`.

    Raises
    ------
    NetworkDataError
        If a file is missing, broken or holds a row that cannot be used.
    """
    edges = _read_table(path)
    table = None if nodes is None else _read_table(nodes)
    try:
        return read_edges(edges, table)
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


def _with_usual_columns(edges: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its columns called as everywhere: osmnx has u and v in the index, and a length."""
    if {"u", "v"} <= set(edges.index.names):
        edges = edges.reset_index()
    return edges.rename(columns={"length": "length_m"}) if "length_m" not in edges else edges


def _in_degrees(edges: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its shapes in degrees, under the name that is asked for."""
    if not isinstance(edges, gpd.GeoDataFrame) or edges.active_geometry_name is None:
        return edges
    shapes = edges.geometry
    if edges.crs is not None and edges.crs.to_epsg() != GEOGRAPHIC_EPSG:
        shapes = shapes.to_crs(GEOGRAPHIC_EPSG)
    table: pd.DataFrame = pd.DataFrame(edges).assign(geometry=shapes.to_numpy())
    return table


def _row(bad: Bools, fault: str, what: str = "Edge") -> None:
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


def _identifiers(table: pd.DataFrame, column: str, what: str = "Edge") -> Ints:
    """Return the identifiers of nodes as whole numbers, which those of OpenStreetMap are."""
    if isinstance(table[column].dtype, np.dtype) and table[column].dtype.kind == "i":
        return table[column].to_numpy(dtype=np.int64)
    numbers = pd.to_numeric(table[column], errors="coerce")
    bad = ((numbers % 1 != 0) | numbers.isna()).to_numpy(dtype=bool)
    value = table[column].to_numpy(dtype=object)[bad.argmax()]
    _row(bad, f"{column} is {value!r}, not a whole number", what)
    return numbers.to_numpy(dtype=np.int64)


def _lengths(edges: pd.DataFrame) -> Floats:
    lengths = pd.to_numeric(edges["length_m"], errors="coerce").to_numpy(dtype=float)
    _row(~np.isfinite(lengths), "length_m is not a number")
    bad = lengths < 0
    _row(bad, f"length_m is {lengths[bad][0] if bad.any() else 0}, below 0")
    return lengths


def _directions(edges: pd.DataFrame) -> tuple[Bools, Bools]:
    code, words = cell_words(edges["oneway"])
    unknown = np.array([word not in FORWARD | BOTH | AGAINST for word in words], dtype=bool)[code]
    _row(unknown, f"oneway is {words[code[unknown.argmax()]]!r}, not yes, no or -1")
    forward, against = (np.array([word in meant for word in words], dtype=bool)[code] for meant in (FORWARD, AGAINST))
    return forward, against


def _classes(edges: pd.DataFrame) -> tuple[tuple[str, ...], Indices]:
    code, words = cell_texts(edges["highway"], join=first_part)
    counts = np.bincount(code, minlength=len(words))
    unknown = [number for number, word in enumerate(words) if counts[number] and word not in KNOWN_CLASSES]
    if unknown:
        most = sorted(unknown, key=lambda number: -counts[number])
        found = ", ".join(f"{words[number]} ({counts[number]})" for number in most)
        log.warning("Road classes that no speed table knows are taken as %s: %s", DEFAULT_CLASS, found)
    known = [word if word in KNOWN_CLASSES else DEFAULT_CLASS for word in words]
    names = sorted({word for word, count in zip(known, counts, strict=True) if count})
    return tuple(names), np.array([names.index(word) if word in names else 0 for word in known], dtype=np.int32)[code]


def _labels(edges: pd.DataFrame) -> tuple[tuple[tuple[str, str], ...], Indices]:
    (ref, refs), (name, names) = (
        cell_texts(edges[column], join=join) if column in edges else (np.zeros(len(edges), dtype=np.int64), [""])
        for column, join in (("ref", ";".join), ("name", first_part))
    )
    code, pairs = pd.factorize(ref * len(names) + name)
    found = [(refs[pair // len(names)], names[pair % len(names)]) for pair in pairs.tolist()]
    labels = sorted(set(found))
    number = {label: index for index, label in enumerate(labels)}
    return tuple(labels), np.array([number[label] for label in found], dtype=np.int32)[code]


def _flags(edges: pd.DataFrame, column: str, no: set[str]) -> Bools:
    """Return whether each row says something else than no; nothing does where there is no such column."""
    if column not in edges:
        return np.zeros(len(edges), dtype=bool)
    code, words = cell_words(edges[column])
    return np.array([word not in no for word in words], dtype=bool)[code]


def _of_several_ways(edges: pd.DataFrame) -> Bools:
    """Return whether each row is joined of several ways of the map, of which not all need be the bridge that one is."""
    if "osmid" not in edges or edges["osmid"].dtype.kind == "i":
        return np.zeros(len(edges), dtype=bool)
    return np.array([str(cell).startswith(("[", "(")) for cell in edges["osmid"]], dtype=bool)


def _no_foot(edges: pd.DataFrame) -> Bools:
    """Return whether each row is closed to those on foot: it says so, or it is for motor vehicles and says nothing."""
    if "foot" not in edges:
        return _flags(edges, "motorroad", BOTH)
    is_silent = ~_flags(edges, "foot", {""})
    return ~_flags(edges, "foot", {"no", "private"}) | (is_silent & _flags(edges, "motorroad", BOTH))


def _seasonal(edges: pd.DataFrame) -> tuple[SeasonalRule, ...]:
    if "seasonal_rule" not in edges:
        return ()
    rules = edges["seasonal_rule"].to_numpy(dtype=object)
    return tuple(rule for edge, text in enumerate(rules) if text for rule in unpack_rule(edge, text))


def _shapes(
    edges: pd.DataFrame, nodes: pd.DataFrame | None, ids: NDArray[Any], ends: tuple[NDArray[Any], NDArray[Any]]
) -> tuple[Steps, Ints]:
    """Return lon, lat of all shapes in steps, one after the other, and where each begins."""
    places = None if nodes is None else _places(nodes, ids)
    if "geometry" not in edges:
        if places is None:
            raise NetworkDataError("The edges have no geometry: nodes with id, lon and lat are needed (--nodes FILE).")
        steps = to_steps(places)
        return np.stack([steps[ends[0]], steps[ends[1]]], axis=1).reshape(-1, 2), np.arange(len(edges) + 1) * 2
    shapes = _as_lines(edges["geometry"])
    _row(shapely.get_type_id(shapes) != LINE_STRING, "there is no LineString")
    offsets = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(shapes), dtype=np.int64)])
    steps = np.empty((offsets[-1], 2), dtype=np.int32)
    for begin in range(0, len(shapes), BLOCK):
        end = min(begin + BLOCK, len(shapes))
        coords = shapely.get_coordinates(shapes[begin:end])
        if not (_on_globe(coords).all() and np.diff(offsets[begin : end + 1]).all()):
            _refuse_points(shapes)
        steps[offsets[begin] : offsets[end]] = to_steps(coords)
    _check_ends((from_steps(steps[offsets[:-1]]), from_steps(steps[offsets[1:] - 1])), ends, places)
    return steps, offsets


def _refuse_points(shapes: NDArray[np.object_]) -> None:
    """Refuse a table with a shape of no points, or with a point that is none on the globe."""
    coords, count = shapely.get_coordinates(shapes), shapely.get_num_coordinates(shapes)
    no_number = np.flatnonzero(~np.isfinite(coords).all(axis=1))
    bad = count == 0
    bad[np.searchsorted(np.cumsum(count), no_number, side="right")] = True
    _row(bad, "the LineString is empty or has no number in it")
    outside = np.flatnonzero(~_on_globe(coords))
    bad[np.searchsorted(np.cumsum(count), outside, side="right")] = True
    _row(bad, "the LineString leaves the globe; lon and lat may be swapped")


def _as_lines(column: pd.Series[Any]) -> NDArray[np.object_]:
    """Return shapes, also of a table read without geopandas, and lines that are saved as the only part of many."""
    shapes = np.array(column, dtype=object)
    if not shapely.is_geometry(shapes).all():
        for kind, read in ((bytes, shapely.from_wkb), (str, shapely.from_wkt)):
            texts = np.array([isinstance(shape, kind) for shape in shapes], dtype=bool)
            shapes[texts] = read(shapes[texts], on_invalid="ignore")
        shapes[~shapely.is_geometry(shapes)] = None
    alone = (shapely.get_type_id(shapes) == MULTI_LINE_STRING) & (shapely.get_num_geometries(shapes) == 1)
    if alone.any():
        shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    return shapes


def _on_globe(degrees: Floats) -> Bools:
    """Return whether each lon, lat is a point on the globe."""
    return np.asarray((np.abs(degrees[:, 0]) <= 180) & (np.abs(degrees[:, 1]) <= 90))


def _places(nodes: pd.DataFrame, ids: Ints) -> Floats:
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


def _check_ends(tips: tuple[Floats, Floats], ends: tuple[NDArray[Any], NDArray[Any]], places: Floats | None) -> None:
    if places is None:
        places = _first_places(ends, tips, int(max(ends[0].max(), ends[1].max())) + 1)
    for which, end, tip in zip(("begins", "ends"), ends, tips, strict=True):
        far = np.maximum(*(np.abs(places[end, axis] - tip[:, axis]) for axis in (0, 1)))
        bad = far > NODE_TOLERANCE
        # A degree of latitude is 111 km; of longitude it is less.
        metres = float(far[bad.argmax()]) * 111_000
        _row(bad, f"the LineString {which} up to {metres:,.0f} m from its node")


def _turn(steps: Steps, offsets: Ints, against: Bools) -> None:
    """Turn some of the shapes round."""
    count = np.diff(offsets)[against]
    first, last = (np.repeat(ends[against], count) for ends in (offsets[:-1], offsets[1:] - 1))
    along = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count)
    steps[first + along] = steps[last - along]


def _drawn_degrees(coords: Floats, offsets: Ints) -> float:
    step = np.diff(coords, axis=0)
    step[:, 0] *= np.cos(np.radians(coords[:-1, 1]))
    drawn = np.hypot(step[:, 0], step[:, 1])
    drawn[offsets[1:-1] - 1] = 0
    return float(drawn.sum())


def _check_unit(length_m: Floats, steps: Steps, offsets: Ints) -> None:
    """Refuse lengths that cannot be metres: all roads together are not half as long as they are drawn on a sphere."""
    drawn_km = 0.0
    for begin in range(0, len(length_m), BLOCK):
        part = offsets[begin : begin + BLOCK + 1]
        drawn = _drawn_degrees(from_steps(steps[part[0] : part[-1]]), part - part[0])
        drawn_km += drawn * METRES_OF_DEGREE / 1000
    km = float(length_m.sum() / 1000)
    if km < drawn_km / 2:
        raise NetworkDataError(
            f"length_m adds up to {km:,.1f} km, but the roads are drawn {drawn_km:,.1f} km long. "
            "The lengths must be metres."
        )


def _first_places(ends: tuple[NDArray[Any], NDArray[Any]], tips: tuple[Floats, Floats], count: int) -> Floats:
    """Return where each node lies: the first row that names it says so, the later ones must agree."""
    row = np.full((2, count), len(ends[0]))
    for which, end in enumerate(ends):
        row[which, end[::-1]] = np.arange(len(end))[::-1]  # the last that is written is the first row
    is_begin = row[0] <= row[1]
    places = np.empty((count, 2))
    places[is_begin] = tips[0][row[0, is_begin]]
    places[~is_begin] = tips[1][row[1, ~is_begin]]
    return places
