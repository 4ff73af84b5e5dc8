"""Every route and what it may answer; places are GeoJSON to the letter of RFC 7946; nothing can be changed."""

from __future__ import annotations

import itertools
import json
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from factories import STAFF
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from shapely.geometry import shape

from app.main import create_app
from app.settings import Settings
from app.web.moved import MOVED

# Every route that answers with data, and what it answers: with the data of Tono, without any data, without a database.
ROUTES: dict[str, tuple[int, int, int]] = {
    "/": (200, 200, 503),
    "/list": (200, 200, 503),
    # For the staff alone: test_today_page.py.
    "/today": (200, 200, 503),
    "/plan": (200, 200, 200),
    "/plan/list": (200, 200, 503),
    "/plan/trial": (200, 200, 200),
    "/plan/resilience": (200, 200, 200),
    "/plan/scenarios": (200, 200, 200),
    "/plan/scenarios/new": (200, 200, 200),
    "/register": (200, 200, 503),
    "/register/data": (200, 200, 200),
    "/register/closures": (200, 200, 200),
    "/register/closures/list": (200, 200, 503),
    "/register/closures/new": (200, 200, 200),
    # Where the number is that of a resource.
    "/register/closures/{number:int}": (404, 404, 503),
    "/healthz": (200, 200, 200),
    "/readyz": (200, 409, 503),
    "/api/v1/openapi.json": (200, 200, 200),
    "/api/v1/status": (200, 200, 503),
    "/api/v1/districts": (200, 200, 503),
    "/api/v1/search": (200, 200, 503),
    "/api/v1/resources": (200, 200, 503),
    "/api/v1/resources/{number}": (200, 404, 503),
    "/api/v1/roads": (200, 409, 503),
    "/api/v1/roads/section": (200, 409, 503),
    "/api/v1/closures": (200, 200, 503),
    "/api/v1/closures/{number}/effect": (404, 404, 503),
    "/api/v1/places": (200, 200, 503),
    "/api/v1/consultants": (200, 200, 503),
    "/api/v1/coverage": (200, 409, 503),
    "/api/v1/coverage/backup": (200, 409, 503),
    "/api/v1/coverage/critical-roads": (200, 409, 503),
    "/api/v1/coverage/not-reached": (200, 409, 503),
    "/api/v1/coverage/{run_id}/cells": (200, 404, 503),
    "/api/v1/isochrones": (200, 404, 503),
    "/api/v1/scenarios": (200, 200, 503),
    "/api/v1/scenarios/{scenario_id}": (404, 404, 503),
    "/api/v1/scenarios/{scenario_id}/report.{ending}": (404, 404, 503),
    "/api/v1/comparison": (404, 404, 503),
    "/api/v1/comparison/cells": (404, 404, 503),
    "/api/v1/jobs": (200, 200, 503),
    "/api/v1/jobs/{job_id}": (404, 404, 503),
}
# Routes that compute from what is sent and store nothing, with the answers to an empty wish.
POSTED: dict[str, tuple[int, int, int]] = {"/api/v1/coverage/what-if": (200, 409, 503)}
# Routes that write what a page edits; what they answer and to whom is in test_closure_routes.py.
WRITING = {
    "/api/v1/closures": {"POST"},
    "/api/v1/closures/{number}": {"PUT", "DELETE"},
    # What they do is in test_scenarios.py.
    "/api/v1/scenarios": {"POST"},
    "/api/v1/scenarios/{scenario_id}/repeat": {"POST"},
    "/api/v1/jobs/{job_id}/stop": {"POST"},
    # What they do is in test_forms.py.
    "/register/closures/new": {"POST"},
    "/register/closures/{number:int}": {"POST"},
    "/plan/scenarios/new": {"POST"},
}
ASKED = {
    "/api/v1/comparison": "?after=1",
    "/api/v1/comparison/cells": "?after=1&before=2",
    "/api/v1/search": "?q=遠野",
    "/api/v1/isochrones": "?consultant=C02",
    "/api/v1/roads/section": "?start=141.53,39.33&end=141.58,39.33",
}
# What an answer calls how many people there are, somewhere or of some kind.
COUNTS = {
    *("population", "households", "covered", "uncovered", "covered_low", "covered_high", "not_reached", "reached"),
    *("unreachable", "unreachable_population", "catchment_population", "gained", "lost", "cut_off", "value", "gain"),
    *("alone", "people", "covered_now", "covered_after", "unchanged", "affected"),
}
# Where counts of people are: with the plans. Reports are handed out on paper, without small counts.
# Consultants who are posted somewhere are counted for everyone.
RESIDENTS = r"[1-9][\d,]*人(?!の配置|の拠点)"
OF_THE_STAFF = r"^/today|^/plan|/(coverage|isochrones|scenarios|comparison|jobs|closures/\{number\}/effect)"
REFUSED = [
    ("/api/v1/nowhere", 404),
    ("/nowhere", 404),
    ("/static/nowhere.js", 404),
    ("/static/any/nowhere.js", 404),
    ("/static/any/../../settings.py", 404),
    ("/static/any/..%2f..%2f..%2fsettings.py", 404),
    ("/api/v1/resources/999999999", 404),
    ("/api/v1/resources/99999999999999999999", 422),
    ("/api/v1/resources/-1", 422),
    ("/api/v1/resources?district=%00", 422),
    ("/api/v1/resources?q=%00&kind=%00", 422),
    ("/api/v1/resources/one", 422),
    ("/api/v1/resources?kind=bar", 422),
    ("/api/v1/resources?q=" + "x" * 101, 422),
    ("/api/v1/closures?at=2026-01-15T10:00", 400),
    ("/api/v1/closures?at=winter", 400),
    ("/api/v1/closures/0/effect", 422),
    ("/api/v1/closures/99999999999/effect", 422),
    ("/api/v1/roads/section", 422),
    ("/api/v1/roads/section?start=141.53,39.33&end=here", 422),
    ("/api/v1/roads/section?start=141.53,39.33&end=141.53,39.33", 400),
    ("/api/v1/roads/section?start=141.53,39.33&end=0,0", 400),
    ("/api/v1/scenarios/0", 422),
    ("/api/v1/scenarios/99999999999", 422),
    ("/api/v1/scenarios/1/report.doc", 422),
    ("/api/v1/comparison", 422),
    ("/api/v1/comparison?after=one", 422),
    ("/api/v1/jobs/-1", 422),
    ("/api/v1/search", 422),
    ("/api/v1/search?q=", 422),
    ("/api/v1/search?q=" + "x" * 101, 422),
    ("/api/v1/coverage?profile=bus", 422),
    ("/api/v1/coverage/not-reached?profile=bus", 422),
    ("/api/v1/coverage/0123456789ab/cells", 404),
    ("/api/v1/coverage/%00/cells", 422),
    ("/api/v1/isochrones", 422),
    ("/api/v1/isochrones?consultant=C99", 404),
    ("/api/v1/isochrones?consultant=%00", 404),
    ("/api/v1/isochrones?consultant=C02&minutes=0", 400),
    ("/api/v1/isochrones?consultant=C02&minutes=10,121", 400),
    ("/api/v1/isochrones?consultant=C02&minutes=-5", 422),
    ("/api/v1/isochrones?consultant=C02&minutes=" + "1" * 40, 400),
    ("/api/v1/isochrones?consultant=C02&profile=bus", 422),
]


def running(url: str) -> Iterator[TestClient]:
    """Give a client of the service on a database."""
    service = create_app(Settings(), url)
    with TestClient(service, base_url=STAFF, raise_server_exceptions=False) as client:
        yield client
    service.state.engine.dispose()


@pytest.fixture(scope="module")
def tono_service(bundled_url: str, as_web_role: Callable[[str], str]) -> Iterator[TestClient]:
    """Return the service on the bundled data, with the role that may only read."""
    yield from running(as_web_role(bundled_url))


@pytest.fixture(scope="module")
def bare_service(new_database) -> Iterator[TestClient]:
    """Return the service on a database without data."""
    with new_database("routes") as url:
        yield from running(url)


@pytest.fixture(scope="module")
def deaf_service() -> Iterator[TestClient]:
    """Return the service on a database that does not answer."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        yield from running(f"postgresql://tono_app:very-secret@127.0.0.1:{port}/tono")


def service_of(client: TestClient) -> FastAPI:
    """Return the service behind a client."""
    assert isinstance(client.app, FastAPI)
    return client.app


def routes_of(service: FastAPI) -> Iterator[Any]:
    """Yield every route; newer versions of FastAPI keep those of a router behind one entry."""
    for route in service.routes:
        inside = getattr(route, "effective_route_contexts", None)
        if inside is not None:
            yield from inside()
        elif isinstance(route, APIRoute):
            yield route


def address(client: TestClient, route: str) -> str:
    """Return an address of a route that is good where there is data."""
    if "{run_id}" in route:
        return route.replace("{run_id}", client.get("/api/v1/coverage").json().get("run", "0123456789ab"))
    route = route.replace("{number:int}", "{number}")
    if "{number}" in route:
        features = client.get("/api/v1/resources").json().get("features")
        return route.replace("{number}", str(features[0]["properties"]["id"] if features else 1))
    numbered = route.replace("{scenario_id}", "1").replace("{job_id}", "1").replace("{ending}", "pdf")
    return numbered + ASKED.get(route, "")


def assert_problem(reply: Any, status: int) -> dict[str, Any]:
    """Fail unless a reply is an error in the form of RFC 9457, told in Japanese; return it."""
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    body: dict[str, Any] = reply.json()
    assert set(body) == {"type", "title", "status", "detail"}
    assert (body["type"], body["status"]) == ("about:blank", status)
    for text in (body["title"], body["detail"]):
        assert "Traceback" not in text
        assert "very-secret" not in text
    assert any("ぁ" <= sign <= "龠" for sign in body["title"])
    return body


def test_every_route_has_a_row(tono_service: TestClient) -> None:
    # Where addresses of earlier versions lead is in test_addresses.py.
    all_routes = [route for route in routes_of(service_of(tono_service)) if route.path not in MOVED]
    routes = [route for route in all_routes if not route.methods <= WRITING.get(route.path, set())]
    writing: dict[str, set[str]] = {}
    for route in all_routes:
        if route not in routes:
            writing.setdefault(route.path, set()).update(route.methods)
    assert writing == WRITING
    posted = [route for route in routes if "POST" in route.methods]
    assert {route.path for route in posted} == set(POSTED)
    assert {route.path for route in routes if route not in posted} == set(ROUTES)
    assert {method for route in routes for method in route.methods} <= {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("route", ROUTES)
def test_what_a_route_answers(tono_service: TestClient, bare_service, deaf_service, route: str) -> None:
    for client, status in zip((tono_service, bare_service, deaf_service), ROUTES[route], strict=True):
        reply = client.get(address(client, route))
        assert reply.status_code == status, (route, reply.text[:300])
        if status >= 400:
            assert_problem(reply, status)


def counts_in(answer: Any) -> set[str]:
    """Return the members of an answer that count people."""
    if isinstance(answer, list):
        return set().union(*map(counts_in, answer))
    if not isinstance(answer, dict):
        return set()
    here = {name for name, value in answer.items() if name in COUNTS and value is not None}
    return here.union(*map(counts_in, answer.values()))


def test_nobody_but_the_staff_is_told_how_many_people_there_are(tono_service: TestClient) -> None:
    told_to_staff, told_to_public, refused = set(), {}, set()
    for route in ROUTES.keys() - {"/api/v1/openapi.json"}:
        asked = address(tono_service, route)
        staff, public = tono_service.get(asked), tono_service.get(asked, headers={"host": "testserver"})
        if public.status_code == 403:
            refused.add(route)
        for reply, is_public in ((staff, False), (public, True)):
            is_json = "json" in reply.headers["content-type"]
            found = counts_in(reply.json()) if is_json else set(re.findall(RESIDENTS, reply.text))
            if is_public and found:
                told_to_public[route] = found
            elif found:
                told_to_staff.add(route)
    assert told_to_public == {}
    # The check finds counts where there are some, and what is refused is there for the staff.
    assert {"/plan/list", "/api/v1/coverage", "/api/v1/coverage/{run_id}/cells", "/api/v1/places"} <= told_to_staff
    assert refused == {route for route in ROUTES if re.search(OF_THE_STAFF, route)}
    reply = tono_service.post("/api/v1/coverage/what-if", json={}, headers={"host": "testserver"})
    assert_problem(reply, 403)


@pytest.mark.parametrize("route", POSTED)
def test_what_a_wish_is_answered(tono_service: TestClient, bare_service, deaf_service, route: str) -> None:
    for client, status in zip((tono_service, bare_service, deaf_service), POSTED[route], strict=True):
        reply = client.post(route, json={})
        assert reply.status_code == status, (route, reply.text[:300])
        if status >= 400:
            assert_problem(reply, status)
    assert_problem(tono_service.get(route), 405)
    assert_problem(tono_service.post(route, content=b"{}"), 403)


@pytest.mark.parametrize(("path", "status"), REFUSED, ids=[path[:60] for path, _ in REFUSED])
def test_what_cannot_be_answered_is_told_in_japanese(tono_service: TestClient, path: str, status: int) -> None:
    assert_problem(tono_service.get(path), status)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_changed(tono_service: TestClient, bundled_url: str, contents, method: str) -> None:
    before = contents(bundled_url)
    for route in ROUTES:
        if method in WRITING.get(route, set()):
            continue
        asked, body = address(tono_service, route), b'{"name": "x"}'
        reply = tono_service.request(method, asked, content=body, headers={"content-type": "application/json"})
        assert_problem(reply, 405)
        # As a form of another page would send it.
        assert_problem(tono_service.request(method, asked, content=body), 403)
    assert contents(bundled_url) == before


def test_a_person_who_opens_a_page_gets_a_page(deaf_service: TestClient) -> None:
    reply = deaf_service.get("/list", headers={"accept": "text/html,application/xhtml+xml"})
    assert (reply.status_code, reply.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "データベースに接続できません" in reply.text
    assert "very-secret" not in reply.text
    assert_problem(deaf_service.get("/api/v1/places", headers={"accept": "text/html"}), 503)


def test_every_answer_forbids_what_comes_from_outside(tono_service: TestClient, deaf_service: TestClient) -> None:
    for client in (tono_service, deaf_service):
        for path in [*(address(client, route) for route in ROUTES), "/nowhere", "/static/any/css/map.css"]:
            headers = client.get(path).headers
            assert "default-src 'self'" in headers["content-security-policy"], path
            assert "http" not in headers["content-security-policy"], path
            assert headers["x-content-type-options"] == "nosniff"
            assert "access-control-allow-origin" not in headers


# --- GeoJSON --------------------------------------------------------------------------------------------------------

COLLECTIONS = {
    "/api/v1/districts": {"MultiPolygon"},
    "/api/v1/resources": {"Point", None},
    "/api/v1/roads": {"MultiLineString"},
    "/api/v1/places": {"Point"},
    "/api/v1/consultants": {"Point"},
    "/api/v1/coverage/{run_id}/cells": {"Polygon"},
    "/api/v1/isochrones": {"MultiPolygon", "Polygon"},
}


def polygons(geometry: dict[str, Any]) -> list[list[list[list[float]]]]:
    """Return the polygons of a geometry as lists of rings."""
    parts = {"Polygon": lambda coordinates: [coordinates], "MultiPolygon": lambda coordinates: coordinates}
    found = parts.get(geometry["type"], lambda _: [])(geometry["coordinates"])
    return list(found)


def turns_left(ring: list[list[float]]) -> bool:
    """Return whether a ring goes round against the clock."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) > 0


def positions(coordinates: Any) -> Iterator[list[float]]:
    """Yield the positions of coordinates of any depth."""
    if isinstance(coordinates[0], (int, float)):
        yield coordinates
    else:
        for part in coordinates:
            yield from positions(part)


@pytest.mark.parametrize("route", COLLECTIONS)
def test_places_are_geojson_to_the_letter(tono_service: TestClient, route: str) -> None:
    reply = tono_service.get(address(tono_service, route))
    collection = json.loads(reply.text, parse_constant=pytest.fail)
    assert collection["type"] == "FeatureCollection"
    # RFC 7946, 7.1: members of other objects may not stand in these; 4: there is no other system of coordinates.
    assert not {"coordinates", "geometries", "geometry", "properties", "crs"} & set(collection)
    assert len(collection["features"]) >= 3
    kinds = set()
    for feature in collection["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        assert feature["type"] == "Feature"
        assert isinstance(feature["properties"], dict)
        geometry = feature["geometry"]
        kinds.add(geometry and geometry["type"])
        if geometry is not None:
            assert set(geometry) == {"type", "coordinates"}
            assert_drawn(geometry)
    assert kinds <= COLLECTIONS[route]


def assert_drawn(geometry: dict[str, Any]) -> None:
    """Fail unless a geometry is valid, in Tono, lon before lat, and its rings turn as RFC 7946, 3.1.6 says."""
    for position in positions(geometry["coordinates"]):
        lon, lat = position
        assert 140.9 < lon < 142.1
        assert 38.9 < lat < 39.9
    assert shape(geometry).is_valid
    for rings in polygons(geometry):
        for number, ring in enumerate(rings):
            assert len(ring) >= 4
            assert ring[0] == ring[-1]
            assert turns_left(ring) is (number == 0)


def test_the_description_names_every_route(tono_service: TestClient) -> None:
    described = tono_service.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    api = {route for route in ROUTES if route.startswith("/api/v1/") and not route.endswith("openapi.json")}
    assert set(described["paths"]) == api | set(POSTED) | {path for path in WRITING if path.startswith("/api/")}
    for path, methods in described["paths"].items():
        reading = {"post"} if path in POSTED else {"get"} if path in ROUTES else set()
        assert set(methods) == reading | {method.lower() for method in WRITING.get(path, set())}
