"""Errors as every room answers with them: `application/problem+json` (RFC 9457) with a Japanese title."""

from __future__ import annotations

from typing import Any, Literal

from fastapi.responses import JSONResponse

from app.documents.typed import Document

PROBLEM_JSON = "application/problem+json"
WHEN = {
    400: "A value that was given cannot be used.",
    403: "The request comes from another page, is not JSON, or asks for what only the staff may see.",
    404: "There is no such thing.",
    409: "Something must be loaded or measured first, or somebody else changed it meanwhile.",
    413: "The body of the request is larger than the service takes.",
    421: "The service is not known by the name in `Host`.",
    422: "The request is not as it is described here.",
    500: "Something unexpected; the detail has a number for the person who looks after the service.",
    503: "The database does not answer.",
}
# What any route may answer.
ANYWHERE = (413, 421, 422, 500, 503)


class Problem(Document):
    """What went wrong, in words for a person."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str


def problem(status: int, title: str, detail: str = "") -> JSONResponse:
    """Return an error."""
    found = Problem(title=title, status=status, detail=detail)
    return JSONResponse(found.model_dump(), status_code=status, media_type=PROBLEM_JSON)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what a route says of the errors that it may answer with."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {code: {"description": WHEN[code], "content": {PROBLEM_JSON: {"schema": schema}}} for code in statuses}
