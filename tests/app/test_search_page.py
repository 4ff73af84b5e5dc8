"""The public door as the server writes it: what is sought is found, each choice is a link, and nothing is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.documents.clock import today
from app.main import create_app
from app.register.models import KIND_TITLES
from app.register.opening import occurrences
from app.register.queries import list_resources
from app.register.seek_resources import Sought, days_of, seek_resources
from app.settings import Settings
from app.wording import short_district

HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def service(bundled_url: str, as_web_role: Callable[[str], str]) -> Iterator[TestClient]:
    """Return the service on the bundled data, asked from this machine."""
    app = create_app(Settings(), as_web_role(bundled_url))
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        yield client
    app.state.engine.dispose()


def found(page: str) -> list[int]:
    """Return the numbers of all that a page found."""
    (ids,) = re.findall(r'data-ids="([\d,]*)"', page)
    return [int(number) for number in ids.split(",") if number]


@pytest.mark.parametrize("weekday", range(7))
def test_this_week_ends_on_sunday(weekday: int) -> None:
    monday = date(2026, 11, 23)
    day = monday + timedelta(days=weekday)
    assert days_of("week", day) == (day, monday + timedelta(days=6))
    assert days_of("today", day) == (day, day)
    assert days_of("tomorrow", day) == (day + timedelta(days=1), day + timedelta(days=1))
    assert days_of("", day) is None


@pytest.mark.parametrize("choice", ["today", "tomorrow", "week"])
@pytest.mark.parametrize("since", [date(2026, 11, 29), date(2026, 12, 1), date(2026, 12, 31)])
def test_a_day_holds_exactly_what_takes_place_then(tono_session: Session, choice: str, since: date) -> None:
    days = days_of(choice, since)
    assert days
    wanted = {
        row.id
        for row in list_resources(tono_session)
        if any(days[0] <= day <= days[1] for item in row.schedules for day in occurrences(item, since))
    }
    matches = seek_resources(tono_session, Sought(days=days), since)
    assert {match.resource.id for match in matches} == wanted
    assert [match.day for match in matches] == sorted(match.day for match in matches if match.day)


def test_wishes_narrow_each_other(tono_session: Session) -> None:
    everything = {row.id: row for row in list_resources(tono_session)}
    assert len(seek_resources(tono_session, Sought(), today())) == len(everything)
    both = seek_resources(tono_session, Sought(kind="salon", district="宮守町宮守"), today())
    assert {match.resource.id for match in both} == {
        row.id
        for row in everything.values()
        if row.kind == "salon" and row.district and row.district.name == "宮守町宮守"
    }
    named = seek_resources(tono_session, Sought(words="宮守 さろん"), today())
    assert {match.resource.kind for match in named} == {"salon"}
    assert both[0].resource.id in {match.resource.id for match in named}


def test_a_chip_adds_its_choice_and_takes_it_back(service: TestClient) -> None:
    page = service.get("/?kind=salon&q=お茶").text
    links = [unescape(link) for link in re.findall(r'class="chip" href="([^"]+)"', page)]
    assert f"/?q={quote('お茶')}" in links
    assert f"/?q={quote('お茶')}&kind=salon&day=tomorrow" in links
    for link in links:
        assert service.get(link).status_code == 200


def test_the_first_twenty_are_shown_and_the_rest_on_demand(service: TestClient) -> None:
    first, whole = service.get("/").text, service.get("/?all=1").text
    number = len(found(first))
    assert number > 100
    assert f"{number}件のうち20件" in first
    assert (first.count('<li class="find">'), whole.count('<li class="find">')) == (20, number)


def test_a_district_names_its_consultant_or_the_nearest(service: TestClient) -> None:
    assert "宮守地区センター</a></strong>" in service.get("/?district=宮守町宮守").text
    without = service.get("/?district=宮守町達曽部").text
    assert "宮守町達曽部に拠点のある丸ごと相談員はいません。いちばん近いのは、" in without


# A number of more digits than a program may read.
HUGE = "resource=" + "9" * 5000


def test_what_an_address_tells_wrongly_is_left_out(service: TestClient) -> None:
    everything = found(service.get("/").text)
    for query in (
        "kind=bar",
        "day=never",
        "district=東京",
        "kind=%00&day=%00",
        "resource=x",
        "q=%00",
        "resource=²",
        HUGE,
    ):
        reply = service.get(f"/?{query}")
        assert (reply.status_code, found(reply.text)) == (200, everything), query
    assert "この登録は見つかりません" in service.get("/?resource=99999").text
    assert found(service.get("/?q=" + "x" * 5000).text) == []


def test_where_nothing_is_found_the_page_says_what_to_leave_out(service: TestClient) -> None:
    page = service.get("/?kind=childcare&district=小友町&day=week").text
    assert found(page) == []
    for text in ("ほかの日もさがす", "ほかの地区もさがす", "ほかの種類もさがす"):
        assert text in page


def test_what_is_typed_is_never_read_as_a_page(service: TestClient) -> None:
    page = service.get("/", params={"q": "<script>alert(1)</script>\"'"}).text
    assert "<script>alert" not in page


def test_an_address_of_the_study_leads_to_the_plans(service: TestClient) -> None:
    for query in ("profile=car-winter", "consultant=C04&minutes=30", "layers=cells", "tab=resources"):
        reply = service.get(f"/?{query}")
        assert (reply.status_code, reply.headers["location"]) == (308, f"/plan?{query}")


def test_a_seeker_never_meets_a_season(service: TestClient) -> None:
    for address in ("/", "/?kind=salon&day=tomorrow", "/?resource=26", "/list"):
        text = service.get(address).text
        words = re.sub("<script.*?</script>", "", text, flags=re.DOTALL)
        assert not re.search("冬の道|ふだんの道|分以内|移動のしかた", words), address


@pytest.mark.parametrize(
    ("name", "short"),
    [("宮守町達曽部", "達曽部"), ("土淵町", "土淵"), ("小友", "小友"), ("町", "町"), ("大町町", "大町")],
)
def test_a_district_has_a_short_name(name: str, short: str) -> None:
    assert short_district(name) == short


def test_every_kind_can_be_chosen(service: TestClient) -> None:
    page = service.get("/").text
    for kind in KIND_TITLES:
        assert f'href="/?kind={kind}"' in page


def test_a_place_of_the_map_is_found_by_its_name(service: TestClient) -> None:
    placed = [f for f in service.get("/api/v1/resources").json()["features"] if f["geometry"]]
    sites: dict[str, set[int]] = {}
    for feature in placed:
        lon, lat = feature["geometry"]["coordinates"]
        sites.setdefault(f"{lat:.5f},{lon:.5f}", set()).add(feature["properties"]["id"])
    shared = [site for site, ids in sites.items() if len(ids) > 1]
    assert shared
    for site in [*shared, *list(sites)[:20]]:
        assert set(found(service.get("/", params={"site": site}).text)) == sites[site]
