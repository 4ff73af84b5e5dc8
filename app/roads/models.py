"""Stored form of road networks and closures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base
from app.datasets.models import Dataset

KINDS = ("schematic", "osm", "edges", "place")


class RoadNetworkRow(Base):
    """A road network in the saved form of `geo.road_network.RoadNetwork`, with what a person asks about it."""

    __tablename__ = "road_network"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("length(fingerprint) = 64", name="fingerprint"),
        CheckConstraint("ST_IsValid(extent)", name="extent_valid"),
        Index("uq_road_network_active", "is_active", unique=True, postgresql_where="is_active"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    fingerprint: Mapped[str] = mapped_column(String(64))
    nodes: Mapped[int]
    edges: Mapped[int]
    km: Mapped[float]
    pieces: Mapped[int]
    source: Mapped[str]
    source_date: Mapped[date | None]
    extent: Mapped[WKBElement] = mapped_column(Geometry("POLYGON", srid=4326))
    is_active: Mapped[bool]
    built_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)

    dataset: Mapped[Dataset] = relationship()

    @property
    def is_schematic(self) -> bool:
        """Whether the network is the diagram of the bundled data and not real roads."""
        return self.kind == "schematic"

    def describe(self) -> dict[str, Any]:
        """Return the part of a coverage document that names the network."""
        return {
            "name": self.name,
            "nodes": self.nodes,
            "edges": self.edges,
            "km": round(self.km, 1),
            "source": self.source,
            "date": self.source_date.isoformat() if self.source_date else None,
        }


class Closure(Base):
    """A stretch of road that is closed for a time; both ends of the period belong to it."""

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("ST_IsValid(geometry)", name="valid"),
        CheckConstraint("valid_from <= valid_to", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    geometry: Mapped[WKBElement] = mapped_column(Geometry("MULTILINESTRING", srid=4326))
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_to: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(default="")
    detour: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
