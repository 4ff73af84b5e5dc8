"""Use case: change a speed, keep a fitted table, or take changes back; who, when and why stay with every change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.errors import InputError
from app.roads.models import SpeedEdit
from app.roads.queries import add_speed_edits, speed_edits_in_force
from app.roads.speeds import faster_in_winter, profile_in_use, profiles_in_use
from geo.roads.profiles import BUILT_UP, Profile, SpeedRow


@dataclass(frozen=True)
class Signature:
    """Who changes something, and why."""

    who: str
    why: str

    def __post_init__(self) -> None:
        """Refuse changes that nobody could explain later."""
        if not self.who.strip() or not self.why.strip():
            raise InputError("A change of speeds needs who makes it and why: --why 'measured on the road in May'.")


@dataclass(frozen=True)
class NewSpeed:
    """What a person gives for a row; what is left out stays as it is, the range in proportion to the speed."""

    highway: str
    kmh: float
    is_built_up: bool = False
    low_kmh: float | None = None
    high_kmh: float | None = None
    delay_s: float | None = None


def set_speed(session: Session, profile: str, new: NewSpeed, signed: Signature) -> SpeedRow:
    """Change one row of a table, and return it as it holds now."""
    row = _row(profile_in_use(session, profile), new, signed)
    _keep(session, profile, [row], signed)
    return row


def keep_rows(session: Session, profile: str, rows: Sequence[SpeedRow], signed: Signature) -> None:
    """Keep several rows of a table, all or none."""
    _keep(session, profile, rows, signed)


def reset_speeds(session: Session, signed: Signature, profile: str | None = None) -> int:
    """Take every change of one table or of all back, and return how many rows had one."""
    if profile is not None:
        profile_in_use(session, profile)
    gone = [edit for edit in speed_edits_in_force(session) if profile in {None, edit.profile}]
    taken_back = [
        SpeedEdit(
            profile=edit.profile,
            highway=edit.highway,
            is_built_up=edit.is_built_up,
            source="",
            reason="",
            who=signed.who,
            why=signed.why,
        )
        for edit in gone
    ]
    add_speed_edits(session, taken_back)
    _check_winter(session)
    return len(gone)


def _row(profile: Profile, new: NewSpeed, signed: Signature) -> SpeedRow:
    if new.highway not in profile.speed_kmh:
        raise InputError(
            f"{profile.name} does not use the road class {new.highway!r}; it uses {', '.join(profile.speed_kmh)}."
        )
    rows = {row.name: row for row in profile.rows()}
    now = rows.get(new.highway + BUILT_UP if new.is_built_up else new.highway, rows[new.highway])
    by = new.kmh / now.kmh
    given = new.low_kmh is not None or new.high_kmh is not None
    try:
        return replace(
            now,
            is_built_up=new.is_built_up,
            kmh=new.kmh,
            low_kmh=now.low_kmh * by if new.low_kmh is None else new.low_kmh,
            high_kmh=now.high_kmh * by if new.high_kmh is None else new.high_kmh,
            delay_s=now.delay_s if new.delay_s is None else new.delay_s,
            source=f"市の設定: {signed.why}",
            reason=f"市の設定: {signed.why}" if given else now.reason,
        )
    except ValueError as error:
        raise InputError(f"{error} Nothing was changed.") from error


def _keep(session: Session, profile: str, rows: Iterable[SpeedRow], signed: Signature) -> None:
    edits = [
        SpeedEdit(
            profile=profile,
            highway=row.highway,
            is_built_up=row.is_built_up,
            kmh=row.kmh,
            low_kmh=row.low_kmh,
            high_kmh=row.high_kmh,
            delay_s=row.delay_s,
            source=row.source,
            reason=row.reason,
            who=signed.who,
            why=signed.why,
        )
        for row in rows
    ]
    add_speed_edits(session, edits)
    _check_winter(session)


def _check_winter(session: Session) -> None:
    """Refuse tables by which snow makes a road faster; the transaction takes the change back."""
    faster = faster_in_winter(profiles_in_use(session))
    if faster:
        raise InputError(
            f"By car a winter day would be faster than an ordinary day on {', '.join(faster)}. "
            "Change the winter speed first: `tono speeds set CLASS KMH --profile car-winter`, or reset it. "
            "Nothing was changed."
        )
