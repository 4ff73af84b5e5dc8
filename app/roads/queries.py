"""All SQL on road networks and closures; networks are kept warm between requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from app.documents.kept import Kept
from app.errors import NotFoundError, NotReadyError
from app.roads.models import Closure, RoadNetworkRow, SpeedEdit
from geo.roads.closures import edges_along
from geo.roads.network import RoadNetwork

# PostgreSQL's whole numbers go no farther.
LARGEST_ID = 2**31 - 1


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


def remove_network(session: Session, name: str) -> None:
    """Delete the network of a name, if there is one."""
    session.execute(delete(RoadNetworkRow).where(RoadNetworkRow.name == name))


def activate(session: Session, row: RoadNetworkRow) -> None:
    """Make a network the one in use."""
    session.execute(update(RoadNetworkRow).where(RoadNetworkRow.is_active).values(is_active=False))
    row.is_active = True
    session.flush()


# Real and schematic roads, and the one that replaces them.
WARM_NETWORKS = 3
_warm: Kept[str, RoadNetwork] = Kept(WARM_NETWORKS)


def load_network(session: Session, row: RoadNetworkRow) -> RoadNetwork:
    """Return the network of a row, from memory when it was used before."""
    return _warm.get(row.fingerprint, lambda: read_network(session, row))


def read_network(session: Session, row: RoadNetworkRow) -> RoadNetwork:
    """Return the network of a row as it is stored, with what its fingerprint does not know: labels and seasons."""
    content = session.scalars(select(RoadNetworkRow.content).where(RoadNetworkRow.id == row.id)).one()
    return RoadNetwork.from_bytes(content)


def closures_at(session: Session, moment: datetime | None) -> Sequence[Closure]:
    """Return the closures and restrictions that hold at a moment, both ends included; none when none is given."""
    if moment is None:
        return []
    query = select(Closure).where(
        or_(Closure.valid_from.is_(None), Closure.valid_from <= moment),
        or_(Closure.valid_to.is_(None), Closure.valid_to >= moment),
    )
    return [row for row in session.scalars(query.order_by(Closure.id)) if row.period.holds_at(moment)]


def list_closures(session: Session) -> Sequence[Closure]:
    """Return every closure and restriction, past ones too."""
    return session.scalars(select(Closure).order_by(Closure.id)).all()


def get_closure(session: Session, number: int) -> Closure:
    """Return one closure."""
    row = session.get(Closure, number) if number <= LARGEST_ID else None
    if row is None:
        raise NotFoundError(
            f"There is no closure {number}. `tono closures list` shows the numbers.",
            detail="この通行止めは見つかりません。ほかの人が消したのかもしれません。",
        )
    return row


def closed_edges(session: Session, network: RoadNetwork, moment: datetime | None) -> NDArray[np.int64]:
    """Return the edges that are closed at a moment, ascending, each once."""
    return edges_of(network, closures_at(session, moment))


def edges_of(network: RoadNetwork, closures: Sequence[Closure]) -> NDArray[np.int64]:
    """Return the edges that closures shut: those they name where they speak of this network, else those along them.

    A restriction that lets cars pass shuts none.
    """
    closures = [row for row in closures if row.closes_road]
    named = [row for row in closures if row.edges and row.network_fingerprint == network.fingerprint]
    drawn = [to_shape(row.geometry) for row in closures if row not in named]
    numbers = [np.array(row.edges, dtype=np.int64) for row in named]
    return np.unique(np.concatenate([edges_along(network, drawn), *numbers]))


def list_speed_edits(session: Session) -> Sequence[SpeedEdit]:
    """Return every change of the speed tables, the oldest first."""
    return session.scalars(select(SpeedEdit).order_by(SpeedEdit.id)).all()


def speed_edits_in_force(session: Session) -> Sequence[SpeedEdit]:
    """Return the newest change of each row of the speed tables; a row that was taken back has none."""
    row = (SpeedEdit.profile, SpeedEdit.highway, SpeedEdit.is_built_up)
    newest = select(func.max(SpeedEdit.id)).group_by(*row)
    query = select(SpeedEdit).where(SpeedEdit.id.in_(newest), SpeedEdit.kmh.is_not(None))
    return session.scalars(query.order_by(SpeedEdit.id)).all()


def add_speed_edits(session: Session, edits: Sequence[SpeedEdit]) -> None:
    """Store changes of the speed tables, all or none."""
    session.add_all(edits)
    session.flush()
