"""OpenStreetMap files and servers: all forms give one network, and what is no use is refused in one sentence."""

from __future__ import annotations

import gzip
from pathlib import Path

import osmium
import pytest
from drawn_maps import GRID, as_dict, osm
from loopback_servers import Answers, Element, answering, node, way

from geo.errors import NetworkDataError
from geo.roads.network import RoadNetwork

WAYS = [
    ("highway=primary name=本町通り", [11, 12, 13]),
    ("highway=secondary oneway=-1", [12, 22, 32]),
    ("highway=motorway", [31, 32, 33]),
    ("highway=service motor_vehicle=no", [22, 21]),
    ("highway=service access=private", [22, 23]),
]
AT_NODES = {22: "", 32: "barrier=gate", 12: "highway=traffic_signals"}


def test_the_three_forms_of_a_file_give_one_network(tmp_path: Path) -> None:
    text = osm(*WAYS, at_nodes=AT_NODES)
    plain, packed, binary = (tmp_path / f"a.{ending}" for ending in ("osm", "osm.gz", "osm.pbf"))
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    with osmium.SimpleWriter(str(binary)) as writer:
        for thing in osmium.FileProcessor(str(plain)):
            writer.add(thing)
    networks = [RoadNetwork.from_osm(path) for path in (plain, packed, binary)]
    assert len({network.fingerprint for network in networks}) == 1
    assert [network.name for network in networks] == ["a"] * 3
    assert [network.source.rpartition(" ")[2] for network in networks] == ["(a.osm)", "(a.osm.gz)", "(a.osm.pbf)"]


def as_element(number: int, place: tuple[float, float]) -> Element:
    """Return a node as Overpass tells of it, with its tags."""
    tags = as_dict(AT_NODES.get(number, ""))
    return node(number, *place) | ({"tags": tags} if tags else {})


def test_a_server_and_a_file_give_one_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elements = [as_element(number, place) for number, place in GRID.items()]
    # A server is asked for roads that cars or people on foot use; the rest is told apart by us.
    elements += [way(number, nodes, **as_dict(tags)) for number, (tags, nodes) in enumerate(WAYS, start=1)]
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with answering(Answers(elements=elements)) as answers:
        address = f"http://127.0.0.1:{answers.port}"
        found = RoadNetwork.from_place("141,39,142,40", overpass_url=f"{address}/api", nominatim_url=f"{address}/")
    path = tmp_path / "same.osm"
    path.write_text(osm(*WAYS, at_nodes=AT_NODES))
    assert found.fingerprint == RoadNetwork.from_osm(path).fingerprint
    # The private road is in neither; the road of those on foot is in both.
    assert sorted(found.highways) == ["motorway", "pedestrian", "primary", "secondary"]


def test_the_date_of_a_file_is_that_of_its_newest_road(tmp_path: Path) -> None:
    path = tmp_path / "dated.osm"
    text = osm(("highway=primary", [11, 12]), ("highway=primary", [12, 13]))
    for number, day in ((1, "2025-11-03"), (2, "2026-02-01")):
        text = text.replace(
            f'<way id="{number}" version="1">', f'<way id="{number}" version="1" timestamp="{day}T01:02:03Z">'
        )
    path.write_text(text)
    assert RoadNetwork.from_osm(path).date == "2026-02-01"
    assert RoadNetwork.from_osm(path, date="2026-04-01", name="町").date == "2026-04-01"
    path.write_text(osm(("highway=primary", [11, 12])))
    assert RoadNetwork.from_osm(path).date is None


GOOD = osm(*WAYS).encode()
FILES: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.osm", b"", "not a readable OpenStreetMap file.*download it again"),
    "cut off": ("a.osm", GOOD[:-40], "not a readable OpenStreetMap file.*download it again"),
    "cut off early": ("a.osm", GOOD[:300], "not a readable OpenStreetMap file.*download it again"),
    "another kind of text": ("a.osm", b"<html></html>", "not a readable OpenStreetMap file"),
    "no text": ("a.osm", b"\0\1\2", "not a readable OpenStreetMap file"),
    "not packed": ("a.osm.gz", b"hello", "not a readable OpenStreetMap file"),
    "packed and cut off": ("a.osm.gz", gzip.compress(GOOD)[:-20], "not a readable OpenStreetMap file"),
    "no binary": ("a.osm.pbf", GOOD, "not a readable OpenStreetMap file"),
    "empty binary": ("a.osm.pbf", b"", "not a readable OpenStreetMap file"),
    "another ending": ("a.txt", GOOD, r"must end in \.osm, \.osm\.gz or \.osm\.pbf"),
    "no road": ("a.osm", osm(("waterway=river", [11, 12])).encode(), "no road in it. Take an extract"),
    "no public road": ("a.osm", osm(("highway=service access=private", [11, 12])).encode(), "no road in it"),
    "a dead reference": (
        "a.osm",
        osm(("highway=primary", [11, 12, 98, 99])).encode(),
        r"way 1 refers to node 98, which is not in the file \(2 missing\).*complete_ways",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_used_is_named_with_what_to_do(tmp_path: Path, case: str) -> None:
    name, content, says = FILES[case]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NetworkDataError, match=f"{name}.*{says}"):
        RoadNetwork.from_osm(path)


def test_half_of_a_binary_file_is_refused(tmp_path: Path, shared_data: Path) -> None:
    path = tmp_path / "half.osm.pbf"
    content = (shared_data / "tono" / "tono.osm.pbf").read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(NetworkDataError, match=r"half\.osm\.pbf is not a readable"):
        RoadNetwork.from_osm(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.osm", tmp_path):
        with pytest.raises(NetworkDataError, match=f"no file {path}"):
            RoadNetwork.from_osm(path)


def test_what_osmnx_is_set_to_is_left_as_it_was(tmp_path: Path) -> None:
    import osmnx  # noqa: PLC0415  (three seconds that other tests need not wait for)

    path = tmp_path / "a.osm"
    path.write_text(osm(*WAYS))
    before = {key: getattr(osmnx.settings, key) for key in dir(osmnx.settings) if not key.startswith("_")}
    RoadNetwork.from_osm(path)
    assert {key: getattr(osmnx.settings, key) for key in before} == before
