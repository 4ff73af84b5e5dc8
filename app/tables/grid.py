"""A file of CSV, TSV or Excel → rows of texts as they stand in it, before anyone asks what they mean."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.documents.input_file import InputFile
from app.errors import InputError
from app.tables.decode import decodings
from app.tables.formula_guard import unguard
from app.tables.workbook import MARK as WORKBOOK
from app.tables.workbook import Merged, read_sheets

DELIMITERS = (",", "\t", ";")
# Old workbooks, and new ones with a password, are kept in this container.
OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ROWS = 1_000_000
# The shape of one long road is longer than what the csv module takes by itself.
csv.field_size_limit(16 * 1024 * 1024)
# What no text has; a picture or a database that is read as text has it at once.
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Grid:
    """The rows of one table of a file that have anything in them, each with the line it stands on."""

    place: str
    rows: list[list[str]]
    lines: list[int]
    merged: list[Merged] = field(default_factory=list)


def read_grids(file: InputFile) -> Iterator[list[Grid]]:
    """Yield what a file may be, the likeliest first: the visible sheets of a workbook, or one grid for a text."""
    if file.content.startswith(WORKBOOK):
        yield [Grid(name, *_filled(rows), merged) for name, rows, merged in read_sheets(file)]
        return
    if file.content.startswith(OLD_CONTAINER):
        raise InputError(
            f"{file.path} is an Excel file of the old form or one with a password. Save it as .xlsx without a password."
        )
    fault: InputError | None = InputError(
        f"{file.path} is not a readable CSV or Excel file: it is neither UTF-8 nor CP932 (Shift_JIS) nor EUC-JP text."
    )
    is_first = True
    for text in decodings(file.content):
        if CONTROLS.search(text):
            continue
        for delimiter in DELIMITERS:
            try:
                grid = _read_text(file, text, delimiter)
            except InputError as error:
                # What is wrong with it as comma-separated text is what its owner wants to know.
                fault = error if is_first else fault
            else:
                fault = None if is_first else fault
                yield [grid]
            is_first = False
    if fault:
        raise fault


def _read_text(file: InputFile, text: str, delimiter: str) -> Grid:
    if "\n" not in text:  # as an old Macintosh ends its lines
        text = text.replace("\r", "\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    begin = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append([unguard(cell) for cell in cells])
                lines.append(begin)
            begin = reader.line_num + 1
            if len(rows) > MOST_ROWS:
                raise InputError(f"{file.path} has more than {MOST_ROWS:,} rows. Split it.")
    except csv.Error as error:
        raise InputError(f"{file.path}, line {reader.line_num}: not a readable CSV file ({error}).") from error
    return Grid(str(file.path), rows, lines)


def _filled(rows: list[list[str]]) -> tuple[list[list[str]], list[int]]:
    lines = [line for line, cells in enumerate(rows, start=1) if any(cell.strip() for cell in cells)]
    return [rows[line - 1] for line in lines], lines
