"""A workbook (.xlsx) → its visible sheets as rows of texts, each cell as the officer sees it."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from app.documents.input_file import InputFile
from app.errors import InputError

MARK = b"PK\x03\x04"
MOST_CELLS = 20_000_000
MOST_UNPACKED = 1024 * 1024 * 1024
# What the libraries raise at a file that is damaged or locked.
DAMAGED = (
    *(CalamineError, expat.ExpatError, zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(RuntimeError, LookupError, ValueError, OverflowError),
)
# Rows and columns of the first and the last cell, both included, from 0.
Merged = tuple[tuple[int, int], tuple[int, int]]
Sheet = tuple[str, list[list[str]], list[Merged]]


def read_sheets(file: InputFile) -> list[Sheet]:
    """Return place, rows and merged cells of each visible sheet, or say in one sentence what cannot be read."""
    try:
        parts = _check_parts(file)
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.content))
        sheets = []
        for about in book.sheets_metadata:
            if about.visible != SheetVisibleEnum.Visible or about.typ != SheetTypeEnum.WorkSheet:
                continue
            place = f"{file.path}, sheet {about.name}"
            if about.name in parts:
                _check_cells(parts[about.name], place)
            sheet = book.get_sheet_by_name(about.name)
            rows = [] if sheet.start is None else sheet.to_python(skip_empty_area=False)
            sheets.append(
                (place, [[_text(value) for value in cells] for cells in rows], sheet.merged_cell_ranges or [])
            )
    except DAMAGED as error:
        reason = str(error).strip().rstrip(".") or type(error).__name__
        raise InputError(
            f"{file.path} is not a readable Excel file ({reason}). Open it and save it as .xlsx once more."
        ) from error
    if not sheets:
        raise InputError(f"{file.path} has no sheet that is shown.")
    return sheets


def _text(value: object) -> str:
    """Return a cell as text: whole numbers without a point, days and hours as ISO 8601 writes them."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # Fifteen digits are what a spreadsheet shows; the rest is noise of the binary form.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        # A moment is kept as a part of a day; what is left below a second is noise.
        return (value + timedelta(seconds=0.5)).replace(microsecond=0).isoformat(sep=" ")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def column_name(column: int) -> str:
    """Return the letters of a column, counted from 0.

    >>> column_name(0), column_name(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# --- before the cells are read ----------------------------------------------------------------------------------------


def _check_parts(file: InputFile) -> dict[str, bytes]:
    """Return the part of each sheet by its name; refuse what unpacks to more than a machine holds."""
    with zipfile.ZipFile(io.BytesIO(file.content)) as book:
        if sum(part.file_size for part in book.infolist()) > MOST_UNPACKED:
            raise InputError(f"{file.path} unpacks to more than {MOST_UNPACKED // 1024**2:,} MB. Split it.")
        names = set(book.namelist())
        if "xl/workbook.xml" not in names:
            raise InputError(f"{file.path} is a ZIP archive, but not an Excel file. Unpack it first.")
        targets: dict[str, str] = {}
        ids: dict[str, str] = {}

        def on_relation(tag: str, attributes: dict[str, str]) -> None:
            if tag.endswith("Relationship"):
                target = attributes.get("Target", "")
                targets[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")

        def on_sheet(tag: str, attributes: dict[str, str]) -> None:
            if tag.rpartition(":")[2] == "sheet":
                key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
                ids[attributes.get("name", "")] = key

        if "xl/_rels/workbook.xml.rels" in names:
            _walk(book.read("xl/_rels/workbook.xml.rels"), on_relation)
        _walk(book.read("xl/workbook.xml"), on_sheet)
        return {name: book.read(targets[key]) for name, key in ids.items() if targets.get(key) in names}


def _walk(content: bytes, begin: Any, end: Any = None, text: Any = None) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise ValueError("it has a document type of its own")

    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)


class _Cells:
    """Walks the cells of a sheet: how far they reach, and which formulas have no stored result."""

    def __init__(self) -> None:
        self.last_row = self.last_column = 0
        self.empty: list[str] = []
        self.faults: list[str] = []
        self._name = self._kind = ""
        self._formula = self._value = self._in_value = False

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Note a cell, its formula or its value."""
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._name, self._kind = attributes.get("r", ""), attributes.get("t", "")
            self._formula = self._value = False
            if self._kind == "e":
                self.faults.append(self._name)
            if found := re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", self._name):
                column = 0
                for letter in found[1]:
                    column = column * 26 + ord(letter) - ord("A") + 1
                self.last_row, self.last_column = max(self.last_row, int(found[2])), max(self.last_column, column)
        elif tag == "f":
            self._formula = True
        elif tag == "v":
            # A formula whose result is the empty text has an empty value of that kind.
            self._in_value, self._value = True, self._kind == "str"

    def text(self, _: str) -> None:
        """Note that a value is not empty."""
        self._value = self._value or self._in_value

    def end(self, tag: str) -> None:
        """Note a formula without a result."""
        tag = tag.rpartition(":")[2]
        if tag == "v":
            self._in_value = False
        elif tag == "c" and self._formula and not self._value:
            self.empty.append(self._name)


def _check_cells(part: bytes, place: str) -> None:
    cells = _Cells()
    _walk(part, cells.begin, cells.end, cells.text)
    if cells.empty:
        raise InputError(
            f"{place}: the formulas in {_some(cells.empty)} have no stored result. "
            "Open the file in a spreadsheet program and save it once."
        )
    if cells.faults:
        raise InputError(f"{place} shows a fault such as #N/A in {_some(cells.faults)}. Correct it first.")
    reach = cells.last_row * cells.last_column
    if reach > MOST_CELLS:
        raise InputError(
            f"{place} reaches over {reach:,} cells, more than {MOST_CELLS:,}: one cell far off may be filled. "
            "Copy the table into a workbook of its own."
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more cells" if len(names) > 3 else "")
