"""A placement that is only tried: the figures of the same change really made, and nothing of it stays."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from factories import HOUSE, NODES, STAFF, build_consultant, build_roads, build_town, close_road, plain
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiLineString
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

import app.models  # noqa: F401  (all tables are known)
from app.coverage.inputs import gather_inputs, pose_question
from app.coverage.keep_warm import WARM, _warm, present_coverage
from app.coverage.measure_coverage import measure_coverage
from app.coverage.queries import READ_TABLES, list_run_cells
from app.database import Base, create_database_engine, transaction
from app.errors import InputError, NotReadyError
from app.main import create_app
from app.register.models import Resource
from app.register.queries import district_ids
from app.roads.models import Closure
from app.roads.queries import active_network, closed_edges, load_network
from app.settings import Settings
from app.what_if.schemas import Tried
from app.what_if.trial import Trial
from app.what_if.try_what_if import try_what_if

JANUARY = datetime(2026, 1, 15, 9, tzinfo=UTC)
RANGE = ("covered_low", "covered_high", "covered_low_by_speed", "covered_high_by_speed")
FIGURES = ("population", "covered", "uncovered", "unreachable_population", "mean_s", "p95_s", "districts", *RANGE)
KAMIGO = (141.6420, 39.2620)
MIYAMORI = (141.3600, 39.3600)
NOBODY = 65_535
PATH = "/api/v1/coverage/what-if"


def tried(session: Session, **wish: Any) -> dict[str, Any]:
    """Return what the use case says of a wish, with the range of the figures."""
    return plain(try_what_if(session, Trial.model_validate({"with_range": True, **wish})))


def measured(session: Session, **options: Any) -> dict[str, Any]:
    """Return the coverage of what is stored."""
    document: dict[str, Any] = json.loads(measure_coverage(session, **options).document)
    return document


def numbers(packed: str) -> list[int]:
    """Return whole numbers of two bytes each, the lower one first, without numpy."""
    raw = base64.b64decode(packed)
    return [low + 256 * high for low, high in zip(raw[::2], raw[1::2], strict=True)]


def assert_same(found: dict[str, Any], stored: dict[str, Any]) -> None:
    """Fail unless a trial has the figures of a measurement, the names of added consultants left aside."""
    assert {name: found[name] for name in FIGURES} == {name: stored[name] for name in FIGURES}
    reach = [[{**row, "id": None, "base": None} for row in each["consultants"]] for each in (found, stored)]
    assert reach[0] == reach[1]


# --- the same as the change really made ---------------------------------------------------------------------------


def base_at(session: Session, place: tuple[float, float]) -> int:
    """Store a centre at a place, in the district whose border it lies in; return its number."""
    point = f"SRID=4326;POINT({place[0]} {place[1]})"
    district = session.scalar(
        text("SELECT min(id) FROM district WHERE ST_Covers(geometry, ST_GeomFromEWKT(:point))"), {"point": point}
    )
    dataset = session.scalar(text("SELECT min(id) FROM dataset"))
    base = Resource(code=f"tried{place}", kind="centre", name="tried", district_id=district, source="test")
    base.location, base.accuracy_m, base.dataset_id = point, 10, dataset
    session.add(base)
    session.flush()
    return base.id


def really_move(session: Session, code: str, place: tuple[float, float]) -> None:
    order = text("UPDATE consultant SET base_resource_id = :base WHERE code = :code")
    session.execute(order, {"base": base_at(session, place), "code": code})


def really_add(session: Session, place: tuple[float, float]) -> None:
    order = text("""
        INSERT INTO consultant (code, base_resource_id, is_assumed, note, dataset_id, version)
        SELECT 'Z' || :base, :base, true, '', min(id), 1 FROM dataset
    """)
    session.execute(order, {"base": base_at(session, place)})


def really_close(session: Session, edges: list[int]) -> list[int]:
    """Close edges for January; return all that lie along the closure."""
    network = load_network(session, active_network(session))
    lines = MultiLineString(list(network.lines[edges]))
    closure = Closure(name="test", geometry=f"SRID=4326;{lines.wkt}", source="test")
    closure.valid_from, closure.valid_to = JANUARY.replace(day=1), JANUARY.replace(day=31)
    closure.dataset_id = session.scalar(text("SELECT min(id) FROM dataset")) or 0
    session.add(closure)
    session.flush()
    session.expire_all()
    return [int(edge) for edge in closed_edges(session, network, JANUARY)]


@pytest.mark.parametrize("profile", ["car", "car-winter", "walk"])
def test_whoever_moves_nobody_gets_what_is_stored(tono_session: Session, profile: str) -> None:
    found, stored = tried(tono_session, profile=profile), measured(tono_session, profile=profile)
    assert_same(found, stored)
    shared = ["consultants", "profile", "at", "minutes", "network"]
    assert {name: found[name] for name in shared} == {name: stored[name] for name in shared}
    assert set(found["difference"]["gained"].values()) == set(found["difference"]["lost"].values()) == {0}
    assert (found["placed"], found["closed"]) == ([], [])
    # A hand that drags does not wait for the range, and nothing else depends on it.
    quick = tried(tono_session, profile=profile, with_range=False)
    assert not set(RANGE) & set(quick)
    figures = set(FIGURES) - set(RANGE) - {"districts"}
    assert {name: quick[name] for name in figures} == {name: found[name] for name in figures}


def test_the_cells_stand_in_the_order_of_the_stored_run(tono_session: Session) -> None:
    found = tried(tono_session, profile="car-winter")
    cells = list_run_cells(tono_session, found["cells"]["run"])
    assert found["cells"]["count"] == len(cells) > 900
    codes = [row["id"] for row in found["consultants"]]
    seconds, nearest = numbers(found["cells"]["seconds"]), numbers(found["cells"]["nearest"])
    stored = [NOBODY if cell.travel_time_s is None else math.ceil(cell.travel_time_s) for cell in cells]
    assert seconds == stored
    assert [None if row == NOBODY else codes[row] for row in nearest] == [cell.consultant for cell in cells]


CHANGES: dict[str, tuple[dict[str, Any], Callable[[Session], object]]] = {
    "one moved": (
        {"moved": [{"id": "C02", "lon": KAMIGO[0], "lat": KAMIGO[1]}]},
        lambda session: really_move(session, "C02", KAMIGO),
    ),
    "two moved": (
        {"moved": [{"id": c, "lon": p[0], "lat": p[1]} for c, p in (("C07", KAMIGO), ("C01", MIYAMORI))]},
        lambda session: (really_move(session, "C07", KAMIGO), really_move(session, "C01", MIYAMORI)),
    ),
    "one more": (
        {"added": [{"lon": MIYAMORI[0], "lat": MIYAMORI[1]}]},
        lambda session: really_add(session, MIYAMORI),
    ),
    "two less": (
        {"removed": ["C04", "C09"]},
        lambda session: session.execute(text("DELETE FROM consultant WHERE code IN ('C04', 'C09')")),
    ),
    "all at once": (
        {
            "moved": [{"id": "C03", "lon": KAMIGO[0], "lat": KAMIGO[1]}],
            "added": [{"lon": MIYAMORI[0], "lat": MIYAMORI[1], "base": "新しい拠点"}],
            "removed": ["C05"],
        },
        lambda session: (
            really_move(session, "C03", KAMIGO),
            really_add(session, MIYAMORI),
            session.execute(text("DELETE FROM consultant WHERE code = 'C05'")),
        ),
    ),
    "nobody left": (
        {"removed": [f"C0{number}" for number in range(1, 10)]},
        lambda session: session.execute(text("DELETE FROM consultant")),
    ),
}


@pytest.mark.parametrize("profile", ["car", "car-winter"])
@pytest.mark.parametrize("change", CHANGES)
def test_it_is_as_if_it_were_done(tono_session: Session, change: str, profile: str) -> None:
    wish, do = CHANGES[change]
    now = measured(tono_session, profile=profile)
    found = tried(tono_session, profile=profile, **wish)
    do(tono_session)
    stored = measured(tono_session, profile=profile)
    assert_same(found, stored)
    assert found["covered"] != now["covered"]
    for edge in ("10", "20", "30"):
        difference = found["difference"]
        assert difference["covered"][edge] == stored["covered"][edge] - now["covered"][edge]
        assert difference["gained"][edge] - difference["lost"][edge] == difference["covered"][edge]
        by_district = sum(row["covered"][edge] for row in difference["districts"])
        assert by_district == difference["covered"][edge]


def test_closed_roads_are_as_if_they_were_closed(tono_session: Session) -> None:
    edges = really_close(tono_session, [3, 40, 41, 120])
    found = tried(tono_session, closed=[{"edge": edge} for edge in edges])
    assert_same(found, measured(tono_session, at=JANUARY))
    assert found["covered"] != tried(tono_session)["covered"]
    # What is closed in the register anyway is no change.
    again = tried(tono_session, at=JANUARY.isoformat(), closed=[{"edge": edges[0]}])
    assert_same(again, measured(tono_session, at=JANUARY))
    assert set(again["difference"]["covered"].values()) == {0}


# --- worked out by hand -------------------------------------------------------------------------------------------


def test_a_point_closes_the_road_beside_it(session: Session) -> None:
    build_town(session)
    (road,) = tried(session, closed=[{"lon": 141.59, "lat": 39.331}])["closed"]
    # 0.001 degrees of latitude are 111 m.
    assert road["distance_m"] == pytest.approx(111, abs=1)
    assert (road["highway"], road["length_m"], road["reason"]) == ("primary", 4500, None)
    assert road["line"] == [list(NODES[3]), list(NODES[4])]
    found = tried(session, closed=[{"lon": 141.59, "lat": 39.331}])
    assert found["covered"]["30"] == 150
    assert found["difference"]["lost"] == {"10": 0, "20": 10, "30": 10}
    assert tried(session, closed=[{"edge": road["edge"]}])["covered"] == found["covered"]


def test_who_gains_and_who_loses(session: Session) -> None:
    build_town(session)
    lon, lat = NODES[4]
    found = tried(session, minutes=[3, 6], moved=[{"id": "C1", "lon": lon, "lat": lat}])
    # Before: nodes 1 and 2 within 3 minutes, node 3 within 6. After: node 4 at once, node 3 in 6 minutes.
    assert found["covered"] == {"3": 10, "6": 30}
    assert found["difference"]["gained"] == {"3": 10, "6": 10}
    assert found["difference"]["lost"] == {"3": 130, "6": 130}
    west, east = found["districts"]
    assert (west["has_consultant"], east["has_consultant"]) == (False, True)
    assert [row["covered"]["6"] for row in found["difference"]["districts"]] == [-130, 10]


def test_too_far_from_a_road_is_told_with_the_distance(session: Session) -> None:
    build_town(session, posts=(1, 4))
    lon, lat = HOUSE
    found = tried(session, moved=[{"id": "C1", "lon": lon, "lat": lat}], added=[{"lon": lon, "lat": lat}])
    assert [row["id"] for row in found["placed"]] == ["C1", "+1"]
    for row in found["placed"]:
        assert (row["reason"], row["road"], row["limit_m"]) == ("off_network", None, 500)
        # From 39.60 down to 39.50 north: 0.1 degrees of latitude are 11.1 km.
        assert row["distance_m"] == pytest.approx(11_100, rel=0.01)
    assert found["covered"] == tried(session, removed=["C1"])["covered"]
    assert [row["covered"]["30"] for row in found["consultants"]] == [0, 160, 0]
    (road,) = tried(session, closed=[{"lon": lon, "lat": lat}])["closed"]
    assert (road["edge"], road["reason"], road["line"]) == (None, "off_network", None)
    assert road["distance_m"] == pytest.approx(11_100, rel=0.01)


def test_the_other_side_of_the_globe_is_no_fault(session: Session) -> None:
    build_town(session)
    (row,) = tried(session, added=[{"lon": -38.5, "lat": -39.3}])["placed"]
    assert (row["reason"], row["district"], row["road"]) == ("off_network", None, None)
    assert row["distance_m"] is None or row["distance_m"] > 10_000_000


# --- laws ---------------------------------------------------------------------------------------------------------

LAWFUL = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
places = st.fixed_dictionaries({"lon": st.floats(141.3, 141.8), "lat": st.floats(39.15, 39.55)})
profiles = st.sampled_from(["car", "car-winter", "walk"])
roads = st.lists(st.fixed_dictionaries({"edge": st.integers(0, 140)}), max_size=6)
staff = st.lists(places, max_size=3)


@LAWFUL
@given(profile=profiles, added=staff, more=staff, closed=roads)
def test_more_staff_never_lowers_cover(bundled_engine: Engine, profile, added, more, closed) -> None:
    with Session(bundled_engine) as session:
        few = tried(session, profile=profile, added=added, closed=closed)
        many = tried(session, profile=profile, added=[*added, *more], closed=closed)
    assert all(many["covered"][edge] >= few["covered"][edge] for edge in few["covered"])
    assert many["unreachable_population"] <= few["unreachable_population"]
    pairs = zip(numbers(many["cells"]["seconds"]), numbers(few["cells"]["seconds"]), strict=True)
    assert all(sooner <= later for sooner, later in pairs)


@LAWFUL
@given(profile=profiles, added=staff, closed=roads, more=roads)
def test_closing_never_raises_cover(bundled_engine: Engine, profile, added, closed, more) -> None:
    with Session(bundled_engine) as session:
        free = tried(session, profile=profile, added=added, closed=closed)
        shut = tried(session, profile=profile, added=added, closed=[*closed, *more])
    assert all(shut["covered"][edge] <= free["covered"][edge] for edge in free["covered"])
    assert set(shut["difference"]["covered"]) == {"10", "20", "30"}
    pairs = zip(numbers(shut["cells"]["seconds"]), numbers(free["cells"]["seconds"]), strict=True)
    assert all(later >= sooner for later, sooner in pairs)


# --- kept warm, never stale ---------------------------------------------------------------------------------------


def sql(order: str) -> Callable[[Session], object]:
    return lambda session: session.execute(text(order))


STALE: dict[str, Callable[[Session], object]] = {
    "a person more": sql("UPDATE demand_cell SET population = population + 1 WHERE population < 7"),
    "a cell less": sql("DELETE FROM demand_cell WHERE population = 5"),
    "a consultant more": lambda session: build_consultant(session, "C9", 4, district_ids(session)["東"]),
    "a consultant less": sql("DELETE FROM consultant"),
    "a base somewhere else": sql("UPDATE resource SET location = ST_Translate(location, 0.01, 0)"),
    "a district under another name": sql("UPDATE district SET name = '北' WHERE name = '東'"),
    "a longer road": lambda session: build_roads(session, {(1, 2): 9000, (2, 3): 2250, (3, 4): 4500, (8, 9): 2250}),
    "a closure": lambda session: close_road(session, 3, 4),
}


@pytest.mark.parametrize("change", STALE)
def test_what_is_kept_is_dropped_when_the_data_change(session: Session, change: str) -> None:
    build_town(session)
    session.flush()
    before = tried(session, at=JANUARY.isoformat())
    assert tried(session, at=JANUARY.isoformat()) == before
    for _ in range(2):  # a second change within one transaction is seen too
        STALE[change](session)
        session.flush()
        session.expire_all()
        after = tried(session, at=JANUARY.isoformat())
        assert after["fingerprint"] != before["fingerprint"]
        assert_same(after, measured(session, at=JANUARY))
        if not change.startswith(("a person", "a base")):
            break
        before = after


def test_every_table_that_a_measurement_reads_is_watched(tono_session: Session) -> None:
    said: list[str] = []
    connection = tono_session.connection()
    event.listen(connection, "before_cursor_execute", lambda *facts: said.append(facts[2]))
    pose_question(tono_session, gather_inputs(tono_session), "car", [20], JANUARY)
    words = set(re.findall(r"\w+", " ".join(said)))
    assert len(said) >= 4
    assert words & set(Base.metadata.tables) <= set(READ_TABLES)


def test_a_warm_answer_asks_the_database_once_and_memory_is_bounded(tono_session: Session) -> None:
    tried(tono_session)
    said: list[str] = []
    event.listen(tono_session.connection(), "before_cursor_execute", lambda *facts: said.append(facts[2]))
    tried(tono_session, moved=[{"id": "C02", "lon": KAMIGO[0], "lat": KAMIGO[1]}])
    assert len(said) == 1
    for day in range(WARM + 2):
        present_coverage(tono_session, "car", JANUARY.replace(day=day + 1))
    assert len(_warm) == WARM


def test_a_warm_answer_to_a_request_asks_the_database_once(bundled_engine: Engine) -> None:
    wish = Trial.model_validate({"moved": [{"id": "C02", "lon": KAMIGO[0], "lat": KAMIGO[1]}]})
    cold = try_what_if(bundled_engine, wish)
    said: list[str] = []

    def listen(*facts: Any) -> None:
        said.append(facts[2])

    event.listen(bundled_engine, "before_cursor_execute", listen)
    try:
        assert try_what_if(bundled_engine, wish) == cold
    finally:
        event.remove(bundled_engine, "before_cursor_execute", listen)
    assert len(said) == 1


# --- over HTTP ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(bundled_url: str, as_web_role: Callable[[str], str]) -> Iterator[TestClient]:
    """Return the service on the bundled data, with the role that may only read."""
    service = create_app(Settings(), as_web_role(bundled_url))
    with TestClient(service, base_url=STAFF, raise_server_exceptions=False) as client:
        yield client
    service.state.engine.dispose()


WISH = {
    "profile": "car-winter",
    "moved": [{"id": "C02", "lon": KAMIGO[0], "lat": KAMIGO[1]}],
    "added": [{"lon": MIYAMORI[0], "lat": MIYAMORI[1]}],
    "removed": ["C05"],
    "closed": [{"edge": 7}, {"lon": 141.53, "lat": 39.33}],
}


def test_nothing_is_stored(client: TestClient, bundled_url: str, contents) -> None:
    before = contents(bundled_url)
    answer = client.post(PATH, json=WISH)
    assert answer.status_code == 200
    assert contents(bundled_url) == before


def test_the_answer_is_what_the_description_promises(client: TestClient) -> None:
    for wish in (WISH, {**WISH, "with_range": True}):
        answer = client.post(PATH, json=wish)
        body = json.loads(answer.text, parse_constant=pytest.fail)
        assert answer.headers["content-type"] == "application/json"
        assert json.loads(Tried.model_validate(body).model_dump_json(exclude_unset=True)) == body
    described = client.get("/api/v1/openapi.json").json()["paths"][PATH]["post"]
    assert described["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Trial")
    assert described["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Tried")


def test_the_same_wish_gives_the_same_answer(client: TestClient) -> None:
    first = client.post(PATH, json=WISH)
    assert client.post(PATH, json=WISH).content == first.content
    other = client.post(PATH, json={**WISH, "removed": []}).json()
    assert other["fingerprint"] != first.json()["fingerprint"]


def test_the_answer_is_the_same_packed_or_not(client: TestClient) -> None:
    plain, packed = (client.post(PATH, json=WISH, headers={"accept-encoding": way}) for way in ("identity", "gzip"))
    assert plain.json() == packed.json()
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2


POINT = {"lon": 141.5, "lat": 39.3}
BAD: list[tuple[dict[str, Any] | str, int, str]] = [
    ({"moved": [{"id": "C99", **POINT}]}, 400, "相談員 C99 の登録はありません"),
    ({"removed": ["C99"]}, 400, "C99"),
    ({"moved": [{"id": "C01", **POINT}] * 2}, 400, "2度指定"),
    ({"moved": [{"id": "C01", **POINT}], "removed": ["C01"]}, 400, "移すか外すか"),
    ({"added": [POINT] * 51}, 400, "増やす相談員は50人まで"),
    ({"moved": [{"id": "C01", **POINT}] * 51}, 400, "動かす相談員は50人まで"),
    ({"removed": ["C01"] * 51}, 400, "外す相談員は50人まで"),
    ({"closed": [{"edge": 1}] * 201}, 400, "200か所まで"),
    ({"closed": [{"edge": 10_000_000}]}, 400, "番号 10000000 の道はありません"),
    ({"closed": [{"edge": -1}]}, 422, "edge"),
    ({"closed": [{"edge": 1, **POINT}]}, 400, "どちらか"),
    ({"closed": [{"lon": 141.5}]}, 400, "どちらか"),
    ({"closed": [{}]}, 400, "どちらか"),
    ({"closed": [{"lon": 141.5, "lat": 91}]}, 400, "-90〜90"),
    ({"added": [{"lon": 181, "lat": 39}]}, 400, "-180〜180"),
    ('{"added": [{"lon": NaN, "lat": 39}]}', 400, "経度"),
    ('{"added": [{"lon": 141, "lat": -Infinity}]}', 400, "緯度"),
    ({"added": [{"lon": "141.5", "lat": 39}]}, 422, "lon"),
    ({"added": [{"lon": 141.5}]}, 422, "lat"),
    ({"added": [{**POINT, "base": "x" * 41}]}, 422, "base"),
    ({"added": [{**POINT, "base": "\x00"}]}, 422, "base"),
    ({"added": [{**POINT, "color": "red"}]}, 422, "color"),
    ({"profile": "bus"}, 422, "profile"),
    ({"minutes": []}, 400, "1つ以上"),
    ({"minutes": [0]}, 422, "minutes.0"),
    ({"minutes": [20, 121]}, 422, "minutes.1"),
    ({"minutes": list(range(1, 9))}, 400, "6つまで"),
    ({"minutes": [10.5]}, 422, "minutes.0"),
    ({"at": "2026-01-15T10:00"}, 400, "時差"),
    ({"at": "yesterday"}, 400, "日時の書き方"),
    ("[]", 422, ""),
    ("{", 422, "JSON"),
]


@pytest.mark.parametrize(("body", "status", "words"), BAD, ids=[str(body)[:50] for body, _, _ in BAD])
def test_bad_input_is_refused_in_a_sentence(client: TestClient, body: Any, status: int, words: str) -> None:
    sent = body if isinstance(body, str) else json.dumps(body)
    answer = client.post(PATH, content=sent, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    told = answer.json()
    assert re.search("[ぁ-龠]", told["title"])
    assert words in told["detail"]


def test_what_is_missing_is_said(session: Session) -> None:
    with pytest.raises(NotReadyError):
        tried(session)
    build_town(session, posts=())
    found = tried(session)
    assert set(found["covered"].values()) == {0}
    lon, lat = NODES[1]
    assert tried(session, added=[{"lon": lon, "lat": lat}])["covered"]["30"] == 160
    with pytest.raises(InputError):
        tried(session, removed=["C1"])


def test_a_change_between_two_requests_is_seen_at_once(own_city_url: str, as_web_role: Callable[[str], str]) -> None:
    service, owner = create_app(Settings(), as_web_role(own_city_url)), create_database_engine(own_city_url)
    with TestClient(service, base_url=STAFF) as client:
        before = client.post(PATH, json={}).json()
        with transaction(owner) as session:
            session.execute(text("DELETE FROM consultant WHERE code = 'C02'"))
        after = client.post(PATH, json={}).json()
    service.state.engine.dispose()
    owner.dispose()
    assert len(after["consultants"]) == len(before["consultants"]) - 1
    assert after["fingerprint"] != before["fingerprint"]
