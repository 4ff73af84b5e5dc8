"""The report of other questions and of other cities: each wish, the last measurement, a city of which less is known."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from factories import NODES, build_town
from gap_report_attack import attack, seconds_beside, words_of
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.coverage.measure_coverage import measure_coverage
from app.register.models import District, Resource
from app.reports.gap_counts import people_of
from app.reports.write_gap_report import build_gap_report, render_gap_report
from app.siting.propose_sites import Wish, gather_town, propose_sites

CITY = "遠野市"
ALL = Wish(add=None)


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Wish(add=1, minutes=15, profile="car-winter"), ["車(冬の道)(仮定)", "車で15分以内"]),
        (Wish(add=1, minutes=30, profile="walk"), ["徒歩(仮定)", "歩いて30分以内"]),
        (Wish(add=1, objective="mean"), ["着くまでの時間の平均が最も短くなる"]),
        (Wish(add=2, objective="worst", candidates="settlements"), ["最も遠い人が最も近くなる"]),
    ],
)
def test_each_wish_is_said_in_its_own_words(tono_session: Session, wish: Wish, told: list[str]) -> None:
    page = words_of(render_gap_report(build_gap_report(tono_session, wish, city_name=CITY), ".html"))
    for sentence in told:
        assert sentence in page


def test_many_posts_stand_in_the_workbook(tono_session: Session) -> None:
    report = build_gap_report(tono_session, Wish(add=8, candidates="settlements"), city_name=CITY)
    assert "1か所ごとに増える人数(5か所目まで)" in words_of(render_gap_report(report, ".html"))
    book = openpyxl.load_workbook(io.BytesIO(render_gap_report(report, ".xlsx")))
    assert [row[0].value for row in book["拠点ごと"].iter_rows(min_row=5)] == list(range(9))


@pytest.mark.parametrize(
    "wish", [ALL, Wish(add=None, minutes=12, profile="car-winter"), Wish(add=3, minutes=7, candidates="facilities")]
)
def test_nobody_finds_a_small_count_in_what_was_handed_out(tono_session: Session, wish: Wish) -> None:
    report = build_gap_report(tono_session, wish, city_name=CITY)
    town = gather_town(tono_session, wish)
    described = [site.describe() for site in town.sites]
    sites = [described.index(site) for site in report.gaps.ladder[-1].sites]
    assert attack(report, people_of(town, sites, wish.minutes, beside_s=seconds_beside(tono_session, wish))) == []


def test_what_people_typed_stays_text(tono_session: Session) -> None:
    hostile = '=HYPERLINK("x")<script>alert(1)</script>\x07'
    free = propose_sites(tono_session, ALL).ladder[0].sites[0].name
    tono_session.scalars(select(Resource).where(Resource.name == free)).one().name = hostile
    tono_session.flush()
    report = build_gap_report(tono_session, ALL, city_name=CITY)
    assert "<script" not in render_gap_report(report, ".html").decode()
    sheet = openpyxl.load_workbook(io.BytesIO(render_gap_report(report, ".xlsx")))["拠点ごと"]
    assert (sheet["C6"].value, sheet["C6"].data_type) == (hostile.rstrip("\x07"), "s")


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE district SET geometry = NULL",
        "UPDATE demand_cell SET population = 0",
        "UPDATE demand_cell SET population = 0; UPDATE district SET geometry = NULL",
        "UPDATE demand_cell SET district_id = NULL WHERE district_id = 11",
        "DELETE FROM consultant",
        "UPDATE resource SET location = NULL WHERE kind = 'centre'",
    ],
)
def test_a_city_of_which_less_is_known_gets_its_report(tono_session: Session, order: str) -> None:
    for words in order.split(";"):
        tono_session.execute(text(words))
    tono_session.expire_all()
    report = build_gap_report(tono_session, Wish(add=2), city_name=CITY)
    for ending in (".html", ".xlsx"):
        assert render_gap_report(report, ending)
    assert sum(report.counts.of("district", name, "population") or 0 for name in report.counts.districts) == (
        report.gaps.population
    )


def build_centre(session: Session, node: int, name: str) -> None:
    """Store a free centre at a node of the town drawn by hand."""
    lon, lat = NODES[node]
    first = session.scalars(select(Resource)).first()
    assert first is not None
    session.add(
        Resource(
            code=f"free-{name}", kind="centre", name=name, source="drawn by hand", accuracy_m=0,
            district_id=session.scalars(select(District.id).order_by(District.id)).first(),
            location=f"SRID=4326;POINT({lon} {lat})", dataset_id=first.dataset_id,
        )
    )  # fmt: skip
    session.flush()


def test_the_change_from_the_last_stored_measurement_is_said(session: Session) -> None:
    # Within 4 minutes of node 1 live 130; a consultant at node 3 brings its 20 near.
    build_town(session)
    build_centre(session, 3, "中の地区センター")
    build_centre(session, 4, "奥の地区センター")
    wish = Wish(add=1, minutes=4)
    first = words_of(render_gap_report(build_gap_report(session, wish, city_name=CITY), ".html"))
    assert "くらべられる前回の計算はありません。" in first
    measure_coverage(session)
    again = words_of(render_gap_report(build_gap_report(session, wish, city_name=CITY), ".html"))
    assert "くらべられる前回の計算はありません。" in again, "the same data is no other measurement"
    session.execute(
        text("""
            INSERT INTO consultant (code, base_resource_id, is_assumed, note, dataset_id, version)
            SELECT 'C2', id, false, '', dataset_id, 1 FROM resource WHERE name = '中の地区センター'
        """)
    )
    session.execute(text("UPDATE coverage_run SET computed_at = :at"), {"at": datetime(2026, 4, 1, 15, 30, tzinfo=UTC)})
    session.expire_all()
    page = words_of(render_gap_report(build_gap_report(session, wish, city_name=CITY), ".html"))
    assert "前回(令和8年4月2日の計算)から変わったもの:相談員の配置。" in page
    assert "130人から150人に20人増えました。" in page
    assert "相談員は1人から2人になりました。" in page
