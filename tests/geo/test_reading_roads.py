"""Roads out of OpenStreetMap files: every rule of the road on a small drawing."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import osmium
import pytest

from geo.profiles import CAR, WALK
from geo.road_network import RoadNetwork
from geo.travel_time import travel_time_matrix

# A grid of nodes about a kilometre apart: 11 12 13 / 21 22 23 / 31 32 33, rows from south to north.
GRID = {10 * row + column: (141.5 + 0.012 * column, 39.3 + 0.009 * row) for row in (1, 2, 3) for column in (1, 2, 3)}


def osm(*ways: tuple[str, list[int]], nodes: dict[int, tuple[float, float]] | None = None) -> str:
    """Return OSM XML of ways: tags as ``a=b c=d``, and their nodes."""
    lines = ['<?xml version="1.0"?>', '<osm version="0.6">']
    lines += [f'<node id="{n}" version="1" lon="{lon}" lat="{lat}"/>' for n, (lon, lat) in (nodes or GRID).items()]
    for number, (tags, refs) in enumerate(ways, start=1):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inner += "".join('<tag k="{}" v="{}"/>'.format(*tag.split("=")) for tag in tags.split())
        lines.append(f'<way id="{number}" version="1">{inner}</way>')
    return "\n".join([*lines, "</osm>"])


def read(folder: Path, *ways: tuple[str, list[int]]) -> RoadNetwork:
    """Return the network of ways, read from a file."""
    path = folder / "drawn.osm"
    path.write_text(osm(*ways))
    return RoadNetwork.from_osm(path)


def arcs(network: RoadNetwork) -> set[tuple[int, int]]:
    """Return the directed arcs between nodes of the source."""
    ids = network.node_ids
    ahead = {(int(ids[u]), int(ids[v])) for u, v in zip(network.u, network.v, strict=True)}
    back = {
        (int(ids[v]), int(ids[u])) for u, v in zip(network.u[~network.oneway], network.v[~network.oneway], strict=True)
    }
    return ahead | back


def test_a_two_way_road_and_a_one_way_road(tmp_path: Path) -> None:
    network = read(tmp_path, ("highway=primary", [11, 12]), ("highway=primary oneway=yes", [12, 13]))
    assert arcs(network) == {(11, 12), (12, 11), (12, 13)}


def test_one_way_against_the_drawing(tmp_path: Path) -> None:
    assert arcs(read(tmp_path, ("highway=primary oneway=-1", [11, 12]))) == {(12, 11)}


def test_dual_carriageways_keep_their_sides(tmp_path: Path) -> None:
    ways = [("highway=trunk oneway=yes", [11, 12, 13]), ("highway=trunk oneway=yes", [23, 22, 21])]
    joins = [("highway=trunk_link oneway=yes", [13, 23]), ("highway=trunk_link oneway=yes", [21, 11])]
    network = read(tmp_path, *ways, *joins)
    assert network.oneway.all()
    times = travel_time_matrix(network, [GRID[12]], [GRID[22]], profile=CAR)
    # From the middle of one side to the middle of the other by the link at the end: 1,032 m, 1,000 m and 1,032 m.
    assert times[0, 0] == pytest.approx(2 * 1032 * 3.6 / 50 + 1000 * 3.6 / 35, rel=0.01)


def test_a_motorway_and_a_roundabout_are_one_way_unless_the_map_says_no(tmp_path: Path) -> None:
    assert arcs(read(tmp_path, ("highway=motorway", [11, 12]))) == {(11, 12)}
    assert arcs(read(tmp_path, ("highway=motorway oneway=no", [11, 12]))) == {(11, 12), (12, 11)}
    ring = read(
        tmp_path, ("highway=tertiary junction=roundabout", [11, 12, 22, 21, 11]), ("highway=tertiary", [22, 33])
    )
    assert ring.oneway.sum() >= 1
    there, back = (travel_time_matrix(ring, [GRID[a]], [GRID[b]], profile=CAR)[0, 0] for a, b in ((11, 12), (12, 11)))
    assert back > 2.5 * there


def test_a_bridge_does_not_join_the_road_below(tmp_path: Path) -> None:
    over = {**GRID, 51: (141.524, 39.3175), 52: (141.524, 39.3185)}
    path = tmp_path / "bridge.osm"
    path.write_text(osm(("highway=primary", [21, 23]), ("highway=secondary bridge=yes", [12, 32]), nodes=over))
    network = RoadNetwork.from_osm(path)
    assert network.piece_count == 2
    assert np.isinf(travel_time_matrix(network, [GRID[21]], [GRID[32]], profile=CAR)).all()
    assert network.bridge.sum() == 1


def test_a_crossing_joins_and_ends_the_pieces(tmp_path: Path) -> None:
    network = read(tmp_path, ("highway=primary", [21, 22, 23]), ("highway=secondary", [12, 22, 32]))
    assert network.piece_count == 1
    assert network.edge_count == 4
    assert set(map(int, network.node_ids)) == {21, 22, 23, 12, 32}


def test_a_node_in_a_bend_is_no_junction(tmp_path: Path) -> None:
    network = read(tmp_path, ("highway=primary", [11, 12, 22, 23]))
    assert network.edge_count == 1
    assert network.km == pytest.approx(1.03 + 1.0 + 1.03, rel=0.01)


def test_a_piece_ends_where_class_or_name_changes(tmp_path: Path) -> None:
    network = read(tmp_path, ("highway=primary ref=283", [11, 12]), ("highway=primary ref=340", [12, 13]))
    assert network.edge_count == 2
    assert sorted(network.highways) == ["primary"]
    assert {label[0] for label in network.labels} >= {"283", "340"}


def test_islands_are_kept_and_named(tmp_path: Path) -> None:
    network = read(
        tmp_path, ("highway=primary name=本町通り", [11, 12, 13]), ("highway=residential name=離れ", [31, 32])
    )
    assert [(piece["name"], piece["edges"]) for piece in network.pieces()] == [("本町通り", 1), ("離れ", 1)]


def test_a_ring_road_is_kept_whole(tmp_path: Path) -> None:
    network = read(tmp_path, ("highway=residential", [11, 12, 22, 21, 11]), ("highway=residential", [11, 31]))
    assert network.km == pytest.approx(2 * 1.03 + 2 * 1.0 + 2.0, rel=0.01)


def test_what_no_profile_uses_is_left_out(tmp_path: Path) -> None:
    network = read(
        tmp_path, ("highway=primary", [11, 12]), ("highway=proposed", [12, 13]), ("waterway=river", [21, 22])
    )
    assert network.edge_count == 1
    assert set(network.highways) <= set(CAR.speed_kmh) | set(WALK.speed_kmh)


def test_the_three_forms_of_a_file_give_one_network(tmp_path: Path) -> None:
    text = osm(("highway=primary", [11, 12, 13]), ("highway=secondary oneway=yes", [12, 22, 32]))
    plain, packed, binary = (tmp_path / f"a.{ending}" for ending in ("osm", "osm.gz", "osm.pbf"))
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    with osmium.SimpleWriter(str(binary)) as writer:
        for thing in osmium.FileProcessor(str(plain)):
            writer.add(thing)
    networks = [RoadNetwork.from_osm(path) for path in (plain, packed, binary)]
    assert len({network.fingerprint for network in networks}) == 1
