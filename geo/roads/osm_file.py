"""An OpenStreetMap file → the roads in it that a profile may use, checked, as a small OSM XML file for osmnx.

Files are taken as real tools save them: in any order, with the marks of an editor (JOSM's ``action='delete'`` and the
negative identifiers of what is newly drawn), with several versions of one thing. A file that broke off is refused where
that can be told.
"""

from __future__ import annotations

import gzip
import itertools
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar, cast
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

import numpy as np
import osmium
from numpy.typing import NDArray

from geo.errors import NetworkDataError
from geo.roads.osm_tags import NODE_KEYS, plain_tags
from geo.roads.turn_restrictions import Restriction, restriction_of

EPOCH_YEAR = 1970
STEPS = 10_000_000
CHUNK = 1 << 22
MARKS = (b"action=", b'visible="false', b"visible='false", b"<remark")
# Kind and identifier of what is deleted to the version that says so.
Deleted = dict[str, dict[int, int]]
ALL_VERSIONS = 2**63
# A file without relations whose nodes belong to no road or other line broke off among its ways.
LONELY_SHARE, LEAST_LONELY = 0.005, 100


class Way(NamedTuple):
    """A road of the map: the version, the identifiers of its nodes, and its tags made plain."""

    version: int
    nodes: tuple[int, ...]
    tags: Mapping[str, str] | None


class Node(NamedTuple):
    """A node of the map: the version, lon and lat in steps of 1e-7 degrees, and the tags of a barrier."""

    version: int
    place: tuple[int, int] | None
    tags: Mapping[str, str]


Thing = TypeVar("Thing", Way, Node)


@dataclass
class OsmRoads:
    """The roads of a file.

    Attributes
    ----------
    ways, nodes : dict of int to Way or Node
        By identifier, every node of every way is there.
    restrictions : list of Restriction
        Turns that are forbidden to cars.
    newest : datetime or None
        Of the changes of the roads.
    """

    ways: dict[int, Way] = field(default_factory=dict)
    nodes: dict[int, Node] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
    newest: datetime | None = None

    def date(self) -> str | None:
        """Return the day of the newest change.

        Returns
        -------
        str or None
            ISO date; None where the file says nothing of it.
        """
        known = self.newest is not None and self.newest.year > EPOCH_YEAR
        return self.newest.date().isoformat() if self.newest is not None and known else None

    def write(self, out: Path) -> NDArray[np.int64] | None:
        """Write them as OSM XML.

        Parameters
        ----------
        out : Path
            Where to.

        Returns
        -------
        (n,) array of int64 or None
            The map's identifier of each node of the written file, whose own are 1 to n; None where they are the map's,
            which is so where all of these are above 0.
        """
        ids = sorted(self.nodes)
        number = dict(zip(ids, ids if ids[0] > 0 else itertools.count(1), strict=False))
        with out.open("w", encoding="utf-8") as file:
            file.write('<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n')
            for node_id in ids:
                node = self.nodes[node_id]
                lon, lat = (f"{steps / STEPS:.7f}" for steps in node.place or ())
                file.write(f'<node id="{number[node_id]}" lon="{lon}" lat="{lat}">{_tags(node.tags)}</node>\n')
            for position, way_id in enumerate(sorted(self.ways), start=1):
                way = self.ways[way_id]
                refs = "".join(f'<nd ref="{number[ref]}"/>' for ref in way.nodes)
                file.write(f'<way id="{position}">{refs}{_tags(way.tags or {})}</way>\n')
            file.write("</osm>\n")
        return None if ids[0] > 0 else np.array(ids, dtype=np.int64)


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def read_roads(path: Path) -> OsmRoads:
    """Return the roads of a file.

    Parameters
    ----------
    path : Path
        ``.osm``, ``.osm.gz`` or ``.osm.pbf``.

    Returns
    -------
    OsmRoads
        Those that a profile may use, deleted and older versions left out.

    Raises
    ------
    NetworkDataError
        If the file is missing, broken or has no road in it.
    """
    if not path.is_file():
        raise NetworkDataError(f"There is no file {path}.")
    try:
        deleted = _marks(path)
        roads = OsmRoads()
        _read_ways(path, deleted, roads)
        if not roads.ways:
            raise NetworkDataError(f"{path} has no road in it. Take an extract of the city with its roads.")
        _read_nodes(path, deleted, roads)
        _check_end(path)
    except (RuntimeError, OSError, EOFError, ValueError, expat.ExpatError, osmium.InvalidLocationError) as error:
        raise NetworkDataError(
            f"{path} is not a readable OpenStreetMap file ({str(error).rstrip('.')}). It must end in .osm, .osm.gz or "
            ".osm.pbf; if it does, it may have been cut off: download it again."
        ) from error
    return roads


def _read_ways(path: Path, deleted: Deleted, roads: OsmRoads) -> None:
    kinds = osmium.osm.WAY | osmium.osm.RELATION
    wanted = osmium.filter.KeyFilter("highway", "restriction", "restriction:motorcar", "restriction:motor_vehicle")
    for thing in osmium.FileProcessor(str(path), kinds).with_filter(wanted):
        if isinstance(thing, osmium.osm.Relation):
            found = restriction_of(thing)
            if found is not None and thing.visible and not _is_deleted(thing, deleted["relation"]):
                roads.restrictions.append(found)
        elif isinstance(thing, osmium.osm.Way):
            is_gone = not thing.visible or _is_deleted(thing, deleted["way"])
            tags = None if is_gone or len(thing.nodes) < 2 else plain_tags(dict(thing.tags))
            refs = () if tags is None else tuple(node.ref for node in thing.nodes)
            _keep(roads.ways, thing.id, Way(thing.version, refs, tags), path, "way")
            if tags is not None:
                roads.newest = max(roads.newest, thing.timestamp) if roads.newest else thing.timestamp
    roads.ways = {number: way for number, way in roads.ways.items() if way.tags is not None}


def _read_nodes(path: Path, deleted: Deleted, roads: OsmRoads) -> None:
    """Read the nodes of the roads; refuse roads that refer to a node which the file does not have."""
    way_of = {ref: number for number, way in roads.ways.items() for ref in way.nodes}
    for node in osmium.FileProcessor(str(path), osmium.osm.NODE):
        if not isinstance(node, osmium.osm.Node) or node.id not in way_of:
            continue
        is_gone = not node.visible or _is_deleted(node, deleted["node"]) or not node.location.valid()
        tags = {tag.k: tag.v for tag in node.tags if tag.k in NODE_KEYS} if len(node.tags) else {}
        place = None if is_gone else (node.location.x, node.location.y)
        _keep(roads.nodes, node.id, Node(node.version, place, tags), path, "node")
    lost = [ref for ref in way_of if ref not in roads.nodes or roads.nodes[ref].place is None]
    if lost:
        node_id = min(lost)
        why = "which is deleted or has no place" if node_id in roads.nodes else "which is not in the file"
        raise NetworkDataError(
            f"{path}: way {way_of[node_id]} refers to node {node_id}, {why} ({len(lost)} missing). "
            "Take an extract with complete ways (`osmium extract --strategy complete_ways`)."
        )


def _keep(things: dict[int, Thing], number: int, new: Thing, path: Path, what: str) -> None:
    """Keep the newest version of a thing; two that differ and are equally new cannot both be true."""
    old = things.get(number)
    if old is not None and old.version == new.version and old != new:
        raise NetworkDataError(
            f"{path}: {what} {number} is in the file twice, and the two differ. Save the file anew from the editor, or "
            "take an extract of one date."
        )
    if old is None or new.version > old.version:
        things[number] = new


def _is_deleted(thing: osmium.osm.Way | osmium.osm.Node | osmium.osm.Relation, deleted: Mapping[int, int]) -> bool:
    return thing.id in deleted and thing.version <= deleted[thing.id]


def _marks(path: Path) -> Deleted:
    """Return what an editor marked as deleted, and refuse an answer that a server broke off; both are in XML only."""
    deleted: Deleted = {"node": {}, "way": {}, "relation": {}}
    if path.suffix == ".pbf" or not any(word in chunk for chunk in _chunks(path) for word in MARKS):
        return deleted
    remark: list[str] = []
    is_remark = False

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_remark
        is_remark = name == "remark"
        if name in deleted and attributes.get("action") == "delete":
            deleted[name][int(attributes["id"])] = ALL_VERSIONS
        elif name in deleted and attributes.get("visible") == "false":
            number, version = int(attributes["id"]), int(attributes.get("version", 0))
            deleted[name][number] = max(version, deleted[name].get(number, 0))

    def text(said: str) -> None:
        if is_remark:
            remark.append(said)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler = begin, text
    with _opened(path) as file:
        parser.ParseFile(file)
    said = "".join(remark).strip()
    if "error" in said:
        raise NetworkDataError(f"{path} is a part only; the server broke off: {said.rstrip('.')}. Ask for it again.")
    return deleted


def _opened(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _chunks(path: Path) -> Iterator[bytes]:
    """Give the content of a file in parts, each with the end of the one before, so that no word is cut in two."""
    end = b""
    with _opened(path) as file:
        while chunk := file.read(CHUNK):
            yield end + chunk
            end = chunk[-16:]


def _check_end(path: Path) -> None:
    """Refuse a binary file that broke off between two blocks, which nothing in it tells.

    XML has an end of its own. A binary file holds nodes, ways and relations in this order, so that one with relations
    has all its ways. In one without, nodes that no way uses and that say nothing themselves tell of lost ways.
    """
    if path.suffix != ".pbf" or any(True for _ in osmium.FileProcessor(str(path), osmium.osm.RELATION)):
        return
    used = array("q")
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY):
        if isinstance(way, osmium.osm.Way):
            used.extend(node.ref for node in way.nodes)
    plain = array("q", (node.id for node in osmium.FileProcessor(str(path), osmium.osm.NODE) if not len(node.tags)))
    lonely = int((~np.isin(np.frombuffer(plain, dtype=np.int64), np.frombuffer(used, dtype=np.int64))).sum())
    if lonely > max(LEAST_LONELY, LONELY_SHARE * len(plain)):
        raise NetworkDataError(
            f"{path} broke off: {lonely:,} of its {len(plain):,} nodes belong to no road and no other line, so ways "
            "are missing at its end. Download it again."
        )
