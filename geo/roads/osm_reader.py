"""OpenStreetMap files and servers → `RoadNetwork`, through osmnx.

osmnx reads OSM XML only, so a file is first reduced by pyosmium to the roads that a profile may use, written as XML.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pandas as pd
import shapely
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError

from geo.errors import NetworkDataError
from geo.roads.edge_reader import KNOWN_CLASSES, read_edges
from geo.roads.network import RoadNetwork
from geo.roads.osm_tags import NODE_KEYS, ON_FOOT, plain_tags, stops_cars

log = logging.getLogger(__name__)
CREDIT = "© OpenStreetMap contributors"
# An edge ends where one of these changes, so that each edge has one class and one name.
EDGE_TAGS = ["highway", "oneway", "bridge", "tunnel", "ref", "name", "junction"]
BOX_SIDES = 4
# A node in the course of a road has two neighbours.
SIDES = 2


def read_osm_file(path: Path, *, name: str | None, date: str | None) -> RoadNetwork:
    """Return the roads of a file; see `RoadNetwork.from_osm`.

    Parameters
    ----------
    path : Path
        ``.osm``, ``.osm.gz`` or ``.osm.pbf``.
    name, date : str, optional
        See `RoadNetwork.from_osm`.

    Returns
    -------
    RoadNetwork
        All roads that a profile may use.

    Raises
    ------
    NetworkDataError
        If the file is missing, broken or has no road in it.
    """
    if not path.is_file():
        raise NetworkDataError(f"There is no file {path}.")
    with tempfile.TemporaryDirectory() as folder:
        reduced = Path(folder) / "roads.osm"
        newest = _reduce(path, reduced)
        log.info("Joining the roads …")
        with _osmnx_settings():
            graph = ox.graph_from_xml(reduced, simplify=False, retain_all=True)
    return _flatten(graph, name=name or path.name.split(".")[0], source=f"{CREDIT} ({path.name})", date=date or newest)


def read_place(place: str, *, overpass_url: str, nominatim_url: str, name: str | None) -> RoadNetwork:
    """Return the roads of a place; see `RoadNetwork.from_place`.

    Parameters
    ----------
    place : str
        Name, or ``west,south,east,north``.
    overpass_url, nominatim_url : str
        Addresses of the servers.
    name : str, optional
        Name of the network.

    Returns
    -------
    RoadNetwork
        All roads that a profile may use.

    Raises
    ------
    NetworkDataError
        If a server does not answer, does not know the place, or has no road there.
    """
    wanted = '["highway"~"^(' + "|".join(sorted(KNOWN_CLASSES)) + ')$"]'
    options: dict[str, Any] = {"simplify": False, "retain_all": True, "truncate_by_edge": True, "custom_filter": wanted}
    try:
        with _osmnx_settings(overpass_url=overpass_url.rstrip("/"), nominatim_url=nominatim_url):
            box = _box(place)
            graph = ox.graph_from_bbox(box, **options) if box else ox.graph_from_place(place, **options)
    except (InsufficientResponseError, TypeError) as error:
        raise NetworkDataError(f"The servers know no roads for {place!r}: {error}.") from error
    except (ResponseStatusCodeError, OSError) as error:
        raise NetworkDataError(
            f"The server {overpass_url} or {nominatim_url} did not answer for {place!r}: {error}. "
            "On a closed network, build from a file: `tono network build --osm FILE`."
        ) from error
    stamp = pd.Timestamp(graph.graph["created_date"]).date().isoformat()
    return _flatten(graph, name=name or place, source=f"{CREDIT} ({place})", date=stamp)


def _box(place: str) -> tuple[float, float, float, float] | None:
    parts = place.split(",")
    if len(parts) != BOX_SIDES:
        return None
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        return None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise NetworkDataError(f"The box {place} must be west,south,east,north in degrees.")
    return west, south, east, north


@contextmanager
def _osmnx_settings(**more: object) -> Iterator[None]:
    ours = {"use_cache": False, "log_console": False, "log_file": False, "overpass_rate_limit": False, **more}
    ours["useful_tags_way"] = [*EDGE_TAGS]
    ours["useful_tags_node"] = [*NODE_KEYS]
    # A name that cannot be looked up would be asked from a public server that nobody named.
    ours["doh_url_template"] = None
    ours["requests_kwargs"] = {"hooks": {"response": _read_answer}}
    before = {key: getattr(ox.settings, key) for key in ours}
    for key, value in ours.items():
        setattr(ox.settings, key, value)
    try:
        yield
    finally:
        for key, value in before.items():
            setattr(ox.settings, key, value)


def _read_answer(response: Any, **_: object) -> None:
    """Refuse what osmnx would take for an answer, or ask again for without end; make the tags of roads plain.

    A server that is busy answers with a status; Overpass that runs out of time answers 200 with a part of the roads.
    """
    where = response.url.split("?")[0]
    if not response.ok:
        raise NetworkDataError(
            f"The server {where} answered {response.status_code} {response.reason}. Try again later, or build from a "
            "file: `tono network build --osm FILE`."
        )
    if b'"remark"' in response.content:
        remark = str(response.json().get("remark", "")).rstrip(".")
        raise NetworkDataError(f"The server {where} broke off: {remark}. Ask for a smaller place, or later.")
    if b'"elements"' in response.content:
        document = response.json()
        document["elements"] = [plain for thing in document["elements"] if (plain := _plain_element(thing)) is not None]
        response._content = json.dumps(document).encode()  # noqa: SLF001  (requests has no other way to hand it on)


def _plain_element(element: dict[str, Any]) -> dict[str, Any] | None:
    if element.get("type") != "way":
        return element
    tags = plain_tags(element.get("tags", {}))
    return None if tags is None else element | {"tags": tags}


def _reduce(path: Path, out: Path) -> str | None:
    """Write the usable roads as OSM XML, implied one-way streets made plain; return the day of the newest change."""
    newest, way_of = _survey(path)
    with osmium.BackReferenceWriter(str(out), ref_src=str(path), overwrite=True, remove_tags=False) as writer:
        for way in _roads(path):
            writer.add(way.replace(tags=plain_tags(dict(way.tags))))
    _check_nodes(path, out, way_of)
    return newest


def _survey(path: Path) -> tuple[str | None, dict[int, int]]:
    """Read a file to its end; return the day of the newest change, and a road for each node that roads refer to."""
    newest = None
    way_of: dict[int, int] = {}
    try:
        for way in _roads(path):
            newest = max(newest, way.timestamp) if newest else way.timestamp
            way_of.update(dict.fromkeys((node.ref for node in way.nodes), way.id))
    except RuntimeError as error:
        raise NetworkDataError(
            f"{path} is not a readable OpenStreetMap file ({str(error).rstrip('.')}). It must end in .osm, .osm.gz or "
            ".osm.pbf; if it does, it may have been cut off: download it again."
        ) from error
    if not way_of:
        raise NetworkDataError(f"{path} has no road in it. Take an extract of the city with its roads.")
    known = newest is not None and newest.year > EPOCH_YEAR
    return (newest.date().isoformat() if newest is not None and known else None), way_of


def _check_nodes(path: Path, reduced: Path, way_of: dict[int, int]) -> None:
    """Refuse roads that refer to a node which the file does not have."""
    for node in osmium.FileProcessor(str(reduced), osmium.osm.NODE):
        way_of.pop(node.id, None)
    if way_of:
        node_id, way_id = min(way_of.items())
        raise NetworkDataError(
            f"{path}: way {way_id} refers to node {node_id}, which is not in the file "
            f"({len(way_of)} missing). "
            "Take an extract with complete ways (`osmium extract --strategy complete_ways`)."
        )


EPOCH_YEAR = 1970


def _roads(path: Path) -> Iterator[osmium.osm.Way]:
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
        if isinstance(way, osmium.osm.Way) and len(way.nodes) > 1 and plain_tags(dict(way.tags)) is not None:
            yield way


def _flatten(graph: nx.MultiDiGraph[int], *, name: str, source: str, date: str | None) -> RoadNetwork:
    """Return one row per edge: osmnx holds a two-way edge twice, once in each direction."""
    _part_at_barriers(graph)
    graph = ox.simplify_graph(graph, edge_attrs_differ=EDGE_TAGS, remove_rings=False)
    places = {node: (data["x"], data["y"]) for node, data in graph.nodes(data=True)}
    rows = []
    loops: set[tuple[object, bytes]] = set()
    for u, v, data in graph.edges(data=True):
        if not data["oneway"] and u > v:
            continue
        shape = data.get("geometry") or shapely.LineString([places[u], places[v]])
        if u == v and not data["oneway"]:
            key = (u, shapely.normalize(shape).wkb)
            if key in loops:
                continue
            loops.add(key)
        rows.append(_row(u, v, data, shape))
    edges = pd.DataFrame(rows)
    return read_edges(edges, None, name=name, source=source, date=date)


def _part_at_barriers(graph: nx.MultiDiGraph[int]) -> None:
    """Let cars end on both sides of a barrier; an edge of no length joins the sides for those on foot.

    A barrier at a junction or at the end of a road is left alone: which of the roads it bars is not said.
    """
    for node in [number for number, data in graph.nodes(data=True) if stops_cars(data)]:
        sides = sorted({*graph.predecessors(node), *graph.successors(node)})
        if len(sides) != SIDES:
            continue
        # Identifiers of the map are above 0.
        twin, other = -node, sides[1]
        graph.add_node(twin, **graph.nodes[node])
        for u, v, key, data in [
            *graph.in_edges(node, keys=True, data=True),
            *graph.out_edges(node, keys=True, data=True),
        ]:
            if other in {u, v}:
                graph.remove_edge(u, v, key)
                graph.add_edge(twin if u == node else u, twin if v == node else v, **data)
        for u, v in ((node, twin), (twin, node)):
            graph.add_edge(u, v, osmid=0, highway=ON_FOOT, oneway=False, reversed=False, length=0.0)


def _row(u: int, v: int, data: dict[str, Any], shape: shapely.LineString) -> dict[str, Any]:
    texts = {tag: _first(data.get(tag)) for tag in ("highway", "bridge", "tunnel", "ref", "name")}
    return {"u": u, "v": v, "oneway": data["oneway"], "length_m": float(data["length"]), "geometry": shape, **texts}


def _first(value: object) -> str:
    if isinstance(value, list):
        return str(value[0])
    return "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)
