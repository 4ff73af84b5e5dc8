"""The calendar of closures from files: both forms, all or nothing, and what holds at a moment."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from closure_files import EAST_ROAD, SUMITA, WEST_ROAD, WINTER, states, taken, write
from factories import NODES, build_consultant, build_town, plain
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.consultants.models import Consultant
from app.coverage.measure_coverage import measure_coverage
from app.database import create_database_engine
from app.errors import InputError, NotReadyError
from app.register.queries import district_ids
from app.roads.edit_closures import remove_closure
from app.roads.export_closures import export_closures
from app.roads.models import Closure
from app.roads.queries import active_network, closures_at, load_network
from app.roads.read_closures import read_closures
from app.roads.read_restriction import Assumed
from app.roads.schemas import closure_facts, closure_lines
from app.siting.propose_sites import Wish, propose_sites

JST = ZoneInfo("Asia/Tokyo")
EAST: dict[str, Any] = {"name": "東の道", "geometry": EAST_ROAD, "period": WINTER}


@pytest.fixture
def town(session: Session) -> Session:
    """Return a session on the town drawn by hand: 160 people along one road, 10 of them behind its last stretch."""
    build_town(session)
    return session


def stored(session: Session) -> list[Closure]:
    """Return all closures."""
    return list(session.scalars(select(Closure).order_by(Closure.id)))


def covered(session: Session, at: datetime | None) -> int:
    """Return the people within 30 minutes."""
    document = json.loads(measure_coverage(session, at=at).document)
    return int(document["covered"]["30"])


def jst(text: str) -> datetime:
    """Return a moment in Japan."""
    return datetime.fromisoformat(text).replace(tzinfo=JST)


# --- both forms of a file --------------------------------------------------------------------------------------------


def test_the_form_of_an_office(town: Session, tmp_path: Path) -> None:
    values = ("赤羽根峠線", "東地内", "4.5km", "冬期通行止", "国道340号", "積雪のため")
    row = dict(zip(SUMITA, values, strict=True)) | {
        "期間": "令和6年12月9日 9時〜令和7年3月31日 17時",
        "geometry": EAST_ROAD,
    }
    report = taken(town, write(tmp_path / "sumita.csv", [row], "cp932"), source="住田町")
    assert states(report) == ["stored"]
    assert "no time zone given: taken as Asia/Tokyo" in report.rows[0].text
    (closure,) = stored(town)
    told = (closure.name, closure.place, closure.length_m, closure.content, closure.detour, closure.reason)
    assert told == (*values[:2], 4500, *values[3:])
    assert (closure.source, closure.period.is_yearly, closure.time_zone) == ("住田町", False, "Asia/Tokyo")
    assert closure.valid_from == datetime(2024, 12, 9, 0, 0, tzinfo=UTC)
    assert closure.valid_to == datetime(2025, 3, 31, 8, 0, tzinfo=UTC)
    dataset = closure.dataset_id
    assert dataset is not None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_encodings(town: Session, tmp_path: Path, encoding: str) -> None:
    taken(town, write(tmp_path / "closures.csv", [EAST], encoding))
    assert [closure.name for closure in stored(town)] == ["東の道"]


def test_geojson_says_the_same(town: Session, tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [NODES[3], NODES[4]]}
    properties = {"路線名": "東の道", "区間延長": 4.5, "yearly_from": "12-01", "yearly_to": "2月末日"}
    path = tmp_path / "closures.geojson"
    feature = {"type": "Feature", "geometry": line, "properties": properties}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert states(taken(town, path)) == ["stored"]
    (closure,) = stored(town)
    assert (closure.yearly_from, closure.yearly_to, closure.length_m) == ("12-01", "02-end", 4500)


@pytest.mark.parametrize(
    ("head", "cell", "metres"),
    [
        ("区間延長", "4.5km", 4500),
        ("区間延長", "4,500m", 4500),
        ("区間延長(km)", "4.5", 4500),
        ("区間延長(m)", "80", 80),
        ("区間延長", "L=1,200m", 1200),
        ("区間延長", "４．５ｋｍ", 4500),
        ("length_m", "4500", 4500),
    ],
)
def test_lengths_as_they_are_written(town: Session, tmp_path: Path, head: str, cell: str, metres: float) -> None:
    taken(town, write(tmp_path / "closures.csv", [EAST | {head: cell}]))
    assert [closure.length_m for closure in stored(town)] == [metres]


def test_a_length_without_a_unit_is_said_to_be_assumed(town: Session, tmp_path: Path) -> None:
    report = taken(town, write(tmp_path / "closures.csv", [EAST | {"区間延長": "4.5"}]))
    assert "has no unit: taken as km" in report.rows[0].text


# --- where it lies ---------------------------------------------------------------------------------------------------


def test_a_stretch_by_its_two_ends(town: Session, tmp_path: Path) -> None:
    ends = {"lon": 141.565, "lat": 39.3301, "lon2": 141.615, "lat2": 39.3299}
    report = taken(town, write(tmp_path / "closures.csv", [{"name": "東", "period": WINTER} | ends]))
    assert states(report) == ["stored"]
    assert "by its two points: 1 edges" in report.rows[0].text
    network = load_network(town, active_network(town))
    (closure,) = stored(town)
    assert closure.edges == np_edge(network, 3, 4)
    assert closure.network_fingerprint == network.fingerprint


def np_edge(network: Any, u: int, v: int) -> list[int]:
    """Return the edge between two nodes."""
    ids = [
        sorted((int(network.node_ids[a]), int(network.node_ids[b]))) for a, b in zip(network.u, network.v, strict=True)
    ]
    return [ids.index([u, v])]


def test_edges_of_the_network_in_use_and_of_another(town: Session, tmp_path: Path) -> None:
    network = load_network(town, active_network(town))
    (edge,) = np_edge(network, 3, 4)
    row = {"name": "東", "period": WINTER, "edges": edge, "network": network.fingerprint}
    assert states(taken(town, write(tmp_path / "closures.csv", [row]))) == ["stored"]
    assert covered(town, jst("2025-01-15T10:00")) == 150
    for wrong in ({"network": "0" * 64}, {"network": ""}, {"edges": 99}, {"edges": "3-4"}):
        report = taken(town, write(tmp_path / "wrong.csv", [row | wrong]))
        assert states(report) == ["refused"], wrong


def test_numbers_of_edges_mean_nothing_once_the_roads_are_others(town: Session, tmp_path: Path) -> None:
    network = load_network(town, active_network(town))
    (edge,) = np_edge(network, 3, 4)
    row = {"name": "東", "period": WINTER, "edges": edge, "network": network.fingerprint}
    taken(town, write(tmp_path / "closures.csv", [row]))
    (closure,) = stored(town)
    # As if the roads had been built anew: the number now means another edge, the line still the same road.
    closure.network_fingerprint, closure.edges = "0" * 64, [np_edge(network, 1, 2)[0]]
    town.flush()
    assert covered(town, jst("2025-01-15T10:00")) == 150


# --- what holds at a moment ------------------------------------------------------------------------------------------

YEARLY = {"name": "東の道", "geometry": EAST_ROAD, "period": "毎年12月1日〜3月31日"}


@pytest.mark.parametrize(
    ("moment", "people"),
    [
        (jst("2025-11-30T23:59:59"), 160),
        (jst("2025-12-01T00:00"), 150),
        (datetime(2025, 11, 30, 15, 0, tzinfo=UTC), 150),
        (jst("2026-01-01T00:00"), 150),
        (jst("2026-03-31T23:59:59"), 150),
        (datetime(2026, 3, 31, 15, 0, tzinfo=UTC), 160),
        (None, 160),
    ],
)
def test_a_rule_closes_the_road_every_winter(town: Session, tmp_path: Path, moment: datetime, people: int) -> None:
    taken(town, write(tmp_path / "closures.csv", [YEARLY]))
    assert covered(town, moment) == people


def test_gaps_see_the_same_closures(town: Session, tmp_path: Path) -> None:
    taken(town, write(tmp_path / "closures.csv", [YEARLY]))
    # A free centre, at which the next consultant could sit.
    build_consultant(town, "C2", 2, district_ids(town)["西"])
    town.execute(delete(Consultant).where(Consultant.code == "C2"))
    now = {
        at: plain(propose_sites(town, Wish(1, 30, "cover", "car", "centres", None, False, at)))["now"]["covered"]
        for at in (jst("2026-01-01T00:00"), jst("2026-04-01T00:00"))
    }
    assert list(now.values()) == [150, 160]


def test_the_fingerprint_knows_what_was_closed(town: Session, tmp_path: Path) -> None:
    moment = jst("2026-01-15T10:00")
    before = measure_coverage(town, at=moment)
    taken(town, write(tmp_path / "closures.csv", [YEARLY]))
    after = measure_coverage(town, at=moment)
    assert (before.inputs["closed"], len(after.inputs["closed"])) == ([], 1)
    assert before.fingerprint != after.fingerprint
    remove_closure(town, stored(town)[0].id)
    assert measure_coverage(town, at=moment).fingerprint == before.fingerprint


def test_since_and_until_limit_a_rule(town: Session, tmp_path: Path) -> None:
    row = YEARLY | {"from": "2024-12-15", "to": "2025-12-10"}
    taken(town, write(tmp_path / "closures.csv", [row]))
    held = {"2024-12-14T23:59": 0, "2024-12-15T00:00": 1, "2025-12-10T23:59": 1, "2025-12-11T00:00": 0, "2025-04-01": 0}
    assert {text: len(closures_at(town, jst(text))) for text in held} == held


# --- what is wrong ---------------------------------------------------------------------------------------------------

WRONG = {
    "far from every road": (
        {"geometry": "LINESTRING (141.5 39.4, 141.6 39.4)"},
        "m from the nearest road, the limit is 30 m",
    ),
    "across a road": ({"geometry": "LINESTRING (141.55 39.3295, 141.55 39.3305)"}, "follows none of them"),
    "an area": ({"geometry": "POLYGON ((141 39, 142 39, 142 40, 141 39))"}, "is a Polygon"),
    "no geometry at all": ({"geometry": "somewhere"}, "cannot be read"),
    "swapped": ({"geometry": "LINESTRING (39.33 141.5, 39.33 141.6)"}, "no place in degrees"),
    "ends first": ({"period": "2025-03-31 〜 2024-12-09"}, "before it begins"),
    "29 February": ({"period": "12月1日〜2月29日"}, "29 February"),
    "no such day": ({"period": "2025-02-29 〜 2025-03-31"}, "no day 2025-2-29"),
    "no period": ({"period": ""}, "it has no period"),
    "unreadable": ({"period": "12月上旬から"}, "cannot be read as a period"),
    "half a rule": ({"period": "", "yearly_from": "12-01"}, "cannot end on"),
    "wrong zone": ({"time_zone": "Japan/Tono"}, "no time zone 'Japan/Tono'"),
    "twice a period": ({"from": "2024-12-01"}, "both a period with years and from or to"),
    "no name": ({"name": ""}, "no name of the road"),
    "unknown name": ({"geometry": ""}, "the network has no road named '東の道'"),
    "half a point": ({"geometry": "", "lon": "141.5"}, "are no numbers"),
    "far point": ({"geometry": "", "lon": "141.5", "lat": "39.4"}, "from the nearest road"),
    "length": ({"length_m": "long"}, "no number of metres"),
}


@pytest.mark.parametrize(("change", "words"), WRONG.values(), ids=list(WRONG))
def test_one_wrong_row_keeps_all_out_and_is_told(
    town: Session, tmp_path: Path, change: dict[str, str], words: str
) -> None:
    rows = [EAST, EAST | {"name": "西の道", "geometry": WEST_ROAD} | change]
    if "name" not in change:
        rows[1]["name"] = "東の道" if "geometry" in change and not change["geometry"] else "西の道"
    report = taken(town, write(tmp_path / "closures.csv", rows))
    assert states(report) == ["stored", "refused"]
    assert report.rows[1].number == 2
    assert words in report.rows[1].text
    assert stored(town) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no row below"),
        (b"name,period\n", "no row below"),
        (b"road,period\nx,y\n", "no column name"),
        (b"name,name\nx,y\n", "twice"),
        (b"name,period\nx,y,z\n", r"row 1 \(line 2\): 3 fields"),
        (b'name,period\n"x,y\n', "not a readable CSV"),
        (b"name\n\x81\x00\xff\n", "neither UTF-8 nor CP932"),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "closures.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_closures(path, Assumed())


@pytest.mark.parametrize("content", ["{", "[]", '{"type": "FeatureCollection", "features": []}'])
def test_geojson_that_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "closures.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="GeoJSON"):
        read_closures(path, Assumed())


def test_without_roads_nothing_can_be_placed(session: Session, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError):
        taken(session, write(tmp_path / "closures.csv", [EAST]))


def test_a_row_twice_is_stored_once(town: Session, tmp_path: Path) -> None:
    path = write(tmp_path / "closures.csv", [EAST, EAST])
    report = taken(town, path)
    assert states(report) == ["stored", "same"]
    assert "the same as row 1" in report.rows[1].text
    assert states(taken(town, path)) == ["same", "same"]
    assert len(stored(town)) == 1


def test_overlaps_are_told_and_kept(town: Session, tmp_path: Path) -> None:
    other = {"name": "工事", "geometry": EAST_ROAD}
    rows = [EAST, other | {"period": "2025-03-31 17:00 〜 2025-04-10"}, other | {"period": "2025-04-11 〜 2025-04-20"}]
    report = taken(town, write(tmp_path / "closures.csv", rows))
    assert states(report) == ["stored"] * 3
    assert "overlaps row 1 (東の道)" in report.rows[1].text
    assert "overlaps" not in report.rows[2].text
    later = taken(town, write(tmp_path / "later.csv", [YEARLY]))
    assert f"overlaps closure {stored(town)[0].id} (東の道)" in later.rows[0].text
    assert len(stored(town)) == 4


def test_what_lets_cars_pass_is_kept_and_shown_and_closes_nothing(town: Session, tmp_path: Path) -> None:
    rows = [
        EAST | {"内容": "片側交互通行止め"},
        EAST | {"内容": "大型車通行止", "period": "当面の間"},
        {"name": "ほかの町の道", "内容": "通行止め解除"},
    ]
    report = taken(town, write(tmp_path / "closures.csv", rows))
    assert states(report) == ["not closed"] * 3
    assert "kept and shown" in report.rows[0].text
    assert "kept without a period: '当面の間'" in report.rows[1].text
    assert "it is not kept, for the network has no road named 'ほかの町の道'" in report.rows[2].text
    assert [(row.content, row.closes_road) for row in stored(town)] == [
        *(("片側交互通行止め", False), ("大型車通行止", False)),
    ]
    assert covered(town, jst("2025-01-15T10:00")) == 160
    assert states(taken(town, tmp_path / "closures.csv"))[:2] == ["same", "same"]
    told = [closure_facts(row, jst("2025-01-15T10:00")).state for row in stored(town)]
    assert told == ["open", "open"]
    assert closure_facts(stored(town)[0], jst("2025-05-15T10:00")).state == "past"
    assert any("通れます" in line and "期間の記載なし" in line for line in closure_lines(stored(town), None))


def test_a_night_closes_the_road_at_night_only(town: Session, tmp_path: Path) -> None:
    rows = [EAST | {"内容": "片側交互通行、夜間全面通行止(22:00〜翌5:00)", "period": "2026-12-01〜2026-12-10"}]
    assert states(taken(town, write(tmp_path / "closures.csv", rows))) == ["stored"]
    moments = {
        "2026-12-01T05:00": 160,
        "2026-12-01T21:59": 160,
        "2026-12-01T22:00": 150,
        "2026-12-02T05:00": 150,
        "2026-12-02T05:01": 160,
        "2026-12-11T05:00": 150,
        "2026-12-11T22:00": 160,
    }
    assert {moment: covered(town, jst(moment)) for moment in moments} == moments
    for change in ({"内容": "夜間全面通行止"}, {"period": "2026-12-01〜2026-12-10", "内容": "昼間通行止"}):
        report = taken(town, write(tmp_path / "wrong.csv", [EAST | change]))
        assert "closes the road at some hours only; write them" in report.rows[0].text
    twice = taken(town, write(tmp_path / "day.csv", [EAST | {"period": "2026-12-01〜2026-12-10 9:00〜17:00"}]))
    assert "overlaps" not in twice.rows[0].text


def test_a_dry_run_stores_nothing(town: Session, tmp_path: Path) -> None:
    report = taken(town, write(tmp_path / "closures.csv", [EAST]), dry_run=True)
    assert states(report) == ["stored"]
    assert stored(town) == []


@pytest.mark.parametrize("ending", [".csv", ".geojson"])
def test_what_is_written_out_comes_back(town: Session, tmp_path: Path, ending: str) -> None:
    network = load_network(town, active_network(town))
    rows = [
        EAST | {"reason": '積雪, "雪崩"\nの恐れ', "区間延長": "4.5km"},
        YEARLY | {"name": "冬", "from": "2024-12-15", "time_zone": "UTC"},
        {
            "name": "番号",
            "period": "12月1日〜2月末日",
            "edges": np_edge(network, 1, 2)[0],
            "network": network.fingerprint,
        },
    ]
    taken(town, write(tmp_path / "closures.csv", rows), source="町")
    before = [(row.name, row.reason, row.period, row.length_m, row.edges, row.source) for row in stored(town)]
    out = tmp_path / f"out{ending}"
    assert export_closures(town, out) == 3
    assert states(taken(town, out)) == ["same"] * 3
    for row in stored(town):
        remove_closure(town, row.id)
    assert states(taken(town, out)) == ["stored"] * 3
    assert [(row.name, row.reason, row.period, row.length_m, row.edges, row.source) for row in stored(town)] == before


def test_a_spreadsheet_runs_nothing_that_somebody_typed(town: Session, tmp_path: Path) -> None:
    taken(town, write(tmp_path / "closures.csv", [EAST | {"reason": "=1+1"}]))
    export_closures(town, tmp_path / "out.csv")
    assert "'=1+1" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    # And it comes back as it was, however often it goes out and in.
    assert states(taken(town, tmp_path / "out.csv")) == ["same"]
    (row,), _, _ = read_closures(tmp_path / "out.csv", Assumed())
    assert row.texts["reason"] == "=1+1"


# --- the commands ----------------------------------------------------------------------------------------------------


def test_the_commands(tono, own_city_url: str, tmp_path: Path) -> None:
    said = tono("closures", "list", on=own_city_url).assert_done()
    assert "no closures yet" in said.out
    path = write(
        tmp_path / "closures.csv", [{"name": "遠野", "lon": "141.0", "lat": "39.0", "period": "12月1日〜3月31日"}]
    )
    tono("closures", "import", path, on=own_city_url).assert_refused("row 1 (遠野): it names no road")
    roads = tono("closures", "list", "--json", on=own_city_url).document
    assert roads == []
    # A point on a road of the diagram.
    engine = create_database_engine(own_city_url)
    with Session(engine) as reading:
        network = load_network(reading, active_network(reading))
    engine.dispose()
    lon, lat = network.coords[network.offsets[5]]
    lon2, lat2 = network.coords[network.offsets[6] - 1]
    row = {"name": "遠野", "lon": lon, "lat": lat, "lon2": lon2, "lat2": lat2, "period": "12月1日〜3月31日"}
    write(path, [row])
    dry = tono("closures", "import", path, "--dry-run", on=own_city_url).assert_done()
    assert "Nothing was stored" in dry.out
    done = tono("closures", "import", path, "--source", "市", on=own_city_url).assert_done()
    assert "1行目" in done.out
    (one,) = tono("closures", "list", "--at", "2026-01-01T00:00+09:00", "--json", on=own_city_url).document
    assert (one["name"], one["source"], one["state"], one["version"]) == ("遠野", "市", "now", 1)
    assert tono("closures", "list", "--at", "2026-04-01T00:00+09:00", "--json", on=own_city_url).document == []
    assert "毎年12月1日〜3月31日" in tono("closures", "list", on=own_city_url).out
    tono("closures", "export", tmp_path / "out.csv", on=own_city_url).assert_done()
    tono("closures", "export", tmp_path / "out.txt", on=own_city_url).assert_refused("ends in .csv or .geojson")
    tono("closures", "remove", one["id"], on=own_city_url).assert_done()
    tono("closures", "remove", one["id"], on=own_city_url).assert_refused("There is no closure")
    tono("closures", "import", tmp_path / "nowhere.csv", on=own_city_url).assert_refused("cannot be read")
