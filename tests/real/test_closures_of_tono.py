"""A closed road of the real Tono: found as an office names it, closed to the minute, and people behind it lose."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from closure_files import SUMITA, states, taken, write
from sqlalchemy.orm import Session

from app.coverage.inputs import gather_inputs, pose_question
from app.coverage.measure_coverage import measure_coverage
from app.coverage.travel import times_to_cells
from app.roads.place_closures import edges_named
from geo.roads.network import RoadNetwork

# 9 December 2024 9:00 to 31 March 2025 17:00 in Japan.
BEGIN, END = datetime(2024, 12, 9, 0, tzinfo=UTC), datetime(2025, 3, 31, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def covered(city: Session, at: datetime | None) -> dict[str, int]:
    """Return the people within each time by car."""
    document: dict[str, Any] = json.loads(measure_coverage(city, at=at).document)
    return {minutes: document["covered"][minutes] for minutes in ("10", "20", "30")}


def ends_of(network: RoadNetwork, name: str, *latitudes: float) -> dict[str, float]:
    """Return points of a named road by their latitude, as the columns of a list."""
    points = np.concatenate(
        [
            network.coords[network.offsets[i] : network.offsets[i + 1]]
            for i in np.flatnonzero(edges_named(network, name))
        ]
    )
    found = [points[np.argmin(np.abs(points[:, 1] - latitude))] for latitude in latitudes]
    return dict(zip(("起点経度", "起点緯度", "終点経度", "終点緯度"), np.concatenate(found).tolist(), strict=True))


def test_the_road_to_sumita_is_closed_for_a_winter(city: Session, network: RoadNetwork, tmp_path: Path) -> None:
    told = dict(zip(SUMITA, ("遠野住田線", "赤羽根峠", "4.7km", "冬期通行止", "", "積雪のため"), strict=True))
    row = told | ends_of(network, "遠野住田線", 39.25, 39.28) | {"期間": "令和6年12月9日 9時〜令和7年3月31日 17時"}
    report = taken(city, write(tmp_path / "sumita.csv", [row], "cp932"), source="住田町の様式")
    assert states(report) == ["stored"]
    assert "by its two points on the road of its name" in report.rows[0].text
    # The file's own length agrees, or the report would say so.
    assert "the file says" not in report.rows[0].text

    usual, closed = covered(city, None), covered(city, BEGIN)
    assert all(closed[minutes] <= usual[minutes] for minutes in usual)
    assert closed["20"] < usual["20"]
    assert covered(city, BEGIN - SECOND) == usual
    assert covered(city, END) == closed
    assert covered(city, END + SECOND) == usual

    inputs = gather_inputs(city)
    asked = (pose_question(city, inputs, "car", [20], at) for at in (BEGIN, None))
    shut, opened = (times_to_cells(inputs, question)[0] for question in asked)
    assert (shut >= opened - 0.01).all()
    assert (shut > opened).any()


def test_roads_are_found_by_the_names_that_people_write(network: RoadNetwork) -> None:
    by_name = edges_named(network, "釜石遠野線")
    assert by_name.any()
    for name in ("県道35号", "主要地方道 釜石遠野線", "釜石遠野", "県道３５号線"):
        assert (edges_named(network, name) == by_name).mean() > 0.99, name
    national = edges_named(network, "国道283号")
    assert national.sum() > edges_named(network, "遠野バイパス").sum() > 0
    # 県道284号 is another road than 国道284号 would be.
    assert edges_named(network, "県道284号").any()
    assert not edges_named(network, "国道35号").any()
    assert not edges_named(network, "").any()
