"""A placement that is tried in the real city: moving nobody is the stored coverage, and mountains are no roads."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from factories import plain
from sqlalchemy.orm import Session

from app.consultants.queries import list_postings
from app.what_if.trial import Trial
from app.what_if.try_what_if import try_what_if

SUMMIT = (141.4887, 39.5586)  # 早池峰山, 1,917 m


def tried(session: Session, **wish: Any) -> dict[str, Any]:
    """Return what the use case says of a wish."""
    return plain(try_what_if(session, Trial.model_validate(wish)))


def test_moving_nobody_is_the_stored_coverage(city: Session, document: dict[str, Any]) -> None:
    found = tried(city)
    for name in ("population", "covered", "uncovered", "unreachable_population", "mean_s", "p95_s", "consultants"):
        assert found[name] == document[name], name
    for row, stored in zip(found["districts"], document["districts"], strict=True):
        assert row == {key: stored[key] for key in row}
    assert found["cells"]["run"] == document["run"]
    lost = np.frombuffer(base64.b64decode(found["cells"]["seconds"]), "<u2") == 65_535
    assert int(lost.sum()) == len(document["unreachable"])


def test_nobody_sets_out_from_a_summit(city: Session) -> None:
    lon, lat = SUMMIT
    code = list_postings(city)[0].code
    found = tried(city, profile="car-winter", moved=[{"id": code, "lon": lon, "lat": lat}])
    (placed,) = found["placed"]
    assert placed["reason"] == "off_network"
    assert placed["distance_m"] > placed["limit_m"]
    assert found["covered"] == tried(city, profile="car-winter", removed=[code])["covered"]
