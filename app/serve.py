"""Make everything ready and serve the map page."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from app.database import create_database_engine, migrate, transaction
from app.datasets.queries import list_datasets
from app.demonstration.load_demonstration import load_demonstration
from app.errors import SettingsError
from app.jobs.worker import working
from app.main import create_app
from app.refresh import measure_all
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


def prepare(database_url: str, bundled: Path, say: Say) -> None:
    """Migrate, load the bundled data into an empty database and measure the coverage where it is missing."""
    migrate(database_url)
    engine = create_database_engine(database_url)
    with transaction(engine) as session:
        if not list_datasets(session):
            say("Loading the bundled data of Tono …")
            load_demonstration(session, bundled)
    with transaction(engine) as session:
        measure_all(session, say=say)
    engine.dispose()


def serve_forever(settings: Settings, database_url: str, port: int, say: Say) -> None:
    """Serve until the process is told to stop."""
    app = create_app(settings, database_url)
    say(f"\n  遠野市つながる地域資源マップ  →  http://{settings.listen}:{port}/\n  Stop with Ctrl-C.\n")
    with working(app.state.engine, HANDLERS):
        # Nothing stands in front of this service that could tell truly who is asking.
        uvicorn.run(app, host=settings.listen, port=port, log_level="warning", access_log=False, proxy_headers=False)
