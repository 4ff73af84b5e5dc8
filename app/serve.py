"""Serve the map page."""

from __future__ import annotations

import ctypes
import socket
from collections.abc import Callable

import uvicorn

from app.errors import SettingsError
from app.jobs.worker import working
from app.main import create_app
from app.scenarios.background import HANDLERS
from app.settings import Settings

Say = Callable[[str], None]


def check_port(host: str, port: int) -> None:
    """Refuse a port that another program holds, before any work is done."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"Port {port} on {host} cannot be used: {error.strerror}. Stop the other program, or choose another "
                "port: TONO_PORT=8010 make run (or `tono up --port 8010`)."
            ) from error


# From malloc.h: how many arenas there are, from which size on memory is mapped by itself, and what is given back.
ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -8, -3, -1
ARENAS = 2
LARGE_BYTES = 256 * 1024


def hold_memory() -> None:
    """Let the C library give back what a request used: one arena for each thread would keep the most that each took.

    Where the C library is another one, nothing is changed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(ARENA_MAX, ARENAS)
        mallopt(MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(TRIM_THRESHOLD, LARGE_BYTES)


def serve_forever(settings: Settings, database_url: str, port: int, say: Say) -> None:
    """Serve until the process is told to stop."""
    hold_memory()
    app = create_app(settings, database_url)
    say(f"\n  遠野市つながる地域資源マップ  →  http://{settings.listen}:{port}/\n  Stop with Ctrl-C.\n")
    with working(app.state.engine, HANDLERS):
        # Nothing stands in front of this service that could tell truly who is asking.
        uvicorn.run(app, host=settings.listen, port=port, log_level="warning", access_log=False, proxy_headers=False)
