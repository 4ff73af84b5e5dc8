"""The queue with real workers: each job once, whatever dies; a result once or not at all; progress that only grows."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app import serve
from app.database import create_database_engine, transaction
from app.errors import InputError
from app.jobs import queries, worker
from app.jobs.models import Job
from app.jobs.worker import Handler, Worker, working
from app.settings import Settings

PATIENCE_S = 30
SOON_S = 0.05


@pytest.fixture(scope="module")
def queue_url(new_database) -> Iterator[str]:
    """Return the address of a database with a table for what the work leaves behind."""
    with new_database("jobs") as url:
        engine = create_database_engine(url)
        with transaction(engine) as session:
            session.execute(text("CREATE TABLE work (job integer, worker text)"))
            session.execute(text("GRANT SELECT, INSERT ON work TO tono_app"))
        engine.dispose()
        yield url


@pytest.fixture
def queue(queue_url: str, as_web_role: Callable[[str], str]) -> Iterator[Engine]:
    """Return an engine on an empty queue, with the role of the web service."""
    owner = create_database_engine(queue_url)
    with transaction(owner) as session:
        session.execute(text("TRUNCATE job, work"))
    owner.dispose()
    engine = create_database_engine(as_web_role(queue_url), pool_size=10)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def look_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers look for what others left behind at once."""
    monkeypatch.setattr(worker, "LOOK_EVERY_S", SOON_S)


def ask(engine: Engine, number: int = 1, kind: str = "work") -> list[int]:
    """Put jobs into the queue; return their numbers."""
    with transaction(engine) as session:
        return [queries.add_job(session, kind, {"n": n}, "順番を待っています。").id for n in range(number)]


def state_of(engine: Engine, number: int) -> Job:
    """Return a job as it is stored."""
    with transaction(engine) as session:
        return queries.get_job(session, number)


def left_behind(engine: Engine) -> list[tuple[int, str]]:
    """Return what the work left behind."""
    with transaction(engine) as session:
        return [(row[0], row[1]) for row in session.execute(text("SELECT job, worker FROM work ORDER BY job"))]


def leave(session: Session, number: int, name: str) -> None:
    """Leave something behind."""
    session.execute(text("INSERT INTO work VALUES (:job, :worker)"), {"job": number, "worker": name})


class Held:
    """Work that says when it has begun and goes on when it is told."""

    def __init__(self, name: str = "held") -> None:
        self.name = name
        self.begun, self.may_go_on, self.ended = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, session: Session, asked: Mapping[str, Any], report: worker.Report) -> Mapping[str, Any]:
        """Leave something behind, wait, report, end."""
        try:
            leave(session, asked["n"], self.name)
            session.flush()
            self.begun.set()
            assert self.may_go_on.wait(PATIENCE_S)
            report(0.5, "半分です。")
        finally:
            self.ended.set()
        return {"by": self.name}


def at_once(name: str, done: threading.Event) -> Handler:
    """Return work that is done at once."""

    def handler(session: Session, asked: Mapping[str, Any], _: worker.Report) -> Mapping[str, Any]:
        leave(session, asked["n"], name)
        done.set()
        return {"by": name}

    return handler


def test_two_workers_never_take_one_job(queue: Engine) -> None:
    first, second = ask(queue, 2)
    with queue.connect() as one, queue.connect() as two, one.begin(), two.begin():
        # Neither has said yet what it took.
        taken = [queries.take_job(one), queries.take_job(two)]
        assert [job and job.id for job in taken] == [first, second]
        with queue.connect() as three, three.begin():
            assert queries.take_job(three) is None
        for connection, job in zip((one, two), taken, strict=True):
            queries.leave_job(connection, job)


def test_many_workers_do_every_job_once(queue: Engine) -> None:
    number, lock, done = 60, threading.Lock(), threading.Event()
    seen: list[int] = []
    meeting = threading.Barrier(4)

    def handler(session: Session, asked: Mapping[str, Any], report: worker.Report) -> Mapping[str, Any]:
        if asked["n"] < meeting.parties:
            meeting.wait(PATIENCE_S)  # All four are at work at the same time, on four jobs.
        report(0.5, "半分です。")
        leave(session, asked["n"], threading.current_thread().name)
        with lock:
            seen.append(asked["n"])
            if len(seen) >= number:
                done.set()
        return {"n": asked["n"]}

    workers = [Worker(queue, {"work": handler}) for _ in range(meeting.parties)]
    for one in workers:
        one.start()
    jobs = ask(queue, number)
    assert done.wait(PATIENCE_S)
    for one in workers:
        one.stop()
    assert sorted(seen) == list(range(number))
    assert [job for job, _ in left_behind(queue)] == list(range(number))
    ended = [state_of(queue, job) for job in jobs]
    assert {(job.state, job.attempt, job.share) for job in ended} == {("done", 1, 1.0)}
    assert [job.result for job in ended] == [{"n": n} for n in range(number)]


DOOMED = """
import sys, threading
from sqlalchemy import text
from app.database import create_database_engine
from app.jobs.worker import Worker

def handler(session, asked, report):
    session.execute(text("INSERT INTO work VALUES (0, 'doomed')"))
    report(0.6, "もうすぐです。")
    print("begun", flush=True)
    threading.Event().wait()

Worker(create_database_engine(sys.argv[1]), {"work": handler}).start()
threading.Event().wait()
"""


def test_what_a_killed_process_worked_on_is_done_by_another(queue: Engine, root) -> None:
    (job,) = ask(queue)
    address = queue.url.render_as_string(hide_password=False)
    with subprocess.Popen([sys.executable, "-c", DOOMED, address], stdout=subprocess.PIPE, cwd=root) as doomed:
        assert doomed.stdout.readline() == b"begun\n"
        before = state_of(queue, job)
        assert (before.state, before.attempt, before.share) == ("running", 1, 0.6)
        with queue.connect() as other, other.begin():
            assert queries.take_job(other) is None  # While it lives, nobody else takes it.
        doomed.kill()
    done = threading.Event()
    with working(queue, {"work": at_once("other", done)}):
        assert done.wait(PATIENCE_S)
    after = state_of(queue, job)
    assert (after.state, after.attempt, after.result) == ("done", 2, {"by": "other"})
    assert left_behind(queue) == [(0, "other")]


# The server has the databases of other test processes as well.
HOLDER = """
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def test_a_worker_that_lost_its_job_without_knowing_keeps_nothing(queue: Engine, queue_url: str) -> None:
    (job,) = ask(queue)
    cut_off, done = Held("cut off"), threading.Event()
    with working(queue, {"work": cut_off}):
        assert cut_off.begun.wait(PATIENCE_S)
        owner = create_database_engine(queue_url)
        with owner.connect() as connection:
            holder = connection.scalar(text(HOLDER))
        owner.dispose()
        with transaction(queue) as session:
            session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": holder})
        with working(queue, {"work": at_once("other", done)}):
            assert done.wait(PATIENCE_S)
        cut_off.may_go_on.set()
        assert cut_off.ended.wait(PATIENCE_S)
    after = state_of(queue, job)
    assert (after.state, after.attempt, after.result) == ("done", 2, {"by": "other"})
    assert left_behind(queue) == [(0, "other")]


def test_what_is_stopped_before_it_begins_never_runs(queue: Engine) -> None:
    stopped, other = ask(queue, 2)
    with transaction(queue) as session:
        assert queries.stop_job(session, stopped).state == "stopped"
    done = threading.Event()
    with working(queue, {"work": at_once("worker", done)}):
        assert done.wait(PATIENCE_S)
    assert (state_of(queue, stopped).state, state_of(queue, other).state) == ("stopped", "done")
    assert left_behind(queue) == [(1, "worker")]


def test_what_is_stopped_while_it_runs_keeps_nothing_and_the_worker_goes_on(queue: Engine) -> None:
    (job,) = ask(queue)
    held, done = Held(), threading.Event()
    with working(queue, {"work": held, "next": at_once("next", done)}):
        assert held.begun.wait(PATIENCE_S)
        with transaction(queue) as session:
            assert queries.stop_job(session, job).state == "stopped"
        held.may_go_on.set()
        ask(queue, kind="next")
        assert done.wait(PATIENCE_S)
    assert (state_of(queue, job).state, state_of(queue, job).result) == ("stopped", None)
    assert left_behind(queue) == [(0, "next")]


def test_what_has_ended_cannot_be_stopped(queue: Engine) -> None:
    (job,) = ask(queue)
    done = threading.Event()
    with working(queue, {"work": at_once("worker", done)}):
        assert done.wait(PATIENCE_S)
    with transaction(queue) as session:
        assert queries.stop_job(session, job).state == "done"


def test_a_stop_that_comes_with_the_result_leaves_one_of_the_two(queue: Engine) -> None:
    """The result is there exactly if the job says that it is done."""
    for _ in range(10):
        (job,) = ask(queue)
        held = Held(f"job {job}")
        with working(queue, {"work": held}):
            assert held.begun.wait(PATIENCE_S)
            stopping = threading.Thread(target=lambda number: stop(queue, number), args=(job,))
            held.may_go_on.set()
            stopping.start()
            stopping.join(PATIENCE_S)
            assert held.ended.wait(PATIENCE_S)
        is_done = state_of(queue, job).state == "done"
        assert is_done is ((0, held.name) in left_behind(queue))


def stop(engine: Engine, number: int) -> None:
    """Stop a job."""
    with transaction(engine) as session:
        queries.stop_job(session, number)


def test_when_the_service_ends_the_job_waits_for_the_next(queue: Engine) -> None:
    (job,) = ask(queue)
    held, done = Held(), threading.Event()
    closing = Worker(queue, {"work": held})
    closing.start()
    assert held.begun.wait(PATIENCE_S)
    closing._closing.set()
    held.may_go_on.set()
    closing.stop()
    waiting = state_of(queue, job)
    assert (waiting.state, waiting.finished_at) == ("queued", None)
    with working(queue, {"work": at_once("next", done)}):
        assert done.wait(PATIENCE_S)
    assert left_behind(queue) == [(0, "next")]


def test_a_refusal_is_told_and_a_fault_is_a_number(queue: Engine) -> None:
    refused, broken, unknown, last = (ask(queue, kind=kind)[0] for kind in ("refuse", "break", "unheard", "work"))
    done = threading.Event()

    def refuse(*_: object) -> Mapping[str, Any]:
        raise InputError("no", detail="分は1以上にしてください。")

    def fall(session: Session, *_: object) -> Mapping[str, Any]:
        session.execute(text("SELECT secret FROM nowhere"))
        raise AssertionError

    with working(queue, {"refuse": refuse, "break": fall, "work": at_once("worker", done)}):
        assert done.wait(PATIENCE_S)
    assert state_of(queue, refused).failure == "入力に誤りがあります。分は1以上にしてください。"
    for job in (broken, unknown):
        failure = state_of(queue, job).failure
        assert failure.startswith("予期しない誤りが起きました。番号 ")
        assert "secret" not in failure
    assert state_of(queue, last).state == "done"


def test_a_job_that_kills_every_worker_is_given_up(queue: Engine) -> None:
    (job,) = ask(queue)
    for attempt in range(1, worker.MOST_ATTEMPTS + 1):
        with queue.connect() as connection:
            connection.detach()
            with connection.begin():
                taken = queries.take_job(connection)
            assert taken.attempt == attempt
    done = threading.Event()
    with working(queue, {"work": at_once("never", done), "last": at_once("last", done)}):
        ask(queue, kind="last")
        assert done.wait(PATIENCE_S)
    assert state_of(queue, job).state == "failed"
    assert left_behind(queue) == [(0, "last")]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shares=st.lists(st.floats(0, 1), min_size=1, max_size=6), again=st.integers(0, 5))
def test_progress_only_grows(queue: Engine, shares: list[float], again: int) -> None:
    ask(queue)
    with queue.connect() as connection:
        with connection.begin():
            taken = queries.take_job(connection)
        seen = [0.0]
        for number, share in enumerate(shares):
            with transaction(queue) as session:
                if number == again:
                    # Another worker begins anew, from nothing.
                    assert queries.put_back(session, taken)
            if number == again:
                with connection.begin():
                    queries.leave_job(connection, taken)
                    taken = queries.take_job(connection)
            with transaction(queue) as session:
                assert queries.report_progress(session, taken, share, f"{number}")
            job = state_of(queue, taken.id)
            seen.append(job.share)
            assert job.words == f"{number}"
        assert seen == sorted(seen)
        assert seen[-1] == max(shares)
        with transaction(queue) as session:
            assert queries.finish_job(session, taken, {})
            assert not queries.report_progress(session, taken, 0.1, "late")
        with connection.begin():
            queries.leave_job(connection, taken)


def test_without_a_database_the_worker_waits_and_can_be_ended() -> None:
    engine = create_database_engine("postgresql://nobody:secret@127.0.0.1:1/nowhere")
    with working(engine, {}) as waiting:
        pass
    assert not waiting._thread.is_alive()
    engine.dispose()


def test_the_service_has_a_worker_while_it_serves(queue: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def run(*_: object, **__: object) -> None:
        ask(queue)
        assert done.wait(PATIENCE_S)

    monkeypatch.setattr(serve, "HANDLERS", {"work": at_once("service", done)})
    monkeypatch.setattr(serve.uvicorn, "run", run)
    address = queue.url.render_as_string(hide_password=False)
    serve.serve_forever(Settings(), address, 8000, lambda _: None)
    assert left_behind(queue) == [(0, "service")]
    assert not [thread for thread in threading.enumerate() if thread.name == "jobs" and thread.is_alive()]
