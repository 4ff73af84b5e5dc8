"""OpenStreetMap files and servers → `EdgeArrays`, through osmnx.

osmnx reads OSM XML only, so a file is first reduced by pyosmium to the roads that a profile may use, written as XML.
"""

from __future__ import annotations

import itertools
import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import shapely
from numpy.typing import NDArray
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError

from geo.errors import NetworkDataError
from geo.roads.arrays import EdgeArrays
from geo.roads.edge_reader import KNOWN_CLASSES, read_edges
from geo.roads.osm_file import read_roads
from geo.roads.osm_tags import NODE_KEYS, ON_FOOT, RULE, barrier_rule, plain_tags, stops_cars
from geo.roads.seasons import join_rules
from geo.roads.turn_restrictions import count_restrictions

log = logging.getLogger(__name__)
# An edge ends where one of these changes, so that each edge has one class and one name.
TEXT_TAGS = ("highway", "bridge", "tunnel", "ref", "name", "motorroad", "foot", RULE)
EDGE_TAGS = [*TEXT_TAGS, "oneway", "junction"]
ALIKE = "all tags of the edge"
LARGEST_ID = 2**63
BOX_SIDES = 4
# A node in the course of a road has two neighbours.
SIDES = 2


class OsmEdges(NamedTuple):
    """Edges, the day of the newest change, and how many forbidden turns of the map travel times do not follow.

    The day is an ISO date, None where the source says nothing of it; the number is None for a server, which is asked
    for roads only.
    """

    edges: EdgeArrays
    date: str | None
    turn_restrictions: int | None


def read_osm_file(path: Path) -> OsmEdges:
    """Return the roads of a file; see `geo.roads.network.RoadNetwork.from_osm`.

    Parameters
    ----------
    path : Path
        ``.osm``, ``.osm.gz`` or ``.osm.pbf``.

    Returns
    -------
    OsmEdges
        All roads that a profile may use.

    Raises
    ------
    NetworkDataError
        If the file is missing, broken or has no road in it.
    """
    roads = read_roads(path)
    with tempfile.TemporaryDirectory() as folder:
        reduced = Path(folder) / "roads.osm"
        ids = roads.write(reduced)
        log.info("Joining the roads …")
        with _osmnx_settings():
            graph = ox.graph_from_xml(reduced, simplify=False, retain_all=True)
    edges = _flatten(graph, ids)
    return OsmEdges(edges, roads.date(), count_restrictions(roads.restrictions, roads.ways))


def read_place(place: str, *, overpass_url: str, nominatim_url: str) -> OsmEdges:
    """Return the roads of a place; see `geo.roads.network.RoadNetwork.from_place`.

    Parameters
    ----------
    place : str
        Name, or ``west,south,east,north``.
    overpass_url, nominatim_url : str
        Addresses of the servers.

    Returns
    -------
    OsmEdges
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
    return OsmEdges(_flatten(graph, None), stamp, None)


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


def _flatten(graph: nx.MultiDiGraph[int], ids: NDArray[np.int64] | None) -> EdgeArrays:
    """Return one row per edge: osmnx holds a two-way edge twice, once in each direction.

    `ids` are the map's identifiers of the nodes 1 to n of the graph; None where they are the graph's own.
    """
    _shut_gates_by_season(graph)
    _part_at_barriers(graph)
    for _, _, data in graph.edges(data=True):
        data[ALIKE] = str([data.get(tag) for tag in EDGE_TAGS])  # one comparison for each node in place of ten
    graph = ox.simplify_graph(graph, edge_attrs_differ=[ALIKE], remove_rings=False)
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
    edges = read_edges(pd.DataFrame(rows))
    if edges.seasonal:
        log.info("%d edges are closed in some season; propose them for the calendar of closures", len(edges.seasonal))
    return edges if ids is None else replace(edges, node_ids=_map_ids(edges.node_ids, ids))


def _map_ids(numbers: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the map's identifiers of nodes; the twin of a barrier gets the same below 0, or a free one."""
    found = ids[np.abs(numbers) - 1].tolist()
    taken, free = set(ids.tolist()), itertools.count(1)
    for position in np.flatnonzero(numbers < 0):
        twin = -found[position]
        while twin in taken or abs(twin) >= LARGEST_ID:
            twin = -next(free)
        taken.add(twin)
        found[position] = twin
    return np.array(found, dtype=np.int64)


def _shut_gates_by_season(graph: nx.MultiDiGraph[int]) -> None:
    """Write on both roads at a gate when it is closed; they become edges of their own up to the next nodes."""
    for node, data in graph.nodes(data=True):
        rule = barrier_rule(data)
        if rule and len({*graph.predecessors(node), *graph.successors(node)}) == SIDES:
            for _, _, edge in [*graph.in_edges(node, data=True), *graph.out_edges(node, data=True)]:
                edge[RULE] = join_rules(edge.get(RULE, ""), rule)


def _part_at_barriers(graph: nx.MultiDiGraph[int]) -> None:
    """Let cars end on both sides of a barrier; an edge of no length joins the sides for those on foot.

    A barrier at a junction or at the end of a road is left alone: which of the roads it bars is not said.
    """
    for node in [number for number, data in graph.nodes(data=True) if stops_cars(data)]:
        sides = sorted({*graph.predecessors(node), *graph.successors(node)})
        if len(sides) != SIDES:
            continue
        # All other numbers are above 0.
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
    texts = {tag: _first(data.get(tag)) for tag in TEXT_TAGS}
    return {"u": u, "v": v, "oneway": data["oneway"], "length_m": float(data["length"]), "geometry": shape, **texts}


def _first(value: object) -> str:
    if isinstance(value, list):
        return str(value[0])
    return "" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value)
