"""Who is not reached, as everyone may read it: no count of 1 to 9 people is told, nor can one be worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.coverage.keep_warm import Present, present_coverage
from app.coverage.not_reached import BESIDE
from app.coverage.schemas import ProfileName
from app.documents.minutes import SECONDS
from app.reports.suppression import Publication, printable

# The whole city stands under this name.
CITY = ""
PEOPLE = "population"
Key = tuple[str, str]
# How much a reader loses with each number; districts' people are known from the census.
DEAR = {(True, True): 900.0, (True, False): 500.0, (False, True): 120.0, (False, False): 20.0}


@dataclass(frozen=True)
class PublicCounts:
    """People and who of them is not reached, by district (`CITY`: all) and way of travelling; None stays unsaid."""

    profiles: Sequence[ProfileName]
    minutes: int
    districts: Sequence[str]
    staffed: frozenset[str]
    printed: Mapping[Key, int | None]

    def of(self, district: str, what: str) -> int | None:
        """Return a number, or None where it stays unsaid."""
        return self.printed[district, what]

    @property
    def are_complete(self) -> bool:
        """Return whether nothing stays unsaid."""
        return None not in self.printed.values()

    @property
    def worst_first(self) -> list[str]:
        """Return the districts by how many are not reached, as far as that is told; the unsaid before the zeros."""

        def rank(name: str) -> tuple[int, int]:
            left = self.of(name, self.profiles[0])
            return (1, 0) if left is None else (0 if left else 2, -left)

        return sorted(self.districts, key=rank)


def count_for_everyone(session: Session, profile: str, minutes: int) -> PublicCounts:
    """Return who is not reached as the data are now, small counts and what would give one away struck out."""
    profiles = BESIDE[profile]
    presents = [present_coverage(session, name, None) for name in profiles]
    people = presents[0].people
    names = [name for name, _ in people.districts]
    lives = people.counts > 0
    masks = masks_of(presents, minutes)
    traits = np.column_stack([people.district, *(masks[CITY, name] for name in profiles)])[lives]
    groups, member = np.unique(traits, axis=0, return_inverse=True)
    member = member.reshape(-1)
    rows = np.zeros((len(masks), len(groups)), dtype=np.int64)
    for row, mask in zip(rows, masks.values(), strict=True):
        row[member[mask[lives]]] = 1
    counts = np.bincount(member, people.counts[lives], minlength=len(groups)).astype(np.int64)
    least = np.bincount(member, minlength=len(groups)).astype(np.int64)
    dear = np.array([DEAR[district == CITY, what == PEOPLE] for district, what in masks])
    told = printable(Publication(rows, counts, least, dear))
    return PublicCounts(
        profiles=profiles,
        minutes=minutes,
        districts=names,
        staffed=frozenset(posting.district or "" for posting in presents[0].inputs.postings),
        printed={
            key: int(value) if is_told else None for key, value, is_told in zip(masks, rows @ counts, told, strict=True)
        },
    )


def masks_of(presents: Sequence[Present], minutes: int) -> dict[Key, NDArray[np.bool_]]:
    """Return for each number the squares that it sums up."""
    people = presents[0].people
    everywhere = np.ones(len(people.counts), dtype=bool)
    places = {CITY: everywhere} | {name: people.district == row for row, (name, _) in enumerate(people.districts)}
    left = {PEOPLE: everywhere} | {
        present.question.profile.name: ~(present.best <= SECONDS * minutes) for present in presents
    }
    return {(place, what): here & there for place, here in places.items() for what, there in left.items()}
