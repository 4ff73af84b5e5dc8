"""How many people the report speaks of: by district, by further post and by minutes; what may not be said is None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.coverage.figures import NO_DISTRICT
from app.documents.minutes import SECONDS, seconds_of
from app.reports.suppression import Publication, is_small, printable
from app.siting.propose_sites import Town

Key = tuple[str | int, ...]
Numbers = NDArray[np.int64]
COLUMNS = ("population", "now", "after", "gain", "left")
# How much a reader loses with each number; what is dear stays longest. Districts' people are known from the census.
DEAR_CITY = {"population": 900.0, "now": 500.0, "after": 500.0, "gain": 300.0, "left": 60.0}
DEAR_DISTRICT = {"population": 120.0, "now": 20.0, "after": 22.0, "gain": 12.0, "left": 8.0}
DEAR_STEP = {"covered": 60.0, "gain": 50.0}
DEAR_BIN = 6.0
DEAR_BEFORE = 10.0
DEAR_BESIDE = 80.0


@dataclass(frozen=True, eq=False)
class People:
    """The people of each inhabited square and what becomes of them; one entry for each square in every array.

    `now_s`, `after_s` are seconds to the nearest post; `step` is the number of further posts with which someone is
    within the minutes, one more than there are if none is; `before` is whether the last measurement had them within,
    `beside` whether they are within them today on the other roads (winter beside ordinary, ordinary beside winter).
    """

    population: Numbers
    district: Sequence[str]
    now_s: NDArray[np.float64]
    after_s: NDArray[np.float64]
    step: Numbers
    before: NDArray[np.bool_] | None = None
    beside: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class GapCounts:
    """The numbers that may be printed, by key; None is a number that stays unsaid."""

    edges: Sequence[int]
    districts: Sequence[str]
    steps: int
    printed: Mapping[Key, int | None]

    def of(self, *key: str | int) -> int | None:
        """Return a number, or None where it stays unsaid."""
        return self.printed[key]

    def not_reached(self, *place: str) -> int | None:
        """Return how many of the city or a district are not within the minutes today, or None where it stays unsaid."""
        people, now = self.of(*place, "population"), self.of(*place, "now")
        return None if people is None or now is None else people - now

    def not_reached_beside(self) -> int | None:
        """Return how many of the city are not within the minutes today on the other roads, None where unsaid."""
        people, beside = self.of("city", "population"), self.printed.get(("beside",))
        return None if people is None or beside is None else people - beside

    @property
    def worst_first(self) -> list[str]:
        """Return the districts by how many are not reached, as far as that is printed; the unsaid before the zeros."""

        def rank(name: str) -> tuple[int, int]:
            left = self.not_reached("district", name)
            return (1, 0) if left is None else (0 if left else 2, -left)

        return sorted(self.districts, key=rank)

    @property
    def are_complete(self) -> bool:
        """Return whether nothing stays unsaid."""
        return None not in self.printed.values()


def people_of(
    town: Town,
    sites: Sequence[int],
    minutes: int,
    before: Mapping[str, bool] | None = None,
    beside_s: NDArray[np.float32] | None = None,
) -> People:
    """Return what becomes of the people of each square when posts are added one after the other.

    `beside_s` are the seconds to each cell of the town today on the other roads.
    """
    everyone, places = town.people, town.districts
    lives = np.flatnonzero(everyone > 0).tolist()
    times = town.problem.times[:, lives].astype(float)
    steps = [times[town.problem.fixed_sites].min(axis=0, initial=np.inf)]
    for site in sites:
        steps.append(np.minimum(steps[-1], times[site]))
    within = np.array([seconds <= SECONDS * minutes for seconds in steps])
    codes = [town.inputs.cells[number].mesh_code for number in lives]
    return People(
        population=everyone[lives],
        district=[places[number] for number in lives],
        now_s=steps[0],
        after_s=steps[-1],
        step=np.where(within.any(axis=0), within.argmax(axis=0), len(steps)).astype(np.int64),
        before=None if before is None else np.array([before.get(code, False) for code in codes], dtype=bool),
        beside=None if beside_s is None else np.asarray(beside_s[lives] <= SECONDS * minutes, dtype=bool),
    )


def count_people(people: People, districts: Sequence[str], steps: int, minutes: int) -> GapCounts:
    """Return every number of the report, those unsaid that are small or would give a small one away."""
    edges = minute_edges(minutes)
    names = [*districts, *([NO_DISTRICT] if NO_DISTRICT in people.district and NO_DISTRICT not in districts else [])]
    traits = _traits(people, names, edges)
    groups, member = np.unique(traits, axis=0, return_inverse=True)
    member = member.reshape(-1)
    counts = np.bincount(member, people.population, minlength=len(groups)).astype(np.int64)
    least = np.bincount(member, minlength=len(groups)).astype(np.int64)
    sums = _sums(groups, names, edges, steps, with_before=people.before is not None)
    if people.beside is not None:
        sums["beside",] = (DEAR_BESIDE, groups[:, 5] == 1)
    return GapCounts(edges, names, steps, _print(sums, counts, least))


def minute_edges(minutes: int) -> list[int]:
    """Return the upper edges of the classes of minutes, the asked one among them."""
    width = 5 if minutes <= 30 else 10 if minutes <= 60 else 30
    last = max(30, -(-minutes // width) * width)
    return sorted({*range(width, last + 1, width), minutes})


def _traits(people: People, names: Sequence[str], edges: Sequence[int]) -> Numbers:
    """Return what tells squares apart: district, class of minutes now and after, step, before, beside."""
    place = {name: number for number, name in enumerate(names)}
    nobody = np.zeros(len(people.district), dtype=bool)
    before = nobody if people.before is None else people.before
    beside = nobody if people.beside is None else people.beside
    return np.column_stack(
        [
            np.array([place[name] for name in people.district], dtype=np.int64),
            _classes(people.now_s, edges),
            _classes(people.after_s, edges),
            people.step,
            before.astype(np.int64),
            beside.astype(np.int64),
        ]
    ).reshape(-1, 6)


def _classes(seconds: NDArray[np.float64], edges: Sequence[int]) -> Numbers:
    """Return the class of minutes; a class holds its upper edge, and the last is not reached at all."""
    found = np.digitize(seconds, np.asarray(seconds_of(edges)), right=True)
    return np.where(np.isfinite(seconds), found, len(edges) + 1).astype(np.int64)


Sum = tuple[float, NDArray[np.bool_]]


def _sums(
    groups: Numbers, names: Sequence[str], edges: Sequence[int], steps: int, *, with_before: bool
) -> dict[Key, Sum]:
    """Return for each number how dear it is and the groups that it sums up."""
    district, now, after, step, before, _ = groups.T
    # `step` is 0 for those within the minutes today and above `steps` for those who stay out.
    columns = {
        "population": step >= 0,
        "now": step == 0,
        "after": step <= steps,
        "gain": (step > 0) & (step <= steps),
        "left": step > steps,
    }
    found: dict[Key, Sum] = {("city", name): (DEAR_CITY[name], mask) for name, mask in columns.items()}
    for number, place in enumerate(names):
        for name, mask in columns.items():
            found["district", place, name] = (DEAR_DISTRICT[name], mask & (district == number))
    for number in range(1, steps + 1):
        found["step", number, "covered"] = (DEAR_STEP["covered"], step <= number)
        found["step", number, "gain"] = (DEAR_STEP["gain"], step == number)
    for number in range(len(edges) + 2):
        found["class", number, "now"] = (DEAR_BIN, now == number)
        found["class", number, "after"] = (DEAR_BIN, after == number)
    if with_before:
        found["before",] = (DEAR_BEFORE, before == 1)
    return found


def _print(sums: Mapping[Key, Sum], counts: Numbers, least: Numbers) -> dict[Key, int | None]:
    """Return the numbers that may be printed; sums over the same groups share their fate, and nobody is nobody."""
    masks: dict[bytes, int] = {}
    dear: list[float] = []
    rows: list[NDArray[np.bool_]] = []
    for price, mask in sums.values():
        known = masks.setdefault(mask.tobytes(), len(rows))
        if known == len(rows):
            rows.append(mask)
            dear.append(0.0)
        dear[known] += price
    table = np.array(rows, dtype=np.int64).reshape(len(rows), counts.size)
    told = printable(Publication(table, counts, least, np.array(dear)))
    values = table @ counts
    number_of = {key: masks[mask.tobytes()] for key, (_, mask) in sums.items()}
    return {key: int(values[row]) if told[row] else None for key, row in number_of.items()}


def before_said(covered: int, now: int | None) -> int | None:
    """Return the number of another measurement with other people, unsaid where it or its change would be small."""
    if now is None or is_small(np.array([covered, abs(covered - now)])).any():
        return None
    return covered
