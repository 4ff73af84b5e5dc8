"""Speed tables of the city: each change is kept with who, when and why, and stands behind every figure."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from factories import NODES, build_town, close_road, plain
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.coverage.draw_isochrones import draw_isochrones
from app.coverage.measure_coverage import measure_coverage
from app.errors import InputError
from app.roads.edit_speeds import NewSpeed, Signature, reset_speeds, set_speed
from app.roads.fit_speeds import fit_trips, keep_fit
from app.roads.models import SpeedEdit
from app.roads.read_trips import COLUMNS, read_trips
from app.roads.speeds import profile_in_use, profiles_in_use
from geo.roads.profiles import BUILT_UP, CAR, CAR_WINTER, PROFILES, WALK

SIGNED = Signature("菊池", "5月に走って測った")


def slower(**more: Any) -> NewSpeed:
    """Return primary roads driven at 30 km/h in place of 45."""
    return NewSpeed("primary", 30.0, **more)


def measured(session: Session, **options: Any) -> dict[str, Any]:
    """Return the document of the coverage."""
    document: dict[str, Any] = json.loads(measure_coverage(session, **options).document)
    return document


# --- what holds ---------------------------------------------------------------------------------------------------
def test_without_changes_the_tables_are_those_of_the_product(session: Session) -> None:
    assert profiles_in_use(session) == dict(PROFILES)


def test_a_changed_speed_stands_behind_every_figure(session: Session) -> None:
    build_town(session)
    before = measured(session, minutes=[3, 6, 12])
    set_speed(session, "car", slower(), SIGNED)
    after = measured(session, minutes=[3, 6, 12])
    # At 45 km/h the nodes are 3, 6 and 12 minutes away, at 30 km/h 4.5, 9 and 18.
    assert before["covered"] == {"3": 130, "6": 150, "12": 160}
    assert after["covered"] == {"3": 100, "6": 130, "12": 150}
    assert after["fingerprint"] != before["fingerprint"]
    areas = plain(draw_isochrones(session, "C1", [6], "car"))
    assert areas["features"][0]["properties"]["population"] == 130
    assert measured(session, minutes=[3, 6, 12], profile="walk")["covered"] == {"3": 100, "6": 100, "12": 100}


def test_a_delay_counts_for_each_edge(session: Session) -> None:
    build_town(session)
    set_speed(session, "car", NewSpeed("primary", 45.0, delay_s=30.0), SIGNED)
    # Three minutes and half a minute for each of the edges on the way.
    assert measured(session, minutes=[3])["covered"] == {"3": 100}
    cells = {cell.population: cell.travel_time_s for cell in measure_coverage(session, minutes=[3]).cells}
    assert [cells[people] for people in (30, 20, 10)] == pytest.approx([210, 420, 810], abs=0.01)


def test_the_newest_change_of_a_row_holds_and_none_is_lost(session: Session) -> None:
    set_speed(session, "car", slower(), SIGNED)
    set_speed(session, "car", NewSpeed("primary", 40.0), Signature("佐々木", "測り直した"))
    set_speed(session, "car", NewSpeed("primary", 25.0, is_built_up=True), Signature("佐々木", "町なか"))
    car = profile_in_use(session, "car")
    assert (car.kmh("primary"), car.kmh("primary" + BUILT_UP)) == (40, 25)
    kept = session.scalars(select(SpeedEdit).order_by(SpeedEdit.id)).all()
    assert [(edit.kmh, edit.who, edit.why) for edit in kept] == [
        (30, "菊池", "5月に走って測った"),
        (40, "佐々木", "測り直した"),
        (25, "佐々木", "町なか"),
    ]
    assert all(edit.made_at is not None for edit in kept)


def test_what_is_taken_back_is_the_run_of_before(session: Session) -> None:
    build_town(session)
    before = measured(session)
    set_speed(session, "car", slower(), SIGNED)
    set_speed(session, "walk", NewSpeed("primary", 3.0), SIGNED)
    assert reset_speeds(session, SIGNED, "car") == 1
    assert measured(session) == before
    assert profile_in_use(session, "walk").kmh("primary") == 3
    assert reset_speeds(session, SIGNED) == 1
    assert profiles_in_use(session) == dict(PROFILES)
    assert reset_speeds(session, SIGNED) == 0
    assert len(session.scalars(select(SpeedEdit)).all()) == 4


@pytest.mark.parametrize("new", [{"low_kmh": 20.0}, {"high_kmh": 50.0}, {"delay_s": 1.0}, {"is_built_up": True}])
def test_every_number_of_a_row_is_an_input(session: Session, new: dict[str, Any]) -> None:
    build_town(session)
    set_speed(session, "car", slower(), SIGNED)
    before = measured(session)["fingerprint"]
    set_speed(session, "car", slower(**new) if "is_built_up" not in new else NewSpeed("primary", 20.0, **new), SIGNED)
    assert measured(session)["fingerprint"] != before


def test_who_and_why_are_no_input(session: Session) -> None:
    build_town(session)
    set_speed(session, "car", slower(), SIGNED)
    before = measured(session)
    set_speed(session, "car", slower(), Signature("佐々木", "同じ値"))
    assert measured(session) == before


# --- built-up areas and winter follow -----------------------------------------------------------------------------
def test_built_up_areas_and_winter_follow_what_they_do_not_say_themselves(session: Session) -> None:
    set_speed(session, "car", slower(), SIGNED)
    car, winter = (profile_in_use(session, name) for name in ("car", "car-winter"))
    assert car.kmh("primary" + BUILT_UP) == 30
    by = CAR_WINTER.kmh("primary") / CAR.kmh("primary")
    assert winter.kmh("primary") == pytest.approx(30 * by)
    assert winter.kmh("primary" + BUILT_UP) == pytest.approx(30 * by)
    assert profile_in_use(session, "walk") == WALK
    set_speed(session, "car-winter", NewSpeed("primary", 28.0), SIGNED)
    set_speed(session, "car", NewSpeed("primary", 22.0, is_built_up=True), SIGNED)
    winter = profile_in_use(session, "car-winter")
    # In built-up areas it would be 28 km/h as outside, but no faster than on ordinary days.
    assert (winter.kmh("primary"), winter.kmh("primary" + BUILT_UP)) == (28, 22)


def test_a_winter_that_is_faster_is_refused(session: Session) -> None:
    with pytest.raises(InputError, match="faster than an ordinary day on secondary"), session.begin_nested():
        set_speed(session, "car-winter", NewSpeed("secondary", CAR.kmh("secondary") + 1), SIGNED)
    set_speed(session, "car-winter", NewSpeed("secondary", 40.0), SIGNED)
    with pytest.raises(InputError, match="secondary"), session.begin_nested():
        set_speed(session, "car", NewSpeed("secondary", 35.0), SIGNED)
    set_speed(session, "car-winter", NewSpeed("tertiary", 20.0), SIGNED)
    with pytest.raises(InputError, match="tertiary"), session.begin_nested():
        set_speed(session, "car", NewSpeed("tertiary", 38.0, delay_s=5.0), SIGNED)
    assert profile_in_use(session, "car") == CAR


def test_winter_is_slower_on_every_row_and_at_both_ends_after_changes(session: Session) -> None:
    for row in (slower(), NewSpeed("unclassified", 17.0, low_kmh=16.9), NewSpeed("trunk", 45.0, delay_s=3.0)):
        set_speed(session, "car", row, SIGNED)
    set_speed(session, "car-winter", NewSpeed("unclassified", 16.0, low_kmh=10.0, high_kmh=16.5), SIGNED)
    car, winter = (profile_in_use(session, name) for name in ("car", "car-winter"))
    for summer, snow in ((car.low(), winter.low()), (car, winter), (car.high(), winter.high())):
        for name in CAR.speed_kmh:
            for row in (name, name + BUILT_UP):
                assert snow.kmh(row) <= summer.kmh(row), row
                assert snow.delay(row) >= summer.delay(row), row


# --- what is refused ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kmh", [0.0, -5.0, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(session: Session, kmh: float) -> None:
    with pytest.raises(InputError, match="must be above 0 km/h"):
        set_speed(session, "car", NewSpeed("primary", kmh), SIGNED)
    assert session.scalars(select(SpeedEdit)).all() == []


def test_what_makes_no_sense_is_refused(session: Session) -> None:
    for new, words in (
        (slower(low_kmh=31.0), "range"),
        (slower(high_kmh=29.0), "range"),
        (slower(low_kmh=0.0), "range"),
        (slower(delay_s=-1.0), "delay"),
        (NewSpeed("river", 5.0), "does not use the road class 'river'"),
    ):
        with pytest.raises(InputError, match=words):
            set_speed(session, "car", new, SIGNED)
    with pytest.raises(InputError, match="no profile 'horse'"):
        set_speed(session, "horse", slower(), SIGNED)
    for who, why in (("", "x"), ("x", " ")):
        with pytest.raises(InputError, match="who makes it and why"):
            Signature(who, why)


@pytest.mark.parametrize(
    "change",
    ["kmh = 0", "low_kmh = -1", "low_kmh = 50", "high_kmh = 10", "delay_s = -1", "who = ''", "why = ''", "kmh = NULL"],
)
def test_the_database_refuses_it_too(session: Session, change: str) -> None:
    set_speed(session, "car", slower(), SIGNED)
    with pytest.raises(IntegrityError, match="ck_speed_edit"), session.begin_nested():
        session.execute(text(f"UPDATE speed_edit SET {change}"))


# --- the range ----------------------------------------------------------------------------------------------------
def test_the_range_of_a_figure_is_the_count_at_both_ends_of_the_speeds(session: Session) -> None:
    build_town(session)
    set_speed(session, "car", NewSpeed("primary", 45.0, low_kmh=30.0, high_kmh=90.0), SIGNED)
    found = measured(session, minutes=[3, 6, 12])
    # At 30 km/h the nodes are 4.5, 9 and 18 minutes away, at 90 km/h 1.5, 3 and 6.
    assert found["covered_low"] == {"3": 100, "6": 130, "12": 150}
    assert found["covered"] == {"3": 130, "6": 150, "12": 160}
    assert found["covered_high"] == {"3": 150, "6": 160, "12": 160}
    west, east = found["districts"]
    assert (west["covered_low"]["3"], west["covered"]["3"], west["covered_high"]["3"]) == (100, 130, 130)
    assert (east["covered_low"]["6"], east["covered"]["6"], east["covered_high"]["6"]) == (0, 20, 30)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_range_holds_the_figure_and_grows_with_the_minutes(session: Session, profile: str) -> None:
    build_town(session, posts=(1, 4))
    found = measured(session, minutes=[1, 3, 6, 10, 30], profile=profile)
    for rows in (found, *found["districts"]):
        low, middle, high = (list(rows[key].values()) for key in ("covered_low", "covered", "covered_high"))
        assert all(a <= b <= c for a, b, c in zip(low, middle, high, strict=True))
        assert low == sorted(low)
        assert high == sorted(high)
    for key in ("covered_low", "covered_high"):
        for minutes, people in found[key].items():
            assert sum(row[key][minutes] for row in found["districts"]) == people


# --- recorded trips -----------------------------------------------------------------------------------------------
def write(path: Path, *rows: str, head: str = ",".join(COLUMNS), encoding: str = "utf-8") -> Path:
    """Write a file of trips."""
    path.write_text("\n".join([head, *rows, ""]), encoding=encoding)
    return path


def line(u: int, v: int, minutes: float, departure: str = "2026-05-12T09:30+09:00") -> str:
    """Return a row for a trip between two nodes of the town."""
    return ",".join(map(str, (*NODES[u], *NODES[v], departure, minutes)))


# Driven at 30 km/h in place of 45: 2,250 m take 4.5 minutes.
TRIPS = [line(1, 2, 4.5), line(2, 3, 4.5), line(1, 3, 9), line(3, 4, 9), line(4, 1, 18), line(4, 2, 13.5)]


def test_trips_move_the_table_to_what_they_say(session: Session, tmp_path: Path) -> None:
    build_town(session)
    fitted = fit_trips(session, write(tmp_path / "trips.csv", *TRIPS), "car")
    document = fitted.describe()
    primary = next(row for row in document["rows"] if (row["highway"], row["is_built_up"]) == ("primary", False))
    assert primary["before_kmh"] == 45
    assert primary["kmh"] == pytest.approx(30, abs=0.3)
    assert (primary["trips"], primary["km"], primary["is_fitted"]) == (6, pytest.approx(29.25, abs=0.1), True)
    assert primary["low_kmh"] < primary["kmh"] < primary["high_kmh"]
    assert document["trips"] == {"rows": 6, "used": 6}
    assert document["error"]["before"]["rmse_s"] > 100
    assert document["error"]["after"]["rmse_s"] < 10
    assert [row["highway"] for row in document["rows"] if row["is_fitted"]] == ["primary"]
    # Nothing is kept until somebody signs for it.
    assert profiles_in_use(session) == dict(PROFILES)
    assert keep_fit(session, fitted, SIGNED) == 1
    car = profile_in_use(session, "car")
    assert car.kmh("primary") == pytest.approx(30, abs=0.3)
    assert car.sources["primary"] == "記録した移動6件に合わせた値(trips.csv)"
    # Of built-up areas the trips say nothing: there it stays what it was.
    assert car.kmh("primary" + BUILT_UP) == CAR.kmh("primary")
    assert measured(session, minutes=[5])["covered"] == {"5": 130}


def test_rows_that_are_no_trip_are_told_with_their_row_and_reason(session: Session, tmp_path: Path) -> None:
    build_town(session)
    lon, lat = NODES[1]
    bad = {
        7: (line(1, 8, 30), "unreachable"),
        8: (f"{lon},{lat},141.6,39.6,2026-05-12T09:30,30", "off_network"),
        9: (line(1, 4, 200), "implausible"),
        10: (f"{lat},{lon},{lat},{lon},2026-05-12T09:30,5", "not_on_globe"),
        11: (f"x,{lat},{lon},{lat},2026-05-12T09:30,5", "no_place"),
        12: (line(1, 2, 0), "no_time"),
        13: (line(1, 2, -3), "no_time"),
        14: (f"{lon},{lat},{lon},{lat},2026-05-12T09:30,", "no_time"),
        15: (line(1, 2, 5, "12日の朝"), "no_departure"),
        16: (f"{lon},{lat}", "no_place"),
    }
    file = write(tmp_path / "trips.csv", *TRIPS, *(row for row, _ in bad.values()))
    document = fit_trips(session, file, "car").describe()
    assert {row["row"]: row["reason"] for row in document["unexplained"]} == {
        row: reason for row, (_, reason) in bad.items()
    }
    assert all(row["text"].endswith(("。", "す", "ん", ")")) for row in document["unexplained"])
    assert document["trips"] == {"rows": 16, "used": 6}
    slow = next(row for row in document["unexplained"] if row["row"] == 9)
    assert (slow["minutes"], slow["expected_minutes"]) == (200, pytest.approx(12, abs=0.01))
    # They change nothing of what the others say.
    alone = fit_trips(session, write(tmp_path / "alone.csv", *TRIPS), "car").describe()
    assert alone["rows"] == document["rows"]


def test_what_was_closed_on_the_day_of_a_trip_could_not_be_driven(session: Session, tmp_path: Path) -> None:
    build_town(session)
    close_road(session, 3, 4)  # in January 2026
    january = [line(1, 4, 18, "2026-01-15T09:30+09:00"), line(1, 3, 9, "2026-01-15T09:30+09:00")]
    document = fit_trips(session, write(tmp_path / "trips.csv", *TRIPS, *january), "car").describe()
    assert [(row["row"], row["reason"]) for row in document["unexplained"]] == [(7, "unreachable")]
    assert "通行止め" in document["unexplained"][0]["text"]
    assert document["departures"] == ["2026-01-15T09:30:00+09:00", "2026-05-12T09:30:00+09:00"]


def test_a_winter_fit_stays_below_the_summer(session: Session, tmp_path: Path) -> None:
    build_town(session)
    fast = [line(1, 2, 2.2), line(2, 3, 2.2), line(1, 3, 4.4), line(3, 4, 4.4), line(4, 1, 8.8), line(4, 2, 6.6)]
    fitted = fit_trips(session, write(tmp_path / "trips.csv", *fast), "car-winter")
    keep_fit(session, fitted, SIGNED)
    assert profile_in_use(session, "car-winter").kmh("primary") == pytest.approx(CAR.kmh("primary"), rel=0.001)


def test_files_that_are_none_are_refused(session: Session, tmp_path: Path) -> None:
    build_town(session)
    files = {
        "no column end_lat, minutes": write(tmp_path / "a.csv", "1", head="start_lon,start_lat,end_lon,departure"),
        "no row below its head": write(tmp_path / "b.csv"),
        "cannot be read": tmp_path / "absent.csv",
        "None of the trips can be explained": write(tmp_path / "d.csv", line(1, 8, 30)),
    }
    (tmp_path / "e.csv").write_bytes(b"start_lon\x81\x00\xff\xfe\xff")
    files["neither UTF-8 nor CP932"] = tmp_path / "e.csv"
    for words, file in files.items():
        with pytest.raises(InputError, match=words):
            fit_trips(session, file, "car")
    too_few = fit_trips(session, write(tmp_path / "few.csv", *TRIPS[:2]), "car")
    with pytest.raises(InputError, match="too few for any road class"):
        keep_fit(session, too_few, SIGNED)


def test_a_file_of_an_office_computer_is_read(tmp_path: Path) -> None:
    head = ",".join([*COLUMNS, "備考"])
    for encoding in ("utf-8-sig", "cp932"):
        trips, faults = read_trips(
            write(tmp_path / "t.csv", f"{line(1, 2, 5, '2026-05-12 09:30')},往路", head=head, encoding=encoding)
        )
        assert faults == []
        assert [(trip.row, trip.seconds, trip.departure.isoformat()) for trip in trips] == [
            (1, 300, "2026-05-12T09:30:00+09:00")
        ]


# --- commands -----------------------------------------------------------------------------------------------------
def test_a_person_changes_looks_fits_and_takes_back(tono: Any, own_city_url: str, tmp_path: Path) -> None:
    def run(*words: object) -> Any:
        return tono("speeds", *words, on=own_city_url)

    plain = run("show", "--json").assert_done().document
    assert {row["highway"] for row in plain["rows"]} == set(CAR.speed_kmh)
    assert all(row["edit"] is None for row in plain["rows"])
    before = tono("coverage", "--json", on=own_city_url).assert_done().document
    run("set", "unclassified", 20, "--why", "雪どけのあと", "--who", "菊池", "--delay", 4).assert_done()
    after = tono("coverage", "--json", on=own_city_url).assert_done().document
    assert after["covered"]["10"] < before["covered"]["10"]
    row = next(row for row in run("show", "--json").document["rows"] if row["highway"] == "unclassified")
    assert (row["kmh"], row["delay_s"]) == (20, 4)
    assert (row["edit"]["who"], row["edit"]["why"]) == ("菊池", "雪どけのあと")
    table = run("show").assert_done().out
    assert "菊池" in table
    assert "市の設定: 雪どけのあと" in table
    run("set", "unclassified", 0, "--why", "x").assert_refused("above 0 km/h")
    run("set", "secondary", 45, "--profile", "car-winter", "--why", "x").assert_refused("faster than an ordinary day")
    run("fit", tmp_path / "absent.csv").assert_refused("cannot be read")
    run("fit", tmp_path / "absent.csv", "--keep").assert_refused("who makes it and why")
    run("reset", "--who", "佐々木").assert_done()
    assert tono("coverage", "--json", on=own_city_url).document == before
    history = run("show", "--history").assert_done().out.splitlines()
    assert [words in history[i] for i, words in enumerate(("20.0 km/h  菊池: 雪どけのあと", "reset  佐々木"))] == [
        True
    ] * 2
    assert run("set", "unclassified", 20).status == 2


def test_a_person_puts_fitted_speeds_to_use(tono: Any, own_city_url: str, tmp_path: Path) -> None:
    from app.database import create_database_engine, transaction  # noqa: PLC0415  (here alone)
    from app.roads.queries import active_network, load_network  # noqa: PLC0415
    from geo.roads.snapping import snap  # noqa: PLC0415
    from geo.travel.routes import shortest_routes  # noqa: PLC0415

    engine = create_database_engine(own_city_url)
    with transaction(engine) as other:
        network = load_network(other, active_network(other))
    engine.dispose()
    true = replace(CAR, speed_kmh={name: 0.8 * kmh for name, kmh in CAR.speed_kmh.items()})
    rng = np.random.default_rng(1)
    ends = [network.node_lonlat[rng.integers(0, network.node_count, 60)] for _ in range(2)]
    places = [snap(network, end, CAR) for end in ends]
    seconds = shortest_routes(network, *places, true).seconds
    rows = [
        f"{a[0]},{a[1]},{b[0]},{b[1]},2026-05-12T09:30,{s / 60}"
        for a, b, s in zip(*ends, seconds, strict=True)
        if 0 < s < np.inf
    ]
    file = write(tmp_path / "trips.csv", *rows, line(1, 2, 0))
    said = tono("speeds", "fit", file, "--keep", "--why", "5月の記録", "--json", on=own_city_url).assert_done()
    document = said.document
    fitted = [row for row in document["rows"] if row["is_fitted"]]
    assert fitted
    for row in fitted:
        assert row["kmh"] == pytest.approx(0.8 * row["before_kmh"], rel=0.05)
    assert document["kept"] == len(fitted)
    assert f"{len(rows) + 1}" == str(document["unexplained"][-1]["row"])
    shown = tono("speeds", "show", "--json", on=own_city_url).document["rows"]
    assert {row["highway"] for row in shown if row["edit"] and "記録した移動" in row["source"]} == {
        row["highway"] for row in fitted
    }
    text_form = tono("speeds", "fit", file, on=own_city_url).assert_done().out
    assert "誤差(二乗平均)" in text_form
    assert f"{len(rows) + 1}行目は使いません" in text_form
