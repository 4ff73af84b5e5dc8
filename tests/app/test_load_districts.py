"""District polygons come in whole or not at all, and what is wrong is said with its place."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, MultiPolygon, Polygon, box, force_3d
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.errors import InputError
from app.register.load_districts import load_districts
from app.register.queries import city_bounds, list_districts

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
    load_districts(session, write(tmp_path, [({"name": "北"}, SQUARE), ({"name": "南"}, SQUARE)]))
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
    load_districts(session, write(tmp_path, [({"name": "北"}, SQUARE), ({"name": "南"}, SQUARE)]))
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
    frame = gpd.GeoDataFrame({"name": TONO}, geometry=[box(139.5, 35.3, 139.6, 35.4)] * len(TONO), crs=4326)
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
