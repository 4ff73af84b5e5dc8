"""Use case: two scenarios, or one and today → who is gained, lost and unchanged, in total, by district and by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from app.documents.minutes import SECONDS
from app.documents.typed import Document
from app.scenarios.models import Scenario

ComparedKind = Literal["gained", "lost", "kept", "out"]
KINDS: tuple[ComparedKind, ...] = get_args(ComparedKind)


class TallyFacts(Document):
    """People compared: gained + lost + unchanged are all of them."""

    population: int
    gained: int
    lost: int
    unchanged: int
    unchanged_covered: int
    unchanged_uncovered: int


class _Named(Document):
    name: str


class DistrictTally(TallyFacts, _Named):
    """People compared of a district."""


class ComparedCell(Document):
    """A cell of a comparison: seconds before and after, None where nobody arrives."""

    mesh_code: str
    district: str
    population: int
    kind: ComparedKind
    before_s: float | None
    after_s: float | None


_KIND_OF: dict[tuple[bool, bool], ComparedKind] = {
    (False, True): "gained",
    (True, False): "lost",
    (True, True): "kept",
    (False, False): "out",
}


@dataclass(frozen=True)
class Cell:
    """A cell of one side: who lives there, and whether somebody comes within the minutes."""

    district: str
    population: int
    seconds: float | None
    is_covered: bool


@dataclass
class Tally:
    """People of cells that both sides count: gained, lost, covered by both (kept), by neither (out)."""

    gained: int = 0
    lost: int = 0
    kept: int = 0
    out: int = 0

    def add(self, kind: ComparedKind, people: int) -> None:
        """Count people of one kind."""
        setattr(self, kind, getattr(self, kind) + people)

    def facts(self) -> TallyFacts:
        """Return the numbers as they stand in the document."""
        unchanged = self.kept + self.out
        return TallyFacts(
            population=self.gained + self.lost + unchanged,
            gained=self.gained,
            lost=self.lost,
            unchanged=unchanged,
            unchanged_covered=self.kept,
            unchanged_uncovered=self.out,
        )


@dataclass
class Comparison:
    """What `compare` found; people are those that the second side counts."""

    total: Tally = field(default_factory=Tally)
    districts: dict[str, Tally] = field(default_factory=dict)
    cells: list[ComparedCell] = field(default_factory=list)
    only_before: int = 0
    only_after: int = 0


def compare(before: Mapping[str, Cell], after: Mapping[str, Cell]) -> Comparison:
    """Return who gains and who loses from one side to the other.

    The people of a cell that only one side counts (other census, other cells) are compared with nothing: they are told
    apart and belong to no kind.
    """
    found = Comparison()
    for code, cell in after.items():
        other = before.get(code)
        if other is None:
            found.only_after += cell.population
            continue
        kind: ComparedKind = _KIND_OF[other.is_covered, cell.is_covered]
        found.total.add(kind, cell.population)
        found.districts.setdefault(cell.district, Tally()).add(kind, cell.population)
        found.cells.append(
            ComparedCell(
                mesh_code=code,
                district=cell.district,
                population=cell.population,
                kind=kind,
                before_s=other.seconds,
                after_s=cell.seconds,
            )
        )
    found.only_before = sum(cell.population for code, cell in before.items() if code not in after)
    return found


def side(scenario: Scenario, *, today: bool = False) -> dict[str, Cell]:
    """Return the cells of a scenario with all its new posts, or as they were when it was kept."""
    limit = SECONDS * scenario.asked["minutes"]
    return {
        code: Cell(district, people, seconds, seconds is not None and seconds <= limit)
        for code, district, people, seconds in (
            (row[0], row[1], row[2], row[3] if today else row[4]) for row in scenario.cells
        )
    }


def compare_scenarios(before: Scenario | None, after: Scenario) -> Comparison:
    """Return the way from one scenario to another; None is the staff of the second as it was."""
    first = side(after, today=True) if before is None else side(before)
    found = compare(first, side(after))
    order = {name: place for place, name in enumerate(after.inputs["districts"])}
    found.districts = dict(sorted(found.districts.items(), key=lambda item: order.get(item[0], len(order))))
    return found
