"""Every route of the description, asked as described and otherwise: it answers as described and refuses the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from described import Description, Operation
from factories import STAFF
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.database import create_database_engine, transaction
from app.main import create_app, described
from app.scenarios.keep_scenario import keep_scenario
from app.settings import Settings
from app.siting.propose_sites import Wish

NOBODY = "postgresql://nobody-is-asked/tono"
API = Description(described(create_app(Settings(), NOBODY)))
OPERATIONS = {str(operation): operation for operation in API.operations()}
# A report is a second's work, and so is it to hold thousands of cells to the description a few times.
EXAMPLES = {
    "GET /api/v1/scenarios/{scenario_id}/report.{ending}": 6,
    "GET /api/v1/comparison/cells": 8,
    "GET /api/v1/coverage/backup": 8,
    "GET /api/v1/coverage/critical-roads": 8,
    "GET /api/v1/coverage/{run_id}/cells": 12,
    "GET /api/v1/isochrones": 12,
}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="/?#\\"), min_size=1, max_size=20).filter(
    lambda text: text.strip(".") != ""
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 10**20) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=5,
)
# What is there, so that not every request ends at a thing that is not.
KNOWN: dict[str, list[Any]] = {
    "number": [1, 2, 3],
    "scenario_id": [1],
    "after": [1],
    "before": [1],
    "consultant": ["C02"],
    "start": ["141.53,39.33"],
    "end": ["141.58,39.33"],
    "at": ["2026-01-15T10:00:00+09:00"],
    "id": ["C02"],
    "coordinates": [[[141.53, 39.33], [141.54, 39.33]]],
    "yearly_from": ["12-01"],
    "yearly_to": ["03-31"],
    "time_zone": ["Asia/Tokyo"],
}


def values(schema: dict[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    """Return values as a schema says, some of them known to be there."""
    if "$ref" in schema:
        return values(API.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], name)
    if "anyOf" in schema:
        return st.one_of([values(part, name) for part in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    made = _made(schema)
    return st.sampled_from(KNOWN[name]) | made if name in KNOWN else made


def _made(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    kind = str(schema.get("type"))
    if kind == "object":
        return objects(schema)
    if kind == "array":
        most = min(schema.get("maxItems", 3), 3)
        return st.lists(values(schema.get("items", {})), min_size=schema.get("minItems", 0), max_size=most)
    if kind == "integer":
        return st.integers(schema.get("minimum"), schema.get("maximum", schema.get("exclusiveMaximum", 2**31) - 1))
    if kind == "number":
        low, high = schema.get("exclusiveMinimum", schema.get("minimum", -180)), schema.get("maximum", 180)
        return st.floats(low, high, exclude_min="exclusiveMinimum" in schema)
    return texts(schema) if kind == "string" else {"boolean": st.booleans(), "null": st.none()}.get(kind, ANYTHING)


def texts(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """Return texts of a pattern, or of a length."""
    if "pattern" in schema:
        return st.from_regex(schema["pattern"]).filter(lambda text: API.fits(schema, text))
    return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 20), 20))


def objects(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with what is required and some of the rest."""
    parts = {name: values(part, name) for name, part in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


@st.composite
def spoiled(draw: st.DrawFn, good: st.SearchStrategy[Any]) -> Any:
    """Return a value with one thing in it that is something else, missing or too much."""
    value = draw(good)
    if isinstance(value, dict):
        name = draw(st.sampled_from(sorted(value)) if value and draw(st.booleans()) else TEXTS)
        if name in value and draw(st.booleans()):
            return {other: part for other, part in value.items() if other != name}
        inside = spoiled(st.just(value[name])) if name in value and draw(st.booleans()) else ANYTHING
        return value | {name: draw(inside)}
    if isinstance(value, list) and value and draw(st.booleans()):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], draw(spoiled(st.just(value[place]))), *value[place + 1 :]]
    return draw(ANYTHING)


@st.composite
def requests(draw: st.DrawFn, operation: Operation) -> tuple[str, dict[str, str], Any, bool]:
    """Return an address, its query, a body, and whether all of it is as described."""
    path, query, fits = operation.path, {}, True
    for parameter in operation.parameters:
        name, required = parameter["name"], parameter.get("required", False)
        good = values(parameter["schema"], name).filter(lambda value: value is not None).map(_text)
        text = draw(good if draw(st.integers(0, 5)) else TEXTS) if required or draw(st.booleans()) else None
        if parameter["in"] == "path":
            if not text or text.strip(".") == "" or "/" in text:
                text = "0"
            path = path.replace(f"{{{name}}}", quote(text, safe=""))
        elif required and draw(st.integers(0, 7)) == 0:
            text = None
        if parameter["in"] == "query" and text is not None:
            query[name] = text
        fits = fits and API.parameter_fits(parameter, text)
    if draw(st.integers(0, 7)) == 0:
        query["unknown"] = "1"
        fits = False
    body = None
    if operation.body is not None:
        good = values(operation.body)
        body = draw(good if draw(st.booleans()) else spoiled(good))
        fits = fits and API.fits(operation.body, body)
    return path, query, body, fits


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.fixture(scope="module")
def service(bundled_template: str, new_database, as_web_role: Callable[[str], str]) -> Iterator[TestClient]:
    """Return the service on the bundled data with a scenario; what is sent to it may change it."""
    with new_database("described", copy_of=bundled_template) as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            keep_scenario(session, "一人目", Wish(add=1))
        engine.dispose()
        app = create_app(Settings(), as_web_role(url))
        with TestClient(app, base_url=STAFF, raise_server_exceptions=False) as client:
            yield client
        app.state.engine.dispose()


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_route_answers_as_described_and_refuses_the_rest(service: TestClient, name: str) -> None:
    operation = OPERATIONS[name]
    examples = EXAMPLES.get(name, 14 if operation.parameters or operation.body else 4)
    seen = set()

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(operation))
    def ask(request: tuple[str, dict[str, str], Any, bool]) -> None:
        path, query, body, fits = request
        sent = {} if operation.method == "get" else {"json": body}
        reply = service.request(operation.method, path, params=query, **sent)
        assert API.faults(operation, reply) == []
        assert reply.status_code < 500, reply.text
        assert fits or reply.status_code >= 400, "it took what is not as described"
        seen.add((fits, reply.status_code))

    ask()
    assert {fits for fits, _ in seen} == {True, False}


def test_the_judge_sees_what_is_not_described() -> None:
    class Reply:
        status_code = 200
        headers = {"content-type": "application/json"}  # noqa: RUF012
        content = b"{}"

        def json(self) -> Any:
            return {"results": [], "total": 0, "suggestions": [], "more": 1}

    operation, reply = API.operation("get", "/api/v1/search"), Reply()
    assert "more" in API.faults(operation, reply)[0]
    reply.headers = {"content-type": "text/html"}
    assert "text/html" in API.faults(operation, reply)[0]
    reply.status_code = 418
    assert "418" in API.faults(operation, reply)[0]
    number = API.operation("get", "/api/v1/resources/{number}").parameters[0]
    assert [API.parameter_fits(number, text) for text in ("1", "0", "1_000", "one", None)] == [True, *[False] * 4]
