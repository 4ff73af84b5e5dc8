"""The next posts of a town worked out on paper, the reasons, and the command."""

from __future__ import annotations

import json
from typing import Any

import pytest
from factories import LENGTHS, NODES, build_consultant, build_roads, build_town, close_road, plain
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from app import cli
from app.cli.options import parse_moment
from app.datasets.models import Dataset
from app.datasets.queries import add_dataset
from app.demand.models import SmallArea
from app.errors import InputError
from app.register.models import District, Resource
from app.siting.candidate_sites import candidate_sites
from app.siting.propose_sites import Wish, propose_sites
from app.siting.tables import gaps_as_table

# The consultant sits at node 1; nodes 2, 3 and 4 are 180, 360 and 720 s away. People: 100, 30, 20, 10.


def dataset(session: Session, kind: str) -> Dataset:
    """Store where a part of the town came from."""
    return add_dataset(session, Dataset(kind=kind, title=kind, source="drawn by hand", sha256="0" * 64))


def build_centre(session: Session, node: int, name: str, *, kind: str = "centre") -> None:
    """Store a place at a node where nobody sits yet."""
    lon, lat = NODES[node]
    session.add(
        Resource(
            code=f"free-{name}",
            kind=kind,
            name=name,
            district_id=session.scalars(select(District.id).order_by(District.id)).first(),
            source="drawn by hand",
            location=f"SRID=4326;POINT({lon} {lat})",
            accuracy_m=0,
            dataset_id=dataset(session, "resources").id,
        )
    )
    session.flush()


@pytest.fixture
def town(session: Session) -> Session:
    """Return the town with free centres at nodes 3 and 4."""
    build_town(session)
    build_centre(session, 3, "中の地区センター")
    build_centre(session, 4, "奥の地区センター")
    return session


def names(sites: list[dict[str, Any]]) -> list[str]:
    """Return the names of sites in their order."""
    return [site["name"] for site in sites]


def test_the_next_centre_is_the_one_that_brings_most_people_near(town: Session) -> None:
    found = plain(propose_sites(town, Wish(add=1, minutes=4)))
    # Within 240 s of node 1: 130. A post at node 3 brings its 20 near; one at node 4 its 10.
    assert found["now"]["covered"] == 130
    (rung,) = found["ladder"]
    assert rung["k"] == 1
    assert rung["sites"] == [{"name": "中の地区センター", "lon": NODES[3][0], "lat": NODES[3][1]}]
    assert (rung["value"], rung["gain"], rung["covered"], rung["ties"]) == (150, 20, 150, [])
    assert (found["status"], found["bound"]) == ("optimal", 150)
    assert found["nesting_price"] == [0]


def test_all_centres_stand_in_the_order_of_their_gain(town: Session) -> None:
    found = plain(propose_sites(town, Wish(add=None, minutes=4)))
    assert [names(rung["sites"]) for rung in found["ladder"]] == [
        ["中の地区センター"],
        ["中の地区センター", "奥の地区センター"],
    ]
    assert [(rung["value"], rung["gain"]) for rung in found["ladder"]] == [(150, 20), (160, 10)]


def test_the_mean_and_the_worst_off_are_asked_in_their_own_units(town: Session) -> None:
    # With a post at node 3, 4 drives 4,500 m less: 30·180 + 10·360 = 9,000 person-seconds instead of 19,800.
    mean = plain(propose_sites(town, Wish(add=1, objective="mean")))["ladder"][0]
    assert names(mean["sites"]) == ["中の地区センター"]
    assert (mean["value"], mean["gain"]) == (9000, 10_800)
    assert mean["mean_s"] == pytest.approx(9000 / 160, abs=0.06)
    # The worst-off is node 4 now; with a post there it is node 3, 360 s from both ends.
    worst = plain(propose_sites(town, Wish(add=1, objective="worst")))["ladder"][0]
    assert (names(worst["sites"]), worst["value"], worst["gain"]) == (["中の地区センター"], 360, 360)
    assert worst["ties"] == []


def test_equal_centres_are_both_named(town: Session) -> None:
    build_centre(town, 3, "中のもう一つのセンター")
    (rung,) = plain(propose_sites(town, Wish(add=1, minutes=4)))["ladder"]
    assert names(rung["sites"]) == ["中の地区センター"]
    assert [names(tie) for tie in rung["ties"]] == [["中のもう一つのセンター"]]
    assert rung["ties_complete"]


def test_figures_of_fairness_count_the_people_and_households_of_each_post(town: Session) -> None:
    found = plain(propose_sites(town, Wish(add=2, minutes=4)))
    assert found["now"]["posts"] == [{"name": "拠点1", "population": 160, "households": 80}]
    last = found["ladder"][-1]
    assert last["posts"] == [
        {"name": "拠点1", "population": 130, "households": 65},
        {"name": "中の地区センター", "population": 20, "households": 10},
        {"name": "奥の地区センター", "population": 10, "households": 5},
    ]
    assert last["mean_s"] == pytest.approx(30 * 180 / 160, abs=0.06)
    assert last["p95_s"] == 180
    assert last["worst_district"] == {"name": "西", "mean_s": pytest.approx(30 * 180 / 130, abs=0.06)}


def test_those_who_stay_out_are_named_with_the_reason(town: Session) -> None:
    found = plain(propose_sites(town, Wish(add=1, minutes=2)))
    kinds = {why["kind"]: why for why in found["why_infeasible"]}
    assert set(kinds) == {"unreachable", "too_far"}
    causes = {place["reason"]: place["population"] for place in kinds["unreachable"]["places"]}
    assert causes == {"island": 5, "off_network": 7}
    assert [place["population"] for place in kinds["too_far"]["places"]] == [30]
    # With one more post, 360 s to node 4 or 3 is the least that would do for all.
    assert kinds["too_far"]["offers"] == {"minutes": 6}


def test_an_offer_that_is_taken_leaves_only_those_whom_no_road_reaches(town: Session) -> None:
    found = plain(propose_sites(town, Wish(add=1, minutes=3)))
    (why,) = [why for why in found["why_infeasible"] if why["kind"] != "unreachable"]
    assert why["kind"] == "too_few_posts"
    assert why["smallest"]
    assert len(why["places"]) == 2
    assert why["offers"] == {"minutes": 6, "add": 2}
    for taken in (Wish(add=1, minutes=6), Wish(add=2, minutes=3)):
        left = plain(propose_sites(town, taken))
        assert [why["kind"] for why in left["why_infeasible"]] == ["unreachable"]
        assert left["ladder"][-1]["covered"] == 160


def test_a_closed_road_is_a_reason(town: Session) -> None:
    town.execute(text("DELETE FROM resource WHERE name = '奥の地区センター'"))
    close_road(town, 3, 4)
    found = plain(propose_sites(town, Wish(add=1, at=parse_moment("2026-01-15T10:00+09:00"))))
    (why,) = [why for why in found["why_infeasible"] if why["kind"] == "unreachable"]
    assert {place["reason"]: place["population"] for place in why["places"]} == {
        "island": 5,
        "off_network": 7,
        "closed": 10,
    }


def test_with_a_capacity_nobody_serves_more(town: Session) -> None:
    (rung,) = plain(propose_sites(town, Wish(add=1, minutes=20, capacity=140)))["ladder"]
    assert rung["value"] == rung["covered"] == 160
    assert rung["unserved_population"] == 12
    assert all(post["population"] <= 140 for post in rung["posts"])
    (why,) = [
        why
        for why in plain(propose_sites(town, Wish(add=1, minutes=20, capacity=90)))["why_infeasible"]
        if why["kind"] == "too_little_capacity"
    ]
    assert why["offers"]["capacity"] == 100


def test_with_backup_people_count_when_two_posts_are_near(town: Session) -> None:
    found = plain(propose_sites(town, Wish(add=1, minutes=6, backup=True)))
    # Within 360 s of node 1 are nodes 1 to 3, of node 3 all: twice covered are 1, 2 and 3.
    assert found["ladder"][0]["value"] == 150


def test_candidates_may_be_any_public_facility_or_any_settlement(town: Session) -> None:
    build_centre(town, 2, "児童館", kind="childcare")
    build_centre(town, 2, "商店", kind="watch_partner")
    assert [site.name for site in candidate_sites(town, "centres", [])][-2:] == ["中の地区センター", "奥の地区センター"]
    found = plain(propose_sites(town, Wish(add=None, minutes=4, candidates="facilities")))
    assert sorted(names(found["ladder"][-1]["sites"])) == ["中の地区センター", "児童館", "奥の地区センター"]
    lon, lat = NODES[4]
    town.add(
        SmallArea(
            code="1",
            name="奥集落",
            population=10,
            households=5,
            location=f"SRID=4326;POINT({lon} {lat})",
            dataset_id=dataset(town, "small_areas").id,
        )
    )
    town.flush()
    (rung,) = plain(propose_sites(town, Wish(add=1, minutes=4, candidates="settlements")))["ladder"]
    assert (names(rung["sites"]), rung["gain"]) == (["奥集落"], 10)


def test_the_same_data_gives_the_same_bytes_and_other_data_another_fingerprint(town: Session) -> None:
    first = plain(propose_sites(town, Wish(add=2)))
    assert json.dumps(first) == json.dumps(plain(propose_sites(town, Wish(add=2))))
    seen = {first["fingerprint"]}
    for other in (Wish(add=1), Wish(add=2, minutes=19), Wish(add=2, objective="mean"), Wish(add=2, profile="walk")):
        seen.add(plain(propose_sites(town, other))["fingerprint"])
    build_roads(town, LENGTHS | {(3, 4): 4500.1})
    seen.add(plain(propose_sites(town, Wish(add=2)))["fingerprint"])
    build_centre(town, 2, "新しいセンター")
    seen.add(plain(propose_sites(town, Wish(add=2)))["fingerprint"])
    assert len(seen) == 7


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(minutes=0), "--minutes must be above 0; got 0"),
        (Wish(add=0), "--add must be above 0; got 0"),
        (Wish(add=3), "3 new posts are asked for, but only 2 sites are free"),
        (Wish(capacity=0), "--capacity must be above 0; got 0"),
        (Wish(profile="boat"), "There is no profile 'boat'"),
        (Wish(backup=True, objective="mean"), 'backup is for the objective "cover" only'),
        (Wish(backup=True, capacity=9), "backup and a capacity cannot be asked for together"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_in_one_sentence(town: Session, wish: Wish, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        plain(propose_sites(town, wish))
    assert sentence in str(refusal.value)


def test_without_a_free_centre_there_is_nothing_to_propose(session: Session) -> None:
    build_town(session)
    with pytest.raises(InputError, match="There are no candidates"):
        plain(propose_sites(session, Wish()))


def test_where_nobody_lives_the_answer_is_nothing(town: Session) -> None:
    town.execute(text("UPDATE demand_cell SET population = 0"))
    town.expire_all()
    found = plain(propose_sites(town, Wish(add=2)))
    assert [rung["value"] for rung in found["ladder"]] == [0, 0]
    assert found["ladder"][0]["mean_s"] is None
    assert found["why_infeasible"] == []


def test_without_any_consultant_the_first_post_is_proposed(session: Session) -> None:
    build_town(session, posts=())
    build_centre(session, 1, "西のセンター")
    found = plain(propose_sites(session, Wish(add=1, minutes=3)))
    assert found["now"]["covered"] == 0
    assert found["ladder"][0]["gain"] == 130
    assert plain(propose_sites(session, Wish(add=1, objective="mean")))["ladder"][0]["gain"] is None


def test_the_table_for_a_terminal_names_the_place_and_the_proof(town: Session) -> None:
    table = gaps_as_table(propose_sites(town, Wish(add=2, minutes=4)))
    lines = table.splitlines()
    assert "中の地区センター" in lines[2]
    assert "20人" in lines[2]
    assert "これより良い選び方がない" in table
    assert "12人の住む場所には、どの拠点からも行けません。" in table


def test_two_consultants_at_one_base_leave_the_other_centres_free(session: Session) -> None:
    build_town(session)
    build_consultant(session, "C9", 1, session.scalars(select(District.id)).first() or 0)
    build_centre(session, 3, "中の地区センター")
    (rung,) = plain(propose_sites(session, Wish(add=1, minutes=4)))["ladder"]
    assert names(rung["sites"]) == ["中の地区センター"]


@pytest.mark.parametrize(
    "words",
    [["--all-centres", "--add", "1"], ["--all-centres", "--candidates", "facilities"], ["--objective", "most"]],
)
def test_wrong_usage_ends_with_status_2(words: list[str]) -> None:
    assert CliRunner().invoke(cli.app, ["gaps", *words]).exit_code == 2
