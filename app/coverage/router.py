"""Routes of the coverage: the last measurement, its cells, and the area that one consultant reaches."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from app.accounts.caller import Caller, get_staff
from app.accounts.revalidation import MAY_BE_KNOWN, Known
from app.coverage import queries
from app.coverage.draw_isochrones import draw_isochrones
from app.coverage.keep_warm import current_stamp
from app.coverage.measure_coverage import MINUTES
from app.coverage.not_reached import count_not_reached
from app.coverage.queries import state_of_inputs
from app.coverage.schemas import Areas, Cells, Coverage, NotReached, ProfileName, cells_geojson
from app.database import DbSession
from app.demand.queries import state_of_places
from app.documents.answers import stored_answer, written
from app.documents.problem import refusals
from app.errors import InputError

router = APIRouter(tags=["カバー状況"], dependencies=[Depends(get_staff)], responses=refusals(403))
MOST_MINUTES = 120


@router.get("/coverage", **written(Coverage, MAY_BE_KNOWN | refusals(409)))
def coverage(response: Response, session: DbSession, _: Caller, known: Known, profile: ProfileName = "car") -> Response:
    """Return the stored measurement for the data as it is now."""
    stamp = current_stamp(session, profile)
    known.unless_known(stamp)
    run = queries.get_run(session, stamp.run)
    return stored_answer(run.document, run.computed_at, response)


@router.get("/coverage/not-reached", responses=MAY_BE_KNOWN | refusals(409))
def not_reached(session: DbSession, _: Caller, known: Known, profile: ProfileName = "car") -> NotReached:
    """Return whom no consultant reaches within the minutes, worst first; by car on winter and on ordinary roads."""
    known.unless_known(state_of_inputs(session), state_of_places(session))
    return count_not_reached(session, profile)


@router.get("/coverage/{run_id}/cells", responses=MAY_BE_KNOWN | refusals(404))
def cells(
    session: DbSession, _: Caller, known: Known, run_id: Annotated[str, Path(pattern=r"^\w+$", max_length=64)]
) -> Cells:
    """Return the travel time of every inhabited cell of a run."""
    # The number of a run is the fingerprint of all that it was measured from; but a later version may say more of it.
    known.unless_known(queries.get_stamp(session, run_id), cache="private, max-age=3600")
    return cells_geojson(queries.list_run_cells(session, run_id))


@router.get("/isochrones", responses=refusals(400, 404, 409))
def isochrones(
    session: DbSession,
    _: Caller,
    consultant: str,
    minutes: Annotated[str, Query(pattern=r"^\d+(,\d+)*$", max_length=40)] = ",".join(map(str, MINUTES)),
    profile: ProfileName = "car",
) -> Areas:
    """Return the areas that a consultant reaches within given minutes, the largest first."""
    wanted = sorted({int(part) for part in minutes.split(",")}, reverse=True)
    if not 0 < wanted[-1] <= wanted[0] <= MOST_MINUTES:
        raise InputError(
            f"minutes must lie between 1 and {MOST_MINUTES}.", detail=f"分は1〜{MOST_MINUTES}で指定してください。"
        )
    return draw_isochrones(session, consultant, wanted, profile)
