"""Stored form of coverage runs: the document, all its inputs and the time of every cell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Integer, String, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base

REASONS = ("off_network", "island", "closed")


class CoverageRun(Base):
    """One measurement of who reaches whom; its id is the head of the fingerprint of its inputs."""

    __tablename__ = "coverage_run"
    __table_args__ = (CheckConstraint("starts_with(fingerprint, id)", name="id"),)

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    profile: Mapped[str] = mapped_column(String(20), index=True)
    at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    minutes: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    dataset_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    document: Mapped[str]
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    cells: Mapped[list[CoverageCell]] = relationship(cascade="all, delete-orphan", order_by="CoverageCell.mesh_code")


class CoverageCell(Base):
    """What one run says of one cell."""

    __tablename__ = "coverage_cell"
    __table_args__ = (
        CheckConstraint(f"reason IN {REASONS}", name="reason"),
        CheckConstraint("(travel_time_s IS NULL) = (reason IS NOT NULL)", name="reached_or_reason"),
    )

    run_id: Mapped[str] = mapped_column(ForeignKey("coverage_run.id", ondelete="CASCADE"), primary_key=True)
    mesh_code: Mapped[str] = mapped_column(String(11), primary_key=True)
    district: Mapped[str]
    population: Mapped[int]
    households: Mapped[int]
    travel_time_s: Mapped[float | None]
    consultant: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(12))
    snap_m: Mapped[float | None]
