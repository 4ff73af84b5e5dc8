"""The files of the pages: kept by a browser for good, because their address changes with them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.own_files import FOR_GOOD, STATIC, version_of

PAGES = ("/plan", "/plan/trial", "/plan/resilience", "/plan/scenarios", "/register/closures")
FILES = re.compile(r'"(/static/[^"]+\.\w+)"')


@pytest.fixture(scope="module")
def service() -> TestClient:
    """Return a service whose database is not there; the files do not need it."""
    return TestClient(
        create_app(Settings(), "postgresql://nobody@127.0.0.1:1/nowhere"), base_url="http://127.0.0.1:8000"
    )


@pytest.mark.parametrize("page", PAGES)
def test_a_browser_asks_for_each_file_once(service: TestClient, page: str) -> None:
    files = FILES.findall(service.get(page).text)
    assert len(files) >= 6
    for file in files:
        reply = service.get(file)
        assert (reply.status_code, reply.headers["cache-control"]) == (200, FOR_GOOD), file


def test_an_open_page_of_an_older_version_still_gets_its_files(service: TestClient) -> None:
    reply = service.get("/static/0123456789ab/js/kit/api.js")
    assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-cache")


def test_what_may_change_is_asked_for_again(service: TestClient) -> None:
    now = f"/static/{version_of(STATIC)}"
    for address in (*PAGES, f"{now}/nowhere.js", "/nowhere", "/api/v1/status"):
        assert service.get(address).headers["cache-control"] == "no-cache", address


def test_the_address_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text("one")
    versions = [version_of(tmp_path)]
    (tmp_path / "js" / "a.js").write_text("two")
    versions.append(version_of(tmp_path))
    (tmp_path / "js" / "a.js").rename(tmp_path / "js" / "b.js")
    versions.append(version_of(tmp_path))
    (tmp_path / "c.css").touch()
    versions.append(version_of(tmp_path))
    assert len(set(versions)) == 4
    assert version_of(tmp_path) == versions[-1]
