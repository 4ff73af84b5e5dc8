"""What a browser has already is not sent again, and never taken for what it is not (RFC 9110, 13.1.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from factories import STAFF
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event, text

from app.accounts.caller import Visitor, get_caller
from app.coverage.measure_coverage import measure_coverage
from app.database import transaction
from app.main import create_app
from app.resilience.measure_resilience import measure_resilience
from app.settings import Settings

Changes = dict[str, list[str]]
# A route → what changes its answer.
CHANGES: Changes = {
    "/api/v1/roads": ["UPDATE road_network SET kind = 'osm'"],
    "/api/v1/places": [
        "UPDATE small_area SET name = name || '改' WHERE code = (SELECT min(code) FROM small_area)",
        "UPDATE district SET name = name || '改' WHERE position = 1",
    ],
    "/api/v1/districts": [
        "UPDATE district SET population = 1 WHERE position = 1",
        "DELETE FROM consultant WHERE code = 'C02'",
    ],
    "/api/v1/coverage": ["UPDATE demand_cell SET population = population + 1"],
    "/api/v1/coverage/not-reached": ["UPDATE demand_cell SET population = population + 1"],
    "/api/v1/coverage/backup": ["UPDATE demand_cell SET population = population + 1"],
    "/api/v1/coverage/critical-roads": ["UPDATE demand_cell SET population = population + 1"],
    "/api/v1/coverage/{run_id}/cells": ["DELETE FROM coverage_run"],
}


def opened(url: str) -> Iterator[TestClient]:
    """Give a client of the service on a database."""
    service = create_app(Settings(), url)
    with TestClient(service, base_url=STAFF) as client:
        yield client
    service.state.engine.dispose()


@pytest.fixture(scope="module")
def service(bundled_url: str, as_web_role: Callable[[str], str]) -> Iterator[TestClient]:
    """Return the service on the bundled data, with the role that may only read."""
    yield from opened(as_web_role(bundled_url))


@pytest.fixture
def own_service(own_city_url: str) -> Iterator[TestClient]:
    """Return the service on bundled data that belong to one test."""
    yield from opened(own_city_url)


def application(client: TestClient) -> FastAPI:
    """Return the service behind a client."""
    assert isinstance(client.app, FastAPI)
    return client.app


def filled(client: TestClient, route: str) -> str:
    """Return a route with the number of the current run."""
    return route.replace("{run_id}", client.get("/api/v1/coverage").json()["run"])


def asked(client: TestClient, path: str, tags: str | list[str]) -> Any:
    """Return the reply to one who has answers with these tags."""
    lines = [tags] if isinstance(tags, str) else tags
    return client.get(path, headers=[("if-none-match", line) for line in lines])


def test_every_route_that_may_answer_so_is_tried(service: TestClient) -> None:
    paths = service.get("/api/v1/openapi.json").json()["paths"]
    assert {path for path, methods in paths.items() if "304" in methods.get("get", {}).get("responses", {})} == set(
        CHANGES
    )


@pytest.mark.parametrize("route", CHANGES)
def test_what_the_caller_has_is_not_sent_again(service: TestClient, route: str) -> None:
    path = filled(service, route)
    first = service.get(path)
    tag = first.headers["etag"]
    assert first.status_code == 200
    assert len(first.content) > 100
    bare = tag.removeprefix("W/")
    known: list[str | list[str]] = [
        tag,
        bare,
        f'"other", {tag}',
        f'{bare},W/"other"',
        f'"a,b" , {tag} ,',
        f", ,{tag},,\t",
        ['"other"', tag],
        "*",
        " * ",
    ]
    for tags in known:
        reply = asked(service, path, tags)
        assert (reply.status_code, reply.content) == (304, b""), tags
        assert reply.headers["etag"] == tag
        assert reply.headers["vary"] == first.headers["vary"] == "Accept-Encoding"
        assert reply.headers["cache-control"] == first.headers["cache-control"]
        assert "content-type" not in reply.headers
    for tags in ('"other"', 'W/"other", "another"', "", bare.strip('"'), f"{bare[:-2]}z{bare[-1]}x", "**", '"*"', '"'):
        reply = asked(service, path, tags)
        assert (reply.status_code, reply.content) == (200, first.content), tags


def test_what_is_not_written_as_a_list_of_tags_is_ignored(service: TestClient) -> None:
    path = "/api/v1/roads"
    tag = service.get(path).headers["etag"].removeprefix("W/")
    for tags in (
        f"{tag}x",
        f"x{tag}",
        f"{tag} {tag}",
        f"w/{tag}",
        f"W/ {tag}",
        f"*, {tag}",
        f'"a b", {tag}',
        f'"a", b, {tag}',
        f"{tag};q=1",
        f'{tag}, "',
        f"{tag}, '{tag}'",
    ):
        assert asked(service, path, tags).status_code == 200, tags


@pytest.mark.parametrize("route", CHANGES)
def test_another_answer_has_another_tag(own_service: TestClient, route: str) -> None:
    engine = application(own_service).state.engine
    path = filled(own_service, route)
    before = own_service.get(path)
    for change in CHANGES[route]:
        with transaction(engine) as session:
            session.execute(text(change))
            if "coverage" in route:
                session.flush()
                measure_coverage(session)
                measure_resilience(session, "car")
        after = asked(own_service, path, before.headers["etag"])
        assert after.status_code == 200
        assert after.headers["etag"] != before.headers["etag"]
        if "{run_id}" not in route:
            # A run that was removed and measured again says the same; only its hour is another.
            assert after.content != before.content
        before = after


@pytest.mark.parametrize("route", CHANGES)
def test_a_tag_speaks_of_one_address_caller_coding_and_program(
    service: TestClient, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(service, route)
    tag = service.get(path).headers["etag"]
    plain = service.get(path, headers={"accept-encoding": "identity", "if-none-match": tag})
    assert plain.status_code == 200
    assert "content-encoding" not in plain.headers
    tags = {tag, plain.headers["etag"]}
    described = service.get("/api/v1/openapi.json").json()["paths"][route]["get"]
    if any(parameter["name"] == "profile" for parameter in described.get("parameters", [])):
        tags.add(service.get(path, params={"profile": "walk"}).headers["etag"])
    assert len(tags) == 2 + any(item["name"] == "profile" for item in described.get("parameters", []))
    overrides = application(service).dependency_overrides
    overrides[get_caller] = lambda: Visitor("another", "staff")
    other = asked(service, path, tag)
    overrides.clear()
    assert other.status_code == 200
    monkeypatch.setattr("app.accounts.revalidation.program", lambda: "the next version")
    newer = asked(service, path, tag)
    assert newer.status_code == 200
    assert len(tags | {other.headers["etag"], newer.headers["etag"]}) == len(tags) + 2


def test_what_is_not_there_is_not_known(service: TestClient, new_database: Callable[..., Any]) -> None:
    assert asked(service, "/api/v1/coverage/0123456789ab/cells", "*").status_code == 404
    with new_database("unknown") as url:
        for bare in opened(url):
            for path, status in (("/api/v1/roads", 409), ("/api/v1/coverage", 409), ("/api/v1/coverage/backup", 409)):
                assert asked(bare, path, "*").status_code == status


@pytest.mark.parametrize("route", ["/api/v1/coverage", "/api/v1/roads"])
def test_a_known_answer_costs_no_work(service: TestClient, route: str) -> None:
    engine: Engine = application(service).state.engine
    tag = service.get(route).headers["etag"]
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *facts: said.append(facts[2]))
    assert asked(service, route, tag).status_code == 304
    assert 1 <= len(said) <= 2
    assert not any(word in " ".join(said) for word in ("document", "road_network.content", "mesh_code"))


def test_the_coverage_is_found_without_reading_the_people(own_service: TestClient) -> None:
    engine: Engine = application(own_service).state.engine
    own_service.get("/api/v1/coverage")
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *facts: said.append(facts[2]))
    assert own_service.get("/api/v1/coverage").status_code == 200
    assert len(said) >= 2
    assert not any("mesh_code" in words for words in said)
    with transaction(engine) as session:
        session.execute(text("UPDATE demand_cell SET population = population + 1"))
    # What is stored is that of other people: it is not told as if it were theirs.
    assert own_service.get("/api/v1/coverage").status_code == 409
