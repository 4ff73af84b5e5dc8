"""Use case: take the bundled data out again; nothing of it stays behind."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.coverage.queries import remove_runs_of
from app.datasets.queries import list_bundled, remove_rows_of
from app.errors import InputError
from app.resilience.queries import remove_resilience_runs_of
from app.scenarios.queries import remove_scenarios_of

# From the rows that point at others to the rows that are pointed at.
TABLES = {
    "consultant": "consultants",
    "resource": "resources",
    "organisation": "organisations",
    "road_network": "networks",
    "closure": "closures",
    "demand_cell": "cells",
    "small_area": "small areas",
    "district": "districts",
}


def remove_demonstration(session: Session, *, only_invented: bool = False) -> dict[str, int]:
    """Delete the bundled rows (or just the invented ones) and what was measured on them; return how many of each."""
    datasets = [dataset for dataset in list_bundled(session) if dataset.is_demo or not only_invented]
    numbers = [dataset.id for dataset in datasets]
    counts = {
        "coverage runs": remove_runs_of(session, numbers),
        "answers on resilience": remove_resilience_runs_of(session, numbers),
        "scenarios": remove_scenarios_of(session, numbers),
    }
    try:
        for table, title in TABLES.items():
            counts[title] = remove_rows_of(session, table, numbers)
    except IntegrityError as error:
        raise InputError(
            "Entries of your own stand on the bundled data (for example people or consultants in a bundled district). "
            "Load your own districts first (`tono districts load FILE`), then remove the bundled data. "
            "Nothing was removed."
        ) from error
    for dataset in datasets:
        session.delete(dataset)
    return {title: number for title, number in counts.items() if number}
