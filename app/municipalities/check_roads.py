"""Refuse roads that do not reach the areas: figures of roads elsewhere would say that nobody is covered."""

from __future__ import annotations

from collections.abc import Sequence

from app.errors import InputError
from app.municipalities.measure_municipalities import Batch, Results
from app.municipalities.schemas import MunicipalityCoverage

# With fewer of its people by a road, a municipality is taken to lie beside the roads of the file.
LEAST_SHARE = 0.5
MOST_NAMED = 5


def check_roads(batch: Batch, results: Results) -> None:
    """Refuse a batch in which most people of a municipality have no road of the file near them; say how many do."""
    beside = [
        (one.roads, found.row)
        for one, found in zip(batch.municipalities, results.measured, strict=True)
        if _share(found.row) < LEAST_SHARE
    ]
    if not beside:
        return
    file = beside[0][0]
    roads = batch.roads[file].name
    rows = [row for number, row in beside if number == file]
    if len(rows) == sum(one.roads == file for one in batch.municipalities):
        raise InputError(
            f"The roads of {roads} and the areas do not lie in the same place: {_percent(rows)} of the "
            f"{sum(row.population for row in rows):,} people live by one of these roads. Check that both files are "
            "of the same prefecture and that lon and lat are not swapped. Nothing was measured."
        )
    raise InputError(
        f"The roads of {roads} do not reach {len(rows)} of the municipalities: {_named(rows)}. Give the roads of the "
        "whole prefecture, or leave these municipalities out of --municipality. Nothing was measured."
    )


def _share(row: MunicipalityCoverage) -> float:
    """Return the share of the people who live by a road; of the small areas where there are no people."""
    off = [area for area in row.unreachable if area.reason == "off_network"]
    if row.population:
        return 1 - sum(area.population for area in off) / row.population
    return 1 - len(off) / row.small_areas


def _percent(rows: Sequence[MunicipalityCoverage]) -> str:
    people = sum(row.population for row in rows)
    return f"{sum(_share(row) * row.population for row in rows) / people if people else 0:.1%}"


def _named(rows: Sequence[MunicipalityCoverage]) -> str:
    named = ", ".join(f"{row.name} ({_percent([row])} of its people live by a road)" for row in rows[:MOST_NAMED])
    return named + (f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else "")
