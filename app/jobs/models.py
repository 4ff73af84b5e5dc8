"""Stored form of slow work: what was asked, how far it is, how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base

STATES = ("queued", "running", "done", "failed", "stopped")
ABSENT = JSONB(none_as_null=True)


class Job(Base):
    """One piece of slow work; `attempt` counts the workers that took it up, and only the last may say how it ended."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("share >= 0 AND share <= 1", name="share"),
        CheckConstraint("attempt >= 0", name="attempt"),
        CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="result"),
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failure"),
        CheckConstraint("(state IN ('queued', 'running')) = (finished_at IS NULL)", name="finished"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(10), index=True, server_default="queued")
    attempt: Mapped[int] = mapped_column(server_default="0")
    share: Mapped[float] = mapped_column(server_default="0")
    words: Mapped[str] = mapped_column(server_default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(ABSENT)
    failure: Mapped[str | None]
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
