"""All SQL on jobs: ask for one, look, stop; and what a worker does with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, text, update
from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.jobs.models import Job

CHANNEL = "tono_job"
# The first half of the advisory locks that workers hold on the jobs they work on.
LOCKS = 7_203_208


@dataclass(frozen=True)
class Taken:
    """A job that a worker has taken up."""

    id: int
    kind: str
    asked: dict[str, Any]
    attempt: int


def add_job(session: Session, kind: str, asked: Mapping[str, Any], words: str) -> Job:
    """Put work into the queue; waiting workers are told when this transaction is kept."""
    job = Job(kind=kind, asked=dict(asked), words=words)
    session.add(job)
    session.flush()
    session.refresh(job)
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    return job


def listen(connection: Connection) -> None:
    """Let a connection be told of new work from now on."""
    connection.execute(text(f"LISTEN {CHANNEL}"))


def get_job(session: Session, number: int) -> Job:
    """Return one job."""
    job = session.get(Job, number, populate_existing=True)
    if job is None:
        raise NotFoundError(f"There is no job {number}.", detail="この作業は見つかりません。")
    return job


def list_jobs(session: Session, number: int) -> Sequence[Job]:
    """Return all that is not finished and the last few that are, the newest first."""
    return session.query(Job).order_by(Job.finished_at.is_not(None), Job.id.desc()).limit(number).all()


def list_open(session: Session, kind: str) -> Sequence[Job]:
    """Return the work of a kind that is not finished."""
    return session.query(Job).filter(Job.kind == kind, Job.finished_at.is_(None)).order_by(Job.id).all()


def stop_job(session: Session, number: int) -> Job:
    """Stop a job that is not finished; a worker on it can no longer keep anything of what it does."""
    session.execute(
        text("""
            UPDATE job SET state = 'stopped', finished_at = now(), words = '中止しました。何も保存していません。'
            WHERE id = :number AND state IN ('queued', 'running')
        """),
        {"number": number},
    )
    return get_job(session, number)


# --- for workers ------------------------------------------------------------------------------------------------------


def take_job(connection: Connection) -> Taken | None:
    """Take up the oldest job that waits, or whose worker is gone: a dead worker's connection has let go of its lock.

    The lock belongs to the connection and outlives the transaction.
    """
    number = connection.scalar(
        text("""
            SELECT id FROM job
            WHERE state = 'queued' OR (state = 'running' AND NOT EXISTS (
                SELECT FROM pg_locks
                WHERE locktype = 'advisory' AND classid = :locks AND objid = job.id AND objsubid = 2 AND granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            ))
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
        """),
        {"locks": LOCKS},
    )
    pair = {"locks": LOCKS, "number": number}
    if number is None or not connection.scalar(text("SELECT pg_try_advisory_lock(:locks, :number)"), pair):
        return None
    row = connection.execute(
        text("""
            UPDATE job SET state = 'running', attempt = attempt + 1 WHERE id = :number
            RETURNING id, kind, asked, attempt
        """),
        {"number": number},
    ).one()
    return Taken(*row)


def leave_job(connection: Connection, job: Taken) -> None:
    """Let go of the lock on a job."""
    connection.execute(text("SELECT pg_advisory_unlock(:locks, :number)"), {"locks": LOCKS, "number": job.id})


def report_progress(session: Session, job: Taken, share: float, words: str) -> bool:
    """Write down how far a job is, never less far than before; return whether it is still this worker's."""
    return _change(session, job, share=func.greatest(Job.share, share), words=words)


def finish_job(session: Session, job: Taken, result: Mapping[str, Any]) -> bool:
    """End a job with its result; return whether it was still this worker's."""
    values = {"share": 1.0, "words": "できました。", "result": dict(result), "finished_at": func.now()}
    return _change(session, job, state="done", **values)


def fail_job(session: Session, job: Taken, failure: str) -> bool:
    """End a job that cannot be done with the reason; return whether it was still this worker's."""
    return _change(session, job, state="failed", words="できませんでした。", failure=failure, finished_at=func.now())


def put_back(session: Session, job: Taken) -> bool:
    """Leave a job that is not finished to the next worker; return whether it was still this worker's."""
    return _change(session, job, state="queued", words="再開を待っています。")


def _change(session: Session, job: Taken, **values: Any) -> bool:
    """Change a job while it is this worker's: not stopped, and not taken up by another since."""
    ours = (Job.id == job.id, Job.attempt == job.attempt, Job.state == "running")
    return session.scalar(update(Job).where(*ours).values(**values).returning(Job.id)) is not None
