"""Scenarios of the real city: kept, repeated to the byte, and compared to the last of 28,062 people."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.scenarios.compare_scenarios import compare_scenarios
from app.scenarios.keep_scenario import keep_scenario, repeat_scenario
from app.siting.propose_sites import Wish

PEOPLE = 28_062


def test_winter_against_summer_accounts_for_everybody(city: Session) -> None:
    summer = keep_scenario(city, "夏", Wish(add=None, minutes=10))
    winter = keep_scenario(city, "冬", Wish(add=None, minutes=10, profile="car-winter"))
    assert repeat_scenario(city, winter).is_same
    found = compare_scenarios(summer, winter)
    total = found.total.facts().model_dump()
    assert total["population"] == PEOPLE == sum(cell.population for cell in found.cells)
    # Winter roads are never faster: nobody is gained, and both lists of posts are all centres.
    assert total["gained"] == 0
    assert total["lost"] > 0
    today = compare_scenarios(None, winter).total.facts().model_dump()
    assert (today["lost"], today["gained"] > 0) == (0, True)
    assert sum(tally.gained for tally in found.districts.values()) == 0
