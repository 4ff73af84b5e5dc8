"""Stored form of a scenario: what was asked, all that the answer depends on, and the answer to the byte."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Integer, String, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base

LONGEST_NAME = 60


class Scenario(Base):
    """One answer under a name; it is never changed, only removed."""

    __tablename__ = "scenario"
    __table_args__ = (
        CheckConstraint("name = btrim(name) AND name <> ''", name="name"),
        CheckConstraint("length(fingerprint) = 64", name="fingerprint"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    # Title, source and date of the people counted; the fingerprint knows them by the cells themselves.
    people: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    dataset_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    fingerprint: Mapped[str] = mapped_column(String(64))
    document: Mapped[str]
    # Of every cell: mesh code, district, people, seconds today, seconds with the new posts; null is not reached.
    cells: Mapped[list[list[Any]]] = mapped_column(JSONB, deferred=True)
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
