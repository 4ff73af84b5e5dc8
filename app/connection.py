"""Which database this installation uses: one of the city's own, or the private one, started when it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import make_url

from app.postgis import PrivateCluster
from app.settings import Settings

DATABASE = "tono"


@dataclass(frozen=True)
class DatabaseUrls:
    """Addresses of the database: for commands that change it, and for the web service that reads it."""

    owner: str
    web: str


def private_cluster(settings: Settings) -> PrivateCluster:
    """Return the private cluster of this installation, running or not."""
    return PrivateCluster(settings.state_dir)


@contextmanager
def running_database(settings: Settings, *, keep: bool = False) -> Iterator[DatabaseUrls]:
    """Give the addresses of a running database; stop it afterwards if it was started here and `keep` is false."""
    if settings.database_url:
        yield DatabaseUrls(settings.database_url, settings.web_database_url or settings.database_url)
        return
    cluster = private_cluster(settings)
    started = cluster.start()
    try:
        cluster.ensure_database(DATABASE)
        yield DatabaseUrls(cluster.url(DATABASE, "owner"), cluster.url(DATABASE, "app"))
    finally:
        if started and not keep:
            cluster.stop()


def describe(settings: Settings) -> dict[str, Any]:
    """Return what a person asks about the database; no password."""
    if settings.database_url:
        return {"kind": "own", "address": make_url(settings.database_url).render_as_string(hide_password=True)}
    status = private_cluster(settings).status()
    return {
        "kind": "private",
        "running": status.running,
        "version": status.version,
        "data": str(status.data_dir),
        "socket": str(status.socket_dir),
    }
