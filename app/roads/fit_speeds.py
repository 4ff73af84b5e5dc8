"""Use case: recorded trips → the speeds that explain them best, with the error before and after; kept when wished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.errors import InputError
from app.roads.edit_speeds import Signature, keep_rows
from app.roads.queries import active_network, closures_at, edges_of, load_network
from app.roads.read_trips import Trip, Unexplained, read_trips
from app.roads.speeds import profiles_in_use
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR, CAR_WINTER, SpeedRow
from geo.travel.speed_fitting import Fit, FittedRow, fit_speeds

REASON_TITLES = {
    "no_place": "出発地か到着地の経度・緯度が数字ではありません",
    "not_on_globe": "経度と緯度が地球の上の点ではありません(入れ替わっているかもしれません)",
    "no_time": "かかった分が0より大きい数字ではありません",
    "no_departure": "出発の日時が読めません(例: 2026-05-12 9:30)",
    "fields": "項目の数が見出しと違います",
    "off_network": "出発地か到着地が道路から離れすぎています",
    "unreachable": "道路がつながっていないか、その日は通行止めのため行けません",
    "implausible": "道のりに合わない時間です(途中の用事、別の乗り物、書き間違いなど)",
}


@dataclass(frozen=True)
class Fitted:
    """What a file of trips says of a table."""

    profile: str
    file: str
    trips: Sequence[Trip]
    fit: Fit
    unexplained: Sequence[Unexplained]

    def describe(self) -> dict[str, Any]:
        """Return the document of the fit."""
        fit, days = self.fit, sorted(trip.departure for trip in self.trips)
        return {
            "profile": self.profile,
            "file": self.file,
            "trips": {"rows": len(self.trips) + _faults(self), "used": int(fit.used.sum())},
            "departures": [days[0].isoformat(), days[-1].isoformat()],
            "error": {
                when: {"rmse_s": round(fit.rmse_s(times), 1), "mae_s": round(fit.mae_s(times), 1)}
                for when, times in (("before", fit.before_s), ("after", fit.after_s))
            },
            "rounds": fit.rounds,
            "is_settled": fit.is_settled,
            "rows": [_describe(row) for row in fit.rows],
            "unexplained": [asdict(row) | {"text": REASON_TITLES[row.reason]} for row in self.unexplained],
        }


def fit_trips(session: Session, file: Path, profile: str) -> Fitted:
    """Return the speeds that explain the trips of a file best; nothing is stored."""
    profiles = profiles_in_use(session)
    if profile not in profiles:
        raise InputError(f"There is no profile {profile!r}; there are {', '.join(profiles)}.")
    trips, faults = read_trips(file)
    network = load_network(session, active_network(session))
    origins = np.array([trip.origin for trip in trips]).reshape(-1, 2)
    destinations = np.array([trip.destination for trip in trips]).reshape(-1, 2)
    seconds = np.array([trip.seconds for trip in trips])
    closed = _closed(session, network, trips)
    ceiling = profiles[CAR.name] if profile == CAR_WINTER.name else None
    try:
        fit = fit_speeds(network, profiles[profile], origins, destinations, seconds, closed=closed, ceiling=ceiling)
    except ValueError as error:
        first = f" Row {faults[0].row}: {faults[0].reason}." if faults else ""
        raise InputError(f"{file}: {error}{first} Nothing was changed.") from error
    unexplained = [
        Unexplained(trip.row, reason, trip.seconds / 60, float(expected) / 60 if np.isfinite(expected) else None)
        for trip, reason, expected in zip(trips, fit.reasons, fit.before_s, strict=True)
        if reason
    ]
    return Fitted(profile, file.name, trips, fit, sorted([*faults, *unexplained], key=lambda fault: fault.row))


def _closed(session: Session, network: RoadNetwork, trips: Sequence[Trip]) -> list[NDArray[np.int64]]:
    """Return the edges that were closed when each trip set out."""
    known: dict[tuple[int, ...], NDArray[np.int64]] = {}
    closed = []
    for trip in trips:
        closures = closures_at(session, trip.departure)
        key = tuple(closure.id for closure in closures)
        if key not in known:
            known[key] = edges_of(network, closures)
        closed.append(known[key])
    return closed


def keep_fit(session: Session, fitted: Fitted, signed: Signature) -> int:
    """Keep the rows that were fitted, and return how many."""
    rows = [_as_row(row, fitted) for row in fitted.fit.rows if row.is_fitted]
    if not rows:
        raise InputError("The trips are too few for any road class; nothing was changed.")
    # A row for built-up areas follows the road outside unless it is kept itself; without trips it stays what it is.
    outside = {row.highway for row in rows if not row.is_built_up}
    unmoved = [row.before for row in fitted.fit.rows if not row.is_fitted and row.before.is_built_up]
    keep_rows(session, fitted.profile, [*rows, *(row for row in unmoved if row.highway in outside)], signed)
    return len(rows)


def _faults(fitted: Fitted) -> int:
    known = {trip.row for trip in fitted.trips}
    return sum(row.row not in known for row in fitted.unexplained)


def _as_row(row: FittedRow, fitted: Fitted) -> SpeedRow:
    low, high = row.range_kmh
    return replace(
        row.before,
        kmh=row.kmh,
        low_kmh=low,
        high_kmh=high,
        source=f"記録した移動{fitted.fit.used.sum()}件に合わせた値({fitted.file})",
        reason=f"この道を通った移動{row.trips}件の誤差から見た95%の幅",
    )


def _describe(row: FittedRow) -> dict[str, Any]:
    low, high = row.range_kmh
    return {
        "highway": row.before.highway,
        "is_built_up": row.before.is_built_up,
        "before_kmh": round(row.before.kmh, 1),
        "kmh": round(row.kmh, 1),
        "standard_error_kmh": None if row.standard_error_kmh is None else round(row.standard_error_kmh, 2),
        "low_kmh": round(low, 1),
        "high_kmh": round(high, 1),
        "trips": row.trips,
        "km": round(row.km, 1),
        "is_fitted": row.is_fitted,
    }
