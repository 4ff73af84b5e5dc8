"""Use cases of the page: a closure is added, changed or removed; a change of what somebody else changed is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.errors import InputError, OutdatedError
from app.roads.calendar import Period, check_period
from app.roads.models import Closure
from app.roads.place_closures import along, multi
from app.roads.queries import active_network, get_closure, load_network
from app.roads.read_restriction import at_hours
from app.roads.restriction_words import Effect, read_notice

if TYPE_CHECKING:
    from app.roads.schemas import ClosureBody

DRAWN_SOURCE = "地図で入力"
TEXTS = ("name", "place", "content", "detour", "reason")


def add_closure(session: Session, body: ClosureBody) -> Closure:
    """Store a closure that was drawn on the map."""
    row = Closure(dataset_id=None, source=body.source or DRAWN_SOURCE)
    _fill(session, row, body)
    session.add(row)
    session.flush()
    return row


def change_closure(session: Session, number: int, body: ClosureBody) -> Closure:
    """Change a closure that nobody else has changed meanwhile."""
    row = _seen(session, number, body.version)
    row.source = body.source or row.source
    _fill(session, row, body)
    _flush(session, number)
    return row


def change_seen(session: Session, number: int, version: int, change: Callable[[Closure], None]) -> Closure:
    """Change a closure in any way, unless somebody else has changed it since `version`."""
    row = _seen(session, number, version)
    change(row)
    _flush(session, number)
    return row


def remove_closure(session: Session, number: int, version: int | None = None) -> str:
    """Take a closure out of the calendar; return its name."""
    row = get_closure(session, number) if version is None else _seen(session, number, version)
    name = row.name
    session.delete(row)
    _flush(session, number)
    return name


def _seen(session: Session, number: int, version: int) -> Closure:
    row = get_closure(session, number)
    if row.version != version:
        raise _outdated(number)
    return row


def _flush(session: Session, number: int) -> None:
    try:
        session.flush()
    except StaleDataError as error:
        raise _outdated(number) from error


def _outdated(number: int) -> OutdatedError:
    return OutdatedError(
        f"Closure {number} was changed by somebody else meanwhile. Nothing was changed.",
        detail="ほかの人がこの通行止めを変えました。入力は保存していません。読み込み直してから、もう一度入力してください。",
    )


def _fill(session: Session, row: Closure, body: ClosureBody) -> None:
    network = load_network(session, active_network(session))
    line = _line(body)
    notice = read_notice(body.content)
    effect = notice.effect
    found = along(network, line, one_direction=effect is Effect.ONE_DIRECTION)
    period = _with_hours(body, row)
    # What lets cars pass needs no period.
    is_bare = effect is Effect.OPEN and period == Period(time_zone=period.time_zone)
    row.period = period if is_bare else at_hours(check_period(period), notice, body.content)
    row.closes_road = effect is not Effect.OPEN
    for name in TEXTS:
        setattr(row, name, getattr(body, name).strip())
    row.length_m = body.length_m
    row.geometry = from_shape(multi(line), srid=4326)
    if effect is Effect.ONE_DIRECTION:
        row.geometry, row.located_by = from_shape(found.line, srid=4326), found.by
        row.edges, row.network_fingerprint = found.edges, network.fingerprint
        return
    # The edges that were chosen on the map, where they are those of the roads in use.
    is_exact = bool(body.edges) and body.network == network.fingerprint
    if is_exact and max(body.edges or []) >= network.edge_count:
        raise InputError("The network has no such edge.", detail="選んだ道路が見つかりません。選び直してください。")
    row.edges = sorted(set(body.edges or [])) if is_exact else None
    row.network_fingerprint = network.fingerprint if is_exact else ""
    row.located_by = "map" if row.dataset_id is None else found.by


def _with_hours(body: ClosureBody, row: Closure) -> Period:
    """Return when a closure holds; a page that says nothing of hours leaves them as they are."""
    period = body.period()
    if body.daily_from is not None or body.daily_to is not None:
        return period
    return replace(period, daily_from=row.daily_from or "", daily_to=row.daily_to or "")


def _line(body: ClosureBody) -> shapely.Geometry:
    try:
        shape = shapely.from_geojson(json.dumps(body.geometry.model_dump()))
        coords = shapely.get_coordinates(shape)
        fits = len(coords) > 1 and bool((abs(coords) <= (180, 90)).all()) and shape.is_valid and shape.length > 0
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        fits = False
    if not fits:
        raise InputError(
            "The line of the closure cannot be used.", detail="線を読めません。道路に沿って引き直してください。"
        )
    return shape
