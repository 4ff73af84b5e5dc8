"""Speeds of a table from recorded trips.

The time of a trip is a sum over its roads and linear in the seconds per kilometre of each row of the table, as long as
the trip stays on the same roads. So the table is fitted by least squares to the roads that its own fastest trips use,
the trips are routed again with the new speeds, and so on until the error falls no more. A trip counts the less the
longer it took: the error of a sum grows with the root of what is summed. Each row is drawn towards the speed that it
had, the weaker the more trips speak for it: a row of the table is taken as known to within half of its time per
kilometre. Rows that hardly any trip uses, or that the trips tell too vaguely, keep their speed.

The fit takes for granted that people drive the fastest roads. Delays of the table stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import lsq_linear

from geo.roads.network import RoadNetwork
from geo.roads.profiles import BUILT_UP, Profile, SpeedRow
from geo.roads.snapping import Snapped, snap
from geo.travel.routes import Routes, shortest_routes, together

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# A row counts as driven by a trip that spends so many metres on it, and is fitted when so many trips do.
LEAST_M = 100.0
LEAST_TRIPS = 5
# How well the speed of the table is known before, as a share of the seconds per kilometre.
PRIOR_SHARE = 0.5
# A row that the trips do not tell better than this keeps its speed.
TELLING_SHARE = 0.25
# No speed is fitted that is more than this many times as fast or slow as before.
FARTHEST = 3.0
# A trip that takes this many times as long or short as expected, and not only by a few minutes, is no trip by these
# roads: a stop on the way, another vehicle, a wrong record.
IMPLAUSIBLE = 3.0
TOLERANCE_S = 180.0
# Times are written in whole minutes: they cannot be better known than to this.
LEAST_ERROR_S = 10.0
ROUNDS = 20
# So many rounds that do not lower the error by a thousandth end the fit.
PATIENCE = 3
LOWER = 0.999
# Half the width of a range that holds the true value in 95 of 100 cases, in standard errors.
WITHIN = 1.96
REASONS = ("off_network", "unreachable", "implausible")


@dataclass(frozen=True, eq=False)
class FittedRow:
    """What the trips say of one row of the table.

    Attributes
    ----------
    before : SpeedRow
        The row of the table that the fit began with.
    kmh : float
        Fitted speed; that of before where the row was not fitted.
    standard_error_kmh : float or None
        How far it may be wrong, in km/h; None where the row was not fitted.
    trips : int
        Trips that spend 100 m or more on it.
    km : float
        Kilometres of all trips on it.
    """

    before: SpeedRow
    kmh: float
    standard_error_kmh: float | None
    trips: int
    km: float

    @property
    def is_fitted(self) -> bool:
        """Whether the trips say enough of it."""
        return self.standard_error_kmh is not None

    @property
    def range_kmh(self) -> tuple[float, float]:
        """Slowest and fastest speed that may well be true; those of before where the row was not fitted.

        Returns
        -------
        tuple of float
            In km/h, with the fitted speed between them.
        """
        if self.standard_error_kmh is None:
            return self.before.low_kmh, self.before.high_kmh
        pace, error = 3600 / self.kmh, self.standard_error_kmh * 3600 / self.kmh**2
        slow, fast = pace + WITHIN * error, max(pace - WITHIN * error, pace / FARTHEST)
        return min(3600 / slow, self.kmh), max(3600 / fast, self.kmh)


@dataclass(frozen=True, eq=False)
class Fit:
    """A table fitted to trips.

    Attributes
    ----------
    profile : Profile
        With the fitted speeds.
    rows : tuple of FittedRow
        Every row of the table, in its order.
    reasons : tuple of (str or None)
        Why each trip was left out: one of `REASONS`; None for those that were used.
    seconds : (n,) array of float64
        Recorded time of each trip.
    before_s, after_s : (n,) array of float64
        Time of each trip by the table before and after; inf where there is no way.
    rounds : int
        How often trips were routed again.
    is_settled : bool
        Whether it ended because the error fell no more.
    """

    profile: Profile
    rows: tuple[FittedRow, ...]
    reasons: tuple[str | None, ...]
    seconds: Floats
    before_s: Floats
    after_s: Floats
    rounds: int
    is_settled: bool

    @property
    def used(self) -> Bools:
        """Whether each trip was used, (n,)."""
        return np.array([reason is None for reason in self.reasons], dtype=bool)

    def rmse_s(self, times: Floats) -> float:
        """Return the root mean square error of some times of the trips that were used.

        Parameters
        ----------
        times : (n,) array of float64
            `before_s` or `after_s`.

        Returns
        -------
        float
            Seconds.
        """
        return float(np.sqrt(np.mean((times - self.seconds)[self.used] ** 2)))

    def mae_s(self, times: Floats) -> float:
        """Return the mean absolute error of some times of the trips that were used.

        Parameters
        ----------
        times : (n,) array of float64
            `before_s` or `after_s`.

        Returns
        -------
        float
            Seconds.
        """
        return float(np.mean(np.abs((times - self.seconds)[self.used])))


@dataclass(frozen=True, eq=False)
class _Question:
    """Trips on a network, the trips of each day with what was closed then, and the table to be fitted."""

    network: RoadNetwork
    origins: Snapped
    destinations: Snapped
    seconds: Floats
    days: Sequence[tuple[Ints, Ints]]
    row: Ints
    rows: tuple[SpeedRow, ...]
    fastest: Floats


def fit_speeds(
    network: RoadNetwork,
    profile: Profile,
    origins: Floats,
    destinations: Floats,
    seconds: Floats,
    *,
    closed: Sequence[ArrayLike] | None = None,
    ceiling: Profile | None = None,
) -> Fit:
    """Return the speeds that explain recorded trips best.

    Parameters
    ----------
    network : RoadNetwork
        Roads.
    profile : Profile
        The table to begin with.
    origins, destinations : (n, 2) array of float
        lon, lat of both ends of each trip.
    seconds : (n,) array of float
        How long each trip took, above 0.
    closed : sequence of array_like of int, optional
        For each trip the edges that could not be used on its day.
    ceiling : Profile, optional
        No speed becomes faster than in this table.

    Returns
    -------
    Fit
        The fitted table and its error.

    Raises
    ------
    ValueError
        If a time is not above 0, the numbers of trips differ, or no trip can be explained at all.
    """
    seconds = np.asarray(seconds, dtype=float)
    if not (np.isfinite(seconds) & (seconds > 0)).all():
        raise ValueError("Every trip must take more than 0 s.")
    start, end = snap(network, origins, profile), snap(network, destinations, profile)
    if not len(start) == len(end) == len(seconds):
        raise ValueError(f"There are {len(start)} origins, {len(end)} destinations and {len(seconds)} times.")
    question = _question(network, profile, (start, end), seconds, ceiling)
    question = replace(question, days=_days(len(seconds), closed))
    first = _routes(question, profile)
    reasons = _reasons(question, first)
    used = np.array([reason is None for reason in reasons], dtype=bool)
    if not used.any():
        raise ValueError("None of the trips can be explained by the roads.")
    best, rounds, is_settled = _settle(question, profile, first, used)
    return Fit(
        profile=best.profile,
        rows=_fitted_rows(question, best, used),
        reasons=reasons,
        seconds=seconds,
        before_s=first.seconds,
        after_s=best.routes.seconds,
        rounds=rounds,
        is_settled=is_settled,
    )


def _question(
    network: RoadNetwork, profile: Profile, ends: tuple[Snapped, Snapped], seconds: Floats, ceiling: Profile | None
) -> _Question:
    rows = tuple(profile.rows())
    number = {row.name: index for index, row in enumerate(rows)}
    outside = np.array([number.get(name, -1) for name in network.highways], dtype=np.int64)
    inside = np.array([number.get(name + BUILT_UP, number.get(name, -1)) for name in network.highways], dtype=np.int64)
    row = outside[network.highway]
    if (inside != outside).any():
        row = np.where(network.is_built_up, inside[network.highway], row)
    limit = np.array([np.inf if ceiling is None else ceiling.kmh(entry.name) for entry in rows])
    return _Question(network, *ends, seconds, (), row, rows, np.where(np.isnan(limit), np.inf, limit))


def _days(count: int, closed: Sequence[ArrayLike] | None) -> list[tuple[Ints, Ints]]:
    """Return the trips that had the same roads closed, with these roads."""
    if closed is None:
        return [(np.arange(count), np.empty(0, dtype=np.int64))]
    if len(closed) != count:
        raise ValueError(f"There are {count} trips, but {len(closed)} lists of closed roads.")
    days: dict[bytes, list[int]] = {}
    for trip, edges in enumerate(closed):
        days.setdefault(np.unique(np.asarray(edges, dtype=np.int64)).tobytes(), []).append(trip)
    return [(np.array(mine), np.frombuffer(key, dtype=np.int64)) for key, mine in days.items()]


def _routes(question: _Question, profile: Profile) -> Routes:
    """Return the roads of all trips, each by the roads that were open on its day."""
    found = [
        (
            mine,
            shortest_routes(
                question.network, question.origins[mine], question.destinations[mine], profile, closed=shut
            ),
        )
        for mine, shut in question.days
    ]
    return together(found)


def _reasons(question: _Question, routes: Routes) -> tuple[str | None, ...]:
    on_network = question.origins.is_snapped & question.destinations.is_snapped
    expected, recorded = routes.seconds, question.seconds
    with np.errstate(invalid="ignore"):
        off = np.maximum(expected / recorded, recorded / expected) > IMPLAUSIBLE
        off &= np.abs(expected - recorded) > TOLERANCE_S
    reasons: list[str | None] = []
    for is_on, time, is_off in zip(on_network, expected, off, strict=True):
        reasons.append(REASONS[0] if not is_on else REASONS[1] if np.isinf(time) else REASONS[2] if is_off else None)
    return tuple(reasons)


def _kilometres(question: _Question, routes: Routes, used: Bools) -> tuple[Floats, Floats]:
    """Return the kilometres of each used trip on each row, and its seconds that hang on no speed."""
    count, rows = len(question.seconds), len(question.rows)
    km = question.network.length_m[routes.edge] * routes.share / 1000
    cell = routes.trip * rows + question.row[routes.edge]
    table: Floats = np.bincount(cell, weights=km, minlength=count * rows).reshape(count, rows).astype(np.float64)
    delay = np.array([row.delay_s for row in question.rows])[question.row[routes.edge]] * routes.share
    fixed = routes.walk_s + np.bincount(routes.trip, weights=delay, minlength=count)
    return table[used], fixed[used]


@dataclass(frozen=True, eq=False)
class _Guess:
    """A table with the roads that its trips use, how far it is off, and the standard errors of its rows."""

    profile: Profile
    routes: Routes
    off_s: float
    error: Floats


def _settle(question: _Question, profile: Profile, routes: Routes, used: Bools) -> tuple[_Guess, int, bool]:
    """Fit and route by turns; return the best guess, how often, and whether the error fell no more."""
    rows = len(question.rows)
    guess = best = _Guess(profile, routes, _off_s(question, routes, used), np.full(rows, np.nan))
    since = 0
    for number in range(1, ROUNDS + 1):
        guess = _next_guess(question, profile, guess, used)
        since = 0 if guess.off_s < LOWER * best.off_s else since + 1
        # The first guess is no fit: it has no errors.
        if number == 1 or guess.off_s < best.off_s:
            best = guess
        if since >= PATIENCE:
            return best, number, True
    return best, ROUNDS, False


def _off_s(question: _Question, routes: Routes, used: Bools) -> float:
    """Return the root mean square error, that of long trips weakened."""
    off = (routes.seconds - question.seconds)[used] * _weights(question.seconds[used])
    return float(np.sqrt(np.mean(off**2)))


def _weights(seconds: Floats) -> Floats:
    weights: Floats = np.sqrt(seconds.mean() / seconds)
    return weights


def _next_guess(question: _Question, profile: Profile, guess: _Guess, used: Bools) -> _Guess:
    before = np.array([3600 / row.kmh for row in question.rows])
    km, fixed = _kilometres(question, guess.routes, used)
    recorded = question.seconds[used]
    weights = _weights(recorded)
    limits = np.maximum(before / FARTHEST, 3600 / question.fastest), before * FARTHEST
    is_driven = (km * 1000 >= LEAST_M).sum(axis=0) >= LEAST_TRIPS
    noise = max(guess.off_s, LEAST_ERROR_S)
    pace, error, is_told = before, np.full(len(before), np.nan), is_driven
    # Twice: what is told too vaguely is no free number for the others.
    for _ in range(2):
        is_driven, pace, error = is_told, before.copy(), np.full(len(before), np.nan)
        if not is_driven.any():
            break
        left = (recorded - fixed - km[:, ~is_driven] @ before[~is_driven]) * weights
        ends = (limits[0][is_driven], limits[1][is_driven])
        pace[is_driven], error[is_driven] = _least_squares(
            km[:, is_driven] * weights[:, None], left, before[is_driven], ends, noise
        )
        is_told = is_driven & (np.nan_to_num(error, nan=np.inf) <= TELLING_SHARE * pace)
    pace, error = np.where(is_told, pace, before), np.where(is_told, error, np.nan)
    table = _with_pace(profile, question, pace, is_told)
    routes = _routes(question, table)
    return _Guess(table, routes, _off_s(question, routes, used), error)


def _least_squares(
    system: Floats, right: Floats, before: Floats, limits: tuple[Floats, Floats], noise_s: float
) -> tuple[Floats, Floats]:
    """Return seconds per kilometre of each row and their standard errors, both drawn towards what was before."""
    prior = noise_s / (PRIOR_SHARE * before)
    whole = np.vstack([system, np.diag(prior)])
    least, most = limits
    found = lsq_linear(whole, np.concatenate([right, prior * before]), bounds=(least, np.maximum(most, 1.001 * least)))
    doubt = noise_s * np.sqrt(np.diag(np.linalg.inv(whole.T @ whole)))
    return np.asarray(found.x, dtype=float), np.asarray(doubt)


def _with_pace(profile: Profile, question: _Question, pace: Floats, is_driven: Bools) -> Profile:
    rows = [
        replace(row, kmh=kmh, low_kmh=min(row.low_kmh, kmh), high_kmh=max(row.high_kmh, kmh))
        for row, kmh, is_new in zip(question.rows, (3600 / pace).tolist(), is_driven, strict=True)
        if is_new
    ]
    return profile.with_rows(rows)


def _fitted_rows(question: _Question, best: _Guess, used: Bools) -> tuple[FittedRow, ...]:
    km, _ = _kilometres(question, best.routes, used)
    found = []
    for number, row in enumerate(question.rows):
        kmh, mine, error = best.profile.kmh(row.name), km[:, number], best.error[number]
        doubt = None if np.isnan(error) else float(error * kmh**2 / 3600)
        found.append(FittedRow(row, kmh, doubt, int((mine * 1000 >= LEAST_M).sum()), float(mine.sum())))
    return tuple(found)
