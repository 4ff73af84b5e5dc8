"""Travel times on networks drawn by hand: every expected number was worked out on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_networks import CAR, FOOT, at, draw

from geo.roads.profiles import CAR as REAL_CAR
from geo.roads.profiles import CAR_WINTER
from geo.roads.snapping import snap
from geo.travel.travel_time import nearest_origin, nearest_range, travel_time_matrix

# How exactly metres survive the way to degrees and back at OpenStreetMap's precision.
CLOSE = 0.02
LINE = draw((1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (3000, 0)]))
# A square of one-way streets, 1 → 2 → 3 → 4 → 1, each 1,000 m.
LOOP = draw(
    (1, 2, [(0, 0), (1000, 0)]),
    (2, 3, [(1000, 0), (1000, 1000)]),
    (3, 4, [(1000, 1000), (0, 1000)]),
    (4, 1, [(0, 1000), (0, 0)]),
    oneway=(0, 1, 2, 3),
)
ISLANDS = draw((1, 2, [(0, 0), (1000, 0)]), (3, 4, [(0, 2000), (1000, 2000)]))
# A road from west to east under a road from south to north; they cross at (1000, 0) and do not join.
# The way round is a road from (2000, 0) to (1000, 1000).
OVERPASS = draw(
    (1, 2, [(0, 0), (1000, 0), (2000, 0)]),
    (3, 4, [(1000, -1000), (1000, 0), (1000, 1000)]),
    (2, 4, [(2000, 0), (2000, 1000), (1000, 1000)]),
)


def time(network, origin, destination, profile=CAR, **options):
    """Return the travel time between two places in metres."""
    return float(travel_time_matrix(network, at(origin), at(destination), profile=profile, **options)[0, 0])


def test_line_from_node_to_node() -> None:
    assert time(LINE, (0, 0), (3000, 0)) == pytest.approx(300, abs=CLOSE)


def test_line_with_a_share_of_both_end_edges() -> None:
    # 750 m of the first edge and 500 m of the second.
    assert time(LINE, (250, 0), (1500, 0)) == pytest.approx(125, abs=CLOSE)


def test_both_ends_on_one_edge_do_not_go_round_by_a_node() -> None:
    assert time(LINE, (1200, 0), (1300, 0)) == pytest.approx(10, abs=CLOSE)
    assert time(LINE, (1300, 0), (1200, 0)) == pytest.approx(10, abs=CLOSE)


def test_the_walk_to_the_road_counts_at_both_ends() -> None:
    # 100 m and 50 m on foot at 1 m/s, 1,000 m by car.
    assert time(LINE, (500, 100), (1500, -50)) == pytest.approx(100 + 100 + 50, abs=CLOSE)


def test_a_place_at_a_node_is_at_no_distance_from_it() -> None:
    # A share of nothing is an arc of no length, which must not be taken for a missing arc.
    assert time(LINE, (1000, 0), (1000, 0)) == pytest.approx(0, abs=CLOSE)
    assert time(LINE, (1000, 0), (0, 0)) == pytest.approx(100, abs=CLOSE)
    assert time(LINE, (1000, 0), (3000, 0)) == pytest.approx(200, abs=CLOSE)


def test_one_way_streets_go_round() -> None:
    # From the middle of the first street to 100 m behind it: 500 + 3 × 1,000 + 400.
    assert time(LOOP, (500, 0), (400, 0)) == pytest.approx(390, abs=CLOSE)
    assert time(LOOP, (400, 0), (500, 0)) == pytest.approx(10, abs=CLOSE)
    assert time(LOOP, (0, 1000), (1000, 1000)) == pytest.approx(300, abs=CLOSE)


def test_one_walks_both_ways_on_a_one_way_street() -> None:
    assert time(LOOP, (500, 0), (400, 0), FOOT) == pytest.approx(100, abs=CLOSE)


def test_no_road_leads_to_the_other_island() -> None:
    assert np.isinf(time(ISLANDS, (500, 0), (500, 2000)))
    assert ISLANDS.component_count == 2
    assert time(ISLANDS, (0, 2000), (1000, 2000)) == pytest.approx(100, abs=CLOSE)


def test_an_overpass_does_not_join() -> None:
    # From (500, 0): 1,500 m east, 1,000 north, 1,000 west, 500 back south to (1000, 500); as the crow flies 707 m.
    assert time(OVERPASS, (500, 0), (1000, 500)) == pytest.approx(400, abs=CLOSE)


def test_a_track_takes_its_own_speed() -> None:
    network = draw((1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (2000, 0)]), tracks=(1,))
    # 1,000 m at 10 m/s and 1,000 m at 5 m/s.
    assert time(network, (0, 0), (2000, 0)) == pytest.approx(300, abs=CLOSE)


def test_a_class_without_speed_is_not_used_and_not_snapped_to() -> None:
    network = draw((1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (2000, 0)]), tracks=(1,))
    assert np.isinf(time(network, (0, 0), (1900, 0), REAL_CAR))
    found = snap(network, at((1100, 0)), REAL_CAR)
    assert found.edge.tolist() == [0]
    assert found.distance_m[0] == pytest.approx(100, abs=CLOSE)


def test_the_faster_of_parallel_roads_counts_and_they_do_not_add_up() -> None:
    network = draw((1, 2, [(0, 0), (1000, 0)]), (1, 2, [(0, 0), (500, 800), (1000, 0)]), (2, 3, [(1000, 0), (2000, 0)]))
    assert time(network, (0, 0), (2000, 0)) == pytest.approx(200, abs=CLOSE)


def test_the_cutoff_includes_its_own_value() -> None:
    exact = travel_time_matrix(LINE, at((0, 0)), at((3000, 0)), profile=CAR)[0, 0]
    assert time(LINE, (0, 0), (3000, 0), cutoff_s=float(exact)) == exact
    assert np.isinf(time(LINE, (0, 0), (3000, 0), cutoff_s=float(exact) - 0.01))


def test_a_place_too_far_from_every_road_is_not_moved_there_silently() -> None:
    found = snap(LINE, at((500, 200.5), (500, 199.5)), CAR)
    assert found.is_snapped.tolist() == [False, True]
    assert found.distance_m == pytest.approx([200.5, 199.5], abs=CLOSE)
    assert np.isnan(found.lonlat[0]).all()
    assert np.isinf(time(LINE, (500, 200.5), (0, 0)))


def test_a_closed_road_is_left_out() -> None:
    square = draw(
        (1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (1000, 1000)]), (3, 1, [(1000, 1000), (0, 1000), (0, 0)])
    )
    # From (0, 500), on the third edge, to (1000, 500), on the second: south and along the first, or north.
    assert time(square, (0, 400), (1000, 400)) == pytest.approx(180, abs=CLOSE)
    assert time(square, (0, 400), (1000, 400), closed=[0]) == pytest.approx(220, abs=CLOSE)


def test_a_range_holds_the_time_at_the_slowest_and_at_the_fastest_speeds() -> None:
    # 10 m/s, perhaps 5, perhaps 20; the walk of 100 s to the road stays. At 2,500 m the second origin is the first.
    unsure = replace(CAR, range_kmh={"road": (18.0, 72.0)})
    origins, homes = at((0, 0), (3000, 0)), at((1000, 100), (2500, 0), (0, 9000))
    found = nearest_range(LINE, origins, homes, profile=unsure)
    assert found.usual == pytest.approx([200, 50, np.inf], abs=CLOSE)
    assert found.slowest == pytest.approx([300, 100, np.inf], abs=CLOSE)
    assert found.fastest == pytest.approx([150, 25, np.inf], abs=CLOSE)
    # With the second edge closed the way from the second origin is gone.
    shut = nearest_range(LINE, origins, homes, profile=unsure, closed=[1])
    assert shut.slowest == pytest.approx([300, np.inf, np.inf], abs=CLOSE)
    nobody = nearest_range(LINE, at(), homes, profile=unsure)
    assert np.isinf(nobody).all()


def test_nearest_origin_names_the_first_to_arrive_and_the_lowest_of_equals() -> None:
    times, who = nearest_origin(LINE, at((0, 0), (3000, 0), (0, 0)), at((100, 0), (2900, 0), (1500, 0)), profile=CAR)
    assert times == pytest.approx([10, 10, 150], abs=CLOSE)
    assert who.tolist() == [0, 1, 0]


def test_nobody_comes_where_nobody_can() -> None:
    times, who = nearest_origin(ISLANDS, at((0, 0)), at((500, 2000)), profile=CAR)
    assert np.isinf(times).all()
    assert who.tolist() == [-1]
    times, who = nearest_origin(LINE, np.empty((0, 2)), at((500, 0)), profile=CAR)
    assert np.isinf(times).all()
    assert who.tolist() == [-1]


def test_a_place_that_is_none_is_refused_by_number() -> None:
    with pytest.raises(ValueError, match=r"Place 1 is lon 39\.3, lat 141\.5"):
        travel_time_matrix(LINE, at((0, 0)), [[141.5, 39.3], [39.3, 141.5]], profile=CAR)
    with pytest.raises(ValueError, match="Place 0 is lon nan"):
        snap(LINE, [[np.nan, 39.3]], CAR)
    with pytest.raises(ValueError, match="not below 0"):
        travel_time_matrix(LINE, at((0, 0)), at((0, 0)), profile=CAR, cutoff_s=-1)


def test_snapped_places_belong_to_their_network_and_profile() -> None:
    places = snap(LINE, at((0, 0)), CAR)
    with pytest.raises(ValueError, match="another network"):
        travel_time_matrix(LOOP, places, places, profile=CAR)
    with pytest.raises(ValueError, match="drawn-car"):
        travel_time_matrix(LINE, places, places, profile=FOOT)


def test_winter_is_never_faster_on_any_class() -> None:
    assert set(CAR_WINTER.speed_kmh) == set(REAL_CAR.speed_kmh)
    assert all(CAR_WINTER.speed_kmh[name] <= speed for name, speed in REAL_CAR.speed_kmh.items())
