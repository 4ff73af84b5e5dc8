"""Use case: consultants, roads and people as stored → who reaches whom in how many minutes, kept with its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.coverage.figures import NO_DISTRICT, People, Times, figures
from app.coverage.inputs import Inputs, Question, describe, gather_inputs, pose_question, sha256
from app.coverage.models import CoverageCell, CoverageRun
from app.coverage.queries import find_run
from app.coverage.schemas import CoverageDocument, UnreachableCell
from app.coverage.speed_range import add_range, measure_ranges, possible_positions
from app.coverage.travel import times_to_cells
from geo.coverage.people_reached import unreachable_reason
from geo.roads.snapping import Snapped

MINUTES = (10, 20, 30)
RUN_LENGTH = 12


def measure_coverage(
    session: Session, *, profile: str = "car", minutes: Sequence[int] = MINUTES, at: datetime | None = None
) -> CoverageRun:
    """Return the coverage run for the data as it is now, measured unless the same inputs were measured before."""
    inputs = gather_inputs(session)
    question = pose_question(session, inputs, profile, minutes, at)
    description = describe(inputs, question)
    fingerprint = sha256(description)
    stored = find_run(session, fingerprint)
    if stored is not None:
        return stored
    times, starts, places = times_to_cells(inputs, question)
    positions = possible_positions(inputs.network, inputs.postings, starts, question.profile)
    ranges = measure_ranges(inputs.network, inputs.postings, starts, places, question, positions=positions)
    reasons = _reasons(inputs, question, times, places)
    people = People.of(inputs.cells, inputs.districts)
    found = add_range(figures(people, inputs.postings, times, minutes), people, ranges, minutes)
    document = CoverageDocument(
        run=fingerprint[:RUN_LENGTH],
        fingerprint=fingerprint,
        profile=profile,
        at=question.moment,
        minutes=list(minutes),
        network=inputs.network_facts,
        **dict(found),
        unreachable=_unreachable(inputs, reasons, places),
    )
    run = CoverageRun(
        id=fingerprint[:RUN_LENGTH],
        fingerprint=fingerprint,
        profile=profile,
        at=at,
        minutes=list(minutes),
        dataset_ids=list(inputs.dataset_ids),
        inputs=description,
        document=document.model_dump_json(),
        cells=_cells(inputs, times, reasons, places),
    )
    session.add(run)
    session.flush()
    return run


def _reasons(inputs: Inputs, question: Question, times: Times, places: Snapped) -> list[str | None]:
    reached: NDArray[np.bool_] = np.isfinite(times.min(axis=0, initial=np.inf))
    open_times = None
    if len(question.closed) and not reached.all():
        open_times = times_to_cells(inputs, question, closed=False)[0].min(axis=0, initial=np.inf)
    why = unreachable_reason(places.is_snapped, open_times)
    return [None if there else reason for there, reason in zip(reached, why, strict=True)]


def _unreachable(inputs: Inputs, reasons: Sequence[str | None], places: Snapped) -> list[UnreachableCell]:
    return [
        UnreachableCell(
            mesh_code=cell.mesh_code,
            population=cell.population,
            reason=reason,
            snap_m=_metres(places.distance_m[number]),
        )
        for number, (cell, reason) in enumerate(zip(inputs.cells, reasons, strict=True))
        if reason
    ]


def _metres(value: float) -> float | None:
    return round(float(value), 1) if np.isfinite(value) else None


def _cells(inputs: Inputs, times: Times, reasons: Sequence[str | None], places: Snapped) -> list[CoverageCell]:
    nearest = times.argmin(axis=0) if len(times) else np.zeros(len(inputs.cells), dtype=np.int64)
    return [
        CoverageCell(
            mesh_code=cell.mesh_code,
            district=cell.district or NO_DISTRICT,
            population=cell.population,
            households=cell.households,
            travel_time_s=None if reason else float(times[nearest[number], number]),
            consultant=None if reason else inputs.postings[nearest[number]].code,
            reason=reason,
            snap_m=_metres(places.distance_m[number]),
        )
        for number, (cell, reason) in enumerate(zip(inputs.cells, reasons, strict=True))
    ]
