"""Roads out of tables of edges: what may be written how, every fault with its row, and the saved form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from drawn_networks import EPSG
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

from geo.errors import NetworkDataError
from geo.roads import fingerprint
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR
from geo.travel.travel_time import travel_time_matrix

PLACES = {1: (141.5, 39.3), 2: (141.501, 39.3), 3: (141.503, 39.3)}
TABLE = gpd.GeoDataFrame(
    {"u": [1, 2], "v": [2, 3], "highway": "primary", "oneway": [False, True], "length_m": [100.0, 200.0]},
    geometry=[LineString([PLACES[1], PLACES[2]]), LineString([PLACES[2], PLACES[3]])],
    crs=4326,
)
PLAIN = pd.DataFrame(TABLE.drop(columns="geometry"))
NODES = pd.DataFrame([(number, *place) for number, place in PLACES.items()], columns=["id", "lon", "lat"])

FOUR_NODES = pd.concat([NODES, pd.DataFrame({"id": [4], "lon": [141.502], "lat": [39.302]})])


def arcs(network: RoadNetwork) -> set[tuple[int, int]]:
    """Return the directed arcs between nodes of the source."""
    ids = network.node_ids
    found = set()
    for i in range(network.edge_count):
        u, v = int(ids[network.u[i]]), int(ids[network.v[i]])
        found |= {(u, v)} if network.oneway[i] else {(u, v), (v, u)}
    return found


# --- what may be written how ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["yes", "no"], {(1, 2), (2, 3), (3, 2)}),
        ([" True ", "FALSE"], {(1, 2), (2, 3), (3, 2)}),
        ([1.0, 0.0], {(1, 2), (2, 3), (3, 2)}),
        (["-1", "reverse"], {(2, 1), (3, 2)}),
        ([-1, 1], {(2, 1), (2, 3)}),
        # A map that says nothing means a two-way road.
        (["yes", None], {(1, 2), (2, 3), (3, 2)}),
        ([1.0, np.nan], {(1, 2), (2, 3), (3, 2)}),
        (pd.array([True, None], dtype="boolean"), {(1, 2), (2, 3), (3, 2)}),
    ],
    ids=str,
)
def test_one_way_may_be_written_in_many_ways(words: Any, expected: set[tuple[int, int]]) -> None:
    assert arcs(RoadNetwork.from_edges(TABLE.assign(oneway=words))) == expected


def test_against_the_drawing_turns_the_shape_too() -> None:
    network = RoadNetwork.from_edges(TABLE.assign(oneway=["-1", "no"]))
    first, last = network.coords[0], network.coords[1]
    assert tuple(first) == PLACES[2]
    assert tuple(last) == PLACES[1]
    assert tuple(network.node_lonlat[network.u[0]]) == PLACES[2]


def test_bridges_and_tunnels_are_those_that_are_said_to_be() -> None:
    network = RoadNetwork.from_edges(TABLE.assign(bridge=["viaduct", None], tunnel=[np.nan, "yes"]))
    assert network.bridge.tolist() == [True, False]
    assert network.tunnel.tolist() == [False, True]
    silent = RoadNetwork.from_edges(TABLE)
    assert not silent.bridge.any()
    assert not silent.tunnel.any()


def test_a_class_that_nobody_knows_is_taken_as_unclassified_and_said_so(caplog: pytest.LogCaptureFixture) -> None:
    network = RoadNetwork.from_edges(TABLE.assign(highway=["busway", "primary"]))
    assert [network.highways[i] for i in network.highway] == ["unclassified", "primary"]
    assert "busway (1)" in caplog.text


def test_shapes_may_be_text_bytes_metres_or_the_only_part_of_many() -> None:
    expected = RoadNetwork.from_edges(TABLE).fingerprint
    as_table = pd.DataFrame(TABLE)
    metres = TABLE.to_crs(EPSG)
    forms = [
        as_table.assign(geometry=TABLE.geometry.to_wkb()),
        as_table.assign(geometry=TABLE.geometry.to_wkt().to_numpy(dtype=object)),
        metres,
        TABLE.rename_geometry("shape"),
        TABLE.assign(geometry=[MultiLineString([line]) for line in TABLE.geometry]),
        TABLE.assign(geometry=[LineString([(*xy, 99.0) for xy in line.coords]) for line in TABLE.geometry]),
        TABLE.assign(u=["1", "2"], v=[2.0, 3.0]),
    ]
    assert [RoadNetwork.from_edges(form).fingerprint for form in forms] == [expected] * len(forms)


def test_without_shapes_edges_are_straight_between_their_nodes() -> None:
    network = RoadNetwork.from_edges(PLAIN, NODES)
    assert network.fingerprint == RoadNetwork.from_edges(TABLE).fingerprint
    assert network.length_m.tolist() == [100, 200]


@pytest.mark.parametrize("ending", ["csv", "parquet", "geojson", "gpkg"])
def test_the_kinds_of_files_give_one_network(tmp_path: Path, ending: str) -> None:
    path, nodes = tmp_path / f"roads.{ending}", tmp_path / "nodes.csv"
    NODES.to_csv(nodes, index=False)
    if ending == "csv":
        pd.DataFrame(TABLE).assign(geometry=TABLE.geometry.to_wkt().to_numpy(dtype=object)).to_csv(path, index=False)
    elif ending == "parquet":
        TABLE.to_crs(EPSG).to_parquet(path)
    else:
        TABLE.to_file(path)
    expected = RoadNetwork.from_edges(TABLE).fingerprint
    assert RoadNetwork.from_edges_file(path).fingerprint == expected
    assert RoadNetwork.from_edges_file(path, nodes).fingerprint == expected
    PLAIN.to_parquet(tmp_path / "plain.parquet")
    assert RoadNetwork.from_edges_file(tmp_path / "plain.parquet", nodes).fingerprint == expected


# --- faults, each in the second row ----------------------------------------------------------------
def second(value: object) -> list[object]:
    """Return the shapes with another in the second row."""
    return [TABLE.geometry[0], value]


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "a length below nothing": ("length_m is -5.0, below 0", {"length_m": [100.0, -5.0]}),
    "no length": ("length_m is not a number", {"length_m": [100.0, np.nan]}),
    "a length without end": ("length_m is not a number", {"length_m": [100.0, np.inf]}),
    "a length in words": ("length_m is not a number", {"length_m": ["100", "far"]}),
    "no class": ("u, v or highway is empty", {"highway": ["primary", None]}),
    "no node": ("u, v or highway is empty", {"v": [2, None]}),
    "a node with a name": ("u is 'b', not a whole number", {"u": [1, "b"]}),
    "a node between numbers": (r"v is 3\.5, not a whole number", {"v": [2, 3.5]}),
    "a direction that is none": ("oneway is 'maybe', not yes, no or -1", {"oneway": ["no", "maybe"]}),
    "a point": ("no LineString", {"geometry": second(Point(141.5, 39.3))}),
    "nothing drawn": ("no LineString", {"geometry": second(None)}),
    "two parts": ("no LineString", {"geometry": second(MultiLineString([TABLE.geometry[1], TABLE.geometry[0]]))}),
    "an empty shape": ("empty or has no number", {"geometry": second(LineString())}),
    "a shape without number": ("empty or has no number", {"geometry": second(LineString([PLACES[2], (np.inf, 39.3)]))}),
    "lat before lon": ("swapped", {"geometry": second(LineString([(39.3, 141.501), (39.3, 141.503)]))}),
    "wrong beginning": (
        "begins up to 10,989 m from its node",
        {"geometry": second(LineString([(141.6, 39.3), PLACES[3]]))},
    ),
    "drawn the other way": ("begins up to", {"geometry": second(TABLE.geometry[1].reverse())}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_table_is_told_with_its_row(fault: str) -> None:
    says, columns = FAULTS[fault]
    with pytest.raises(NetworkDataError, match=f"^Edge in row 2: .*{says}.*nothing was kept"):
        RoadNetwork.from_edges(TABLE.assign(**columns))


def test_many_rows_with_one_fault_are_counted() -> None:
    with pytest.raises(NetworkDataError, match=r"row 1: length_m is -1\.0, below 0 \(2 rows have this\)"):
        RoadNetwork.from_edges(TABLE.assign(length_m=[-1.0, -2.0]))


NODE_FAULTS: dict[str, tuple[str, pd.DataFrame]] = {
    "a dead reference": (r"Node 3 of an edge is not in the nodes \(1 are missing\)", NODES.iloc[:2]),
    "no column": ("The nodes have no column lat", NODES.drop(columns="lat")),
    "no number": ("Node in row 3: lon and lat", NODES.assign(lon=[141.5, 141.501, None])),
    "words": ("Node in row 1: lon and lat", NODES.assign(lon=["east", "141.501", "141.503"])),
    "lat for lon": ("Node in row 1: .*swapped", NODES.rename(columns={"lon": "lat", "lat": "lon"})),
    "a name": ("Node in row 2: id is 'b'", NODES.assign(id=[1, "b", 3])),
    "two places": (
        "Node in row 4: an earlier row puts the same node elsewhere",
        pd.concat([NODES, pd.DataFrame({"id": [2], "lon": [141.6], "lat": [39.3]})]),
    ),
}


@pytest.mark.parametrize("fault", NODE_FAULTS)
def test_a_fault_of_the_nodes_is_told(fault: str) -> None:
    says, nodes = NODE_FAULTS[fault]
    with pytest.raises(NetworkDataError, match=says):
        RoadNetwork.from_edges(PLAIN, nodes)


def test_shapes_must_meet_the_nodes_that_are_given() -> None:
    shifted = NODES.assign(lat=[39.3, 39.3, 39.31])
    with pytest.raises(NetworkDataError, match="row 2: the LineString ends up to 1,110 m from its node"):
        RoadNetwork.from_edges(TABLE, shifted)
    assert RoadNetwork.from_edges(TABLE, NODES).edge_count == 2


def test_faults_of_the_whole_table() -> None:
    with pytest.raises(NetworkDataError, match="no column oneway, length_m; they have: u, v, highway"):
        RoadNetwork.from_edges(TABLE.drop(columns=["oneway", "length_m"]))
    with pytest.raises(NetworkDataError, match="no edge"):
        RoadNetwork.from_edges(TABLE.iloc[:0])
    with pytest.raises(NetworkDataError, match="nodes with id, lon and lat are needed"):
        RoadNetwork.from_edges(PLAIN)


def test_kilometres_in_place_of_metres_are_noticed() -> None:
    with pytest.raises(NetworkDataError, match=r"adds up to 0\.0 km, but the roads are drawn 0\.3 km long"):
        RoadNetwork.from_edges(TABLE.assign(length_m=[0.1, 0.2]))


FILES: dict[str, tuple[str, bytes, str]] = {
    "no table": ("roads.csv", b"", "not a readable table of roads"),
    "no GeoJSON": ("roads.geojson", b"{}", "not a readable table of roads"),
    "no Parquet": ("roads.parquet", b"PAR1 and nothing", "not a readable table of roads"),
    "half a GeoPackage": ("roads.gpkg", b"SQLite format 3\0", "not a readable table of roads"),
    "a fault in a row": ("roads.csv", b"u,v,highway,oneway,length_m\n1,2,primary,no,-3\n", "row 1: length_m is -3"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_none_is_named(tmp_path: Path, case: str) -> None:
    name, content, says = FILES[case]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NetworkDataError, match=f"{name}.*{says}"):
        RoadNetwork.from_edges_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    TABLE.to_parquet(tmp_path / "roads.parquet")
    with pytest.raises(NetworkDataError, match=r"no file .*none\.parquet"):
        RoadNetwork.from_edges_file(tmp_path / "none.parquet")
    with pytest.raises(NetworkDataError, match=r"no file .*none\.csv"):
        RoadNetwork.from_edges_file(tmp_path / "roads.parquet", tmp_path / "none.csv")


# --- fingerprint ----------------------------------------------------------------
@given(st.permutations(range(6)))
def test_the_fingerprint_does_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    six = pd.concat([TABLE.assign(u=TABLE["u"] + 10 * i, v=TABLE["v"] + 10 * i) for i in range(3)], ignore_index=True)
    shuffled = RoadNetwork.from_edges(six.iloc[order])
    assert shuffled.fingerprint == RoadNetwork.from_edges(six).fingerprint


@given(st.permutations(range(4)))
def test_the_fingerprint_does_not_depend_on_the_numbers_of_nodes_and_classes(order: list[int]) -> None:
    network = RoadNetwork.from_edges(pd.concat([PLAIN, PLAIN.assign(u=[3, 4], v=[4, 1])]), FOUR_NODES)
    place = np.argsort(order)
    other = replace(
        network,
        node_ids=network.node_ids[order],
        node_lonlat=network.node_lonlat[order],
        u=place[network.u],
        v=place[network.v],
        highways=("corridor", *network.highways),
        highway=network.highway + 1,
    )
    assert other.fingerprint == network.fingerprint


def test_the_fingerprint_of_many_edges_does_not_depend_on_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "BLOCK", 3)
    many = pd.concat([TABLE.assign(u=TABLE["u"] + 10 * i, v=TABLE["v"] + 10 * i) for i in range(5)])
    found = {RoadNetwork.from_edges(many.sample(frac=1, random_state=seed)).fingerprint for seed in range(5)}
    assert len(found) == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"length_m": [100.0, 200.01]},
        {"highway": ["primary", "secondary"]},
        {"oneway": [True, True]},
        {"bridge": ["no", "yes"]},
        {"tunnel": ["no", "yes"]},
        {"motorroad": ["no", "yes"], "foot": "yes"},
        {"foot": ["yes", "no"]},
        {"length_m": [200.0, 100.0]},
        {
            "u": [2, 2],
            "v": [1, 3],
            "geometry": [LineString([PLACES[2], PLACES[1]]), LineString([PLACES[2], PLACES[3]])],
        },
        {"v": [2, 4]},
        {"geometry": second(LineString([PLACES[2], (141.502, 39.3001), PLACES[3]]))},
    ],
    ids=str,
)
def test_the_fingerprint_follows_what_travel_times_depend_on(columns: dict[str, Any]) -> None:
    assert RoadNetwork.from_edges(TABLE.assign(**columns)).fingerprint != RoadNetwork.from_edges(TABLE).fingerprint


def test_the_fingerprint_tells_one_row_from_the_same_row_twice() -> None:
    twice = pd.concat([TABLE, TABLE.iloc[:1]])
    assert RoadNetwork.from_edges(twice).fingerprint != RoadNetwork.from_edges(TABLE).fingerprint


# --- components ----------------------------------------------------------------
def test_components_are_told_the_longest_first_with_the_name_of_their_longest_road() -> None:
    apart = TABLE.assign(v=[2, 13], u=[1, 12], ref=["", "283"], name=["小道", ""])
    found = RoadNetwork.from_edges(apart).components()
    assert [(part["name"], part["km"], part["nodes"], part["edges"]) for part in found] == [
        ("283", 0.2, 2, 1),
        ("小道", 0.1, 2, 1),
    ]
    assert (found[1]["lon"], found[1]["lat"]) in set(PLACES.values())


# --- the saved form ----------------------------------------------------------------
def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    network = RoadNetwork.from_edges(
        TABLE.assign(bridge=["yes", "no"], ref=["283", ""], name=["釜石街道", ""]),
        name="町",
        source="手書き",
        date="2026-04-01",
    )
    network.save(tmp_path / "town.network")
    loaded = RoadNetwork.load(tmp_path / "town.network")
    assert loaded.to_bytes() == network.to_bytes()
    assert loaded.fingerprint == network.fingerprint
    assert (loaded.name, loaded.source, loaded.date) == ("町", "手書き", "2026-04-01")
    assert (loaded.highways, loaded.labels) == (network.highways, network.labels)
    for field in ("node_ids", "node_lonlat", "u", "v", "length_m", "highway", "oneway", "bridge", "tunnel", "label"):
        np.testing.assert_array_equal(getattr(loaded, field), getattr(network, field))
    spots = [PLACES[1], PLACES[2]]
    before, after = (travel_time_matrix(roads, spots, spots, profile=CAR) for roads in (network, loaded))
    np.testing.assert_array_equal(before, after)


def test_saving_twice_gives_the_same_bytes_and_leaves_nothing_beside(tmp_path: Path) -> None:
    for name in ("one", "two"):
        RoadNetwork.from_edges(TABLE, name="町").save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_saving_where_it_cannot_be_leaves_the_old_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "town.network"
    RoadNetwork.from_edges(TABLE).save(path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        RoadNetwork.from_edges(TABLE.assign(length_m=[1000.0, 2000.0])).save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["town.network"]


CONTENT = RoadNetwork.from_edges(TABLE).to_bytes()


@given(st.one_of(st.binary(max_size=200), st.integers(0, len(CONTENT) - 1).map(lambda end: CONTENT[:end])))
def test_what_is_no_saved_network_is_refused(content: bytes) -> None:
    with pytest.raises(NetworkDataError, match="damaged"):
        RoadNetwork.from_bytes(content)


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed_or_changes_nothing(position: int, change: int) -> None:
    other = bytearray(CONTENT)
    other[position] ^= change
    try:
        loaded = RoadNetwork.from_bytes(bytes(other))
    except NetworkDataError:
        return
    assert loaded.to_bytes() == CONTENT


def test_a_saved_network_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NetworkDataError, match=r"missing\.network cannot be read: No such file"):
        RoadNetwork.load(tmp_path / "missing.network")


def test_shapes_and_lengths_survive_at_the_precision_of_the_map() -> None:
    # 1e-7 degree is OpenStreetMap's own step; what lies between is rounded once, when the roads are read.
    fine = TABLE.assign(geometry=[LineString([(141.50000004, 39.3), PLACES[2]]), TABLE.geometry[1]])
    network = RoadNetwork.from_edges(fine)
    assert tuple(network.coords[0]) == PLACES[1]
    loaded = RoadNetwork.from_bytes(network.to_bytes())
    assert shapely.equals(loaded.lines, network.lines).all()
