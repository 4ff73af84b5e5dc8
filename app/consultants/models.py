"""Stored form of the consultants. No names of persons: a post is known by its code."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Consultant(Base):
    """A post of a 丸ごと相談員 and the centre it sits at."""

    __tablename__ = "consultant"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    base_resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
    is_assumed: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
