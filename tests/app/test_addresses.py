"""Where addresses of earlier versions lead, what the menu names, and for whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.menu import MENU, menu_of
from app.web.moved import MOVED

HERE = "http://127.0.0.1:8000"
LED = [
    ("/what-if", "/plan/trial"),
    ("/what-if?profile=car-winter&moved=C03:141.6,39.27", "/plan/trial?profile=car-winter&moved=C03:141.6,39.27"),
    ("/backup?tab=roads&road=2", "/plan/resilience?tab=roads&road=2"),
    ("/reports?after=3", "/plan/scenarios?after=3"),
    ("/reports/new?job=1", "/plan/scenarios/new?job=1"),
    ("/roads?closure=7", "/register/closures?closure=7"),
    ("/roads/closures", "/register/closures/list"),
    ("/roads/closures/new", "/register/closures/new"),
    ("/roads/closures/7?done=changed", "/register/closures/7?done=changed"),
    ("/list?profile=walk", "/plan/list?profile=walk"),
]


@pytest.fixture(scope="module")
def service(bundled_url: str, as_web_role: Callable[[str], str]) -> Iterator[TestClient]:
    """Return the service on the bundled data, asked from this machine."""
    app = create_app(Settings(), as_web_role(bundled_url))
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        yield client
    app.state.engine.dispose()


@pytest.mark.parametrize(("old", "new"), LED)
def test_an_old_address_leads_to_the_new_one(service: TestClient, old: str, new: str) -> None:
    reply = service.get(old)
    assert (reply.status_code, reply.headers["location"]) == (308, new)


def test_every_old_address_is_tried() -> None:
    tried = {re.sub("/7$", "/{number:int}", old.partition("?")[0]) for old, _ in LED}
    assert set(MOVED) <= tried


def test_what_an_old_form_sends_arrives(service: TestClient) -> None:
    reply = service.post("/roads/closures/new", data={"name": ""}, headers={"origin": HERE})
    assert (reply.status_code, reply.headers["location"]) == (308, "/register/closures/new")
    assert service.post("/what-if", data={"a": "b"}, headers={"origin": HERE}).status_code == 405


@pytest.mark.parametrize("role", ["public", "staff"])
def test_every_word_of_the_menu_opens_a_page_with_its_menu(service: TestClient, role: str) -> None:
    for room in [entry for entry in MENU if role in entry.roles]:
        for entry in (room, *room.pages):
            reply = service.get(entry.address)
            assert reply.status_code == 200, entry
            shown = re.sub("<noscript>.*?</noscript>", "", reply.text, flags=re.DOTALL)
            assert len(re.findall("<h1[ >]", shown)) == 1, entry
            path, _, query = entry.address.partition("?")
            chosen = menu_of(role, path, query)
            assert [link.word for link in chosen.words if link.current] == [room.word], entry
            # A room and its first page share an address.
            page = next((it.word for it in room.pages if it.address == entry.address), None)
            assert [link.word for link in chosen.pages if link.current] == ([page] if page else []), entry


def test_the_menu_says_where_a_page_below_another_stands() -> None:
    told = menu_of("staff", "/register/closures/7")
    assert [(link.word, link.current) for link in told.pages if link.current] == [("通行止め", "true")]
    assert menu_of("staff", "/nowhere").pages == ()


def test_the_public_is_offered_its_own_words(service: TestClient) -> None:
    words = re.compile(r'<nav class="rail".*?</nav>', re.DOTALL)

    def offered(headers: dict[str, str]) -> str:
        return words.findall(service.get("/list", headers=headers).text)[0]

    assert "計画" in offered({})
    for elsewhere in ({"host": "testserver"}, {"x-forwarded-for": "203.0.113.7"}, {"forwarded": "for=203.0.113.7"}):
        assert "計画" not in offered(elsewhere)
        assert "さがす" in offered(elsewhere)


def test_commands_of_a_terminal_stand_on_one_page(service: TestClient) -> None:
    command = re.compile(r"\btono (?:demo|db|up|network|districts|demand|coverage|closures)\b")
    for entry in (page for room in MENU for page in (room, *room.pages)):
        told = command.findall(re.sub("<script.*?</script>", "", service.get(entry.address).text, flags=re.DOTALL))
        assert bool(told) == (entry.address == "/register/data"), entry
