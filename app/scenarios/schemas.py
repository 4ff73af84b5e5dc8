"""What scenarios look like from outside: for a page, for a program, for a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.documents.geojson import feature_collection
from app.documents.text_table import aligned
from app.jobs.models import Job
from app.scenarios.compare_scenarios import Comparison
from app.scenarios.keep_scenario import CHANGES
from app.scenarios.models import LONGEST_NAME, Scenario
from app.siting.propose_sites import Wish
from geo.mesh import bounds as mesh_bounds

MOST_MINUTES = 120


class Asked(BaseModel):
    """What the page sends to start a scenario."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=LONGEST_NAME * 2)
    add: int | None = Field(ge=1, le=1000)
    minutes: int = Field(ge=1, le=MOST_MINUTES)
    objective: Literal["cover", "mean", "worst"] = "cover"
    profile: Literal["car", "car-winter", "walk"] = "car"
    candidates: Literal["centres", "facilities", "settlements"] = "centres"

    def wish(self) -> Wish:
        """Return what is asked in the form of the use case."""
        return Wish(self.add, self.minutes, self.objective, self.profile, self.candidates)


class Nothing(BaseModel):
    """The body of an order that needs no words."""

    model_config = ConfigDict(extra="forbid")


def describe_job(job: Job) -> dict[str, Any]:
    """Return how far a job is."""
    return {
        "id": job.id,
        "kind": job.kind,
        "name": job.asked.get("name", ""),
        "state": job.state,
        "share": round(job.share, 3),
        "words": job.words,
        "failure": job.failure,
        "result": job.result,
        "asked_at": job.asked_at.isoformat(),
        "finished_at": job.finished_at and job.finished_at.isoformat(),
    }


def summary(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as a row of a list."""
    document = json.loads(scenario.document)
    last = document["ladder"][-1] if document["ladder"] else document["now"]
    return {
        "id": scenario.id,
        "name": scenario.name,
        **scenario.asked,
        "computed_at": scenario.computed_at.isoformat(),
        "fingerprint": scenario.fingerprint,
        "people": scenario.people,
        "population": document["population"],
        "consultants": document["consultants"],
        "status": document["status"],
        "covered_now": document["now"]["covered"],
        "covered": last["covered"],
        "sites": last.get("sites", []),
    }


def whole(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario with its answer and with all that the answer depends on."""
    return summary(scenario) | {"inputs": scenario.inputs, "document": json.loads(scenario.document)}


def describe_comparison(before: Scenario | None, after: Scenario, found: Comparison) -> dict[str, Any]:
    """Return a comparison; without the first scenario it starts from the staff of the second as it was."""
    return {
        "before": None if before is None else summary(before),
        "after": summary(after),
        "changed": [] if before is None else _changed(before, after),
        "bases": [
            {name: post[name] for name in ("code", "base", "district", "location", "access_point")}
            for post in after.inputs["consultants"]
        ],
        **found.describe(),
    }


# What differs by itself where these parts of the question differ.
FOLLOWS = {"profile": "profile", "candidates": "candidates", "closed": "at"}


def _changed(before: Scenario, after: Scenario) -> list[str]:
    """Return in words which data differ between two scenarios, besides what was asked."""
    return [
        title
        for name, title in CHANGES.items()
        if before.inputs.get(name) != after.inputs.get(name)
        and (name not in FOLLOWS or before.asked[FOLLOWS[name]] == after.asked[FOLLOWS[name]])
    ]


def cells_geojson(found: Comparison) -> dict[str, Any]:
    """Return the cells of a comparison as squares."""
    return feature_collection([_square(cell) for cell in found.cells])


def _square(cell: dict[str, Any]) -> dict[str, Any]:
    west, south, east, north = (round(value, 6) for value in mesh_bounds(cell["mesh_code"]))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    seconds = {name: cell[name] if cell[name] is None else round(cell[name], 1) for name in ("before_s", "after_s")}
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": cell | seconds,
    }


# --- for a terminal ---------------------------------------------------------------------------------------------------


def list_as_table(rows: Sequence[dict[str, Any]]) -> str:
    """Return summaries as a table."""
    lines = [["名前", "増員", "分", "移動", "届く人", "増える人", "場所"]]
    for row in rows:
        gain = row["covered"] - row["covered_now"]
        places = "、".join(site["name"] for site in row["sites"])
        wanted = "全部" if row["add"] is None else str(row["add"])
        minutes = str(row["minutes"])
        lines.append([row["name"], wanted, minutes, row["profile"], f"{row['covered']:,}", f"{gain:+,}", places])
    return "\n".join(aligned(lines)) if rows else "試算はまだありません。"


def comparison_as_table(document: dict[str, Any]) -> str:
    """Return a comparison as a table."""
    lines = [["地区", "人口", "新たに届く", "届かなくなる", "変わらない"]]
    for row in [*document["districts"], {"name": "計", **document["total"]}]:
        counts = (row[name] for name in ("population", "gained", "lost", "unchanged"))
        lines.append([row["name"], *(f"{count:,}" for count in counts)])
    table = aligned(lines)
    before = document["before"]["name"] if document["before"] else "いまの配置"
    table += ["", f"{before} → {document['after']['name']}"]
    if document["changed"]:
        table.append(f"もとになるデータも違います: {'、'.join(document['changed'])}")
    if any(document["not_compared"].values()):
        counts = document["not_compared"]
        table.append(f"比べられない人: 前だけ {counts['before']:,}人、後だけ {counts['after']:,}人")
    return "\n".join(table)
