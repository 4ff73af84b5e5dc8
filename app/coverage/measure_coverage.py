"""Use case: consultants, roads and people as stored → who reaches whom in how many minutes, kept with its inputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.consultants.queries import list_postings
from app.coverage.figures import NO_DISTRICT, People, Times, figures
from app.coverage.models import CoverageCell, CoverageRun
from app.coverage.queries import find_run
from app.coverage.speed_range import add_range
from app.coverage.travel import Inputs, sha256, times_to_cells
from app.demand.queries import cell_dataset_ids, list_cells
from app.errors import NotReadyError
from app.register.queries import list_districts
from app.roads.queries import active_network, closed_edges, load_network
from app.roads.speeds import profile_in_use
from geo.coverage.people_reached import unreachable_reason
from geo.roads.snapping import Snapped
from geo.travel.travel_time import nearest_range

MINUTES = (10, 20, 30)
RUN_LENGTH = 12


def measure_coverage(
    session: Session, *, profile: str = "car", minutes: Sequence[int] = MINUTES, at: datetime | None = None
) -> CoverageRun:
    """Return the coverage run for the data as it is now, measured unless the same inputs were measured before."""
    inputs = gather_inputs(session, profile, minutes, at)
    description = inputs.describe()
    fingerprint = sha256(description)
    stored = find_run(session, fingerprint)
    if stored is not None:
        return stored
    times, starts, places = times_to_cells(inputs)
    seconds = nearest_range(inputs.network, starts, places, profile=inputs.profile, closed=inputs.closed)
    reasons = _reasons(inputs, times, places)
    people = People.of(inputs.cells, inputs.districts)
    document = {
        "run": fingerprint[:RUN_LENGTH],
        "fingerprint": fingerprint,
        "profile": profile,
        "at": inputs.at,
        "minutes": list(minutes),
        "network": dict(inputs.network_facts),
        **add_range(figures(people, inputs.postings, times, minutes), people, seconds, minutes),
        "unreachable": _unreachable(inputs, reasons, places),
    }
    run = CoverageRun(
        id=fingerprint[:RUN_LENGTH],
        fingerprint=fingerprint,
        profile=profile,
        at=at,
        minutes=list(minutes),
        dataset_ids=sorted(
            {active_network(session).dataset_id, *cell_dataset_ids(session), *(p.dataset_id for p in inputs.postings)}
        ),
        inputs=description,
        document=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        cells=_cells(inputs, times, reasons, places),
    )
    session.add(run)
    session.flush()
    return run


def gather_inputs(session: Session, profile: str, minutes: Sequence[int], at: datetime | None) -> Inputs:
    """Return all that a run depends on, as it is stored now."""
    chosen = profile_in_use(session, profile)
    row = active_network(session)
    network = load_network(session, row)
    cells = list_cells(session)
    if not cells:
        raise NotReadyError(
            "There are no people yet. Load them: `tono demand load FILE`, or the bundled data: `tono demo load`.",
            detail="人口のデータがまだありません。",
        )
    return Inputs(
        network=network,
        network_facts=row.describe(),
        districts=[district.name for district in list_districts(session)],
        profile=chosen,
        minutes=minutes,
        postings=list_postings(session),
        cells=cells,
        closed=closed_edges(session, network, at),
        at=at.isoformat() if at else None,
    )


def _reasons(inputs: Inputs, times: Times, places: Snapped) -> list[str | None]:
    reached: NDArray[np.bool_] = np.isfinite(times.min(axis=0, initial=np.inf))
    open_times = None
    if len(inputs.closed) and not reached.all():
        open_times = times_to_cells(inputs, closed=False)[0].min(axis=0, initial=np.inf)
    why = unreachable_reason(places.is_snapped, open_times)
    return [None if there else reason for there, reason in zip(reached, why, strict=True)]


def _unreachable(inputs: Inputs, reasons: Sequence[str | None], places: Snapped) -> list[dict[str, Any]]:
    return [
        {
            "mesh_code": cell.mesh_code,
            "population": cell.population,
            "reason": reason,
            "snap_m": _metres(places.distance_m[number]),
        }
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
