"""Small maps in the form of OpenStreetMap, drawn by hand."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from geo.roads.network import RoadNetwork

# A grid of nodes about a kilometre apart: 11 12 13 / 21 22 23 / 31 32 33, rows from south to north.
GRID = {10 * row + column: (141.5 + 0.012 * column, 39.3 + 0.009 * row) for row in (1, 2, 3) for column in (1, 2, 3)}
EAST_M, NORTH_M = 1032, 1001
Way = tuple[str, list[int]]
Nodes = dict[int, tuple[float, float]]


def osm(*ways: Way, nodes: Nodes | None = None, at_nodes: dict[int, str] | None = None) -> str:
    """Return OSM XML of ways: tags as ``a=b c=d``, and their nodes."""
    lines = ['<?xml version="1.0"?>', '<osm version="0.6">']
    for number, (lon, lat) in (GRID | (nodes or {})).items():
        inner = tag_lines((at_nodes or {}).get(number, ""))
        lines.append(f'<node id="{number}" version="1" lon="{lon}" lat="{lat}">{inner}</node>')
    for number, (tags, refs) in enumerate(ways, start=1):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{number}" version="1">{inner}{tag_lines(tags)}</way>')
    return "\n".join([*lines, "</osm>"])


def as_dict(tags: str) -> dict[str, str]:
    """Return ``a=b c=d`` as a dict."""
    return dict(tag.split("=", 1) for tag in tags.split())


def tag_lines(tags: str) -> str:
    """Return ``a=b c=d`` as XML."""
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in as_dict(tags).items())


def arcs(network: RoadNetwork) -> set[tuple[int, int]]:
    """Return the directed arcs between nodes of the source."""
    ids = network.node_ids
    found = set()
    for i in range(network.edge_count):
        u, v = int(ids[network.u[i]]), int(ids[network.v[i]])
        found |= {(u, v)} if network.oneway[i] else {(u, v), (v, u)}
    return found
