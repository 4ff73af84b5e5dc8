"""Stored form of the register: districts, organisations, resources, their agreements and hours."""

from __future__ import annotations

from datetime import date, time

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ARRAY, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base
from app.datasets.models import Dataset
from app.documents.words import WORDS
from app.register.search import Findable, day_texts, phone_texts

KIND_TITLES: dict[str, str] = {item["kind"]: item["title"] for item in WORDS["kinds"]}
KINDS = tuple(KIND_TITLES)
POINT = Geometry("POINT", srid=4326)
MULTIPOLYGON = Geometry("MULTIPOLYGON", srid=4326)


class District(Findable, Base):
    """A 地区: one of the areas whose centre the plan wants covered."""

    __tablename__ = "district"
    __table_args__ = (
        CheckConstraint("ST_IsValid(geometry)", name="valid"),
        CheckConstraint("population >= 0 AND households >= 0", name="counts"),
        Index("ix_district_pieces", "pieces", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    population: Mapped[int | None]
    households: Mapped[int | None]
    geometry: Mapped[WKBElement | None] = mapped_column(MULTIPOLYGON)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    dataset: Mapped[Dataset] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own form)

    def texts(self) -> tuple[str, ...]:
        """Return what it is found by."""
        return (self.name,)


class Organisation(Findable, Base):
    """Who runs a resource."""

    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_pieces", "pieces", postgresql_using="gin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def texts(self) -> tuple[str, ...]:
        """Return what it is found by."""
        return (self.name,)


class Resource(Findable, Base):
    """Something that helps people, at a place: a centre, window, salon, gathering place, base or partner."""

    __tablename__ = "resource"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("ST_IsValid(location)", name="location_valid"),
        CheckConstraint("ST_IsValid(access_point)", name="access_point_valid"),
        CheckConstraint("accuracy_m >= 0", name="accuracy"),
        CheckConstraint("location IS NULL OR accuracy_m IS NOT NULL", name="accuracy_known"),
        Index("ix_resource_pieces", "pieces", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    name: Mapped[str]
    kana: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"), index=True)
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    location: Mapped[WKBElement | None] = mapped_column(POINT)
    accuracy_m: Mapped[int | None]
    access_point: Mapped[WKBElement | None] = mapped_column(POINT)
    location_note: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    eligibility: Mapped[str] = mapped_column(default="")
    operation: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    staffing: Mapped[str] = mapped_column(default="")
    legal_basis: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    source_date: Mapped[date | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    last_confirmed_on: Mapped[date | None]
    last_confirmed_by: Mapped[str] = mapped_column(default="")
    last_confirmed_how: Mapped[str] = mapped_column(default="")
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation | None] = relationship()
    district: Mapped[District | None] = relationship()
    schedules: Mapped[list[Schedule]] = relationship(order_by="Schedule.id", cascade="all, delete-orphan")
    agreement: Mapped[WatchAgreement | None] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def texts(self) -> tuple[str, ...]:
        """Return what it is found by."""
        return (self.name, self.kana or "", self.address or "", *phone_texts(self.phone or ""))


class WatchAgreement(Base):
    """The 見守り協定 of a partner."""

    __tablename__ = "watch_agreement"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    trade: Mapped[str]
    signed_on: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Schedule(Findable, Base):
    """When a resource is open: an RFC 5545 rule, or words where the day is not published."""

    __tablename__ = "schedule"
    __table_args__ = (
        CheckConstraint("rrule <> '' OR rule_text <> ''", name="rule"),
        CheckConstraint("end_time IS NULL OR start_time < end_time", name="times"),
        Index("ix_schedule_pieces", "pieces", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    rrule: Mapped[str] = mapped_column(default="")
    rule_text: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date | None]
    start_time: Mapped[time | None]
    end_time: Mapped[time | None]
    exdates: Mapped[list[date]] = mapped_column(ARRAY(Date), default=list)
    closed_on_holidays: Mapped[bool] = mapped_column(default=False)
    season_from: Mapped[str] = mapped_column(String(5), default="")
    season_to: Mapped[str] = mapped_column(String(5), default="")
    note: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def texts(self) -> tuple[str, ...]:
        """Return what it is found by: the activity and its days as people say them."""
        return (self.title, "", self.rule_text or "", *day_texts(self.rrule or ""))
