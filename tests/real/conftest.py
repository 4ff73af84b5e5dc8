"""The real city, built once per test process by the commands that a city types; every test gets it as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from passing_session import passing_session
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.database import create_database_engine, transaction
from app.demonstration.load_demonstration import load_demonstration
from app.roads.queries import active_network, load_network
from geo.roads.network import RoadNetwork

Commands = Callable[..., str]


# One process for all of them: it takes two seconds to start.
SEVERAL = """
import json, sys
from app.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["tono", *words]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""


@pytest.fixture(scope="session")
def commands(root: Path) -> Commands:
    """Return what runs commands of `tono` one after the other on a database and gives what they printed."""

    def run(url: str, *several: str) -> str:
        words = json.dumps([line.split() for line in several])
        environment = dict(os.environ) | {"TONO_DATABASE_URL": url}
        done = subprocess.run(
            [sys.executable, "-c", SEVERAL, words],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            cwd=root,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def real_template(root: Path, shared_data: Path, new_database: Any, commands: Commands) -> Iterator[tuple[str, str]]:
    """Return the address of a database with the real city, only for copies, and what `tono coverage --json` printed."""
    tono = shared_data / "tono"
    with new_database("real") as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            load_demonstration(session, root / "data" / "tono")
        engine.dispose()
        printed = commands(
            url,
            f"network build --osm {tono / 'tono.osm.pbf'} --name real",
            f"districts load {tono / 'districts.geojson'}",
            f"demand load {tono / 'demand_250m_cells.parquet'}",
            "coverage --json",
        )
        yield url, printed


@pytest.fixture(scope="session")
def document(real_template: tuple[str, str]) -> dict[str, Any]:
    """Return the coverage of the real city by car."""
    found: dict[str, Any] = json.loads(real_template[1])
    return found


@pytest.fixture(scope="session")
def real_engine(real_template: tuple[str, str], new_database: Any) -> Iterator[Engine]:
    """Return an engine on the real city."""
    with new_database("reading_real", copy_of=real_template[0]) as url:
        engine = create_database_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def city(real_engine: Engine) -> Iterator[Session]:
    """Return a session on the real city: it may change and commit, and nothing of it stays."""
    with passing_session(real_engine) as session:
        yield session


@pytest.fixture(scope="session")
def network(real_engine: Engine) -> RoadNetwork:
    """Return the real roads as OpenStreetMap has them."""
    with Session(real_engine) as session:
        return load_network(session, active_network(session))
