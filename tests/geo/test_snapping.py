"""Snapping a place to the nearest road: a look at every road is the oracle, the rules at nodes are drawn by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from drawn_networks import CAR, EPSG, at, draw
from hypothesis import given
from hypothesis import strategies as st
from random_networks import networks

from geo.crs import to_metres
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR as REAL_CAR
from geo.roads.profiles import WALK, Profile
from geo.roads.snapping import as_points, snap

# How exactly metres survive the way to degrees and back at OpenStreetMap's precision.
CLOSE = 0.02
LINE = draw((1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (3000, 0)]))
PLACES = st.lists(st.tuples(st.floats(-300, 2300), st.floats(-300, 2300)), min_size=1, max_size=12)


@given(networks, PLACES, st.sampled_from([CAR, replace(CAR, speed_kmh={"track": 6.0})]))
def test_snapping_equals_a_look_at_every_road(
    network: RoadNetwork, places: list[tuple[float, float]], profile: Profile
) -> None:
    found = snap(network, at(*places), profile)
    spots = shapely.points(to_metres(at(*places), EPSG))
    every = np.array([shapely.distance(spot, network.lines_m) for spot in spots])
    every[:, ~profile.allows(network.highways)[network.highway]] = np.inf
    least = every.min(axis=1)
    np.testing.assert_allclose(found.distance_m, least, atol=1e-6)
    np.testing.assert_array_equal(found.is_snapped, least <= profile.max_snap_m)
    on = np.flatnonzero(found.is_snapped)
    assert (every[on, found.edge[on]] <= least[on] + CLOSE).all()
    assert ((found.share[on] >= 0) & (found.share[on] <= 1)).all()
    feet = shapely.line_interpolate_point(network.lines_m[found.edge[on]], found.share[on], normalized=True)
    np.testing.assert_allclose(shapely.distance(feet, spots[on]), least[on], atol=CLOSE)
    np.testing.assert_allclose(to_metres(found.lonlat[on], EPSG), shapely.get_coordinates(feet), atol=1e-6)
    off = ~found.is_snapped
    assert np.isnan(found.share[off]).all()
    assert np.isnan(found.lonlat[off]).all()


def test_share_and_distance_worked_out_on_paper() -> None:
    found = snap(LINE, at((250, 100), (1500, -50), (-30, 40)), CAR)
    assert found.edge.tolist() == [0, 1, 0]
    assert found.share == pytest.approx([0.25, 0.25, 0], abs=1e-4)
    assert found.distance_m == pytest.approx([100, 50, 50], abs=CLOSE)


def test_the_limit_itself_is_near_enough() -> None:
    (metres,) = snap(LINE, at((500, 123.4)), CAR).distance_m
    for limit, is_near in ((metres, True), (np.nextafter(metres, 0), False), (np.nextafter(metres, 999), True)):
        found = snap(LINE, at((500, 123.4)), replace(CAR, max_snap_m=float(limit)))
        assert found.is_snapped.tolist() == [is_near]
        # How far it is, is said in any case.
        assert found.distance_m[0] == metres


def test_a_place_at_a_node_stands_exactly_there() -> None:
    found = snap(LINE, at((0, 0), (1000, 0), (3000, 0), (0.002, 0.001), (2999.998, 0.05)), CAR)
    assert set(found.share.tolist()) <= {0.0, 1.0}
    # Two centimetres along the road it no longer does.
    assert 0 < snap(LINE, at((0.05, 0)), CAR).share[0] < 1e-4


def test_a_junction_under_a_bridge_is_on_the_road_that_ends_there() -> None:
    # The bridge is first in the order of rows and passes over the place where three roads meet.
    network = draw(
        (8, 9, [(1000, -500), (1000, 0), (1000, 500)]),
        (1, 2, [(0, 0), (1000, 0)]),
        (2, 3, [(1000, 0), (2000, 0)]),
    )
    assert snap(network, at((1000, 0)), CAR).edge.tolist() == [1]
    assert snap(network, at((1000, 0.5)), CAR).edge.tolist() == [0]


def test_a_place_on_a_loop_has_its_share_of_it() -> None:
    loop = draw((1, 1, [(0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0)]))
    found = snap(loop, at((1000, 1000), (0, 500), (0, 0)), CAR)
    assert found.share == pytest.approx([0.5, 0.875, 0], abs=1e-4)


def test_an_edge_of_no_length_can_be_snapped_to() -> None:
    network = draw((1, 2, [(0, 0), (0, 0)]), (3, 4, [(500, 0), (900, 0)]))
    found = snap(network, at((3, 4)), CAR)
    assert (found.edge.tolist(), found.share.tolist()) == ([0], [0.0])
    assert found.distance_m[0] == pytest.approx(5, abs=CLOSE)


def test_roads_of_a_class_without_speed_are_passed_by() -> None:
    network = draw((1, 2, [(0, 0), (1000, 0)]), (3, 4, [(0, 100), (1000, 100)]), tracks=(0,))
    found = snap(network, at((500, 10)), replace(CAR, speed_kmh={"road": 36.0}))
    assert found.edge.tolist() == [1]
    assert found.distance_m[0] == pytest.approx(90, abs=CLOSE)
    none = snap(network, at((500, 10)), replace(CAR, speed_kmh={"river": 36.0}))
    assert (none.edge.tolist(), none.distance_m.tolist()) == ([-1], [np.inf])


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_place_anywhere_on_the_globe_is_answered(lon: float, lat: float) -> None:
    near, far = snap(LINE, [*at((500, 0)), (lon, lat)], CAR).distance_m
    assert near == pytest.approx(0, abs=CLOSE)
    assert not np.isnan(far)


def test_the_other_side_of_the_globe_is_on_no_road() -> None:
    found = snap(LINE, [(-128.5, 0.0), (51.5, 0.0), *at((500, 0))], CAR)
    assert found.is_snapped.tolist() == [False, False, True]
    assert np.isinf(found.distance_m[:2]).all()


def test_no_places() -> None:
    found = snap(LINE, [], CAR)
    assert len(found) == 0
    assert found.lonlat.shape == (0, 2)


def test_some_of_the_places_in_the_order_asked_for() -> None:
    found = snap(LINE, at((100, 0), (1500, 0), (2900, 0)), CAR)
    assert found[[2, 0]].edge.tolist() == [1, 0]
    assert found[found.share > 0.5].share == pytest.approx([0.95], abs=1e-4)
    assert len(found[1:]) == 2


@pytest.mark.parametrize(
    ("places", "says"),
    [
        ([[141.5, 39.3], [np.nan, 39.3]], "Place 1 is lon nan"),
        ([[141.5, np.inf]], "Place 0 is lon 141.5, lat inf"),
        ([[39.3, 141.5]], "swapped"),
        ([141.5, 39.3], r"shape \(2,\)"),
        ([[141.5, 39.3, 0.0]], r"shape \(1, 3\)"),
    ],
)
def test_what_is_no_place_is_refused(places: list[object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        as_points(places)


def test_places_are_joined_only_on_one_network_and_for_one_profile() -> None:
    both = snap(LINE, at((100, 50), (900, 5000)), CAR)
    joined = both[:1].joined(both[1:])
    for name in ("edge", "share", "distance_m", "lonlat"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(both, name))
    with pytest.raises(ValueError, match="different"):
        both.joined(snap(LINE, at((100, 50)), replace(CAR, name="other")))


# --- where trips may begin ----------------------------------------------------------------
def beside(**columns: object) -> RoadNetwork:
    """Return a road with something about it beside the place, and an ordinary one farther away."""
    nodes = pd.DataFrame(
        [(i, *place) for i, place in enumerate(at((0, 0), (4000, 0), (0, 90), (4000, 90)))],
        columns=["id", "lon", "lat"],
    )
    table = pd.DataFrame({"u": [0, 2], "v": [1, 3], "highway": "primary", "oneway": "no", "length_m": 4000.0})
    return RoadNetwork.from_edges(table.assign(**{name: [value, None] for name, value in columns.items()}), nodes)


@pytest.mark.parametrize("profile", [REAL_CAR, WALK], ids=lambda profile: profile.name)
@pytest.mark.parametrize(
    ("column", "value", "is_access"),
    [
        ("tunnel", "yes", False),
        ("tunnel", "avalanche_protector", False),
        ("tunnel", "building_passage", True),
        ("bridge", "yes", False),
        ("bridge", "viaduct", False),
        ("motorroad", "yes", False),
        ("motorroad", "no", True),
        ("foot", "no", None),
    ],
)
def test_no_trip_begins_where_no_door_can_be(
    column: str,
    value: str,
    is_access: bool | None,  # noqa: FBT001  (from the table)
    profile: Profile,
) -> None:
    network = beside(**{column: value})
    expected = profile is REAL_CAR if is_access is None else is_access
    found = snap(network, at((2000, 10)), profile)
    assert found.edge.tolist() == [0 if expected else 1]
    assert found.distance_m[0] == pytest.approx(10 if expected else 80, abs=CLOSE)
    assert snap(network, at((2000, 10)), replace(REAL_CAR, through_only=frozenset())).edge.tolist() == [0]


@pytest.mark.parametrize("highway", ["motorway", "motorway_link"])
def test_no_trip_begins_on_a_motorway(highway: str) -> None:
    table = {"highway": [highway, "primary"]}
    network = beside()
    network = replace(network, highways=tuple(sorted(table["highway"])), highway=np.array([0, 1]))
    assert snap(network, at((2000, 10)), REAL_CAR).edge.tolist() == [1]
    near_none = snap(network, at((2000, -450)), REAL_CAR)
    assert near_none.edge.tolist() == [-1]
    assert near_none.distance_m[0] == pytest.approx(540, abs=CLOSE)


def test_a_bridge_of_several_ways_is_a_bridge_in_part_only() -> None:
    assert snap(beside(bridge="yes", osmid="[5, 6]"), at((2000, 10)), REAL_CAR).edge.tolist() == [0]
    assert snap(beside(bridge="yes", osmid="5"), at((2000, 10)), REAL_CAR).edge.tolist() == [1]


def test_who_stands_at_a_node_is_there_whatever_meets_at_it() -> None:
    table = pd.DataFrame({"u": [0, 1, 2, 4], "v": [1, 2, 3, 5], "highway": ["primary"] * 4, "oneway": "no"})
    spots = at((0, 0), (900, 0), (1500, 0), (2400, 0), (0, 60), (2400, 60))
    nodes = pd.DataFrame([(i, *place) for i, place in enumerate(spots)], columns=["id", "lon", "lat"])
    rows = table.assign(length_m=[900.0, 600.0, 900.0, 2400.0], bridge=["no", "yes", "no", "no"])
    network = RoadNetwork.from_edges(rows.assign(tunnel=["no", "no", "yes", "no"]), nodes)
    found = snap(network, at((1500, 0), (1500, 1), (1200, 0)), REAL_CAR)
    assert found.edge.tolist()[1:] == [3, 3]
    assert found.edge[0] in {1, 2}
    assert found.distance_m == pytest.approx([0, 59, 60], abs=CLOSE)
    assert found.share[0] == (1.0 if found.edge[0] == 1 else 0.0)


def test_a_tunnel_that_ends_the_roads_is_left_at_its_end() -> None:
    table = pd.DataFrame({"u": [0, 1], "v": [1, 2], "highway": "primary", "oneway": "no", "length_m": [900.0, 2000.0]})
    nodes = pd.DataFrame(
        [(i, *place) for i, place in enumerate(at((0, 0), (900, 0), (2900, 0)))], columns=["id", "lon", "lat"]
    )
    network = RoadNetwork.from_edges(table.assign(tunnel=["no", "yes"]), nodes)
    found = snap(network, at((2900, 30), (1900, 0), (2500, 0), (920, 5)), REAL_CAR)
    assert found.edge.tolist() == [1, -1, 1, 0]
    assert found.share[[0, 2, 3]].tolist() == [1.0, 1.0, 1.0]
    assert found.distance_m == pytest.approx([30, 1000, 400, np.hypot(20, 5)], abs=CLOSE)
