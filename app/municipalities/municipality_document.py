"""The coverage of many municipalities as one document, and as a table for a terminal."""

from __future__ import annotations

import numpy as np

from app.coverage.inputs import describe_profile, sha256
from app.coverage.reached import counted_range, reached
from app.coverage.tables import RANGE_EXPLAINED, range_of
from app.documents.text_table import aligned, minutes_text
from app.municipalities.measure_municipalities import Batch, Results
from app.municipalities.schemas import MunicipalitiesDocument, MunicipalityCoverage
from geo.travel.travel_time import SecondsRange

# Raised when the way of measuring changes, so that an old result is never taken for a new one.
METHOD = 2
ASSUMED_ORIGIN = (
    "仮定: 庁舎の位置のデータがない市町村は、周囲2kmの人口を近いほど重く数えて最も多い小地域を、出発地とした。"
)
ASSUMED_PLACE = (
    "仮定: 代表点が道路から遠い小地域や、代表点の近くの道がほかの道路とつながっていない小地域は、"
    "その区域の中にあるつながった道路のうち、代表点に最も近い点に着くものとした。"
)
ASSUMED_SPEEDS = "仮定: 速さの表に、公表された資料のない値を使っている。"


def as_document(batch: Batch, results: Results) -> MunicipalitiesDocument:
    """Return the document of `tono coverage --municipality … --json`."""
    inputs = {
        "method": METHOD,
        "profile": describe_profile(batch.profile),
        "minutes": list(batch.minutes),
        "networks": [facts.fingerprint for facts in results.networks],
        "files": list(batch.files),
        "municipalities": [one.code for one in batch.municipalities],
    }
    rows = [one.row for one in results.measured]
    times = SecondsRange(*map(np.concatenate, zip(*(one.times_s for one in results.measured), strict=True)))
    people = np.concatenate([one.people for one in batch.municipalities])
    return MunicipalitiesDocument(
        fingerprint=sha256(inputs),
        profile=batch.profile.name,
        at=None,
        minutes=list(batch.minutes),
        networks=list(results.networks),
        **dict(reached(times.usual, people, batch.minutes)),
        **dict(counted_range(times, people, batch.minutes)),
        municipalities=rows,
        assumptions=[
            *([ASSUMED_ORIGIN] if any(row.is_assumption for row in rows) else []),
            *([ASSUMED_PLACE] if any(row.moved_to_road.small_areas for row in rows) else []),
            *([ASSUMED_SPEEDS] if batch.profile.is_assumption else []),
        ],
    )


def municipalities_as_table(document: MunicipalitiesDocument) -> str:
    """Return a document of many municipalities as a table for a terminal."""
    minutes = [str(value) for value in document.minutes]
    rows = [["市町村", "人口", *(f"{value}分以内" for value in minutes), "行けない", "平均", "出発地"]]
    for name, one, origins in [
        *((one.name, one, _origins(one)) for one in document.municipalities),
        ("計", document, ""),
    ]:
        within = (f"{one.covered[value]:,}" for value in minutes)
        lost = f"{one.unreachable_population:,}"
        rows.append([name, f"{one.population:,}", *within, lost, minutes_text(one.mean_s), origins])
    rows.append(["速さの幅", "", *(range_of(document, value) for value in minutes), "", "", ""])
    lines = [*aligned(rows), "", RANGE_EXPLAINED, *document.assumptions]
    lines += [f"道路網: {one.name}({one.date or '年月日不明'})" for one in document.networks]
    lines.append(f"profile {document.profile}  fingerprint {document.fingerprint}")
    return "\n".join(lines)


def _origins(one: MunicipalityCoverage) -> str:
    """Return where trips start, an assumption marked as such, an office away from the roads too."""
    names = [place.name + ("" if place.is_on_network else "(道路から遠い)") for place in one.origins]
    return ("仮定 " if one.is_assumption else "") + "、".join(names)
