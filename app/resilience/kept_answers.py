"""What both questions of resilience share: their inputs, and the document kept with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.coverage.figures import NO_DISTRICT
from app.coverage.inputs import Inputs, Question, describe, gather_inputs, pose_question, sha256
from app.coverage.keep_warm import present_coverage
from app.coverage.measure_coverage import RUN_LENGTH
from app.demand.queries import dataset_ids as demand_dataset_ids
from app.demand.queries import named_places
from app.errors import InputError, NotReadyError
from app.resilience.models import ResilienceRun
from app.resilience.queries import find_resilience_run
from app.resilience.schemas import BackupDocument, CriticalRoadsDocument, PeopleOfDistrict, ResilienceHead

Kind = Literal["backup", "critical-roads"]
MINUTES = 20
WORST = 10
MOST_MINUTES = 240
# Raised when the way of working out changes, so that an old result is never taken for a new one.
METHOD = 3
DOCUMENTS: dict[Kind, type[ResilienceHead]] = {"backup": BackupDocument, "critical-roads": CriticalRoadsDocument}


@dataclass(frozen=True)
class Wish:
    """What is asked; the number of the worst counts for roads only."""

    kind: Kind
    minutes: int = MINUTES
    profile: str = "car"
    at: datetime | None = None
    worst: int = WORST


def current_resilience(session: Session, kind: Kind, profile: str) -> ResilienceRun:
    """Return what is stored for the data as it is now; say how to make it where there is nothing."""
    wish = Wish(kind, profile=profile)
    inputs = present_coverage(session, profile, None).description | {"minutes": [wish.minutes]}
    run = find_resilience_run(session, sha256(_description(session, wish, inputs)))
    if run is None:
        raise NotReadyError(
            f"This was not worked out since the data changed. Do it: `tono {kind} --profile {profile}`.",
            detail="データが変わってから、まだ計算していません。"
            f"サーバーで tono {kind} --profile {profile} を実行してください。",
        )
    return run


def kept(session: Session, wish: Wish, work_out: Callable[[Inputs, Question], dict[str, Any]]) -> ResilienceRun:
    """Return the answer to a wish for the data as it is now, worked out unless it was before."""
    if not 0 < wish.minutes <= MOST_MINUTES:
        raise InputError(f"--minutes must lie between 1 and {MOST_MINUTES}; got {wish.minutes}.")
    if wish.worst <= 0:
        raise InputError(f"--worst must be above 0; got {wish.worst}.")
    inputs, question = _gathered(session, wish)
    description = _description(session, wish, describe(inputs, question))
    fingerprint = sha256(description)
    stored = find_resilience_run(session, fingerprint)
    if stored is not None:
        return stored
    document = DOCUMENTS[wish.kind].model_validate(
        {
            "run": fingerprint[:RUN_LENGTH],
            "fingerprint": fingerprint,
            "profile": wish.profile,
            "at": question.moment,
            "minutes": wish.minutes,
            "network": inputs.network_facts,
            **work_out(inputs, question),
        }
    )
    run = ResilienceRun(
        id=fingerprint[:RUN_LENGTH],
        fingerprint=fingerprint,
        kind=wish.kind,
        profile=wish.profile,
        at=wish.at,
        minutes=wish.minutes,
        dataset_ids=_dataset_ids(session, wish, inputs),
        inputs=description,
        document=document.model_dump_json(by_alias=True),
    )
    session.add(run)
    session.flush()
    return run


def by_district(inputs: Inputs, cells: Sequence[int], people: Sequence[int]) -> list[PeopleOfDistrict]:
    """Return people of some cells by district, most first, of equals in the city's order."""
    order = [*inputs.districts, NO_DISTRICT]
    counts: dict[str, int] = {}
    for number, count in zip(cells, people, strict=True):
        name = inputs.cells[number].district or NO_DISTRICT
        counts[name] = counts.get(name, 0) + count
    rows = sorted(counts.items(), key=lambda row: (-row[1], order.index(row[0])))
    return [PeopleOfDistrict(name=name, population=count) for name, count in rows]


def _gathered(session: Session, wish: Wish) -> tuple[Inputs, Question]:
    inputs = gather_inputs(session)
    return inputs, pose_question(session, inputs, wish.profile, [wish.minutes], wish.at)


def _dataset_ids(session: Session, wish: Wish, inputs: Inputs) -> list[int]:
    if wish.kind == "backup":
        return list(inputs.dataset_ids)
    return sorted({*inputs.dataset_ids, *demand_dataset_ids(session)})


def _description(session: Session, wish: Wish, inputs: dict[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {"resilience": wish.kind, "resilience_method": METHOD}
    if wish.kind == "critical-roads":
        # Roads without a name are called by the settlement beside them.
        places = named_places(session)
        asked |= {"worst": wish.worst, "settlements": sha256([places.names, places.lonlat.tolist()])}
    return asked | inputs
