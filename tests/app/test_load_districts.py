"""District polygons come in whole or not at all, and what is wrong is said with its place."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, MultiPolygon, Polygon, box, force_3d
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.errors import InputError
from app.register.load_districts import load_districts
from app.register.queries import city_bounds, list_districts
from app.register.read_districts import read_districts

SQUARE = [[141.5, 39.3], [141.6, 39.3], [141.6, 39.4], [141.5, 39.4], [141.5, 39.3]]
TONO = [
    "遠野町",
    "綾織町",
    "小友町",
    "附馬牛町",
    "松崎町",
    "土淵町",
    "青笹町",
    "上郷町",
    "宮守町宮守",
    "宮守町達曽部",
    "宮守町鱒沢",
]
NEXT = [[x + 0.1, y] for x, y in SQUARE]
BOW_TIE = [[141.5, 39.3], [141.6, 39.4], [141.6, 39.3], [141.5, 39.4], [141.5, 39.3]]


def write(folder: Path, features: list[tuple[dict[str, object], object]]) -> Path:
    """Write features (properties, ring or None) as GeoJSON."""
    path = folder / "districts.geojson"
    made = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": ring and {"type": "Polygon", "coordinates": [ring]},
        }
        for properties, ring in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}))
    return path


def test_polygons_and_counts_are_stored(session: Session, tmp_path: Path) -> None:
    path = write(tmp_path, [({"name": "北", "population": 120, "households": 50}, SQUARE)])
    assert load_districts(session, path) == 1
    (district,) = list_districts(session)
    assert (district.name, district.population, district.households) == ("北", 120, 50)
    assert city_bounds(session) == pytest.approx((141.5, 39.3, 141.6, 39.4))
    assert (
        session.scalar(text("SELECT count(*) FROM district WHERE ST_GeometryType(geometry) = 'ST_MultiPolygon'")) == 1
    )


def test_a_second_load_keeps_the_number_that_others_point_at(session: Session, tmp_path: Path) -> None:
    load_districts(session, write(tmp_path, [({"name": "北"}, SQUARE)]))
    (before,) = [district.id for district in list_districts(session)]
    load_districts(session, write(tmp_path, [({"name": "北"}, SQUARE), ({"name": "南"}, NEXT)]))
    assert {district.name: district.id for district in list_districts(session)}["北"] == before


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ([({"name": "北"}, BOW_TIE)], r"北 cannot be used: Self-intersection\[141.55 39.35\]"),
        ([({"title": "北"}, SQUARE)], r"has no column `name`; it has: title"),
        ([({"name": "北"}, SQUARE), ({"name": "北"}, SQUARE)], "more than one polygon named 北"),
        ([({"name": "北"}, None)], "district 北 must be a polygon, but is nothing"),
        ([({"name": "北"}, [[x * 1000, y] for x, y in SQUARE])], "outside the globe"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(
    session: Session, tmp_path: Path, features: list[tuple[dict[str, object], object]], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        load_districts(session, write(tmp_path, features))


def test_a_missing_or_broken_file_is_named(session: Session, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.geojson cannot be read: No such file"):
        load_districts(session, tmp_path / "nowhere.geojson")
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [')
    with pytest.raises(InputError, match="not a readable GeoJSON"):
        load_districts(session, broken)


def test_a_district_in_use_cannot_vanish(session: Session, tmp_path: Path) -> None:
    load_districts(session, write(tmp_path, [({"name": "北"}, SQUARE), ({"name": "南"}, NEXT)]))
    session.execute(
        text("""
            INSERT INTO small_area (code, name, district_id, population, households, location, dataset_id)
            SELECT '1', '集落', id, 1, 1, ST_SetSRID(ST_Point(141.55, 39.35), 4326), dataset_id
            FROM district WHERE name = '南'
        """)
    )
    with pytest.raises(InputError, match="no polygon for 南"):
        load_districts(session, write(tmp_path, [({"name": "北"}, SQUARE)]))


def saved(folder: Path, name: str, frame: gpd.GeoDataFrame, **options: object) -> Path:
    """Write polygons in the form that the name asks for."""
    path = folder / name
    frame.to_file(path, **options)
    return path


def polygons(**columns: object) -> gpd.GeoDataFrame:
    """Return two good polygons, side by side, with some columns changed."""
    shapes = [Polygon(SQUARE), Polygon([[x + 0.1, y] for x, y in SQUARE])]
    return gpd.GeoDataFrame({"name": ["北", "南"], **columns}, geometry=shapes, crs=4326)


def test_a_geopackage_in_metres_is_the_same_borders(session: Session, tmp_path: Path) -> None:
    assert load_districts(session, saved(tmp_path, "plane.gpkg", polygons().to_crs(6678))) == 2
    assert city_bounds(session) == pytest.approx((141.5, 39.3, 141.7, 39.4), abs=1e-6)
    assert [district.name for district in list_districts(session)] == ["北", "南"]


def test_a_hole_an_island_and_heights_are_kept_or_dropped(session: Session, tmp_path: Path) -> None:
    outer, hole = box(141.5, 39.3, 141.6, 39.4), box(141.52, 39.32, 141.58, 39.38)
    shape = force_3d(MultiPolygon([outer.difference(hole), box(141.7, 39.3, 141.8, 39.4)]))
    frame = gpd.GeoDataFrame({"name": ["北"]}, geometry=[shape], crs=4326)
    load_districts(session, saved(tmp_path, "b.geojson", frame))
    found = session.execute(
        text("SELECT ST_NumGeometries(geometry), ST_Area(geometry), ST_NDims(geometry) FROM district")
    ).one()
    assert tuple(found) == (2, pytest.approx(0.01 - 0.0036 + 0.01), 2)


@pytest.mark.parametrize("value", [None, float("nan")])
def test_counts_that_are_not_known_stay_unknown(session: Session, tmp_path: Path, value: object) -> None:
    load_districts(session, saved(tmp_path, "b.geojson", polygons(population=[12, value], households=[value, 5])))
    assert [(row.population, row.households) for row in list_districts(session)] == [(12, None), (None, 5)]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"population": [12, -1]}, "population of district 南 is -1"),
        ({"households": [1.5, 2]}, "households of district 北 is 1.5"),
        ({"population": ["12", "多い"]}, "population of district 南 is 多い"),
        ({"name": ["北", None]}, "polygon 2: the name is empty"),
        ({"name": ["  ", "南"]}, "polygon 1: the name is empty"),
        ({"name": ["北", " 北 "]}, "more than one polygon named 北"),
    ],
)
def test_a_bad_column_is_named(session: Session, tmp_path: Path, columns: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_districts(session, saved(tmp_path, "b.geojson", polygons(**columns)))


def test_two_layers_are_one_too_many(session: Session, tmp_path: Path) -> None:
    path = saved(tmp_path, "b.gpkg", polygons(), layer="districts")
    saved(tmp_path, "b.gpkg", polygons(), layer="other")
    with pytest.raises(InputError, match=r"2 layers \(districts, other\)"):
        load_districts(session, path)


def test_other_shapes_and_tables_without_shape_are_refused(session: Session, tmp_path: Path) -> None:
    lines = gpd.GeoDataFrame({"name": ["北"]}, geometry=[LineString(SQUARE)], crs=4326)
    with pytest.raises(InputError, match="must be a polygon, but is LineString"):
        load_districts(session, saved(tmp_path, "lines.geojson", lines))
    (tmp_path / "table.csv").write_text("name,population\n北,12\n")
    with pytest.raises(InputError, match="has no polygon in it"):
        load_districts(session, tmp_path / "table.csv")
    with pytest.raises(InputError, match="Is a directory"):
        load_districts(session, tmp_path)


@pytest.mark.parametrize("content", ["", "{}", "[1, 2]", '{"type": "FeatureCollection", "features": []}', "\x00\x01"])
def test_files_that_say_nothing_are_refused_in_one_sentence(
    tono, command_url: str, tmp_path: Path, contents, content: str
) -> None:
    path = tmp_path / "b.geojson"
    path.write_text(content)
    before = contents(command_url)
    tono("districts", "load", path).assert_refused("b.geojson")
    assert contents(command_url) == before


def test_borders_of_another_city_are_refused(tono, command_url: str, tmp_path: Path, contents) -> None:
    before = contents(command_url)
    tono("districts", "load", saved(tmp_path, "b.geojson", polygons())).assert_refused("no polygon for")
    # The names are right and the place is not: Tono's districts drawn over Yokohama.
    frame = gpd.GeoDataFrame(
        {"name": TONO}, geometry=[box(139 + i / 10, 35.3, 139.1 + i / 10, 35.4) for i in range(11)], crs=4326
    )
    tono("districts", "load", saved(tmp_path, "c.geojson", frame)).assert_refused("another city")
    assert contents(command_url) == before


def test_people_whose_district_is_not_given_get_the_new_one(tono, own_city_url: str, tmp_path: Path) -> None:
    cells = "mesh_code,lon,lat,population,households,district\n"
    cells += (
        "5841749232,141.5301,39.3301,12,5,\n5941021824,141.36,39.345,7,3,\n5841747212,141.5301,39.3101,1,1,小友町\n"
    )
    (tmp_path / "cells.csv").write_text(cells)
    tono("demand", "load", tmp_path / "cells.csv", on=own_city_url).assert_done()
    # Two stripes, the second of which does not reach the west, and nine districts without anybody.
    stripes = [box(141.51, 39.1, 141.9, 39.7), box(141.4, 39.1, 141.51, 39.7)]
    empty = [box(141.9 + i / 100, 39.1, 141.905 + i / 100, 39.2) for i in range(len(TONO) - 2)]
    frame = gpd.GeoDataFrame({"name": TONO}, geometry=[*stripes, *empty], crs=4326)
    said = tono("districts", "load", saved(tmp_path, "b.geojson", frame), on=own_city_url).assert_done()
    assert "Loaded 11 districts. 1 cells lie in none of them." in said.err
    found = tono("coverage", "--json", on=own_city_url).document["districts"]
    people = {district["name"]: district["population"] for district in found if district["population"]}
    assert people == {"遠野町": 12, "小友町": 1, "地区外": 7}


# --- files of ministries and offices ---------------------------------------------------------------------------------


def bare_shapefile(folder: Path, frame: gpd.GeoDataFrame, *, encoding: str, page: int = 0) -> Path:
    """Write a Shapefile as e-Stat hands it out: no .cpg, and the mark of a code page or none in its table."""
    path = folder / "bare.shp"
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = page
    path.with_suffix(".dbf").write_bytes(bytes(table))
    return path


@pytest.mark.parametrize(("encoding", "page"), [("cp932", 0), ("cp932", 0x13), ("utf-8", 0), ("cp932", 0x57)])
def test_a_shapefile_that_does_not_say_how_it_is_written(tmp_path: Path, encoding: str, page: int) -> None:
    frame = polygons(name=["遠野町", "附馬牛町"], population=[1, 2]).rename(
        columns={"name": "地区名", "population": "人口"}
    )
    read = read_districts(bare_shapefile(tmp_path, frame, encoding=encoding, page=page))
    assert (read["name"].tolist(), read["population"].tolist()) == (["遠野町", "附馬牛町"], [1, 2])


def test_a_shapefile_whose_page_is_wrong_is_refused_and_never_garbled(tmp_path: Path) -> None:
    path = bare_shapefile(tmp_path, polygons(name=["遠野町", "附馬牛町"]), encoding="cp932")
    path.with_suffix(".cpg").write_text("UTF-8")
    with pytest.raises(InputError, match="names are not utf-8 text"):
        read_districts(path)
    path.with_suffix(".cpg").write_text("ISO-8859-1")  # what programs write where they know none
    assert read_districts(path)["name"].tolist() == ["遠野町", "附馬牛町"]
    path.with_suffix(".dbf").unlink()
    with pytest.raises(InputError, match=r"the parts \.dbf are not beside it"):
        read_districts(path)


def test_a_shapefile_in_an_archive(tmp_path: Path) -> None:
    path = bare_shapefile(tmp_path, polygons(name=["遠野町", "附馬牛町"]), encoding="cp932")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("bare.*"):
            archive.write(part, f"Shift-JIS/{part.name}")
    assert read_districts(tmp_path / "a.zip")["name"].tolist() == ["遠野町", "附馬牛町"]
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as archive:
        archive.write(path, "other.shp")
    with pytest.raises(InputError, match="has 2 files of shapes"):
        read_districts(tmp_path / "a.zip")


def test_borders_of_the_ministry_with_islands_wards_and_land_of_nobody(tmp_path: Path) -> None:
    rows = [
        ("宮城県", "仙台市", "青葉区", "04101"),
        ("宮城県", "仙台市", "青葉区", "04101"),
        ("岩手県", "住田町", None, "03441"),
        ("北海道", "伊達市", None, "01233"),
        ("福島県", "伊達市", None, "07213"),
        ("岩手県", "所属未定地", None, "03000"),
        ("岩手県", None, None, None),
    ]
    columns = dict(zip(("N03_001", "N03_004", "N03_005", "N03_007"), zip(*rows, strict=True), strict=True))
    shapes = [box(140 + i / 10, 38, 140.05 + i / 10, 38.1) for i in range(len(rows))]
    path = saved(tmp_path, "N03.geojson", gpd.GeoDataFrame(columns, geometry=shapes, crs=6668))
    read = read_districts(path)
    assert read["name"].tolist() == ["仙台市青葉区", "住田町", "北海道伊達市", "福島県伊達市"]
    assert [shape.geom_type for shape in read.geometry] == ["MultiPolygon"] * 4
    assert len(read.geometry.iloc[0].geoms) == 2


def test_small_areas_of_the_census_are_joined_and_water_is_none(tmp_path: Path) -> None:
    columns = {
        "KEY_CODE": ["031", "031", "032", "031"],
        "S_NAME": ["綾織町", "綾織町", "小友町", "久慈港"],
        "HCODE": [8101, 8101, 8101, 8154],
        "JINKO": [12, 0, 5, 0],
        "SETAI": [4, 0, 2, 0],
    }
    shapes = [box(141 + i / 10, 39, 141.05 + i / 10, 39.1) for i in range(4)]
    read = read_districts(saved(tmp_path, "r2ka.geojson", gpd.GeoDataFrame(columns, geometry=shapes, crs=4612)))
    assert read[["name", "population", "households"]].to_numpy().tolist() == [["綾織町", 12, 4], ["小友町", 5, 2]]


# --- what overlaps, what has no name ---------------------------------------------------------------------------------


def test_districts_over_each_other_are_named_with_their_area(tmp_path: Path) -> None:
    shapes = [box(141.5, 39.3, 141.6, 39.4), box(141.59, 39.3, 141.7, 39.4), box(141.8, 39.3, 141.9, 39.4)]
    path = saved(tmp_path, "b.geojson", gpd.GeoDataFrame({"name": ["北", "南", "西"]}, geometry=shapes, crs=4326))
    # A hundredth of a degree wide and a tenth high, at 39.35° north: 0.862 km × 11.10 km.
    with pytest.raises(InputError, match=r"districts that overlap: 北 and 南 \(9\.57 km²\)\. ") as caught:
        read_districts(path)
    assert caught.value.detail.startswith("地区が重なっています: 北と南(9.57 km²)")


@pytest.mark.parametrize("metres", [0, 2, 15])
def test_slivers_between_borders_that_were_drawn_apart_are_no_overlap(tmp_path: Path, metres: float) -> None:
    east = 141.6 - metres / 86_000
    shapes = [box(141.5, 39.3, 141.6, 39.4), box(east, 39.3, 141.7, 39.4)]
    path = saved(tmp_path, "b.geojson", gpd.GeoDataFrame({"name": ["北", "南"]}, geometry=shapes, crs=4326))
    assert len(read_districts(path)) == 2


@pytest.mark.parametrize(
    "name",
    ["undefined", "遠野undefined", "undefined町", "null", "None", "NaN", "[object Object]", "#N/A", "-", "?", "a\tb"],
)
def test_a_name_that_a_program_wrote_for_none_is_refused(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path, "b.geojson", polygons(name=["北", name]))
    with pytest.raises(InputError, match=r"polygon 2: .*is not a name of a district"):
        read_districts(path)


@pytest.mark.parametrize("name", ["Nanmoku", "南牧村", "なんもく", "1区", "第1地区(北)"])
def test_names_that_only_look_like_it_are_names(tmp_path: Path, name: str) -> None:
    assert read_districts(saved(tmp_path, "b.geojson", polygons(name=["北", name])))["name"].tolist() == ["北", name]
