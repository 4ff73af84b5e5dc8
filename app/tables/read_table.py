"""One table of a file → named columns and numbered rows; see the package for how it is used."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.documents.input_file import InputFile
from app.errors import InputError
from app.tables.grid import Grid, read_grids
from app.tables.headings import Heading, find_header, vocabulary
from app.tables.workbook import column_name

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)
# After so many rows it is said how far a long file is.
SAID_EVERY = 100_000


@dataclass(frozen=True)
class Row:
    """One row: its number counts the rows below the header from 1, its line is the one that a program shows."""

    number: int
    line: int
    cells: Mapping[str, str]
    fault: str = ""

    def text(self, name: str) -> str:
        """Return what stands in a column without the blanks around it, nothing where there is no such column."""
        return self.cells.get(name, "").strip()


@dataclass(frozen=True)
class Table:
    """A table whose columns are named as the reader asked, the others as they are titled."""

    place: str
    headings: tuple[Heading, ...]
    grid: Grid
    first_row: int

    def __len__(self) -> int:
        """Return the number of rows below the header."""
        return len(self.grid.rows) - self.first_row

    @property
    def names(self) -> list[str]:
        """Return the names of the columns that have one."""
        return [heading.name for heading in self.headings if heading.name]

    def heading(self, name: str) -> Heading | None:
        """Return the column of a name, with its title and its unit."""
        return next((heading for heading in self.headings if heading.name == name), None)

    def rows(self) -> Iterator[Row]:
        """Yield the rows; what has too few or too many fields says so in `fault`."""
        width = max((index for index, heading in enumerate(self.headings, start=1) if heading.name), default=0)
        for number, cells in enumerate(self.grid.rows[self.first_row :], start=1):
            named = {heading.name: cell for heading, cell in zip(self.headings, cells, strict=False) if heading.name}
            line = self.grid.lines[self.first_row + number - 1]
            yield Row(number, line, named, _fault(cells, width, len(self.headings)))
            if number % SAID_EVERY == 0:
                log.info("%s: %s of %s rows read", self.place, f"{number:,}", f"{len(self):,}")

    def frame(self) -> pd.DataFrame:
        """Return the rows as texts, an empty text where nothing stands; refuse a row of unequal length."""
        import pandas as pd  # noqa: PLC0415  (a process that answers requests makes no frames)

        columns: dict[str, list[str]] = {name: [] for name in self.names}
        for row in self.rows():
            if row.fault:
                raise InputError(f"{self.where(row)}: {row.fault}. It is not a readable table.")
            for name, cells in columns.items():
                cells.append(row.cells.get(name, "").strip())
        return pd.DataFrame(columns, dtype=str)

    def where(self, row: Row, name: str = "") -> str:
        """Return the place of a row, and of its column where one is named, as a person finds it."""
        position = next((index for index, heading in enumerate(self.headings) if heading.name == name), None)
        column = "" if position is None else f", column {column_name(position)} ({self.headings[position].title})"
        return f"{self.place}, row {row.number} (line {row.line}){column}"


def _fault(cells: Sequence[str], fewest: int, most: int) -> str:
    filled = max((index for index, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    if fewest <= len(cells) and filled <= most:
        return ""
    return (
        f"{max(filled, len(cells))} fields below a header of {most} (is a comma inside a text without quotation marks?)"
    )


def read_table(file: InputFile, columns: Mapping[str, Sequence[str]], required: Sequence[str] = ()) -> Table:
    """Return the table of a file that has the required columns.

    Parameters
    ----------
    file : InputFile
        See `app.documents.input_file.read_input`.
    columns : mapping
        The plain name of each column that is known → the titles that mean the same; where none is known, the first
        row is the header.
    required : sequence of str
        Plain names without which the table is refused.
    """
    words = vocabulary(columns)
    first: list[Table] = []
    for grids in read_grids(file):
        tables = [Table(grid.place, *_split(find_header(grid, words, required), grid)) for grid in grids]
        fitting = [table for table in tables if _fits(table, columns, required)]
        if len(fitting) > 1:
            places = " and ".join(table.place for table in fitting[:2])
            raise InputError(f"{places} have this table both. Keep one of them in the file.")
        if fitting:
            return _checked(fitting[0], columns)
        first = first or tables
    closest = max(first, key=lambda table: len(set(table.names) & set(columns)))
    if not closest.grid.rows:
        raise InputError(f"{file.path} is not a readable table: it is empty, with no row below a header.")
    titles = ", ".join(heading.title for heading in closest.headings if heading.title)
    missing = [
        name if titles.isascii() else _with_title(name, columns) for name in required if name not in closest.names
    ]
    raise InputError(f"{closest.place} has no column {', '.join(missing)}; it has: {titles}.")


def _split(header: tuple[tuple[Heading, ...], int], grid: Grid) -> tuple[tuple[Heading, ...], Grid, int]:
    return header[0], grid, header[1]


def _fits(table: Table, columns: Mapping[str, Sequence[str]], required: Sequence[str]) -> bool:
    known = set(table.names) & set(columns) if columns else set(table.names)
    return bool(table.grid.rows) and (set(required) <= known if required else bool(known))


def _with_title(name: str, columns: Mapping[str, Sequence[str]]) -> str:
    titles = [title for title in columns.get(name, ()) if not title.isascii()]
    return f"{name} ({titles[0]})" if titles else name


def _checked(table: Table, columns: Mapping[str, Sequence[str]]) -> Table:
    for name in columns:
        positions = [index for index, heading in enumerate(table.headings) if heading.name == name]
        if len(positions) > 1:
            letters = " and ".join(column_name(index) for index in positions)
            raise InputError(f"{table.place} has the column {name} twice (columns {letters}). Keep one of them.")
    if not len(table):
        raise InputError(f"{table.place} has no row below its header.")
    return table
