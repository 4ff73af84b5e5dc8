"""Serve the pages on a free port, watch what they ask for, and read what the service says."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
import uvicorn
from playwright.sync_api import Page

from app.main import create_app
from app.settings import get_settings

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}}
WIDE: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
START_S = 30


def api(home: str, path: str) -> Any:
    """Return an answer of the service's own API."""
    return httpx2.get(f"{home}/api/v1/{path}").raise_for_status().json()


def between(whole: int, fewest: int, most: int) -> str:
    """Return how pages say how many of all are not reached, where so few to so many may be reached."""
    low, high = whole - most, whole - fewest
    return f"{low:,}人から{high:,}人の間" if low < high else f"{low:,}人"


def numbers(text: str) -> list[int]:
    """Return the whole numbers of a text, thousands separators taken out."""
    return [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", text)]


@dataclass
class Watched:
    """What the pages of a site did that no page may do; `allowed` are the faults that a test brings about itself."""

    home: str
    allowed: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Write down the faults of a page, and what it asks of a host that the browser cannot find."""
        page.on("console", lambda message: message.type in {"error", "warning"} and self._note(message.text))
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("response", lambda reply: reply.status >= 400 and self._note(f"{reply.status} {reply.url}"))
        page.on("requestfailed", lambda request: self._note(f"failed {request.url}: {request.failure}"))
        # Not by `page.route`: that would hand each request to this process, and switch off the cache.
        page.on("request", lambda request: self._is_foreign(request.url) and self._note(f"asked {request.url}"))

    def _note(self, fault: str) -> None:
        # A page that is left behind gives up what it was still loading; that is no fault.
        if "ERR_ABORTED" not in fault and not any(part in fault for part in self.allowed):
            self.faults.append(fault)

    def _is_foreign(self, url: str) -> bool:
        return urlsplit(url).scheme not in {"data", "blob"} and not url.startswith(f"{self.home}/")


class Announcing(uvicorn.Server):
    """A server that says when it listens, so that nobody has to ask again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen and say so."""
        await super().startup(sockets=sockets)
        self.listening.set()


@contextmanager
def serving(database_url: str) -> Iterator[str]:
    """Serve the pages of a database on a free port of this machine and give their address."""
    # Without the number of its protocol, asyncio would not switch off the 40 ms that small answers wait for company.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        server = Announcing(uvicorn.Config(create_app(get_settings(), database_url), log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        assert server.listening.wait(START_S), "the service did not start"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=START_S)
