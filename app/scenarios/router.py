"""Routes of scenarios: start one in the background, see how far it is, stop it, list, read and compare."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from app.accounts.caller import Caller
from app.database import DbSession
from app.jobs import queries as jobs
from app.scenarios import queries, schemas
from app.scenarios.background import ask_to_keep, ask_to_repeat
from app.scenarios.compare_scenarios import Comparison, compare_scenarios
from app.scenarios.models import Scenario

router = APIRouter(tags=["試算"])
MOST_NUMBER = 2**31 - 1
MOST_JOBS = 10
Number = Annotated[int, Path(ge=1, le=MOST_NUMBER)]
After = Annotated[int, Query(ge=1, le=MOST_NUMBER)]
Before = Annotated[int | None, Query(ge=1, le=MOST_NUMBER)]


@router.get("/scenarios")
def scenarios(session: DbSession, _: Caller) -> dict[str, Any]:
    """Return the stored scenarios, the newest first."""
    return {"scenarios": [schemas.summary(scenario) for scenario in queries.list_scenarios(session)]}


@router.post("/scenarios", status_code=202)
def start(session: DbSession, _: Caller, asked: schemas.Asked) -> dict[str, Any]:
    """Start to compute a scenario in the background; it is kept under its name when it is done."""
    return schemas.describe_job(ask_to_keep(session, asked.name, asked.wish()))


@router.get("/scenarios/{scenario_id}")
def scenario(session: DbSession, _: Caller, scenario_id: Number) -> dict[str, Any]:
    """Return a scenario with its answer and all its inputs."""
    return schemas.whole(queries.get_scenario(session, scenario_id))


@router.post("/scenarios/{scenario_id}/repeat", status_code=202)
def repeat(session: DbSession, _: Caller, scenario_id: Number, _nothing: schemas.Nothing) -> dict[str, Any]:
    """Start to compute a scenario once more, to see whether it is still the same to the byte."""
    return schemas.describe_job(ask_to_repeat(session, scenario_id))


@router.get("/comparison")
def comparison(session: DbSession, _: Caller, after: After, before: Before = None) -> dict[str, Any]:
    """Return who is gained, lost and unchanged from one scenario, or from today, to another."""
    first, second, found = _compared(session, before, after)
    return schemas.describe_comparison(first, second, found)


@router.get("/comparison/cells")
def comparison_cells(session: DbSession, _: Caller, after: After, before: Before = None) -> dict[str, Any]:
    """Return the cells of a comparison as GeoJSON squares."""
    return schemas.cells_geojson(_compared(session, before, after)[2])


def _compared(session: DbSession, before: int | None, after: int) -> tuple[Scenario | None, Scenario, Comparison]:
    first = None if before is None else queries.get_scenario(session, before)
    second = queries.get_scenario(session, after)
    return first, second, compare_scenarios(first, second)


@router.get("/jobs")
def list_jobs(session: DbSession, _: Caller) -> dict[str, Any]:
    """Return the work that goes on and the last that ended."""
    return {"jobs": [schemas.describe_job(job) for job in jobs.list_jobs(session, MOST_JOBS)]}


@router.get("/jobs/{job_id}")
def job(session: DbSession, _: Caller, job_id: Number) -> dict[str, Any]:
    """Return how far a job is."""
    return schemas.describe_job(jobs.get_job(session, job_id))


@router.post("/jobs/{job_id}/stop")
def stop(session: DbSession, _: Caller, job_id: Number, _nothing: schemas.Nothing) -> dict[str, Any]:
    """Stop a job; one that has ended stays as it is."""
    return schemas.describe_job(jobs.stop_job(session, job_id))
