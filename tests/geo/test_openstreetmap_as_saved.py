"""OpenStreetMap files as real tools save them: deleted, new and doubled things, and files that broke off."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import osmium
import pytest
from drawn_maps import EAST_M, GRID, Way, arcs, osm

from geo.errors import NetworkDataError
from geo.roads.network import RoadNetwork

TWO: list[Way] = [("highway=residential", [11, 12]), ("highway=residential", [12, 13])]
LARGEST = 2**63 - 2


def read(path: Path, text: str) -> RoadNetwork:
    """Return the roads of a text, by way of a file of the ending of `path`."""
    path.write_text(text)
    return RoadNetwork.from_osm(path)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Return where a file of XML may be."""
    return tmp_path / "saved.osm"


# --- deleted ----------------------------------------------------------------
@pytest.mark.parametrize("mark", ['action="delete"', "action='delete'", 'visible="false"', 'x="y" action="delete"'])
def test_a_deleted_road_is_no_road(plain: Path, mark: str) -> None:
    text = osm(*TWO).replace('<way id="2"', f'<way id="2" {mark}')
    assert arcs(read(plain, text)) == {(11, 12), (12, 11)}
    packed = plain.with_suffix(".osm.gz")
    packed.write_bytes(gzip.compress(text.encode()))
    assert arcs(RoadNetwork.from_osm(packed)) == {(11, 12), (12, 11)}


def test_a_changed_road_and_one_that_speaks_of_deletion_stay(plain: Path) -> None:
    text = osm(("highway=service note=action='delete'", [11, 12]), TWO[1])
    assert len(arcs(read(plain, text.replace('<way id="2"', '<way id="2" action="modify"')))) == 4


@pytest.mark.parametrize("mark", ['action="delete"', 'visible="false"'])
def test_a_road_over_a_deleted_node_is_refused(plain: Path, mark: str) -> None:
    text = osm(*TWO).replace('<node id="13"', f'<node id="13" {mark}')
    with pytest.raises(NetworkDataError, match="way 2 refers to node 13, which is deleted or has no place"):
        read(plain, text)


# --- new ----------------------------------------------------------------
@pytest.mark.parametrize("new", [{13: -13}, {11: -1, 12: -2, 13: -3}, {12: LARGEST, 13: -LARGEST}, {11: 0}])
def test_new_nodes_keep_their_numbers(plain: Path, new: dict[int, int]) -> None:
    text = osm(*TWO)
    for old, number in new.items():
        text = text.replace(f'id="{old}"', f'id="{number}"').replace(f'ref="{old}"', f'ref="{number}"')
    network = read(plain, text)
    assert network.km * 1000 == pytest.approx(2 * EAST_M, rel=0.005)
    assert set(network.node_ids.tolist()) == {new.get(node, node) for node in (11, 13)}


def test_new_ways_and_the_binary_form_give_the_same(plain: Path) -> None:
    text = osm(*TWO).replace('id="13"', 'id="-5"').replace('ref="13"', 'ref="-5"').replace('way id="2"', 'way id="-2"')
    network = read(plain, text)
    binary = plain.with_suffix(".osm.pbf")
    with osmium.SimpleWriter(str(binary)) as writer:
        for thing in osmium.FileProcessor(str(plain)):
            writer.add(thing)
    assert RoadNetwork.from_osm(binary).fingerprint == network.fingerprint


def test_a_new_bollard_is_not_taken_for_an_old_node(plain: Path) -> None:
    ways = [("highway=residential", [11, 12, 13]), ("highway=residential", [31, 32])]
    text = osm(*ways, at_nodes={12: "barrier=bollard"})
    for old, number in ((12, -5), (31, 5)):
        text = text.replace(f'id="{old}"', f'id="{number}"').replace(f'ref="{old}"', f'ref="{number}"')
    network = read(plain, text)
    assert len(set(network.node_ids.tolist())) == network.node_count
    assert network.km * 1000 == pytest.approx(3 * EAST_M, rel=0.005)
    assert (11, 5) not in arcs(network)
    assert network.component_count == 2


# --- several versions, any order ----------------------------------------------------------------
def test_the_newest_version_counts_in_any_order(plain: Path) -> None:
    text = osm(*TWO)
    newer = '<way id="2" version="3"><nd ref="12"/><nd ref="22"/><tag k="highway" v="service"/></way>'
    for doubled in (text.replace("</osm>", f"{newer}</osm>"), text.replace('<way id="1"', f'{newer}<way id="1"')):
        assert arcs(read(plain, doubled)) == {(11, 12), (12, 11), (12, 22), (22, 12)}
    gone = text.replace("</osm>", '<way id="2" version="2" visible="false"/></osm>')
    assert arcs(read(plain, gone)) == {(11, 12), (12, 11)}


def test_the_same_thing_twice_is_there_once_and_two_that_differ_are_refused(plain: Path) -> None:
    text = osm(*TWO)
    begin, end = text.index('<way id="2"'), text.index("</osm>")
    twice = text.replace("</osm>", text[begin:end] + "</osm>")
    assert read(plain, twice).fingerprint == read(plain, text).fingerprint
    other = text.replace("</osm>", text[begin:end].replace('"13"', '"22"') + "</osm>")
    with pytest.raises(NetworkDataError, match=r"way 2 is in the file twice, and the two differ. Save the file anew"):
        read(plain, other)


def test_ways_may_stand_before_their_nodes(plain: Path) -> None:
    lines = osm(*TWO).splitlines()
    backward = "\n".join(
        [*lines[:2], '<bounds minlat="39" minlon="141" maxlat="40" maxlon="142"/>', *lines[-2:1:-1], lines[-1]]
    )
    assert read(plain, backward).fingerprint == read(plain, osm(*TWO)).fingerprint


# --- broken off ----------------------------------------------------------------
def test_a_part_that_a_server_gave_up_is_refused(plain: Path) -> None:
    said = "<remark> runtime error: Query timed out in 'query' at line 3 after 25 seconds. </remark>"
    with pytest.raises(NetworkDataError, match="is a part only; the server broke off: runtime error: Query timed out"):
        read(plain, osm(*TWO).replace("</osm>", f"{said}</osm>"))


def blocks(content: bytes) -> list[int]:
    """Return where each block of a binary file ends."""
    ends, position = [], 0
    while position < len(content):
        (size,) = struct.unpack(">I", content[position : position + 4])
        head = content[position + 4 : position + 4 + size]
        at = head.rindex(b"\x18") + 1  # field 3: the size of the block
        length = sum((byte & 127) << 7 * i for i, byte in enumerate(head[at:]))
        position += 4 + size + length
        ends.append(position)
    return ends


def test_a_binary_file_that_broke_off_between_two_blocks_is_refused(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.osm.pbf", tmp_path / "part.osm.pbf"
    number = 20_000
    with osmium.SimpleWriter(str(whole)) as writer:
        for i in range(number + 1):
            writer.add_node(osmium.osm.mutable.Node(id=i + 1, location=(141.0 + i * 1e-4, 39.3)))
        for i in range(number):
            tags = {"highway": "residential"}
            writer.add_way(osmium.osm.mutable.Way(id=i + 1, nodes=[i + 1, i + 2], tags=tags))
    content = whole.read_bytes()
    ends = blocks(content)
    assert ends[-1] == len(content)
    for end in ends[:-1]:
        path.write_bytes(content[:end])
        with pytest.raises(NetworkDataError, match=r"broke off|no road in it"):
            RoadNetwork.from_osm(path)


def test_xml_cut_anywhere_is_refused(plain: Path) -> None:
    text = osm(*TWO)
    for end in np.linspace(0, len(text) - 2, 40).astype(int).tolist():
        with pytest.raises(NetworkDataError, match="not a readable OpenStreetMap file"):
            read(plain, text[:end])


def test_a_place_that_is_none_is_refused(plain: Path) -> None:
    lon, lat = GRID[13]
    with pytest.raises(NetworkDataError, match=r"saved\.osm"):
        read(plain, osm(*TWO).replace(f'lon="{lon}" lat="{lat}"', 'lon="741.5" lat="39.3"'))


# --- forbidden turns ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "count"),
    [
        ({"restriction": "no_left_turn"}, 1),
        ({"restriction": "only_straight_on"}, 1),
        ({"restriction:motorcar": "no_u_turn"}, 1),
        ({"restriction": "no_left_turn", "except": "motorcar;bus"}, 0),
        ({"restriction:hgv": "no_left_turn"}, 0),
        ({"restriction": "give_way"}, 0),
    ],
    ids=str,
)
def test_forbidden_turns_are_counted(plain: Path, tags: dict[str, str], count: int) -> None:
    members = "".join(
        f'<member type="{kind}" ref="{ref}" role="{role}"/>'
        for kind, ref, role in (("way", 1, "from"), ("node", 12, "via"), ("way", 2, "to"))
    )
    lines = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in ({"type": "restriction"} | tags).items())
    relation = f'<relation id="9" version="1">{members}{lines}</relation>'
    network = read(plain, osm(*TWO).replace("</osm>", f"{relation}</osm>"))
    assert network.turn_restrictions == count
    assert RoadNetwork.from_bytes(network.to_bytes()).turn_restrictions == count
    elsewhere = relation.replace('ref="2"', 'ref="77"')
    assert read(plain, osm(*TWO).replace("</osm>", f"{elsewhere}</osm>")).turn_restrictions == 0
