"""The commands as a person types them: 0 done, 1 failed with one sentence and nothing changed, 2 wrong usage."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app import cli
from app.database import create_database_engine, transaction
from app.settings import get_settings

CELL = "mesh_code,lon,lat,population,households\n"
EDGES = "u,v,highway,oneway,length_m\n"
NODES = "id,lon,lat\n1,141.50,39.33\n2,141.60,39.33\n"
OSM = '<osm version="0.6"><node id="1" lat="39.3" lon="141.4"/><node id="2" lat="39.4" lon="141.6"/>{}</osm>'
WAY = '<way id="5"><nd ref="1"/><nd ref="{}"/><tag k="highway" v="primary"/></way>'
SQUARE = {"type": "Polygon", "coordinates": [[[141, 39], [142, 39], [142, 40], [141, 40], [141, 39]]]}
BOW_TIE = {"type": "Polygon", "coordinates": [[[141, 39], [142, 40], [142, 39], [141, 40], [141, 39]]]}


@dataclass
class Answer:
    """What a command gave back."""

    status: int
    out: str
    err: str


Tono = Callable[..., Answer]


@pytest.fixture(scope="module")
def city(bundled_template: str, new_database: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """Return the address of a database with the bundled data."""
    with new_database("commands", copy_of=bundled_template) as url:
        yield url.replace("postgresql+psycopg://", "postgresql://")


@pytest.fixture
def tono(
    city: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Tono]:
    """Return what runs a command on that database, in an empty folder."""
    monkeypatch.setenv("TONO_DATABASE_URL", city)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["tono", *words])
        get_settings.cache_clear()
        capfd.readouterr()
        status: Any = 0
        try:
            cli.main()
        except SystemExit as end:
            status = end.code or 0
        return Answer(status, *capfd.readouterr())

    yield run
    get_settings.cache_clear()


def rows(url: str) -> dict[str, int]:
    """Return the number of rows of each table, and the network in use."""
    tables = ("dataset", "district", "resource", "demand_cell", "small_area", "consultant", "road_network")
    engine = create_database_engine(url)
    with transaction(engine) as session:
        found = {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}
        found["active"] = session.execute(text("SELECT id FROM road_network WHERE is_active")).scalar_one()
    engine.dispose()
    return found


def features(*shapes: tuple[str, dict[str, Any]]) -> str:
    """Return a GeoJSON text of named polygons."""
    made = [{"type": "Feature", "properties": {"name": name}, "geometry": shape} for name, shape in shapes]
    return json.dumps({"type": "FeatureCollection", "features": made})


BAD_FILES = [
    ("roads.osm", None, "network build --osm", "no file roads.osm"),
    ("roads.osm", "", "network build --osm", "not a readable OpenStreetMap file"),
    ("roads.osm", "<osm><way", "network build --osm", "not a readable OpenStreetMap file"),
    ("roads.osm.pbf", "no protocol buffer", "network build --osm", "not a readable OpenStreetMap file"),
    ("roads.osm.gz", "no gzip", "network build --osm", "not a readable OpenStreetMap file"),
    ("roads.osm", OSM.format(""), "network build --osm", "no road in it"),
    ("roads.osm", OSM.format(WAY.format(77)), "network build --osm", "way 5 refers to node 77"),
    ("roads.osm", OSM.format(WAY.format(2)).replace("141.", "139."), "network build --osm", "another city"),
    ("edges.csv", EDGES + "1,2,primary,no,-5\n", "network build --nodes nodes.csv --edges", "row 1: length_m is -5"),
    ("edges.csv", EDGES + "1,2,primary,no,\n", "network build --nodes nodes.csv --edges", "row 1"),
    ("edges.csv", EDGES + "1,9,primary,no,5\n", "network build --nodes nodes.csv --edges", "Node 9"),
    ("edges.csv", "u,v\n1,2\n", "network build --nodes nodes.csv --edges", "no column"),
    ("edges.csv", EDGES, "network build --nodes nodes.csv --edges", "no"),
    ("borders.geojson", None, "districts load", "cannot be read"),
    ("borders.geojson", "{", "districts load", "not a readable"),
    ("borders.geojson", features(("遠野町", BOW_TIE)), "districts load", "Self-intersection"),
    ("borders.geojson", features(("遠野町", SQUARE), ("遠野町", SQUARE)), "districts load", "more than one"),
    ("borders.geojson", features(("横浜", SQUARE)), "districts load", "no polygon for"),
    ("cells.csv", None, "demand load", "cannot be read"),
    ("cells.csv", CELL, "demand load", "no row"),
    ("cells.csv", "mesh_code,lon\n1,2\n", "demand load", "no column lat, population, households"),
    ("cells.csv", CELL + "5841770411,141.926,39.251,-4,1\n", "demand load", "population is below 0"),
    ("cells.csv", CELL + "5841770411,141.926,39.251,1.5,1\n", "demand load", "not a whole number"),
    ("cells.csv", CELL + "5841770411,141.926,39.251,x,1\n", "demand load", "population is not a number"),
    ("cells.csv", CELL + 2 * "5841770411,141.926,39.251,4,1\n", "demand load", "twice"),
    ("cells.csv", CELL + "5841990411,141.926,39.251,4,1\n", "demand load", "not a mesh code"),
    ("cells.csv", CELL + "5841770411,39.251,141.926,4,1\n", "demand load", "swapped"),
    ("cells.csv", CELL + "5339461111,139.64,35.67,4,1\n", "demand load", "mesh"),
    ("cells.parquet", "no parquet", "demand load", "not a readable Parquet"),
    ("saved.dump", None, "db restore", "no backup"),
]


@pytest.mark.parametrize("case", BAD_FILES, ids=lambda case: f"{case[2]} {case[3]}")
def test_a_bad_file_is_refused_in_one_sentence(
    tono: Tono, city: str, tmp_path: Path, case: tuple[str, str | None, str, str]
) -> None:
    name, content, command, says = case
    (tmp_path / "nodes.csv").write_text(NODES)
    if content is not None:
        (tmp_path / name).write_text(content)
    before = rows(city)
    answer = tono(*command.split(), name)
    assert answer.status == 1
    assert answer.out == ""
    assert says in answer.err
    assert [line for line in answer.err.splitlines() if line.startswith("tono: ")] == [answer.err.splitlines()[-1]]
    assert "Traceback" not in answer.err
    assert rows(city) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("coverage --minutes 0", "above 0"),
        ("coverage --minutes ten", "whole numbers"),
        ("coverage --profile bus", "car-winter"),
        ("coverage --at yesterday", "2026-01-15T10:00+09:00"),
        ("coverage --at 2026-01-15T10:00", "time zone"),
        ("map nowhere/map.html", "nowhere"),
        ("demo load", "loaded already"),
        ("network build --place 1,2,3,x", "did not answer"),
    ],
)
def test_a_bad_word_is_refused_in_one_sentence(
    tono: Tono, monkeypatch: pytest.MonkeyPatch, words: str, says: str
) -> None:
    # A port on which nobody listens, so that no test can ask a real server.
    monkeypatch.setenv("TONO_NOMINATIM_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("TONO_OVERPASS_URL", "http://127.0.0.1:9/api")
    answer = tono(*words.split())
    assert (answer.status, answer.out) == (1, "")
    assert says in answer.err.splitlines()[-1]
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "words",
    [
        "nonsense",
        "network build",
        "network build --osm a --edges b",
        "coverage --minutes",
        "demand load",
        "up --port x",
    ],
)
def test_wrong_usage_is_status_2(tono: Tono, words: str) -> None:
    assert tono(*words.split()).status == 2


def test_json_is_one_document_and_nothing_else(tono: Tono) -> None:
    answer = tono("coverage", "--json", "--minutes", "30,10")
    document = json.loads(answer.out)
    assert answer.out.count("\n") == 1
    assert document["minutes"] == [10, 30]
    assert document["population"] == 28_062
    again = tono("coverage", "--json", "--minutes", "10,30")
    assert again.out == answer.out
    assert "遠野町" in tono("coverage").out


def test_a_network_from_a_file_is_put_to_use(tono: Tono, tmp_path: Path, city: str) -> None:
    ends = '<osm version="0.6"><node id="1" lat="39.2" lon="141.30"/><node id="2" lat="39.56" lon="141.75"/>'
    (tmp_path / "all.osm").write_text(ends + WAY.format(2) + "</osm>")
    before = rows(city)
    answer = tono("network", "build", "--osm", "all.osm", "--name", "試しの道路", "--date", "2026-04-01")
    assert answer.status == 0, answer.err
    assert "2 nodes, 1 edges" in answer.err
    assert rows(city)["road_network"] == before["road_network"] + 1
    document = json.loads(tono("coverage", "--json").out)
    assert document["network"]["name"] == "試しの道路"
    assert document["network"]["date"] == "2026-04-01"
    # One straight road across the city: nearly everyone lives too far from it, and everyone is still counted.
    assert document["unreachable_population"] == sum(cell["population"] for cell in document["unreachable"]) > 20_000
    assert document["population"] == 28_062


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own."""
    program = Path(sys.executable).with_name("tono")
    clean = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment}
    return subprocess.run([program, *words], capture_output=True, text=True, check=False, env=clean, timeout=60)


def sentence(answer: Answer) -> str:
    """Return the sentence of a command that failed."""
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith("tono: ")
    assert answer.err.count("\n") == 1
    return answer.err


def test_a_database_that_is_down(tono: Tono, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONO_DATABASE_URL", "postgresql://someone:secret@127.0.0.1:9/tono")
    told = sentence(tono("coverage", "--json"))
    assert "does not answer" in told
    assert "secret" not in told


@pytest.mark.parametrize(("name", "value"), [("TONO_COLOUR", "x"), ("TONO_PORT", "eighty")])
def test_a_setting_that_is_unknown_or_malformed(
    tono: Tono, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert name in sentence(tono("coverage"))


def test_a_port_in_use(tono: Tono, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TONO_DATABASE_URL")
    monkeypatch.setenv("TONO_STATE_DIR", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert port in sentence(tono("up", "--port", port))
    # It is refused before any work is done.
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [(), ("--help",), ("network", "build", "--help")])
def test_help_answers(words: tuple[str, ...]) -> None:
    answer = run(*words)
    assert "Usage" in answer.stdout + answer.stderr
