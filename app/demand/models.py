"""Stored form of where people live: small areas of the census and mesh cells. Counts only, no persons."""

from __future__ import annotations

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.register.search import Findable

POINT = Geometry("POINT", srid=4326)
MULTIPOLYGON = Geometry("MULTIPOLYGON", srid=4326)


class SmallArea(Findable, Base):
    """A 小地域 of the census: a named settlement with its people."""

    __tablename__ = "small_area"
    __table_args__ = (
        CheckConstraint("ST_IsValid(location)", name="location_valid"),
        CheckConstraint("ST_IsValid(geometry)", name="valid"),
        CheckConstraint("population >= 0 AND households >= 0", name="counts"),
        Index("ix_small_area_pieces", "pieces", postgresql_using="gin"),
    )

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str]
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"), index=True)
    population: Mapped[int]
    households: Mapped[int]
    location: Mapped[WKBElement] = mapped_column(POINT)
    geometry: Mapped[WKBElement | None] = mapped_column(MULTIPOLYGON)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)

    def texts(self) -> tuple[str, ...]:
        """Return what it is found by."""
        return (self.name,)


class DemandCell(Base):
    """A mesh cell (JIS X 0410) with the people who live in it and the road point where they are reached."""

    __tablename__ = "demand_cell"
    __table_args__ = (
        UniqueConstraint("dataset_id", "mesh_code"),
        CheckConstraint("ST_IsValid(location)", name="location_valid"),
        CheckConstraint("ST_IsValid(access_point)", name="access_point_valid"),
        CheckConstraint("population >= 0 AND households >= 0", name="counts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mesh_code: Mapped[str] = mapped_column(String(11))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"), index=True)
    is_district_given: Mapped[bool]
    population: Mapped[int]
    households: Mapped[int]
    location: Mapped[WKBElement] = mapped_column(POINT)
    access_point: Mapped[WKBElement] = mapped_column(POINT)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
