"""Every route of the API says what it answers with: a document with named members, or a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

import pytest
from described import Description
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.accounts.caller import get_staff
from app.documents.answers import written
from app.documents.typed import Document
from app.main import create_app, described
from app.settings import Settings


def routes(app: FastAPI) -> Iterator[Any]:
    """Yield the routes of the API."""
    for route in app.routes:
        inside = getattr(route, "effective_route_contexts", None)
        found = inside() if inside is not None else [route] if isinstance(route, APIRoute) else []
        yield from (one for one in found if one.path.startswith("/api/v1/") and one.include_in_schema)


def is_untyped(kind: Any) -> bool:
    """Return whether a type holds a mapping whose members have no names or whose values may be anything."""
    if kind is Any or kind is dict or get_origin(kind) is Mapping:
        return True
    if get_origin(kind) is dict:
        return any(value is Any or value is object for value in get_args(kind))
    return get_origin(kind) is not Annotated and any(is_untyped(part) for part in get_args(kind))


def untyped_members(kind: Any, seen: set[Any] | None = None) -> Iterator[str]:
    """Yield the members of a document, and of those in it, that are not typed."""
    seen = set() if seen is None else seen
    if kind in seen:
        return
    seen.add(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if is_untyped(field.annotation):
                yield f"{kind.__name__}.{name}"
            yield from untyped_members(field.annotation, seen)
    for part in get_args(kind):
        yield from untyped_members(part, seen)


def faults(app: FastAPI) -> list[str]:
    """Return the routes that do not say what they answer with, and members of documents that may be anything."""
    found = []
    for route in routes(app):
        model = route.response_model or route.responses.get(200, {}).get("model")
        is_file = "content" in route.responses.get(200, {})
        if route.status_code == 204 or is_file:
            continue
        if not (isinstance(model, type) and issubclass(model, Document)):
            found.append(f"{route.path}: {model}")
        found += untyped_members(model)
    return found


@pytest.fixture(scope="module")
def service() -> FastAPI:
    """Return the service."""
    return create_app(Settings(), "postgresql://nobody-is-asked/tono")


def test_every_route_has_a_response_model(service: FastAPI) -> None:
    assert len(list(routes(service))) > 25
    assert faults(service) == []


class Loose(Document):
    """A document with a member that may be anything."""

    more: dict[str, Any]


class Whole(Document):
    """A document with a loose one in it."""

    inside: list[Loose | None]


def test_a_route_without_a_model_is_seen() -> None:
    router = APIRouter()

    @router.get("/dict")
    def plain() -> dict[str, Any]:
        return {}

    @router.get("/nothing", response_model=None)
    def nothing() -> object:
        return {}

    @router.get("/loose")
    def loose() -> Whole:
        return Whole(inside=[])

    @router.get("/written", **written(Whole, {}))
    def as_written() -> None:
        return None

    app = FastAPI()
    app.include_router(router, prefix="/api/v1")
    found = faults(app)
    assert [text.partition(":")[0] for text in found] == ["/api/v1/dict", "/api/v1/nothing", *["Loose.more"] * 2]


def is_for_staff(dependant: Any) -> bool:
    """Return whether a route, or what it depends on, lets only the staff in."""
    return dependant.call is get_staff or any(is_for_staff(inner) for inner in dependant.dependencies)


def test_every_error_is_described_as_a_problem(service: FastAPI) -> None:
    closed = {route.path for route in routes(service) if is_for_staff(route.dependant)}
    assert "/api/v1/coverage" in closed
    for operation in Description(described(service)).operations():
        replies = operation.facts["responses"]
        assert {"413", "421", "422", "500", "503"} <= set(replies)
        for status, facts in replies.items():
            if int(status) >= 400:
                assert list(facts["content"]) == ["application/problem+json"], operation
        assert ("403" in replies) == (operation.method != "get" or operation.path in closed), operation
