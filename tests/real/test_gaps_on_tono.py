"""The next consultants of the real city: the two free centres in order, summer and winter, proved and in time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from factories import plain
from sqlalchemy.orm import Session

from app.siting.propose_sites import Wish, gather_town, propose_sites
from geo.location_allocation import ladder, maximal_covering

PEOPLE = 28_062
FREE = {"達曽部地区センター", "鱒沢地区センター"}


def names(rung: dict[str, Any]) -> list[str]:
    """Return the names of a rung's sites in their order."""
    return [site["name"] for site in rung["sites"]]


def assert_sound(found: dict[str, Any]) -> None:
    """Check that the document is proven, its gains add up, and each rung contains the one below."""
    assert found["status"] == "optimal"
    assert found["population"] == PEOPLE
    covered = [found["now"]["covered"], *(rung["value"] for rung in found["ladder"])]
    assert [rung["gain"] for rung in found["ladder"]] == np.diff(covered).tolist()
    assert all(rung["value"] == rung["bound"] == rung["covered"] for rung in found["ladder"])
    for below, above in zip(found["ladder"], found["ladder"][1:], strict=False):
        assert names(above)[:-1] == names(below)
    for rung in found["ladder"]:
        served = sum(post["population"] for post in rung["posts"])
        assert served + rung["unserved_population"] == PEOPLE


def test_the_two_free_centres_stand_in_order_summer_and_winter(city: Session) -> None:
    summer, winter = (plain(propose_sites(city, Wish(add=None, profile=profile))) for profile in ("car", "car-winter"))
    for found in (summer, winter):
        assert_sound(found)
        assert found["consultants"] == 9
        assert set(names(found["ladder"][-1])) == FREE
        assert found["ladder"][0]["gain"] >= found["ladder"][1]["gain"] >= 0
    assert winter["now"]["covered"] < summer["now"]["covered"]
    assert winter["ladder"][-1]["covered"] <= summer["ladder"][-1]["covered"]
    assert winter["fingerprint"] != summer["fingerprint"]


@pytest.mark.parametrize("objective", ["mean", "worst"])
def test_the_other_objectives_never_get_worse_with_a_post(city: Session, objective: Any) -> None:
    found = plain(propose_sites(city, Wish(add=None, objective=objective)))
    assert found["status"] == "optimal"
    assert all(rung["gain"] >= 0 for rung in found["ladder"])


def test_any_settlement_may_be_asked_and_is_proven(city: Session) -> None:
    found = plain(propose_sites(city, Wish(add=3, minutes=15, candidates="settlements")))
    assert_sound(found)
    prices = [rung["best"]["value"] - rung["value"] for rung in found["ladder"]]
    assert found["nesting_price"] == prices


def test_an_offer_in_minutes_brings_everyone_near_whom_a_road_reaches(city: Session) -> None:
    found = plain(propose_sites(city, Wish(add=None)))
    offers = [why["offers"]["minutes"] for why in found["why_infeasible"] if "minutes" in why["offers"]]
    assert len(offers) == 1
    after = plain(propose_sites(city, Wish(add=None, minutes=offers[0])))
    assert {why["kind"] for why in after["why_infeasible"]} <= {"unreachable"}
    last = after["ladder"][-1]
    assert last["covered"] + last["unserved_population"] == PEOPLE


def test_the_ladder_takes_less_than_a_second(city: Session) -> None:
    problem = gather_town(city, Wish(add=None)).problem
    maximal_covering(problem, 1, 1200)  # loads what is compiled
    begin = time.process_time()
    rungs = ladder(problem, 2, "cover", cutoff_s=1200)
    assert time.process_time() - begin < 1
    assert [rung.status for rung in rungs] == ["optimal", "optimal"]
