"""Who may send what: own pages alone change something, by the names of the service alone, up to a size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from app.documents.problem import problem
from app.main import create_app
from app.settings import Settings
from app.web.headers import KnownHosts, LimitedBody, OwnPagesOnly, host_name

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


# --- the name of the service --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("LOCALHOST:9", 200),
        ("[::1]:8000", 200),
        ("map.city.example", 200),
        ("Map.City.Example:443", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil.example:127.0.0.1", 421),
        ("127.0.0.1:8000@evil.example", 421),
        ("localhost.", 421),
        ("0.0.0.0:8000", 421),
        ("[::]", 421),
        ("::1", 421),
        ("", 421),
    ],
)
def test_only_names_of_the_service_are_answered(host: str, status: int) -> None:
    settings = Settings(hosts="map.city.example, other.example", listen="0.0.0.0")  # noqa: S104
    with TestClient(create_app(settings, "postgresql://nobody-is-asked/tono")) as client:
        for path in ("/healthz", "/api/v1/openapi.json"):
            answer = client.get(path, headers={"host": host})
            assert answer.status_code == status
            if status == 421:
                assert answer.headers["content-type"] == "application/problem+json"
                assert "このアドレスでは開けません" in answer.json()["title"]
                assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_a_person_is_told_on_a_page() -> None:
    with TestClient(create_app(Settings(), "postgresql://nobody-is-asked/tono")) as client:
        answer = client.get("/", headers={"host": "evil.example", "accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (421, "text/html; charset=utf-8")
    assert "127.0.0.1" in answer.text


def test_a_host_that_stands_twice_or_not_at_all_is_none() -> None:
    assert host_name(["localhost", "localhost"]) is None
    assert host_name([]) is None
    assert host_name(["localhost:80"]) == "localhost"


def test_the_address_listened_on_is_a_name_unless_it_is_any() -> None:
    assert Settings(hosts="", listen="192.0.2.1").known_hosts == {"192.0.2.1"}
    assert Settings(hosts="a.example", listen="2001:db8::1").known_hosts == {"a.example", "[2001:db8::1]"}
    assert Settings(hosts="", listen="::").known_hosts == frozenset()
    for wrong in ("https://map.example", "map.example:8000", "a b"):
        with pytest.raises(ValueError, match="without https"):
            Settings(hosts=wrong)


# --- the size of a body -------------------------------------------------------------------------------------------


class Counting:
    """A program that reads every body to its end and remembers how much came."""

    def __init__(self) -> None:
        self.come = 0

    async def __call__(self, scope, receive, send) -> None:
        """Read a body."""
        more = True
        while more:
            message = await receive()
            self.come += len(message.get("body", b""))
            more = message.get("more_body", False)
        await problem(200, "読みました")(scope, receive, send)


def blanks(number: int) -> Iterator[bytes]:
    """Yield a body of blanks piece by piece, without its length."""
    for _ in range(number):
        yield b" " * 1000


@pytest.fixture
def posting() -> TestClient:
    """Return a client of the service with the smallest limit, a million bytes."""
    return TestClient(create_app(Settings(largest_body_mb=1), "postgresql://nobody-is-asked/tono"))


@pytest.mark.parametrize("path", ["/api/v1/coverage/what-if", "/api/v1/scenarios", "/api/v1/closures"])
def test_a_body_above_the_limit_is_refused(posting: TestClient, path: str) -> None:
    for body in (b" " * 1_000_001, blanks(1_001)):
        answer = posting.post(path, content=body, headers=JSON)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        assert answer.json()["title"] == "送られた内容が大きすぎます"
    # At the limit it is read, and found to be no JSON.
    for body in (b" " * 1_000_000, blanks(1_000)):
        assert posting.post(path, content=body, headers=JSON).status_code == 422


def test_what_is_refused_is_not_read() -> None:
    inside = Counting()
    limited = TestClient(LimitedBody(inside, most_bytes=10_000))
    assert limited.post("/", content=b" " * 10_001).status_code == 413
    assert inside.come == 0
    with pytest.raises(HTTPException, match="413"):
        limited.post("/", content=blanks(50_000))
    assert inside.come <= 10_000
    assert limited.post("/", content=b"1", headers={"content-length": "-1"}).status_code == 413
    assert limited.post("/", content=b"1", headers={"content-length": "9" * 5000}).status_code == 413
    assert limited.post("/", content=blanks(10)).status_code == 200


def test_a_name_is_asked_before_a_body_is_read() -> None:
    inside = Counting()
    client = TestClient(KnownHosts(inside, names=(), refuse=lambda _, *words: problem(*words)))
    assert client.post("/", content=b" " * 1000, headers={"host": "evil.example"}).status_code == 421
    assert inside.come == 0
