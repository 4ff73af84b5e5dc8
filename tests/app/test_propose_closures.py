"""What the map says of closed seasons becomes proposals that the calendar takes in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from factories import build_town
from sqlalchemy.orm import Session

from app.errors import InputError
from app.roads.build_network import Origin, store_network, unheeded
from app.roads.import_closures import REFUSED, import_closures
from app.roads.models import RoadNetworkRow
from app.roads.propose_closures import proposals, propose_closures
from app.roads.queries import active_network, edges_of, list_closures, load_network
from app.roads.read_closures import Assumed
from app.roads.road_titles import NOWHERE, NamedPlaces
from geo.roads.network import RoadNetwork
from geo.roads.seasons import SeasonalRule

RULE = SeasonalRule(1, "12-01", "03-31", "motor_vehicle:conditional=no @ (Dec-Mar)")
UNDATED = SeasonalRule(2, "", "", "access:conditional=no @ (winter)")


def build(session: Session, *rules: SeasonalRule) -> RoadNetwork:
    """Put the town's roads with closed seasons to use."""
    build_town(session)
    network = load_network(session, active_network(session))
    told = replace(network, seasonal=rules, turn_restrictions=7)
    origin = Origin(kind="osm", title="道路網", source="the map", sha256="0" * 64)
    store_network(session, told, origin, name="told", city_bounds=None)
    return told


def test_a_proposal_is_taken_in_as_a_yearly_closure(session: Session, tmp_path: Path) -> None:
    network = build(session, RULE)
    path = tmp_path / "winter.csv"
    assert propose_closures(session, path, NOWHERE) == (1, 0)
    assert list_closures(session) == []
    report = import_closures(session, path, Assumed("", "", ""))
    assert report.count(REFUSED) == 0
    (closure,) = list_closures(session)
    assert (closure.yearly_from, closure.yearly_to, closure.source) == ("12-01", "03-31", "the map")
    assert closure.reason == RULE.text
    assert edges_of(network, [closure]).tolist() == [1]


def test_nameless_roads_are_proposed_by_settlement(session: Session) -> None:
    network = build(session, RULE, RULE._replace(edge=2))
    (one,) = proposals(network, "the map", NOWHERE)
    assert (one.name, one.edges) == ("主要地方道", [1, 2])
    places = NamedPlaces(("中里", "奥里"), np.array([(141.545, 39.34), (141.59, 39.34)]))
    first, second = proposals(network, "the map", places)
    assert [(row.name, row.edges) for row in (first, second)] == [
        ("中里の主要地方道", [1]),
        ("奥里の主要地方道", [2]),
    ]


def test_a_proposal_without_days_is_not_taken_in_until_it_has_some(session: Session, tmp_path: Path) -> None:
    build(session, UNDATED)
    path = tmp_path / "winter.csv"
    assert propose_closures(session, path, NOWHERE) == (1, 1)
    assert import_closures(session, path, Assumed("", "", "")).count(REFUSED) == 1
    assert list_closures(session) == []
    import_closures(session, path, Assumed("", "12月1日〜3月31日", ""))
    assert len(list_closures(session)) == 1


def test_a_map_that_tells_nothing_gives_an_empty_list(session: Session, tmp_path: Path) -> None:
    build_town(session)
    assert propose_closures(session, tmp_path / "none.csv", NOWHERE) == (0, 0)
    assert len(pd.read_csv(tmp_path / "none.csv")) == 0
    with pytest.raises(InputError, match=r"written as \.csv"):
        propose_closures(session, tmp_path / "none.txt", NOWHERE)


def test_what_is_not_followed_is_said_and_stored(session: Session) -> None:
    network = build(session, RULE, UNDATED)
    assert active_network(session).turn_restrictions == 7
    forbidden, closed = unheeded(network)
    assert "forbids 7 turns" in forbidden
    assert "closes 2 edges for a season" in closed
    assert unheeded(replace(network, seasonal=(), turn_restrictions=None)) == []


def test_roads_without_a_map_say_nothing_of_turns(session: Session) -> None:
    build_town(session)
    assert session.query(RoadNetworkRow).filter_by(name="town").one().turn_restrictions is None
