"""The report of the real city: one page in time, the numbers of the command, nothing small to be found out."""

from __future__ import annotations

import io
import re
import time
from datetime import date
from pathlib import Path

import pytest
from gap_report_attack import attack, seconds_beside
from pypdf import PdfReader
from sqlalchemy.orm import Session

from app.reports.gap_counts import people_of
from app.reports.gap_report import GapReport
from app.reports.write_gap_report import build_gap_report, render_gap_report, write_gap_report
from app.siting.propose_sites import Wish, gather_town, propose_sites

CITY = "遠野市"


def test_the_page_for_the_council_is_made_in_time(city: Session, tmp_path: Path) -> None:
    wish, out = Wish(add=None), tmp_path / "報告.pdf"
    begin = time.process_time()
    write_gap_report(city, wish, out, city_name=CITY, printed_on=date(2026, 11, 24))
    spent = time.process_time() - begin
    pages = PdfReader(io.BytesIO(out.read_bytes())).pages
    assert len(pages) == 1
    text = re.sub(r"\s", "", pages[0].extract_text())
    gaps = propose_sites(city, wish)
    for number in (gaps.now.covered, gaps.ladder[-1].covered, gaps.population):
        assert f"{number:,}" in text
    assert gaps.fingerprint in text
    assert all(site.name in text for site in gaps.ladder[-1].sites)
    assert spent < 5


@pytest.mark.parametrize("wish", [Wish(add=None), Wish(add=None, minutes=10, profile="car-winter")])
def test_what_the_report_of_the_city_does_not_say_stays_unknown(city: Session, wish: Wish) -> None:
    report = build_gap_report(city, wish, city_name=CITY)
    town = gather_town(city, wish)
    described = [site.describe() for site in town.sites]
    sites = [described.index(site) for site in report.gaps.ladder[-1].sites]
    assert not report.counts.are_complete
    assert attack(report, people_of(town, sites, wish.minutes, beside_s=seconds_beside(city, wish))) == []
    assert_large_numbers_are_said(report)


def assert_large_numbers_are_said(report: GapReport) -> None:
    """Check that silence is the exception: the city's figures are said, and most of the table."""
    printed = report.counts.printed
    assert all(printed["city", name] is not None for name in ("population", "now", "after", "gain", "left"))
    table = [value for key, value in printed.items() if key[0] == "district"]
    assert sum(value is not None for value in table) > 0.7 * len(table)
    assert "10人に満たない数" in render_gap_report(report, ".html").decode()
