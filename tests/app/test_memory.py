"""A serving process takes no more memory than its work needs, however long it serves."""

from __future__ import annotations

import gc
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.cli.prepare import prepare_apart
from app.coverage.keep_warm import KEPT_FIGURES, WARM, Present, present_coverage
from app.errors import DatabaseDownError
from app.what_if.trial import Trial
from app.what_if.try_what_if import try_what_if

# What loads files, draws on paper and makes tables anew: none of it belongs in a process that answers requests.
NOT_SERVED = {"pandas", "geopandas", "pyarrow", "pyogrio", "osmnx", "networkx", "matplotlib", "weasyprint", "folium"}
NOT_SERVED |= {"alembic.command", "alembic.config"}


def test_a_serving_process_loads_no_library_that_it_does_not_use() -> None:
    code = "import sys, app.serve; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "fastapi" in loaded
    assert loaded & NOT_SERVED == set()


def alive(kind: type) -> int:
    """Return how many objects of a kind there are."""
    gc.collect()
    # By the type itself: `isinstance` also asks a weak proxy, whose object may have gone.
    return sum(type(thing) is kind for thing in gc.get_objects())


def test_many_moments_and_choices_of_minutes_are_not_all_kept(bundled_engine: Engine) -> None:
    others = alive(Present)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for day in range(3 * WARM):
        present = present_coverage(bundled_engine, "car", begin + timedelta(days=day))
        for minutes in range(1, 2 * KEPT_FIGURES):
            present.figures((minutes,))
        assert len(present.kept) <= KEPT_FIGURES
        wish = {"moved": [{"id": "C02", "lon": 141.5 + day / 1000, "lat": 39.33}], "closed": [{"edge": day}]}
        try_what_if(bundled_engine, Trial.model_validate(wish))
    del present
    assert alive(Present) <= max(WARM, others)


def test_what_is_made_ready_apart_says_what_went_wrong(tmp_path: Path) -> None:
    with pytest.raises(DatabaseDownError, match="does not answer"):
        prepare_apart("postgresql://nobody:secret@127.0.0.1:1/nowhere", tmp_path, print)
