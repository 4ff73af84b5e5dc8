"""All SQL on coverage runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from app.coverage.models import CoverageCell, CoverageRun
from app.datasets.queries import state_of
from app.errors import NotFoundError


class Stamp(NamedTuple):
    """Which run, and when it was measured."""

    run: str
    computed_at: datetime


def find_run(session: Session, fingerprint: str) -> CoverageRun | None:
    """Return the run with exactly these inputs, if it was measured before."""
    return session.scalar(select(CoverageRun).where(CoverageRun.fingerprint == fingerprint))


def get_run(session: Session, run_id: str) -> CoverageRun:
    """Return one run with its document."""
    run = session.get(CoverageRun, run_id)
    if run is None:
        raise _no_run(run_id)
    return run


def find_stamp(session: Session, fingerprint: str) -> Stamp | None:
    """Return which run has exactly these inputs, without its document."""
    query = select(CoverageRun.id, CoverageRun.computed_at).where(CoverageRun.fingerprint == fingerprint)
    row = session.execute(query).one_or_none()
    return row and Stamp(*row)


def get_stamp(session: Session, run_id: str) -> Stamp:
    """Return when a run was measured, without its document."""
    row = session.execute(select(CoverageRun.id, CoverageRun.computed_at).where(CoverageRun.id == run_id)).one_or_none()
    if row is None:
        raise _no_run(run_id)
    return Stamp(*row)


def _no_run(run_id: str) -> NotFoundError:
    return NotFoundError(f"There is no coverage run {run_id}.", detail="この計算結果は残っていません。")


def list_runs(session: Session, profile: str) -> Sequence[CoverageRun]:
    """Return the runs of a way of travelling, the newest first."""
    query = select(CoverageRun).where(CoverageRun.profile == profile)
    return session.scalars(query.order_by(CoverageRun.computed_at.desc(), CoverageRun.id)).all()


def list_run_cells(session: Session, run_id: str) -> Sequence[CoverageCell]:
    """Return what a run says of every cell, ordered by mesh code."""
    get_stamp(session, run_id)
    query = select(CoverageCell).where(CoverageCell.run_id == run_id).order_by(CoverageCell.mesh_code)
    return session.scalars(query).all()


def remove_runs_of(session: Session, dataset_ids: Sequence[int]) -> int:
    """Delete the runs that used any of the datasets; return how many."""
    gone = session.execute(
        delete(CoverageRun).where(CoverageRun.dataset_ids.overlap(list(dataset_ids))).returning(CoverageRun.id)
    )
    return len(gone.all())


# Every table that a measurement reads; `tests/app/test_what_if.py` holds that none is missing.
READ_TABLES = ("closure", "consultant", "dataset", "demand_cell", "district", "resource", "road_network", "speed_edit")


def state_of_inputs(session: Session | Connection) -> str:
    """Return a text that changes whenever a row that a measurement reads is added, changed or removed."""
    return state_of(session, READ_TABLES)
