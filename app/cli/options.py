"""Options that several commands share, and what a person may type for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from app.errors import InputError

AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Date that the data speaks of.")]
PrintedOn = Annotated[
    datetime | None, typer.Option("--printed-on", formats=["%Y-%m-%d"], help="Date that stands on the report.")
]
Source = Annotated[str, typer.Option(help="Where the file comes from, as it shall stand under the figures.")]
Objective = Literal["cover", "mean", "worst"]
Candidates = Literal["centres", "facilities", "settlements"]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the map page.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]


def parse_minutes(text: str) -> list[int]:
    """Return the minutes of ``10,20,30``, or refuse them in one sentence."""
    try:
        minutes = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise InputError(f"--minutes must be whole numbers with commas, such as 10,20,30; got {text!r}.") from None
    if minutes[0] <= 0:
        raise InputError(f"--minutes must be above 0; got {minutes[0]}.")
    return minutes


def parse_profile(text: str) -> str:
    """Return a way of travelling, or refuse it in one sentence."""
    from geo.roads.profiles import PROFILES

    if text not in PROFILES:
        raise InputError(f"--profile must be one of {', '.join(PROFILES)}; got {text!r}.")
    return text


def parse_moment(text: str | None) -> datetime | None:
    """Return a moment with its time zone, or refuse it in one sentence."""
    if text is None:
        return None
    from app.documents.moments import read_moment

    try:
        return read_moment(text)
    except InputError as error:
        raise InputError(f"--at {text!r} cannot be used: {error}") from None
