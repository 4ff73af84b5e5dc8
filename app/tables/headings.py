"""The header of a table: which row it is, and which column is meant by each title as offices write it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.tables.grid import Grid

# How far down a header may stand below titles, dates and remarks.
LOOKED_AT = 30
NUMBERED = re.compile(r"^(?:\(?\d{1,3}[.)、:]|[※*○●◎])\s*")
UNIT = re.compile(r"(?:\(([^()]*)\)|_(km|m))$", re.IGNORECASE)


class Heading(NamedTuple):
    """A column: its plain name, its title in the file, and the unit that stands behind the title: 延長(km), 延長_m."""

    name: str
    title: str
    unit: str = ""


class Header(NamedTuple):
    """The columns of a table and the first row below them, counted in its grid."""

    headings: tuple[Heading, ...]
    first_row: int


Vocabulary = Mapping[str, str]


def vocabulary(columns: Mapping[str, Sequence[str]]) -> Vocabulary:
    """Return folded title → plain name, for plain names and the titles that mean the same."""
    words = {fold_title(title): name for name, titles in columns.items() for title in titles}
    return words | {fold_title(name): name for name in columns}


def fold_title(title: str) -> str:
    """Return a title without what differs between offices: width, case, blanks, numbers and marks before it.

    >>> fold_title("１．名称_ｶﾅ"), fold_title(" Start Lon "), fold_title("※緯度")
    ('名称_カナ', 'startlon', '緯度')
    """
    plain = unicodedata.normalize("NFKC", title).strip().lstrip("\ufeff")
    return re.sub(r"\s+", "", NUMBERED.sub("", plain)).casefold()


def plain_names(titles: Iterable[object], columns: Mapping[str, Sequence[str]]) -> dict[object, str]:
    """Return title → plain name for the first title that means each column; of two that mean the same, one is left."""
    folded = {fold_title(str(title)): title for title in reversed(list(titles))}
    found = {
        name: next((folded[word] for word in map(fold_title, (name, *others)) if word in folded), None)
        for name, others in columns.items()
    }
    return {title: name for name, title in found.items() if title is not None}


def find_header(grid: Grid, words: Vocabulary, required: Sequence[str]) -> Header:
    """Return the header that names most of the columns asked for; a table without any has its first row for it."""
    best = Header((), 0)
    best_score = (-1, -1)
    for row in range(min(len(grid.rows), LOOKED_AT)):
        for titles, first_row in _candidates(grid, row):
            headings = tuple(_heading(choices, words) for choices in titles)
            names = {heading.name for heading in headings}
            score = (len(names & set(required)), len(names & set(words.values())))
            if score > best_score:
                best, best_score = Header(headings, first_row), score
    return best


def _candidates(grid: Grid, row: int) -> list[tuple[list[list[str]], int]]:
    """Return the titles that each column may have: from one row, or from a row of groups and the one below."""
    single = ([[title] for title in grid.rows[row]], row + 1)
    if row + 1 >= len(grid.rows):
        return [single]
    lower = grid.rows[row + 1]
    upper = [*grid.rows[row], *[""] * (len(lower) - len(grid.rows[row]))]
    lower = [*lower, *[""] * (len(upper) - len(lower))]
    upper = _spread(grid, row, upper, lower)
    double = [[group + title, title] if title.strip() else [group] for group, title in zip(upper, lower, strict=True)]
    return [single, (double, row + 2)]


def _spread(grid: Grid, row: int, upper: list[str], lower: list[str]) -> list[str]:
    """Let a merged title stand over each of its columns; a text file does not say how far it reached."""
    spread = list(upper)
    line = grid.lines[row] - 1
    for (top, left), (bottom, right) in grid.merged:
        if top <= line <= bottom:
            for column in range(left + 1, min(right + 1, len(spread))):
                spread[column] = spread[left]
    if not grid.merged:
        for column in range(1, len(spread)):
            if not spread[column].strip() and lower[column].strip():
                spread[column] = spread[column - 1]
    return spread


def _heading(choices: Sequence[str], words: Vocabulary) -> Heading:
    for title in choices:
        plain = unicodedata.normalize("NFKC", title).strip()
        if name := words.get(fold_title(plain)):
            return Heading(name, title.strip())
        found = UNIT.search(plain)
        if found and (name := words.get(fold_title(plain[: found.start()]))):
            return Heading(name, title.strip(), (found[1] or found[2] or "").strip())
    plain = unicodedata.normalize("NFKC", choices[0]).strip()
    return Heading(plain, choices[0].strip())
