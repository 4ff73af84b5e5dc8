"""Routes of what leaves the office: the report of a stored scenario, as PDF, page or workbook."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request, Response

from app.accounts.caller import Caller, get_staff
from app.database import DbSession
from app.documents.problem import refusals
from app.documents.typed import RowNumber
from app.reports.write_gap_report import MEDIA_TYPES, build_gap_report, render_gap_report
from app.scenarios.keep_scenario import read_wish
from app.scenarios.queries import get_scenario
from app.siting.schemas import GapsDocument

router = APIRouter(tags=["報告書"], dependencies=[Depends(get_staff)], responses=refusals(403))
Ending = Literal["pdf", "html", "xlsx"]


FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[int | str, dict[str, Any]] = {200: {"content": dict.fromkeys(MEDIA_TYPES.values(), FILE)}}


@router.get(
    "/scenarios/{scenario_id}/report.{ending}", response_class=Response, responses=FILES | refusals(400, 404, 409)
)
def report(
    request: Request,
    session: DbSession,
    _: Caller,
    scenario_id: Annotated[RowNumber, Path()],
    ending: Ending,
) -> Response:
    """Return the one-page report of a scenario as a file."""
    scenario = get_scenario(session, scenario_id)
    city = request.app.state.settings.city_name
    gaps = GapsDocument.model_validate_json(scenario.document)
    made = build_gap_report(session, read_wish(scenario.asked), city_name=city, gaps=gaps)
    name = quote(f"報告書_{scenario.name}.{ending}", safe="")
    return Response(
        render_gap_report(made, f".{ending}"),
        media_type=MEDIA_TYPES[f".{ending}"],
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )
