"""Which roads are built up is told by the roads alone, and by nothing that may change while they stay the same."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from drawn_networks import at, draw

from geo.roads.built_up import JUNCTIONS, is_built_up
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR, Profile
from geo.travel.road_times import edge_seconds
from geo.travel.travel_time import travel_time_matrix

BLOCK_M = 100
SIDE = 11


def town(highway: str = "residential", *, order: int = 1) -> RoadNetwork:
    """Return a square town of blocks of 100 m with a road of 3 km leading out to the east."""
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = np.concatenate(
        [
            np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()]),
            np.column_stack([node[:-1].ravel(), node[1:].ravel()]),
        ]
    )
    places = BLOCK_M * np.column_stack(np.divmod(np.arange(SIDE * SIDE), SIDE)).astype(float)
    far = places[-1] + [3000, 0]
    lines = [shapely.LineString(at(places[a], places[b])) for a, b in pairs]
    lines.append(shapely.LineString(at(places[-1], far)))
    table = gpd.GeoDataFrame(
        {
            "u": [*pairs[:, 0], node[-1, -1]],
            "v": [*pairs[:, 1], SIDE * SIDE],
            "highway": [highway] * len(pairs) + ["secondary"],
            "oneway": False,
            "length_m": [float(BLOCK_M)] * len(pairs) + [3000.0],
        },
        geometry=lines,
    )
    return RoadNetwork.from_edges(table.iloc[::order].reset_index(drop=True))


def test_a_town_is_built_up_in_its_middle_and_not_along_the_road_that_leads_out() -> None:
    network = town()
    xy = network.node_xy - network.node_xy.min(axis=0)
    middle = np.hypot(*(xy[:, :2] - SIDE // 2 * BLOCK_M).T) <= 2 * BLOCK_M
    of_middle = middle[network.u] & middle[network.v]
    assert of_middle.sum() > 10
    assert network.is_built_up[of_middle].all()
    assert not network.is_built_up[network.length_m > BLOCK_M].any()


def test_the_number_of_junctions_decides_and_includes_its_own_value() -> None:
    # A star: junctions close together, each with three edges of its own.
    def star(count: int) -> np.ndarray:
        angle = np.linspace(0, 2 * np.pi, 3 * count, endpoint=False)
        ends = np.column_stack([np.cos(angle), np.sin(angle)]) * 900
        hubs = np.column_stack([np.arange(count), np.zeros(count)])
        u, v = np.repeat(np.arange(count), 3), count + np.arange(3 * count)
        # A street from hub to hub, so that some edge has both ends among them.
        u, v = np.append(u, 0), np.append(v, count - 1)
        return is_built_up(np.vstack([hubs, ends]), u, v, np.ones(len(u), dtype=bool))

    assert star(JUNCTIONS)[-1]
    assert not star(JUNCTIONS)[:-1].any()
    assert not star(JUNCTIONS - 1).any()


@pytest.mark.parametrize("highway", ["footway", "service"])
def test_ways_that_are_drawn_in_some_places_only_do_not_count(highway: str) -> None:
    assert town("residential").is_built_up.any()
    assert not town(highway).is_built_up.any()


def test_the_order_of_roads_and_saving_them_do_not_matter() -> None:
    one, other = town(), town(order=-1)
    assert one.fingerprint == other.fingerprint
    assert one.is_built_up.tolist() == other.is_built_up[::-1].tolist()
    saved = RoadNetwork.from_bytes(one.to_bytes())
    assert saved.is_built_up.tolist() == one.is_built_up.tolist()


def test_a_network_that_cannot_tell_has_one_value() -> None:
    network = draw((1, 2, [(0, 0), (100, 0)]), (2, 3, [(100, 0), (200, 0)]))
    assert network.is_built_up.tolist() == [False, False]
    slow = Profile("x", {"road": 36.0}, built_up_kmh={"road": 3.6})
    assert edge_seconds(network, slow)[0].tolist() == pytest.approx([10, 10])


def test_a_trip_is_the_sum_of_its_edges_with_their_rows() -> None:
    network = town("secondary")
    slow = CAR.with_rows([row for row in CAR.low().rows() if row.is_built_up])
    names = pd.Series([network.highways[i] for i in network.highway]).where(
        ~network.is_built_up, lambda name: name + ";built-up"
    )
    seconds = slow.seconds(network.length_m, names.tolist())
    assert len(set(seconds[network.length_m == BLOCK_M].round(6))) == 2
    np.testing.assert_array_equal(edge_seconds(network, slow)[0], seconds)
    # Along one side of the town and out: every edge on the way, none twice.
    ends = network.node_lonlat[[SIDE * (SIDE - 1), SIDE * SIDE]]
    order = np.argsort(network.node_ids)
    ends = network.node_lonlat[order][[SIDE * SIDE - 1, SIDE * SIDE]]
    time = travel_time_matrix(network, ends[:1], ends[1:], profile=slow)[0, 0]
    assert time == pytest.approx(3000 * 3.6 / CAR.speed_kmh["secondary"], abs=0.1)
