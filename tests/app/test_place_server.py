"""`tono network build --place`: the two servers that are named are asked, once each, and nobody else."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_servers import Answers, answering, node, way
from sqlalchemy import text

from app.database import create_database_engine, transaction
from app.roads.queries import active_network, load_network
from geo.roads.network import RoadNetwork

# A town of one junction: a road from west to east, a one-way road to the north drawn from its end, a bridge southward.
NODES = [
    *(node(1, 141.50, 39.33), node(2, 141.51, 39.33), node(3, 141.52, 39.33)),
    *(node(4, 141.51, 39.34), node(5, 141.51, 39.32), node(6, 141.515, 39.33)),
]
WAYS = [
    way(10, [1, 2, 6, 3], highway="primary", ref="283", name="釜石街道"),
    way(11, [4, 2], highway="residential", oneway="-1"),
    way(12, [2, 5], highway="tertiary", bridge="yes"),
]
AREA = {"type": "Polygon", "coordinates": [[[141.4, 39.2], [141.7, 39.2], [141.7, 39.5], [141.4, 39.5], [141.4, 39.2]]]}
BOX = "141.4,39.2,141.7,39.5"


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """Return the answers of a server that the settings of this test lead to."""
    with answering(Answers(elements=[*NODES, *WAYS], area=AREA)) as answers:
        for name, value in answers.settings.items():
            monkeypatch.setenv(name, value)
        # osmnx is polite to the public server: it waits a second before each question.
        monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda _: None)
        yield answers


def stored(url: str) -> RoadNetwork:
    """Return the network in use."""
    engine = create_database_engine(url)
    with transaction(engine) as session:
        network = load_network(session, active_network(session))
    engine.dispose()
    return network


def test_a_place_by_name(tono, servers: Answers, own_empty_url: str, asked_outside: list[str]) -> None:
    tono("network", "build", "--place", "遠野市", on=own_empty_url).assert_done()
    assert [path for path, _ in servers.asked] == ["/search", "/api/interpreter"]
    assert servers.asked[0][1]["q"] == "遠野市"
    assert 'way["highway"~"^(' in servers.asked[1][1]["data"]
    assert asked_outside == []
    network = stored(own_empty_url)
    assert (network.name, network.node_count, network.edge_count) == ("遠野市", 5, 4)
    ends = {
        (int(network.node_ids[u]), int(network.node_ids[v])): bool(one)
        for u, v, one in zip(network.u, network.v, network.oneway, strict=True)
    }
    # The one-way road leads from 2 to 4, against its drawing; node 6 is a bend and no junction.
    assert ends == {(1, 2): False, (2, 3): False, (2, 4): True, (2, 5): False}
    assert network.bridge.sum() == 1
    # A hundredth of a degree of latitude is 1,112 m on osmnx's globe; of longitude at 39.33° north, 860 m.
    assert sorted(network.length_m.round(-1)) == [860, 860, 1110, 1110]
    assert ("283", "釜石街道") in network.labels


def test_a_box_needs_no_search(tono, servers: Answers, own_empty_url: str) -> None:
    tono("network", "build", "--place", BOX, "--name", "箱", on=own_empty_url).assert_done()
    assert [path for path, _ in servers.asked] == ["/api/interpreter"]
    assert stored(own_empty_url).edge_count == 4


def test_what_is_stored_names_where_it_came_from(tono, servers: Answers, own_empty_url: str) -> None:
    tono("network", "build", "--place", "遠野市", on=own_empty_url).assert_done()
    engine = create_database_engine(own_empty_url)
    with transaction(engine) as session:
        row = session.execute(text("SELECT kind, source, date_part('year', source_date) FROM road_network")).one()
        licence = session.scalar(text("SELECT licence FROM dataset"))
    engine.dispose()
    assert row[:2] == ("place", "© OpenStreetMap contributors (遠野市)")
    assert row[2] >= 2026
    assert licence == "ODbL 1.0"


REMARK = {
    "version": 0.6,
    "elements": [*NODES, WAYS[0]],
    "remark": 'runtime error: Query timed out in "query" at line 1',
}
NO_ANSWERS = {
    "a place that nobody knows": ("/search", 200, b"[]", "know no roads"),
    "a place that is a point": (
        "/search",
        200,
        json.dumps([{"importance": 1, "geojson": {"type": "Point", "coordinates": [141, 39]}}]).encode(),
        "know no roads",
    ),
    "no road in the area": ("/api/interpreter", 200, b'{"version": 0.6, "elements": []}', "know no roads"),
    "only a part of the roads": ("/api/interpreter", 200, json.dumps(REMARK).encode(), "Query timed out"),
    "a page in place of data": ("/api/interpreter", 200, b"<html>welcome</html>", "know no roads"),
    "an error of the server": ("/api/interpreter", 500, b"<html>broken</html>", "answered 500"),
    "an error as data": ("/api/interpreter", 400, b"{}", "answered 400"),
    "too many questions": ("/api/interpreter", 429, b"", "answered 429"),
    "a busy server": ("/api/interpreter", 504, b"", "answered 504"),
    "a search that is refused": ("/search", 403, b"Forbidden", "answered 403"),
}


@pytest.mark.parametrize("case", NO_ANSWERS)
def test_an_answer_that_is_none_is_one_sentence(tono, servers: Answers, command_url: str, contents, case: str) -> None:
    path, status, body, words = NO_ANSWERS[case]
    servers.instead[path] = (status, body)
    before = contents(command_url)
    tono("network", "build", "--place", "遠野市").assert_refused(words)
    assert contents(command_url) == before


def test_a_server_that_is_not_there(tono, servers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TONO_OVERPASS_URL", f"http://127.0.0.1:{closed.getsockname()[1]}/api")
        tono("network", "build", "--place", BOX).assert_refused("--osm FILE")


def test_a_name_that_cannot_be_looked_up_is_asked_nowhere_else(
    tono, servers: Answers, monkeypatch: pytest.MonkeyPatch, asked_outside: list[str]
) -> None:
    # Left alone, osmnx would ask a public name server of Google about it.
    known = socket.getaddrinfo

    def unknown(host: str, *more: object, **options: object) -> object:
        if host == "overpass.test":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known(host, *more, **options)

    monkeypatch.setattr(socket, "gethostbyname", unknown)
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr("osmnx._http._original_getaddrinfo", unknown)
    monkeypatch.setenv("TONO_OVERPASS_URL", "http://overpass.test/api")
    tono("network", "build", "--place", BOX).assert_refused("did not answer")
    assert asked_outside == []


@pytest.mark.parametrize("box", ["141.7,39.2,141.4,39.5", "141.4,39.5,141.7,39.2", "141.4,-91,141.7,39.5"])
def test_a_box_that_is_none_is_refused_before_anyone_is_asked(tono, servers: Answers, box: str) -> None:
    tono("network", "build", "--place", box).assert_refused("west,south,east,north")
    assert servers.asked == []


def test_a_place_elsewhere_is_another_city(tono, servers: Answers, command_url: str, contents) -> None:
    before = contents(command_url)
    tono("network", "build", "--place", "遠野市").assert_refused("another city")
    assert contents(command_url) == before


def test_no_other_command_asks_anyone(tono, servers: Answers, own_city_url: str, tmp_path: Path) -> None:
    for words in (("coverage",), ("map", tmp_path / "map.html"), ("demo", "remove"), ("demo", "load")):
        tono(*words, on=own_city_url).assert_done()
    assert servers.asked == []
