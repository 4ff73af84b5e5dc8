"""Headers that keep a page from loading or sending anything outside this service, and others from sending to it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.documents.problem import problem

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
NOT_OWN = ("この操作は受け付けられません", "この地図のページから操作してください。何も変わっていません。")
TOO_LARGE = ("送られた内容が大きすぎます", "内容を減らして、もう一度送ってください。何も変わっていません。")
# A length of thousands of digits is not worked out.
MOST_DIGITS = 20
UNKNOWN_HOST = (
    "このアドレスでは開けません",
    (
        "サーバーの画面に出ているアドレス(http://127.0.0.1:8000/ など)で開いてください。"
        "別の名前で使うときは、サーバーの設定 TONO_HOSTS にその名前を加えます。"
    ),
)
HERE = frozenset({"127.0.0.1", "localhost", "[::1]"})
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?", re.ASCII)
Refuse = Callable[[Request, int, str, str], Response]


class KnownHosts:
    """Refuse a request that calls the service by a name that is not its own.

    A page of another host may let its name point to this machine (DNS rebinding); its requests then count as its own to
    the browser, but still bear its name.
    """

    def __init__(self, app: ASGIApp, *, names: Collection[str], refuse: Refuse) -> None:
        self.app = app
        self.names = HERE | {name.lower() for name in names}
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "http" and host_name(Headers(scope=scope).getlist("host")) not in self.names:
            await self.refuse(Request(scope), 421, *UNKNOWN_HOST)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def host_name(given: Sequence[str]) -> str | None:
    """Return the name of a `Host` without its port, or None where it stands there not at all, twice or in no form."""
    found = HOST.fullmatch(given[0].lower()) if len(given) == 1 else None
    return found and found[1]


class LimitedBody:
    """Refuse a body above a limit: by its announced length, or, without one, as soon as so much has come."""

    def __init__(self, app: ASGIApp, *, most_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length")
        if length is None:
            await self.app(scope, self._counted(receive), send)
        elif len(length) <= MOST_DIGITS and length.isdecimal() and int(length) <= self.most_bytes:
            await self.app(scope, receive, send)
        else:
            await problem(413, *TOO_LARGE)(scope, receive, send)

    def _counted(self, receive: Receive) -> Receive:
        come = 0

        async def counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > self.most_bytes:
                raise HTTPException(413)
            return message

        return counted


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
            await problem(403, *NOT_OWN)(scope, receive, send)
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
