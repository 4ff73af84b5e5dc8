"""Answers that a browser has already: told in a line instead of being made and sent again (RFC 9110, 13.1.2)."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from app.accounts.caller import Caller, Visitor

SOURCES = Path(__file__).parent.parent.parent
# An entity-tag, and a list of them, in which empty elements are passed over (RFC 9110, 8.8.3 and 5.6.1). Bytes above
# 127 arrive as Latin-1.
TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
TAGS = re.compile(rf"[ \t,]*{TAG}(?:[ \t]*,[ \t,]*{TAG})*[ \t,]*")
# For the description of a route whose answer may be known.
MAY_BE_KNOWN: dict[int | str, dict[str, Any]] = {304: {"description": "The caller has this answer already."}}


class AnswerIsKnownError(Exception):
    """The caller has the answer already; `headers` belong to the reply that says so."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("The caller has this answer already.")
        self.headers = headers


class Revalidation:
    """Whether the caller has the answer to a request already."""

    def __init__(self, request: Request, response: Response, caller: Visitor) -> None:
        self._request = request
        self._response = response
        self._caller = caller

    def unless_known(self, *content: object, cache: str = "private, no-cache") -> None:
        """Mark the answer with a tag of what it is made from; raise `AnswerIsKnownError` if the caller has it.

        `content` is all of the stored data that the answer depends on. The address, the caller and the version of the
        program are added here, and whether the answer is compressed. The tag is weak: compressing twice need not give
        the same bytes.
        """
        request = self._request
        is_packed = "gzip" in request.headers.get("accept-encoding", "")
        parts = (program(), request.url.path, request.url.query, self._caller.name, is_packed, *content)
        digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:24]
        headers = {"ETag": f'W/"{digest}"', "Cache-Control": cache}
        self._response.headers.update(headers)
        if _holds(",".join(request.headers.getlist("if-none-match")), f'"{digest}"'):
            # On an answer with a body, the middleware that compresses says so.
            raise AnswerIsKnownError(headers | {"Vary": "Accept-Encoding"})


def _holds(field: str, tag: str) -> bool:
    """Return whether an If-None-Match holds a tag, weak or not; what is not written as the RFC says holds none."""
    if field.strip(" \t") == "*":
        return True
    return TAGS.fullmatch(field) is not None and tag in (found.removeprefix("W/") for found in re.findall(TAG, field))


async def get_revalidation(request: Request, response: Response, caller: Caller) -> Revalidation:
    """Return what tells whether the caller has the answer already; it waits for nothing."""
    return Revalidation(request, response, caller)


Known = Annotated[Revalidation, Depends(get_revalidation)]


@lru_cache(maxsize=1)
def program() -> str:
    """Return digits that change with the program, whose next version may say the same data in another form."""
    sums = hashlib.sha256()
    for file in sorted(file for room in ("app", "geo") for file in (SOURCES / room).rglob("*.py")):
        sums.update(f"{file.relative_to(SOURCES).as_posix()}\0{file.stat().st_size}\0".encode())
        sums.update(file.read_bytes())
    return sums.hexdigest()
