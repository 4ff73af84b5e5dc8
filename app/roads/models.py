"""Stored form of road networks and closures."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ARRAY, CheckConstraint, DateTime, ForeignKey, Index, Integer, LargeBinary, String, func, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base
from app.datasets.models import Dataset
from app.roads.calendar import JAPAN, Period

KINDS = ("schematic", "osm", "edges", "place")
# How the road of a closure was found: what was given for it.
LOCATED_BY = ("geometry", "edges", "ways", "name", "point", "map")


class RoadNetworkRow(Base):
    """A road network in the saved form of `geo.roads.network.RoadNetwork`, with what a person asks about it."""

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
    components: Mapped[int]
    # Turns that the map forbids and travel times do not follow; empty where the source does not tell.
    turn_restrictions: Mapped[int | None]
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


class Closure(Base):
    """A stretch of road that is closed or restricted for a time, or on the same days of every year, ends included.

    Where `closes_road` is false cars may pass (片側交互通行, 大型車通行止): it is shown, closes nothing and may have no
    period. `daily_from` and `daily_to` are the hours of each day at which it holds, both empty for all of them. A plain
    closure has `valid_from` and `valid_to`; for a yearly rule they say from when until when there is one.
    `edges` are edges of the network with `network_fingerprint`; on any other network the geometry counts.
    """

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("ST_IsValid(geometry)", name="valid"),
        CheckConstraint("valid_from <= valid_to", name="period"),
        CheckConstraint("(yearly_from = '') = (yearly_to = '')", name="yearly"),
        CheckConstraint(
            "NOT closes_road OR yearly_from <> '' OR (valid_from IS NOT NULL AND valid_to IS NOT NULL)",
            name="has_period",
        ),
        CheckConstraint("yearly_from <> '02-29' AND yearly_to <> '02-29'", name="leap_day"),
        CheckConstraint("(daily_from = '') = (daily_to = '')", name="daily"),
        CheckConstraint("(edges IS NULL) = (network_fingerprint = '')", name="edges"),
        CheckConstraint("length_m > 0", name="length"),
        CheckConstraint(f"located_by IN {LOCATED_BY}", name="located_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    content: Mapped[str] = mapped_column(default="")
    closes_road: Mapped[bool] = mapped_column(default=True, server_default=true())
    geometry: Mapped[WKBElement] = mapped_column(Geometry("MULTILINESTRING", srid=4326))
    edges: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    network_fingerprint: Mapped[str] = mapped_column(String(64), default="")
    located_by: Mapped[str] = mapped_column(String(10), default="geometry")
    length_m: Mapped[float | None]
    valid_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    valid_to: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    yearly_from: Mapped[str] = mapped_column(String(5), default="")
    yearly_to: Mapped[str] = mapped_column(String(6), default="")
    daily_from: Mapped[str] = mapped_column(String(5), default="", server_default="")
    daily_to: Mapped[str] = mapped_column(String(5), default="", server_default="")
    time_zone: Mapped[str] = mapped_column(String(40), default=JAPAN)
    reason: Mapped[str] = mapped_column(default="")
    detour: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    # Empty: drawn on the map, from no file.
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def period(self) -> Period:
        """When it holds."""
        return Period(**{field.name: getattr(self, field.name) for field in fields(Period)})

    @period.setter
    def period(self, period: Period) -> None:
        for field in fields(period):
            setattr(self, field.name, getattr(period, field.name))


class SpeedEdit(Base):
    """One change of one row of a speed table; without a speed it takes the earlier changes back.

    Nothing is ever overwritten: of each row the newest change holds, the older ones tell how it came about.
    """

    __tablename__ = "speed_edit"
    __table_args__ = (
        CheckConstraint("num_nulls(kmh, low_kmh, high_kmh, delay_s) IN (0, 4)", name="whole"),
        CheckConstraint("low_kmh > 0 AND low_kmh <= kmh AND kmh <= high_kmh AND high_kmh < 'Infinity'", name="range"),
        CheckConstraint("delay_s >= 0 AND delay_s < 'Infinity'", name="delay"),
        CheckConstraint("who <> '' AND why <> ''", name="signed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    profile: Mapped[str] = mapped_column(String(20))
    highway: Mapped[str] = mapped_column(String(40))
    is_built_up: Mapped[bool]
    kmh: Mapped[float | None]
    low_kmh: Mapped[float | None]
    high_kmh: Mapped[float | None]
    delay_s: Mapped[float | None]
    source: Mapped[str]
    reason: Mapped[str]
    who: Mapped[str]
    why: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
