"""What must be ready before the map is served: the newest tables, some data, and the coverage measured from them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from app.database import create_database_engine, migrate, transaction
from app.datasets.queries import list_datasets

Say = Callable[[str], None]


def prepare(database_url: str, bundled: Path, say: Say) -> None:
    """Migrate, load the bundled data into an empty database and measure the coverage where it is missing."""
    from app.demonstration.load_demonstration import load_demonstration
    from app.refresh import measure_all

    migrate(database_url)
    engine = create_database_engine(database_url)
    with transaction(engine) as session:
        if not list_datasets(session):
            say("Loading the bundled data of Tono …")
            load_demonstration(session, bundled)
    with transaction(engine) as session:
        measure_all(session, say=say)
    engine.dispose()


def prepare_apart(database_url: str, bundled: Path, say: Say) -> None:
    """Do the same in a process of its own, so that what it took of the memory is given back before anyone is served."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        process.submit(prepare, database_url, bundled, say).result()
