"""Answers that are written already: a stored document goes out as it is stored, its model stands in the description."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import Response

from app.documents.typed import Document

JSON = "application/json"


def written(model: type[Document], others: Mapping[int | str, dict[str, Any]]) -> dict[str, Any]:
    """Return what a route says of its answers where it hands over JSON that is written already."""
    return {"response_class": Response, "responses": {200: {"model": model}, **others}}


def stored_answer(document: str, computed_at: datetime, response: Response) -> Response:
    """Return a stored document, and when it was computed, without reading it; with the headers of a response."""
    body = f'{document[:-1]},"computed_at":"{computed_at.isoformat()}"}}'.encode()
    return Response(body, media_type=JSON, headers=dict(response.headers))


def model_answer(found: Document) -> Response:
    """Return a document; members that were not set are left out."""
    return Response(json_bytes(found), media_type=JSON)


def json_bytes(found: Document) -> bytes:
    """Return a document as JSON; members that were not set are left out."""
    return found.model_dump_json(by_alias=True, exclude_unset=True).encode()
