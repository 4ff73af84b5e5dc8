"""Use case: two scenarios, or one and today → who is gained, lost and unchanged, in total, by district and by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.documents.minutes import SECONDS
from app.scenarios.models import Scenario

KINDS = ("gained", "lost", "kept", "out")


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

    def add(self, kind: str, people: int) -> None:
        """Count people of one kind."""
        setattr(self, kind, getattr(self, kind) + people)

    def describe(self) -> dict[str, int]:
        """Return the numbers; gained + lost + unchanged are all people compared."""
        unchanged = self.kept + self.out
        return {
            "population": self.gained + self.lost + unchanged,
            "gained": self.gained,
            "lost": self.lost,
            "unchanged": unchanged,
            "unchanged_covered": self.kept,
            "unchanged_uncovered": self.out,
        }


@dataclass
class Comparison:
    """What `compare` found; people are those that the second side counts."""

    total: Tally = field(default_factory=Tally)
    districts: dict[str, Tally] = field(default_factory=dict)
    cells: list[dict[str, Any]] = field(default_factory=list)
    only_before: int = 0
    only_after: int = 0

    def describe(self) -> dict[str, Any]:
        """Return the comparison as it stands in the document."""
        return {
            "total": self.total.describe(),
            "districts": [{"name": name, **tally.describe()} for name, tally in self.districts.items()],
            "not_compared": {"before": self.only_before, "after": self.only_after},
        }


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
        kind = {(False, True): "gained", (True, False): "lost", (True, True): "kept"}.get(
            (other.is_covered, cell.is_covered), "out"
        )
        found.total.add(kind, cell.population)
        found.districts.setdefault(cell.district, Tally()).add(kind, cell.population)
        found.cells.append(
            {
                "mesh_code": code,
                "district": cell.district,
                "population": cell.population,
                "kind": kind,
                "before_s": other.seconds,
                "after_s": cell.seconds,
            }
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
