"""Stored form of what an absence or a cut road costs: the document, and all that it depends on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Integer, String, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base

RESILIENCE_KINDS = ("backup", "critical-roads")


class ResilienceRun(Base):
    """What the absence of each consultant, or the loss of each road, costs; kept with all that it depends on."""

    __tablename__ = "resilience_run"
    __table_args__ = (
        CheckConstraint(f"kind IN {RESILIENCE_KINDS}", name="kind"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("starts_with(fingerprint, id)", name="id"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    profile: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    minutes: Mapped[int]
    dataset_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    document: Mapped[str]
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
