"""Use case: consultants, roads and people as stored → who reaches whom in how many minutes, kept with its inputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.consultants.queries import list_postings
from app.coverage.models import CoverageCell, CoverageRun
from app.coverage.queries import find_run
from app.coverage.travel import Inputs, sha256, times_to_cells
from app.demand.queries import cell_dataset_ids, list_cells
from app.errors import InputError, NotReadyError
from app.resources.queries import list_districts
from app.roads.queries import active_network, closures_at, load_network
from geo.closures import pieces_along
from geo.coverage import Coverage, coverage, unreachable_reason
from geo.profiles import PROFILES
from geo.snapping import Snapped

MINUTES = (10, 20, 30)
NO_DISTRICT = "地区外"
RUN_LENGTH = 12
Times = NDArray[np.float32]


def measure_all(session: Session, say: Callable[[str], None] = lambda _: None) -> None:
    """Measure the coverage for every profile with the usual minutes, or say what is missing for it."""
    try:
        for name in PROFILES:
            run = measure_coverage(session, profile=name)
            say(f"Coverage by {name}: run {run.id}")
    except NotReadyError as error:
        say(f"No coverage yet: {error}")


def current_run(session: Session, profile: str) -> CoverageRun:
    """Return the stored run for the data as it is now; say how to make it where there is none."""
    run = find_run(session, sha256(gather_inputs(session, profile, MINUTES, None).describe()))
    if run is None:
        raise NotReadyError(
            "The coverage was not measured since the data changed. Measure it: `tono coverage`.",
            detail="データが変わってから、まだカバー状況を計算していません。",
        )
    return run


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
    times, places = times_to_cells(inputs)
    reasons = _reasons(inputs, times, places)
    document = {
        "run": fingerprint[:RUN_LENGTH],
        "fingerprint": fingerprint,
        "profile": profile,
        "at": inputs.at,
        "minutes": list(minutes),
        "network": dict(inputs.network_facts),
        **_figures(inputs, times),
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
    if profile not in PROFILES:
        raise InputError(f"There is no profile {profile!r}; there are {', '.join(PROFILES)}.")
    row = active_network(session)
    network = load_network(session, row)
    cells = list_cells(session)
    if not cells:
        raise NotReadyError(
            "There are no people yet. Load them: `tono demand load FILE`, or the bundled data: `tono demo load`.",
            detail="人口のデータがまだありません。",
        )
    closures = closures_at(session, at)
    return Inputs(
        network=network,
        network_facts=row.describe(),
        districts=[district.name for district in list_districts(session)],
        profile=PROFILES[profile],
        minutes=minutes,
        postings=list_postings(session),
        cells=cells,
        closed=pieces_along(network, [to_shape(closure.geometry) for closure in closures]),
        at=at.isoformat() if at else None,
    )


def _reasons(inputs: Inputs, times: Times, places: Snapped) -> list[str | None]:
    reached: NDArray[np.bool_] = np.isfinite(times.min(axis=0, initial=np.inf))
    open_times = None
    if len(inputs.closed) and not reached.all():
        open_times = times_to_cells(inputs, closed=False)[0].min(axis=0, initial=np.inf)
    why = unreachable_reason(places.is_snapped, open_times)
    return [None if there else reason for there, reason in zip(reached, why, strict=True)]


def _figures(inputs: Inputs, times: Times) -> dict[str, Any]:
    cutoffs = [60 * value for value in inputs.minutes]
    people = np.array([cell.population for cell in inputs.cells], dtype=np.int64)
    best = times.min(axis=0, initial=np.inf)
    whole = coverage(best, people, cutoffs)
    return {
        "population": whole.total,
        **_covered(inputs, whole),
        "districts": _districts(inputs, best, people),
        "consultants": _consultants(inputs, times, people),
    }


def _covered(inputs: Inputs, found: Coverage) -> dict[str, Any]:
    keys = [str(value) for value in inputs.minutes]
    return {
        "covered": dict(zip(keys, found.covered, strict=True)),
        "uncovered": dict(zip(keys, found.beyond, strict=True)),
        "unreachable_population": found.unreachable,
        "mean_s": None if found.mean_s is None else round(found.mean_s, 1),
        "p95_s": None if found.p95_s is None else round(found.p95_s, 1),
    }


def _districts(inputs: Inputs, best: NDArray[np.float32], people: NDArray[np.int64]) -> list[dict[str, Any]]:
    names = np.array([cell.district or NO_DISTRICT for cell in inputs.cells], dtype=object)
    staffed = {posting.district for posting in inputs.postings}
    wanted = [*inputs.districts, *([NO_DISTRICT] if NO_DISTRICT in names else [])]
    cutoffs = [60 * value for value in inputs.minutes]
    rows = []
    for name in wanted:
        mine = names == name
        found = coverage(best[mine], people[mine], cutoffs)
        rows.append(
            {"name": name, "population": found.total, **_covered(inputs, found), "has_consultant": name in staffed}
        )
    return rows


def _consultants(inputs: Inputs, times: Times, people: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Return for each consultant the people nearest to it, and all people within its minutes, whoever is nearest."""
    nearest = np.where(np.isfinite(times).any(axis=0), times.argmin(axis=0), -1) if len(times) else np.array([])
    return [
        {
            "id": posting.code,
            "base": posting.base,
            "catchment_population": int(people[nearest == number].sum()),
            "covered": {str(value): int(people[times[number] <= 60 * value].sum()) for value in inputs.minutes},
        }
        for number, posting in enumerate(inputs.postings)
    ]


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
