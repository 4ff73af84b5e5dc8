"""The slow work of scenarios: what the worker is handed, and how a page asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.errors import InputError
from app.jobs.models import Job
from app.jobs.queries import add_job, list_open
from app.scenarios import queries
from app.scenarios.keep_scenario import check_name, describe_wish, keep_scenario, read_wish, repeat_scenario
from app.siting.propose_sites import Wish, check

KEEP, REPEAT = "scenario", "repeat"
# Nobody waits for more, and a page that asks by mistake again and again fills nothing.
MOST_WAITING = 20
Report = Callable[[float, str], None]


def ask_to_keep(session: Session, name: str, wish: Wish) -> Job:
    """Put a scenario into the queue; its name must be free of what is stored and what waits."""
    check(wish)
    wanted = check_name(session, name)
    waiting = list_open(session, KEEP)
    if any(job.asked["name"] == wanted for job in waiting):
        raise queries.name_taken(wanted)
    _check_room(len(waiting))
    return add_job(session, KEEP, {"name": wanted, "wish": describe_wish(wish)}, "順番を待っています。")


def ask_to_repeat(session: Session, number: int) -> Job:
    """Put the repetition of a stored scenario into the queue."""
    scenario = queries.get_scenario(session, number)
    _check_room(len(list_open(session, REPEAT)))
    return add_job(session, REPEAT, {"scenario": number, "name": scenario.name}, "順番を待っています。")


def _check_room(waiting: int) -> None:
    if waiting >= MOST_WAITING:
        raise InputError(
            f"{waiting} jobs wait already.", detail="順番待ちの計算が多すぎます。終わってから始めてください。"
        )


def _keep(session: Session, asked: Mapping[str, Any], report: Report) -> Mapping[str, Any]:
    scenario = keep_scenario(session, asked["name"], read_wish(asked["wish"]), report)
    return {"scenario": scenario.id}


def _repeat(session: Session, asked: Mapping[str, Any], report: Report) -> Mapping[str, Any]:
    found = repeat_scenario(session, queries.get_scenario(session, asked["scenario"]), report)
    return {
        "scenario": asked["scenario"],
        "is_same": found.is_same,
        "changed": list(found.changed),
        "words": found.words,
    }


HANDLERS = {KEEP: _keep, REPEAT: _repeat}
