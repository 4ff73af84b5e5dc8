"""Tables for a terminal, whose Japanese characters are two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from app.documents.minutes import whole_minutes


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines, the first column to the left, the others to the right."""
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(_pad(text, width, left=i == 0) for i, (text, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]


def minutes_text(seconds: float | None) -> str:
    """Return seconds as whole minutes, rounded up; nothing where there are none."""
    return "" if seconds is None else f"{whole_minutes(seconds)}分"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _pad(text: str, width: int, *, left: bool) -> str:
    blank = " " * (width - _width(text))
    return text + blank if left else blank + text
