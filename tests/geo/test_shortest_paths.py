"""Laws of the two kernels on random directed graphs, to the last tick; networkx is the oracle."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import networkx as nx
import numba
import numpy as np
import pytest
from drawn_networks import CAR, at, draw
from hypothesis import assume, example, given
from hypothesis import strategies as st
from random_networks import networks
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo import compiled
from geo.errors import NetworkDataError
from geo.roads import network as road_network
from geo.roads.network import RoadNetwork
from geo.roads.snapping import snap
from geo.shortest_paths import (
    INFINITE,
    Clock,
    Ends,
    Hierarchy,
    SearchGraph,
    TickOverflowError,
    TooManyShortcutsError,
    contraction_order,
    hierarchy,
    needed_for,
    needed_for_all,
    search_times,
    search_within,
    sweep_nearest,
    sweep_times,
)
from geo.travel.road_times import edge_seconds, road_times
from geo.travel.travel_time import nearest_origin, node_times, nodes_within, travel_time_matrix

NOWHERE = INFINITE
# A tick of a second: what comes out of the kernels as seconds are the ticks themselves.
SECOND = Clock(0)


class Graph(NamedTuple):
    """Edges between nodes with ticks both ways, and where the nodes lie."""

    u: np.ndarray
    v: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    xy: np.ndarray

    @property
    def count(self) -> int:
        """Return the number of nodes."""
        return len(self.xy)


def graph(u, v, forward, backward, xy) -> Graph:
    """Return a graph from lists."""
    ends = np.array(u, dtype=np.int64), np.array(v, dtype=np.int64)
    times = np.array(forward, dtype=np.uint32), np.array(backward, dtype=np.uint32)
    return Graph(*ends, *times, np.array(xy, dtype=float).reshape(-1, 2))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Return loops, parallel and one-way edges, edges of no length, islands and many ties; nodes on one spot, too."""
    count = draw(st.integers(1, 12))
    node, ticks = st.integers(0, count - 1), st.one_of(st.integers(0, 5), st.integers(0, 10**6), st.just(NOWHERE))
    edges = draw(st.lists(st.tuples(node, node, ticks, ticks), max_size=40))
    spot = st.tuples(st.integers(0, 3), st.integers(0, 3))
    places = draw(st.lists(spot, min_size=count, max_size=count))
    columns = zip(*edges, strict=True) if edges else ([], [], [], [])
    return graph(*columns, places)


def streets(side: int = 20, seed: int = 3) -> Graph:
    """Return a grid of streets with gaps, one-way streets and dead ends: more than is ordered by degree alone."""
    random = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    u = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    v = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    kept = random.random(len(u)) < 0.75
    u, v = u[kept], v[kept]
    forward = random.integers(1, 2000, len(u))
    backward = np.where(random.random(len(u)) < 0.1, NOWHERE, forward)
    return graph(u, v, forward, backward, np.column_stack(np.divmod(node.ravel(), side)))


def oracle(g: Graph) -> np.ndarray:
    """Return the ticks from every node to every node by networkx."""
    roads = nx.DiGraph()
    roads.add_nodes_from(range(g.count))
    for u, v, forward, backward in zip(*(array.tolist() for array in g[:4]), strict=True):
        for tail, head, ticks in ((u, v, forward), (v, u, backward)):
            if ticks < NOWHERE and ticks < roads.get_edge_data(tail, head, {"ticks": NOWHERE})["ticks"]:
                roads.add_edge(tail, head, ticks=ticks)
    times = np.full((g.count, g.count), np.inf)
    for origin, found in nx.all_pairs_dijkstra_path_length(roads, weight="ticks"):
        for node, ticks in found.items():
            times[origin, node] = ticks
    return times


def weighted(g: Graph, rank=None):
    """Return the hierarchy of a graph."""
    order = contraction_order(g.count, g.u, g.v, g.xy) if rank is None else rank
    return Hierarchy.build(g.u, g.v, order).weighted(g.forward, g.backward)


def swept(g: Graph, rank=None) -> np.ndarray:
    """Return the ticks from every node to every node by sweeps."""
    roads, every = weighted(g, rank), Ends.at_nodes(np.arange(g.count))
    times = np.empty((g.count, g.count))
    sweep_times(roads, every, needed_for(roads, every), SECOND, times)
    return times


def searched(g: Graph, limit: int = INFINITE - 1) -> np.ndarray:
    """Return the ticks from every node to every node by bounded searches."""
    roads = SearchGraph.build(g.u, g.v, g.xy).timed(g.forward, g.backward)
    found = search_within(roads, Ends.at_nodes(np.arange(g.count)), limit)
    times = np.full((g.count, g.count), np.inf)
    times[np.repeat(np.arange(g.count), np.diff(found.pointer)), found.node] = found.ticks
    return times


KERNELS = pytest.mark.parametrize("kernel", [swept, searched], ids=["sweep", "search"])
Kernel = Callable[[Graph], np.ndarray]


# --- the oracle ---------------------------------------------------------------------------------------------------


@KERNELS
@given(graphs())
def test_times_equal_networkx(kernel: Kernel, g: Graph) -> None:
    np.testing.assert_array_equal(kernel(g), oracle(g))


@KERNELS
def test_times_on_streets_equal_networkx(kernel: Kernel) -> None:
    g = streets()
    np.testing.assert_array_equal(kernel(g), oracle(g))


@KERNELS
def test_a_star_of_many_streets_and_a_line_of_many_nodes(kernel: Kernel) -> None:
    # Streets of 1, 2, … ticks from node 0 to the others, and a line of 3 ticks a step from node to node.
    count = 40
    spokes, line = np.arange(1, count), np.arange(count - 1)
    u, v = np.concatenate([np.zeros(count - 1), line]), np.concatenate([spokes, line + 1])
    ticks = np.concatenate([spokes, np.full(count - 1, 3)])
    times = kernel(graph(u, v, ticks, ticks, np.zeros((count, 2))))
    np.testing.assert_array_equal(times[0], np.arange(count))
    i, j = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    np.testing.assert_array_equal(times, np.minimum(i + j, 3 * np.abs(i - j)))


def test_both_kernels_agree_on_a_network_of_many_cells() -> None:
    g, some = streets(220), Ends.at_nodes(np.array([0, 31, 24_000]))
    roads = weighted(g)
    times = np.empty((3, g.count))
    sweep_times(roads, some, needed_for_all(roads), SECOND, times)
    search = SearchGraph.build(g.u, g.v, g.xy)
    found = search_within(search.timed(g.forward, g.backward), some)
    assert np.diff(found.pointer).max() > 0.9 * g.count
    assert len(search.cells.size) > 100
    one = np.full(times.shape, np.inf)
    one[np.repeat(np.arange(3), np.diff(found.pointer)), found.node] = found.ticks
    np.testing.assert_array_equal(one, times)


# --- laws ---------------------------------------------------------------------------------------------------------


@KERNELS
@given(graphs())
def test_no_time_to_oneself_and_no_shorter_way_by_a_third_node(kernel: Kernel, g: Graph) -> None:
    times = kernel(g)
    assert (np.diag(times) == 0).all()
    assert (times <= (times[:, :, None] + times[None, :, :]).min(axis=1)).all()


@KERNELS
@given(graphs())
def test_turning_every_edge_round_turns_the_matrix_round(kernel: Kernel, g: Graph) -> None:
    turned = g._replace(forward=g.backward, backward=g.forward)
    np.testing.assert_array_equal(kernel(turned), kernel(g).T)
    redrawn = g._replace(u=g.v, v=g.u, forward=g.backward, backward=g.forward)
    np.testing.assert_array_equal(kernel(redrawn), kernel(g))


@KERNELS
@given(graphs(), st.data())
def test_closing_a_road_never_shortens_a_trip(kernel: Kernel, g: Graph, data: st.DataObject) -> None:
    assume(len(g.u))
    closed = data.draw(st.lists(st.integers(0, len(g.u) - 1), min_size=1))
    forward, backward = g.forward.copy(), g.backward.copy()
    forward[closed], backward[closed] = NOWHERE, NOWHERE
    assert (kernel(g._replace(forward=forward, backward=backward)) >= kernel(g)).all()


@KERNELS
@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_nodes_and_edges_does_not_matter(kernel: Kernel, g: Graph, random) -> None:
    name, row = np.array(random.sample(range(g.count), g.count)), random.sample(range(len(g.u)), len(g.u))
    xy = np.empty_like(g.xy)
    xy[name] = g.xy
    other = Graph(name[g.u[row]], name[g.v[row]], g.forward[row], g.backward[row], xy)
    np.testing.assert_array_equal(kernel(other)[np.ix_(name, name)], kernel(g))


@given(graphs(), st.randoms(use_true_random=False))
def test_any_order_of_contraction_gives_the_same_times(g: Graph, random) -> None:
    rank = np.array(random.sample(range(g.count), g.count), dtype=np.int64)
    np.testing.assert_array_equal(swept(g, rank), swept(g))


@given(graphs(), st.one_of(st.integers(0, 12), st.integers(0, 10**6)))
def test_a_limit_includes_its_own_value_and_only_cuts(g: Graph, limit: int) -> None:
    whole = searched(g)
    np.testing.assert_array_equal(searched(g, limit), np.where(whole <= limit, whole, np.inf))


def test_other_times_on_the_same_hierarchy_equal_a_hierarchy_built_anew() -> None:
    g = streets()
    kept = Hierarchy.build(g.u, g.v, contraction_order(g.count, g.u, g.v, g.xy))
    summer = kept.weighted(g.forward, g.backward)
    before = summer.ticks.copy()
    for slower in (2, 5):
        forward = np.where(g.forward < NOWHERE, g.forward * slower, NOWHERE).astype(np.uint32)
        backward = np.where(g.backward < NOWHERE, g.backward * slower, NOWHERE).astype(np.uint32)
        winter = weighted(g._replace(forward=forward, backward=backward))
        np.testing.assert_array_equal(kept.weighted(forward, backward).ticks, winter.ticks)
    np.testing.assert_array_equal(summer.ticks, before)


def test_threads_do_not_change_the_answer() -> None:
    g = streets()
    roads, every = weighted(g), Ends.at_nodes(np.arange(g.count))
    needed = needed_for_all(roads)
    answers = [np.empty((g.count, g.count), dtype=np.float32) for _ in range(4)]
    threads = [threading.Thread(target=sweep_times, args=(roads, every, needed, SECOND, each)) for each in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.tobytes() for answer in answers}) == 1


# --- places between nodes -----------------------------------------------------------------------------------------


@st.composite
def places(draw: st.DrawFn, count: int) -> Ends:
    """Return places between any two nodes, some of which can be reached from one side only or not at all."""
    ticks = st.one_of(st.integers(0, 9), st.just(NOWHERE))
    side = st.tuples(st.integers(0, count - 1), ticks)
    rows = draw(st.lists(st.tuples(side, side), max_size=40))  # more than fit side by side
    ends = np.array(rows, dtype=np.int64).reshape(-1, 2, 2)
    return Ends(ends[:, :, 0], ends[:, :, 1].astype(np.uint32))


def seconds(ends: Ends) -> np.ndarray:
    """Return the ticks of places, inf where there is no way."""
    return np.where(ends.ticks < NOWHERE, ends.ticks, np.inf)


@given(graphs(), st.data())
def test_from_place_to_place_over_the_better_end_of_both(g: Graph, data: st.DataObject) -> None:
    origins, destinations = data.draw(places(g.count)), data.draw(places(g.count))
    between = oracle(g)
    expected = np.full((len(origins.node), len(destinations.node)), np.inf)
    for i in range(2):
        for j in range(2):
            way = seconds(origins)[:, i, None] + between[np.ix_(origins.node[:, i], destinations.node[:, j])]
            expected = np.minimum(expected, way + seconds(destinations)[:, j])
    roads = weighted(g)
    needed = needed_for(roads, destinations)
    times = np.empty(expected.shape, dtype=np.float32)
    sweep_times(roads, origins, needed, SECOND, times)
    np.testing.assert_array_equal(times, expected)
    soonest = sweep_nearest(roads, origins, needed, SECOND)
    np.testing.assert_array_equal(soonest.seconds, expected.min(axis=0, initial=np.inf))
    first = expected.argmin(axis=0) if len(expected) else -1
    np.testing.assert_array_equal(soonest.origin, np.where(np.isinf(soonest.seconds), -1, first))
    search = SearchGraph.build(g.u, g.v, g.xy).timed(g.forward, g.backward)
    found = np.full(expected.shape, np.inf, dtype=np.float32)
    for row, (reached, soonest_s) in enumerate(search_times(search, origins, destinations, SECOND)):
        found[row, reached] = soonest_s
    np.testing.assert_array_equal(found, expected)


def test_places_that_are_not_on_the_graph_are_refused() -> None:
    g = streets(4)
    roads = weighted(g)
    with pytest.raises(ValueError, match="nodes 0 to 15"):
        needed_for(roads, Ends.at_nodes(np.array([16])))
    too_long = Ends(np.zeros((1, 2), dtype=np.int64), np.full((1, 2), 2**30, dtype=np.uint32))
    with pytest.raises(ValueError, match="below"):
        needed_for(roads, too_long)


# --- ticks --------------------------------------------------------------------------------------------------------


@given(st.floats(0, 1e6), st.integers(0, 14), st.integers(-3, 3))
@example(cutoff=1800.1, exponent=14, beside=0)
def test_the_limit_of_a_cutoff_is_what_float32_seconds_say(cutoff: float, exponent: int, beside: int) -> None:
    clock = Clock(exponent)
    ticks = np.array([max(0, min(clock.limit(cutoff) + beside, INFINITE - 1))], dtype=np.uint32)
    is_within = np.float32(clock.seconds(ticks)[0]) <= np.float32(cutoff)
    assert is_within == (ticks[0] <= clock.limit(cutoff))


def test_a_clock_tells_the_longest_trip_and_a_tick_is_no_coarser_than_needed() -> None:
    assert Clock.for_trips(0) == Clock.for_trips(3600) == Clock(14)
    for longest in (1e5, 1e7, 1e12):
        clock = Clock.for_trips(longest)
        assert 2**29 < clock.ticks(np.array([longest * 0.999]))[0] < 2**30
    with pytest.raises(TickOverflowError):
        Clock(14).ticks(np.array([2.0**16]))


@KERNELS
@pytest.mark.parametrize("nodes", [3, 40])
def test_a_trip_too_long_for_the_clock_is_told(kernel: Kernel, nodes: int) -> None:
    ticks = np.full(nodes - 1, 2**29 + 2**28)
    line = graph(np.arange(nodes - 1), np.arange(1, nodes), ticks, ticks, np.zeros((nodes, 2)))
    with pytest.raises(TickOverflowError):
        kernel(line)


def test_a_network_unlike_roads_has_no_hierarchy_and_the_same_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hierarchy, "ARCS_PER_NODE", 0)
    monkeypatch.setattr(hierarchy, "ARCS_AT_LEAST", 10)
    with pytest.raises(TooManyShortcutsError):
        weighted(streets(8))


# --- roads --------------------------------------------------------------------------------------------------------


def times_of(network: RoadNetwork, **options) -> list[np.ndarray]:
    """Return all that can be asked of a network."""
    spots = snap(network, np.concatenate([network.node_lonlat, network.coords]), CAR)
    some = spots[: network.node_count]
    return [
        travel_time_matrix(network, some, spots, profile=CAR, **options),
        *nearest_origin(network, some, spots, profile=CAR, **options),
        node_times(network, spots, CAR, closed=options.get("closed", ())),
    ]


@given(networks, st.data())
def test_a_network_too_large_for_a_hierarchy_has_the_same_times(network: RoadNetwork, data: st.DataObject) -> None:
    closed = data.draw(st.lists(st.integers(0, network.edge_count - 1), unique=True, max_size=2))
    cutoff = data.draw(st.sampled_from([np.inf, 60.0, 200.0]))
    by_hierarchy = times_of(network, closed=closed, cutoff_s=cutoff)
    large = RoadNetwork(**{name: vars(network)[name] for name in RoadNetwork.__dataclass_fields__})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(road_network, "HIERARCHY_NODES", 0)
        by_search = times_of(large, closed=closed, cutoff_s=cutoff)
    assert large.hierarchy is None
    for one, other in zip(by_hierarchy, by_search, strict=True):
        np.testing.assert_array_equal(one, other)


@given(networks, st.floats(0, 300))
def test_the_nodes_within_a_cutoff_are_those_that_are_no_farther(network: RoadNetwork, cutoff: float) -> None:
    spots = snap(network, network.node_lonlat, CAR)
    every = node_times(network, spots, CAR).astype(np.float32)
    found = nodes_within(network, spots, cutoff, profile=CAR)
    within = np.full(every.shape, np.inf, dtype=np.float32)
    within[np.repeat(np.arange(len(spots)), np.diff(found.pointer)), found.node] = found.seconds
    np.testing.assert_array_equal(within, np.where(every <= np.float32(cutoff), every, np.inf))


def test_trips_within_a_cutoff_are_exact_to_the_millisecond_on_the_roads_of_a_nation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A town of 1,600 short streets, and a lonely road 3,000 km away that makes the land as wide as a nation.
    side, rng = 40, np.random.default_rng(20)
    node = np.arange(side * side).reshape(side, side)
    u = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    v = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    place = np.column_stack(np.divmod(np.arange(side * side), side)) * 100
    town = draw(
        *((int(a), int(b), [tuple(place[a]), tuple(place[b])]) for a, b in zip(u, v, strict=True)),
        (9_998, 9_999, [(3e6, 0), (3e6, 100)]),
    )
    network = replace(town, length_m=np.append(rng.uniform(90, 260, len(u)), 100.0))
    monkeypatch.setattr(road_network, "HIERARCHY_NODES", 0)
    assert road_times(network, CAR).clock.exponent < 12
    start = snap(network, at((0, 0)), CAR)
    found = nodes_within(network, start, 900.0, profile=CAR)
    seconds, _ = edge_seconds(network, CAR)
    graph = csr_array((seconds, (network.u, network.v)), shape=(network.node_count, network.node_count))
    exact = dijkstra(graph, directed=False, indices=int(np.flatnonzero(network.node_ids == 0)[0]))
    assert len(found.node) > 1_000
    assert set(found.node.tolist()) == set(np.flatnonzero(exact <= 900.0).tolist())
    np.testing.assert_allclose(found.seconds, exact[found.node], rtol=0, atol=0.0015)
    every = snap(network, network.node_lonlat[: side * side], CAR)
    best, who = nearest_origin(network, start, every, profile=CAR, cutoff_s=900.0)
    table = travel_time_matrix(network, start, every, profile=CAR, cutoff_s=900.0)
    expected = np.where(exact <= 900.0, exact, np.inf)[np.searchsorted(network.node_ids, np.arange(side * side))]
    for seconds in (best, table[0]):
        np.testing.assert_allclose(seconds, expected, rtol=0, atol=0.0015)
    np.testing.assert_array_equal(who, np.where(np.isinf(expected), -1, 0))


def test_times_far_beyond_the_finest_clock_are_right() -> None:
    # 40,000 km and 80,000 km at 10 m/s: 46 and 93 days.
    line = draw((1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (2000, 0)]), (3, 4, [(2000, 0), (3000, 0)]))
    far = replace(line, length_m=np.array([4e7, 8e7, 1000.0]))
    times = travel_time_matrix(far, at((0, 0), (3000, 0)), at((3000, 0), (2000, 0)), profile=CAR)
    np.testing.assert_allclose(times, [[1.2e7 + 100, 1.2e7], [0, 100]], rtol=1e-6, atol=0.05)


def test_a_long_way_round_asks_for_a_coarser_clock_and_gets_it() -> None:
    # A kilometre, and a way round of 202 edges of 100 km each: far more than three times the width of the land.
    edges = [(1, 2, [(0, 0), (1000, 0)]), (1, 100, [(0, 0), (0, 1000)]), (300, 2, [(200, 1000), (1000, 0)])]
    edges += [(100 + i, 101 + i, [(i, 1000), (i + 1, 1000)]) for i in range(200)]
    network = replace(draw(*edges), length_m=np.array([1000.0, *[1e5] * 202]))
    direct, around = (
        travel_time_matrix(network, at((0, 0)), at((1000, 0)), profile=CAR, closed=closed)[0, 0] for closed in ((), [0])
    )
    assert direct == pytest.approx(100, abs=0.05)
    assert around == pytest.approx(202 * 1e4, rel=1e-6)
    assert around * 2 ** road_times(network, CAR).clock.exponent > INFINITE


# --- what is kept -------------------------------------------------------------------------------------------------


def test_a_saved_network_brings_its_order_of_contraction_along(monkeypatch: pytest.MonkeyPatch) -> None:
    network = draw((1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (3000, 0)]))
    content = network.to_bytes()

    def worked_out_again(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(road_network, "contraction_order", worked_out_again)
    loaded = RoadNetwork.from_bytes(content)
    np.testing.assert_array_equal(loaded.contraction_order, network.contraction_order)
    assert loaded.hierarchy is not None


def test_a_network_saved_before_there_was_a_hierarchy_still_loads() -> None:
    network = draw((1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (3000, 0)]))
    with np.load(io.BytesIO(network.to_bytes())) as content:
        earlier = {name: content[name] for name in content.files if name != "contraction_order"}
    file = io.BytesIO()
    np.savez(file, **earlier)
    assert RoadNetwork.from_bytes(file.getvalue()).to_bytes() == network.to_bytes()


def test_an_order_that_is_none_is_damage() -> None:
    network = draw((1, 2, [(0, 0), (1000, 0)]), (2, 3, [(1000, 0), (3000, 0)]))
    vars(network)["contraction_order"] = np.array([0, 0, 2])
    with pytest.raises(NetworkDataError, match="order of nodes"):
        RoadNetwork.from_bytes(network.to_bytes())


def test_the_last_questions_are_kept_and_not_confused() -> None:
    network = draw((1, 2, [(0, 0), (1000, 0)]), (1, 2, [(0, 0), (500, 800), (1000, 0)]))
    assert road_times(network, CAR, [1, 0, 0]) is road_times(network, CAR, (0, 1))
    assert road_times(network, CAR) is not road_times(network, CAR, [0])
    origin, destination = at((0, 0)), at((1000, 0))
    way = [travel_time_matrix(network, origin, destination, profile=CAR, closed=c)[0, 0] for c in ((), [0], (), [0, 1])]
    assert way[0] == way[2] < way[1]
    assert np.isinf(way[3])


def test_without_a_folder_to_keep_it_code_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = numba.njit, []

    def njit(**options):
        asked.append(options.get("cache", False))
        if options.get("cache"):
            raise RuntimeError("no locator available")
        return real(**options)

    monkeypatch.setattr(numba, "njit", njit)
    assert compiled.compiled(lambda number: number + 1)(1) == 2
    assert asked == [True, False]
