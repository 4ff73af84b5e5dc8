"""All SQL on coverage runs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.orm import Session

from app.coverage.models import CoverageCell, CoverageRun, ResilienceRun
from app.errors import NotFoundError


def find_run(session: Session, fingerprint: str) -> CoverageRun | None:
    """Return the run with exactly these inputs, if it was measured before."""
    return session.scalar(select(CoverageRun).where(CoverageRun.fingerprint == fingerprint))


def get_run(session: Session, run_id: str) -> CoverageRun:
    """Return one run."""
    run = session.get(CoverageRun, run_id)
    if run is None:
        raise NotFoundError(f"There is no coverage run {run_id}.", detail="この計算結果は残っていません。")
    return run


def list_runs(session: Session, profile: str) -> Sequence[CoverageRun]:
    """Return the runs of a way of travelling, the newest first."""
    query = select(CoverageRun).where(CoverageRun.profile == profile)
    return session.scalars(query.order_by(CoverageRun.computed_at.desc(), CoverageRun.id)).all()


def list_run_cells(session: Session, run_id: str) -> Sequence[CoverageCell]:
    """Return what a run says of every cell, ordered by mesh code."""
    get_run(session, run_id)
    query = select(CoverageCell).where(CoverageCell.run_id == run_id).order_by(CoverageCell.mesh_code)
    return session.scalars(query).all()


def find_resilience_run(session: Session, fingerprint: str) -> ResilienceRun | None:
    """Return what was worked out of exactly these inputs before."""
    return session.scalar(select(ResilienceRun).where(ResilienceRun.fingerprint == fingerprint))


def remove_runs_of(session: Session, dataset_ids: Sequence[int]) -> int:
    """Delete the runs that used any of the datasets, and what was worked out of their loss; return how many runs."""
    session.execute(delete(ResilienceRun).where(ResilienceRun.dataset_ids.overlap(list(dataset_ids))))
    gone = session.execute(
        delete(CoverageRun).where(CoverageRun.dataset_ids.overlap(list(dataset_ids))).returning(CoverageRun.id)
    )
    return len(gone.all())


# Every table that a measurement reads; `tests/app/test_what_if.py` holds that none is missing.
READ_TABLES = ("closure", "consultant", "dataset", "demand_cell", "district", "resource", "road_network", "speed_edit")
_STATES = ", ".join(
    f"(SELECT concat_ws('.', count(*), sum(xmin::text::bigint), sum(hashtid(ctid)::bigint)) FROM {table})"  # noqa: S608  (our own names)
    for table in READ_TABLES
)
_STATE = text(f"SELECT concat_ws(' ', (SELECT oid FROM pg_database WHERE datname = current_database()), {_STATES})")  # noqa: S608


def state_of_inputs(session: Session | Connection) -> str:
    """Return a text that changes whenever a row that a measurement reads is added, changed or removed.

    PostgreSQL gives every new form of a row another transaction number or another place; so thousands of rows need not
    be read to know that they are as they were.
    """
    return str(session.scalar(_STATE))
