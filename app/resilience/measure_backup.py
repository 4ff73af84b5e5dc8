"""Use case: consultants, roads and people as stored → who comes when the nearest consultant is away, to whom nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.coverage.figures import NO_DISTRICT, People
from app.coverage.inputs import Inputs, Question
from app.coverage.travel import times_to_cells
from app.resilience.kept_answers import Wish, by_district, kept
from app.resilience.models import ResilienceRun
from geo.coverage.backup import NearestTwo, nearest_two, sole_origin

Ints = NDArray[np.int64]


def measure_backup(session: Session, wish: Wish) -> ResilienceRun:
    """Return who loses cover with each consultant, and the second-nearest consultant of every cell."""
    return kept(session, wish, _backup)


def _backup(inputs: Inputs, question: Question) -> dict[str, Any]:
    (cutoff_s,) = question.cutoffs_s
    times, _, _ = times_to_cells(inputs, question)
    two = nearest_two(times)
    people = People.of(inputs.cells, inputs.districts)
    sole = sole_origin(two, cutoff_s)
    once, twice = two.first_s <= cutoff_s, two.second_s <= cutoff_s
    return {
        "population": int(people.counts.sum()),
        "covered": int(people.counts[once].sum()),
        "covered_twice": int(people.counts[twice].sum()),
        "consultants": [
            _consultant(inputs, two, number, np.flatnonzero(sole == number)) for number in range(len(inputs.postings))
        ],
        "districts": [
            {
                "name": name,
                "population": int(people.counts[mine].sum()),
                "covered": int(people.counts[mine][once[mine]].sum()),
                "covered_twice": int(people.counts[mine][twice[mine]].sum()),
            }
            for name, mine in people.districts
        ],
        "cells": [_cell(inputs, two, number) for number in range(len(inputs.cells))],
    }


def _consultant(inputs: Inputs, two: NearestTwo, number: int, lost: Ints) -> dict[str, Any]:
    """Return what it costs when one consultant is away; `lost` are the cells that nobody else reaches in time."""
    posting = inputs.postings[number]
    counts = inputs.people
    late = two.second_s[lost]
    reached = np.isfinite(late)
    weights = counts[lost][reached]
    return {
        "id": posting.code,
        "base": posting.base,
        "district": posting.district,
        "catchment_population": int(counts[two.first == number].sum()),
        "loses_cover": int(counts[lost].sum()),
        "districts": by_district(inputs, lost.tolist(), counts[lost].tolist()),
        "next": _next(inputs, two, lost, counts),
        "mean_s": round(float((late[reached] * weights).sum() / weights.sum()), 1) if weights.sum() else None,
        "longest_s": round(float(late[reached].max()), 1) if reached.any() else None,
        "nobody_comes": int(counts[lost][~reached].sum()),
        "cells": [inputs.cells[cell].mesh_code for cell in lost.tolist()],
    }


def _next(inputs: Inputs, two: NearestTwo, lost: Ints, counts: Ints) -> list[dict[str, Any]]:
    """Return who comes instead to those who lose cover, the one for most people first."""
    rows = [
        {
            "id": posting.code,
            "base": posting.base,
            "population": int(counts[lost][two.second[lost] == number].sum()),
        }
        for number, posting in enumerate(inputs.postings)
        if (two.second[lost] == number).any()
    ]
    return sorted(rows, key=lambda row: (-int(row["population"]), str(row["id"])))


def _cell(inputs: Inputs, two: NearestTwo, number: int) -> dict[str, Any]:
    cell = inputs.cells[number]
    return {
        "mesh_code": cell.mesh_code,
        "district": cell.district or NO_DISTRICT,
        "population": cell.population,
        **_visit(inputs, "first", int(two.first[number]), float(two.first_s[number])),
        **_visit(inputs, "second", int(two.second[number]), float(two.second_s[number])),
    }


def _visit(inputs: Inputs, name: str, origin: int, seconds: float) -> dict[str, Any]:
    if origin < 0:
        return {name: None, f"{name}_s": None}
    return {name: inputs.postings[origin].code, f"{name}_s": round(seconds, 1)}
