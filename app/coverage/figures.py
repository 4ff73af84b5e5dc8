"""From travel times to the figures of a coverage document: the city, its districts, its consultants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.consultants.queries import Posting
from app.coverage.reached import told
from app.coverage.schemas import ConsultantReach, DistrictReached, Figures
from app.demand.queries import Cell
from app.documents.minutes import seconds_of
from geo.coverage.people_reached import coverage_by_group

NO_DISTRICT = "地区外"
Times = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class People:
    """Who lives where, ready to be counted: people of each cell, and the cells of each district in the city's order.

    `district` is the place of each cell's district in that order.
    """

    counts: NDArray[np.int64]
    district: NDArray[np.int16]
    districts: Sequence[tuple[str, NDArray[np.intp]]]

    @classmethod
    def of(cls, cells: Sequence[Cell], districts: Sequence[str]) -> People:
        """Return the people of cells; those outside all districts stand together at the end."""
        names = np.array([cell.district or NO_DISTRICT for cell in cells], dtype=object)
        wanted = [*districts, *([NO_DISTRICT] if NO_DISTRICT in names else [])]
        counts = np.array([cell.population for cell in cells], dtype=np.int64)
        place = {name: number for number, name in enumerate(wanted)}
        district = np.array([place[name] for name in names], dtype=np.int16)
        return cls(counts, district, [(name, np.flatnonzero(names == name)) for name in wanted])


def figures(people: People, postings: Sequence[Posting], times: Times, minutes: Sequence[int]) -> Figures:
    """Return who is reached in how many minutes; `times` has a row of seconds for each posting."""
    best = times.min(axis=0, initial=np.inf)
    whole, parts = coverage_by_group(best, people.counts, people.district, len(people.districts), seconds_of(minutes))
    staffed = {posting.district for posting in postings}
    return Figures(
        **dict(told(whole, minutes)),
        districts=[
            DistrictReached(name=name, **dict(told(mine, minutes)), has_consultant=name in staffed)
            for (name, _), mine in zip(people.districts, parts, strict=True)
        ],
        consultants=_consultants(people, postings, times, minutes),
    )


def _consultants(
    people: People, postings: Sequence[Posting], times: Times, minutes: Sequence[int]
) -> list[ConsultantReach]:
    """Return for each consultant the people nearest to it, and all people within its minutes, whoever is nearest."""
    nearest = nearest_posting(times)
    # The first place counts those whom nobody reaches.
    catchment = np.bincount(nearest + 1, people.counts, minlength=len(postings) + 1)[1:]
    reached = np.array([(times <= cutoff_s) @ people.counts for cutoff_s in seconds_of(minutes)]).T
    return [
        ConsultantReach(
            id=posting.code,
            base=posting.base,
            catchment_population=int(catchment[number]),
            covered=dict(zip(map(str, minutes), reached[number].tolist(), strict=True)),
        )
        for number, posting in enumerate(postings)
    ]


def nearest_posting(times: Times) -> NDArray[np.intp]:
    """Return for each cell the row that is there first, the lowest of equals; -1 where nobody arrives."""
    if not len(times):
        return np.full(times.shape[1], -1, dtype=np.intp)
    return np.where(np.isfinite(times.min(axis=0)), times.argmin(axis=0), -1)
