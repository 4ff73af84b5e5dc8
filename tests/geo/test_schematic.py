"""The city out of settlements and links: totals exact, the same every time, borders without gaps or overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from drawn_networks import CORNER, EPSG, at
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import mesh
from geo.crs import to_metres
from geo.errors import NetworkDataError
from geo.roads.network import RoadNetwork
from geo.roads.schematic import apportion, district_borders, schematic_edges, spread_people

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="module")
def tables(root: Path) -> Tables:
    """Return settlements, junctions and links of Tono."""
    folder = root / "data" / "tono"
    text = {"id": str, "from": str, "to": str, "ref": str}
    names = ("settlements", "junctions", "road_links")
    settlements, junctions, links = (pd.read_csv(folder / f"{name}.csv", dtype=text) for name in names)
    return settlements, junctions, links


def test_every_settlement_keeps_its_people(tables: Tables) -> None:
    settlements = tables[0].set_index("id")
    cells = spread_people(*tables)
    for count, total in (("population", 28_062), ("households", 9_973)):
        assert cells[count].sum() == total
        by_settlement = cells.groupby("settlement")[count].sum()
        pd.testing.assert_series_equal(by_settlement, settlements[count].sort_index(), check_names=False)
    assert cells["mesh_code"].is_unique
    assert (cells["population"] >= 0).all()


def test_the_point_that_is_reached_lies_in_its_square_and_on_a_link(tables: Tables) -> None:
    cells = spread_people(*tables)
    codes = mesh.encode(cells["rep_lon"], cells["rep_lat"])
    assert (codes == cells["mesh_code"].to_numpy()).all()
    edges, nodes = schematic_edges(*tables)
    roads = RoadNetwork.from_edges(edges, nodes)
    tree = shapely.STRtree(roads.lines)
    _, far = tree.query_nearest(shapely.points(cells[["rep_lon", "rep_lat"]]), return_distance=True, all_matches=False)
    assert far.max() < 1e-4  # ten metres


def test_the_same_every_time_and_the_order_of_links_moves_nobody(tables: Tables) -> None:
    settlements, junctions, links = tables
    once = spread_people(*tables)
    pd.testing.assert_frame_equal(once, spread_people(*tables))
    shuffled = spread_people(settlements, junctions, links.sample(frac=1, random_state=5))
    # Of two points of a square that are equally good to be reached, the first link's is taken.
    counted = ["mesh_code", "settlement", "district", "population", "households"]
    pd.testing.assert_frame_equal(once[counted], shuffled[counted])


def test_lengths_are_those_of_the_roads(tables: Tables) -> None:
    edges, nodes = schematic_edges(*tables)
    network = RoadNetwork.from_edges(edges, nodes)
    assert network.km == pytest.approx(tables[2]["km"].sum())
    assert network.component_count == 1
    assert not network.oneway.any()


def test_borders_neither_overlap_nor_gape_and_hold_their_settlements(tables: Tables) -> None:
    borders = district_borders(*tables)
    assert len(borders) == 11
    assert borders.geometry.is_valid.all()
    shapes = borders.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-6)
    assert len(shapely.get_parts(whole)) == 1
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)[0]) == 0
    by_name = dict(zip(borders["name"], shapes, strict=True))
    for row in tables[0].itertuples():
        assert by_name[row.district].contains(shapely.Point(row.lon, row.lat)), row.name


def test_borders_are_the_same_every_time(tables: Tables) -> None:
    once, again = district_borders(*tables), district_borders(*tables)
    assert once["name"].tolist() == again["name"].tolist() == list(dict.fromkeys(tables[0]["district"]))
    assert shapely.equals_exact(once.geometry.to_numpy(), again.geometry.to_numpy()).all()


# --- a city drawn by hand, in metres ----------------------------------------------------------------
def city(
    settlements: list[tuple[float, float, int, str]],
    links: list[tuple[str, str]],
    junctions: Sequence[tuple[float, float]] = (),
) -> Tables:
    """Return tables of settlements S0, S1 … (east, north, people, district), junctions J0, J1 … and links."""
    places = at(*(row[:2] for row in settlements))
    table = pd.DataFrame(
        {
            "id": [f"S{i}" for i in range(len(settlements))],
            "district": [row[3] for row in settlements],
            "population": [row[2] for row in settlements],
            "households": [row[2] // 3 for row in settlements],
            "lon": places[:, 0],
            "lat": places[:, 1],
        }
    )
    crossings = at(*junctions)
    corners = pd.DataFrame(
        {"id": [f"J{i}" for i in range(len(crossings))], "lon": crossings[:, 0], "lat": crossings[:, 1]}
    )
    drawn = pd.DataFrame(links, columns=["from", "to"]).assign(km=3.0, highway="tertiary", ref="")
    return table, corners, drawn


def people_east(tables: Tables, settlement: str) -> tuple[np.ndarray, np.ndarray]:
    """Return where the people of a settlement are reached, in metres to the east, and how many they are."""
    cells = spread_people(*tables)
    cells = cells[cells["settlement"] == settlement]
    metres = to_metres(cells[["rep_lon", "rep_lat"]].to_numpy(), EPSG) - CORNER
    return metres[:, 0], cells["population"].to_numpy()


def test_people_live_along_the_link_up_to_half_way_and_thin_out() -> None:
    tables = city([(0, 0, 10_000, "西"), (3000, 0, 500, "東")], [("S0", "S1")])
    east, people = people_east(tables, "S0")
    assert people.sum() == 10_000
    assert -150 <= east.min() <= east.max() <= 1500
    # Density exp(-d / 600 m) from 0 to 1,500 m: half of the people live within the first d where
    # 1 - exp(-d/600) = (1 - exp(-2.5)) / 2, which is 367 m; a square is 250 m wide.
    order = np.argsort(east)
    median = east[order][np.searchsorted(np.cumsum(people[order]), 5000)]
    assert 100 <= median <= 600
    far = people[(east > 300) & (east < 1300)]
    assert (np.diff(far[np.argsort(east[(east > 300) & (east < 1300)])]) < 0).all()


def test_nobody_lives_farther_than_the_reach() -> None:
    tables = city([(0, 0, 10_000, "西")], [("S0", "J0")], junctions=[(8000, 0)])
    east, people = people_east(tables, "S0")
    assert people.sum() == 10_000
    assert 2000 <= east.max() <= 2500


def test_a_settlement_without_people_or_links_is_no_fault() -> None:
    tables = city([(0, 0, 100, "西"), (3000, 0, 0, "東"), (0, 5000, 7, "北")], [("S0", "S1")])
    cells = spread_people(*tables)
    assert cells.groupby("settlement")["population"].sum().to_dict() == {"S0": 100, "S2": 7}


def test_settlements_in_one_square_are_told_apart_or_refused() -> None:
    # Both lie in the square whose south-western corner is the corner of the drawing.
    both = [(60.0, 60.0, 100, "西"), (80.0, 60.0, 50, "西")]
    tables = city(both, [("S0", "J0"), ("S1", "J1")], [(0, 2000), (2000, 0)])
    assert spread_people(*tables).groupby("settlement")["population"].sum().to_dict() == {"S0": 100, "S1": 50}
    with pytest.raises(NetworkDataError, match="Settlement 2 of the table has no square of its own"):
        spread_people(*city(both, [("S0", "S1")]))


def test_the_border_between_two_settlements_runs_half_way() -> None:
    west, east = district_borders(*city([(0, 0, 9, "西"), (4000, 0, 9, "東")], [("S0", "S1")])).geometry
    border = to_metres(shapely.get_coordinates(shapely.intersection(west, east)), EPSG) - CORNER
    assert len(border) > 1
    assert np.abs(border[:, 0] - 2000).max() < 200


def test_a_link_that_hangs_on_no_settlement_belongs_to_nobody() -> None:
    tables = city([(0, 0, 9, "西"), (4000, 0, 9, "東")], [("S0", "S1"), ("J0", "J1")], [(3000, 3000), (6000, 3000)])
    borders = district_borders(*tables)
    # Its land goes to the nearest settlement, which is the eastern one.
    owners = shapely.contains_xy(borders.geometry.to_numpy()[:, None], *at((3500, 2500), (5500, 3000)).T)
    assert owners.tolist() == [[False, False], [True, True]]


@settings(max_examples=8)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=6, unique=True), st.data())
def test_borders_of_any_city_tile_it_and_hold_their_settlements(
    places: list[tuple[int, int]], data: st.DataObject
) -> None:
    districts = data.draw(st.lists(st.sampled_from("東西北"), min_size=len(places), max_size=len(places)))
    chain = [(f"S{i}", f"S{i + 1}") for i in range(len(places) - 1)]
    tables = city([(1500 * x, 1500 * y, 10, name) for (x, y), name in zip(places, districts, strict=True)], chain)
    borders = district_borders(*tables)
    shapes = borders.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(shapely.union_all(shapes).area, rel=1e-6)
    by_name = dict(zip(borders["name"], shapes, strict=True))
    for row in tables[0].itertuples():
        assert by_name[row.district].contains(shapely.Point(row.lon, row.lat))


def test_an_unknown_end_of_a_link_is_refused(tables: Tables) -> None:
    settlements, junctions, links = tables
    with pytest.raises(NetworkDataError, match="neither a settlement nor a junction"):
        schematic_edges(settlements, junctions, links.assign(to="J99"))
    with pytest.raises(NetworkDataError, match="Two nodes are called"):
        schematic_edges(pd.concat([settlements, settlements]), junctions, links)


@given(st.integers(0, 5000), st.lists(st.floats(0.01, 100), min_size=1, max_size=20))
def test_whole_numbers_add_up_and_are_nearest(total: int, weights: list[float]) -> None:
    shares = apportion(total, np.array(weights))
    assert shares.sum() == total
    exact = total * np.array(weights) / np.sum(weights)
    assert (np.abs(shares - exact) < 1 + 1e-9).all()


@given(st.integers(0, 5000), st.lists(st.floats(0.01, 100), min_size=1, max_size=20))
def test_a_greater_weight_never_gets_less(total: int, weights: list[float]) -> None:
    shares = apportion(total, np.array(sorted(weights, reverse=True)))
    assert (np.diff(shares) <= 0).all()
