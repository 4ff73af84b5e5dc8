"""A page of another host cannot change anything here, even in the browser of a person who may."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.web.headers import OwnPagesOnly

JSON = {"content-type": "application/json"}


@pytest.fixture
def client() -> TestClient:
    """Return a client of a service that changes something."""
    app = FastAPI()
    app.add_middleware(OwnPagesOnly)

    @app.api_route("/thing", methods=["GET", "POST", "PUT", "DELETE"])
    def thing() -> str:
        return "done"

    return TestClient(app, base_url="http://127.0.0.1:8000")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (JSON, 200),
        ({"content-type": "application/json; charset=utf-8"}, 200),
        (JSON | {"origin": "http://127.0.0.1:8000"}, 200),
        (JSON | {"origin": "http://127.0.0.1:9000"}, 403),
        (JSON | {"origin": "http://elsewhere.example"}, 403),
        (JSON | {"origin": "null"}, 403),
        ({}, 403),
        ({"content-type": "text/plain"}, 403),
        ({"content-type": "application/x-www-form-urlencoded"}, 403),
        ({"content-type": "application/json-not"}, 403),
    ],
)
def test_only_json_from_own_pages_changes_something(
    client: TestClient, method: str, headers: dict[str, str], status: int
) -> None:
    answer = client.request(method, "/thing", headers=headers)
    assert answer.status_code == status
    assert (answer.json() == "done") == (status == 200)


def test_whoever_reads_need_not_say_where_from(client: TestClient) -> None:
    assert client.get("/thing", headers={"origin": "http://elsewhere.example"}).json() == "done"
