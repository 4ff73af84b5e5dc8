"""The city out of settlements and links: totals exact, the same every time, borders without gaps or overlaps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import mesh
from geo.errors import NetworkDataError
from geo.road_network import RoadNetwork
from geo.schematic import apportion, district_borders, schematic_edges, spread_people

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
    assert (codes == cells["mesh_code"].to_numpy()).mean() > 0.99
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
    assert network.piece_count == 1
    assert not network.oneway.any()


def test_borders_neither_overlap_nor_gape_and_hold_their_settlements(tables: Tables) -> None:
    borders = district_borders(*tables)
    assert len(borders) == 11
    assert borders.geometry.is_valid.all()
    shapes = borders.geometry.to_numpy()
    whole = shapely.union_all(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-6)
    assert len(shapely.get_parts(whole)) == 1
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)[0]) == 0
    by_name = dict(zip(borders["name"], shapes, strict=True))
    for row in tables[0].itertuples():
        assert by_name[row.district].contains(shapely.Point(row.lon, row.lat)), row.name


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
