"""A consultant away and a road cut, in a town worked out on paper; the same inputs give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from factories import NODES, build_consultant, build_roads, build_town, close_road
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.datasets.models import Dataset
from app.demand.models import SmallArea
from app.errors import InputError, NotReadyError
from app.register.queries import district_ids
from app.resilience.find_critical_links import find_critical_links
from app.resilience.kept_answers import Wish, current_resilience
from app.resilience.measure_backup import measure_backup
from app.resilience.models import ResilienceRun
from app.resilience.queries import remove_resilience_runs_of
from app.resilience.schemas import BackupDocument, CriticalRoadsDocument
from app.resilience.tables import backup_as_table, roads_as_table
from app.roads.queries import active_network, load_network
from app.roads.road_titles import NOWHERE, NamedPlaces, road_title
from geo import mesh

JANUARY = datetime(2026, 1, 15, 9, tzinfo=UTC)


def backup(session: Session, minutes: int = 20, **more: Any) -> dict[str, Any]:
    """Return the document of who is away."""
    found: dict[str, Any] = json.loads(measure_backup(session, Wish("backup", minutes, **more)).document)
    return found


def roads(
    session: Session, minutes: int = 20, say: Callable[[str], None] = lambda _: None, **more: Any
) -> dict[str, Any]:
    """Return the document of the roads."""
    wish = Wish("critical-roads", minutes, **more)
    found: dict[str, Any] = json.loads(find_critical_links(session, wish, say).document)
    return found


def mesh_of(node: int) -> str:
    """Return the mesh code of a node's place."""
    return str(mesh.encode(*NODES[node]))


def test_who_is_away_and_who_comes_instead(session: Session) -> None:
    # 100 people at node 1 and 30 at 2, three minutes on; 20 at 3, three minutes on; 10 at 4, six minutes on.
    build_town(session, posts=(1, 4))
    found = backup(session, minutes=6)
    first, second = found["consultants"]
    # From 4 it takes 6 minutes to node 3, 9 to 2 and 12 to 1.
    assert (first["loses_cover"], first["catchment_population"]) == (130, 150)
    assert first["districts"] == [{"name": "西", "population": 130}]
    assert first["next"] == [{"id": "C2", "base": second["base"], "population": 130}]
    assert first["mean_s"] == pytest.approx((100 * 720 + 30 * 540) / 130, abs=0.05)
    assert (first["longest_s"], first["nobody_comes"]) == (720, 0)
    assert first["cells"] == sorted([mesh_of(1), mesh_of(2)])
    assert (second["loses_cover"], second["districts"]) == (10, [{"name": "東", "population": 10}])
    assert (found["population"], found["covered"], found["covered_twice"]) == (172, 160, 20)
    assert [(row["name"], row["covered"], row["covered_twice"]) for row in found["districts"]] == [
        ("西", 130, 0),
        ("東", 30, 20),
    ]
    cells = {row["mesh_code"]: row for row in found["cells"]}
    assert {key: cells[mesh_of(3)][key] for key in ("first", "first_s", "second", "second_s")} == {
        "first": "C1",
        "first_s": 360,
        "second": "C2",
        "second_s": 360,
    }
    # The island is reached by nobody.
    assert cells[mesh_of(8)]["first"] is None
    assert cells[mesh_of(8)]["second_s"] is None


def test_the_only_consultant_leaves_everybody(session: Session) -> None:
    build_town(session)
    (only,) = backup(session, minutes=12)["consultants"]
    assert (only["loses_cover"], only["nobody_comes"], only["next"], only["mean_s"]) == (160, 160, [], None)


def test_the_road_that_cuts_off_most(session: Session) -> None:
    build_town(session)
    found = roads(session, minutes=12)
    # One road in a row from node 1. Of the square at node 2 six tenths lie before it, so that 18 of its 30 people live
    # on the first edge and 12 on the second; of the 20 at node 3 live 4 before and 16 behind it; 10 at the very end.
    assert {(row["u"], row["v"]): (row["population"], row["beyond"]) for row in found["losses"]} == {
        (1, 2): (60, 42),
        (2, 3): (42, 26),
        (3, 4): (26, 10),
    }
    # It is one road: its farther edges cut off people of the first, so that it is named once.
    (worst,) = found["worst"]
    assert (worst["title"], worst["district"], worst["population"], worst["population_on_it"]) == (
        "主要地方道",
        "西",
        42,
        18,
    )
    assert worst["districts"] == [{"name": "東", "population": 30}, {"name": "西", "population": 12}]
    assert worst["detour"] is None
    assert (worst["usual_s"], worst["usual_m"]) == (180, 2250)
    assert worst["cells"] == sorted(mesh_of(node) for node in (2, 3, 4))
    assert worst["line"]["coordinates"] == [[list(NODES[1]), list(NODES[2])]]
    assert (found["covered"], found["edges"], found["edges_with_loss"], found["segments"]) == (160, 4, 3, 3)


def test_a_square_counts_at_its_point_for_the_coverage_and_along_its_roads_for_the_roads(session: Session) -> None:
    build_town(session)
    found = roads(session, minutes=6)
    # Node 3 is six minutes away; 16 of the 20 people of its square live on the road behind it.
    assert (found["covered"], found["covered_along_roads"]) == (150, 134)
    assert found["covered"] == backup(session, minutes=6)["covered"]


def build_settlement(session: Session, code: str, name: str, node: int) -> None:
    """Let a settlement lie at a node."""
    lon, lat = NODES[node]
    dataset = session.scalars(select(Dataset.id)).first()
    session.add(
        SmallArea(
            code=code,
            name=name,
            population=0,
            households=0,
            location=f"SRID=4326;POINT({lon} {lat})",
            dataset_id=dataset,
        )
    )
    session.flush()


def test_a_road_without_a_name_is_called_by_the_settlement_beside_it(session: Session) -> None:
    build_town(session)
    assert roads(session, minutes=12)["worst"][0]["title"] == "主要地方道"
    # Nodes 1 and 2 are 1.3 km from the middle of the worst road, node 4 is 9 km away.
    build_settlement(session, "4", "遠い里", 4)
    assert roads(session, minutes=12)["worst"][0]["title"] == "主要地方道"
    build_settlement(session, "2", "六日町", 2)
    assert roads(session, minutes=12)["worst"][0]["title"] == "六日町の主要地方道"
    assert session.scalar(select(func.count()).select_from(ResilienceRun)) == 3


def test_of_settlements_the_nearest_counts_and_none_that_is_far(session: Session) -> None:
    build_town(session)
    network = load_network(session, active_network(session))
    assert NOWHERE.beside(network, 0) == ""
    near = NamedPlaces(("西の里", "東の里"), np.array([NODES[1], (141.52, 39.33)]))
    assert (near.beside(network, 0), near.beside(network, 2)) == ("東の里", "")
    # Half of its 2.6 km on, and 0.0155 degrees or 1,721 m to the north, or 0.05 degrees.
    assert NamedPlaces(("里",), np.array([(141.515, 39.3455)])).beside(network, 0) == "里"
    assert NamedPlaces(("里",), np.array([(141.515, 39.38)])).beside(network, 0) == ""


def test_the_way_round(session: Session) -> None:
    build_town(session)
    build_roads(session, {(1, 2): 2250, (2, 3): 2250, (3, 4): 4500, (1, 9): 9000, (9, 3): 9000})
    # From 1 to 3 by 2 it takes 6 minutes, by 9 24; node 4 is 6 minutes beyond 3, node 2 3 minutes before it. The two
    # roads to the north run through the squares of nodes 1 and 3 for 140 m, the road in the row for 269 m.
    found = roads(session, minutes=24)
    assert {(row["u"], row["v"]): (row["population"], row["beyond"]) for row in found["losses"]} == {
        (1, 2): (66 + 18 + 35, 12 + 3 + 10 + 10),
        (2, 3): (12 + 3 + 20, 10 + 10),
        (3, 4): (10 + 10, 10),
        (1, 9): (34, 0),
        (9, 3): (7, 0),
    }
    worst = found["worst"][0]
    # From 1 to 2 without the road between them: by 9 to 3, and back.
    assert (worst["usual_s"], worst["usual_m"]) == (180, 2250)
    assert (worst["detour"]["seconds"], worst["detour"]["length_m"]) == (1620, 20_250)
    assert worst["detour"]["line"]["coordinates"] == [[list(NODES[node]) for node in (1, 9, 3, 2)]]


def test_a_closed_road_costs_nobody_any_more(session: Session) -> None:
    build_town(session)
    close_road(session, 2, 3)
    assert [(row["u"], row["population"]) for row in roads(session, at=JANUARY)["losses"]] == [(1, 18)]
    assert len(roads(session)["losses"]) == 3


def test_the_same_inputs_are_worked_out_once_and_to_the_same_bytes(session: Session) -> None:
    build_town(session)
    for wish, ask in (
        (Wish("backup"), measure_backup),
        (Wish("critical-roads"), find_critical_links),
    ):
        run = ask(session, wish)
        before = run.document
        assert ask(session, wish).id == run.id
        assert current_resilience(session, wish.kind, "car").id == run.id
        assert json.loads(before)["fingerprint"] == run.fingerprint
        session.delete(run)
        session.flush()
        assert ask(session, wish).document == before
    assert session.scalar(select(func.count()).select_from(ResilienceRun)) == 2


def test_another_question_and_other_data_are_another_answer(session: Session) -> None:
    build_town(session)
    asked = [
        Wish("critical-roads"),
        Wish("critical-roads", 12),
        Wish("critical-roads", profile="walk"),
        Wish("critical-roads", worst=1),
    ]
    runs = {find_critical_links(session, wish).fingerprint for wish in asked}
    runs.add(measure_backup(session, Wish("backup")).fingerprint)
    assert len(runs) == 5
    build_consultant(session, "C2", 4, district_ids(session)["東"])
    for kind in ("backup", "critical-roads"):
        with pytest.raises(NotReadyError, match=f"tono {kind} --profile car") as refused:
            current_resilience(session, kind, "car")
        assert f"tono {kind}" in refused.value.detail


def test_what_rests_on_removed_data_goes_with_it(session: Session) -> None:
    build_town(session)
    run = measure_backup(session, Wish("backup"))
    remove_resilience_runs_of(session, run.dataset_ids[:1])
    assert session.scalar(select(func.count()).select_from(ResilienceRun)) == 0


@pytest.mark.parametrize("wish", [Wish("critical-roads", 0), Wish("critical-roads", 241)])
def test_minutes_that_make_no_sense_are_refused(session: Session, wish: Wish) -> None:
    build_town(session)
    with pytest.raises(InputError, match="--minutes"):
        find_critical_links(session, wish)
    with pytest.raises(InputError, match="--worst"):
        find_critical_links(session, Wish("critical-roads", worst=0))


def test_it_tells_how_far_it_is_and_can_be_interrupted(session: Session) -> None:
    build_town(session)
    told: list[str] = []
    roads(session, say=told.append)
    assert "4 edges" in told[0]
    assert any("3 of 3" in line for line in told)

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        roads(session, 19, say=stop)
    assert session.scalar(select(func.count()).select_from(ResilienceRun)) == 1


def test_tables_say_what_the_documents_say(session: Session) -> None:
    build_town(session, posts=(1, 4))
    assert "130" in backup_as_table(BackupDocument.model_validate(backup(session, minutes=6)))
    table = roads_as_table(CriticalRoadsDocument.model_validate(roads(session, minutes=6)))
    assert "主要地方道" in table
    assert "なし" in table


@pytest.mark.parametrize(
    ("number", "name", "highway", "title"),
    [
        ("107", "", "trunk", "国道107号"),
        ("160", "遠野住田線", "secondary", "県道160号"),
        ("35", "", "primary_link", "県道35号"),
        ("E46", "釜石自動車道", "motorway", "釜石自動車道(E46)"),
        ("", "遠野街道", "primary", "遠野街道"),
        ("12", "", "tertiary", "12号線"),
        ("283;340", "", "trunk", "国道283号・国道340号"),
        ("238; 160", "", "secondary", "県道238号・県道160号"),
        ("283;E46", "", "trunk", "283;E46"),
        ("", "", "unclassified", "名前のない道"),
        ("", "", "busway", "名前のない道"),
        ("", "", "secondary_link", "県道"),
    ],
)
def test_roads_are_called_as_people_call_them(number: str, name: str, highway: str, title: str) -> None:
    assert road_title(number, name, highway) == title


@pytest.mark.parametrize(
    ("number", "name", "highway", "title"),
    [
        ("", "", "tertiary", "六日町の市道"),
        ("", "", "residential", "六日町の住宅地の道"),
        ("", "", "secondary_link", "六日町の県道"),
        # The class does not say whose road it is.
        ("", "", "unclassified", "六日町の道"),
        ("", "", "busway", "六日町の道"),
        ("107", "", "trunk", "国道107号"),
        ("", "遠野街道", "primary", "遠野街道"),
    ],
)
def test_only_a_road_without_number_and_name_is_called_by_its_place(
    number: str, name: str, highway: str, title: str
) -> None:
    assert road_title(number, name, highway, "六日町") == title
