"""Access that holds at times: what is read out of the map, and what of it is kept for the calendar."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from drawn_maps import EAST_M, GRID, Way, as_dict, osm
from hypothesis import given
from hypothesis import strategies as st

from geo.roads.network import RoadNetwork
from geo.roads.osm_tags import CAR_KEYS, barrier_rule, stops_cars
from geo.roads.profiles import CAR, CAR_WINTER, WALK, Profile
from geo.roads.seasons import DAYS, MONTHS, Access, access, join_rules, pack_rule, unpack_rule
from geo.travel.travel_time import travel_time_matrix

UNDATED = (("", ""),)


def of_cars(tags: dict[str, str]) -> Access:
    """Return when a car may pass."""
    return access(tags, CAR_KEYS, by_default=True, opens=None)


@pytest.mark.parametrize(
    ("base", "condition", "seasons"),
    [
        ("no", "yes @ (Apr-Nov)", (("12-01", "03-31"),)),
        ("no", "yes @ (May 1-Oct 31)", (("11-01", "04-30"),)),
        ("no", "yes @ (summer)", UNDATED),
        ("no", "destination @ (Apr 15 - Nov 10 06:00-20:00)", (("11-11", "04-14"),)),
        ("no", "yes @ (Apr-Nov); no @ (snow)", (("12-01", "03-31"),)),
        ("", "no @ (Dec-Mar)", (("12-01", "03-31"),)),
        ("", "no @ (December-March)", (("12-01", "03-31"),)),
        ("", "no @ (Nov 15-Apr 20)", (("11-15", "04-20"),)),
        ("", "no @ Nov 15-Apr 20", (("11-15", "04-20"),)),
        ("", "no @ (Dec-Feb)", (("12-01", "02-end"),)),
        ("", "no @ (Jan,Feb,Dec)", (("12-01", "02-end"),)),
        ("", "no @ (Dec 15-31)", (("12-15", "12-31"),)),
        ("", "no @ (Jan-Feb); no @ (Jul)", (("01-01", "02-end"), ("07-01", "07-31"))),
        ("", "no @ (winter)", UNDATED),
        ("", "no @ snow", UNDATED),
        ("", "no @ (冬期)", UNDATED),
        ("", "no @ (Dec-Mar AND snow)", UNDATED),
        # Hours, other vehicles and other people close nothing in a season.
        ("", "no @ (07:00-09:00)", ()),
        ("", "no @ (Mo-Fr 07:00-09:00)", ()),
        ("", "no @ (Dec-Mar 18:00-06:00)", ()),
        ("", "no @ (weight>5)", ()),
        ("", "no @ (width > 2 m)", ()),
        ("", "no @ (hgv)", ()),
        ("no", "yes @ (weight<3.5)", ()),
        ("no", "yes @ (06:00-20:00)", ()),
        ("", "destination @ (Dec-Mar)", ()),
    ],
)
def test_a_road_is_open_when_it_is_open_at_some_time(base: str, condition: str, seasons: object) -> None:
    tags = {"motor_vehicle:conditional": condition} | ({"access": base} if base else {})
    assert of_cars(tags) == Access(is_open=True, seasons=seasons)


@pytest.mark.parametrize(
    "tags",
    [
        {"access": "no", "access:conditional": "yes @ (delivery)"},
        {"access": "private", "motor_vehicle:conditional": "no @ (Dec-Mar)", "motor_vehicle": "no"},
        {"motor_vehicle:conditional": "no @ (Jan-Dec)"},
        {"access": "no", "access:conditional": "yes @ (weight>5)"},
        # A more specific tag without condition comes before a condition of a less specific one.
        {"motor_vehicle": "no", "access:conditional": "yes @ (Apr-Nov)"},
    ],
    ids=str,
)
def test_a_road_is_closed_when_it_never_opens_for_us(tags: dict[str, str]) -> None:
    assert of_cars(tags) == Access(is_open=False)


def test_a_more_specific_tag_comes_first() -> None:
    assert of_cars({"motor_vehicle": "yes", "access:conditional": "no @ (Dec-Mar)"}) == Access(is_open=True)


@given(st.integers(0, 11), st.integers(0, 11))
def test_opening_and_closing_are_each_other_s_rest(first: int, last: int) -> None:
    span = f"{MONTHS[first].title()}-{MONTHS[last].title()}"
    opens = of_cars({"access": "no", "access:conditional": f"yes @ ({span})"})
    after, before = MONTHS[(last + 1) % 12].title(), MONTHS[(first - 1) % 12].title()
    closes = of_cars({"access:conditional": f"no @ ({after}-{before})"})
    if (last + 1) % 12 == first:  # the whole year
        assert opens == Access(is_open=True)
    else:
        assert opens == closes
        assert len(opens.seasons) == 1


@given(st.text(max_size=40))
def test_whatever_is_written_a_road_without_other_tags_stays_or_is_closed_by_days_only(text: str) -> None:
    found = of_cars({"access:conditional": f"no @ ({text})"})
    assert found.is_open or not found.seasons


def test_rules_are_packed_and_joined_once() -> None:
    one, other = pack_rule([("12-01", "03-31")], "a=b"), pack_rule(UNDATED, "c=d")
    assert [tuple(rule) for rule in unpack_rule(7, join_rules(one, "", other, one))] == [
        (7, "12-01", "03-31", "a=b"),
        (7, "", "", "c=d"),
    ]
    assert (pack_rule((), "a=b"), join_rules("", ""), unpack_rule(0, "")) == ("", "", [])
    assert DAYS == 366


# --- in the network ----------------------------------------------------------------
Reader = Callable[..., RoadNetwork]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Return what reads ways as a network, by way of a file; tags of nodes are parted by ``|``."""

    def reader(*ways: tuple[dict[str, str], list[int]], at_nodes: dict[int, str] | None = None) -> RoadNetwork:
        drawn: list[Way] = [("highway=primary", nodes) for _, nodes in ways]
        text = osm(*drawn, at_nodes=dict.fromkeys(at_nodes or {}, ""))
        for number, (tags, _) in enumerate(ways, start=1):
            begin = text.index(f'<way id="{number}"')
            lines = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
            text = text[:begin] + text[begin:].replace('<tag k="highway" v="primary"/>', lines, 1)
        for node, said in (at_nodes or {}).items():
            lines = "".join('<tag k="{}" v="{}"/>'.format(*tag.split("=", 1)) for tag in said.split("|"))
            begin = text.index(f'<node id="{node}"')
            text = text[:begin] + text[begin:].replace("></node>", f">{lines}</node>", 1)
        path = tmp_path / "drawn.osm"
        path.write_text(text)
        return RoadNetwork.from_osm(path)

    return reader


def seconds(network: RoadNetwork, profile: Profile, closed: object = ()) -> float:
    """Return the time from the west to the east of the first row."""
    return float(travel_time_matrix(network, [GRID[11]], [GRID[13]], profile=profile, closed=closed)[0, 0])


def test_a_pass_is_open_until_the_calendar_closes_it(read: Reader, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "geo")
    rule = {"highway": "secondary", "access": "no", "access:conditional": "yes @ (Apr-Nov)"}
    network = read(({"highway": "secondary"}, [11, 12]), (rule, [12, 13]))
    for profile in (CAR, CAR_WINTER, WALK):
        assert np.isfinite(seconds(network, profile))
    (found,) = network.seasonal
    assert tuple(found)[1:] == ("12-01", "03-31", "access=no access:conditional=yes @ (Apr-Nov)")
    assert np.isinf(seconds(network, CAR, [found.edge]))
    assert "1 edges are closed in some season" in caplog.text
    assert RoadNetwork.from_bytes(network.to_bytes()).seasonal == network.seasonal


def test_a_gate_is_closed_with_the_roads_beside_it(read: Reader) -> None:
    gate = {12: "barrier=gate|access=no|access:conditional=yes @ (May-Oct)"}
    network = read(({"highway": "secondary"}, [11, 12, 13, 23]), at_nodes=gate)
    assert {rule[1:3] for rule in network.seasonal} == {("11-01", "04-30")}
    shut = [rule.edge for rule in network.seasonal]
    assert np.isfinite(seconds(network, CAR))
    assert np.isinf(seconds(network, CAR, shut))
    # The road beyond the next node is not the gate's.
    assert (len(shut), network.edge_count) == (1, 2)
    assert network.length_m[shut[0]] == pytest.approx(2 * EAST_M, rel=0.005)


@pytest.mark.parametrize(
    ("tags", "stops"),
    [
        ("barrier=gate locked=yes", True),
        ("barrier=gate locked=no", False),
        ("barrier=gate locked=yes motor_vehicle=yes", False),
        ("barrier=gate access=private", True),
        ("barrier=gate access=no", True),
        ("barrier=gate access=yes", False),
        ("barrier=gate access=permissive", False),
        ("barrier=boulder", True),
        ("barrier=bollard bollard=removable", True),
        ("barrier=bollard bollard=removable motor_vehicle=destination", False),
        ("barrier=swing_gate", False),
        ("barrier=height_restrictor", False),
        ("access=no", False),
    ],
)
def test_what_stops_cars(tags: str, stops: bool) -> None:  # noqa: FBT001  (from the table)
    assert stops_cars(as_dict(tags)) == stops
    assert barrier_rule(as_dict(tags)) == ""


# --- roads for some only ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "car", "foot"),
    [
        ("highway=trunk motorroad=yes", True, False),
        ("highway=primary motorroad=yes tunnel=yes", True, False),
        ("highway=trunk_link motorroad=yes", True, False),
        ("highway=trunk motorroad=yes foot=yes", True, True),
        ("highway=trunk motorroad=no", True, True),
        ("highway=trunk foot=no", True, False),
        ("highway=trunk foot=use_sidepath", True, True),
        ("highway=residential access=no motor_vehicle=yes", True, False),
        ("highway=trunk sidewalk=separate", True, True),
        ("highway=track motor_vehicle=yes tracktype=grade1", True, True),
        ("highway=track motorcar=designated", True, True),
        ("highway=track access=no motor_vehicle=destination", True, False),
        ("highway=track motor_vehicle=permissive", True, True),
        ("highway=track motor_vehicle=agricultural", False, True),
        ("highway=track motor_vehicle=forestry;private", False, True),
        ("highway=track access=yes", False, True),
        ("highway=track motor_vehicle=yes motorcar=no", False, True),
        ("highway=track motor_vehicle=yes 4wd_only=yes", False, True),
        ("highway=track motor_vehicle=yes smoothness=impassable", False, True),
        ("highway=track", False, True),
        ("highway=pedestrian motor_vehicle=destination", True, True),
        ("highway=steps motor_vehicle=yes", False, True),
    ],
)
def test_who_may_use_a_road(read: Reader, tags: str, car: bool, foot: bool) -> None:  # noqa: FBT001  (from the table)
    network = read(({"highway": "residential"}, [11, 12]), (as_dict(tags), [12, 13]))
    assert np.isfinite(seconds(network, CAR)) == car
    assert np.isfinite(seconds(network, WALK)) == foot
