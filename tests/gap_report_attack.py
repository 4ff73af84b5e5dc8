"""Someone who has the printed report, and tries to find out what it does not say, by linear programming.

The attacker knows each square that anyone lives in, with its district and minutes, but not how many live there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from app.reports.gap_counts import Key, People

Mask = NDArray[np.bool_]
# A number that nothing holds back could be as large as this.
MANY = 1000


def mask_of(key: Key, people: People, edges: list[int], steps: int) -> Mask:
    """Return the squares that a number of the report sums up, from what its words mean."""
    if key[0] == "class":
        return class_of(int(key[1]), people.now_s if key[2] == "now" else people.after_s, edges)
    if key[0] == "step":
        return people.step <= key[1] if key[2] == "covered" else people.step == key[1]
    if key == ("before",):
        assert people.before is not None
        return people.before
    column = column_of(key[-1], people, steps)
    return column if key[0] == "city" else column & (np.array(people.district, dtype=object) == key[1])


def class_of(number: int, seconds: NDArray[np.float64], edges: list[int]) -> Mask:
    """Return the squares of a class of minutes, which holds its upper edge."""
    if number > len(edges):
        return np.isinf(seconds)
    low, high = [-1.0, *edges][number], [*edges, np.inf][number]
    return np.isfinite(seconds) & (seconds > 60 * low) & (seconds <= 60 * high)


def column_of(name: str | int, people: People, steps: int) -> Mask:
    """Return the squares of a column of the table."""
    return {
        "population": people.step >= 0,
        "now": people.step == 0,
        "after": people.step <= steps,
        "gain": (people.step >= 1) & (people.step <= steps),
        "left": people.step > steps,
    }[str(name)]


def small_groups(people: People, masks: Mapping[Key, Mask]) -> Iterator[tuple[str, Mask]]:
    """Give all groups of one to nine people that any two numbers of the report, or their difference, speak of."""
    seen = set()
    for one, first in masks.items():
        for other, second in masks.items():
            for name, mask in ((f"{one} and {other}", first & second), (f"{one} without {other}", first & ~second)):
                if 0 < people.population[mask].sum() < 10 and mask.tobytes() not in seen:
                    seen.add(mask.tobytes())
                    yield name, mask


def interval(people: People, known: list[Mask], wanted: Mask) -> tuple[float, float]:
    """Return the least and the most people of a group in all cities that fit the known numbers."""
    # Squares that no known number tells apart, nor the wanted group, are one unknown.
    traits = np.array([*known, wanted]).T
    kinds, member = np.unique(traits, axis=0, return_inverse=True)
    member = member.reshape(-1)
    squares = np.bincount(member, minlength=len(kinds))
    rows = kinds[:, :-1].T.astype(float)
    totals = np.array([people.population[mask].sum() for mask in known], dtype=float)
    ends = []
    for sign in (1, -1):
        found = linprog(
            sign * kinds[:, -1].astype(float),
            A_eq=rows if len(known) else None,
            b_eq=totals if len(known) else None,
            bounds=[(count, MANY + people.population.sum()) for count in squares],
        )
        assert found.status == 0, found.message
        ends.append(sign * found.fun)
    return ends[0], ends[1]


def leaks(people: People, printed: Mapping[Key, int | None], edges: list[int], steps: int, width: float) -> list[str]:
    """Return what the attacker learns: small groups known too well, and unsaid numbers held too narrowly."""
    masks = {key: mask_of(key, people, edges, steps) for key in printed}
    for key, value in printed.items():
        assert value is None or value == people.population[masks[key]].sum(), key
    known = list({masks[key].tobytes(): masks[key] for key, value in printed.items() if value is not None}.values())
    found = []
    for name, mask in small_groups(people, masks):
        low, high = interval(people, known, mask)
        # Those of several groups may be known to be some; what they may not be is known to be fewer than ten.
        if high < 10 - 1e-6:
            found.append(f"{name}: {low:.0f} to {high:.0f}")
    for key, value in printed.items():
        if value is None:
            low, high = interval(people, known, masks[key])
            if high - low < width - 1e-6:
                found.append(f"{key}: {low:.0f} to {high:.0f}")
    return found
