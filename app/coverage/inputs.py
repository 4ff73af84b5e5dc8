"""What a measurement stands on: the data as stored (`Inputs`), and what is asked of them (`Question`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.consultants.queries import Posting, list_postings
from app.demand.queries import Cell, cell_dataset_ids, list_cells
from app.documents.minutes import seconds_of
from app.errors import NotReadyError
from app.register.queries import list_districts
from app.roads.queries import active_network, closed_edges, load_network
from app.roads.schemas import NetworkFacts, network_facts
from app.roads.speeds import profile_in_use
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile

# Raised when the way of measuring changes, so that an old result is never taken for a new one.
METHOD = 4


@dataclass(frozen=True, eq=False)
class Inputs:
    """The data as stored, whatever is asked of them; `network_facts` is what a document says of the roads."""

    network: RoadNetwork
    network_facts: NetworkFacts
    districts: Sequence[str]
    postings: Sequence[Posting]
    cells: Sequence[Cell]
    dataset_ids: Sequence[int]

    @property
    def people(self) -> NDArray[np.int64]:
        """Return the people of each cell."""
        return np.array([cell.population for cell in self.cells], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked: how one travels, within how many minutes, and at which moment, with the edges closed then."""

    profile: Profile
    minutes: Sequence[int]
    at: datetime | None
    closed: NDArray[np.int64]

    @property
    def cutoffs_s(self) -> list[int]:
        """Return the minutes as cutoffs in seconds."""
        return seconds_of(self.minutes)

    @property
    def moment(self) -> str | None:
        """Return the moment as documents write it."""
        return None if self.at is None else self.at.isoformat()


def gather_inputs(session: Session) -> Inputs:
    """Return the data as they are stored now."""
    row = active_network(session)
    network = load_network(session, row)
    cells = list_cells(session)
    if not cells:
        raise NotReadyError(
            "There are no people yet. Load them: `tono demand load FILE`, or the bundled data: `tono demo load`.",
            detail="人口のデータがまだありません。",
        )
    postings = list_postings(session)
    used = {row.dataset_id, *cell_dataset_ids(session), *(posting.dataset_id for posting in postings)}
    return Inputs(
        network=network,
        network_facts=network_facts(row),
        districts=[district.name for district in list_districts(session)],
        postings=postings,
        cells=cells,
        dataset_ids=sorted(used),
    )


def pose_question(
    session: Session, inputs: Inputs, profile: str, minutes: Sequence[int], at: datetime | None
) -> Question:
    """Return a question with the speeds in force now and the edges of these roads that are closed at the moment."""
    chosen = profile_in_use(session, profile)
    return Question(chosen, minutes, at, closed_edges(session, inputs.network, at))


def describe(inputs: Inputs, question: Question) -> dict[str, Any]:
    """Return all that an answer depends on in words and numbers, roads and cells by their fingerprint."""
    return {
        "method": METHOD,
        "network": {"fingerprint": inputs.network.fingerprint, **inputs.network_facts.model_dump()},
        "districts": list(inputs.districts),
        "profile": describe_profile(question.profile),
        "minutes": list(question.minutes),
        "at": question.moment,
        "closed": question.closed.tolist(),
        "consultants": [_plain(posting) for posting in inputs.postings],
        "cells": sha256(inputs.cells),
    }


def describe_profile(profile: Profile) -> dict[str, Any]:
    """Return all numbers of a profile; which roads are built up follows from the network's fingerprint."""
    return {
        "name": profile.name,
        "speed_kmh": dict(profile.speed_kmh),
        "built_up_kmh": dict(profile.built_up_kmh),
        "delay_s": dict(profile.delay_s),
        "range_kmh": {row: list(ends) for row, ends in profile.range_kmh.items()},
        "ignores_oneway": profile.ignores_oneway,
        "access_speed_kmh": profile.access_speed_kmh,
        "max_snap_m": profile.max_snap_m,
        "through_only": sorted(profile.through_only),
        "is_on_foot": profile.is_on_foot,
    }


def sha256(value: object) -> str:
    """Return the SHA-256 of a value written as JSON in one fixed way."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(posting: Posting) -> dict[str, Any]:
    kept = ("code", "base", "district", "location", "access_point", "accuracy_m")
    return {name: value for name, value in asdict(posting).items() if name in kept}
