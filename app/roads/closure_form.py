"""Use cases of the closure form: a road named by its name or number is closed, and what a closure says is changed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal, Self

from geoalchemy2.shape import from_shape
from pydantic import BaseModel, BeforeValidator, Field, model_validator
from sqlalchemy.orm import Session

from app.errors import InputError
from app.roads.calendar import FEBRUARY_END, JAPAN, LAST_MOMENT, Period, check_period, zone_of
from app.roads.edit_closures import change_seen
from app.roads.models import Closure
from app.roads.place_closures import edges_named, locate
from app.roads.queries import active_network, load_network
from app.roads.read_closures import ClosureRow

ONCE, YEARLY = "once", "yearly"
SOURCE = "画面で入力"
TEXTS = ("place", "reason", "detour")
NO_NUL = r"^[^\x00]*$"


def _as_day(given: object) -> object:
    """Refuse what is no ISO date; the library would read 20261201 as seconds since 1970."""
    if isinstance(given, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", given, re.ASCII):
        raise ValueError("年月日で入力してください(例: 2026-12-01)。")
    return given


Day = Annotated[date, BeforeValidator(_as_day)]


class ClosureTold(BaseModel):
    """What is told of a closure in words, and when it holds."""

    place: Annotated[
        str, Field(title="区間", description="例: 附馬牛町〜大槌町境", max_length=1000, pattern=NO_NUL)
    ] = ""
    repeats: Annotated[
        Literal["once", "yearly"],
        Field(title="いつ", json_schema_extra={"titles": {ONCE: "一度だけ", YEARLY: "毎年、同じ月日"}}),
    ] = "once"
    first_day: Annotated[Day, Field(title="始まりの日", description="この日の0時から通れません。")]
    last_day: Annotated[
        Day, Field(title="終わりの日", description="この日の終わりまで通れません。毎年のときは年を見ません。")
    ]
    reason: Annotated[
        str, Field(title="理由", description="例: 冬期閉鎖、法面の工事", max_length=1000, pattern=NO_NUL)
    ] = ""
    detour: Annotated[str, Field(title="う回路", max_length=1000, pattern=NO_NUL, json_schema_extra={"rows": 2})] = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.repeats == ONCE and self.last_day < self.first_day:
            raise ValueError("終わりの日が始まりの日より前です。")
        return self


class NamedRoad(BaseModel):
    """A whole road, which is found by its name or number."""

    name: Annotated[
        str,
        Field(
            title="通行止めにする道",
            description="路線の名前か番号です。その道の全体が通行止めになります。例: 国道340号",
            max_length=200,
            pattern=r"^[^\x00]*\S[^\x00]*$",
        ),
    ]


class NewClosure(ClosureTold, NamedRoad):
    """A closure of a whole road; its name stands first."""


class ChangedClosure(ClosureTold):
    """What is changed of a closure; `version` is the one that was seen."""

    version: Annotated[int, Field(title="版", ge=1, lt=2**31, json_schema_extra={"hidden": True})]


class FieldError(InputError):
    """One field of the form cannot be used; `field` is its name."""

    def __init__(self, message: str, *, detail: str, field: str) -> None:
        super().__init__(message, detail=detail)
        self.field = field


def add_named_closure(session: Session, told: NewClosure) -> Closure:
    """Store a closure of the whole road of a name or number."""
    network = load_network(session, active_network(session))
    if not edges_named(network, told.name).any():
        raise FieldError(
            f"The network has no road named {told.name!r}.",
            detail=f"「{told.name}」という名前や番号の道が見つかりません。地図に書いてある名前で入力するか、"
            "「通行止め」の地図で区間を選んでください。",
            field="name",
        )
    period = check_period(_period(told, Period()))
    located = locate(network, ClosureRow(1, texts={"name": told.name}, period=period))
    row = Closure(
        name=told.name,
        content="",
        source=SOURCE,
        dataset_id=None,
        geometry=from_shape(located.line, srid=4326),
        edges=located.edges if located.is_exact else None,
        network_fingerprint=network.fingerprint if located.is_exact else "",
        located_by=located.by,
    )
    row.period = period
    _tell(row, told)
    session.add(row)
    session.flush()
    return row


def change_told_closure(session: Session, number: int, told: ChangedClosure) -> Closure:
    """Change what a closure says and when it holds; its road stays, and so does its period unless it was changed."""

    def change(row: Closure) -> None:
        if (told.repeats, told.first_day, told.last_day) != _days(row.period):
            row.period = check_period(_period(told, row.period))
        _tell(row, told)

    return change_seen(session, number, told.version, change)


def told_of(row: Closure) -> dict[str, str]:
    """Return what stands in the form of a stored closure."""
    repeats, first, last = _days(row.period)
    texts = {name: getattr(row, name) for name in TEXTS}
    days = {"first_day": first.isoformat(), "last_day": last.isoformat()}
    return texts | days | {"repeats": repeats, "version": str(row.version)}


def _tell(row: Closure, told: ClosureTold) -> None:
    for name in TEXTS:
        setattr(row, name, getattr(told, name))


def _days(period: Period) -> tuple[str, date, date]:
    """Return whether a period comes every year, and its first and last day; of a rule, those of its next season."""
    zone = zone_of(period.time_zone)
    now = datetime.now(UTC)
    season = period.season_after(now) or list(period.seasons(now.year - 200, now.year))[-1]
    first, last = (moment.astimezone(zone).date() for moment in season)
    return YEARLY if period.is_yearly else ONCE, first, last


def _period(told: ClosureTold, before: Period) -> Period:
    """Return the period of the days that were told; what the form does not show of the one before stays."""
    if told.repeats == YEARLY:
        window = before if before.is_yearly else Period()
        # The 28th of a leap year is the last day of February in other years.
        last = FEBRUARY_END if f"{told.last_day:%m-%d}" in {"02-28", "02-29"} else f"{told.last_day:%m-%d}"
        first = f"{told.first_day:%m-%d}"
        return replace(
            before, valid_from=window.valid_from, valid_to=window.valid_to, yearly_from=first, yearly_to=last
        )
    zone = zone_of(before.time_zone or JAPAN)
    begin, end = datetime.combine(told.first_day, time(), zone), datetime.combine(told.last_day, LAST_MOMENT, zone)
    return replace(before, valid_from=begin, valid_to=end, yearly_from="", yearly_to="")
