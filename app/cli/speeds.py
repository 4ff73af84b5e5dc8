"""`tono speeds …`: the tables that every travel time rests on."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.cli.options import Json, parse_profile
from app.cli.session import opened, say

app = typer.Typer(no_args_is_help=True, help="Speeds by road class, in built-up areas too; every change is kept.")
Way = Annotated[str, typer.Option("--profile", help="car, car-winter or walk.")]
Who = Annotated[str, typer.Option(help="Who changes it; the name of this account where none is given.")]
Why = Annotated[str, typer.Option(help="Why it is changed.")]


@app.command("show")
def speeds_show(
    profile: Way = "car",
    history: Annotated[bool, typer.Option("--history", help="All changes that were ever made.")] = False,
    as_json: Json = False,
) -> None:
    """Show a table as it is in use: speed, range, delay, source, and who changed it."""
    from app.documents.text_table import aligned
    from app.roads.queries import list_speed_edits, speed_edits_in_force
    from app.roads.speed_words import describe_edit, describe_tables, table_rows
    from app.roads.speeds import profiles_in_use

    way = parse_profile(profile)
    with opened() as session:
        tables = describe_tables(profiles_in_use(session), speed_edits_in_force(session))
        changes = [describe_edit(edit) for edit in list_speed_edits(session) if edit.profile == way]
    table = next(entry for entry in tables if entry["profile"] == way)
    if as_json:
        typer.echo(json.dumps(table | {"history": changes}, ensure_ascii=False))
    elif history:
        for change in changes:
            kmh = "reset" if change["kmh"] is None else f"{change['kmh']:.1f} km/h"
            where = " built-up" if change["is_built_up"] else ""
            typer.echo(f"{change['at'][:16]}  {change['highway']}{where}  {kmh}  {change['who']}: {change['why']}")
    else:
        typer.echo("\n".join(aligned(table_rows(table["rows"]))))


@app.command("set")
def speeds_set(  # noqa: PLR0913 - each is an option of the command
    highway: Annotated[str, typer.Argument(metavar="CLASS", help="Road class, such as secondary.")],
    kmh: Annotated[float, typer.Argument(metavar="KMH", help="Speed in km/h, above 0.")],
    why: Why,
    who: Who = "",
    profile: Way = "car",
    built_up: Annotated[bool, typer.Option("--built-up", help="In built-up areas only.")] = False,
    low: Annotated[float | None, typer.Option(help="Slowest speed that may well be true.")] = None,
    high: Annotated[float | None, typer.Option(help="Fastest speed that may well be true.")] = None,
    delay: Annotated[float | None, typer.Option(help="Seconds of waiting for each edge.")] = None,
) -> None:
    """Change one speed, and measure the coverage anew."""
    from app.roads.edit_speeds import NewSpeed, Signature, set_speed

    signed = Signature(who or getpass.getuser(), why)
    with opened() as session:
        row = set_speed(session, parse_profile(profile), NewSpeed(highway, kmh, built_up, low, high, delay), signed)
        _measure(session)
    say(f"{row.name}: {row.kmh:.1f} km/h ({row.low_kmh:.1f} to {row.high_kmh:.1f}), {row.delay_s:g} s of waiting.")


@app.command("fit")
def speeds_fit(
    file: Annotated[Path, typer.Argument(help="CSV: start_lon,start_lat,end_lon,end_lat,departure,minutes.")],
    profile: Way = "car",
    keep: Annotated[bool, typer.Option("--keep", help="Put the fitted speeds to use; needs --why.")] = False,
    why: Why = "",
    who: Who = "",
    as_json: Json = False,
) -> None:
    """Fit a table to recorded trips and say how well; nothing is changed without --keep."""
    from app.documents.text_table import aligned
    from app.roads.edit_speeds import Signature
    from app.roads.fit_speeds import fit_trips, keep_fit
    from app.roads.speed_words import fit_lines

    signed = Signature(who or getpass.getuser(), why) if keep else None
    with opened() as session:
        fitted = fit_trips(session, file, parse_profile(profile))
        kept = keep_fit(session, fitted, signed) if signed else 0
        if kept:
            _measure(session)
    document = fitted.describe() | {"kept": kept}
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    rows, below = fit_lines(document)
    typer.echo("\n".join([*aligned(rows), "", *below]))
    say(f"{kept} speeds are in use now." if kept else "Nothing was changed; --keep --why … puts the speeds to use.")


@app.command("reset")
def speeds_reset(
    profile: Annotated[str | None, typer.Option(help="Only this table: car, car-winter or walk.")] = None,
    why: Why = "標準の表に戻す",
    who: Who = "",
) -> None:
    """Take all changes back; what they were and who made them stays on record."""
    from app.roads.edit_speeds import Signature, reset_speeds

    signed = Signature(who or getpass.getuser(), why)
    with opened() as session:
        number = reset_speeds(session, signed, parse_profile(profile) if profile else None)
        if number:
            _measure(session)
    say(f"{number} speeds are again those of the product.")


def _measure(session: Session) -> None:
    from app.refresh import measure_all

    say("Measuring the coverage with the new speeds …")
    measure_all(session)
