"""Stored form of a dataset: one row for each file that was loaded."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base

KINDS = ("districts", "small_areas", "demand", "roads", "resources", "consultants", "closures")


class Dataset(Base):
    """Where rows came from, so that every number can name its source."""

    __tablename__ = "dataset"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    title: Mapped[str]
    source: Mapped[str]
    licence: Mapped[str] = mapped_column(default="")
    as_of: Mapped[date | None]
    file_name: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column(String(64))
    is_bundled: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    is_schematic: Mapped[bool] = mapped_column(default=False)
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
