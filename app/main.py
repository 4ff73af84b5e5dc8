"""The whole service on one screen: settings → engine → routers → error answers."""

from __future__ import annotations

import json
import logging
import sys
import uuid
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.accounts.revalidation import AnswerIsKnownError
from app.consultants.router import router as consultants
from app.coverage.router import router as coverage
from app.database import create_database_engine
from app.demand.router import router as demand
from app.documents.problem import ANYWHERE, Problem, problem, refusals
from app.errors import STATUS, DatabaseDownError, NotReadyError, ServiceError
from app.register.router import router as register
from app.reports.router import router as reports
from app.resilience.router import router as resilience
from app.roads.router import router as roads
from app.scenarios.router import router as scenarios
from app.settings import Settings
from app.web.form_pages import router as form_pages
from app.web.headers import TOO_LARGE, KnownHosts, LimitedBody, OwnPagesOnly, SecurityHeaders
from app.web.map_data import router as map_data
from app.web.moved import router as moved
from app.web.own_files import OwnFiles
from app.web.page import error_page
from app.web.pages import router as pages
from app.web.search_page import router as search_page
from app.web.text_pages import router as text_pages
from app.web.today_page import router as today_page
from app.what_if.router import router as what_if

log = logging.getLogger("tono")
MEGABYTE = 1_000_000


def create_app(settings: Settings, database_url: str) -> FastAPI:
    """Return the service on a database."""
    app = FastAPI(
        title=f"{settings.city_name} つながる地域資源マップ",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.settings = settings
    app.state.engine = create_database_engine(database_url, pool_size=5, max_overflow=5)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(LimitedBody, most_bytes=settings.largest_body_mb * MEGABYTE)
    app.add_middleware(OwnPagesOnly)
    app.add_middleware(KnownHosts, names=settings.known_hosts, refuse=refusal)
    app.add_middleware(SecurityHeaders, tiles=settings.gsi_tiles)
    app.state.own_files = OwnFiles()
    app.mount("/static/{version}", app.state.own_files)
    for of_pages in (search_page, today_page, pages, text_pages, form_pages, moved):
        app.include_router(of_pages)
    # The first is asked most: many hands that drag at once wait for each step on the way.
    for router in (
        what_if,
        coverage,
        map_data,
        register,
        roads,
        resilience,
        demand,
        consultants,
        scenarios,
        reports,
    ):
        app.include_router(
            router, prefix="/api/v1", dependencies=[Depends(refuse_unknown_query)], responses=refusals(*ANYWHERE)
        )
    app.add_api_route("/api/v1/openapi.json", lambda: JSONResponse(described(app)), include_in_schema=False)
    _answer_errors(app)
    return app


def described(app: FastAPI) -> dict[str, Any]:
    """Return the description of the API (OpenAPI), with the errors that its routes refer to."""
    found = app.openapi()
    found["components"]["schemas"].setdefault("Problem", Problem.model_json_schema(mode="serialization"))
    return found


async def refuse_unknown_query(request: Request) -> None:
    """Refuse what a route does not know in an address, instead of answering another question than was meant."""
    known = {value.alias for value in request.scope["route"].dependant.query_params}
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown])


# What was kept and what to do next.
NEXT_STEPS: dict[type[ServiceError], str] = {
    DatabaseDownError: (
        "登録した内容は消えていません。少し待ってからもう一度開いてください。"
        "続くときは、サーバーの担当の方に知らせてください。手順は「台帳」の「データの入れかた」にあります。"
    ),
    NotReadyError: "足りないものをそろえる手順は、「台帳」の「データの入れかた」にあります。",
}

HTTP_ERRORS = {
    413: TOO_LARGE,
    404: ("見つかりません", "アドレスが変わったか、打ちまちがいかもしれません。地図か一覧からさがしてください。"),
    405: ("この操作はできません", ""),
}


def refusal(request: Request, status: int, title: str, detail: str = "") -> Response:
    """Return an error as a page to a person who opened a page, and as problem+json to a program."""
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    return error_page(request, status, title, detail) if wants_page else problem(status, title, detail)


def _named(item: dict[str, Any]) -> str:
    """Return what is wrong in a request: the name of a value, with where it stands in a list."""
    inside = item["loc"][1:]
    return "JSONの書き方" if item["type"] == "json_invalid" or not inside else ".".join(map(str, inside))


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(AnswerIsKnownError)
    def known(_: Request, answer: AnswerIsKnownError) -> Response:
        return Response(status_code=304, headers=answer.headers)

    @app.exception_handler(ServiceError)
    def service_error(request: Request, error: ServiceError) -> Response:
        return refusal(request, STATUS[type(error)], error.title, error.detail + NEXT_STEPS.get(type(error), ""))

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        names = "、".join(_named(item) for item in error.errors())
        return refusal(request, 422, "リクエストの形式に誤りがあります", f"確認してください: {names}")

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        title, detail = HTTP_ERRORS.get(error.status_code, ("処理できませんでした", ""))
        return refusal(request, error.status_code, title, detail)

    @app.exception_handler(Exception)
    def unknown(request: Request, error: Exception) -> Response:
        number = uuid.uuid4().hex[:8]
        log.error("unexpected error %s", number, exc_info=error)
        return refusal(request, 500, "予期しない誤りが起きました", f"番号 {number} を担当者に伝えてください。")


if __name__ == "__main__":
    # Prints the description of the API, from which the browser's types are made.
    sys.stdout.write(json.dumps(described(create_app(Settings(), "postgresql://nobody-is-asked/tono")), indent=1))
