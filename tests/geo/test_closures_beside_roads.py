"""A closure belongs to the road it lies on, and not to the viaduct, the bypass or the other carriageway beside it."""

from __future__ import annotations

import gc
import itertools
import weakref
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from drawn_networks import at, draw
from hypothesis import given
from hypothesis import strategies as st

from geo.roads.closures import edges_along, road_tree
from geo.roads.network import RoadNetwork

Spots = list[tuple[float, float]]


def roads(*lines: Spots, oneway: bool | list[bool] = False) -> RoadNetwork:
    """Return roads drawn in metres; ends that lie in one place are one node."""
    ends = list(dict.fromkeys(spot for line in lines for spot in (line[0], line[-1])))
    edges = pd.DataFrame({"u": [ends.index(line[0]) for line in lines], "v": [ends.index(line[-1]) for line in lines]})
    edges = edges.assign(
        highway="tertiary", oneway=oneway, length_m=[shapely.LineString(line).length for line in lines]
    )
    shapes = [shapely.LineString(at(*line)) for line in lines]
    return RoadNetwork.from_edges(gpd.GeoDataFrame(edges, geometry=shapes, crs=4326))


def shut(network: RoadNetwork, *places: tuple[float, float], one_direction: bool = False) -> list[int]:
    """Return the edges that a line through places shuts."""
    return edges_along(network, [shapely.LineString(at(*places))], one_direction=one_direction).tolist()


@pytest.mark.parametrize("gap", [8, 15, 25, 29])
def test_the_road_beside_stays_open(gap: float) -> None:
    both = roads([(0, 0), (2000, 0)], [(0, gap), (2000, gap)])
    assert shut(both, (0, 0), (2000, 0)) == [0]
    assert shut(both, (2000, gap), (0, gap)) == [1]
    assert shut(both, (300, 0.3 * gap), (700, 0.3 * gap)) == [0]
    assert shut(both, (0, -20), (2000, -20)) == [0]


def test_each_stretch_belongs_to_the_road_that_it_lies_on() -> None:
    # The line changes from the old road to the new one half-way.
    both = roads([(0, 0), (1000, 0)], [(1000, 0), (2000, 0)], [(0, 15), (1000, 15)], [(1000, 15), (2000, 15)])
    assert shut(both, (0, 0), (1000, 0), (1000, 15), (2000, 15)) == [0, 3]


def test_a_bend_that_is_drawn_straight_is_still_the_road() -> None:
    wave = [(x, 15 * np.sin(x / 80)) for x in range(0, 1001, 20)]
    bends = roads([*wave[:26]], [*wave[25:]], [(0, 40), (1000, 40)])
    assert shut(bends, (0, 0), (1000, wave[-1][1])) == [0, 1]
    assert shut(bends, (0, -12), (1000, -12)) == [0, 1]


@pytest.mark.parametrize("gap", [6, 10, 20])
def test_one_carriageway_can_be_shut_alone_and_a_line_between_them_shuts_both(gap: float) -> None:
    # Traffic keeps to the left: eastward on the southern carriageway's northern neighbour, as drawn.
    dual = roads([(0, 0), (1000, 0)], [(1000, gap), (0, gap)], oneway=True)
    assert shut(dual, (0, 0), (1000, 0)) == [0]
    assert shut(dual, (1000, 0), (0, 0)) == [0]
    assert shut(dual, (0, gap), (1000, gap)) == [1]
    assert shut(dual, (0, gap / 2), (1000, gap / 2)) == [0, 1]
    # Two roads that are no carriageways of one: a line between them is nearer to one.
    assert shut(roads([(0, 0), (1000, 0)], [(1000, gap), (0, gap)]), (0, gap / 2 - 0.5), (1000, gap / 2 - 0.5)) == [0]


def test_one_direction_is_that_in_which_the_line_is_drawn() -> None:
    dual = roads([(0, 0), (1000, 0)], [(1000, 8), (0, 8)], [(1000, 0), (2000, 0)], oneway=[True, True, False])
    for y in (0, 4, 8):
        assert shut(dual, (0, y), (2000, y), one_direction=True) == [0], y
        assert shut(dual, (2000, y), (0, y), one_direction=True) == [1], y
    # Of a road that is driven both ways none can be shut for one direction.
    assert shut(dual, (1000, 0), (2000, 0), one_direction=True) == []


def test_two_edges_of_the_same_shape_are_both_shut() -> None:
    assert shut(roads([(0, 0), (500, 0)], [(0, 0), (500, 0)]), (0, 0), (500, 0)) == [0, 1]


@st.composite
def drawn_side_by_side(draw: st.DrawFn, least_gap: float = 8) -> tuple[RoadNetwork, list[int]]:
    """Return roads side by side with streets between them, in edges of any length, and some of the edges."""
    gaps = draw(st.lists(st.floats(least_gap, 25), min_size=1, max_size=4))
    heights = np.round(np.cumsum([0.0, *gaps]), 1).tolist()
    bend = draw(st.sampled_from([0.0, 0.05, 0.2]))
    cuts = [sorted({0, 1200, *draw(st.lists(st.integers(1, 119).map(lambda n: n * 10), max_size=5))}) for _ in heights]
    crossing = sorted(set(cuts[0]) & set(draw(st.lists(st.sampled_from(cuts[0]), max_size=3))))
    cuts = [sorted({*xs, *crossing}) for xs in cuts]

    def spot(x: float, y: float) -> tuple[float, float]:
        return x, round(y + bend * x, 3)

    lines = [[spot(a, y), spot(b, y)] for xs, y in zip(cuts, heights, strict=True) for a, b in itertools.pairwise(xs)]
    lines += [[spot(x, low), spot(x, high)] for x in crossing for low, high in itertools.pairwise(heights)]
    network = roads(*lines)
    chosen = draw(st.sets(st.integers(0, len(lines) - 1), min_size=1))
    return network, sorted(chosen)


@given(drawn_side_by_side())
def test_a_closure_drawn_on_edges_shuts_exactly_these(drawn: tuple[RoadNetwork, list[int]]) -> None:
    network, chosen = drawn
    assert edges_along(network, [network.lines[edge] for edge in chosen]).tolist() == chosen
    # Each alone, and all as one shape.
    assert edges_along(network, [network.lines[chosen[0]]]).tolist() == chosen[:1]
    assert edges_along(network, [shapely.MultiLineString(list(network.lines[chosen]))]).tolist() == chosen


@given(drawn_side_by_side(least_gap=15), st.floats(-5, 5), st.floats(-5, 5))
def test_a_drawing_that_is_five_metres_off_means_the_same_roads(
    drawn: tuple[RoadNetwork, list[int]], east: float, north: float
) -> None:
    network, chosen = drawn
    # An edge of a few metres more or less at the ends of the drawing is no other road.
    (dx, dy), (x, y) = at((east, north), (0, 0))
    moved = shapely.transform(network.lines[chosen], lambda xy: xy + np.array([dx - x, dy - y]))
    long = network.length_m >= 60
    for edge, line in zip(chosen, moved, strict=True):
        if long[edge]:
            found = edges_along(network, [line])
            assert found[long[found]].tolist() == [edge]


def test_the_tree_of_a_network_is_made_once_and_goes_with_it() -> None:
    network = draw((0, 1, [(0, 0), (1000, 0)]), (1, 2, [(1000, 0), (1000, 500)]))
    with ThreadPoolExecutor(4) as pool:
        trees = list(pool.map(road_tree, [network] * 8))
    assert len({id(tree) for tree in trees}) == 1
    there = weakref.ref(network)
    assert there() is network
    del network
    gc.collect()
    assert there() is None
