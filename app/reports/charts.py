"""Bars for people who would rather look than read: what each further post adds, and minutes before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.reports.paper import palette, picture, tag, words
from app.wording import count

LETTERS = 2.65  # 7.5 pt
UNSAID = "―"


@dataclass(frozen=True)
class Bar:
    """A row of a chart: what it is of, and one number for each series, None where it stays unsaid."""

    title: str
    values: Sequence[int | None]


@dataclass(frozen=True)
class Look:
    """How a chart stands on paper, in millimetres; `colours` are names of the palette, one for each series."""

    width: float
    row: float
    label: float
    colours: Sequence[str]
    sign: str = ""


def draw_bars(bars: Sequence[Bar], look: Look, title: str) -> str:
    """Return rows of horizontal bars, each with its number at its end; what stays unsaid has no bar."""
    most = max((value or 0 for bar in bars for value in bar.values), default=0)
    room = look.width - look.label - (7 + len(look.sign)) * LETTERS * 0.58
    parts = [
        part
        for place, bar in enumerate(bars)
        for part in _row(bar, look, place * look.row, room / most if most else 0.0)
    ]
    height = max(len(bars), 1) * look.row
    axis = tag(
        "path", d=f"M{look.label} 0V{height:.2f}", fill="none", stroke=palette()["line-strong"], stroke_width=0.25
    )
    return picture(look.width, height, title, [*parts, axis])


def _row(bar: Bar, look: Look, top: float, mm_per_person: float) -> list[str]:
    thick = min((look.row - 0.9) / len(bar.values), 3.4)
    first = top + (look.row - thick * len(bar.values)) / 2
    middle = top + look.row / 2 + LETTERS * 0.36
    parts = [words(bar.title, look.label - 1.2, middle, LETTERS, text_anchor="end")]
    for place, (value, colour) in enumerate(zip(bar.values, look.colours, strict=True)):
        y, long = first + place * thick, (value or 0) * mm_per_person
        if value:
            parts.append(
                tag("rect", x=look.label, y=y + 0.1, width=max(long, 0.3), height=thick - 0.2, fill=palette()[colour])
            )
        said = UNSAID if value is None else f"{look.sign if value else ''}{count(value)}"
        parts.append(words(said, look.label + long + 0.9, y + thick / 2 + LETTERS * 0.36, LETTERS))
    return parts
