"""Roads out of OpenStreetMap: every rule of the road on a small drawing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from drawn_maps import EAST_M, GRID, NORTH_M, Way, arcs, osm

from geo.roads.network import RoadNetwork
from geo.roads.osm_tags import plain_tags, stops_cars
from geo.roads.profiles import CAR, WALK, Profile
from geo.travel.travel_time import travel_time_matrix


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RoadNetwork]:
    """Return what reads ways as a network, by way of a file."""

    def reader(*ways: Way, **options: object) -> RoadNetwork:
        path = tmp_path / "drawn.osm"
        path.write_text(osm(*ways, **options))
        return RoadNetwork.from_osm(path)

    return reader


Reader = Callable[..., RoadNetwork]


def both(a: int, b: int) -> set[tuple[int, int]]:
    """Return the arcs of a two-way road."""
    return {(a, b), (b, a)}


def seconds(network: RoadNetwork, origin: int, destination: int, profile: Profile = CAR) -> float:
    """Return the travel time between two nodes of the grid."""
    return float(travel_time_matrix(network, [GRID[origin]], [GRID[destination]], profile=profile)[0, 0])


# --- direction ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("highway=primary", both(11, 12)),
        ("highway=primary oneway=no", both(11, 12)),
        ("highway=primary oneway=yes", {(11, 12)}),
        ("highway=primary oneway=1", {(11, 12)}),
        ("highway=primary oneway=true", {(11, 12)}),
        ("highway=primary oneway=-1", {(12, 11)}),
        ("highway=primary oneway=reverse", {(12, 11)}),
        ("highway=primary_link oneway=yes", {(11, 12)}),
        ("highway=motorway", {(11, 12)}),
        ("highway=motorway oneway=no", both(11, 12)),
        ("highway=motorway oneway=-1", {(12, 11)}),
        ("highway=motorway_link", both(11, 12)),
        # One lane in turns, or in the mornings: one gets through both ways.
        ("highway=primary oneway=alternating", both(11, 12)),
        ("highway=primary oneway=reversible", both(11, 12)),
    ],
)
def test_direction(read: Reader, tags: str, expected: set[tuple[int, int]]) -> None:
    assert arcs(read((tags, [11, 12]))) == expected


def test_dual_carriageways_keep_their_sides(read: Reader) -> None:
    sides = [("highway=trunk oneway=yes", [11, 12, 13]), ("highway=trunk oneway=yes", [23, 22, 21])]
    joins = [("highway=trunk_link oneway=yes", [13, 23]), ("highway=trunk_link oneway=yes", [21, 11])]
    network = read(*sides, *joins)
    assert arcs(network) == {(11, 13), (13, 23), (23, 21), (21, 11)}
    # From the middle of one side to the middle of the other by the link at the end.
    there = 2 * EAST_M * 3.6 / CAR.speed_kmh["trunk"] + NORTH_M * 3.6 / CAR.speed_kmh["trunk_link"]
    assert seconds(network, 12, 22) == pytest.approx(there, rel=0.01)
    # There and back is once round, whichever way the halves are.
    assert seconds(network, 22, 12) == pytest.approx(there, rel=0.01)


def test_a_roundabout_is_driven_one_way_round(read: Reader) -> None:
    ring = ("highway=tertiary junction=roundabout", [11, 12, 22, 21, 11])
    arms = [("highway=tertiary", [11, 13]), ("highway=tertiary", [12, 32])]
    network = read(ring, *arms)
    quarter = 3.6 / CAR.speed_kmh["tertiary"]
    assert seconds(network, 11, 12) == pytest.approx(EAST_M * quarter, rel=0.01)
    assert seconds(network, 12, 11) == pytest.approx((EAST_M + 2 * NORTH_M) * quarter, rel=0.01)
    assert network.oneway.sum() == 2


def test_a_roundabout_may_be_two_way(read: Reader) -> None:
    assert not read(("highway=tertiary junction=roundabout oneway=no", [11, 12, 22, 21, 11])).oneway.any()


# --- what joins ----------------------------------------------------------------
def test_a_crossing_joins_and_ends_the_edges(read: Reader) -> None:
    network = read(("highway=primary", [21, 22, 23]), ("highway=secondary", [12, 22, 32]))
    assert network.component_count == 1
    assert arcs(network) == both(21, 22) | both(22, 23) | both(12, 22) | both(22, 32)


@pytest.mark.parametrize(
    ("tag", "flag"), [("bridge=yes", "bridge"), ("bridge=viaduct", "bridge"), ("tunnel=yes", "tunnel")]
)
def test_a_bridge_or_tunnel_does_not_join_the_road_it_crosses(read: Reader, tag: str, flag: str) -> None:
    network = read(("highway=primary", [21, 23]), (f"highway=secondary {tag}", [12, 32]))
    assert network.component_count == 2
    assert np.isinf(seconds(network, 21, 32))
    assert getattr(network, flag).sum() == 1
    (crossing,) = np.flatnonzero(getattr(network, flag))
    assert network.highways[network.highway[crossing]] == "secondary"


def test_a_bridge_is_an_edge_of_its_own_in_the_course_of_a_road(read: Reader) -> None:
    network = read(
        ("highway=primary", [11, 12]), ("highway=primary bridge=yes", [12, 22]), ("highway=primary", [22, 21])
    )
    assert arcs(network) == both(11, 12) | both(12, 22) | both(22, 21)
    assert network.bridge.sum() == 1
    assert network.component_count == 1


def test_a_node_in_a_bend_is_no_junction(read: Reader) -> None:
    network = read(("highway=primary", [11, 12, 22, 23]))
    assert arcs(network) == both(11, 23)
    assert network.length_m.tolist() == pytest.approx([2 * EAST_M + NORTH_M], rel=0.005)
    assert len(network.coords) == 4


def test_an_edge_ends_where_class_or_name_changes(read: Reader) -> None:
    ways = [("highway=primary ref=283 name=釜石街道", [11, 12]), ("highway=primary ref=340", [12, 13])]
    network = read(*ways, ("highway=secondary ref=340", [13, 23]), ("highway=secondary ref=340", [23, 33]))
    assert arcs(network) == both(11, 12) | both(12, 13) | both(13, 33)
    assert set(network.labels) == {("283", "釜石街道"), ("340", "")}


def test_islands_are_kept_and_named(read: Reader) -> None:
    network = read(("highway=primary name=本町通り", [11, 12, 13]), ("highway=residential name=離れ", [31, 32]))
    assert [(component["name"], component["edges"]) for component in network.components()] == [
        ("本町通り", 1),
        ("離れ", 1),
    ]
    assert np.isinf(seconds(network, 11, 31))


# --- odd drawings ----------------------------------------------------------------
SQUARE_M = 2 * EAST_M + 2 * NORTH_M


@pytest.mark.parametrize("oneway", ["no", "yes"])
@pytest.mark.parametrize(
    ("ways", "metres"),
    [
        ([("highway=residential", [11, 12, 22, 21, 11])], SQUARE_M),
        ([("highway=residential", [11, 12, 22, 21, 11]), ("highway=primary", [11, 31])], SQUARE_M + 2 * NORTH_M),
        ([("highway=residential", [31, 21, 22, 12, 11, 21])], SQUARE_M + NORTH_M),
        (
            [("highway=residential", [11, 12, 22, 21, 11]), ("highway=residential", [12, 13, 23, 22])],
            SQUARE_M + 2 * EAST_M + NORTH_M,
        ),
    ],
    ids=["alone", "with an arm", "a lollipop", "two that share a side"],
)
def test_a_ring_road_is_kept_whole_and_once(read: Reader, ways: list[Way], metres: float, oneway: str) -> None:
    network = read(*((f"{tags} oneway={oneway}", nodes) for tags, nodes in ways))
    assert network.km * 1000 == pytest.approx(metres, rel=0.005)
    assert network.oneway.all() == (oneway == "yes")


def test_on_a_one_way_ring_one_comes_back_the_long_way(read: Reader) -> None:
    network = read(("highway=residential oneway=yes", [11, 12, 22, 21, 11]))
    speed = 3.6 / CAR.speed_kmh["residential"]
    assert seconds(network, 11, 12) == pytest.approx(EAST_M * speed, rel=0.005)
    assert seconds(network, 12, 11) == pytest.approx((SQUARE_M - EAST_M) * speed, rel=0.005)


def test_a_node_named_twice_in_a_row_counts_once(read: Reader) -> None:
    network = read(("highway=primary", [11, 12, 12, 13]))
    assert network.fingerprint == read(("highway=primary", [11, 12, 13])).fingerprint


def test_a_way_of_one_node_is_no_road(read: Reader) -> None:
    network = read(("highway=primary", [11, 12]), ("highway=primary", [13]), ("highway=primary", [23, 23]))
    assert arcs(network) == both(11, 12)


def test_two_roads_between_the_same_nodes_are_both_kept(read: Reader) -> None:
    arms = [("highway=primary", [12, 13]), ("highway=primary", [11, 31])]
    network = read(("highway=primary", [11, 12]), ("highway=primary", [11, 21, 22, 12]), *arms)
    assert network.edge_count == 4
    assert seconds(network, 11, 12) == pytest.approx(EAST_M * 3.6 / CAR.speed_kmh["primary"], rel=0.005)


def test_the_order_of_ways_does_not_matter(read: Reader) -> None:
    ways = [("highway=primary", [21, 22, 23]), ("highway=secondary", [12, 22, 32]), ("highway=service", [22, 33])]
    assert read(*ways).fingerprint == read(*ways[::-1]).fingerprint


# --- who may use it ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "car", "foot"),
    [
        ("highway=residential", True, True),
        ("highway=residential access=yes", True, True),
        ("highway=residential access=destination", True, True),
        ("highway=residential access=private", False, False),
        ("highway=residential access=no", False, False),
        ("highway=residential access=no foot=yes", False, True),
        ("highway=residential access=private motor_vehicle=yes", True, False),
        ("highway=residential motor_vehicle=no", False, True),
        ("highway=residential motor_vehicle=no motorcar=yes", True, True),
        ("highway=residential vehicle=agricultural;forestry", False, True),
        ("highway=residential vehicle=agricultural;destination", True, True),
        ("highway=motorway motor_vehicle=no", False, False),
        ("highway=track", False, True),
        ("highway=footway", False, True),
        ("highway=footway access=private", False, False),
        ("highway=pedestrian area=yes", False, False),
        ("highway=proposed", False, False),
        ("highway=construction", False, False),
        ("waterway=river", False, False),
    ],
)
def test_who_may_use_a_road(read: Reader, tags: str, car: bool, foot: bool) -> None:  # noqa: FBT001  (from the table)
    network = read(("highway=primary", [11, 12]), (tags, [12, 13]))
    assert np.isfinite(seconds(network, 12, 13)) == car
    assert np.isfinite(seconds(network, 12, 13, WALK)) == foot


ONE_ROAD = [("highway=residential", [11, 12, 13])]


@pytest.mark.parametrize(
    ("tags", "is_open"),
    [
        ("barrier=bollard", False),
        ("barrier=block", False),
        ("barrier=bollard motor_vehicle=yes", True),
        ("barrier=gate", True),
        ("barrier=gate access=private", False),
        ("barrier=lift_gate motor_vehicle=no", False),
        ("barrier=cattle_grid", True),
        ("barrier=toll_booth", True),
        ("highway=crossing", True),
    ],
)
def test_a_barrier_stops_cars_and_lets_those_on_foot_pass(
    read: Reader,
    tags: str,
    is_open: bool,  # noqa: FBT001  (a parameter of the table above)
) -> None:
    network = read(*ONE_ROAD, at_nodes={12: tags})
    assert np.isfinite(seconds(network, 11, 13)) == is_open
    assert seconds(network, 11, 13, WALK) == pytest.approx(2 * EAST_M * 3.6 / 4, rel=0.005)
    assert network.km * 1000 == pytest.approx(2 * EAST_M, rel=0.005)
    # One drives up to it from both sides.
    assert np.isfinite(seconds(network, 11, 12)) or np.isfinite(seconds(network, 13, 12))


def test_behind_a_barrier_one_comes_by_another_road(read: Reader) -> None:
    round_about = ("highway=residential", [11, 21, 22, 23, 13])
    network = read(*ONE_ROAD, round_about, at_nodes={12: "barrier=bollard"})
    speed = 3.6 / CAR.speed_kmh["residential"]
    assert seconds(network, 11, 13) == pytest.approx((2 * EAST_M + 2 * NORTH_M) * speed, rel=0.005)


def test_a_barrier_at_a_junction_or_an_end_bars_nothing(read: Reader) -> None:
    at_nodes = {12: "barrier=bollard", 13: "barrier=bollard"}
    network = read(*ONE_ROAD, ("highway=residential", [12, 22]), at_nodes=at_nodes)
    assert arcs(network) == both(11, 12) | both(12, 13) | both(12, 22)


def test_a_barrier_on_a_one_way_road_keeps_its_direction(read: Reader) -> None:
    network = read(("highway=residential oneway=-1", [11, 12, 13]), at_nodes={12: "barrier=bollard"})
    assert np.isinf(seconds(network, 13, 11))
    driven = {
        (int(network.node_ids[u]), int(network.node_ids[v]))
        for u, v in zip(network.u[network.oneway], network.v[network.oneway], strict=True)
    }
    assert sorted(tuple(abs(end) for end in arc) for arc in driven) == [(12, 11), (13, 12)]


def test_tags_are_not_changed_in_place() -> None:
    tags = {"highway": "motorway"}
    assert plain_tags(tags) == {"highway": "motorway", "oneway": "yes"}
    assert tags == {"highway": "motorway"}
    assert not stops_cars({"access": "no"})
