"""All SQL on what an absence or a cut road costs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.resilience.models import ResilienceRun


def find_resilience_run(session: Session, fingerprint: str) -> ResilienceRun | None:
    """Return what was worked out of exactly these inputs before."""
    return session.scalar(select(ResilienceRun).where(ResilienceRun.fingerprint == fingerprint))


def remove_resilience_runs_of(session: Session, dataset_ids: Sequence[int]) -> int:
    """Delete what was worked out from any of the datasets; return how many runs."""
    query = delete(ResilienceRun).where(ResilienceRun.dataset_ids.overlap(list(dataset_ids)))
    return len(session.execute(query.returning(ResilienceRun.id)).all())
