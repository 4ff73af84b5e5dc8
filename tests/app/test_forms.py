"""Forms work as posts of a page: what a model says is shown, refused and stored; nothing is lost by a mistake."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from sqlalchemy import text

from app.database import transaction
from app.main import create_app
from app.roads.closure_form import ChangedClosure, NewClosure
from app.scenarios.scenario_form import NewScenario
from app.settings import Settings
from app.web.forms import Form, read_form

HOST = "http://127.0.0.1:8000"
OWN = {"origin": HOST}
NEW = {
    "name": "国道340号",
    "repeats": "once",
    "first_day": "2026-12-01",
    "last_day": "2027-03-31",
    "place": "附馬牛町〜大槌町境",
    "reason": "冬期閉鎖",
}
SCENARIO = {
    "name": "来年度",
    "add": "1",
    "minutes": "20",
    "profile": "car",
    "candidates": "centres",
    "objective": "cover",
}
PATHS = {"/register/closures/new": NEW, "/plan/scenarios/new": SCENARIO}


class Example(BaseModel):
    """A model with one field of each kind."""

    word: Annotated[str, Field(title="ことば", description="みじかく", max_length=5)]
    number: Annotated[int, Field(title="数", ge=1, le=9)] = 3
    day: Annotated[date | None, Field(title="日")] = None
    story: Annotated[str, Field(title="話", max_length=50, json_schema_extra={"rows": 4})] = ""
    way: Annotated[Literal["a", "b"], Field(title="しかた", json_schema_extra={"titles": {"a": "甲", "b": "乙"}})] = "b"
    secret: Annotated[int, Field(title="版", json_schema_extra={"hidden": True})] = 1


def test_a_model_says_all_that_a_form_shows() -> None:
    fields = Form(Example, {"word": "x<y"}).fields
    assert [field.kind for field in fields.values()] == ["text", "number", "date", "long", "choice", "hidden"]
    assert (fields["word"].label, fields["word"].hint, fields["word"].most_signs) == ("ことば", "みじかく", 5)
    assert (fields["number"].low, fields["number"].high, fields["number"].value) == (1, 9, "3")
    assert [field.is_required for field in fields.values()] == [True, False, False, False, False, False]
    assert (fields["way"].choices, fields["way"].value) == ([("a", "甲"), ("b", "乙")], "b")
    assert (fields["story"].rows, fields["day"].value, fields["word"].value) == (4, "", "x<y")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "ことばを入力してください。"),
        ({"word": ""}, "ことばを入力してください。"),
        ({"word": "abcdef"}, "ことばは5文字以内で入力してください。"),
        ({"word": "a", "number": "x"}, "数は整数で入力してください。"),
        ({"word": "a", "number": "1.5"}, "数は整数で入力してください。"),
        ({"word": "a", "number": "0"}, "数は1以上で入力してください。"),
        ({"word": "a", "number": "10"}, "数は9以下で入力してください。"),
        ({"word": "a", "number": "9" * 5000}, "数の数が大きすぎます。"),
        ({"word": "a", "day": "soon"}, "日は年月日で入力してください(例: 2026-12-01)。"),
        ({"word": "a", "way": "c"}, "しかたを選んでください。"),
    ],
)
def test_each_mistake_has_its_sentence(values: dict[str, str], sentence: str) -> None:
    read, errors = read_form(Example, values)
    assert read is None
    assert [error.text for error in errors] == [sentence]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([NewClosure, ChangedClosure, NewScenario]),
    st.dictionaries(
        st.sampled_from([*NewClosure.model_fields, *ChangedClosure.model_fields, *NewScenario.model_fields, "other"]),
        st.one_of(st.text(max_size=20), st.dates().map(str), st.integers().map(str)),
    ),
)
def test_whatever_is_typed_is_read_or_refused_in_japanese(model: type[BaseModel], values: dict[str, str]) -> None:
    read, errors = read_form(model, values)
    assert (read is None) == bool(errors)
    for error in errors:
        assert error.text.endswith("。")
        assert error.field in {"", *model.model_fields}


# --- on the pages ---------------------------------------------------------------------------------------------------


def opened(url: str) -> Iterator[TestClient]:
    """Give a browser of the service on a database without closures."""
    service = create_app(Settings(), url)
    with transaction(service.state.engine) as session:
        session.execute(text("DELETE FROM closure"))
    with TestClient(service, base_url=HOST, follow_redirects=False) as client:
        yield client
    service.state.engine.dispose()


@pytest.fixture
def service(own_city_url: str) -> Iterator[TestClient]:
    """Return the service on bundled data that belong to one test."""
    yield from opened(own_city_url)


@pytest.fixture(scope="module")
def unchanged(bundled_template: str, new_database: Any) -> Iterator[TestClient]:
    """Return the service on bundled data for tests of which each shows that it changes nothing."""
    with new_database("forms", copy_of=bundled_template) as url:
        yield from opened(url)


@pytest.fixture
def named_roads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first ten edges bear the name 国道340号: those of the diagram have none."""

    def named(network: Any, name: str) -> Any:
        found = network.length_m < 0
        found[:10] = name == "国道340号"
        return found

    monkeypatch.setattr("app.roads.closure_form.edges_named", named)
    monkeypatch.setattr("app.roads.place_closures.edges_named", named)


def shown(page: str) -> dict[str, str]:
    """Return what stands in the fields of a page."""
    values = dict(re.findall(r'<input class="[^"]*" type="(?:text|date)"[^>]*?value="([^"]*)"[^>]*?name="(\w+)"', page))
    found = {name: html.unescape(value) for value, name in values.items()}
    found |= {
        name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="(.*?)"', page)
    }
    found |= dict(re.findall(r'type="radio"[^>]*name="(\w+)" value="(\w+)" checked', page))
    areas = re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return found | {name: html.unescape(value) for name, value in areas}


@pytest.mark.usefixtures("named_roads")
def test_a_closure_is_added_and_changed_and_nothing_is_sent_twice(service: TestClient) -> None:
    assert service.get("/register/closures/new").status_code == 200
    reply = service.post("/register/closures/new", data=NEW, headers=OWN)
    assert reply.status_code == 303
    page = service.get(reply.headers["location"])
    assert "通行止めを加えました。" in page.text
    (stored,) = service.get("/api/v1/closures").json()["features"]
    facts = stored["properties"]
    assert (facts["name"], facts["place"], facts["reason"]) == (NEW["name"], NEW["place"], NEW["reason"])
    assert facts["valid_from"] == "2026-12-01T00:00:00+09:00"
    assert facts["valid_to"].startswith("2027-03-31T23:59:59")
    before = shown(page.text)
    changed = before | {"reason": "落石 <b>", "repeats": "yearly", "last_day": "2027-02-28", "detour": "国道\r\n283号"}
    address = f"/register/closures/{facts['id']}"
    assert service.post(address, data=changed, headers=OWN).headers["location"] == f"{address}?done=changed"
    facts = service.get("/api/v1/closures").json()["features"][0]["properties"]
    assert (facts["reason"], facts["yearly_from"], facts["yearly_to"]) == ("落石 <b>", "12-01", "02-end")
    assert (facts["detour"], facts["valid_from"]) == ("国道\n283号", None)
    again = service.get(address).text
    assert "<b>" not in again
    assert shown(again)["reason"] == "落石 <b>"
    # Somebody else was faster: nothing is stored, and what was typed is still there.
    late = service.post(address, data=changed | {"reason": "late"}, headers=OWN)
    assert (late.status_code, "ほかの人がこの通行止めを変えました" in late.text, "late" in late.text) == (
        422,
        True,
        True,
    )
    assert service.get("/api/v1/closures").json()["features"][0]["properties"]["reason"] == "落石 <b>"
    assert facts["name"] in service.get("/register/closures/list").text


@pytest.mark.usefixtures("named_roads")
def test_what_the_form_does_not_show_stays(service: TestClient) -> None:
    location = service.post("/register/closures/new", data=NEW, headers=OWN).headers["location"]
    address = location.partition("?")[0]
    hours = "UPDATE closure SET valid_from = '2026-12-01T08:30+09:00', valid_to = '2027-03-31T17:00+09:00'"
    with transaction(service.app.state.engine) as session:  # type: ignore[attr-defined]
        session.execute(text(hours))
    reply = service.post(address, data=shown(service.get(address).text) | {"reason": "別の理由"}, headers=OWN)
    assert reply.status_code == 303
    facts = service.get("/api/v1/closures").json()["features"][0]["properties"]
    assert (facts["valid_from"], facts["valid_to"]) == ("2026-12-01T08:30:00+09:00", "2027-03-31T17:00:00+09:00")
    assert facts["reason"] == "別の理由"


@pytest.mark.usefixtures("named_roads")
@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": ""}, "name", "通行止めにする道を入力してください。"),
        ({"name": "ない道 <i>"}, "name", "見つかりません"),
        ({"first_day": "20261201"}, "first_day", "始まりの日: 年月日で入力してください"),
        ({"first_day": "2026-02-30"}, "first_day", "年月日で入力してください"),
        ({"last_day": "2026-11-30"}, "", "終わりの日が始まりの日より前です。"),
        ({"first_day": "0001-01-01"}, "", "1年は確かめてください"),
        ({"last_day": "9999-12-31"}, "", "9999年は確かめてください"),
        ({"repeats": "yearly", "first_day": "2028-02-29"}, "", "2月29日"),
        ({"repeats": "weekly"}, "repeats", "いつを選んでください。"),
        ({"reason": "あ" * 1001}, "reason", "理由は1000文字以内で入力してください。"),
        ({"place": "\x00"}, "place", "区間に使えない文字があります。"),
    ],
)
def test_a_mistake_keeps_what_was_typed_and_leads_to_the_field(
    unchanged: TestClient, change: dict[str, str], field: str, words: str
) -> None:
    reply = unchanged.post("/register/closures/new", data=NEW | change, headers=OWN)
    assert reply.status_code == 422
    page = html.unescape(reply.text)
    assert words in page
    assert "<i>" not in reply.text
    assert "確かめてください: " in re.search("<title>(.*)</title>", page)[1]  # type: ignore[index]
    if field:
        assert f'<li><a href="#{field}">' in reply.text
        assert f'id="{field}"' in reply.text
        assert f'id="{field}-error"' in reply.text
    kept = shown(reply.text)
    assert kept["place"] == (NEW | change)["place"].strip("\x00") or "\x00" in (NEW | change)["place"]
    assert unchanged.get("/api/v1/closures").json()["features"] == []


def test_a_scenario_is_asked_for(service: TestClient) -> None:
    page = service.get("/plan/scenarios/new").text
    assert shown(page)["minutes"] == "20"
    reply = service.post("/plan/scenarios/new", data=SCENARIO, headers=OWN)
    assert reply.status_code == 303
    assert "「来年度」の試算を受け付けました。" in service.get(reply.headers["location"]).text
    (job,) = service.get("/api/v1/jobs").json()["jobs"]
    assert job["name"] == "来年度"
    twice = service.post("/plan/scenarios/new", data=SCENARIO, headers=OWN)
    assert (twice.status_code, '<a href="#name">' in twice.text) == (422, True)
    wrong = service.post("/plan/scenarios/new", data=SCENARIO | {"minutes": "121", "add": "9"}, headers=OWN)
    assert [link in wrong.text for link in ('<a href="#minutes">', '<a href="#add">')] == [True, True]
    assert len(service.get("/api/v1/jobs").json()["jobs"]) == 1


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": HOST},
        {"sec-fetch-site": "none"},
    ],
)
def test_a_form_of_another_page_changes_nothing(unchanged: TestClient, path: str, headers: dict[str, str]) -> None:
    assert unchanged.post(path, data=PATHS[path], headers=headers).status_code == 403
    assert unchanged.get("/api/v1/jobs").json()["jobs"] == []
    assert unchanged.get("/api/v1/closures").json()["features"] == []


@pytest.mark.parametrize("path", PATHS)
def test_what_is_no_form_is_refused(unchanged: TestClient, path: str) -> None:
    for body, kind in (
        (b"{}", "application/json"),
        (b"name=%ff", "application/x-www-form-urlencoded"),
        ("name=道".encode(), "application/x-www-form-urlencoded"),
        (b"a=1&" * 200, "application/x-www-form-urlencoded"),
        (b"name=" + b"x" * 1_000_001, "application/x-www-form-urlencoded"),
    ):
        reply = unchanged.post(path, content=body, headers=OWN | {"content-type": kind})
        assert (reply.status_code, reply.json()["title"]) == (400, "入力に誤りがあります"), body[:20]
    assert unchanged.get(f"{path[:-3]}99999", headers={"accept": "text/html"}).status_code == 404
