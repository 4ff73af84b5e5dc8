"""A moment is answered or refused in a sentence, wherever one may be given; the places are found, not listed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
import pytest
import typer
from factories import STAFF
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.cli.root import app as commands
from app.database import transaction
from app.documents.moments import FIRST_YEAR, LAST_YEAR, read_moment
from app.errors import InputError
from app.main import create_app
from app.settings import Settings

YEARLY = """
    INSERT INTO closure (name, place, content, geometry, located_by, yearly_from, yearly_to, time_zone, reason, detour,
                         source, network_fingerprint, version)
    VALUES ('冬期通行止', '', '', 'SRID=4326;MULTILINESTRING((141.5 39.3, 141.6 39.3))', 'geometry', '12-01', '03-31',
            'Asia/Tokyo', '', '', 'drawn by hand', '', 1)
"""
LINE = {"type": "LineString", "coordinates": [[141.52, 39.33], [141.53, 39.33]]}
# What else a body needs so that its moments are looked at.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/api/v1/coverage/what-if"): {},
    ("post", "/api/v1/closures"): {"name": "冬期通行止", "geometry": LINE},
    ("put", "/api/v1/closures/{number}"): {"name": "冬期通行止", "geometry": LINE, "version": 1},
}
REFUSED = [
    "0001-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00-14:00",
    "1899-12-31T23:59:59+09:00",
    "9999-12-31T23:59:59.999999-14:00",
    "9999-12-31T23:59:59+14:00",
    "10000-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2026-01-15T10:00+26:00",
    "2026-02-30T10:00+09:00",
    "winter",
    "2026-01-15T10:00+09:00" * 50,
]
TAKEN = [
    "1900-01-01T00:00:00+14:00",
    "2200-12-31T23:59:59-12:00",
    "2026-01-15T10:00+09:00",
    "2026-01-15T01:00:00Z",
]


@pytest.fixture
def service(own_city_url: str) -> Iterator[TestClient]:
    """Return the service on the bundled data with a closure of every winter."""
    service = create_app(Settings(), own_city_url)
    with transaction(service.state.engine) as session:
        session.execute(text(YEARLY))
    with TestClient(service, base_url=STAFF, raise_server_exceptions=False) as client:
        yield client
    service.state.engine.dispose()


def is_moment(schema: dict[str, Any]) -> bool:
    """Return whether a schema may hold a moment."""
    # A closure's hours are those of its own zone, written without one.
    is_written_so = schema.get("format") == "date-time" or schema.get("pattern", "").startswith(r"^\d{4}-\d\d-\d\d[T ]")
    return is_written_so or any(map(is_moment, schema.get("anyOf", [])))


def places_for_moments(described: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield method, path, query or body, and name of everything that takes a moment."""
    for path, methods in described["paths"].items():
        for method, facts in methods.items():
            for parameter in facts.get("parameters", []):
                if is_moment(parameter["schema"]) or parameter["name"] == "at":
                    yield method, path, "query", parameter["name"]
            for content in facts.get("requestBody", {}).get("content", {}).values():
                name = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
                schema = described["components"]["schemas"].get(name, content["schema"])
                for field, inside in schema.get("properties", {}).items():
                    if is_moment(inside):
                        yield method, path, "body", field


def test_no_moment_is_an_unexpected_error(service: TestClient) -> None:
    described = service.get("/api/v1/openapi.json").json()
    places = list(places_for_moments(described))
    assert {(place[0], place[1]) for place in places if place[2] == "body"} == set(BODIES)
    assert ("get", "/api/v1/closures", "query", "at") in places
    number = service.get("/api/v1/closures").json()["features"][-1]["properties"]["id"]
    for method, path, where, name in places:
        address = path.replace("{number}", str(number))
        for moment in REFUSED + TAKEN:
            if where == "query":
                reply = service.request(method, address, params={name: moment})
            else:
                reply = service.request(method, address, json=BODIES[method, path] | {name: moment})
            assert reply.status_code < 500, (method, path, name, moment)
            if moment in REFUSED:
                assert reply.status_code in {400, 422}, (method, path, name, moment)
                assert reply.json()["title"]
            elif name == "at":
                assert reply.status_code == 200, (method, path, name, moment)


@pytest.mark.parametrize("at", [5, 1.5, True, [], {}, 1e300])
def test_a_moment_is_text(service: TestClient, at: object) -> None:
    reply = service.post("/api/v1/coverage/what-if", json={"at": at})
    assert (reply.status_code, reply.json()["title"]) == (400, "入力に誤りがあります")


@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_in_range_is_itself_and_no_other_is_taken(moment: datetime) -> None:
    if FIRST_YEAR <= moment.year <= LAST_YEAR:
        # A zone that is off by seconds is written with them.
        # Compared in one zone: an hour that a zone skips or has twice equals nothing in another zone.
        assert read_moment(moment.isoformat()).astimezone(UTC) == moment.astimezone(UTC)
        assert read_moment(moment).astimezone(UTC).year
    else:
        with pytest.raises(InputError, match=f"years {FIRST_YEAR} to {LAST_YEAR}"):
            read_moment(moment.isoformat())


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_refused(words: str) -> None:
    try:
        found = read_moment(words)
    except InputError as refused:
        sentence = refused.detail
    else:
        assert found.tzinfo is not None
        return
    assert sentence.endswith("。")


def test_a_moment_without_a_zone_is_refused_with_what_to_write() -> None:
    with pytest.raises(InputError, match=r"such as 2026-01-15T00:00\+09:00"):
        read_moment("2026-01-15")


# --- the command line -----------------------------------------------------------------------------------------------

ARGUMENTS = {"scenario save": ["試算"], "report gaps": ["report.html"]}


def commands_with_a_moment() -> Iterator[str]:
    """Yield the words of every command that has the option --at."""

    def walk(command: click.Command, words: list[str]) -> Iterator[str]:
        for name, inside in getattr(command, "commands", {}).items():
            yield from walk(inside, [*words, name])
        if any("--at" in parameter.opts for parameter in command.params):
            yield " ".join(words)

    yield from walk(typer.main.get_command(commands), [])


@pytest.mark.parametrize("command", list(commands_with_a_moment()))
@pytest.mark.parametrize("moment", ["0001-01-01T00:00+00:00", "9999-12-31T23:59-12:00", "2026-01-15T10:00", "winter"])
def test_a_command_refuses_it_in_a_sentence(
    tono: Any, tmp_path: Any, monkeypatch: Any, command: str, moment: str
) -> None:
    monkeypatch.chdir(tmp_path)
    tono(*command.split(), *ARGUMENTS.get(command, []), "--at", moment).assert_refused("--at")
    assert list(tmp_path.iterdir()) == []


def test_commands_with_a_moment_are_found() -> None:
    assert {"coverage", "gaps", "backup", "critical-roads", "closures list", "report gaps", "scenario save"} <= set(
        commands_with_a_moment()
    )
