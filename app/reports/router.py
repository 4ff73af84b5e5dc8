"""Routes of what leaves the office: the report of a stored scenario, as PDF, page or workbook."""

from __future__ import annotations

import json
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response

from app.accounts.caller import Caller
from app.database import DbSession
from app.reports.write_gap_report import MEDIA_TYPES, build_gap_report, render_gap_report
from app.scenarios.keep_scenario import read_wish
from app.scenarios.queries import get_scenario
from app.scenarios.router import MOST_NUMBER

router = APIRouter(tags=["報告書"])
Ending = Literal["pdf", "html", "xlsx"]


@router.get("/scenarios/{scenario_id}/report.{ending}", response_class=Response)
def report(
    request: Request,
    session: DbSession,
    _: Caller,
    scenario_id: Annotated[int, Path(ge=1, le=MOST_NUMBER)],
    ending: Ending,
) -> Response:
    """Return the one-page report of a scenario as a file."""
    scenario = get_scenario(session, scenario_id)
    city = request.app.state.settings.city_name
    made = build_gap_report(session, read_wish(scenario.asked), city_name=city, gaps=json.loads(scenario.document))
    name = quote(f"報告書_{scenario.name}.{ending}", safe="")
    return Response(
        render_gap_report(made, f".{ending}"),
        media_type=MEDIA_TYPES[f".{ending}"],
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )
