"""Two rows for the two directions of a street, as libraries of graphs have them, are one street."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from drawn_networks import at, draw
from hypothesis import given
from hypothesis import strategies as st
from random_networks import networks
from shapely import LineString

from geo.coverage.critical_links import critical_links
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR
from geo.travel.travel_time import travel_time_matrix


def as_table(network: RoadNetwork) -> gpd.GeoDataFrame:
    """Return a network as the table that it is read from."""
    ids = network.node_ids
    table = {
        "u": ids[network.u],
        "v": ids[network.v],
        "highway": np.array(network.highways)[network.highway],
        "oneway": network.oneway,
        # Some edges are drawn on each other; by their lengths they are still told apart.
        "length_m": network.length_m + np.arange(network.edge_count),
        "reversed": False,
    }
    return gpd.GeoDataFrame(table, geometry=network.lines)


def in_arcs(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table with a second row for each two-way street."""
    back = table[~table["oneway"].astype(bool)]
    back = back.assign(u=back["v"], v=back["u"], geometry=back.geometry.reverse(), reversed=True)
    return pd.concat([table, back], ignore_index=True)


@given(networks, st.randoms())
def test_two_rows_a_street_give_the_same_network(network: RoadNetwork, random: Any) -> None:
    once = as_table(network)
    one = RoadNetwork.from_edges(once)
    rows = list(range(len(in_arcs(once))))
    random.shuffle(rows)
    both = RoadNetwork.from_edges(in_arcs(once).iloc[rows])
    assert both.km == pytest.approx(one.km)
    assert both.edge_count == one.edge_count
    assert both.fingerprint == one.fingerprint


ROAD = draw((1, 2, [(0, 0), (2000, 0)]), (2, 3, [(2000, 0), (4000, 0)]))


def test_a_street_in_two_rows_is_counted_once_closed_once_and_missed_once() -> None:
    network = RoadNetwork.from_edges(in_arcs(as_table(ROAD).assign(highway="residential")))
    assert network.km == pytest.approx(4, rel=0.01)
    places = at((0, 0), (4000, 0))
    times = travel_time_matrix(network, places, places)
    assert np.isfinite(times).all()
    assert np.isinf(travel_time_matrix(network, places, places, closed=[0])[0, 1])
    found = critical_links(network, places[:1], places[1:], np.array([10]), cutoff_s=3600.0, profile=CAR)
    assert found.loss.tolist() == [10, 10]


PAIR = in_arcs(as_table(ROAD).iloc[:1])


@pytest.mark.parametrize(
    "columns",
    [
        {"highway": ["residential", "service"]},
        {"name": ["東通り", "西通り"]},
        {"bridge": ["yes", None]},
        {"length_m": [2000.0, 2001.0]},
        {"geometry": [PAIR.geometry[0], LineString([*at((2000, 0), (1000, 30), (0, 0))])]},
    ],
    ids=str,
)
def test_what_differs_stays_two_streets(columns: dict[str, Any]) -> None:
    assert RoadNetwork.from_edges(PAIR.assign(**columns)).edge_count == 2


def test_two_one_way_rows_are_a_two_way_street_and_the_row_as_drawn_is_kept() -> None:
    network = RoadNetwork.from_edges(PAIR.assign(oneway=True, reversed=[True, False]))
    assert network.oneway.tolist() == [False]
    assert network.node_ids[network.u].tolist() == [2]


def test_the_same_row_twice_and_a_one_way_row_stay() -> None:
    assert RoadNetwork.from_edges(pd.concat([PAIR.iloc[:1]] * 2)).edge_count == 2
    one_way = RoadNetwork.from_edges(PAIR.iloc[:1].assign(oneway=True))
    assert one_way.oneway.tolist() == [True]


def test_the_table_of_a_graph_is_taken_as_it_is() -> None:
    several = PAIR.assign(
        osmid=[[1, 2], [2, 1]],
        highway=[["residential", "service"], ["residential", "service"]],
        name=[["東通り", "西通り"], ["東通り", "西通り"]],
        ref=[np.array(["283", "340"]), np.array(["283", "340"])],
        oneway=[False, False],
        reversed=[[False, True], [True, False]],
        key=0,
    ).rename(columns={"length_m": "length"})
    network = RoadNetwork.from_edges(several.set_index(["u", "v", "key"]))
    assert network.edge_count == 1
    assert (network.highways, network.labels) == (("residential",), (("283;340", "東通り"),))
    as_text = several.assign(**{name: several[name].map(lambda cell: str(list(cell))) for name in ("highway", "name")})
    assert RoadNetwork.from_edges(as_text).fingerprint == network.fingerprint
    partly = RoadNetwork.from_edges(several.iloc[:1].assign(oneway=pd.Series([[False, True]], dtype=object)))
    assert partly.oneway.tolist() == [True]
