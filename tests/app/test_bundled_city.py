"""The bundled city beside a city's own data: what is removed, what stays, and that nobody's data is overwritten."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import Base
from app.demand.load_demand import load_demand
from app.demonstration.load_demonstration import load_demonstration
from app.demonstration.remove_demonstration import remove_demonstration
from app.errors import InputError
from app.refresh import measure_all, measure_coverage
from app.register.load_districts import load_districts
from app.register.queries import city_bounds, district_ids
from geo.mesh import bounds, encode

# What the database numbers or stamps by itself.
OWN_MARKS = {"id", "dataset_id", "district_id", "resource_id", "organisation_id", "base_resource_id", "dataset_ids"}
STAMPS = {"loaded_at", "built_at", "computed_at"}


@pytest.fixture
def bundle(root: Path) -> Path:
    return root / "data" / "tono"


def rows(session: Session, where: str = "true") -> dict[str, list[str]]:
    """Return the rows of every table in one order, without what the database numbers or stamps."""
    found = {}
    for table in Base.metadata.sorted_tables:
        kept = [column.name for column in table.columns if column.name not in OWN_MARKS | STAMPS]
        condition = where if where == "true" or "is_demo" in table.columns else "true"
        query = f"SELECT ROW({', '.join(kept)})::text FROM {table.name} WHERE {condition}"
        found[table.name] = sorted(session.scalars(text(query)))
    return found


def counts(session: Session) -> dict[str, int]:
    """Return the number of rows of each table that has any."""
    return {table: len(found) for table, found in rows(session).items() if found}


def own_borders(names: Iterable[str], folder: Path, **counts: int) -> Path:
    """Write borders of one's own: stripes across the city."""
    west, south, east, north = 141.25, 39.15, 141.85, 39.60
    names = sorted(names)
    step = (north - south) / len(names)
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, **counts},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        *([west, south + i * step], [east, south + i * step], [east, south + (i + 1) * step]),
                        *([west, south + (i + 1) * step], [west, south + i * step]),
                    ]
                ],
            },
        }
        for i, name in enumerate(names)
    ]
    path = folder / "borders.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def own_people(folder: Path, people: int = 12) -> Path:
    """Write one inhabited cell in the middle of the city."""
    code = str(encode(141.53, 39.33))
    west, south, east, north = bounds(code)
    cell = {"mesh_code": code, "lon": (west + east) / 2, "lat": (south + north) / 2, "households": 5}
    path = folder / "cells.csv"
    pd.DataFrame([cell | {"population": people}]).to_csv(path, index=False)
    return path


def load_own_people(session: Session, folder: Path) -> None:
    """Load the one cell."""
    load_demand(session, own_people(folder), districts=district_ids(session), city_bounds=city_bounds(session))


# --- the bundled city alone ----------------------------------------------------------------------------------------


def test_it_is_the_same_each_time(tono_session: Session, bundle: Path) -> None:
    before = rows(tono_session)
    remove_demonstration(tono_session)
    assert counts(tono_session) == {}
    load_demonstration(tono_session, bundle)
    measure_all(tono_session)
    assert rows(tono_session) == before


def test_removing_says_how_many_of_each(tono_session: Session) -> None:
    said = remove_demonstration(tono_session)
    assert [said[kind] for kind in ("districts", "small areas", "consultants", "networks")] == [11, 65, 9, 1]
    assert remove_demonstration(tono_session) == {}


def test_without_the_invented_entries_every_fact_stays(tono_session: Session) -> None:
    facts = rows(tono_session, "NOT is_demo")
    remove_demonstration(tono_session, only_invented=True)
    left = rows(tono_session)
    assert sum(len(found) for found in rows(tono_session, "is_demo").values()) < sum(map(len, left.values()))
    for table in Base.metadata.sorted_tables:
        if "is_demo" in table.columns:
            demo = tono_session.scalar(text(f"SELECT count(*) FROM {table.name} WHERE is_demo"))
            assert demo == 0, table.name
    # Every published fact, with its hours, its people and what was measured on them; partners are all invented.
    unchanged = set(facts) - {"organisation", "watch_agreement"}
    assert {table: left[table] for table in unchanged} == {table: facts[table] for table in unchanged}
    assert (len(left["resource"]), len(left["schedule"]), left["watch_agreement"]) == (35, 4, [])
    orphans = "SELECT count(*) FROM organisation o WHERE NOT EXISTS (SELECT FROM resource WHERE organisation_id = o.id)"
    assert tono_session.scalar(text(orphans)) == 0
    remove_demonstration(tono_session)
    assert counts(tono_session) == {}


def test_a_table_of_the_bundle_that_is_gone_is_named(session: Session, tmp_path: Path, bundle: Path) -> None:
    for file in bundle.iterdir():
        if file.name != "settlements.csv":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(InputError, match=r"settlements\.csv cannot be read"):
        load_demonstration(session, tmp_path)


# --- beside data of one's own ---------------------------------------------------------------------------------------


def test_own_borders_and_people_stay_when_the_bundle_goes(tono_session: Session, tmp_path: Path) -> None:
    load_districts(tono_session, own_borders(district_ids(tono_session), tmp_path))
    load_own_people(tono_session, tmp_path)
    measure_coverage(tono_session, profile="car")
    remove_demonstration(tono_session)
    assert counts(tono_session) == {"dataset": 2, "district": 11, "demand_cell": 1}
    # The counts of the bundle went with it: the file of borders brought none.
    assert tono_session.execute(text("SELECT DISTINCT population, households FROM district")).all() == [(None, None)]
    cell = tono_session.execute(text("SELECT population, district_id IS NOT NULL FROM demand_cell")).one()
    assert tuple(cell) == (12, True)


def test_counts_that_the_file_brings_are_taken(tono_session: Session, tmp_path: Path) -> None:
    load_districts(tono_session, own_borders(district_ids(tono_session), tmp_path, population=7, households=3))
    assert tono_session.execute(text("SELECT DISTINCT population, households FROM district")).all() == [(7, 3)]


def test_own_people_in_bundled_districts_keep_the_bundle(tono_session: Session, tmp_path: Path) -> None:
    load_own_people(tono_session, tmp_path)
    before = rows(tono_session)
    with pytest.raises(InputError, match="Load your own districts first"), tono_session.begin_nested():
        remove_demonstration(tono_session)
    assert rows(tono_session) == before


@pytest.mark.parametrize("what", ["borders", "people"])
def test_the_bundle_never_comes_over_data_of_ones_own(
    tono, own_empty_url: str, tmp_path: Path, contents, what: str
) -> None:
    tono("districts", "load", own_borders(["北", "南"], tmp_path), on=own_empty_url).assert_done()
    if what == "people":
        tono("demand", "load", own_people(tmp_path), on=own_empty_url).assert_done()
    before = contents(own_empty_url)
    tono("demo", "load", on=own_empty_url).assert_refused("data of your own")
    assert contents(own_empty_url) == before
    tono("up", "--no-serve", on=own_empty_url).assert_done()
    assert contents(own_empty_url) == before


EDGES = [{"u": 1, "v": 2, "highway": "primary", "oneway": "no", "length_m": 40_000}]
ENDS = [{"id": 1, "lon": 141.30, "lat": 39.23}, {"id": 2, "lon": 141.70, "lat": 39.53}]


def own_roads(folder: Path) -> list[Any]:
    """Write one road across the city and return the words that build it."""
    pd.DataFrame(EDGES).to_csv(folder / "edges.csv", index=False)
    pd.DataFrame(ENDS).to_csv(folder / "ends.csv", index=False)
    return ["network", "build", "--edges", folder / "edges.csv", "--nodes", folder / "ends.csv", "--name", "実の道路"]


def test_the_drawn_roads_never_take_the_place_of_real_ones(tono, own_empty_url: str, tmp_path: Path) -> None:
    tono(*own_roads(tmp_path), on=own_empty_url).assert_done()
    tono("demo", "load", on=own_empty_url).assert_done()
    assert tono("coverage", "--json", on=own_empty_url).document["network"]["name"] == "実の道路"
    tono("demo", "remove", on=own_empty_url).assert_done()
    tono("coverage", on=own_empty_url).assert_refused("no people")


def test_when_the_drawn_roads_go_the_real_ones_are_used(tono, own_city_url: str, tmp_path: Path) -> None:
    assert tono("coverage", "--json", on=own_city_url).document["network"]["name"] == "概略の道路網(遠野市)"
    tono(*own_roads(tmp_path), on=own_city_url).assert_done()
    assert tono("coverage", "--json", on=own_city_url).document["network"]["name"] == "実の道路"
    tono("up", "--no-serve", on=own_city_url).assert_done()
    assert tono("coverage", "--json", on=own_city_url).document["network"]["name"] == "実の道路"
