"""The range of a figure holds the figure wherever the bases stand within the accuracy of their places."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from factories import NODES, build_town, plain
from sqlalchemy import text
from sqlalchemy.orm import Session

import app.roads.speeds
from app.coverage.measure_coverage import measure_coverage
from app.coverage.schemas import CoverageDocument
from app.coverage.tables import as_table
from app.what_if.trial import Trial
from app.what_if.try_what_if import try_what_if
from geo.roads.profiles import CAR, PROFILES

MINUTES = [1, 2, 3, 5, 8, 10]
# Degrees of longitude in a metre.
M_LON = 1 / (111_320 * 0.7735)


@pytest.fixture(autouse=True)
def known_speeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the speeds be known exactly, so that only the places leave anything open."""
    exact = CAR.with_rows([])
    object.__setattr__(exact, "range_kmh", {})
    monkeypatch.setattr(app.roads.speeds, "PROFILES", dict(PROFILES) | {"car": exact})


def measured(session: Session) -> dict[str, Any]:
    """Return the coverage of what is stored."""
    session.expire_all()
    found: dict[str, Any] = json.loads(measure_coverage(session, minutes=MINUTES).document)
    return found


def place(session: Session, lon: float, lat: float, accuracy_m: int) -> None:
    """Put the base of the first consultant somewhere, known within some metres."""
    order = "UPDATE resource SET location = ST_SetSRID(ST_MakePoint(:x, :y), 4326), accuracy_m = :m WHERE code = 'R-C1'"
    session.execute(text(order), {"x": lon, "y": lat, "m": accuracy_m})


def test_a_base_that_is_known_exactly_has_the_range_of_the_speeds(session: Session) -> None:
    build_town(session, posts=(1, 4))
    found = measured(session)
    for rows in (found, *found["districts"]):
        assert rows["covered_low"] == rows["covered_low_by_speed"] == rows["covered"]
        assert rows["covered_high"] == rows["covered_high_by_speed"] == rows["covered"]


def test_a_base_known_to_the_kilometre_worked_out_by_hand(session: Session) -> None:
    build_town(session, posts=(2,))
    # Node 2 has nodes 1 and 3 three minutes away on either side, node 4 nine. The base may be 1.1 minutes from node 2.
    place(session, *NODES[2], accuracy_m=round((NODES[3][0] - NODES[2][0]) / M_LON * 1.1 / 3))
    found = measured(session)
    assert found["covered"] == {"1": 30, "2": 30, "3": 150, "5": 150, "8": 150, "10": 160}
    # At worst it is 1.1 minutes to 2, 4.1 to 1 and to 3, 10.1 to 4; at best 0, 1.9 and 7.9.
    assert found["covered_low"] == {"1": 0, "2": 30, "3": 30, "5": 150, "8": 150, "10": 150}
    assert found["covered_high"] == {"1": 30, "2": 150, "3": 150, "5": 150, "8": 160, "10": 160}
    assert found["covered_low_by_speed"] == found["covered"] == found["covered_high_by_speed"]


@pytest.mark.parametrize("accuracy_m", [50, 400, 1500, 5000])
def test_the_range_holds_the_figure_of_every_true_position(session: Session, accuracy_m: int) -> None:
    build_town(session, posts=(2, 4))
    place(session, *NODES[2], accuracy_m)
    unsure = measured(session)
    assert unsure["covered_low"] != unsure["covered_high"] or accuracy_m < 400
    rng = np.random.default_rng(accuracy_m)
    # The road begins at node 1, 2,580 m to the west.
    for east in rng.uniform(max(-accuracy_m, -2500), accuracy_m, 8) * 0.99:
        place(session, NODES[2][0] + east * M_LON, NODES[2][1], 0)
        exact = measured(session)
        for mine, true in zip([unsure, *unsure["districts"]], [exact, *exact["districts"]], strict=True):
            for key, people in true["covered"].items():
                assert mine["covered_low"][key] <= people <= mine["covered_high"][key]


def test_a_larger_error_never_narrows_the_range(session: Session) -> None:
    build_town(session, posts=(2, 4))
    before = None
    for accuracy_m in (0, 100, 500, 2000, 6000):
        place(session, *NODES[2], accuracy_m)
        found = measured(session)
        if before is not None:
            for key in found["covered"]:
                assert found["covered_low"][key] <= before["covered_low"][key]
                assert found["covered_high"][key] >= before["covered_high"][key]
        before = found


def test_a_trial_has_the_same_range_until_the_base_is_put_somewhere(session: Session) -> None:
    build_town(session, posts=(2, 4))
    place(session, *NODES[2], 1500)
    stored = measured(session)
    wish = {"minutes": MINUTES, "with_range": True}
    assert plain(try_what_if(session, Trial.model_validate(wish)))["covered_low"] == stored["covered_low"]
    there = {"id": "C1", "lon": NODES[2][0], "lat": NODES[2][1]}
    found = plain(try_what_if(session, Trial.model_validate(wish | {"moved": [there]})))
    assert found["covered_low"] == found["covered"] == found["covered_high"]


def test_the_table_tells_both_ranges(session: Session) -> None:
    build_town(session, posts=(2,))
    place(session, *NODES[2], 1500)
    found = measured(session)
    lines = {line.split()[0]: line for line in as_table(CoverageDocument.model_validate(found)).splitlines() if line}
    assert f"{found['covered_low']['3']:,}〜{found['covered_high']['3']:,}" in lines["位置も含む幅"]
    assert f"{found['covered']['3']:,}〜{found['covered']['3']:,}" in lines["速さの幅"]
