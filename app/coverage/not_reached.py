"""Use case: whom no consultant reaches within the minutes, by district and settlement, winter beside ordinary roads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.coverage.figures import NO_DISTRICT
from app.coverage.keep_warm import Present, present_coverage
from app.coverage.measure_coverage import MINUTES
from app.coverage.schemas import DistrictLeft, Left, LeftBy, NotReached, ProfileName, SettlementLeft
from app.coverage.settlements import Place, settlement_of_squares
from app.demand.queries import list_places
from app.documents.minutes import seconds_of
from geo.coverage.people_reached import Coverage, coverage_by_group

# Winter is told first: it is when people are left out.
BESIDE: Mapping[str, Sequence[ProfileName]] = {
    "car": ("car-winter", "car"),
    "car-winter": ("car-winter", "car"),
    "walk": ("walk",),
}
MAIN_MINUTES = 20
Row = TypeVar("Row", bound=LeftBy)


def count_not_reached(session: Session, profile: str, minutes: Sequence[int] = MINUTES) -> NotReached:
    """Return whom no consultant reaches within each of the minutes as the data are now, worst first.

    A way of travelling by car brings winter and ordinary roads beside each other. People of a settlement are those of
    the inhabited squares nearest to it within its district.
    """
    profiles = BESIDE[profile]
    presents = [present_coverage(session, name, None) for name in profiles]
    first, places = presents[0], list_places(session)
    names = [name for name, _ in first.people.districts]
    settlement = settlement_of_squares(places, first.inputs.cells)
    # A square whose district has no settlement stands in a row of the district without a name.
    group = np.where(settlement >= 0, settlement, len(places) + first.people.district).astype(np.int16)
    ways = [_count(present, group, len(places) + len(names), minutes) for present in presents]
    whole, districts, groups = (
        [_left_by(profiles, minutes, counted) for counted in zip(*part, strict=True)]
        for part in zip(*[([whole], parts, rest) for whole, parts, rest in ways], strict=True)
    )
    staffed = {posting.district for posting in first.inputs.postings}
    main = main_minutes(minutes)
    nameless = [row for row in zip(names, groups[len(places) :], strict=True) if row[1].population]
    return NotReached(
        profiles=list(profiles),
        minutes=list(minutes),
        **dict(whole[0]),
        without_consultant=[name for name in names if name not in staffed and name != NO_DISTRICT],
        districts=worst_first(
            [
                DistrictLeft(**dict(row), name=name, has_consultant=name in staffed)
                for name, row in zip(names, districts, strict=True)
            ],
            profiles[0],
            main,
        ),
        settlements=worst_first(
            [
                *(_settlement(place, row) for place, row in zip(places, groups, strict=False)),
                *(SettlementLeft(**dict(row), name="", district=name, lon=None, lat=None) for name, row in nameless),
            ],
            profiles[0],
            main,
        ),
    )


def worst_first(rows: Sequence[Row], profile: ProfileName, minutes: int) -> list[Row]:
    """Return rows by how many people are left out, the most first; of equals, by the other ways of travelling."""
    return sorted(rows, key=lambda row: [-row.by[name].not_reached[str(minutes)] for name in (profile, *row.by)])


def beside_of(profile: str) -> ProfileName | None:
    """Return the way of travelling that is told beside another one, or None where there is none."""
    return next((name for name in BESIDE[profile] if name != profile), None)


def main_minutes(minutes: Sequence[int]) -> int:
    """Return the minutes that figures and the order of rows are about: 20 where they are asked for, else the last."""
    return MAIN_MINUTES if MAIN_MINUTES in minutes else minutes[-1]


def some_and_none(rows: Sequence[Row], minutes: int) -> tuple[list[Row], list[Row]]:
    """Return the rows in which someone is left out by any way of travelling, and those in which nobody is."""
    some = [row for row in rows if any(left.not_reached[str(minutes)] for left in row.by.values())]
    return some, [row for row in rows if row not in some]


def _count(
    present: Present, group: NDArray[np.int16], groups: int, minutes: Sequence[int]
) -> tuple[Coverage, list[Coverage], list[Coverage]]:
    people = present.people
    cutoffs = seconds_of(minutes)
    whole, parts = coverage_by_group(present.best, people.counts, people.district, len(people.districts), cutoffs)
    return whole, parts, coverage_by_group(present.best, people.counts, group, groups, cutoffs)[1]


def _left_by(profiles: Sequence[ProfileName], minutes: Sequence[int], counted: Sequence[Coverage]) -> LeftBy:
    return LeftBy(
        population=int(counted[0].total),
        by={
            profile: Left(
                not_reached={
                    str(edge): int(beyond + found.unreachable)
                    for edge, beyond in zip(minutes, found.beyond, strict=True)
                },
                reached={str(edge): int(within) for edge, within in zip(minutes, found.covered, strict=True)},
                unreachable=int(found.unreachable),
            )
            for profile, found in zip(profiles, counted, strict=True)
        },
    )


def _settlement(place: Place, row: LeftBy) -> SettlementLeft:
    area, district = place
    lon, lat = to_shape(area.location).coords[0]
    return SettlementLeft(**dict(row), name=area.name, district=district or NO_DISTRICT, lon=lon, lat=lat)
