"""The coverage of many municipalities from files: worked out by hand, everyone accounted for, bad files refused."""

from __future__ import annotations

import itertools
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from drawn_networks import CAR, at, draw
from drawn_prefecture import LONELY, PEOPLE, ROAD, write_areas, write_offices, write_roads
from factories import plain
from hypothesis import given
from hypothesis import strategies as st

from app import cli
from app.errors import InputError
from app.municipalities.check_roads import check_roads
from app.municipalities.measure_municipalities import Batch, Municipality, measure_here, measure_municipality
from app.municipalities.municipality_document import as_document, municipalities_as_table
from app.municipalities.read_municipalities import read_municipalities
from app.municipalities.schemas import MunicipalitiesDocument
from app.settings import get_settings

MINUTES = (5, 10, 15)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files of the drawn prefecture."""
    folder = tmp_path_factory.mktemp("prefecture")
    write_roads(folder)
    write_areas(folder)
    write_offices(folder)
    return folder


@pytest.fixture(scope="module")
def batch(folder: Path) -> Batch:
    """Return the drawn prefecture, ready to be measured."""
    municipalities = read_municipalities([folder / "areas.geojson"], folder / "offices.csv", "all")
    return Batch([folder / "roads.parquet"], municipalities, CAR, MINUTES, [])


@pytest.fixture(scope="module")
def document(batch: Batch) -> dict[str, Any]:
    """Return its document."""
    return plain(as_document(batch, measure_here(batch, lambda *_: None)))


def test_municipalities_stand_in_the_order_of_their_codes(document):
    assert [(one["code"], one["name"]) for one in document["municipalities"]] == [("03901", "西町"), ("03902", "東町")]


def test_the_town_without_a_known_office_worked_out_by_hand(document):
    west = document["municipalities"][0]
    # 駅前 has 100 people around it, 中通 57 at most. 駅前 0 s, 中通 290 s, 奥山 from the road at (3300, 0): 330 s.
    assert west["origins"][0]["name"] == "駅前"
    assert west["is_assumption"]
    assert west["population"] == 157
    assert west["covered"] == {"5": 150, "10": 157, "15": 157}
    assert west["uncovered"] == {"5": 7, "10": 0, "15": 0}
    assert west["mean_s"] == pytest.approx((50 * 290 + 7 * 330) / 157, abs=0.1)
    assert west["moved_to_road"] == {"small_areas": 1, "population": 7}
    assert west["unreachable"] == []


def test_the_town_with_an_office_worked_out_by_hand(document):
    east = document["municipalities"][1]
    # The office walks 20 s to the road: 本町 20 s, 新町 70 s, 浜 320 s; 島 has its own road, 沢 has none.
    assert [place["name"] for place in east["origins"]] == ["東町役場"]
    assert east["origins"][0]["snap_m"] == pytest.approx(20, abs=0.1)
    assert not east["is_assumption"]
    assert east["covered"] == {"5": 75, "10": 135, "15": 135}
    assert east["uncovered"] == {"5": 60, "10": 0, "15": 0}
    assert east["unreachable_population"] == 4
    lost = [(area["name"], area["population"], area["reason"], area["snap_m"]) for area in east["unreachable"]]
    assert lost == [
        ("島", 3, "island", pytest.approx(0, abs=0.1)),
        ("沢", 1, "off_network", pytest.approx(2000, abs=1)),
    ]


def test_the_slowest_and_the_fastest_speeds_worked_out_by_hand(batch):
    # At half or twice the speed: 本町 20 s still, 新町 120 or 45 s, 浜 620 or 170 s.
    unsure = replace(batch, profile=replace(CAR, range_kmh={"road": (18.0, 72.0)}))
    found = plain(as_document(unsure, measure_here(unsure, lambda *_: None)))
    west, east = found["municipalities"]
    assert east["covered_low"] == {"5": 75, "10": 75, "15": 135}
    assert east["covered"] == {"5": 75, "10": 135, "15": 135}
    assert east["covered_high"] == {"5": 135, "10": 135, "15": 135}
    for name in ("covered_low", "covered", "covered_high"):
        assert found[name] == {value: west[name][value] + east[name][value] for value in found[name]}
    # 駅前 has 100 people, whatever the speed; 中通 is 580 or 145 s away, 奥山 660 or 165 s.
    assert west["covered_low"] == {"5": 100, "10": 150, "15": 157}
    assert west["covered_high"] == {"5": 157, "10": 157, "15": 157}
    assert "175〜292" in municipalities_as_table(MunicipalitiesDocument.model_validate(found))


def test_everyone_is_accounted_for_in_each_municipality_and_in_total(document):
    rows = [*document["municipalities"], document]
    for row in rows:
        for value in map(str, MINUTES):
            assert row["covered"][value] + row["uncovered"][value] + row["unreachable_population"] == row["population"]
    for name in ("population", "unreachable_population"):
        assert document[name] == sum(row[name] for row in rows[:-1])
    assert document["population"] == PEOPLE
    for value in map(str, MINUTES):
        assert document["covered"][value] == sum(row["covered"][value] for row in rows[:-1])


def test_assumptions_are_named_where_they_are_made(batch, document):
    assert [text[:2] for text in document["assumptions"]] == ["仮定", "仮定"]
    table = municipalities_as_table(MunicipalitiesDocument.model_validate(document))
    assert "仮定 駅前" in table
    assert "仮定 東町役場" not in table
    east = replace(batch, municipalities=batch.municipalities[1:])
    assert plain(as_document(east, measure_here(east, lambda *_: None)))["assumptions"] == []
    winter = replace(east, profile=replace(CAR, is_assumption=True))
    assert len(plain(as_document(winter, measure_here(winter, lambda *_: None)))["assumptions"]) == 1


def test_the_fingerprint_changes_with_every_input(batch, document):
    others = [
        replace(batch, minutes=(5, 10)),
        replace(batch, municipalities=batch.municipalities[:1]),
        replace(batch, profile=replace(CAR, max_snap_m=201.0)),
        replace(batch, files=["another file of people"]),
    ]
    found = {plain(as_document(other, measure_here(other, lambda *_: None)))["fingerprint"] for other in others}
    assert len(found | {document["fingerprint"]}) == 5


def test_an_office_that_no_road_reaches_covers_nobody_and_is_shown(batch):
    lost = replace(batch.municipalities[0], offices=[("山の役場", *at((5000, 3000))[0])])
    found = plain(measure_municipality(draw(*ROAD, *LONELY), lost, CAR, MINUTES).row)
    assert found["unreachable_population"] == found["population"] == 157
    assert found["origins"][0]["is_on_network"] is False
    assert found["mean_s"] is None


@given(
    people=st.lists(st.integers(0, 9999), min_size=6, max_size=6),
    east=st.lists(st.integers(0, 12000), min_size=6, max_size=6),
    north=st.lists(st.sampled_from([0, 150, 250, 5000]), min_size=6, max_size=6),
    offices=st.lists(st.integers(0, 12000), min_size=1, max_size=3),
)
def test_laws_of_a_municipality(people, east, north, offices):
    network = draw(*ROAD, *LONELY)
    points = at(*zip(east, north, strict=True))
    town = Municipality(
        code="03999",
        name="町",
        roads=0,
        areas=[(str(i), "") for i in range(6)],
        points=points,
        shapes=np.full(6, None, dtype=object),
        people=np.array(people, dtype=np.int64),
    )
    found = []
    for number in range(len(offices) + 1):
        places = [("役場", *at((x, 0))[0]) for x in offices[:number]]
        row = plain(measure_municipality(network, replace(town, offices=places), CAR, MINUTES).row)
        counts = [row["covered"][str(value)] for value in MINUTES]
        assert counts == sorted(counts)
        for value in map(str, MINUTES):
            assert row["covered"][value] + row["uncovered"][value] + row["unreachable_population"] == sum(people)
        lost = sum(area["population"] for area in row["unreachable"])
        assert lost == row["unreachable_population"]
        found.append(counts)
    # Another office never lowers the cover; the row without offices rests on the assumption.
    for fewer, more in itertools.pairwise(found[1:]):
        assert all(np.array(more) >= np.array(fewer))


def test_parquet_and_geojson_give_the_same(tmp_path, batch, folder):
    again = read_municipalities([write_areas(tmp_path, "areas.parquet")], folder / "offices.csv", "all")
    for one, other in zip(batch.municipalities, again, strict=True):
        assert (one.code, one.name, one.areas, one.offices) == (other.code, other.name, other.areas, other.offices)
        assert np.allclose(one.points, other.points, atol=1e-9)
        assert one.people.tolist() == other.people.tolist()


@pytest.mark.parametrize(("wanted", "codes"), [("all", ["03901", "03902"]), ("東町", ["03902"]), ("03901", ["03901"])])
def test_some_municipalities_by_name_or_code(folder, wanted, codes):
    assert [one.code for one in read_municipalities([folder / "areas.geojson"], None, wanted)] == codes


HEAD = "citycode,city,population,lon,lat\n"
BAD_AREAS = [
    ("citycode,city,lon,lat\n03901,西町,141.5,39.3\n", "has no column population"),
    (HEAD, "has no row"),
    (HEAD + "03901,西町,ten,141.5,39.3\n", "row 1: population is not a number"),
    (HEAD + "03901,西町,1,141.5,39.3\n03901,西町,-1,141.5,39.3\n", "row 2: population is below 0"),
    (HEAD + "03901,西町,0.5,141.5,39.3\n", "row 1: population is not a whole number"),
    (HEAD + "03901,西町,1,39.3,141.5\n", "row 1: lon and lat are not a point on the globe; they may be swapped"),
    (HEAD + "03901,西町,1,,39.3\n", "row 1: lon and lat are not a point"),
    (HEAD + "十三,西町,1,141.5,39.3\n", "row 1: citycode does not have 5 digits"),
    (HEAD + "03901,,1,141.5,39.3\n", "row 1: city is empty"),
    (HEAD + "03901,西町,1,141.5,39.3\n03901,東町,1,141.5,39.3\n", "several names for the municipality 03901"),
    ("citycode,city,population\n03901,西町,1\n", "row 1: there is neither lon and lat nor a shape"),
    (HEAD.replace("lon", "key_code,lon") + 2 * "03901,西町,1,a,141.5,39.3\n", "people would be counted twice"),
]


def test_an_area_with_exclaves_stands_in_the_file_once_for_each_and_counts_once(tmp_path):
    rows = ["31201,市,312011240,3814", "31201,市,312011240,0", "31201,市,312011240,0", "31201,市,312011410,1289"]
    lines = [f"{row},{134.2 + i / 100},35.5" for i, row in enumerate(rows)]
    file = tmp_path / "areas.csv"
    file.write_text("\n".join(["citycode,city,key_code,population,lon,lat", *lines]))
    (one,) = read_municipalities([file], None, "all")
    assert (one.people.tolist(), [key for key, _ in one.areas]) == ([3814, 1289], ["312011240", "312011410"])
    assert one.points[0].tolist() == [134.2, 35.5]


def test_areas_as_the_census_hands_them_out(tmp_path):
    columns = {
        "KEY_CODE": ["032080010", "032080010", "032080020", "032080010"],
        "PREF": ["03"] * 4,
        "CITY": ["208"] * 4,
        "CITY_NAME": ["遠野市"] * 4,
        "S_NAME": ["綾織町", "綾織町", None, "池"],
        "HCODE": [8101, 8101, 8101, 8154],
        "JINKO": [12, 0, 5, 0],
    }
    shapes = [shapely.box(141.5 + i / 10, 39.3, 141.55 + i / 10, 39.35) for i in range(4)]
    file = tmp_path / "r2ka.shp"
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4612).to_file(file, encoding="cp932")
    file.with_suffix(".cpg").unlink()
    (one,) = read_municipalities([file], None, "all")
    assert (one.code, one.name, one.people.tolist()) == ("03208", "遠野市", [12, 5])
    assert [name for _, name in one.areas] == ["綾織町", ""]


@pytest.mark.parametrize(("text", "words"), BAD_AREAS)
def test_bad_areas_are_refused_with_the_row(tmp_path, text, words):
    file = tmp_path / "areas.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=words):
        read_municipalities([file], None, "all")


def test_other_refusals(tmp_path, folder):
    areas = folder / "areas.geojson"
    with pytest.raises(InputError, match="which an earlier file has too"):
        read_municipalities([areas, areas], None, "all")
    with pytest.raises(InputError, match="There is no municipality 北町"):
        read_municipalities([areas], None, "西町,北町")
    stranger = tmp_path / "offices.csv"
    stranger.write_text("citycode,lon,lat\n13101,139.7,35.7\n")
    with pytest.raises(InputError, match="no office of any municipality"):
        read_municipalities([areas], stranger, "all")
    broken = tmp_path / "areas.parquet"
    broken.write_bytes(b"no parquet")
    with pytest.raises(InputError, match="not a readable"):
        read_municipalities([broken], None, "all")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_municipalities([tmp_path / "none.csv"], None, "all")


def test_codes_that_lost_their_zero_are_read(tmp_path):
    file = tmp_path / "areas.parquet"
    table = {"citycode": [3901], "city": ["西町"], "population": [1], "lon": [141.5], "lat": [39.3]}
    pd.DataFrame(table).to_parquet(file)
    assert [one.code for one in read_municipalities([file], None, "all")] == ["03901"]


@pytest.fixture
def tono(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], folder: Path) -> Any:
    """Return what runs a command where no database answers, in the folder of the prefecture."""
    monkeypatch.setenv("TONO_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.chdir(folder)
    get_settings.cache_clear()

    def run(line: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tono", *line.split()])
        try:
            cli.main()
        except SystemExit as end:
            return (int(end.code or 0), *capfd.readouterr())
        raise AssertionError("a command ends by itself")

    yield run
    get_settings.cache_clear()


FILES = "--roads roads.parquet --areas areas.geojson --offices offices.csv"


def test_the_command_needs_no_database_and_tells_progress_on_stderr(tono):
    status, out, err = tono(f"coverage --municipality all {FILES} --minutes 5,10 --json")
    assert status == 0
    found = json.loads(out)
    assert found["population"] == PEOPLE
    assert set(found) >= {"fingerprint", "profile", "at", "minutes", "networks", "covered", "municipalities"}
    assert "1/2 西町" in err
    assert "2/2 東町" in err


def test_the_table_names_every_municipality_and_the_total(tono):
    status, out, _ = tono(f"coverage --municipality all {FILES}")
    assert status == 0
    first = [line.split()[0] for line in out.splitlines()[:4]]
    assert first == ["市町村", "西町", "東町", "計"]
    assert f"{PEOPLE:,}" in out.splitlines()[3]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("coverage --municipality all", "give --municipality all with --roads FILE and --areas FILE"),
        (f"coverage {FILES}", "give --municipality all with --roads"),
        (f"coverage --municipality all {FILES} --areas areas.geojson", "for each prefecture"),
        (f"coverage --municipality all {FILES} --at 2026-01-15T10:00+09:00", "files have none"),
    ],
)
def test_wrong_usage_is_told(tono, line, words):
    status, out, err = tono(line)
    assert (status, out) == (2, "")
    assert words in " ".join(err.replace("│", " ").split())


def test_a_failure_is_one_sentence(tono):
    status, out, err = tono("coverage --municipality 北町 --roads roads.parquet --areas areas.geojson")
    assert (status, out) == (1, "")
    assert err.startswith("tono: There is no municipality 北町")
    assert "Traceback" not in err


def moved(folder: Path, east: float, north: float, only: str = "") -> str:
    """Write the areas of all municipalities, or of one, somewhere else, with the right ones of the others."""
    table = gpd.read_file(folder / "areas.geojson")
    mine = table["citycode"].str.endswith(only)
    table.loc[mine, ["label_lon", "label_lat"]] += [east, north]
    table.loc[mine, "geometry"] = table[mine].translate(east, north)
    table.to_parquet(folder / "moved.parquet")
    return "coverage --municipality all --roads roads.parquet --areas moved.parquet"


@pytest.mark.parametrize(("east", "north"), [(-7.26, -3.81), (0.5, 0.0), (0.0, 20.0), (-20.0, -0.2), (38.0, 40.0)])
def test_areas_of_another_prefecture_are_refused(tono, folder, east, north):
    status, out, err = tono(moved(folder, east, north))
    assert (status, out) == (1, "")
    last = err.splitlines()[-1]
    assert last.startswith("tono: The roads of roads.parquet and the areas do not lie in the same place: 0.0% of the ")
    assert f"{PEOPLE:,} people" in last


def test_a_municipality_without_roads_is_named_with_its_share(tono, folder):
    status, out, err = tono(moved(folder, 0.5, 0.0, only="902"))
    assert (status, out) == (1, "")
    assert "do not reach 1 of the municipalities: 東町 (0.0% of its people live by a road)" in err
    assert "西町" not in err.splitlines()[-1]
    # Asked for alone, the other one is measured.
    assert tono(moved(folder, 0.5, 0.0, only="902").replace("all", "西町"))[0] == 0


def test_roads_that_reach_a_part_of_the_people_are_refused_with_the_share(tono, folder):
    # The roads end at 本町: 40 of the 139 of 東町 live by them, and 35 of 新町, 500 m on, moved 100 m farther away.
    edges, table = gpd.read_parquet(folder / "roads.parquet"), gpd.read_file(folder / "areas.geojson")
    edges[edges["v"] <= 3].to_parquet(folder / "west.parquet")
    table.loc[table["name"] == "新町", "label_lon"] += 100 / 86_000
    table.drop(columns="geometry").to_csv(folder / "farther.csv", index=False)
    status, _, err = tono("coverage --municipality all --roads west.parquet --areas farther.csv")
    assert status == 1
    assert "東町 (28.8% of its people live by a road)" in err


def test_nobody_lives_there_but_the_roads_are_elsewhere(batch):
    empty = replace(batch.municipalities[0], people=np.zeros(len(batch.municipalities[0].areas), dtype=np.int64))
    at_home = replace(batch, municipalities=[empty])
    check_roads(at_home, measure_here(at_home, lambda *_: None))
    away = replace(
        batch, municipalities=[replace(empty, points=empty.points + 1.0, shapes=np.full_like(empty.shapes, None))]
    )
    with pytest.raises(InputError, match=r"0\.0% of the 0 people"):
        check_roads(away, measure_here(away, lambda *_: None))
