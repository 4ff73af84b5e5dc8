"""The speed tables in use: those that come with the product, and what the city changed in them.

Whoever measures a time takes the way of travelling from here, so that one table stands behind every figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from app.errors import InputError
from app.roads.models import SpeedEdit
from app.roads.queries import speed_edits_in_force
from geo.roads.profiles import BUILT_UP, CAR, CAR_WINTER, PROFILES, Profile, SpeedRow
from geo.roads.speed_tables import in_built_up, in_winter

Rows = Mapping[str, SpeedRow]


def profile_in_use(session: Session, name: str) -> Profile:
    """Return a way of travelling with the speeds that hold now."""
    if name not in PROFILES:
        raise InputError(f"There is no profile {name!r}; there are {', '.join(PROFILES)}.")
    return profiles_in_use(session)[name]


def profiles_in_use(session: Session) -> dict[str, Profile]:
    """Return all ways of travelling with the speeds that hold now."""
    return profiles_with(speed_edits_in_force(session))


def profiles_with(edits: Iterable[SpeedEdit]) -> dict[str, Profile]:
    """Return all ways of travelling with some changes.

    What was changed for ordinary days holds in built-up areas too, and in winter as much slower as before, unless these
    were changed themselves.
    """
    changed: dict[str, dict[str, SpeedRow]] = {name: {} for name in PROFILES}
    for edit in edits:
        row = row_of(edit)
        changed[edit.profile][row.name] = row
    car = PROFILES[CAR.name].with_rows(_with_built_up(changed[CAR.name]).values())
    winter = _winter(car, changed[CAR.name], changed[CAR_WINTER.name])
    others = {name: PROFILES[name].with_rows(rows.values()) for name, rows in changed.items()}
    return others | {CAR.name: car, CAR_WINTER.name: winter}


def faster_in_winter(profiles: Mapping[str, Profile]) -> list[str]:
    """Return the rows on which a car would be faster, or wait less, in winter than on ordinary days."""
    car, winter = profiles[CAR.name], profiles[CAR_WINTER.name]
    rows = [name + suffix for name in car.speed_kmh for suffix in ("", BUILT_UP)]
    return [row for row in rows if winter.kmh(row) > car.kmh(row) or winter.delay(row) < car.delay(row)]


def _winter(car: Profile, changed: Rows, changed_in_winter: Rows) -> Profile:
    """Return the car in winter; what follows from other changes never makes it faster than on ordinary days."""
    followers = {name: in_winter(row) for name, row in _with_built_up(changed).items()}
    followers |= {row.name: row for row in _with_built_up(changed_in_winter).values()}
    plain = PROFILES[CAR_WINTER.name].with_rows(followers.values())
    rows = [_not_faster(row, car) for row in plain.rows() if row.name not in changed_in_winter]
    return plain.with_rows([*rows, *changed_in_winter.values()]) if changed or changed_in_winter else plain


def _not_faster(row: SpeedRow, car: Profile) -> SpeedRow:
    kmh = min(row.kmh, car.kmh(row.name))
    low, high = min(row.low_kmh, kmh), max(row.high_kmh, kmh)
    return replace(row, kmh=kmh, low_kmh=low, high_kmh=high, delay_s=max(row.delay_s, car.delay(row.name)))


def _with_built_up(rows: Rows) -> dict[str, SpeedRow]:
    """Return rows, and what follows from them for built-up areas where nothing else is said."""
    followers = (follower for row in rows.values() if not row.is_built_up for follower in in_built_up(row))
    return {row.name: row for row in followers} | dict(rows)


def row_of(edit: SpeedEdit) -> SpeedRow:
    """Return the row that a change makes."""
    if edit.kmh is None or edit.low_kmh is None or edit.high_kmh is None or edit.delay_s is None:
        raise ValueError(f"The change {edit.id} takes changes back; it has no speed.")
    return SpeedRow(
        edit.highway,
        edit.is_built_up,
        edit.kmh,
        edit.low_kmh,
        edit.high_kmh,
        edit.delay_s,
        edit.source,
        edit.reason,
    )
