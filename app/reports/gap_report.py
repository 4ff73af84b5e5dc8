"""From a wish and what is stored to all that the report on gaps says and draws."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy.orm import Session

from app.coverage.inputs import describe
from app.coverage.keep_warm import present_coverage
from app.coverage.models import CoverageRun
from app.coverage.not_reached import beside_of
from app.coverage.queries import list_run_cells, list_runs
from app.datasets.models import Dataset
from app.datasets.queries import list_datasets
from app.documents.clock import JAPAN
from app.documents.minutes import SECONDS
from app.documents.words import WORDS
from app.errors import InputError
from app.register.models import District
from app.register.queries import list_districts
from app.reports.gap_counts import GapCounts, People, before_said, count_people, people_of
from app.roads.base_map import road_lines
from app.roads.models import RoadNetworkRow
from app.roads.queries import active_network
from app.siting.propose_sites import Town, Wish, check, fingerprint, gather_town, propose_sites
from app.siting.schemas import GapsDocument

COVERED, GAINED, LEFT, UNREACHED = "covered", "gained", "left", "unreached"
# What is compared with the report before, the most important first.
CHANGES: dict[str, str] = {
    name: WORDS["changes"][name]
    for name in ("consultants", "cells", "network", "profile", "closed", "districts", "method")
}
# A report of data without any date says it is from the first day that files can be dated with.
NO_DAY = date(1980, 1, 1)


@dataclass(frozen=True)
class Place:
    """A post on the map: its name, its point in lon, lat or None where it is not known, and its number if it is new."""

    name: str
    lonlat: tuple[float, float] | None
    number: int | None = None


@dataclass(frozen=True, eq=False)
class Ground:
    """What the map is drawn from: borders, roads by class, the squares where people live by what becomes of them."""

    districts: Mapping[str, shapely.Geometry]
    roads: Mapping[str, shapely.Geometry]
    squares: Mapping[str, Sequence[str]]
    places: Sequence[Place]


@dataclass(frozen=True)
class Before:
    """The last measurement that was stored with other inputs; `covered` is None where it would give too much away."""

    run: str
    day: date
    consultants: int
    covered: int | None
    changed: Sequence[str]


@dataclass(frozen=True, eq=False)
class GapReport:
    """All that one report says; `gaps` is the document of `tono gaps --json`, `staffed` are districts with a post."""

    city_name: str
    printed_on: date | None
    wish: Wish
    gaps: GapsDocument
    counts: GapCounts
    ground: Ground
    sources: Sequence[Dataset]
    network: RoadNetworkRow
    speeds: Mapping[str, float]
    staffed: Mapping[str, str]
    assumed_posts: bool
    before: Before | None

    @property
    def day(self) -> date:
        """Return the day that the file is dated with: the given one, or the newest day of the data."""
        days = [source.as_of for source in self.sources if source.as_of]
        return self.printed_on or max([*days, self.network.source_date or NO_DAY, NO_DAY])

    @property
    def is_demo(self) -> bool:
        """Return whether invented or schematic data is behind the figures."""
        return any(source.is_demo or source.is_schematic for source in self.sources) or self.network.is_schematic


def build_gap_report(
    session: Session,
    wish: Wish,
    *,
    city_name: str,
    printed_on: date | None = None,
    gaps: GapsDocument | None = None,
) -> GapReport:
    """Return the report of a wish; a stored document of gaps spares the search if it was made from the same data."""
    check(wish)
    if wish.capacity is not None or wish.backup:
        raise InputError(
            "The report knows neither a capacity nor backup; `tono gaps` shows both.",
            detail="受け持ち人数の上限や予備の条件は、報告書にはまだ書けません。",
        )
    town = gather_town(session, wish)
    if gaps is None:
        gaps = propose_sites(session, wish, town)
    elif gaps.fingerprint != fingerprint(town, wish):
        raise InputError(
            "The data changed since these gaps were computed. Compute them again.",
            detail="計算したあとでデータが変わりました。もう一度計算してください。",
        )
    sites = _site_numbers(town, gaps)
    run = _last_run(session, wish, town)
    before = None if run is None else _reached_before(session, run, wish.minutes)
    beside = beside_of(wish.profile)
    beside_s = None if beside is None else present_coverage(session, beside, wish.at).best
    people = people_of(town, sites, wish.minutes, before if run and _same_people(run, town) else None, beside_s)
    counts = count_people(people, town.inputs.districts, len(sites), wish.minutes)
    row = active_network(session)
    return GapReport(
        city_name=city_name,
        printed_on=printed_on,
        wish=wish,
        gaps=gaps,
        counts=counts,
        ground=_ground(session, town, people, sites),
        sources=_sources(session, town),
        network=row,
        speeds=dict(town.question.profile.speed_kmh),
        staffed=_staffed(town, sites),
        assumed_posts=any(posting.is_assumed for posting in town.inputs.postings),
        before=None if run is None else _before(session, run, wish, town, counts),
    )


def _site_numbers(town: Town, gaps: GapsDocument) -> list[int]:
    """Return the sites of the last rung as rows of the town; equal places stand for each other."""
    described = [site.describe() for site in town.sites]
    free = town.problem.free.tolist()
    numbers = []
    for site in gaps.ladder[-1].sites:
        number = next(number for number in free if described[number] == site)
        free.remove(number)
        numbers.append(int(number))
    return numbers


def _staffed(town: Town, sites: Sequence[int]) -> dict[str, str]:
    """Return for each district with a post whether it has one "now" or only "after"."""
    now = {town.sites[number].district: "now" for number in town.problem.fixed_sites.tolist()}
    after = {town.sites[number].district: "after" for number in sites}
    return {name: when for name, when in {**after, **now}.items() if name is not None}


# --- the map ------------------------------------------------------------------------------


def _ground(session: Session, town: Town, people: People, sites: Sequence[int]) -> Ground:
    codes = np.array([cell.mesh_code for cell in town.inputs.cells if cell.population > 0], dtype=object)
    fates = np.where(people.step == 0, COVERED, np.where(people.step <= len(sites), GAINED, LEFT))
    fates = np.where(np.isfinite(people.after_s), fates, UNREACHED)
    bases = {post.base: Place(post.base, post.location or post.access_point, None) for post in town.inputs.postings}
    new = [
        Place(town.sites[site].name, town.sites[site].location or town.sites[site].access_point, number)
        for number, site in enumerate(sites, start=1)
    ]
    return Ground(
        districts={row.name: _shape(row) for row in list_districts(session) if row.geometry is not None},
        roads=road_lines(town.inputs.network),
        squares={fate: codes[fates == fate].tolist() for fate in (COVERED, GAINED, LEFT, UNREACHED)},
        places=[*bases.values(), *new],
    )


def _shape(row: District) -> shapely.Geometry:
    assert row.geometry is not None  # noqa: S101  (asked by the caller)
    return to_shape(row.geometry)


# --- where the figures come from ------------------------------------------------------------------------------


def _sources(session: Session, town: Town) -> list[Dataset]:
    """Return the datasets that the figures stand on, in the order in which they were loaded."""
    used = {*town.inputs.dataset_ids, *(district.dataset_id for district in list_districts(session))}
    return [dataset for dataset in list_datasets(session) if dataset.id in used]


# --- the last measurement ------------------------------------------------------------------------------


def _last_run(session: Session, wish: Wish, town: Town) -> CoverageRun | None:
    """Return the newest stored measurement of the same way of travelling that was made from other data."""
    now = _comparable(_as_stored(describe(town.inputs, town.question)))
    runs = (run for run in list_runs(session, wish.profile) if run.at == wish.at)
    return next((run for run in runs if _comparable(run.inputs) != now), None)


def _as_stored(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as they come back from the database: pairs as lists."""
    stored: dict[str, Any] = json.loads(json.dumps(inputs))
    return stored


def _comparable(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name not in {"minutes", "at"}}


def _same_people(run: CoverageRun, town: Town) -> bool:
    return bool(run.inputs.get("cells") == describe(town.inputs, town.question)["cells"])


def _reached_before(session: Session, run: CoverageRun, minutes: int) -> dict[str, bool]:
    return {
        cell.mesh_code: cell.travel_time_s is not None and cell.travel_time_s <= SECONDS * minutes
        for cell in list_run_cells(session, run.id)
    }


def _before(session: Session, run: CoverageRun, wish: Wish, town: Town, counts: GapCounts) -> Before:
    now = _as_stored(describe(town.inputs, town.question))
    if ("before",) in counts.printed:
        covered = counts.of("before")
    else:
        reached = _reached_before(session, run, wish.minutes)
        people = sum(cell.population for cell in list_run_cells(session, run.id) if reached[cell.mesh_code])
        covered = before_said(people, counts.of("city", "now"))
    return Before(
        run=run.id,
        day=run.computed_at.astimezone(JAPAN).date(),
        consultants=len(run.inputs.get("consultants", [])),
        covered=covered,
        changed=[words for name, words in CHANGES.items() if run.inputs.get(name) != now.get(name)],
    )
