"""Headers that keep a page from loading or sending anything outside this service, and others from sending to it."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

GSI_HOST = "https://cyberjapandata.gsi.go.jp"


class SecurityHeaders:
    """Add a content security policy with a fresh nonce to each answer; tiles of GSI only when a setting allows it."""

    def __init__(self, app: ASGIApp, *, tiles: bool) -> None:
        self.app = app
        self.images = f"'self' data: {GSI_HOST}" if tiles else "'self' data:"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = (
                    f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src {self.images}; "
                    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
                )
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        await self.app(scope, receive, send_with_headers)


SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
REFUSAL = {
    "type": "about:blank",
    "title": "この操作は受け付けられません",
    "status": 403,
    "detail": "この地図のページから操作してください。何も変わっていません。",
}


class OwnPagesOnly:
    """Refuse what would change something unless it comes from a page of this service.

    A browser sends a page's form anywhere without asking, so a form must say where it comes from, as every browser of
    today does. JSON it sends to another host only after that host agreed, which this service never does; so JSON may
    come from a program, which says nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not _is_own(Headers(scope=scope)):
            await JSONResponse(REFUSAL, 403, media_type="application/problem+json")(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_own(headers: Headers) -> bool:
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return False
    if site is not None and site != "same-origin":
        return False
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_told = origin is not None or site is not None
    return kind == "application/json" or (kind == "application/x-www-form-urlencoded" and is_told)
