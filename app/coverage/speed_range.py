"""How much a coverage figure hangs on the speeds: the count at the slowest and the fastest that may well be true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from app.coverage.figures import People, Times
from app.coverage.travel import Inputs, times_to_cells
from geo.coverage import coverage

ENDS = ("low", "high")


def add_range(figures: Mapping[str, Any], inputs: Inputs, people: People, times: Times) -> dict[str, Any]:
    """Return figures with `covered_low` and `covered_high`, for the city and for each district."""
    best = times.min(axis=0, initial=np.inf)
    slow, fast = (times_to_cells(inputs_at)[0].min(axis=0, initial=np.inf) for inputs_at in _at_both_ends(inputs))
    # Travel times are whole ticks of a clock that hangs on the speeds: a tick must not turn the order round.
    ends = dict(zip(ENDS, (np.maximum(slow, best), np.minimum(fast, best)), strict=True))
    rows = zip(figures["districts"], people.districts, strict=True)
    return {
        **figures,
        "districts": [row | _covered(ends, people, inputs.minutes, mine) for row, (_, mine) in rows],
        **_covered(ends, people, inputs.minutes, np.arange(len(people.counts))),
    }


def _at_both_ends(inputs: Inputs) -> tuple[Inputs, Inputs]:
    return replace(inputs, profile=inputs.profile.low()), replace(inputs, profile=inputs.profile.high())


def _covered(ends: Mapping[str, Times], people: People, minutes: Sequence[int], mine: Any) -> dict[str, Any]:
    found = {}
    for end, times in ends.items():
        counts = coverage(times[mine], people.counts[mine], [60 * value for value in minutes]).covered
        found[f"covered_{end}"] = dict(zip(map(str, minutes), counts, strict=True))
    return found
