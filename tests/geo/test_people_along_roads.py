"""People of squares spread over the roads in them: answers by hand, laws, and shapely as the oracle of lengths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from drawn_networks import CAR, CORNER, EPSG, FOOT, at, draw
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import networks
from test_critical_links import by_closing_each, lost

from geo import mesh
from geo.coverage.critical_links import critical_links
from geo.coverage.critical_segments import critical_segments
from geo.coverage.people_along_roads import PeopleAlongRoads, people_along_roads
from geo.crs import to_metres
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile
from geo.roads.snapping import Snapped, snap

# The drawn plane begins at the south-western corner of a square of 250 m, which is 269.6 m wide and 231.3 m high here.
(CODE,) = mesh.encode(*at((1, 1)).T).tolist()
WIDTH_M = float(np.diff(to_metres(np.array([mesh.bounds(CODE)[:2], mesh.bounds(CODE)[2:]]), EPSG)[:, 0])[0])
MIDDLE = (130.0, 110.0)


def spread(
    network: RoadNetwork, people: int, point: tuple[float, float] = MIDDLE, profile: Profile = CAR
) -> PeopleAlongRoads:
    """Return the people of the one square."""
    return people_along_roads(network, [CODE], at(point), [people], profile=profile)


def counts(found: PeopleAlongRoads) -> dict[int, int]:
    """Return the people by edge."""
    return dict(zip(found.places.edge.tolist(), found.people.tolist(), strict=True))


def test_each_road_takes_people_by_its_length_at_the_middle_of_it() -> None:
    network = draw((0, 1, [(50, 50), (150, 50)]), (1, 2, [(150, 50), (150, 100)]))
    found = spread(network, 30, (100, 70))
    assert counts(found) == {0: 20, 1: 10}
    assert found.square.tolist() == [0, 0]
    assert found.places.share == pytest.approx([0.5, 0.5], abs=1e-4)
    assert to_metres(found.places.lonlat, EPSG) - CORNER == pytest.approx(np.array([[100, 50], [150, 75]]), abs=0.02)
    # Their walk to the road is that of the square's point.
    assert found.places.distance_m == pytest.approx([20, 20], abs=0.02)


@pytest.mark.parametrize(("people", "each"), [(4, [2, 1, 1]), (5, [2, 2, 1]), (3, [1, 1, 1]), (2, [1, 1]), (0, [])])
def test_of_equal_roads_the_first_takes_whoever_is_left(people: int, each: list[int]) -> None:
    star = draw(*[(0, i + 1, [MIDDLE, (130 + x, 110 + y)]) for i, (x, y) in enumerate([(60, 0), (0, 60), (-36, -48)])])
    assert spread(star, people).people.tolist() == each


def test_only_the_length_inside_the_square_counts_also_where_a_road_leaves_and_comes_back() -> None:
    out = WIDTH_M - 200
    bow = [(200, 50), (400, 50), (400, 150), (200, 150)]
    network = draw((0, 1, bow), (1, 2, [(200, 150), (200 - out, 150)]))
    found = spread(network, 300)
    # The border leans a little against the plane.
    assert counts(found) == pytest.approx({0: 200, 1: 100}, abs=2)
    # Half of what lies inside is passed where the bow leaves the square.
    assert found.places.share[0] == pytest.approx(out / 500, abs=3e-3)


def test_a_road_along_the_border_and_one_across_a_corner() -> None:
    # The square holds its border; a road that only touches its corner has no length in it.
    west, south, east, _ = mesh.bounds(CODE)
    border = shapely.LineString([(west, south), (east, south)])
    xy = to_metres(shapely.get_coordinates(border), EPSG) - CORNER
    network = draw((0, 1, xy.tolist()), (1, 2, [xy[1].tolist(), (500, -80)]), (0, 3, [xy[0].tolist(), (100, 100)]))
    assert set(counts(spread(network, 1000))) == {0, 2}


def is_same(found: Snapped, expected: Snapped) -> bool:
    """Return whether places are the same in every column."""
    columns = ("edge", "share", "distance_m", "lonlat")
    return all(np.array_equal(getattr(found, name), getattr(expected, name), equal_nan=True) for name in columns)


@pytest.mark.parametrize(
    ("network", "point", "profile"),
    [
        # One road, no road, a second road that no trip may begin on, and one that nothing joins to the first.
        (draw((0, 1, [(-500, 100), (500, 100)])), MIDDLE, CAR),
        (draw((0, 1, [(-500, 300), (500, 300)]), (1, 2, [(500, 300), (500, 0)])), MIDDLE, CAR),
        (
            draw((0, 1, [(0, 100), (200, 100)]), (1, 2, [(200, 100), (200, 0)]), tracks=(1,)),
            MIDDLE,
            replace(CAR, through_only=frozenset({"track"})),
        ),
        (draw((0, 1, [(0, 100), (200, 100)]), (2, 3, [(200, 90), (200, 0)])), MIDDLE, CAR),
        # Two roads, but the people are reached from outside, or from nowhere.
        (draw((0, 1, [(0, 100), (200, 100)]), (1, 2, [(200, 100), (200, 0)])), (-50, 110), CAR),
        (draw((0, 1, [(0, 1), (200, 1)]), (1, 2, [(200, 1), (200, 2)])), (130, 230), replace(CAR, max_snap_m=99)),
    ],
)
def test_elsewhere_the_square_keeps_its_point(
    network: RoadNetwork, point: tuple[float, float], profile: Profile
) -> None:
    found = spread(network, 7, point, profile)
    assert found.people.tolist() == [7]
    assert is_same(found.places, snap(network, at(point), profile))


def test_an_alley_with_the_point_of_its_square_is_not_the_first_road() -> None:
    # Two roads lead from the consultant in the west into the square, one on to a hamlet; the square's point is up an
    # alley of 40 m.
    network = draw(
        (0, 1, [(-1000, 100), (130, 100)]),
        (1, 2, [(130, 100), (900, 100)]),
        (1, 3, [(130, 100), (130, 140)]),
        (0, 1, [(-1000, 100), (-1000, -200), (130, -200), (130, 100)]),
    )
    start, points = at((-1000, 100)), at((130, 140), (900, 100))
    before = critical_links(network, start, points, [100, 20], profile=CAR, cutoff_s=600)
    assert before.beyond.tolist() == [0, 20, 100, 0]
    assert critical_segments(network, before)[0].worst == 2
    codes = mesh.encode(*points.T).tolist()
    found = people_along_roads(network, codes, points, [100, 20], profile=CAR)
    after = critical_links(network, start, found.places, found.people, profile=CAR, cutoff_s=600)
    # In the square lie 130 m of the first road, 140 of the second, 40 of the alley and 100 of the last.
    assert after.loss.tolist() == [32, 34 + 20, 10, 24]
    assert after.beyond.tolist() == [0, 20, 0, 0]
    assert [segment.worst for segment in critical_segments(network, after)] == [1]


def test_nonsense_is_refused() -> None:
    network = draw((0, 1, [(0, 0), (100, 0)]))
    for people in ([1, 2], [-1], [1.5], [True]):
        with pytest.raises(ValueError, match=r"people|People"):
            people_along_roads(network, [CODE], at(MIDDLE), people, profile=CAR)
    with pytest.raises(ValueError, match="not a mesh code"):
        people_along_roads(network, ["12"], at(MIDDLE), [1], profile=CAR)
    with pytest.raises(ValueError, match="globe"):
        people_along_roads(network, [CODE], [[39.3, 141.5]], [1], profile=CAR)


def test_no_square_and_no_road_for_the_profile() -> None:
    network = draw((0, 1, [(0, 0), (100, 0)]))
    assert len(people_along_roads(network, [], [], [], profile=CAR).people) == 0
    nobody = replace(CAR, speed_kmh={"river": 36.0})
    assert spread(network, 3, profile=nobody).places.is_snapped.tolist() == [False]


SQUARES = st.lists(
    st.tuples(st.floats(0, 2000), st.floats(0, 2000), st.sampled_from([9, 10, 11]), st.integers(0, 200)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=50)
@given(networks, SQUARES, st.sampled_from([CAR, FOOT]))
def test_people_are_spread_exactly_and_by_length(network: RoadNetwork, squares: list, profile: Profile) -> None:
    points = at(*[square[:2] for square in squares])
    codes = [str(mesh.encode(lon, lat, square[2])) for (lon, lat), square in zip(points, squares, strict=True)]
    people = [square[3] for square in squares]
    found = people_along_roads(network, codes, points, people, profile=profile)
    single = snap(network, points, profile)
    assert (np.bincount(found.square, found.people, minlength=len(codes)) == people).all()
    assert (found.people > 0).all()
    part = network.node_component[network.u]
    for square, box in enumerate(mesh.squares(codes)):
        mine = np.flatnonzero(found.square == square)
        places = found.places[mine]
        pieces = shapely.transform(shapely.intersection(network.lines, box), lambda xy: to_metres(xy, EPSG))
        length = np.where(part == part[single.edge[square]], shapely.length(pieces), 0)
        if not single.is_snapped[square] or (length >= 0.05).sum() < 2:
            assert is_same(places, single[np.full(len(mine), square)])
            continue
        quota = people[square] * length / length.sum()
        taken = np.bincount(places.edge, found.people[mine], minlength=network.edge_count)
        assert (np.abs(taken - quota) < 1 + 0.1).all()
        assert (shapely.distance(shapely.points(places.lonlat), box) < 1e-6).all()
        feet = shapely.line_interpolate_point(network.lines_m[places.edge], places.share, normalized=True)
        np.testing.assert_allclose(to_metres(places.lonlat, EPSG), shapely.get_coordinates(feet), atol=0.01)


@settings(max_examples=30)
@given(networks, SQUARES, st.data())
def test_what_a_road_is_worth_equals_closing_it(network: RoadNetwork, squares: list, data: st.DataObject) -> None:
    points = at(*[square[:2] for square in squares])
    codes = [str(mesh.encode(lon, lat, square[2])) for (lon, lat), square in zip(points, squares, strict=True)]
    found = people_along_roads(network, codes, points, [square[3] for square in squares], profile=CAR)
    start = snap(network, points[:1], CAR)
    cutoff_s = data.draw(st.sampled_from([60.0, 150.0, np.inf]))
    worth = critical_links(network, start, found.places, found.people, profile=CAR, cutoff_s=cutoff_s)
    expected = by_closing_each(network, start, found.places, profile=CAR, cutoff_s=cutoff_s)
    assert lost(worth, network) == expected
    assert worth.loss.tolist() == [found.people[gone].sum() for gone in expected]
