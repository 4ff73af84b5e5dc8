"""The report as workbook: its tables, with formulas over what is printed, and all inputs; no link to anywhere."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app import wording
from app.reports import gap_report_words as words
from app.reports.charts import UNSAID
from app.reports.gap_counts import COLUMNS
from app.reports.gap_report import GapReport
from app.reports.paper import palette

HEAD_ROW = 4
FIRST_ROW = HEAD_ROW + 1
THIN = Side(style="thin", color="999999")
# Kana and kanji take the room of two Latin letters.
WIDE = re.compile(r"[^\x00-\x7f]")


def render_workbook(report: GapReport) -> bytes:
    """Return the report as .xlsx, dated with its data."""
    book = Workbook()
    book.remove(book.active)
    _districts(_sheet(book, report, "地区別", "地区ごとの人数"), report)
    _posts(_sheet(book, report, "拠点ごと", "1か所ごとに増える人数"), report)
    _classes(_sheet(book, report, "時間の分布", "相談員が着くまでの時間ごとの人数"), report)
    _inputs(_sheet(book, report, "数字の出どころ", "計算に使ったもの"), report)
    book.properties.title = words.title(report)
    book.properties.creator = report.city_name
    moment = datetime.combine(report.day, time())
    book.properties.created = moment
    stream = io.BytesIO()
    book.save(stream)
    return _dated(stream.getvalue(), moment)


# --- sheets ----------------------------------------------------------------------------------------------------------


def _sheet(book: Workbook, report: GapReport, name: str, title: str) -> Worksheet:
    sheet = book.create_sheet(name)
    _put(sheet, 1, 1, f"{title}({words.means(report)})").font = Font(bold=True, size=14)
    marks = " ".join(words.assumptions(report))
    _put(sheet, 2, 1, f"{words.basis(report)}。{marks}")
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = "&P/&N"
    return sheet


def _districts(sheet: Worksheet, report: GapReport) -> None:
    titles = ["地区", "相談員", "人口(人)", "今(人)", "今(%)", "増員後(人)", "増員後(%)", "増える人(人)", "残る人(人)"]
    _head(sheet, titles)
    row = FIRST_ROW
    for row, name in enumerate(report.counts.districts, start=FIRST_ROW):
        _people_row(sheet, row, [name, words.posts(report, name)], words.row(report, "district", name))
    last = row + 1
    city = words.row(report, "city")
    _people_row(sheet, last, ["全市", f"{report.gaps['consultants'] + len(report.gaps['ladder'])}人"], city)
    for column, name in zip("CDFHI", COLUMNS, strict=True):
        told = [report.counts.of("district", place, name) for place in report.counts.districts]
        if None not in told and report.counts.of("city", name) is not None:
            sheet[f"{column}{last}"] = f"=SUM({column}{FIRST_ROW}:{column}{row})"
    for cell in sheet[last]:
        cell.font = Font(bold=True)
        cell.border = Border(top=THIN, bottom=THIN)
    if not report.counts.are_complete:
        sheet.cell(last + 2, 1, words.NOTE)


def _people_row(sheet: Worksheet, row: int, names: Sequence[str], counts: Sequence[int | None]) -> None:
    """Write a row: counts as numbers, shares and differences as formulas over what is written."""
    people, now, after, gain, left = counts
    for column, name in enumerate(names, start=1):
        _put(sheet, row, column, name)
    for column, value in ((3, people), (4, now), (6, after)):
        _number(sheet, row, column, value)
    _share(sheet, row, 5, known=None not in {people, now} and people != 0, formula=f"=D{row}/C{row}")
    _share(sheet, row, 7, known=None not in {people, after} and people != 0, formula=f"=F{row}/C{row}")
    _number(sheet, row, 8, gain if gain is None or None in {now, after} else f"=F{row}-D{row}")
    _number(sheet, row, 9, left if left is None or None in {people, after} else f"=C{row}-F{row}")


def _posts(sheet: Worksheet, report: GapReport) -> None:
    minutes = report.wish.minutes
    titles = ["何か所目", "相談員(人)", "増やす場所", "経度", "緯度", f"{minutes}分以内(人)", "増える人(人)"]
    _head(sheet, [*titles, "平均(分)", "95%の人が着く(分)", "確かめた"])
    gaps = report.gaps
    _post_row(sheet, FIRST_ROW, [0, gaps["consultants"], "今"], gaps["now"])
    _number(sheet, FIRST_ROW, 6, report.counts.of("city", "now"))
    for row, rung in enumerate(gaps["ladder"], start=FIRST_ROW + 1):
        site, step = rung["sites"][-1], rung["k"]
        _post_row(sheet, row, [step, gaps["consultants"] + step, site["name"], site["lon"], site["lat"]], rung)
        covered, gain = report.counts.of("step", step, "covered"), report.counts.of("step", step, "gain")
        before = report.counts.of("city", "now") if step == 1 else report.counts.of("step", step - 1, "covered")
        _number(sheet, row, 6, covered)
        _number(sheet, row, 7, gain if gain is None or None in {covered, before} else f"=F{row}-F{row - 1}")
        _put(sheet, row, 10, "最良" if rung["status"] == "optimal" else "最良とは確かめていない")


def _post_row(sheet: Worksheet, row: int, values: Sequence[Any], figures: dict[str, Any]) -> None:
    for column, value in enumerate(values, start=1):
        _put(sheet, row, column, value)
    _put(sheet, row, 8, _minutes(figures["mean_s"]))
    _put(sheet, row, 9, _minutes(figures["p95_s"]))


def _minutes(seconds: float | None) -> int | str:
    told = wording.minutes(seconds)
    return int(told) if told.isdigit() else told


def _classes(sheet: Worksheet, report: GapReport) -> None:
    _head(sheet, ["着くまでの時間", "今(人)", "増員後(人)"])
    for place, title in enumerate(words.class_titles(report.counts.edges)):
        _put(sheet, FIRST_ROW + place, 1, title)
        _number(sheet, FIRST_ROW + place, 2, report.counts.of("class", place, "now"))
        _number(sheet, FIRST_ROW + place, 3, report.counts.of("class", place, "after"))


def _inputs(sheet: Worksheet, report: GapReport) -> None:
    _head(sheet, ["項目", "内容"])
    for row, pair in enumerate(_facts(report), start=FIRST_ROW):
        for column, value in enumerate(pair, start=1):
            _put(sheet, row, column, value)
    sheet.column_dimensions["B"].width = 80


def _facts(report: GapReport) -> Iterable[tuple[str, Any]]:
    gaps = report.gaps
    yield "計算の指紋", gaps["fingerprint"]
    yield "時間(分)", report.wish.minutes
    yield "移動のしかた", words.profile(report)
    for highway, kmh in report.speeds.items():
        yield f"速度(km/h): {highway}", round(float(kmh), 1)
    yield "目標", words.BEST[gaps["objective"]].format(minutes=gaps["minutes"])
    yield "候補地", words.CANDIDATES[gaps["candidates"]]
    yield "通行止めの時点", gaps["at"] or "なし"
    yield "道路網", f"{report.network.name}({report.network.source_date or '年月日不明'})"
    for source in report.sources:
        yield wording.DATASETS[source.kind], f"{source.title}: {source.source}({source.as_of or '年月日不明'})"
        yield f"{wording.DATASETS[source.kind]}のファイルの指紋", source.sha256
    yield "前回の計算", " ".join(words.changes(report))
    yield "著作権", wording.credit(report.sources, report.network)


# --- cells -----------------------------------------------------------------------------------------------------------


def _put(sheet: Worksheet, row: int, column: int, value: Any) -> Cell:
    """Write text as text, whatever it begins with, and numbers as numbers."""
    cell = sheet.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    _widen(sheet, cell)
    return cell


def _number(sheet: Worksheet, row: int, column: int, value: int | str | None) -> None:
    """Write a count, a formula of counts, or that it stays unsaid."""
    cell = sheet.cell(row, column, UNSAID if value is None else value)
    cell.number_format = "#,##0"
    cell.alignment = Alignment(horizontal="right")


def _share(sheet: Worksheet, row: int, column: int, *, known: bool, formula: str) -> None:
    cell = sheet.cell(row, column, formula if known else UNSAID)
    cell.number_format = "0.0%"
    cell.alignment = Alignment(horizontal="right")


def _head(sheet: Worksheet, titles: Sequence[str]) -> None:
    colour = palette()["ground"].lstrip("#")
    for column, title in enumerate(titles, start=1):
        cell = _put(sheet, HEAD_ROW, column, title)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=colour)
        cell.border = Border(bottom=THIN)
    sheet.freeze_panes = f"B{FIRST_ROW}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"


def _widen(sheet: Worksheet, cell: Cell) -> None:
    if cell.row < HEAD_ROW:
        return
    shape = sheet.column_dimensions[get_column_letter(cell.column)]
    needed = 2.0 + len(str(cell.value)) + len(WIDE.findall(str(cell.value)))
    shape.width = max(shape.width if shape.customWidth else 0.0, min(needed, 60.0))


def _dated(content: bytes, moment: datetime) -> bytes:
    """Return the same workbook with one date in all of it, where the library writes the time of the clock."""
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            entry = zipfile.ZipInfo(name, date_time=moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, part)
    return stream.getvalue()
