"""Use case: measure anew whatever depends on data that changed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.coverage.measure_coverage import measure_coverage
from app.errors import NotReadyError
from app.resilience.measure_resilience import measure_resilience
from geo.roads import PROFILES


def measure_all(session: Session, say: Callable[[str], None] = lambda _: None) -> None:
    """Measure the coverage and its backup for every profile with the usual minutes, or say what is missing for it."""
    try:
        for name in PROFILES:
            run = measure_coverage(session, profile=name)
            measure_resilience(session, name)
            say(f"Coverage by {name}: run {run.id}")
    except NotReadyError as error:
        say(f"No coverage yet: {error}")
