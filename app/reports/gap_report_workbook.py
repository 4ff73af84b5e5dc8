"""The report as workbook: its tables, with formulas over what is printed, and all inputs; no link to anywhere.

Each formula carries its value, so that the numbers stand there too where nothing calculates: in a preview, in protected
view, in pandas.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app import wording
from app.reports import gap_report_words as words
from app.reports.charts import UNSAID
from app.reports.gap_counts import COLUMNS
from app.reports.gap_report import GapReport
from app.reports.paper import palette
from app.siting.schemas import SitingFigures

HEAD_ROW = 4
FIRST_ROW = HEAD_ROW + 1
A4 = 9
# Kana and kanji take the room of two Latin letters.
WIDE = re.compile(r"[^\x00-\x7f]")
# What XML cannot hold.
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_TEXT = 32_767
COUNT, SHARE = "#,##0", "0.0%"
Number = int | float


@dataclass(frozen=True)
class Formula:
    """A formula and what it comes to."""

    text: str
    value: Number


class Sheet:
    """A sheet whose rows and columns are counted from 1, as in its formulas."""

    def __init__(self, book: xlsxwriter.Workbook, name: str) -> None:
        self._book = book
        self._sheet: Worksheet = book.add_worksheet(name)
        self._widths: dict[int, float] = {}
        self._sheet.set_paper(A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_footer("&R&P/&N")

    def put(self, row: int, column: int, value: Any, **look: Any) -> None:
        """Write text as text, whatever it begins with, numbers as numbers, formulas with their value."""
        shape = self._format(look)
        if isinstance(value, Formula):
            self._sheet.write_formula(row - 1, column - 1, value.text, shape, value.value)
        elif isinstance(value, str):
            value = ILLEGAL.sub("", value)[:LONGEST_TEXT]
            self._sheet.write_string(row - 1, column - 1, value, shape)
        elif value is not None:
            self._sheet.write_number(row - 1, column - 1, value, shape)
        if row >= HEAD_ROW and not isinstance(value, Formula) and "num_format" not in look:
            self.widen(column, min(2.0 + len(str(value)) + len(WIDE.findall(str(value))), 60.0))

    def head(self, titles: Sequence[str]) -> None:
        """Write the header, which stays in sight and on every page."""
        for column, title in enumerate(titles, start=1):
            self.put(HEAD_ROW, column, title, bold=True, bg_color=palette()["ground"], bottom=1, bottom_color="#999999")
        self._sheet.freeze_panes(HEAD_ROW, 1)
        self._sheet.repeat_rows(HEAD_ROW - 1)

    def widen(self, column: int, width: float) -> None:
        """Make a column at least so wide."""
        if width > self._widths.get(column, 0.0):
            self._widths[column] = width
            self._sheet.set_column(column - 1, column - 1, width)

    def _format(self, look: dict[str, Any]) -> Format | None:
        return self._book.add_format(look) if look else None


def render_workbook(report: GapReport) -> bytes:
    """Return the report as .xlsx, dated with its data."""
    stream = io.BytesIO()
    # Texts are written as they are: no address becomes a link, nothing becomes a number or a formula.
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    _districts(_sheet(book, report, "地区別", "地区ごとの人数"), report)
    _posts(_sheet(book, report, "拠点ごと", "1か所ごとに増える人数"), report)
    _classes(_sheet(book, report, "時間の分布", "相談員が着くまでの時間ごとの人数"), report)
    _inputs(_sheet(book, report, "数字の出どころ", "計算に使ったもの"), report)
    moment = datetime.combine(report.day, time())
    book.set_properties({"title": words.title(report), "author": report.city_name, "created": moment})
    book.close()
    return _dated(stream.getvalue(), moment)


# --- sheets ----------------------------------------------------------------------------------------------------------


def _sheet(book: xlsxwriter.Workbook, report: GapReport, name: str, title: str) -> Sheet:
    sheet = Sheet(book, name)
    sheet.put(1, 1, f"{title}({words.means(report)})", bold=True, font_size=14)
    marks = " ".join(words.assumptions(report))
    sheet.put(2, 1, f"{words.basis(report)}。{marks}")
    return sheet


def _districts(sheet: Sheet, report: GapReport) -> None:
    titles = ["地区", "相談員", "人口(人)", "今(人)", "今(%)", "増員後(人)", "増員後(%)", "増える人(人)", "残る人(人)"]
    sheet.head(titles)
    row = FIRST_ROW
    for row, name in enumerate(report.counts.districts, start=FIRST_ROW):
        people = _people_row(row, words.row(report, "district", name))
        _write_row(sheet, row, [name, words.posts(report, name), *people])
    last = row + 1
    cells = _people_row(last, words.row(report, "city"))
    for place, (column, name) in zip((0, 1, 3, 5, 6), zip("CDFHI", COLUMNS, strict=True), strict=True):
        told = [report.counts.of("district", district, name) for district in report.counts.districts]
        if told and report.counts.of("city", name) is not None:
            known = [count for count in told if count is not None]
            if len(known) == len(told):
                cells[place] = Formula(f"=SUM({column}{FIRST_ROW}:{column}{row})", sum(known))
    posts = report.gaps.consultants + len(report.gaps.ladder)
    _write_row(sheet, last, ["全市", f"{posts}人", *cells], bold=True, top=1, bottom=1, border_color="#999999")
    if not report.counts.are_complete:
        sheet.put(last + 2, 1, words.NOTE)


def _people_row(row: int, counts: Sequence[int | None]) -> list[Number | Formula | None]:
    """Return people, now, share, after, share, gain and left: shares and differences as formulas."""
    people, now, after, gain, left = counts
    return [
        people,
        now,
        _share(f"=D{row}/C{row}", now, people),
        after,
        _share(f"=F{row}/C{row}", after, people),
        gain if gain is None else _difference(f"=F{row}-D{row}", after, now, gain),
        left if left is None else _difference(f"=C{row}-F{row}", people, after, left),
    ]


def _share(formula: str, part: int | None, whole: int | None) -> Formula | None:
    return None if part is None or not whole else Formula(formula, part / whole)


def _difference(formula: str, more: int | None, less: int | None, known: int) -> Number | Formula:
    """Return a difference of two cells, or the number alone where one of them stays unsaid."""
    return known if more is None or less is None else Formula(formula, more - less)


def _write_row(sheet: Sheet, row: int, cells: Sequence[Any], **look: Any) -> None:
    """Write a row of the districts: two texts, then counts and shares, unsaid where they are None."""
    for column, value in enumerate(cells, start=1):
        if column <= 2:
            sheet.put(row, column, value, **look)
        else:
            _number(sheet, row, column, value, SHARE if column in {5, 7} else COUNT, **look)


def _number(
    sheet: Sheet, row: int, column: int, value: Number | Formula | None, shape: str = COUNT, **look: Any
) -> None:
    """Write a count, a formula of counts, or that it stays unsaid."""
    sheet.put(row, column, UNSAID if value is None else value, num_format=shape, align="right", **look)


def _posts(sheet: Sheet, report: GapReport) -> None:
    minutes = report.wish.minutes
    titles = ["何か所目", "相談員(人)", "増やす場所", "経度", "緯度", f"{minutes}分以内(人)", "増える人(人)"]
    sheet.head([*titles, "平均(分)", "95%の人が着く(分)", "確かめた"])
    gaps = report.gaps
    _post_row(sheet, FIRST_ROW, [0, gaps.consultants, "今"], gaps.now)
    before = report.counts.of("city", "now")
    _number(sheet, FIRST_ROW, 6, before)
    for row, rung in enumerate(gaps.ladder, start=FIRST_ROW + 1):
        site, step = rung.sites[-1], rung.k
        _post_row(sheet, row, [step, gaps.consultants + step, site.name, site.lon, site.lat], rung)
        covered, gain = report.counts.of("step", step, "covered"), report.counts.of("step", step, "gain")
        _number(sheet, row, 6, covered)
        told = gain if gain is None else _difference(f"=F{row}-F{row - 1}", covered, before, gain)
        _number(sheet, row, 7, told)
        sheet.put(row, 10, "最良" if rung.status == "optimal" else "最良とは確かめていない")
        before = covered


def _post_row(sheet: Sheet, row: int, values: Sequence[Any], figures: SitingFigures) -> None:
    for column, value in enumerate(values, start=1):
        sheet.put(row, column, value)
    sheet.put(row, 8, _minutes(figures.mean_s))
    sheet.put(row, 9, _minutes(figures.p95_s))


def _minutes(seconds: float | None) -> int | str:
    told = wording.minutes(seconds)
    return int(told) if told.isdigit() else told


def _classes(sheet: Sheet, report: GapReport) -> None:
    sheet.head(["着くまでの時間", "今(人)", "増員後(人)"])
    for place, title in enumerate(words.class_titles(report.counts.edges)):
        sheet.put(FIRST_ROW + place, 1, title)
        _number(sheet, FIRST_ROW + place, 2, report.counts.of("class", place, "now"))
        _number(sheet, FIRST_ROW + place, 3, report.counts.of("class", place, "after"))


def _inputs(sheet: Sheet, report: GapReport) -> None:
    sheet.head(["項目", "内容"])
    for row, (title, value) in enumerate(_facts(report), start=FIRST_ROW):
        sheet.put(row, 1, title)
        sheet.put(row, 2, value)
    sheet.widen(2, 80)


def _facts(report: GapReport) -> Iterable[tuple[str, Any]]:
    gaps = report.gaps
    yield "計算の指紋", gaps.fingerprint
    yield "時間(分)", report.wish.minutes
    yield "移動のしかた", words.profile(report)
    for highway, kmh in report.speeds.items():
        yield f"速度(km/h): {highway}", round(float(kmh), 1)
    yield "目標", words.BEST[gaps.objective].format(minutes=gaps.minutes)
    yield "候補地", words.CANDIDATES[gaps.candidates]
    yield "通行止めの時点", gaps.at or "なし"
    yield "道路網", f"{report.network.name}({report.network.source_date or '年月日不明'})"
    for source in report.sources:
        yield wording.DATASETS[source.kind], f"{source.title}: {source.source}({source.as_of or '年月日不明'})"
        yield f"{wording.DATASETS[source.kind]}のファイルの指紋", source.sha256
    yield "前回の計算", " ".join(words.changes(report))
    yield "著作権", wording.credit(report.sources, report.network)


def _dated(content: bytes, moment: datetime) -> bytes:
    """Return the same workbook with its date on each of its parts, where the library writes 1980."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return stream.getvalue()
