"""Use case: consultants moved, added or removed, roads closed → whom they would reach; nothing is stored."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.consultants.queries import Posting
from app.coverage.figures import Times, figures, nearest_posting
from app.coverage.inputs import sha256
from app.coverage.keep_warm import Present, Source, present_coverage
from app.coverage.schemas import Figures
from app.coverage.speed_range import add_range, measure_ranges
from app.coverage.travel import departure_points
from app.documents.minutes import seconds_of
from app.errors import InputError
from app.what_if.schemas import ClosedEdge, CompactCells, Difference, DistrictChange, PlacedConsultant, Tried
from app.what_if.trial import Added, ClosedRoad, Moved, Trial
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR
from geo.roads.snapping import Snapped, snap
from geo.travel.travel_time import travel_time_matrix

ADDED = "+"
# What is closed may be a motorway or a tunnel, where no trip begins.
ANY_ROAD_FOR_CARS = replace(CAR, through_only=frozenset())
NOBODY = 65_535
LONGEST = NOBODY - 1
# Twenty threads that compute at once fight for the interpreter and each of them takes nearly twice the time.
_computing = threading.Semaphore(max(1, (os.cpu_count() or 1) // 2))
DIGITS = 6


def try_what_if(source: Source, trial: Trial) -> Tried:
    """Return the figures of a placement that is only tried, and what it changes for how many people."""
    present = present_coverage(source, trial.profile, trial.at)
    with _computing:
        return _measure(present, trial)


def _measure(present: Present, trial: Trial) -> Tried:
    inputs, question = present.inputs, present.question
    minutes = sorted(set(trial.minutes))
    postings = _postings(present, trial)
    changed = {item.id for item in trial.moved}
    starts = _starts(present, postings, changed)
    roads, edges = _closed_roads(inputs.network, trial.closed)
    closed = np.union1d(question.closed, edges) if len(edges) else question.closed
    times = travel_time_matrix(inputs.network, starts, present.cells, profile=question.profile, closed=closed)
    best = times.min(axis=0, initial=np.inf)
    now = present.figures(minutes)
    then: Figures = figures(present.people, postings, times, minutes)
    if trial.with_range:
        asked = replace(question, closed=closed)
        ranges = measure_ranges(inputs.network, postings, starts, present.cells, asked, positions=present.positions)
        then = add_range(then, present.people, ranges, minutes)
    first_added = len(postings) - len(trial.added)
    return Tried(
        fingerprint=sha256({"present": present.fingerprint, "trial": trial.model_dump(mode="json")}),
        profile=trial.profile,
        at=question.moment,
        minutes=minutes,
        network=inputs.network_facts,
        **{name: getattr(then, name) for name in then.model_fields_set},
        difference=_difference(present, best, now, then, minutes),
        placed=[
            _placed(posting, starts.distance_m[row], starts.lonlat[row], question.profile.max_snap_m)
            for row, posting in enumerate(postings)
            if posting.code in changed or row >= first_added
        ],
        closed=roads,
        cells=_compact(present, best, nearest_posting(times)),
    )


# --- who sets out from where, on which roads ----------------------------------------------------------------------


def _postings(present: Present, trial: Trial) -> list[Posting]:
    """Return the consultants of the trial: those of today in their order, then the added ones."""
    moved = {item.id: item for item in trial.moved}
    unknown = sorted({*moved, *trial.removed} - {posting.code for posting in present.inputs.postings})
    if unknown:
        raise InputError(
            f"There is no consultant {', '.join(unknown)}.", detail=f"相談員 {'、'.join(unknown)} の登録はありません。"
        )
    kept = [posting for posting in present.inputs.postings if posting.code not in trial.removed]
    stay = [_moved(present, posting, moved[posting.code]) if posting.code in moved else posting for posting in kept]
    return stay + [_added(present, number, item) for number, item in enumerate(trial.added, start=1)]


def _starts(present: Present, postings: Sequence[Posting], moved: Collection[str]) -> Snapped:
    """Return where trips begin; only those who were moved or added are looked up on the roads."""
    rows = {posting.code: row for row, posting in enumerate(present.inputs.postings) if posting.code not in moved}
    new = [posting for posting in postings if posting.code not in rows]
    rows |= {posting.code: len(present.starts) + number for number, posting in enumerate(new)}
    found = present.starts.joined(departure_points(present.inputs.network, new, present.question.profile))
    return found[[rows[posting.code] for posting in postings]]


def _moved(present: Present, posting: Posting, to: Moved) -> Posting:
    place = (to.lon, to.lat)
    return replace(posting, location=place, access_point=None, accuracy_m=None, district=present.district_at(place))


def _added(present: Present, number: int, item: Added) -> Posting:
    place = (item.lon, item.lat)
    return Posting(
        code=f"{ADDED}{number}",
        base_id=0,
        base=item.base or f"追加{number}",
        district=present.district_at(place),
        location=place,
        access_point=None,
        accuracy_m=None,
        is_assumed=True,
        note="",
        dataset_id=0,
    )


def _closed_roads(network: RoadNetwork, wanted: Sequence[ClosedRoad]) -> tuple[list[ClosedEdge], NDArray[np.int64]]:
    """Return what is told of each closed road, and the edges; a point closes the nearest road for cars."""
    if not wanted:
        return [], np.empty(0, dtype=np.int64)
    last = network.edge_count - 1
    unknown = sorted({road.edge for road in wanted if road.edge is not None and road.edge > last})
    if unknown:
        raise InputError(
            f"There is no edge {unknown[0]}; the last is {last}.",
            detail=f"番号 {unknown[0]} の道はありません(0〜{last})。道路網が新しくなったのかもしれません。",
        )
    by_point = [road for road in wanted if road.edge is None]
    found = snap(
        network, np.array([(road.lon, road.lat) for road in by_point], dtype=float).reshape(-1, 2), ANY_ROAD_FOR_CARS
    )
    snapped = iter(zip(found.edge.tolist(), found.distance_m.tolist(), strict=True))
    told, edges = [], []
    for road in wanted:
        edge, distance_m = (road.edge, None) if road.edge is not None else next(snapped)
        told.append(_road(network, road, edge, distance_m))
        if edge >= 0:
            edges.append(edge)
    return told, np.unique(np.array(edges, dtype=np.int64))


def _road(network: RoadNetwork, asked: ClosedRoad, edge: int, distance_m: float | None) -> ClosedEdge:
    is_road = edge >= 0
    return ClosedEdge(
        lon=asked.lon,
        lat=asked.lat,
        edge=edge if is_road else None,
        reason=None if is_road else "off_network",
        distance_m=None if distance_m is None else _metres(distance_m),
        limit_m=CAR.max_snap_m,
        highway=network.highways[network.highway[edge]] if is_road else None,
        length_m=round(float(network.length_m[edge]), 1) if is_road else None,
        line=_line(network, edge) if is_road else None,
    )


def _line(network: RoadNetwork, edge: int) -> list[list[float]]:
    points: list[list[float]] = np.round(np.asarray(network.lines[edge].coords), DIGITS).tolist()
    return points


def _placed(posting: Posting, distance_m: float, road: NDArray[np.float64], limit_m: float) -> PlacedConsultant:
    """Return where a consultant was put, and how far the road is; too far, and no trip begins there."""
    lon, lat = posting.location or (None, None)
    is_road = bool(np.isfinite(road).all())
    return PlacedConsultant(
        id=posting.code,
        lon=lon,
        lat=lat,
        district=posting.district,
        reason=None if is_road else "off_network",
        distance_m=_metres(distance_m),
        limit_m=limit_m,
        road=np.round(road, DIGITS).tolist() if is_road else None,
    )


def _metres(value: float) -> float | None:
    return round(float(value), 1) if np.isfinite(value) else None


# --- what it changes ----------------------------------------------------------------------------------------------


def _difference(present: Present, after: Times, now: Figures, then: Figures, minutes: Sequence[int]) -> Difference:
    """Return who is reached now and was not (gained), and who was and is no more (lost), within each of the minutes."""
    before, counts = present.best, present.people.counts
    cutoffs = dict(zip(map(str, minutes), seconds_of(minutes), strict=True))
    gained = {key: int(counts[(before > cutoff_s) & (after <= cutoff_s)].sum()) for key, cutoff_s in cutoffs.items()}
    lost = {key: int(counts[(before <= cutoff_s) & (after > cutoff_s)].sum()) for key, cutoff_s in cutoffs.items()}
    return Difference(
        gained=gained,
        lost=lost,
        covered=_less(then.covered, now.covered),
        unreachable_population=then.unreachable_population - now.unreachable_population,
        districts=[
            DistrictChange(name=row.name, covered=_less(row.covered, old.covered))
            for row, old in zip(then.districts, now.districts, strict=True)
        ],
    )


def _less(then: dict[str, int], now: dict[str, int]) -> dict[str, int]:
    return {key: value - now[key] for key, value in then.items()}


def _compact(present: Present, best: Times, nearest: NDArray[np.intp]) -> CompactCells:
    """Return the cells in the order of the stored run: seconds, rounded up, and the row of the nearest consultant."""
    reached = np.isfinite(best)
    seconds = np.where(reached, np.minimum(np.ceil(best), LONGEST), NOBODY)
    return CompactCells(
        run=present.run,
        count=len(best),
        seconds=_base64(seconds),
        nearest=_base64(np.where(reached, nearest, NOBODY)),
    )


def _base64(values: NDArray[Any]) -> str:
    """Return whole numbers up to 65,535 as base64 of two bytes each, the lower one first; 65,535 means nobody."""
    return base64.b64encode(values.astype("<u2").tobytes()).decode()
