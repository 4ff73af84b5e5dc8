"""The calendar of closures over HTTP: the page adds, changes and removes, and nobody overwrites anybody."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from factories import STAFF
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text

from app.main import create_app
from app.roads.choose_section import choose_section
from app.roads.road_titles import NOWHERE, NamedPlaces
from app.settings import Settings
from geo.roads.network import RoadNetwork

JSON = {"content-type": "application/json"}
WINTER = {"yearly_from": "12-01", "yearly_to": "03-31"}


@pytest.fixture(scope="module")
def city_url(bundled_template: str, new_database: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """Return the address of a database with the bundled data for this file alone."""
    with new_database("routes", copy_of=bundled_template) as url:
        yield url


@pytest.fixture(scope="module")
def service(city_url: str, as_web_role: Callable[[str], str]) -> Iterator[TestClient]:
    """Return the service on the bundled city, as the role of the web service."""
    service = create_app(Settings(), as_web_role(city_url))
    with TestClient(service, base_url=STAFF, raise_server_exceptions=False) as client:
        yield client
    service.state.engine.dispose()


@pytest.fixture
def client(service: TestClient, city_url: str) -> Iterator[TestClient]:
    """Return the service without any closure; those of a test go with it."""
    yield service
    engine = create_engine(make_url(city_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM closure"))
        connection.execute(text("DELETE FROM dataset WHERE kind = 'closures'"))
    engine.dispose()


@pytest.fixture
def section(client: TestClient) -> dict[str, Any]:
    """Return a stretch of road in the middle of Tono."""
    reply = client.get("/api/v1/roads/section?start=141.53,39.33&end=141.58,39.33")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


@pytest.fixture
def body(section: dict[str, Any]) -> dict[str, Any]:
    """Return a closure as the page sends it."""
    chosen = section["properties"]
    place = {"geometry": section["geometry"], "edges": chosen["edges"], "network": chosen["network"]}
    return {"name": "市道1号", "reason": "積雪", "detour": "国道283号"} | WINTER | place


def assert_problem(reply: Any, status: int) -> str:
    """Fail unless a reply is an error with a Japanese title; return what it says."""
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json"), reply.text
    return str(reply.json()["detail"])


def test_a_stretch_of_road_has_its_edges_and_its_length(section: dict[str, Any]) -> None:
    chosen = section["properties"]
    assert chosen["edges"] == sorted(set(chosen["edges"]))
    assert chosen["edges"]
    # The two places are 4.3 km apart.
    assert 4000 < chosen["length_m"] < 12_000
    assert section["geometry"]["type"] == "MultiLineString"


@pytest.mark.parametrize(
    ("kinds", "name"),
    [
        ([("trunk", "283;340", ""), ("tertiary", "", "駅前通り")], "国道283号・国道340号"),
        ([("tertiary", "", "駅前通り"), ("trunk", "283", "")], "駅前通り"),
        ([("unclassified", "", ""), ("trunk", "283", "")], ""),
        # Most of it is tertiary, but under two names: the longest name is the national road's.
        ([("trunk", "283", ""), ("tertiary", "", "駅前通り"), ("tertiary", "", "川原通り")], "国道283号"),
    ],
    ids=str,
)
def test_a_stretch_is_called_as_most_of_it(kinds: list[tuple[str, ...]], name: str) -> None:
    places = [(141.50, 39.3), (141.52, 39.3), (141.535, 39.3), (141.55, 39.3)][: len(kinds) + 1]  # 1.7, 1.3, 1.3 km
    lines = [shapely.LineString(pair) for pair in itertools.pairwise(places)]
    number = np.arange(len(kinds))
    edges = pd.DataFrame(kinds, columns=["highway", "ref", "name"]).assign(u=number, v=number + 1, oneway=False)
    edges["length_m"] = [1724.0, 1293.0, 1293.0][: len(kinds)]
    network = RoadNetwork.from_edges(gpd.GeoDataFrame(edges, geometry=lines, crs=4326))
    assert choose_section(network, places[0], places[-1], NOWHERE).properties.name == name
    beside = NamedPlaces(("六日町",), np.array([places[0]]))
    assert choose_section(network, places[0], places[-1], beside).properties.name == (name or "六日町の道")


def test_add_read_change_remove(client: TestClient, body: dict[str, Any]) -> None:
    added = client.post("/api/v1/closures", json=body)
    assert added.status_code == 201, added.text
    made = added.json()["properties"]
    assert (made["name"], made["version"], made["is_drawn"], made["located_by"]) == ("市道1号", 1, True, "map")
    assert (made["source"], made["time_zone"], made["is_yearly"]) == ("地図で入力", "Asia/Tokyo", True)
    address = f"/api/v1/closures/{made['id']}"
    (found,) = client.get("/api/v1/closures").json()["features"]
    assert found == added.json()
    changed = client.put(address, json=body | {"name": "市道2号", "version": 1})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["properties"]["name"], changed.json()["properties"]["version"]) == ("市道2号", 2)
    assert client.request("DELETE", f"{address}?version=2", headers=JSON).status_code == 204
    assert client.get("/api/v1/closures").json()["features"] == []
    assert_problem(client.request("DELETE", f"{address}?version=2", headers=JSON), 404)


def test_nobody_overwrites_what_was_changed_meanwhile(client: TestClient, body: dict[str, Any]) -> None:
    made = client.post("/api/v1/closures", json=body).json()["properties"]
    address = f"/api/v1/closures/{made['id']}"
    assert client.put(address, json=body | {"name": "先に", "version": 1}).status_code == 200
    assert "ほかの人" in assert_problem(client.put(address, json=body | {"name": "後から", "version": 1}), 409)
    assert_problem(client.request("DELETE", f"{address}?version=1", headers=JSON), 409)
    (found,) = client.get("/api/v1/closures").json()["features"]
    assert (found["properties"]["name"], found["properties"]["version"]) == ("先に", 2)


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("2025-11-30T14:59:59Z", 0),
        ("2025-11-30T15:00:00Z", 1),
        ("2025-12-01T00:00:00%2B09:00", 1),
        ("2026-03-31T23:59:59%2B09:00", 1),
        ("2026-04-01T00:00:00%2B09:00", 0),
    ],
)
def test_what_holds_at_a_moment(client: TestClient, body: dict[str, Any], moment: str, number: int) -> None:
    client.post("/api/v1/closures", json=body)
    found = client.get(f"/api/v1/closures?at={moment}").json()["features"]
    assert [feature["properties"]["state"] for feature in found] == ["now"] * number


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"name": " "}, 422, "name"),
    ({"name": "x" * 201}, 422, "name"),
    ({"reason": "\x00"}, 422, "reason"),
    ({"yearly_from": "02-29"}, 400, "2月29日"),
    ({"yearly_to": "02-29"}, 400, "2月末日"),
    ({"yearly_from": "12-32"}, 400, "月日"),
    ({"yearly_from": "December"}, 422, "yearly_from"),
    ({"yearly_from": "", "yearly_to": ""}, 400, "始まりと終わり"),
    ({"time_zone": "Asia/Tono"}, 400, "時間帯"),
    (
        {"yearly_from": "", "yearly_to": "", "valid_from": "2025-03-31T00:00", "valid_to": "2024-12-09T00:00"},
        400,
        "終わりが始まりより前",
    ),
    ({"geometry": {"type": "Point", "coordinates": [141.5, 39.3]}}, 422, "geometry"),
    ({"geometry": {"type": "LineString", "coordinates": [[141.5, 39.3]]}}, 400, "線を読めません"),
    ({"geometry": {"type": "LineString", "coordinates": [["a", "b"], ["c", "d"]]}}, 400, "線を読めません"),
    ({"geometry": {"type": "LineString", "coordinates": [[1e9, 0], [0, 1e9]]}}, 400, "線を読めません"),
    ({"geometry": {"type": "LineString", "coordinates": [[140.5, 38.3], [140.6, 38.3]]}}, 400, "30 m以内にありません"),
    ({"edges": [999_999_999]}, 400, "選び直して"),
    ({"edges": [-1]}, 422, "edges"),
    ({"is_drawn": False}, 422, "is_drawn"),
    ({"length_m": 0}, 422, "length_m"),
]


@pytest.mark.parametrize(("change", "status", "words"), WRONG, ids=[str(change)[:50] for change, _, _ in WRONG])
def test_what_cannot_be_stored_is_refused_and_told(
    client: TestClient, body: dict[str, Any], change: dict[str, Any], status: int, words: str
) -> None:
    assert words in assert_problem(client.post("/api/v1/closures", json=body | change), status)
    assert client.get("/api/v1/closures").json()["features"] == []


def test_another_page_can_write_nothing(client: TestClient, body: dict[str, Any]) -> None:
    elsewhere = JSON | {"origin": "http://elsewhere.example"}
    assert_problem(client.post("/api/v1/closures", json=body, headers=elsewhere), 403)
    assert_problem(client.post("/api/v1/closures", content=b"name=x"), 403)
    assert_problem(client.delete("/api/v1/closures/1?version=1"), 403)


def test_what_a_closure_costs_is_what_the_people_count_says(
    client: TestClient, body: dict[str, Any], own_city_url: str
) -> None:
    made = client.post("/api/v1/closures", json=body).json()["properties"]
    found = client.get(f"/api/v1/closures/{made['id']}/effect").json()
    assert [entry["profile"] for entry in found["profiles"]] == ["car", "car-winter"]
    engine = create_engine(own_city_url)
    with engine.connect() as connection:
        people = connection.execute(text("SELECT sum(population) FROM demand_cell")).scalar_one()
    engine.dispose()
    for entry in found["profiles"]:
        assert entry["population"] == people
        # One closed road brings nobody nearer.
        assert entry["lost"] == entry["covered_open"] - entry["covered_closed"] >= 0
        assert entry["edges"] == len(body["edges"])
    usual = client.get("/api/v1/coverage").json()["covered"]["20"]
    assert found["profiles"][0]["covered_open"] == usual
