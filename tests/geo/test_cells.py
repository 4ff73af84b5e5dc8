"""Laws of the bounded search on graphs of several cells; networkx is the oracle."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.shortest_paths import INFINITE, Ends, SearchGraph, TickOverflowError, TimedGraph, search_within
from geo.shortest_paths.cells import CELL, cell_order
from geo.shortest_paths.ticks import SAFE

OUTSIDE = -1


def drawn_graph(seed: int, *, is_near: bool) -> tuple[np.ndarray, ...]:
    """Return edges of a graph of two or three cells: loops, parallel, one-way and closed ones, some of no length."""
    random = np.random.default_rng(seed)
    count = int(random.integers(CELL + 1, 3 * CELL))
    edges = int(count * random.uniform(0.6, 2))
    u = random.integers(0, count, edges)
    v = np.clip(u + random.integers(-4, 5, edges), 0, count - 1) if is_near else random.integers(0, count, edges)
    forward, backward = (random.integers(0, 1000, edges).astype(np.uint32) for _ in range(2))
    backward[random.random(edges) < 0.3] = INFINITE
    forward[random.random(edges) < 0.05] = INFINITE
    u, v = np.append(u, u[:50]), np.append(v, v[:50])  # parallel to the first ones, with times of their own
    forward, backward = np.append(forward, forward[50:100]), np.append(backward, backward[50:100])
    place = np.column_stack([np.arange(count), random.integers(0, 3, count)]) if is_near else random.random((count, 2))
    return u, v, forward, backward, place.astype(float)


def oracle(edges: tuple[np.ndarray, ...], nodes: np.ndarray, ticks: np.ndarray, limit: int) -> dict[int, int]:
    """Return the ticks of all nodes within a limit of a place between two nodes."""
    roads, (u, v, forward, backward, _) = nx.MultiDiGraph(), edges
    outside = np.full(2, OUTSIDE)
    for tail, head, times in ((u, v, forward), (v, u, backward), (outside, nodes, ticks)):
        usable = times < INFINITE
        roads.add_weighted_edges_from(np.column_stack([tail, head, times])[usable].astype(int).tolist(), weight="ticks")
    roads.add_node(OUTSIDE)
    found = nx.single_source_dijkstra_path_length(roads, OUTSIDE, cutoff=limit, weight="ticks")
    return {node: time for node, time in found.items() if node != OUTSIDE}


@given(st.integers(0, 2**32 - 1), st.booleans(), st.one_of(st.integers(0, 5000), st.just(INFINITE - 1)))
def test_a_search_across_cells_equals_networkx(seed: int, is_near: bool, limit: int) -> None:  # noqa: FBT001 - drawn
    edges = drawn_graph(seed, is_near=is_near)
    random, count = np.random.default_rng(seed + 1), len(edges[-1])
    nodes, ticks = random.integers(0, count, (4, 2)), random.integers(0, 1000, (4, 2)).astype(np.uint32)
    ticks[0, 1], ticks[1] = INFINITE, INFINITE  # a place at a node, and one that is not on the network
    found = search_within(
        SearchGraph.build(edges[0], edges[1], edges[-1]).timed(*edges[2:4]), Ends(nodes, ticks), limit
    )
    for origin, (begin, end) in enumerate(zip(found.pointer[:-1], found.pointer[1:], strict=True)):
        reached = dict(zip(found.node[begin:end].tolist(), found.ticks[begin:end].tolist(), strict=True))
        assert len(reached) == end - begin  # no node twice
        assert reached == oracle(edges, nodes[origin], ticks[origin], limit)


def line(count: int, ticks: int) -> TimedGraph:
    """Return a street of so many nodes."""
    node, times = np.arange(count), np.full(count - 1, ticks, dtype=np.uint32)
    return SearchGraph.build(node[:-1], node[1:], np.column_stack([node, node]).astype(float)).timed(times, times)


@pytest.mark.parametrize("count", [6, CELL + 6])
def test_ways_too_long_for_the_clock_are_noticed_and_do_not_come_back_as_short_ones(count: int) -> None:
    roads, first = line(count, SAFE - 2), Ends.at_nodes(np.array([0]))
    with pytest.raises(TickOverflowError):
        search_within(roads, first)
    found = search_within(roads, first, 2 * (SAFE - 2))
    assert sorted(zip(found.node.tolist(), found.ticks.tolist(), strict=True)) == [
        (0, 0),
        (1, SAFE - 2),
        (2, 2 * (SAFE - 2)),
    ]


def test_cells_are_compact() -> None:
    side = 40
    node = np.arange(side * side)
    order = cell_order(np.column_stack(np.divmod(node, side)).astype(float))
    assert np.array_equal(np.sort(order), node)
    for begin in range(0, len(order), CELL):
        across = np.ptp(np.column_stack(np.divmod(order[begin : begin + CELL], side)), axis=0)
        assert across.max() <= side // 2
