"""Use case: how many people lose their consultant in time while one closure holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.coverage.measure_coverage import gather_inputs
from app.coverage.travel import times_to_cells
from app.roads.models import Closure
from app.roads.queries import edges_of, get_closure

# The question that the reports put: is a consultant there within 20 minutes?
MINUTES = 20
PROFILES = ("car", "car-winter")


def measure_closure(session: Session, number: int) -> dict[str, Any]:
    """Return the people within 20 minutes with and without one closure, nothing else closed, on both kinds of days."""
    row = get_closure(session, number)
    return {"id": row.id, "minutes": MINUTES, "profiles": [_lost(session, row, profile) for profile in PROFILES]}


def _lost(session: Session, row: Closure, profile: str) -> dict[str, Any]:
    inputs = gather_inputs(session, profile, [MINUTES], None)
    shut = replace(inputs, closed=edges_of(inputs.network, [row]))
    people = np.array([cell.population for cell in inputs.cells], dtype=np.int64)
    before, after = (times_to_cells(each)[0].min(axis=0, initial=np.inf) for each in (inputs, shut))
    limit = 60 * MINUTES
    return {
        "profile": profile,
        "is_assumption": inputs.profile.is_assumption,
        "edges": len(shut.closed),
        "population": int(people.sum()),
        "covered_open": int(people[before <= limit].sum()),
        "covered_closed": int(people[after <= limit].sum()),
        "lost": int(people[(before <= limit) & (after > limit)].sum()),
        "cut_off": int(people[np.isfinite(before) & np.isinf(after)].sum()),
    }
