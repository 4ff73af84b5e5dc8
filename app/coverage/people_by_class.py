"""The people of each colour of the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.coverage.schemas import CoverageDocument
from app.documents.words import WORDS


@dataclass(frozen=True)
class ClassOfMinutes:
    """How many people a colour stands for; `up_to` counts the darker colours in, where that means something."""

    title: str
    people: int
    up_to: int | None
    style: str


def people_by_class(coverage: CoverageDocument) -> Sequence[ClassOfMinutes]:
    """Return the people of each colour: within each edge and beyond the edge before, beyond the last, not reached."""
    rows: list[ClassOfMinutes] = []
    before = 0
    for number, edge in enumerate(coverage.minutes, start=1):
        up_to = coverage.covered[str(edge)]
        rows.append(ClassOfMinutes(f"{edge}分以内", up_to - before, up_to, str(number)))
        before = up_to
    lost = coverage.unreachable_population
    last = coverage.minutes[-1]
    beyond = coverage.population - before - lost
    rows.append(ClassOfMinutes(f"{last}分超", beyond, None, str(len(rows) + 1)))
    rows.append(ClassOfMinutes(f"{WORDS['profiles'][coverage.profile]['means']}行けない", lost, None, "none"))
    return rows
