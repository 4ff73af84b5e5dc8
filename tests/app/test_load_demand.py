"""People come in whole or not at all, from the files that a city has: what is wrong is said with its row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.demand.load_demand import load_demand
from app.demand.queries import list_cells
from app.errors import InputError
from app.register.queries import city_bounds, district_ids
from geo.mesh import bounds, centre, encode

HERE = (141.5301, 39.3301)
CODE = str(encode(*HERE))
CITY = (141.25, 39.15, 141.85, 39.60)
TEXTS = pd.DataFrame(
    {
        "mesh_code": [CODE, str(encode(141.36, 39.345))],
        "lon": [HERE[0], 141.36],
        "lat": [HERE[1], 39.345],
        "population": [12, 0],
        "households": [5, 0],
    }
)


def table(**columns: Any) -> pd.DataFrame:
    """Return a good table of two cells with some columns changed."""
    return TEXTS.assign(**columns)


def write(folder: Path, frame: pd.DataFrame, name: str = "cells.csv", **options: Any) -> Path:
    """Write a table in the form that the name asks for."""
    path = folder / name
    if name.endswith(".parquet"):
        frame.to_parquet(path, **options)
    else:
        frame.to_csv(path, index=False, **options)
    return path


def load(session: Session, path: Path) -> tuple[int, int, int]:
    """Load a file on the stored districts."""
    return load_demand(session, path, districts=district_ids(session), city_bounds=city_bounds(session) or CITY)


# --- what is good ---------------------------------------------------------------------------------------------------


def as_csv(folder: Path) -> Path:
    return write(folder, table())


def as_csv_with_a_mark(folder: Path) -> Path:
    return write(folder, table(), encoding="utf-8-sig")


def as_csv_of_windows(folder: Path) -> Path:
    return write(folder, table(district=["遠野町", "宮守町宮守"]), encoding="cp932")


def as_csv_in_capitals(folder: Path) -> Path:
    return write(folder, table(), "CELLS.CSV")


def as_csv_with_blanks(folder: Path) -> Path:
    return write(folder, table(mesh_code=[f" {code} " for code in TEXTS["mesh_code"]]))


def as_parquet(folder: Path) -> Path:
    return write(folder, table(), "cells.parquet")


def as_parquet_of_numbers(folder: Path) -> Path:
    return write(folder, table(mesh_code=TEXTS["mesh_code"].astype(np.int64)), "cells.parquet")


def as_geoparquet(folder: Path) -> Path:
    shapes = gpd.points_from_xy(TEXTS["lon"], TEXTS["lat"], crs=4326)
    return write(folder, gpd.GeoDataFrame(table(), geometry=shapes), "cells.parquet")


def with_an_index(folder: Path) -> Path:
    return write(folder, table().set_index(pd.Index([7, 7])), "cells.parquet")


@pytest.mark.parametrize(
    "form",
    [
        *(as_csv, as_csv_with_a_mark, as_csv_of_windows, as_csv_in_capitals, as_csv_with_blanks),
        *(as_parquet, as_parquet_of_numbers, as_geoparquet, with_an_index),
    ],
)
def test_every_form_of_the_table_is_the_same_people(tono_session: Session, tmp_path: Path, form) -> None:
    assert load(tono_session, form(tmp_path)) == (2, 12, 0)
    found = [(cell.mesh_code, cell.district, cell.population, cell.households) for cell in list_cells(tono_session)]
    other = TEXTS["mesh_code"][1]
    assert found == sorted([(CODE, "遠野町", 12, 5), (other, "宮守町宮守", 0, 0)])


def test_the_point_that_is_reached_may_be_another(tono_session: Session, tmp_path: Path) -> None:
    # Of the second cell no such point is known: its own point stands for it.
    path = write(tmp_path, table(rep_lon=[141.531, None], rep_lat=[39.331, None]))
    load(tono_session, path)
    points = {cell.mesh_code: cell.access_point for cell in list_cells(tono_session)}
    assert points == {CODE: (141.531, 39.331), TEXTS["mesh_code"][1]: (141.36, 39.345)}


def test_a_district_that_is_named_wins_over_the_place(tono_session: Session, tmp_path: Path) -> None:
    load(tono_session, write(tmp_path, table(district=["小友町", None])))
    assert {cell.mesh_code: cell.district for cell in list_cells(tono_session)} == {
        CODE: "小友町",
        TEXTS["mesh_code"][1]: "宮守町宮守",
    }


def test_a_cell_in_no_district_is_counted_and_kept(tono_session: Session, tmp_path: Path) -> None:
    far = (141.95, 39.10)
    frame = table(mesh_code=[CODE, str(encode(*far))], lon=[HERE[0], far[0]], lat=[HERE[1], far[1]])
    assert load(tono_session, write(tmp_path, frame)) == (2, 12, 1)
    assert [cell.district for cell in list_cells(tono_session)].count(None) == 1


def test_cells_of_one_kilometre_and_of_125_metres(tono_session: Session, tmp_path: Path) -> None:
    for digits in (8, 9, 10, 11):
        codes = encode(TEXTS["lon"], TEXTS["lat"], digits)
        assert load(tono_session, write(tmp_path, table(mesh_code=codes)))[:2] == (2, 12)


def test_people_outside_every_road_stay_in_the_count(tono, own_city_url: str, tmp_path: Path) -> None:
    far = (141.30, 39.58)  # nobody's road is within 500 m
    frame = table(
        mesh_code=[CODE, str(encode(*far))], lon=[HERE[0], far[0]], lat=[HERE[1], far[1]], population=[12, 30]
    )
    tono("demand", "load", write(tmp_path, frame), on=own_city_url).assert_done()
    found = tono("coverage", "--json", on=own_city_url).document
    assert (found["population"], found["unreachable_population"]) == (42, 30)
    (cell,) = found["unreachable"]
    assert (cell["mesh_code"], cell["reason"]) == (frame["mesh_code"][1], "off_network")
    assert cell["snap_m"] > 500


def test_the_table_of_e_stat_is_people_by_cell(tono_session: Session, tmp_path: Path) -> None:
    other = TEXTS["mesh_code"][1]
    text = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001142001,T001142002,T001142034\r\n"
    text += ",,,,　人口（総数）,　人口（総数）　男,　世帯総数\r\n"
    text += f"{CODE},1,,{other},57,27,21\r\n{other},2,{CODE},,3,*,-\r\n"
    for name in ("tblT001142Q5841.txt", "tblT001142Q5841.csv"):
        (tmp_path / name).write_bytes(text.encode("cp932"))
        # Totals are never hidden, so nothing is added along GASSAN.
        assert load(tono_session, tmp_path / name) == (2, 60, 0)
    cells = {cell.mesh_code: cell for cell in list_cells(tono_session)}
    assert (cells[CODE].households, cells[other].households) == (21, 0)
    assert cells[CODE].access_point == pytest.approx(centre(CODE))
    (tmp_path / "hidden.csv").write_bytes(text.replace(",3,*,", ",*,*,").encode("cp932"))
    with pytest.raises(InputError, match=r"row 2 .*population is not a number"):
        load(tono_session, tmp_path / "hidden.csv")


def test_a_workbook_with_titles_of_an_office(tono_session: Session, tmp_path: Path) -> None:
    path = tmp_path / "cells.xlsx"
    table = pd.DataFrame(
        {"メッシュコード": [int(CODE)], "人口": ["1,012"], "世帯数（世帯）": ["５"], "地区": ["小友町"]}
    )
    table.to_excel(path, index=False, startrow=2)
    assert load(tono_session, path) == (1, 1012, 0)


def test_a_corner_to_six_decimals_lies_in_its_cell(tono_session: Session, tmp_path: Path) -> None:
    # 39.327083 is 39°19'37.5" cut after six decimals, a hand's breadth south of the cell.
    frame = table(mesh_code=["5841749223", TEXTS["mesh_code"][1]], lon=[141.53125, 141.36], lat=[39.327083, 39.345])
    assert load(tono_session, write(tmp_path, frame)) == (2, 12, 0)


# --- what is not ----------------------------------------------------------------------------------------------------

WEST, SOUTH, EAST, NORTH = bounds(CODE)
BAD_TABLES: dict[str, tuple[dict[str, Any], str]] = {
    "fewer people than none": ({"population": [-1, 0]}, r"row 1 \(mesh .*population is below 0"),
    "half a person": ({"population": [12, 0.5]}, "row 2 .*population is not a whole number"),
    "no number": ({"population": [12, None]}, "row 2 .*population is not a number"),
    "a hidden number": ({"population": ["12", "*"]}, "row 2 .*population is not a number"),
    "numbers without end": ({"population": [12, np.inf]}, "row 2 .*population is not a number"),
    "more than a city": ({"population": [12, 10**12]}, "row 2 .*population is above"),
    "households without number": ({"households": [None, 0]}, "row 1 .*households is not a number"),
    "a place without number": ({"lat": [None, 39.345]}, "row 1 .*lat is not a number"),
    "one cell twice": ({"mesh_code": [CODE, CODE], "lon": [HERE[0]] * 2, "lat": [HERE[1]] * 2}, "row 2 .*twice"),
    "a cell inside another": (
        {"mesh_code": [CODE, CODE[:8]], "lon": [HERE[0]] * 2, "lat": [HERE[1]] * 2},
        "row 1 .*lies inside mesh",
    ),
    "too few digits": ({"mesh_code": [CODE[:7], CODE]}, r"row 1 \(mesh 584\d{4}\): .*8 to 11 digits"),
    "a square of ten kilometres": ({"mesh_code": [CODE[:6], TEXTS["mesh_code"][1]]}, "row 1 .*8 to 11 digits"),
    "letters": ({"mesh_code": ["58417A0411", CODE]}, "row 1"),
    "a digit that is none": ({"mesh_code": [CODE[:9] + "7", CODE]}, "row 1"),
    "no code": ({"mesh_code": [None, CODE]}, "row 1"),
    "lon and lat swapped": ({"lon": TEXTS["lat"], "lat": TEXTS["lon"]}, r"row 1: .*swapped"),
    "a place outside its cell": ({"lon": [EAST + 0.001, 141.36]}, "row 1: .*does not lie in mesh"),
    "a reached point on the other side of the city": (
        {"rep_lon": [141.9, 141.36], "rep_lat": [39.2, 39.345]},
        "row 1 .*rep_lon, rep_lat",
    ),
    "a reached point that is swapped": ({"rep_lon": [39.33, 141.36], "rep_lat": [141.53, 39.345]}, "row 1 .*rep_lat"),
    "half of a reached point": ({"rep_lon": [141.53, None], "rep_lat": [39.33, 39.345]}, "row 2 .*rep_lon is not"),
    "a district that nobody knows": ({"district": ["遠野町", "横浜市"]}, "not in the register: 横浜市"),
}


@pytest.mark.parametrize("what", BAD_TABLES)
def test_a_bad_row_is_named_and_nothing_is_loaded(tono_session: Session, tmp_path: Path, what: str) -> None:
    columns, said = BAD_TABLES[what]
    before = list_cells(tono_session)
    with pytest.raises(InputError, match=said) as caught:
        load(tono_session, write(tmp_path, table(**columns)))
    assert str(caught.value).count("\n") == 0
    assert "Nothing was loaded." in str(caught.value)
    tono_session.expire_all()
    assert list_cells(tono_session) == before


def test_cells_of_another_city_are_told(tono_session: Session, tmp_path: Path) -> None:
    places = [(139.64, 35.45), (139.65, 35.46)]
    codes = [str(encode(*place)) for place in places]
    frame = table(mesh_code=codes, lon=[place[0] for place in places], lat=[place[1] for place in places])
    with pytest.raises(InputError, match=r"2 of 2 cells outside the districts.*another city"):
        load(tono_session, write(tmp_path, frame))


BAD_FILES: dict[str, tuple[str, bytes | None, str]] = {
    "not there": ("gone.csv", None, "cannot be read: No such file"),
    "empty": ("cells.csv", b"", "not a readable"),
    "a head without rows": ("cells.csv", b"mesh_code,lon,lat,population,households\n", "has no row"),
    "without a column": ("cells.csv", b"mesh_code,lon,lat\n1,2,3\n", "has no column population, households; it has:"),
    "no table": ("cells.csv", b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "not a readable|no column"),
    "rows of unequal length": ("cells.csv", b"mesh_code,population,households\n1,2,3\n1,2,3,4\n", "not a readable"),
    "no parquet": ("cells.parquet", b"PAR1 and nothing more", "not a readable"),
    "empty parquet": ("cells.parquet", b"", "not a readable"),
    "a broken workbook": ("cells.xlsx", b"PK\x03\x04", "not a readable Excel"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_bad_file_is_told_in_one_sentence(tono, tmp_path: Path, what: str, command_url: str, contents) -> None:
    name, content, said = BAD_FILES[what]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = contents(command_url)
    answer = tono("demand", "load", tmp_path / name)
    answer.assert_refused(name)
    assert any(words in answer.err for words in said.split("|"))
    assert contents(command_url) == before


def test_a_truncated_parquet_file_and_a_folder(tono, tmp_path: Path) -> None:
    whole = write(tmp_path, pd.concat([table()] * 1000), "cells.parquet").read_bytes()
    (tmp_path / "half.parquet").write_bytes(whole[: len(whole) // 2])
    tono("demand", "load", tmp_path / "half.parquet").assert_refused("not a readable")
    tono("demand", "load", tmp_path).assert_refused("Is a directory")


def test_a_second_file_takes_the_place_of_the_first(tono_session: Session, tmp_path: Path) -> None:
    load(tono_session, write(tmp_path, table()))
    load(tono_session, write(tmp_path, table(population=[20, 1])))
    assert sorted(cell.population for cell in list_cells(tono_session)) == [1, 20]
    sources = tono_session.scalars(
        text("SELECT DISTINCT sha256 FROM dataset d JOIN demand_cell c ON c.dataset_id = d.id")
    )
    assert len(sources.all()) == 1
