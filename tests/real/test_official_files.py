"""Files of the census and of 国土数値情報 as they are handed out give the people that were published."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.demand.read_demand import read_demand
from app.municipalities.read_municipalities import read_municipalities
from app.register.read_districts import read_districts

OFFICIAL = Path(__file__).parents[3] / "shared" / "data" / "official"

pytestmark = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="needs ../shared/data/official")


@pytest.mark.parametrize(
    ("name", "code", "city", "areas", "people"),
    [
        ("h27ka03208.zip", "03208", "遠野市", 65, 28_062),
        ("h27ka31403.zip", "31403", "江府町", 40, 3_004),
        ("A002005212000DDSWC31403.zip", "31403", "江府町", 40, 3_921),
    ],
)
def test_small_areas_of_the_census(name: str, code: str, city: str, areas: int, people: int) -> None:
    path = OFFICIAL / "real" / name
    (one,) = read_municipalities([path], None, "all")
    assert (one.code, one.name, len(one.areas), int(one.people.sum())) == (code, city, areas, people)
    districts = read_districts(path)
    assert (len(districts), int(districts["population"].sum())) == (areas, people)


def test_a_table_of_the_mesh_statistics() -> None:
    path = OFFICIAL / "real" / "tblT001142Q5339_cut.txt"
    rows = [line.split(",") for line in path.read_text(encoding="cp932").splitlines()[2:]]
    found = read_demand(path).set_index("mesh_code")
    assert found["population"].to_dict() == {row[0]: int(row[4]) for row in rows}


def test_borders_of_the_ministry() -> None:
    found = read_districts(OFFICIAL / "samples" / "N03-20260101_03_GML.zip")
    assert found["name"].tolist() == ["遠野市", "大槌町"]
