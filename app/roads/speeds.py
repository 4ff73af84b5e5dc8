"""The speed tables in use: those that come with the product, and what the city changed in them.

Whoever measures a time takes the way of travelling from here, so that one table stands behind every figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from app.errors import InputError
from app.roads.models import SpeedEdit
from app.roads.queries import speed_edits_in_force
from geo.profiles import CAR, CAR_WINTER, PROFILES, Profile, SpeedRow
from geo.speed_tables import in_built_up, in_winter


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

    A road that was changed for ordinary days is taken as that much slower in winter as before, and as in its built-up
    areas too, unless these were changed themselves.
    """
    changed: dict[str, dict[str, SpeedRow]] = {name: {} for name in PROFILES}
    for edit in edits:
        row = _row(edit)
        changed[edit.profile][row.name] = row
    car = _with_built_up(changed[CAR.name])
    winter = {name: in_winter(row) for name, row in car.items()} | _with_built_up(changed[CAR_WINTER.name])
    tables: Mapping[str, Mapping[str, SpeedRow]] = changed | {CAR.name: car, CAR_WINTER.name: winter}
    return {name: profile.with_rows(tables[name].values()) for name, profile in PROFILES.items()}


def _with_built_up(rows: Mapping[str, SpeedRow]) -> dict[str, SpeedRow]:
    """Return rows, and what follows from them for built-up areas where nothing else is said."""
    followers = (follower for row in rows.values() if not row.is_built_up for follower in in_built_up(row))
    return {row.name: row for row in followers} | dict(rows)


def _row(edit: SpeedEdit) -> SpeedRow:
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
