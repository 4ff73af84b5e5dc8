"""Headers that keep a page from loading or sending anything outside this service."""

from __future__ import annotations

import secrets

from starlette.datastructures import MutableHeaders
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
