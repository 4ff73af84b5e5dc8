"""The staff's door: who is not reached stands first, beside ordinary roads, and adds up; nobody else may enter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.main import create_app
from app.register.queries import list_resources
from app.settings import Settings
from app.wording import count

HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def service(bundled_url: str, as_web_role: Callable[[str], str]) -> Iterator[TestClient]:
    """Return the service on the bundled data, asked from this machine."""
    app = create_app(Settings(), as_web_role(bundled_url))
    with TestClient(app, base_url=HERE) as client:
        yield client
    app.state.engine.dispose()


def test_the_worst_district_stands_first_with_both_seasons(service: TestClient) -> None:
    page = service.get("/today").text
    winter, ordinary = (service.get(f"/api/v1/coverage?profile={name}").json() for name in ("car-winter", "car"))
    for document in (winter, ordinary):
        assert f"<strong>{count(beyond(document))}</strong>人" in page
    (table,) = re.findall(r'<table class="table today__table" id="beyond">.*?</table>', page, re.DOTALL)
    rows = re.findall(r">([^<]+)</a></th><td><strong>([\d,]+)</strong></td><td>([\d,]+)", table)
    summer = {row["name"]: beyond(row) for row in ordinary["districts"]}
    wanted = sorted(
        ((row["name"], beyond(row), summer[row["name"]]) for row in winter["districts"] if beyond(row)),
        key=lambda row: (-row[1], -row[2]),
    )
    assert [(name, int(left.replace(",", "")), int(right.replace(",", ""))) for name, left, right in rows] == wanted


def beyond(row: Any) -> int:
    """Return how many people of a document or a district are not reached within 20 minutes."""
    return int(row["population"] - row["covered"]["20"])


def test_the_centres_whose_place_is_not_known_are_named(service: TestClient, tono_session: Session) -> None:
    page = service.get("/today").text
    part = page[page.index("住所を入れれば正確になります") : page.index("きょうの通行止め")]
    named = [int(number) for number in re.findall(r'href="/\?resource=(\d+)"', part)]
    rows = {row.id: row for row in list_resources(tono_session)}
    assert set(named) >= {row.id for row in rows.values() if row.kind == "centre" and (row.accuracy_m or 0) > 500}
    errors = [rows[number].accuracy_m or 0 for number in named]
    assert errors == sorted(errors, reverse=True)
    assert min(errors) > 500


@pytest.mark.parametrize("headers", [{"host": "testserver"}, {"x-forwarded-for": "203.0.113.7"}])
def test_nobody_else_may_enter(service: TestClient, headers: dict[str, str]) -> None:
    reply = service.get("/today", headers=headers | {"accept": "text/html"})
    assert reply.status_code == 403
    assert "職員のページです" in reply.text
    assert "着けない人" not in reply.text
