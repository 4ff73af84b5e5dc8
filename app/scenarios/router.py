"""Routes of scenarios: start one in the background, see how far it is, stop it, list, read and compare."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from app.accounts.caller import Caller, get_staff
from app.database import DbSession
from app.documents.problem import refusals
from app.documents.typed import RowNumber
from app.jobs import queries as jobs
from app.scenarios import queries, schemas
from app.scenarios.background import ask_to_keep, ask_to_repeat
from app.scenarios.compare_scenarios import Comparison, compare_scenarios
from app.scenarios.models import Scenario

router = APIRouter(tags=["試算"], dependencies=[Depends(get_staff)], responses=refusals(403))
MOST_JOBS = 10
Number = Annotated[RowNumber, Path()]
After = Annotated[RowNumber, Query()]
Before = Annotated[RowNumber | None, Query()]


@router.get("/scenarios")
def scenarios(session: DbSession, _: Caller) -> schemas.Scenarios:
    """Return the stored scenarios, the newest first."""
    return schemas.Scenarios(scenarios=[schemas.summary(scenario) for scenario in queries.list_scenarios(session)])


@router.post("/scenarios", status_code=202, response_model_exclude_unset=True, responses=refusals(400, 403))
def start(session: DbSession, _: Caller, asked: schemas.Asked) -> schemas.JobFacts:
    """Start to compute a scenario in the background; it is kept under its name when it is done."""
    return schemas.describe_job(ask_to_keep(session, asked.name, asked.wish()))


@router.get("/scenarios/{scenario_id}", response_model_exclude_unset=True, responses=refusals(404))
def scenario(session: DbSession, _: Caller, scenario_id: Number) -> schemas.ScenarioWhole:
    """Return a scenario with its answer and all its inputs."""
    return schemas.whole(queries.get_scenario(session, scenario_id))


@router.post(
    "/scenarios/{scenario_id}/repeat",
    status_code=202,
    response_model_exclude_unset=True,
    responses=refusals(400, 403, 404),
)
def repeat(session: DbSession, _: Caller, scenario_id: Number, _nothing: schemas.Nothing) -> schemas.JobFacts:
    """Start to compute a scenario once more, to see whether it is still the same to the byte."""
    return schemas.describe_job(ask_to_repeat(session, scenario_id))


@router.get("/comparison", responses=refusals(404))
def comparison(session: DbSession, _: Caller, after: After, before: Before = None) -> schemas.ComparisonFacts:
    """Return who is gained, lost and unchanged from one scenario, or from today, to another."""
    first, second, found = _compared(session, before, after)
    return schemas.describe_comparison(first, second, found)


@router.get("/comparison/cells", responses=refusals(404))
def comparison_cells(session: DbSession, _: Caller, after: After, before: Before = None) -> schemas.ComparedCells:
    """Return the cells of a comparison as GeoJSON squares."""
    return schemas.cells_geojson(_compared(session, before, after)[2])


def _compared(session: DbSession, before: int | None, after: int) -> tuple[Scenario | None, Scenario, Comparison]:
    first = None if before is None else queries.get_scenario(session, before)
    second = queries.get_scenario(session, after)
    return first, second, compare_scenarios(first, second)


@router.get("/jobs", response_model_exclude_unset=True)
def list_jobs(session: DbSession, _: Caller) -> schemas.Jobs:
    """Return the work that goes on and the last that ended."""
    return schemas.Jobs(jobs=[schemas.describe_job(job) for job in jobs.list_jobs(session, MOST_JOBS)])


@router.get("/jobs/{job_id}", response_model_exclude_unset=True, responses=refusals(404))
def job(session: DbSession, _: Caller, job_id: Number) -> schemas.JobFacts:
    """Return how far a job is."""
    return schemas.describe_job(jobs.get_job(session, job_id))


@router.post("/jobs/{job_id}/stop", response_model_exclude_unset=True, responses=refusals(403, 404))
def stop(session: DbSession, _: Caller, job_id: Number, _nothing: schemas.Nothing) -> schemas.JobFacts:
    """Stop a job; one that has ended stays as it is."""
    return schemas.describe_job(jobs.stop_job(session, job_id))
