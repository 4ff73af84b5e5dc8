"""Tables of speeds: rows for built-up areas, delays that stay with the edges, and a range that holds the speed."""

from __future__ import annotations

import pickle
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from drawn_networks import CAR as DRAWN
from drawn_networks import at, draw
from hypothesis import given
from hypothesis import strategies as st
from random_networks import networks

from geo.roads.closures import edges_along
from geo.roads.network import RoadNetwork
from geo.roads.profiles import ASSUMED, BUILT_UP, CAR, CAR_WINTER, PROFILES, Profile, SpeedRow
from geo.roads.snapping import snap
from geo.roads.speed_tables import CAR_ROWS, in_built_up, in_winter
from geo.travel.isochrone import isochrones
from geo.travel.road_times import edge_seconds
from geo.travel.travel_time import node_times, travel_time_matrix

SPEEDS, DELAYS = st.floats(5, 90), st.floats(0, 60)


def names() -> list[str]:
    """Return every row that a car may drive, in built-up areas too."""
    return [name + suffix for name in CAR.speed_kmh for suffix in ("", BUILT_UP)]


# --- the tables that come with the product ------------------------------------------------------------------------
@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_every_row_has_a_source_a_range_and_a_reason(profile: Profile) -> None:
    rows = profile.rows()
    assert len({row.name for row in rows}) == len(rows) >= len(profile.speed_kmh)
    for row in rows:
        assert row.source, row.name
        assert row.reason, row.name
        assert row.low_kmh < row.kmh < row.high_kmh, row.name
        # There is no published delay for any of them.
        assert row.delay_s == 0, row.name


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_profile_reaches_another_process_whole(profile: Profile) -> None:
    assert pickle.loads(pickle.dumps(profile)) == profile  # noqa: S301  (our own)


def test_what_was_not_measured_in_tono_is_assumed_to_be_as_outside() -> None:
    built_up = [row for row in CAR.rows() if row.is_built_up]
    assert [row.highway for row in built_up] == ["trunk", "primary", "secondary", "tertiary"]
    for row in built_up:
        assert (row.kmh, row.source) == (CAR.speed_kmh[row.highway], ASSUMED)
        # The densely inhabited districts of Tohoku in the census.
        assert row.low_kmh == 20.9
    assert not CAR.minds_built_up
    assert CAR.low().minds_built_up


@pytest.mark.parametrize("end", ["low", "itself", "high"])
def test_winter_is_never_faster_at_either_end(end: str) -> None:
    summer, winter = ((p.low(), p, p.high())[["low", "itself", "high"].index(end)] for p in (CAR, CAR_WINTER))
    for name in names():
        assert winter.kmh(name) < summer.kmh(name), name
        assert winter.delay(name) >= summer.delay(name), name


@given(st.sampled_from(CAR_ROWS), SPEEDS, DELAYS)
def test_winter_is_slower_than_any_summer(row: SpeedRow, kmh: float, delay_s: float) -> None:
    summer = replace(row, kmh=kmh, low_kmh=kmh * 0.9, high_kmh=kmh * 1.1, delay_s=delay_s)
    winter = in_winter(summer)
    assert winter.name == summer.name
    assert winter.low_kmh < summer.low_kmh
    assert winter.kmh < summer.kmh
    assert winter.high_kmh < summer.high_kmh
    assert winter.delay_s == summer.delay_s
    for inside in in_built_up(summer):
        assert (inside.kmh, inside.delay_s) == (summer.kmh, summer.delay_s)
        assert inside.low_kmh <= summer.low_kmh


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_low_is_slower_and_high_is_faster_on_every_row(profile: Profile) -> None:
    low, high = profile.low(), profile.high()
    assert low.name == high.name == profile.name
    assert set(low.speed_kmh) == set(high.speed_kmh) == set(profile.speed_kmh)
    for name in profile.speed_kmh:
        for row in (name, name + BUILT_UP):
            assert low.kmh(row) < profile.kmh(row) < high.kmh(row)
    # What has no range is what it is.
    assert low.low() == low
    assert high.low() == high


# --- rows ---------------------------------------------------------------------------------------------------------
def test_what_is_not_said_of_built_up_areas_holds_there_too() -> None:
    profile = Profile("x", {"road": 36.0, "track": 18.0}, built_up_kmh={"road": 18.0}, delay_s={"road": 2.0})
    assert (profile.kmh("road"), profile.kmh("road;built-up"), profile.kmh("track;built-up")) == (36, 18, 18)
    assert (profile.delay("road;built-up"), profile.delay("track;built-up")) == (2, 0)
    assert profile.seconds([100.0, 100.0], ["road", "road;built-up"]).tolist() == [12, 22]
    assert profile.minds_built_up
    assert not replace(profile, built_up_kmh={"road": 36.0}).minds_built_up
    assert replace(profile, built_up_kmh={}, delay_s={"road;built-up": 2.0}).minds_built_up


def test_a_class_that_may_not_be_used_may_not_be_used_in_built_up_areas() -> None:
    profile = Profile("x", {"road": 36.0}, built_up_kmh={"river": 10.0})
    assert np.isnan(profile.kmh("river;built-up"))
    assert float(profile.seconds(1.0, "river;built-up")) == np.inf


def test_a_table_is_the_same_after_it_was_read_and_written() -> None:
    for profile in PROFILES.values():
        assert profile.with_rows(profile.rows()).rows() == profile.rows()
        assert profile.with_rows([]) == profile


def test_a_new_row_changes_that_row_alone() -> None:
    row = SpeedRow("residential", True, 15.0, 12.0, 18.0, 4.0, "measured", "by us")
    new = CAR.with_rows([row])
    assert row in new.rows()
    assert [one for one in new.rows() if one != row] == CAR.rows()
    assert float(new.seconds(0.0, "residential;built-up")) == 4
    assert float(new.seconds(0.0, "residential")) == 0


def test_the_range_always_holds_the_speed() -> None:
    faster = replace(CAR, speed_kmh=dict(CAR.speed_kmh) | {"trunk": 90.0})
    assert faster.high().kmh("trunk") == 90
    assert faster.low().kmh("trunk") == pytest.approx(34.9)


@pytest.mark.parametrize("kmh", [0.0, -1.0, np.nan, np.inf])
def test_what_is_no_speed_is_refused_in_every_place(kmh: float) -> None:
    for tables in ({"built_up_kmh": {"road": kmh}}, {"range_kmh": {"road": (kmh, 40.0)}}):
        with pytest.raises(ValueError, match="above 0 km/h"):
            Profile("x", {"road": 36.0}, **tables)
    with pytest.raises(ValueError, match="above 0 km/h"):
        SpeedRow("road", False, kmh, 1.0, 2.0)


@pytest.mark.parametrize("delay_s", [-0.1, np.nan, np.inf])
def test_what_is_no_delay_is_refused(delay_s: float) -> None:
    with pytest.raises(ValueError, match="must not be below 0 s"):
        Profile("x", {"road": 36.0}, delay_s={"road": delay_s})
    with pytest.raises(ValueError, match="must not be below 0 s"):
        SpeedRow("road", False, 36.0, 30.0, 40.0, delay_s)


@pytest.mark.parametrize(("low", "high"), [(37.0, 40.0), (30.0, 35.0), (0.0, 40.0), (-1.0, 40.0), (30.0, np.inf)])
def test_a_range_that_does_not_hold_the_speed_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="range of the speed on road"):
        SpeedRow("road", False, 36.0, low, high)


# --- delays on the way --------------------------------------------------------------------------------------------
# Two edges of 100 m in a row: 10 s each at 36 km/h.
ROAD = draw((1, 2, [(0, 0), (100, 0)]), (2, 3, [(100, 0), (200, 0)]))
WAITING = replace(DRAWN, delay_s={"road": 6.0})


def test_a_delay_counts_once_for_each_edge_and_in_proportion_for_a_part_of_one() -> None:
    times = travel_time_matrix(ROAD, at((0, 0), (50, 0)), at((200, 0), (150, 0), (75, 0)), profile=WAITING)
    # From the end: two whole edges; one and a half; three quarters of one. From the middle of the first edge: …
    np.testing.assert_allclose(times, [[32, 24, 12], [24, 16, 4]], atol=0.01)
    np.testing.assert_allclose(times[0, 0], WAITING.seconds(ROAD.length_m, ["road", "road"]).sum(), atol=0.01)


def test_a_delay_holds_on_closed_roads_and_in_areas_too() -> None:
    assert edges_along(ROAD, [ROAD.lines[1]]).tolist() == [1]
    forward, _ = edge_seconds(ROAD, WAITING, [1])
    assert forward.tolist() == pytest.approx([16, np.inf])
    # 160 s are one edge of a kilometre with its delay, or 1.6 km without.
    long = draw((1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (2000, 0)]))
    waiting = replace(DRAWN, delay_s={"road": 60.0})
    with_delay, without = (
        isochrones(long, at((0, 0)), [160], profile=profile).geometry.to_crs(6678).bounds["maxx"].iloc[0]
        for profile in (waiting, DRAWN)
    )
    assert without - with_delay == pytest.approx(600, abs=60)


profiles = st.builds(
    lambda road, track, inside, wait: replace(
        DRAWN,
        speed_kmh={"road": road, "track": track},
        built_up_kmh={"road": inside},
        delay_s={"road": wait, "track": wait / 2, "road;built-up": 2 * wait},
        range_kmh={"road": (road / 2, road * 1.5), "track": (track * 0.9, track * 1.1)},
    ),
    *(st.floats(10, 60), st.floats(5, 40), st.floats(5, 40), st.floats(0, 30)),
)


@given(networks, profiles)
def test_with_delays_a_trip_is_the_sum_of_its_edges_for_networkx_too(network: RoadNetwork, profile: Profile) -> None:
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(network.node_count))
    for i in range(network.edge_count):
        seconds = float(profile.seconds(network.length_m[i], network.highways[network.highway[i]]))
        ends = [(network.u[i], network.v[i])] + ([] if network.oneway[i] else [(network.v[i], network.u[i])])
        for a, b in ends:
            graph.add_edge(a, b, s=min(seconds, graph.get_edge_data(a, b, {"s": np.inf})["s"]))
    places = snap(network, network.node_lonlat, profile)
    found = node_times(network, replace(places, distance_m=np.zeros(len(places))), profile)
    for origin in range(network.node_count):
        expected = nx.single_source_dijkstra_path_length(graph, origin, weight="s")
        for node in range(network.node_count):
            assert found[origin, node] == pytest.approx(expected.get(node, np.inf), abs=0.01)


@given(networks, profiles)
def test_slower_speeds_and_longer_delays_never_shorten_a_trip(network: RoadNetwork, profile: Profile) -> None:
    places = snap(network, network.node_lonlat, profile)
    longer = replace(profile, delay_s={name: delay + 3 for name, delay in profile.delay_s.items()})
    fast, plain, slow, waiting = (
        travel_time_matrix(network, places, places, profile=one)
        for one in (profile.high(), profile, profile.low(), longer)
    )
    for sooner, later in ((fast, plain), (plain, slow), (plain, waiting)):
        np.testing.assert_array_equal(np.isinf(sooner), np.isinf(later))
        # A tick of the clock.
        assert (sooner <= later + 0.001).all()
