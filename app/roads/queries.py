"""All SQL on road networks and closures; networks are kept warm between requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from app.errors import NotReadyError
from app.roads.models import Closure, RoadNetworkRow
from geo.road_network import RoadNetwork


def active_network(session: Session) -> RoadNetworkRow:
    """Return the network in use."""
    row = session.scalar(
        select(RoadNetworkRow).options(joinedload(RoadNetworkRow.dataset)).where(RoadNetworkRow.is_active)
    )
    if row is None:
        raise NotReadyError(
            "There is no road network yet. Build one: `tono network build --osm FILE`, or load the bundled data: "
            "`tono demo load`.",
            detail="道路網がまだ登録されていません。",
        )
    return row


def list_networks(session: Session) -> Sequence[RoadNetworkRow]:
    """Return every stored network, the one in use first."""
    return session.scalars(
        select(RoadNetworkRow).order_by(RoadNetworkRow.is_active.desc(), RoadNetworkRow.id.desc())
    ).all()


def activate(session: Session, row: RoadNetworkRow) -> None:
    """Make a network the one in use."""
    session.execute(update(RoadNetworkRow).where(RoadNetworkRow.is_active).values(is_active=False))
    row.is_active = True
    session.flush()


# Real and schematic roads, and the one that replaces them.
WARM_NETWORKS = 3
_warm: dict[str, RoadNetwork] = {}


def load_network(session: Session, row: RoadNetworkRow) -> RoadNetwork:
    """Return the network of a row, from memory when it was used before."""
    network = _warm.get(row.fingerprint)
    if network is None:
        content = session.scalars(select(RoadNetworkRow.content).where(RoadNetworkRow.id == row.id)).one()
        network = RoadNetwork.from_bytes(content)
        while len(_warm) >= WARM_NETWORKS:
            _warm.pop(next(iter(_warm)))
        _warm[row.fingerprint] = network
    return network


def closures_at(session: Session, moment: datetime | None) -> Sequence[Closure]:
    """Return the closures that hold at a moment, both ends included; none when no moment is given."""
    if moment is None:
        return []
    query = select(Closure).where(Closure.valid_from <= moment, Closure.valid_to >= moment)
    return session.scalars(query.order_by(Closure.id)).all()
