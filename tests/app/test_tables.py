"""Tables as offices save them are the same rows whatever the form; what cannot be read is told in one sentence."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.input_file import InputFile, read_input
from app.errors import InputError
from app.tables import Table, read_table, write_csv
from app.tables.formula_guard import guard, unguard

COLUMNS = {"name": ("路線名", "路線"), "lon": ("経度", "起点経度"), "lat": ("緯度", "起点緯度"), "length_m": ("延長",)}
ROWS = [["国道283号", "141.5334", "39.328"], ["県道35号 ～髙①〜", "141.4756", "39.3021"]]
PLAIN = [["路線名", "経度", "緯度"], *ROWS]


def handed(content: bytes, name: str = "table.csv") -> InputFile:
    return InputFile(Path(name), content, "0" * 64)


def as_text(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def as_workbook(rows: list[list[object]], change: Callable[[openpyxl.Workbook], object] = lambda _: None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(content: bytes, name: str = "table.csv", required: tuple[str, ...] = ("name", "lon", "lat")) -> Table:
    return read_table(handed(content, name), COLUMNS, required)


def told(content: bytes) -> str:
    """Return what is said of bytes that may be no table."""
    try:
        list(read(content).rows())
    except InputError as error:
        return str(error)
    return ""


def cells(table: Table) -> list[list[str]]:
    return [[row.text(name) for name in ("name", "lon", "lat")] for row in table.rows()]


# --- every form is the same rows -------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932"])
def test_each_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    rows = PLAIN if encoding != "cp932" else [[cell.replace("〜", "～") for cell in row] for row in PLAIN]
    assert cells(read(as_text(rows, delimiter).encode(encoding))) == rows[1:]


def test_euc_jp_is_not_taken_for_cp932() -> None:
    rows = [["路線名", "経度", "緯度"], ["ひらがな", "1", "2"]]
    content = as_text(rows).encode("euc_jp")
    assert content.decode("cp932") != as_text(rows)  # it can be read as CP932, and is another text then
    assert cells(read(content)) == rows[1:]


def test_ends_of_lines_of_every_system() -> None:
    for end in ("\n", "\r\n", "\r"):
        assert cells(read(end.join(",".join(row) for row in PLAIN).encode())) == ROWS


@pytest.mark.parametrize(
    "head",
    [
        ["路線名", "経度", "緯度"],
        ["１．路線名", "２．経度", "３．緯度"],
        [" 路 線 名 ", "経度（度）", "緯度(度)"],
        ["※路線名", "経　度", "緯　度"],
        ["NAME", "Lon", "LAT"],
        ["ＮＡＭＥ", "ｌｏｎ", "ｌａｔ"],
    ],
)
def test_titles_as_offices_write_them(head: list[str]) -> None:
    assert cells(read(as_text([head, *ROWS]).encode())) == ROWS


def test_rows_above_the_header_and_rows_of_blanks() -> None:
    above = [["冬期通行止め一覧", "", ""], ["令和8年11月30日現在", "", ""], ["", "", ""]]
    table = read(as_text([*above, PLAIN[0], ROWS[0], ["", " ", ""], ROWS[1], ["", "", ""]]).encode())
    assert cells(table) == ROWS
    last = list(table.rows())[-1]
    assert (last.number, last.line) == (2, 7)
    assert table.where(last, "lon") == "table.csv, row 2 (line 7), column B (経度)"


def test_groups_over_titles_in_text_and_in_merged_cells() -> None:
    rows: list[list[object]] = [["路線名", "起点", "", "終点", ""], ["", "経度", "緯度", "経度", "緯度"]]
    rows.append(["国道", "141.5", "39.3", "141.6", "39.4"])
    columns = COLUMNS | {"lon": ("起点経度",), "lat": ("起点緯度",), "lon2": ("終点経度",), "lat2": ("終点緯度",)}

    def merge(book: openpyxl.Workbook) -> None:
        for cells_of in ("A1:A2", "B1:C1", "D1:E1"):
            book.active.merge_cells(cells_of)

    for content in (as_text(rows).encode("cp932"), as_workbook(rows, merge)):
        (row,) = read_table(handed(content), columns, ["name", "lon", "lat2"]).rows()
        assert dict(row.cells) == {"name": "国道", "lon": "141.5", "lat": "39.3", "lon2": "141.6", "lat2": "39.4"}


def test_the_unit_in_a_title() -> None:
    table = read("路線名,延長（ｋｍ）,備考\na,1,b\n".encode(), required=("name",))
    assert table.heading("length_m") == ("length_m", "延長（ｋｍ）", "km")
    assert table.names == ["name", "length_m", "備考"]


# --- workbooks -------------------------------------------------------------------------------------------------------


def test_a_workbook_is_read_as_it_is_seen() -> None:
    rows: list[list[object]] = [
        ["路線名", "経度", "緯度"],
        [32085.0, 0.1 + 0.2, 141.5334],
        [date(2026, 1, 5), datetime.fromisoformat("2026-01-05T08:03"), time(0, 14)],
        [True, timedelta(hours=30, minutes=5), 1234567890123],
    ]
    assert cells(read(as_workbook(rows), "table.xlsx")) == [
        ["32085", "0.3", "141.5334"],
        ["2026-01-05", "2026-01-05 08:03:00", "00:14:00"],
        ["TRUE", "30:05:00", "1234567890123"],
    ]


def test_the_sheet_that_has_the_table_is_found_also_under_a_wrong_ending() -> None:
    def notes(book: openpyxl.Workbook) -> None:
        book.create_sheet("説明", 0).append(["この表について"])
        book.create_sheet("空")

    assert cells(read(as_workbook(PLAIN, notes), "table.csv")) == ROWS


def fill(cell: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book.active[cell] = value

    return change


def twice(book: openpyxl.Workbook) -> None:
    book.copy_worksheet(book.active)


def hide(book: openpyxl.Workbook) -> None:
    book.create_sheet("見える")
    book.worksheets[0].sheet_state = "hidden"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (fill("B2", "=1+1"), "formulas in B2 have no stored result"),
        (fill("C3", "#N/A"), "a fault such as #N/A in C3"),
        (fill("XFD1048576", 1), "17,179,869,184 cells"),
        (twice, "have this table both"),
        (hide, "is empty"),
    ],
)
def test_a_workbook_that_hides_something_is_refused(change: Callable[[openpyxl.Workbook], object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(as_workbook(PLAIN, change), "table.xlsx")


# --- what cannot be read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        ("路線名,経度,緯度\n".encode(), "no row below its header"),
        ("路線名,経度\na,1\n".encode(), r"no column lat \(緯度\); it has: 路線名, 経度"),
        ("路線名,経度,緯度,路線\na,1,2,b\n".encode(), r"the column name twice \(columns A and D\)"),
        ('路線名,経度,緯度\n"a"b,1,2\n'.encode(), "line 2: not a readable CSV"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "neither UTF-8 nor CP932"),
        (b"PK\x03\x04", "not a readable Excel file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old form or one with a password"),
    ],
)
def test_a_file_that_is_no_table(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read(content)
    assert "\n" not in str(caught.value)


def test_a_row_of_unequal_length_says_so_and_keeps_the_others() -> None:
    table = read("路線名,経度,緯度\na,1,2\nb,1\nc,1,2,3\nd,1,2,\n".encode())
    assert [bool(row.fault) for row in table.rows()] == [False, True, True, False]
    with pytest.raises(InputError, match=r"row 2 \(line 3\): 2 fields below a header of 3"):
        table.frame()


def test_a_file_is_read_once_and_named_by_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"abc")
    file = read_input(path)
    path.write_bytes(b"changed")
    assert (file.content, file.sha256[-8:]) == (b"abc", "f20015ad")
    with pytest.raises(InputError, match=r"larger than 0 MB"):
        read_input(path, most_bytes=3)
    with pytest.raises(InputError, match="No such file"):
        read_input(tmp_path / "gone.csv")
    with pytest.raises(InputError, match="null byte"):
        read_input(Path("a\0b"))


# --- what is written comes back --------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@\t\r\n',\"; 　"))


@given(text=st.text())
def test_the_guard_is_taken_off_exactly(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1))
def test_what_is_written_is_read_sign_by_sign(rows: list[tuple[str, str]]) -> None:
    content = write_csv(["number", "name", "lon"], [{"number": 1, "name": a, "lon": b} for a, b in rows])
    table = read(content, required=("name", "lon"))
    assert [(row.cells["name"], row.cells["lon"]) for row in table.rows()] == rows


@given(
    content=st.binary(max_size=300)
    | st.text(max_size=300).map(str.encode)
    | st.binary(max_size=99).map(b"PK\x03\x04".__add__)
)
def test_any_bytes_are_rows_or_one_sentence(content: bytes) -> None:
    assert "\n" not in told(content)


WHOLE = as_workbook(PLAIN)


@given(data=st.data(), packed=st.booleans())
def test_a_damaged_workbook_is_rows_or_one_sentence(data: st.DataObject, *, packed: bool) -> None:
    def damaged(content: bytes) -> bytes:
        places = st.integers(4, 10**6).map(lambda place: 4 + place % (len(content) - 4))
        changed = bytearray(content)
        for place, sign in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)):
            changed[place] = sign
        return bytes(changed)

    content = damaged(WHOLE) if packed else repacked(WHOLE, "xl/worksheets/sheet1.xml", damaged)
    assert "\n" not in told(content)


def repacked(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with one of its parts changed, its sums in order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


def test_a_sign_that_no_file_can_hold() -> None:
    with pytest.raises(InputError, match="U\\+D800"):
        write_csv(["name"], [{"name": "\ud800"}])
