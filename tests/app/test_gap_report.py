"""The report for the council: what it says, how it is made, that the same data gives the same bytes."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl
import pandas as pd
import pytest
from gap_report_attack import computed, words_of
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from app import cli
from app.documents import whole_file
from app.errors import InputError, NotReadyError
from app.reports import paper
from app.reports.gap_counts import COLUMNS
from app.reports.gap_report import GapReport
from app.reports.write_gap_report import MEDIA_TYPES, build_gap_report, render_gap_report, write_gap_report
from app.siting.propose_sites import Wish, propose_sites
from app.siting.schemas import GapsDocument
from geo.folium_maps.offline_page import outside_addresses

CITY = "遠野市"
DAY = date(2026, 11, 24)
ALL = Wish(add=None)


@pytest.fixture(scope="module")
def report(bundled_engine: Engine) -> GapReport:
    """Return the report of the bundled city."""
    with Session(bundled_engine) as session:
        return build_gap_report(session, ALL, city_name=CITY, printed_on=DAY)


@pytest.fixture(scope="module")
def written(report: GapReport) -> dict[str, bytes]:
    """Return the report in each form."""
    return {ending: render_gap_report(report, ending) for ending in MEDIA_TYPES}


@pytest.fixture
def pdf(written: dict[str, bytes]) -> PdfReader:
    """Return the report as a reader of PDF opens it."""
    return PdfReader(io.BytesIO(written[".pdf"]))


def said(value: int | None) -> str:
    """Return a number as it is printed."""
    return "―" if value is None else f"{value:,}"


# --- what it says ----------------------------------------------------------------------------------------------------


def test_it_says_the_numbers_of_the_command(report: GapReport, written: dict[str, bytes], pdf: PdfReader) -> None:
    page = words_of(written[".html"])
    printed = re.sub(r"\s", "", pdf.pages[0].extract_text())
    gaps = report.gaps
    last = gaps.ladder[-1]
    assert last.covered > gaps.now.covered > 0
    for number in (
        gaps.population,
        gaps.now.covered,
        last.covered,
        last.covered - gaps.now.covered,
    ):
        assert f"{number:,}" in page
        assert f"{number:,}" in printed
    for rung in gaps.ladder:
        name = rung.sites[-1].name
        assert f"{gaps.consultants + rung.k}人目は{name}" in page
        assert name in printed
        assert report.counts.of("step", rung.k, "covered") in {rung.covered, None}
    assert gaps.fingerprint in printed


def test_the_table_has_a_row_for_each_district_and_the_city(report: GapReport, written: dict[str, bytes]) -> None:
    rows = re.findall(r"<tr[^>]*>(<th scope=\"row\".*?)</tr>", written[".html"].decode())
    cells = [[re.sub(r"<[^>]+>", "", cell) for cell in re.split(r"</t[hd]>", row)[:-1]] for row in rows]
    counts = report.counts
    assert [row[0] for row in cells] == [*counts.worst_first, "全市"]
    assert sorted(counts.worst_first) == sorted(counts.districts)
    keys = [*(("district", name) for name in counts.worst_first), ("city",)]
    for row, key in zip(cells, keys, strict=True):
        numbers = [row[2], row[6], row[8], row[5].lstrip("＋"), row[4]]
        assert row[3] == said(counts.not_reached(*key))
        assert numbers == [said(counts.of(*key, column)) for column in COLUMNS]
    assert report.gaps.population == counts.of("city", "population")


def test_it_says_what_is_sure_and_what_is_not(report: GapReport, written: dict[str, bytes]) -> None:
    page = words_of(written[".html"])
    for told in (
        "これより良い選び方がないことを確かめました。",
        "2015年国勢調査の人口、2017年10月の道路の概略図、ふだんの速度",
        "©OpenStreetMapcontributors、国勢調査",
        "デモ:道路は概略図",
        "仮定:相談員の今の配置は公表されていない",
        "令和8年11月24日(火)",
        "数字の出どころ",
        "北",
    ):
        assert told in page, told
    assert ("10人に満たない数" in page) == (not report.counts.are_complete)


def test_every_picture_is_told_in_words(written: dict[str, bytes]) -> None:
    titles = re.findall(r"<svg[^>]*role=\"img\"[^>]*><title>([^<]+)</title>", written[".html"].decode())
    assert [title.split("。")[0] for title in titles] == [
        "地図",
        "1か所ごとに増える人数",
        "相談員が着くまでの時間ごとの人数",
    ]


# --- as PDF ----------------------------------------------------------------------------------------------------------


def test_the_pdf_is_one_page_of_a4_for_all_readers(pdf: PdfReader) -> None:
    assert len(pdf.pages) == 1
    assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
    assert pdf.root_object["/Lang"] == "ja"
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in pdf.root_object["/Metadata"].get_object().get_data()
    kinds = list(structure(pdf.root_object["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= set(kinds)
    assert kinds.count("/Figure") == 3
    assert "1/1" in pdf.pages[0].extract_text()


def structure(node: Any) -> Any:
    """Give the kinds of all elements of a tagged PDF."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for part in node:
            yield from structure(part)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node["/S"]
        if "/K" in node:
            yield from structure(node["/K"])


def test_its_letters_are_within(pdf: PdfReader) -> None:
    fonts = [font.get_object() for font in pdf.pages[0]["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), font["/BaseFont"]
        assert "Noto" in font["/BaseFont"], "a letter stands in a type that was not chosen"


def test_it_is_dated_with_its_data(pdf: PdfReader, written: dict[str, bytes], tono_session: Session) -> None:
    assert pdf.metadata is not None
    assert pdf.metadata.creation_date is not None
    assert pdf.metadata.creation_date.date() == DAY
    with zipfile.ZipFile(io.BytesIO(written[".xlsx"])) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(2026, 11, 24, 0, 0, 0)}
        dates = re.findall(rb">(\d{4}-\d\d-\d\dT[\d:]+Z)<", parts.read("docProps/core.xml"))
    assert dates == [b"2026-11-24T00:00:00Z"] * 2
    undated = build_gap_report(tono_session, ALL, city_name=CITY)
    assert undated.day == max(source.as_of for source in undated.sources if source.as_of)
    assert "令和8年11月24日(火)" not in words_of(render_gap_report(undated, ".html"))


# --- as page and as workbook -----------------------------------------------------------------------------------------


def test_the_page_asks_for_nothing(written: dict[str, bytes]) -> None:
    page = written[".html"].decode()
    assert outside_addresses(page) == []
    assert re.findall(r"""(?:src|href)=|url\((?!#)|@import|<script|<link""", page) == []


def test_the_workbook_has_the_printed_numbers_and_formulas_over_them(
    report: GapReport, written: dict[str, bytes]
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written[".xlsx"]))
    sheet, counts = book["地区別"], report.counts
    rows = [*(("district", name) for name in counts.districts), ("city",)]
    for number, key in enumerate(rows, start=5):
        found = [computed(sheet, f"{column}{number}") for column in "CDFHI"]
        assert found == ["―" if (value := counts.of(*key, name)) is None else value for name in COLUMNS]
    formulas = [cell.value for row in sheet for cell in row if cell.data_type == "f"]
    assert any(str(formula).startswith("=SUM(") for formula in formulas)
    assert book["時間の分布"]["B5"].value in {counts.of("class", 0, "now"), "―"}
    posts = book["拠点ごと"]
    assert [posts.cell(5 + k, 3).value for k in range(1, 3)] == [rung.sites[-1].name for rung in report.gaps.ladder]
    assert [computed(posts, f"F{5 + k}") for k in range(1, 3)] == [counts.of("step", k, "covered") for k in (1, 2)]
    inputs = {row[0].value: row[1].value for row in book["数字の出どころ"].iter_rows(min_row=5)}
    assert inputs["計算の指紋"] == report.gaps.fingerprint
    assert inputs["時間(分)"] == 20
    with zipfile.ZipFile(io.BytesIO(written[".xlsx"])) as parts:
        assert [name for name in parts.namelist() if "xternal" in name] == []


def test_the_workbook_shows_its_numbers_where_nothing_calculates(report: GapReport, written: dict[str, bytes]) -> None:
    content = io.BytesIO(written[".xlsx"])
    formulas, stored = openpyxl.load_workbook(content), openpyxl.load_workbook(content, data_only=True)
    checked = 0
    for sheet in formulas:
        for cell in (cell for row in sheet for cell in row if cell.data_type == "f"):
            value = stored[sheet.title][cell.coordinate].value
            if divided := re.fullmatch(r"=(\w\d+)/(\w\d+)", str(cell.value)):
                assert value == pytest.approx(computed(sheet, divided[1]) / computed(sheet, divided[2]))
            else:
                assert value == computed(sheet, cell.coordinate)
            checked += 1
    assert checked > 20
    # As pandas reads it with either engine: the printed numbers.
    last = len(report.counts.districts)
    for engine in ("openpyxl", "calamine"):
        table = pd.read_excel(content, sheet_name="地区別", header=3, engine=engine)
        city = [table.iloc[last][name] for name in ("人口(人)", "今(人)", "増員後(人)", "増える人(人)", "残る人(人)")]
        assert city == [report.counts.of("city", name) or "―" for name in COLUMNS]


# --- how it is asked for and written ---------------------------------------------------------------------------------


def test_the_same_data_gives_the_same_bytes(
    tono: Callable[..., Any], tmp_path: Path, written: dict[str, bytes], tono_session: Session
) -> None:
    for ending, before in written.items():
        out = tmp_path / f"報告 1{ending.upper() if ending == '.html' else ending}"
        tono("report", "gaps", out, "--all-centres", "--printed-on", DAY.isoformat()).assert_done()
        assert out.read_bytes() == before, ending
    assert len(list(tmp_path.iterdir())) == 3
    later = build_gap_report(tono_session, ALL, city_name=CITY, printed_on=date(2026, 11, 25))
    assert render_gap_report(later, ".html") != written[".html"]


def test_a_stored_document_spares_the_search_but_only_for_the_same_data(
    tono_session: Session, report: GapReport, written: dict[str, bytes]
) -> None:
    stored = GapsDocument.model_validate_json(propose_sites(tono_session, ALL).model_dump_json())
    again = build_gap_report(tono_session, ALL, city_name=CITY, printed_on=DAY, gaps=stored)
    assert render_gap_report(again, ".html") == written[".html"]
    with pytest.raises(InputError, match="Compute them again"):
        build_gap_report(tono_session, Wish(add=1), city_name=CITY, gaps=stored)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["out.docx"], ".pdf, .html or .xlsx; got out.docx"),
        (["out"], ".pdf, .html or .xlsx; got out"),
        (["missing/out.pdf"], "folder"),
        (["there.pdf"], "not a file"),
        (["out.pdf", "--minutes", "0"], "--minutes must be above 0"),
        (["out.pdf", "--add", "99"], "only 2 sites are free"),
        (["out.pdf", "--profile", "boat"], "boat"),
        (["x" * 300 + ".pdf"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    tono: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.pdf").mkdir()
    (tmp_path / "out.pdf").write_text("old")
    tono("report", "gaps", *words).assert_refused(told)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.pdf", "there.pdf"]
    assert (tmp_path / "out.pdf").read_text() == "old"


@pytest.mark.parametrize("words", [["--all-centres", "--add", "1"], ["--candidates", "facilities"], []])
def test_wrong_usage_ends_with_status_2(words: list[str]) -> None:
    arguments = ["out.pdf", *words] if words else []
    assert CliRunner().invoke(cli.app, ["report", "gaps", *arguments]).exit_code == 2


def test_a_full_disk_leaves_what_was_there(
    tono_session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(whole_file.os, "fsync", fail)
    out = tmp_path / "out.xlsx"
    out.write_text("old")
    with pytest.raises(InputError, match="the disk is full"):
        write_gap_report(tono_session, ALL, out, city_name=CITY)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.xlsx", "old")]


def test_what_it_cannot_show_is_refused(tono_session: Session, tmp_path: Path) -> None:
    for wish in (Wish(capacity=9000), Wish(backup=True)):
        with pytest.raises(InputError, match="neither a capacity nor backup"):
            write_gap_report(tono_session, wish, tmp_path / "out.html", city_name=CITY)
    assert list(tmp_path.iterdir()) == []


def test_without_data_it_says_what_to_do(session: Session, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="tono"):
        write_gap_report(session, ALL, tmp_path / "out.pdf", city_name=CITY)


def test_without_the_colours_it_says_what_to_do(
    report: GapReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "SHEETS", (tmp_path / "tokens.css",))
    paper.palette.cache_clear()
    try:
        with pytest.raises(NotReadyError, match=r"pages is missing.*`make run`"):
            render_gap_report(report, ".html")
    finally:
        paper.palette.cache_clear()


def test_without_the_libraries_of_paper_it_says_what_to_do(report: GapReport, monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing(ModuleType):
        """A module whose libraries cannot be loaded."""

        def __getattr__(self, name: str) -> None:
            raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setitem(sys.modules, "weasyprint", Missing("weasyprint"))
    with pytest.raises(NotReadyError, match="apt-get install libpango"):
        render_gap_report(report, ".pdf")
