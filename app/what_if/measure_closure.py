"""Use case: how many people lose their consultant in time while one closure holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from sqlalchemy.orm import Session

from app.coverage.inputs import Inputs, gather_inputs, pose_question
from app.coverage.schemas import ProfileName
from app.coverage.travel import times_to_cells
from app.roads.models import Closure
from app.roads.queries import edges_of, get_closure
from app.what_if.schemas import ClosureCost, ClosureEffect

# The question that the reports put: is a consultant there within 20 minutes?
MINUTES = 20
PROFILES: tuple[ProfileName, ...] = ("car", "car-winter")


def measure_closure(session: Session, number: int) -> ClosureEffect:
    """Return the people within 20 minutes with and without one closure, nothing else closed, on both kinds of days."""
    row = get_closure(session, number)
    inputs = gather_inputs(session)
    costs = [_lost(session, inputs, row, profile) for profile in PROFILES]
    return ClosureEffect(id=row.id, minutes=MINUTES, profiles=costs)


def _lost(session: Session, inputs: Inputs, row: Closure, profile: ProfileName) -> ClosureCost:
    question = pose_question(session, inputs, profile, [MINUTES], None)
    shut = replace(question, closed=edges_of(inputs.network, [row]))
    people = inputs.people
    before, after = (times_to_cells(inputs, each)[0].min(axis=0, initial=np.inf) for each in (question, shut))
    (cutoff_s,) = question.cutoffs_s
    return ClosureCost(
        profile=profile,
        is_assumption=question.profile.is_assumption,
        edges=len(shut.closed),
        population=int(people.sum()),
        covered_open=int(people[before <= cutoff_s].sum()),
        covered_closed=int(people[after <= cutoff_s].sum()),
        lost=int(people[(before <= cutoff_s) & (after > cutoff_s)].sum()),
        cut_off=int(people[np.isfinite(before) & np.isinf(after)].sum()),
    )
