"""What a measurement starts from, kept warm between requests: inputs, snapped cells and the times as they are now."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.consultants.queries import Point
from app.coverage.ask_together import AskTogether
from app.coverage.figures import People, Times, figures
from app.coverage.inputs import Inputs, Question, describe, gather_inputs, pose_question, sha256
from app.coverage.measure_coverage import MINUTES, RUN_LENGTH
from app.coverage.models import CoverageRun
from app.coverage.queries import Stamp, find_stamp, get_run, state_of_inputs
from app.coverage.schemas import Figures
from app.coverage.speed_range import Positions, possible_positions
from app.coverage.travel import cell_points, departure_points
from app.database import answering, transaction
from app.documents.kept import Kept
from app.errors import NotReadyError
from app.register.queries import list_districts
from geo.roads.snapping import Snapped
from geo.travel.travel_time import travel_time_matrix

# Where the data are asked for: a session, which may have changed them, or an engine, for requests that only read.
Source = Session | Engine
# Three ways of travelling, today and on a day with closures; each is a few hundred kilobytes.
WARM = 6
KEPT_FIGURES = 8


@dataclass(frozen=True, eq=False)
class Present:
    """The coverage as it is: `fingerprint` and `run` are those of the stored run with the usual minutes.

    `description` are the inputs of that run in words and numbers.
    """

    fingerprint: str
    description: dict[str, Any]
    inputs: Inputs
    question: Question
    people: People
    cells: Snapped
    starts: Snapped
    times: Times
    borders: Sequence[tuple[str, BaseGeometry]]
    kept: Kept[tuple[int, ...], Figures] = field(default_factory=lambda: Kept(KEPT_FIGURES))

    @cached_property
    def best(self) -> NDArray[np.float32]:
        """Seconds until the first consultant is at each cell; inf where nobody arrives."""
        found: NDArray[np.float32] = self.times.min(axis=0, initial=np.inf)
        return found

    @cached_property
    def positions(self) -> Positions:
        """Where each base may be whose place is uncertain; nobody whose place is tried has one."""
        return possible_positions(self.inputs.network, self.inputs.postings, self.starts, self.question.profile)

    @property
    def run(self) -> str:
        """Return the id of the stored run, whose cells stand in the same order."""
        return self.fingerprint[:RUN_LENGTH]

    def figures(self, minutes: Sequence[int]) -> Figures:
        """Return the figures as they are now, for the last few choices of minutes from memory."""
        return self.kept.get(tuple(minutes), lambda: figures(self.people, self.inputs.postings, self.times, minutes))

    def district_at(self, place: Point) -> str | None:
        """Return the district that a place lies in, as cells get theirs."""
        point = shapely.Point(place)
        return next((name for name, border in self.borders if border.covers(point)), None)


_warm: Kept[tuple[str, str, str | None], Present] = Kept(WARM)
_asking: weakref.WeakKeyDictionary[Engine, AskTogether[str]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def present_coverage(source: Source, profile: str, at: datetime | None) -> Present:
    """Return the coverage as it is now, from memory unless something that it depends on has changed."""
    key = (_state(source), profile, at.isoformat() if at else None)
    found = _warm.recall(key)
    if found is not None:
        return found
    if isinstance(source, Session):
        return _warm.get(key, lambda: _gather(source, profile, at))
    # Connected before it waits for its turn: those who wait with a connection in hand must not starve it of one.
    with transaction(source) as session:
        return _warm.get(key, lambda: _gather(session, profile, at))


def current_stamp(session: Session, profile: str) -> Stamp:
    """Return which stored run is that of the data as they are now; say how to make it where there is none."""
    stamp = find_stamp(session, present_coverage(session, profile, None).fingerprint)
    if stamp is None:
        raise NotReadyError(
            "The coverage was not measured since the data changed. Measure it: `tono coverage`.",
            detail="データが変わってから、まだカバー状況を計算していません。",
        )
    return stamp


def current_run(session: Session, profile: str) -> CoverageRun:
    """Return the stored run of the data as they are now; say how to make it where there is none."""
    return get_run(session, current_stamp(session, profile).run)


def _state(source: Source) -> str:
    """Return the state of the data; those who ask an engine at one moment put the question together.

    A session may see what others do not yet, and asks for itself.
    """
    if isinstance(source, Session):
        return state_of_inputs(source)
    with _lock:
        together = _asking.setdefault(source, AskTogether())
    return together.ask(lambda: _state_outside(source))


def _state_outside(engine: Engine) -> str:
    """Return the state of the data, asked without a transaction to begin and to end around one question."""
    with answering(engine), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return state_of_inputs(connection)


def _gather(session: Session, profile: str, at: datetime | None) -> Present:
    inputs = gather_inputs(session)
    question = pose_question(session, inputs, profile, MINUTES, at)
    cells = cell_points(inputs.network, inputs.cells, question.profile)
    starts = departure_points(inputs.network, inputs.postings, question.profile)
    times = travel_time_matrix(inputs.network, starts, cells, profile=question.profile, closed=question.closed)
    districts = sorted(list_districts(session), key=lambda district: district.id)
    borders = [(item.name, to_shape(item.geometry)) for item in districts if item.geometry is not None]
    for _, border in borders:
        shapely.prepare(border)
    description = describe(inputs, question)
    return Present(
        fingerprint=sha256(description),
        description=description,
        inputs=inputs,
        question=question,
        people=People.of(inputs.cells, inputs.districts),
        cells=cells,
        starts=starts,
        times=times,
        borders=borders,
    )
