"""All 33 municipalities of the prefecture from their real small areas, as by `tono coverage --municipality all`."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
from factories import plain

from app.municipalities.measure_municipalities import measure_here
from app.municipalities.municipality_document import as_document
from app.municipalities.read_municipalities import read_batch

MINUTES = (10, 20, 30)
CENSUS_2015 = 1_279_594  # the published total of the prefecture


def test_everyone_in_all_33_municipalities_is_accounted_for(shared_data: Path) -> None:
    iwate = shared_data / "iwate"
    roads, areas = iwate / "iwate_roads.parquet", iwate / "small_areas.parquet"
    batch = read_batch([roads], [areas], None, wanted="all", profile="car", minutes=MINUTES)
    told: list[int] = []
    document = plain(as_document(batch, measure_here(batch, lambda number, _: told.append(number))))
    assert told == list(range(1, 34))
    published = gpd.read_parquet(areas, columns=["citycode", "population", "geometry"])
    by_code = published.groupby("citycode")["population"].sum().to_dict()
    assert {row["code"]: row["population"] for row in document["municipalities"]} == by_code
    assert document["population"] == CENSUS_2015
    for row in [*document["municipalities"], document]:
        for value in map(str, MINUTES):
            assert row["covered"][value] + row["uncovered"][value] + row["unreachable_population"] == row["population"]
            assert row["covered_low"][value] <= row["covered"][value] <= row["covered_high"][value]
    # Each small area is one point. Hardly any has neither a road near it nor, within its borders, one that leads on.
    assert document["unreachable_population"] < 0.0001 * CENSUS_2015
