"""Serve the pages on a free port, watch what they ask for, and read what the service says."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
import uvicorn
from playwright.sync_api import BrowserContext

from app.main import create_app
from app.settings import get_settings

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}


def api(home: str, path: str) -> Any:
    """Return an answer of the service's own API."""
    return httpx2.get(f"{home}/api/v1/{path}").raise_for_status().json()


def numbers(text: str) -> list[int]:
    """Return the whole numbers of a text, thousands separators taken out."""
    return [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", text)]


@dataclass
class Watched:
    """What a page did that no page may do."""

    home: str
    faults: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Write down every fault of the pages of a context; requests to other hosts are cut off."""
        context.on("console", lambda message: message.type in {"error", "warning"} and self.faults.append(message.text))
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("response", lambda reply: reply.status >= 400 and self.faults.append(f"{reply.status} {reply.url}"))
        context.route(self._is_foreign, self._cut)

    def _is_foreign(self, url: str) -> bool:
        return urlsplit(url).scheme not in {"data", "blob"} and not url.startswith(self.home)

    def _cut(self, route: Any) -> None:
        self.faults.append(f"asked {route.request.url}")
        route.abort()


@contextmanager
def serving(database_url: str) -> Iterator[str]:
    """Serve the pages of a database on a free port of this machine and give their address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(get_settings(), database_url), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)
