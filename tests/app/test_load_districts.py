"""District polygons come in whole or not at all, and what is wrong is said with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.errors import InputError
from app.resources.load_districts import load_districts
from app.resources.queries import city_bounds, list_districts

SQUARE = [[141.5, 39.3], [141.6, 39.3], [141.6, 39.4], [141.5, 39.4], [141.5, 39.3]]
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
