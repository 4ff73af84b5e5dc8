"""Scenarios: kept with all inputs, repeated to the same bytes, compared to the last person; worked out on paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from factories import LENGTHS, NODES, STAFF, build_consultant, build_people, build_roads, build_town, plain
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.datasets.models import Dataset
from app.errors import InputError, NotFoundError
from app.jobs.worker import Worker
from app.main import create_app
from app.register.models import District, Resource
from app.register.queries import district_ids
from app.scenarios import queries
from app.scenarios.background import HANDLERS, MOST_WAITING, ask_to_keep
from app.scenarios.compare_scenarios import Cell, compare, compare_scenarios
from app.scenarios.keep_scenario import describe_wish, keep_scenario, read_wish, repeat_scenario
from app.scenarios.models import Scenario
from app.scenarios.schemas import describe_comparison
from app.settings import Settings
from app.siting.propose_sites import Wish, propose_sites

# The consultant sits at node 1; nodes 2, 3 and 4 are 180, 360 and 720 s away. People: 100, 30, 20, 10; 12 unreached.
WEST, EAST = "西", "東"


def build_centre(session: Session, node: int, name: str) -> None:
    """Store a centre at a node where nobody sits yet."""
    lon, lat = NODES[node]
    dataset = Dataset(kind="resources", title="資源", source="drawn by hand", sha256="0" * 64)
    session.add(dataset)
    session.flush()
    session.add(
        Resource(
            code=f"free-{name}",
            kind="centre",
            name=name,
            district_id=session.scalars(select(District.id).order_by(District.id)).first(),
            source="drawn by hand",
            location=f"SRID=4326;POINT({lon} {lat})",
            accuracy_m=0,
            dataset_id=dataset.id,
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


def test_a_scenario_keeps_the_answer_and_all_that_it_depends_on(town: Session) -> None:
    wish = Wish(add=1, minutes=4)
    kept = keep_scenario(town, "  一人目  の案 ", wish)
    assert kept.name == "一人目 の案"
    assert json.loads(kept.document) == plain(propose_sites(town, wish))
    assert kept.fingerprint == json.loads(kept.document)["fingerprint"]
    assert kept.asked == {
        "add": 1,
        "minutes": 4,
        "objective": "cover",
        "profile": "car",
        "candidates": "centres",
        "at": None,
    }
    assert [site["name"] for site in kept.inputs["candidates"]] == ["中の地区センター", "奥の地区センター"]
    assert [post["code"] for post in kept.inputs["consultants"]] == ["C1"]
    assert kept.inputs["network"]["name"] == "town"
    assert kept.people == [{"title": "demand", "source": "drawn by hand", "as_of": None}]
    # Today the consultant at node 1 alone; then node 3 too, from where node 4 is 360 s away.
    seconds = {row[2]: (row[3], row[4]) for row in queries.get_scenario(town, kept.id).cells}
    for people, pair in {100: (0, 0), 30: (180, 180), 20: (360, 0), 10: (720, 360)}.items():
        assert seconds[people] == pytest.approx(pair, abs=0.1)
    assert seconds[5] == seconds[7] == (None, None)


def test_a_repeated_scenario_has_the_same_bytes_and_says_so(town: Session) -> None:
    kept = keep_scenario(town, "案", Wish(add=2, minutes=4))
    again = repeat_scenario(town, queries.find_scenario(town, "案"))
    assert again.document.encode() == kept.document.encode()
    assert (again.is_same, again.changed) == (True, [])
    assert "1バイトも違いません" in again.words


def move_people(session: Session) -> None:
    """Let other people live there."""
    build_people(session, [(*NODES[1], 90, WEST), (*NODES[4], 20, EAST)], district_ids(session))


CHANGED: dict[str, tuple[Callable[[Session], None], str, str]] = {
    "roads": (lambda session: build_roads(session, LENGTHS | {(3, 4): 4400}), "network", "道路"),
    "people": (move_people, "cells", "人口"),
    "staff": (
        lambda session: build_consultant(session, "C2", 2, district_ids(session)[WEST]),
        "consultants",
        "相談員の配置",
    ),
    "candidates": (lambda session: build_centre(session, 2, "新しいセンター"), "candidates", "候補地"),
}


@pytest.mark.parametrize("what", CHANGED)
def test_what_changed_since_is_named_and_nothing_is_overwritten(town: Session, what: str) -> None:
    change, key, title = CHANGED[what]
    kept = keep_scenario(town, "案", Wish(add=1, minutes=4))
    before = kept.document
    change(town)
    again = repeat_scenario(town, queries.find_scenario(town, "案"))
    assert not again.is_same
    assert again.changed == [key]
    assert title in again.words
    assert queries.find_scenario(town, "案").document == before


def test_two_scenarios_compared_on_paper(town: Session) -> None:
    # Within 4 minutes: today 130; with node 3 also its 20; with nodes 3 and 4 also the 10.
    one = keep_scenario(town, "一人", Wish(add=1, minutes=4))
    two = keep_scenario(town, "二人", Wish(add=2, minutes=4))
    found = compare_scenarios(one, two)
    assert found.total.facts().model_dump() == {
        "population": 172,
        "gained": 10,
        "lost": 0,
        "unchanged": 162,
        "unchanged_covered": 150,
        "unchanged_uncovered": 12,
    }
    assert list(found.districts) == [WEST, EAST]
    assert found.districts[EAST].facts().model_dump()["gained"] == 10
    assert found.districts[WEST].facts().model_dump()["gained"] == 0
    assert [(cell.population, cell.kind) for cell in found.cells if cell.kind == "gained"] == [(10, "gained")]
    back = compare_scenarios(two, one).total.facts().model_dump()
    assert (back["gained"], back["lost"]) == (0, 10)
    today = compare_scenarios(None, two).total.facts().model_dump()
    assert (today["gained"], today["unchanged_covered"]) == (30, 130)


def test_minutes_belong_to_each_scenario(town: Session) -> None:
    # 3 minutes hold node 2 at exactly 180 s or lose it; within 2 only node 1 and the post's node 3 stay.
    wide = keep_scenario(town, "4分", Wish(add=1, minutes=4))
    narrow = keep_scenario(town, "2分", Wish(add=1, minutes=2))
    total = compare_scenarios(wide, narrow).total.facts().model_dump()
    assert (total["gained"], total["lost"], total["unchanged_covered"]) == (0, 30, 120)


def test_a_comparison_tells_which_data_differ_besides_the_question(town: Session) -> None:
    old = keep_scenario(town, "前", Wish(add=1, minutes=4, profile="car-winter"))
    build_roads(town, LENGTHS | {(3, 4): 4400})
    new = keep_scenario(town, "後", Wish(add=1, minutes=4))
    document = plain(describe_comparison(old, new, compare_scenarios(old, new)))
    assert document["changed"] == ["道路"]
    assert [base["code"] for base in document["bases"]] == ["C1"]


def test_people_whom_only_one_side_counts_are_told_apart(town: Session) -> None:
    old = keep_scenario(town, "前の調査", Wish(add=1, minutes=4))
    move_people(town)
    new = keep_scenario(town, "新しい調査", Wish(add=1, minutes=4))
    found = compare_scenarios(old, new)
    # Nodes 1 and 4 are counted by both; node 4 is out before (post at 3) and in after (post at 4).
    assert found.total.facts().model_dump()["population"] == 110
    assert (found.total.gained, found.total.kept) == (20, 90)
    assert (found.only_before, found.only_after) == (62, 0)


CELLS = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.builds(Cell, st.sampled_from([WEST, EAST]), st.integers(0, 50), st.just(None), st.booleans()),
)


@given(before=CELLS, after=CELLS)
def test_everybody_is_counted_once(before: dict[str, Cell], after: dict[str, Cell]) -> None:
    found = compare(before, after)
    total = found.total.facts().model_dump()
    people = sum(cell.population for cell in after.values())
    assert total["gained"] + total["lost"] + total["unchanged"] + found.only_after == people
    assert total["unchanged"] == total["unchanged_covered"] + total["unchanged_uncovered"]
    for name in total:
        assert total[name] == sum(tally.facts().model_dump()[name] for tally in found.districts.values())
    for name in ("gained", "lost"):
        assert total[name] == sum(cell.population for cell in found.cells if cell.kind == name)
    # Covered after - covered before is what is gained less what is lost, of those whom both count.
    both = [(before[code].is_covered, cell) for code, cell in after.items() if code in before]
    change = sum((cell.is_covered - was) * cell.population for was, cell in both)
    assert change == total["gained"] - total["lost"]
    mirrored = compare(after, before)
    assert {cell.mesh_code for cell in found.cells if cell.kind == "gained"} == {
        cell.mesh_code for cell in mirrored.cells if cell.kind == "lost"
    }


def test_a_wish_is_the_same_after_it_was_stored() -> None:
    for wish in (Wish(None, 30, "mean", "car-winter", "settlements"), Wish(3, 15, "worst", "walk", "facilities")):
        assert read_wish(json.loads(json.dumps(describe_wish(wish)))) == wish


@pytest.mark.parametrize("name", ["", "   ", "\u3000", "あ" * 61, "一\x00二", "taken"])
def test_a_name_that_says_nothing_or_is_taken_is_refused(town: Session, name: str) -> None:
    keep_scenario(town, "taken", Wish(minutes=4))
    with pytest.raises(InputError) as refusal:
        keep_scenario(town, name, Wish(minutes=4))
    assert refusal.value.detail
    assert len(queries.list_scenarios(town)) == 1


def test_progress_tells_in_japanese_and_in_order(town: Session) -> None:
    told: list[tuple[float, str]] = []
    keep_scenario(town, "案", Wish(add=2, minutes=4), lambda share, words: told.append((share, words)))
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert [words for _, words in told][1:3] == [
        f"候補地2か所から、2人のうち{number}人目の場所を確かめています。" for number in (1, 2)
    ]
    assert len(told) == 4
    assert all(words.endswith("。") for _, words in told)


def test_the_database_refuses_a_blank_name_and_a_second_one(town: Session) -> None:
    keep_scenario(town, "案", Wish(minutes=4))
    for value in ("' '", "' 案'"):
        with pytest.raises(Exception, match="ck_scenario_name"), town.begin_nested():
            town.execute(text(f"UPDATE scenario SET name = {value}"))


def test_the_commands_keep_list_show_repeat_compare_and_remove(tono, own_city_url: str) -> None:
    on = {"on": own_city_url}
    kept = tono("scenario", "save", "冬の十人目", "--profile", "car-winter", "--json", **on).assert_done().document
    tono("scenario", "save", "夏の全部", "--all", **on).assert_done()
    gaps = tono("gaps", "--profile", "car-winter", "--json", **on).document
    assert kept["document"] == gaps
    listed = tono("scenario", "list", "--json", **on).document
    assert [row["name"] for row in listed] == ["夏の全部", "冬の十人目"]
    assert "冬の十人目" in tono("scenario", "list", **on).out
    shown = tono("scenario", "show", "冬の十人目", "--json", **on).document
    assert shown == kept
    again = tono("scenario", "run", "冬の十人目", "--json", **on).document
    assert (again["is_same"], again["changed"]) == (True, [])
    assert "1バイトも違いません" in tono("scenario", "run", "冬の十人目", **on).out
    compared = tono("scenario", "compare", "冬の十人目", "夏の全部", "--json", **on).document
    assert compared["total"]["population"] == 28062 == sum(cell["population"] for cell in compared["cells"])
    assert compared["total"]["gained"] - compared["total"]["lost"] == listed[0]["covered"] - listed[1]["covered"]
    # That winter has other speeds belongs to the question.
    assert compared["changed"] == []
    table = tono("scenario", "compare", "冬の十人目", "夏の全部", **on).out
    assert f"{compared['total']['gained']:,}" in table
    tono("scenario", "save", "夏の全部", **on).assert_refused("There is a scenario '夏の全部' already")
    tono("scenario", "remove", "夏の全部", **on).assert_done()
    tono("scenario", "show", "夏の全部", **on).assert_refused("There is no scenario '夏の全部'")
    tono("demo", "remove", **on).assert_done()
    assert tono("scenario", "list", "--json", **on).document == []


# --- over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture
def service(own_city_url: str, as_web_role: Callable[[str], str]) -> Iterator[TestClient]:
    """Return the service on a city of its own, with the role of the web service; no worker is at work."""
    app = create_app(Settings(), as_web_role(own_city_url))
    with TestClient(app, base_url=STAFF, raise_server_exceptions=False) as client:
        yield client
    app.state.engine.dispose()


def work_off(service: TestClient) -> None:
    """Let a worker do what waits, and end it."""
    worker = Worker(service.app.state.engine, HANDLERS)  # type: ignore[attr-defined]
    with service.app.state.engine.connect() as connection:  # type: ignore[attr-defined]
        while True:
            with connection.begin():
                job = worker_takes(connection)
            if job is None:
                break
            worker._do(job)
    worker._ear.close()
    worker._mouth.close()


def worker_takes(connection: Any) -> Any:
    """Take up a job as a worker does."""
    from app.jobs.queries import take_job  # noqa: PLC0415

    return take_job(connection)


ASKED = {"name": "十人目", "add": 1, "minutes": 20, "objective": "cover", "profile": "car", "candidates": "centres"}


def test_the_page_starts_one_sees_it_and_compares_it(service: TestClient) -> None:
    started = service.post("/api/v1/scenarios", json=ASKED)
    assert (started.status_code, started.json()["state"], started.json()["share"]) == (202, "queued", 0)
    second = service.post("/api/v1/scenarios", json=ASKED | {"name": "全部", "add": None})
    third = service.post("/api/v1/scenarios", json=ASKED | {"name": "やめる"})
    stopped = service.post(f"/api/v1/jobs/{third.json()['id']}/stop", json={})
    assert stopped.json()["state"] == "stopped"
    work_off(service)
    done = [service.get(f"/api/v1/jobs/{reply.json()['id']}").json() for reply in (started, second)]
    assert [job["state"] for job in done] == ["done", "done"]
    listed = service.get("/api/v1/scenarios").json()["scenarios"]
    assert [row["name"] for row in listed] == ["全部", "十人目"]
    first, all_of_them = (job["result"]["scenario"] for job in done)
    assert service.get(f"/api/v1/scenarios/{first}").json()["document"]["ladder"][0]["k"] == 1
    query = f"before={first}&after={all_of_them}"
    compared = service.get(f"/api/v1/comparison?{query}").json()
    cells = service.get(f"/api/v1/comparison/cells?{query}").json()["features"]
    for kind in ("gained", "lost"):
        assert compared["total"][kind] == sum(
            cell["properties"]["population"] for cell in cells if cell["properties"]["kind"] == kind
        )
    repeated = service.post(f"/api/v1/scenarios/{first}/repeat", json={}).json()
    work_off(service)
    assert service.get(f"/api/v1/jobs/{repeated['id']}").json()["result"]["is_same"] is True
    jobs = service.get("/api/v1/jobs").json()["jobs"]
    assert [job["state"] for job in jobs] == ["done", "stopped", "done", "done"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": " "}, 400),
        ({"minutes": 0}, 422),
        ({"minutes": 121}, 422),
        ({"add": 0}, 422),
        ({"add": "1"}, 422),
        ({"profile": "bus"}, 422),
        ({"candidates": "anywhere"}, 422),
        ({"owner": "me"}, 422),
        ({"name": "あ" * 61}, 400),
    ],
)
def test_a_wish_that_is_none_is_refused_before_it_waits(
    service: TestClient, change: dict[str, Any], status: int
) -> None:
    assert service.post("/api/v1/scenarios", json=ASKED | change).status_code == status
    assert service.get("/api/v1/jobs").json() == {"jobs": []}


def test_what_the_data_cannot_answer_fails_with_a_reason(service: TestClient) -> None:
    job = service.post("/api/v1/scenarios", json=ASKED | {"add": 900}).json()
    work_off(service)
    ended = service.get(f"/api/v1/jobs/{job['id']}").json()
    assert (ended["state"], ended["result"]) == ("failed", None)
    assert ended["failure"] == "入力に誤りがあります。この条件では計算できません。"
    assert service.get("/api/v1/scenarios").json() == {"scenarios": []}


def test_a_name_that_waits_is_taken_and_the_queue_is_not_endless(town: Session) -> None:
    ask_to_keep(town, "案", Wish(minutes=4))
    with pytest.raises(InputError, match="already"):
        ask_to_keep(town, " 案", Wish(minutes=4))
    for number in range(MOST_WAITING - 1):
        ask_to_keep(town, f"案{number}", Wish(minutes=4))
    with pytest.raises(InputError, match="wait already"):
        ask_to_keep(town, "もう一つ", Wish(minutes=4))


def test_what_is_not_there_is_not_found(service: TestClient) -> None:
    for path in ("scenarios/999", "jobs/999", "comparison?after=999", "comparison/cells?after=999&before=1"):
        assert service.get(f"/api/v1/{path}").status_code == 404
    assert service.post("/api/v1/jobs/999/stop", json={}).status_code == 404
    assert service.post("/api/v1/scenarios/999/repeat", json={}).status_code == 404


def test_a_scenario_that_is_gone_is_said_to_be_gone(town: Session) -> None:
    with pytest.raises(NotFoundError):
        queries.find_scenario(town, "何もない")


def test_of_two_that_take_one_name_at_once_the_second_is_told(town: Session) -> None:
    kept = keep_scenario(town, "案", Wish(minutes=4))
    facts = {name: getattr(kept, name) for name in ("asked", "inputs", "people", "dataset_ids", "fingerprint")}
    # Its name was free when it was looked at.
    late = Scenario(name="案", **facts, document=kept.document, cells=kept.cells)
    with pytest.raises(InputError, match="There is a scenario '案' already"), town.begin_nested():
        queries.add_scenario(town, late)
