"""What a measurement starts from, kept warm between requests: inputs, snapped cells and the times as they are now."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
from app.coverage.measure_coverage import MINUTES, RUN_LENGTH, gather_inputs
from app.coverage.queries import state_of_inputs
from app.coverage.travel import Inputs, cell_points, departure_points, sha256
from app.database import answering, transaction
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
    """The coverage as it is: `fingerprint` and `run` are those of the stored run with the usual minutes."""

    fingerprint: str
    inputs: Inputs
    people: People
    cells: Snapped
    starts: Snapped
    times: Times
    borders: Sequence[tuple[str, BaseGeometry]]
    kept: OrderedDict[tuple[int, ...], dict[str, Any]] = field(default_factory=OrderedDict)

    @cached_property
    def best(self) -> NDArray[np.float32]:
        """Seconds until the first consultant is at each cell; inf where nobody arrives."""
        found: NDArray[np.float32] = self.times.min(axis=0, initial=np.inf)
        return found

    @property
    def run(self) -> str:
        """Return the id of the stored run, whose cells stand in the same order."""
        return self.fingerprint[:RUN_LENGTH]

    def figures(self, minutes: Sequence[int]) -> dict[str, Any]:
        """Return the figures as they are now, for the last few choices of minutes from memory."""
        key = tuple(minutes)
        found = self.kept.get(key)
        if found is None:
            found = figures(self.people, self.inputs.postings, self.times, minutes)
            with _lock:
                self.kept[key] = found
                while len(self.kept) > KEPT_FIGURES:
                    self.kept.popitem(last=False)
        return found

    def district_at(self, place: Point) -> str | None:
        """Return the district that a place lies in, as cells get theirs."""
        point = shapely.Point(place)
        return next((name for name, border in self.borders if border.covers(point)), None)


_warm: OrderedDict[tuple[str, str, str | None], Present] = OrderedDict()
_asking: weakref.WeakKeyDictionary[Engine, AskTogether[str]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()
_gathering = threading.Lock()


def present_coverage(source: Source, profile: str, at: datetime | None) -> Present:
    """Return the coverage as it is now, from memory unless something that it depends on has changed."""
    key = (_state(source), profile, at.isoformat() if at else None)
    found = _recall(key)
    if found is None:
        # Whoever asks at the same moment waits for the first instead of doing the same work.
        with _gathering:
            found = _recall(key) or _gathered(source, profile, at)
            with _lock:
                _warm[key] = found
                while len(_warm) > WARM:
                    _warm.popitem(last=False)
    return found


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


def _recall(key: tuple[str, str, str | None]) -> Present | None:
    with _lock:
        if key in _warm:
            _warm.move_to_end(key)
        return _warm.get(key)


def _gathered(source: Source, profile: str, at: datetime | None) -> Present:
    if isinstance(source, Session):
        return _gather(source, profile, at)
    with transaction(source) as session:
        return _gather(session, profile, at)


def _gather(session: Session, profile: str, at: datetime | None) -> Present:
    inputs = gather_inputs(session, profile, MINUTES, at)
    cells = cell_points(inputs.network, inputs.cells, inputs.profile)
    starts = departure_points(inputs.network, inputs.postings, inputs.profile)
    times = travel_time_matrix(inputs.network, starts, cells, profile=inputs.profile, closed=inputs.closed)
    districts = sorted(list_districts(session), key=lambda district: district.id)
    borders = [(item.name, to_shape(item.geometry)) for item in districts if item.geometry is not None]
    for _, border in borders:
        shapely.prepare(border)
    return Present(
        fingerprint=sha256(replace(inputs, minutes=MINUTES).describe()),
        inputs=inputs,
        people=People.of(inputs.cells, inputs.districts),
        cells=cells,
        starts=starts,
        times=times,
        borders=borders,
    )
