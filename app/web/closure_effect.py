"""Route of the page of closures: how many people lose their consultant in time while one closure holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Path

from app.accounts.caller import Caller
from app.coverage.measure_coverage import gather_inputs
from app.coverage.travel import times_to_cells
from app.database import DbSession
from app.roads.queries import get_closure, pieces_of

router = APIRouter(tags=["道路"])
# The question that the reports put: is a consultant there within 20 minutes?
MINUTES = 20
PROFILES = ("car", "car-winter")


@router.get("/closures/{number}/effect")
def effect(session: DbSession, _: Caller, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> dict[str, Any]:
    """Return the people within 20 minutes with and without one closure, nothing else closed, on both kinds of days."""
    row = get_closure(session, number)
    return {"id": row.id, "minutes": MINUTES, "profiles": [_lost(session, row, profile) for profile in PROFILES]}


def _lost(session: DbSession, row: Any, profile: str) -> dict[str, Any]:
    inputs = gather_inputs(session, profile, [MINUTES], None)
    shut = replace(inputs, closed=pieces_of(inputs.network, [row]))
    people = np.array([cell.population for cell in inputs.cells], dtype=np.int64)
    before, after = (times_to_cells(each)[0].min(axis=0, initial=np.inf) for each in (inputs, shut))
    limit = 60 * MINUTES
    return {
        "profile": profile,
        "is_assumption": inputs.profile.is_assumption,
        "pieces": len(shut.closed),
        "population": int(people.sum()),
        "covered_open": int(people[before <= limit].sum()),
        "covered_closed": int(people[after <= limit].sum()),
        "lost": int(people[(before <= limit) & (after > limit)].sum()),
        "cut_off": int(people[np.isfinite(before) & np.isinf(after)].sum()),
    }
