"""The worker: takes jobs from the queue one at a time, in a thread beside the web service.

A job is a worker's while the worker's connection holds the advisory lock on it. When its process dies, however it dies,
PostgreSQL ends the connection and lets go of the lock; the next worker that looks takes the job up again. The result is
kept in one transaction with the end of the job, and only if the job is still this worker's: it is there once or not at
all.
"""

from __future__ import annotations

import logging
import socket
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any

from psycopg import Connection as PsycopgConnection
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from app.database import answering, transaction
from app.errors import DatabaseDownError, ServiceError
from app.jobs import queries
from app.jobs.queries import Taken

log = logging.getLogger("tono.jobs")
# Told by the database at once when there is work; looks by itself for what a dead worker left behind.
LOOK_EVERY_S = 5.0
STOP_WITHIN_S = 10.0
MOST_ATTEMPTS = 5

Report = Callable[[float, str], None]
# What does the work: in a session whose changes are kept together with the end of the job, it returns plain data.
Handler = Callable[[Session, Mapping[str, Any], Report], Mapping[str, Any]]


class NotOursError(Exception):
    """The job was stopped, or taken up by another worker; nothing of the work may be kept."""


class ClosingError(Exception):
    """The service ends; the job is left to the next worker."""


class Worker:
    """One thread that works off the queue of a database."""

    def __init__(self, engine: Engine, handlers: Mapping[str, Handler]) -> None:
        self.engine = engine
        self.handlers = handlers
        self._closing = threading.Event()
        self._ear, self._mouth = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what it is working on is left to the next worker."""
        self._closing.set()
        self._mouth.send(b".")
        self._thread.join(STOP_WITHIN_S)
        if not self._thread.is_alive():
            self._ear.close()
            self._mouth.close()

    def _run(self) -> None:
        is_down = False
        while not self._closing.is_set():
            try:
                with answering(self.engine), self._listening() as connection:
                    is_down = False
                    self._work(connection)
            except (DatabaseDownError, DBAPIError) as error:
                if not is_down:
                    log.warning("The worker waits for the database: %s", error)
                is_down = True
                self._closing.wait(LOOK_EVERY_S)
            except Exception:
                log.exception("The worker begins anew")
                self._closing.wait(LOOK_EVERY_S)

    @contextmanager
    def _listening(self) -> Iterator[Connection]:
        """Give a connection that hears of new work and is never used again: its locks end with it."""
        connection = self.engine.connect()
        try:
            connection.detach()
            with connection.begin():
                queries.listen(connection)
            yield connection
        finally:
            connection.close()

    def _work(self, connection: Connection) -> None:
        while not self._closing.is_set():
            with connection.begin():
                job = queries.take_job(connection)
            if job is None:
                self._wait(connection)
                continue
            self._do(job)
            with connection.begin():
                queries.leave_job(connection, job)

    def _wait(self, connection: Connection) -> None:
        """Wait until there may be work, or the end."""
        line = connection.connection.dbapi_connection
        assert isinstance(line, PsycopgConnection)  # noqa: S101  (the engine is made for it)
        # What was told during the last query is no longer on the line, but kept aside.
        if not list(line.notifies(timeout=0)):
            wait([line.fileno(), self._ear.fileno()], LOOK_EVERY_S)

    def _do(self, job: Taken) -> None:
        """Work on one job and keep its result, or the reason why there is none."""
        try:
            if job.attempt > MOST_ATTEMPTS:
                self._fail(job, "途中で何度も止まったため、取りやめました。条件を軽くして、もう一度始めてください。")
                return
            self._keep(job)
        except NotOursError:
            log.info("Job %s was stopped.", job.id)
        except ClosingError:
            with transaction(self.engine) as session:
                queries.put_back(session, job)
        except (DatabaseDownError, OperationalError, InterfaceError):
            raise  # The job stays ours in name only; whoever reaches the database next takes it up again.
        except ServiceError as error:
            self._fail(job, "。".join(filter(None, (error.title, error.detail))))
        except Exception:
            number = uuid.uuid4().hex[:8]
            log.exception("Job %s failed: %s", job.id, number)
            self._fail(job, f"予期しない誤りが起きました。番号 {number} を担当者に伝えてください。")

    def _keep(self, job: Taken) -> None:
        """Do the work and keep what it changed together with the end of the job, or nothing."""
        with transaction(self.engine) as session:
            result = self.handlers[job.kind](session, job.asked, self._report(job))
            if not queries.finish_job(session, job, result):
                raise NotOursError

    def _report(self, job: Taken) -> Report:
        def report(share: float, words: str) -> None:
            if self._closing.is_set():
                raise ClosingError
            with transaction(self.engine) as session:
                is_ours = queries.report_progress(session, job, share, words)
            if not is_ours:
                raise NotOursError

        return report

    def _fail(self, job: Taken, failure: str) -> None:
        with transaction(self.engine) as session:
            queries.fail_job(session, job, failure)


@contextmanager
def working(engine: Engine, handlers: Mapping[str, Handler]) -> Iterator[Worker]:
    """Let a worker work off the queue while the block lasts."""
    worker = Worker(engine, handlers)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
