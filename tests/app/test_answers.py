"""What the service answers: GeoJSON for places, problem+json in Japanese for errors, nothing that changes data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from factories import STAFF
from fastapi.testclient import TestClient
from shapely.geometry import shape
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.database import get_session
from app.demonstration.load_demonstration import load_demonstration
from app.errors import STATUS, ServiceError
from app.main import create_app
from app.settings import Settings

COLLECTIONS = ("resources", "districts", "consultants", "places", "roads")


def served(session: Session) -> Iterator[TestClient]:
    """Give a client of the service on a session of a test."""
    app = create_app(Settings(), "postgresql://nobody-is-asked/tono")
    app.dependency_overrides[get_session] = lambda: session
    with TestClient(app, base_url=STAFF, raise_server_exceptions=False) as client:
        yield client
    app.state.engine.dispose()


@pytest.fixture
def client(session: Session) -> Iterator[TestClient]:
    """Return a client of the service without data."""
    yield from served(session)


@pytest.fixture
def full(tono_session: Session) -> Iterator[TestClient]:
    """Return a client of the service on the bundled data."""
    yield from served(tono_session)


def problem(reply: Any, status: int) -> dict[str, Any]:
    """Return an error, after a look at its form."""
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = reply.json()
    assert body["status"] == status
    assert any(ord(sign) > 0x3000 for sign in body["title"]), "the title is Japanese"
    return body


@pytest.mark.parametrize("name", COLLECTIONS)
def test_places_are_geojson_lon_before_lat(full: TestClient, name: str) -> None:
    collection = full.get(f"/api/v1/{name}").json()
    assert collection["type"] == "FeatureCollection"
    assert len(collection["features"]) > 0
    for feature in collection["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        if feature["geometry"] is not None:
            drawn = shape(feature["geometry"])
            assert drawn.is_valid
            west, south, east, north = drawn.bounds
            assert 141 < west <= east < 142
            assert 39 < south <= north < 40


def test_cells_and_coverage_agree(full: TestClient) -> None:
    coverage = full.get("/api/v1/coverage?profile=car-winter").json()
    cells = [cell["properties"] for cell in full.get(f"/api/v1/coverage/{coverage['run']}/cells").json()["features"]]
    assert sum(cell["population"] for cell in cells) == coverage["population"] == 28_062
    for minutes in (10, 20, 30):
        reached = [
            c["population"] for c in cells if c["travel_time_s"] is not None and c["travel_time_s"] <= 60 * minutes
        ]
        assert sum(reached) == pytest.approx(coverage["covered"][str(minutes)], abs=30)


def test_areas_of_a_consultant_nest(full: TestClient) -> None:
    areas = full.get("/api/v1/isochrones?consultant=C02&minutes=10,20,30").json()["features"]
    assert [area["properties"]["minutes"] for area in areas] == [30, 20, 10]
    shapes = [shape(area["geometry"]) for area in areas]
    assert shapes[0].buffer(1e-9).covers(shapes[1])
    assert shapes[1].buffer(1e-9).covers(shapes[2])
    people = [area["properties"]["population"] for area in areas]
    assert people == sorted(people, reverse=True)
    post = next(item for item in full.get("/api/v1/coverage").json()["consultants"] if item["id"] == "C02")
    assert people == [post["covered"][key] for key in ("30", "20", "10")]


def test_search_finds_by_reading_and_width(full: TestClient) -> None:
    names = [found["name"] for found in full.get("/api/v1/search", params={"q": "ﾁﾖﾎﾞﾗ"}).json()["results"]]
    by_kana = [found["name"] for found in full.get("/api/v1/search", params={"q": "つちぶち"}).json()["results"]]
    assert any("土淵" in name for name in by_kana)
    assert names == [found["name"] for found in full.get("/api/v1/search", params={"q": "チヨボラ"}).json()["results"]]
    assert full.get("/api/v1/search", params={"q": "ないないない"}).json() == {
        "results": [],
        "total": 0,
        "suggestions": [],
    }


def test_errors_are_told_in_japanese(full: TestClient) -> None:
    assert problem(full.get("/api/v1/resources/999999"), 404)["title"] == "見つかりません"
    problem(full.get("/api/v1/nowhere"), 404)
    problem(full.get("/api/v1/coverage/none/cells"), 404)
    problem(full.get("/api/v1/isochrones?consultant=C99"), 404)
    problem(full.get("/api/v1/isochrones?consultant=C02&minutes=0"), 400)
    problem(full.get("/api/v1/isochrones?consultant=C02&minutes=999"), 400)
    problem(full.get("/api/v1/isochrones?consultant=C02&minutes=x"), 422)
    problem(full.get("/api/v1/coverage?profile=bus"), 422)
    problem(full.get("/api/v1/resources/x"), 422)


@pytest.mark.parametrize("path", ["coverage", "roads"])
def test_a_service_without_data_says_what_is_missing(client: TestClient, path: str) -> None:
    assert problem(client.get(f"/api/v1/{path}"), 409)["title"] == "準備ができていません"


def test_liveness_and_readiness(client: TestClient, session: Session, root: Path) -> None:
    assert client.get("/healthz").text == "ok"
    problem(client.get("/readyz"), 409)
    load_demonstration(session, root / "data" / "tono")
    assert client.get("/readyz").text == "ready"


def test_an_unknown_error_gives_a_number_and_nothing_else(engine: Engine, database_url: str) -> None:
    app = create_app(Settings(), database_url)

    def broken() -> None:
        raise RuntimeError("password=secret")

    app.add_api_route("/api/v1/broken", broken)
    with TestClient(app, base_url=STAFF, raise_server_exceptions=False) as client:
        body = problem(client.get("/api/v1/broken"), 500)
    assert "番号" in body["detail"]
    assert "secret" not in str(body)


def test_pages_load_nothing_from_outside(full: TestClient) -> None:
    for path in ("/", "/list"):
        reply = full.get(path)
        assert reply.status_code == 200
        policy = reply.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http" not in policy
        assert "https://" not in reply.text.replace("https://www.", "") or path == "/list"
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_every_error_has_a_status_and_a_japanese_title() -> None:
    def below(kind: type[ServiceError]) -> set[type[ServiceError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    kinds = below(ServiceError) - {ServiceError}
    assert set(STATUS) == {kind for kind in kinds if kind.__module__ == "app.errors"}
    assert all(any(ord(sign) > 0x3000 for sign in kind.title) for kind in kinds)
