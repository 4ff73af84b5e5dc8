"""What both questions of resilience share: their inputs, and the document kept with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.coverage.figures import NO_DISTRICT
from app.coverage.keep_warm import present_coverage
from app.coverage.measure_coverage import RUN_LENGTH, gather_inputs
from app.coverage.models import ResilienceRun
from app.coverage.queries import find_resilience_run
from app.coverage.travel import Inputs, sha256
from app.demand.queries import cell_dataset_ids
from app.errors import InputError, NotReadyError
from app.roads.queries import active_network

Kind = Literal["backup", "critical-roads"]
MINUTES = 20
WORST = 10
MOST_MINUTES = 240
# Raised when the way of working out changes, so that an old result is never taken for a new one.
METHOD = 2


@dataclass(frozen=True)
class Question:
    """What is asked; the number of the worst counts for roads only."""

    kind: Kind
    minutes: int = MINUTES
    profile: str = "car"
    at: datetime | None = None
    worst: int = WORST


def current_resilience(session: Session, kind: Kind, profile: str) -> ResilienceRun:
    """Return what is stored for the data as it is now; say how to make it where there is nothing."""
    question = Question(kind, profile=profile)
    inputs = present_coverage(session, profile, None).description | {"minutes": [question.minutes]}
    run = find_resilience_run(session, sha256(_description(question, inputs)))
    if run is None:
        raise NotReadyError(
            f"This was not worked out since the data changed. Do it: `tono {kind} --profile {profile}`.",
            detail="データが変わってから、まだ計算していません。"
            f"サーバーで tono {kind} --profile {profile} を実行してください。",
        )
    return run


def kept(session: Session, question: Question, work_out: Callable[[Inputs], dict[str, Any]]) -> ResilienceRun:
    """Return the answer to a question for the data as it is now, worked out unless it was before."""
    if not 0 < question.minutes <= MOST_MINUTES:
        raise InputError(f"--minutes must lie between 1 and {MOST_MINUTES}; got {question.minutes}.")
    if question.worst <= 0:
        raise InputError(f"--worst must be above 0; got {question.worst}.")
    inputs = _inputs(session, question)
    description = _description(question, inputs.describe())
    fingerprint = sha256(description)
    stored = find_resilience_run(session, fingerprint)
    if stored is not None:
        return stored
    document = {
        "run": fingerprint[:RUN_LENGTH],
        "fingerprint": fingerprint,
        "profile": question.profile,
        "at": inputs.at,
        "minutes": question.minutes,
        "network": dict(inputs.network_facts),
        **work_out(inputs),
    }
    run = ResilienceRun(
        id=fingerprint[:RUN_LENGTH],
        fingerprint=fingerprint,
        kind=question.kind,
        profile=question.profile,
        at=question.at,
        minutes=question.minutes,
        dataset_ids=sorted(
            {active_network(session).dataset_id, *cell_dataset_ids(session), *(p.dataset_id for p in inputs.postings)}
        ),
        inputs=description,
        document=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
    )
    session.add(run)
    session.flush()
    return run


def by_district(inputs: Inputs, cells: list[int]) -> list[dict[str, Any]]:
    """Return the people of some cells by district, most first, of equals in the city's order."""
    order = [*inputs.districts, NO_DISTRICT]
    people: dict[str, int] = {}
    for number in cells:
        name = inputs.cells[number].district or NO_DISTRICT
        people[name] = people.get(name, 0) + inputs.cells[number].population
    rows = sorted(people.items(), key=lambda row: (-row[1], order.index(row[0])))
    return [{"name": name, "population": count} for name, count in rows]


def _inputs(session: Session, question: Question) -> Inputs:
    return gather_inputs(session, question.profile, [question.minutes], question.at)


def _description(question: Question, inputs: dict[str, Any]) -> dict[str, Any]:
    asked = {"resilience": question.kind, "resilience_method": METHOD}
    return {**asked, **({} if question.kind == "backup" else {"worst": question.worst}), **inputs}
