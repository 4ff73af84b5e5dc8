"""Pages with forms: closures and scenarios, written by the server and working without a script."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.accounts.caller import Caller, Staff
from app.database import DbSession
from app.errors import InputError, OutdatedError, ServiceError
from app.jobs.queries import get_job
from app.roads.closure_form import (
    ChangedClosure,
    FieldError,
    NewClosure,
    add_named_closure,
    change_told_closure,
    told_of,
)
from app.roads.queries import get_closure, list_closures
from app.roads.schemas import HOLDS, closure_facts, period_words
from app.scenarios.background import ask_to_keep
from app.scenarios.scenario_form import NewScenario
from app.web.forms import Form, FormError, posted, read_form
from app.web.page import page

router = APIRouter(include_in_schema=False)
LARGEST = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=LARGEST)]
Typed = Annotated[dict[str, str], Depends(posted)]
CLOSURES = {"back": "/register/closures/list", "back_title": "通行止めの一覧へ"}
SAVED = {"added": "通行止めを加えました。", "changed": "保存しました。"}


@router.get("/register/closures/list", response_class=HTMLResponse)
def closures_page(request: Request, session: DbSession, _: Caller) -> Response:
    """Show the calendar of closures as text, each with a link to its form."""
    rows = [
        {
            "id": row.id,
            "name": row.name,
            "place": row.place,
            "reason": row.reason,
            "period": period_words(row),
            "state": HOLDS[closure_facts(row).state],
        }
        for row in list_closures(session)
    ]
    facts = {"title": "通行止めの一覧", "back": "/register/closures", "back_title": "地図で見る", "closures": rows}
    return page(request, "closures.html", facts)


@router.get("/register/closures/new", response_class=HTMLResponse)
def new_closure_page(request: Request, _: Caller) -> Response:
    """Show the empty form of a closure."""
    return _closure_form(request, Form(NewClosure, {}))


@router.post("/register/closures/new", response_class=HTMLResponse)
def new_closure(request: Request, session: DbSession, _: Caller, typed: Typed) -> Response:
    """Store a closure and show it, or show the form again with what is wrong."""
    told, errors = read_form(NewClosure, typed)
    if told is None:
        return _closure_form(request, Form(NewClosure, typed, errors))
    try:
        with session.begin_nested():
            row = add_named_closure(session, told)
    except InputError as error:
        return _closure_form(request, Form(NewClosure, typed, [_refused(error)]))
    return _done(f"/register/closures/{row.id}?done=added")


@router.get("/register/closures/{number:int}", response_class=HTMLResponse)
def closure_page(
    request: Request, session: DbSession, _: Caller, number: Number, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show the form of a closure as it is stored."""
    row = get_closure(session, number)
    facts = {"title": row.name, "notice": SAVED.get(done, "")}
    return _closure_form(request, Form(ChangedClosure, told_of(row)), facts)


@router.post("/register/closures/{number:int}", response_class=HTMLResponse)
def change_closure(request: Request, session: DbSession, _: Caller, number: Number, typed: Typed) -> Response:
    """Keep what was changed of a closure and show it, or show the form again with what is wrong."""
    facts = {"title": get_closure(session, number).name}
    told, errors = read_form(ChangedClosure, typed)
    if told is None:
        return _closure_form(request, Form(ChangedClosure, typed, errors), facts)
    try:
        with session.begin_nested():
            change_told_closure(session, number, told)
    except (InputError, OutdatedError) as error:
        return _closure_form(request, Form(ChangedClosure, typed, [_refused(error)]), facts)
    return _done(f"/register/closures/{number}?done=changed")


def _closure_form(request: Request, form: Form[Any], facts: dict[str, Any] | None = None) -> Response:
    is_new = form.model is NewClosure
    lead = "" if is_new else "道の場所は、「通行止め」の地図で変えます。"
    more = {"title": "通行止めを加える", "lead": lead, "button": "加える" if is_new else "保存する"}
    return _form_page(request, form, more | CLOSURES | (facts or {}))


@router.get("/plan/scenarios/new", response_class=HTMLResponse)
def new_scenario_page(
    request: Request, session: DbSession, _: Staff, job: Annotated[int | None, Query(ge=1, le=LARGEST)] = None
) -> Response:
    """Show the empty form of a scenario, and how far the one is that was asked for."""
    facts = {}
    if job is not None:
        asked = get_job(session, job)
        words = asked.failure or asked.words
        facts = {"notice": f"「{asked.asked.get('name', '')}」の試算を受け付けました。", "notice_more": words}
    return _scenario_form(request, Form(NewScenario, {}), facts)


@router.post("/plan/scenarios/new", response_class=HTMLResponse)
def new_scenario(request: Request, session: DbSession, _: Staff, typed: Typed) -> Response:
    """Start to compute a scenario and say so, or show the form again with what is wrong."""
    asked, errors = read_form(NewScenario, typed)
    if asked is None:
        return _scenario_form(request, Form(NewScenario, typed, errors))
    try:
        with session.begin_nested():
            job = ask_to_keep(session, asked.name, asked.wish())
    except InputError as error:
        return _scenario_form(request, Form(NewScenario, typed, [_refused(error, "name")]))
    return _done(f"/plan/scenarios/new?job={job.id}")


def _scenario_form(request: Request, form: Form[NewScenario], facts: dict[str, Any] | None = None) -> Response:
    lead = "相談員を増やすとき、どこに置けば何人に届くかを計算し、名前を付けて残します。"
    more = {"title": "新しく試算する", "lead": lead, "button": "試算を始める"}
    return _form_page(
        request, form, more | {"back": "/plan/scenarios", "back_title": "増員の試算・報告書へ"} | (facts or {})
    )


def _form_page(request: Request, form: Form[Any], facts: dict[str, Any]) -> Response:
    return page(request, "form_page.html", facts | {"form": form}, status_code=422 if form.errors else 200)


def _refused(error: ServiceError, field: str = "") -> FormError:
    name = error.field if isinstance(error, FieldError) else field
    return FormError(error.detail or "この内容では保存できません。入力を確かめてください。", name)


def _done(address: str) -> Response:
    """Lead the browser to what was stored, so that loading the page again sends nothing twice."""
    return RedirectResponse(address, status_code=303)
