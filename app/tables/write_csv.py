"""Rows → CSV as spreadsheets read it: UTF-8 with a mark, no cell that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.errors import InputError
from app.tables.formula_guard import guard


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as CSV; texts come back from `read_table` sign by sign, None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(row.get(name)) for name in columns})
    try:
        return out.getvalue().encode("utf-8-sig")
    except UnicodeEncodeError as error:
        sign = f"U+{ord(error.object[error.start]):04X}"
        raise InputError(f"A text has the sign {sign}, which no file can hold. Correct it first.") from error


def _cell(value: object) -> object:
    return guard(value) if isinstance(value, str) else value
