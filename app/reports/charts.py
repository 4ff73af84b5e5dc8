"""Bars for people who would rather look than read: what each further post adds, and minutes before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.reports.paper import palette, picture, tag, words
from app.wording import count

LETTERS = 2.65  # 7.5 pt
UNSAID = "―"
GAP = 1.2
LEAST_LABEL, MOST_LABEL = 16.0, 32.0


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
    colours: Sequence[str]
    sign: str = ""


def draw_bars(bars: Sequence[Bar], look: Look, title: str) -> str:
    """Return rows of horizontal bars, each with its number at its end; what stays unsaid has no bar."""
    most = max((value or 0 for bar in bars for value in bar.values), default=0)
    wide = max((_wide(bar.title) for bar in bars), default=0.0)
    label = min(max(wide, LEAST_LABEL), MOST_LABEL)
    size = LETTERS * min(1.0, label / wide if wide else 1.0)
    room = look.width - label - (7 + len(look.sign)) * LETTERS * 0.58
    parts = [_titles(bars, look, label, size)]
    for place, bar in enumerate(bars):
        parts += _row(bar, look, (label, place * look.row), room / most if most else 0.0)
    height = max(len(bars), 1) * look.row
    axis = tag(
        "path", d=f"M{label:.2f} 0V{height:.2f}", fill="none", stroke=palette()["line-strong"], stroke_width=0.25
    )
    return picture(look.width, height, title, [*parts, axis])


def _wide(text: str) -> float:
    """Return about how wide letters stand, with the gap to the axis; Latin ones take little more than half the room."""
    return GAP + LETTERS * sum(0.6 if sign.isascii() else 1.0 for sign in text)


def _titles(bars: Sequence[Bar], look: Look, label: float, size: float) -> str:
    middle = look.row / 2 + size * 0.36
    return "".join(
        words(bar.title, label - GAP, place * look.row + middle, size, text_anchor="end")
        for place, bar in enumerate(bars)
    )


def _row(bar: Bar, look: Look, corner: tuple[float, float], mm_per_person: float) -> list[str]:
    """Return the bars of a row and their numbers; the corner is where the axis enters the row."""
    axis, top = corner
    thick = min((look.row - 0.5) / len(bar.values), 3.4)
    first = top + (look.row - thick * len(bar.values)) / 2
    parts = []
    for place, (value, colour) in enumerate(zip(bar.values, look.colours, strict=True)):
        y, long = first + place * thick, (value or 0) * mm_per_person
        if value:
            parts.append(
                tag("rect", x=axis, y=y + 0.1, width=max(long, 0.3), height=thick - 0.2, fill=palette()[colour])
            )
        said = UNSAID if value is None else f"{look.sign if value else ''}{count(value)}"
        parts.append(words(said, axis + long + 0.9, y + thick / 2 + LETTERS * 0.36, LETTERS))
    return parts
