"""`tono closures …`: the calendar of closed roads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Json, Source, parse_moment
from app.cli.session import opened, say

app = typer.Typer(no_args_is_help=True, help="Closed roads: periods, and days of every year.")


@app.command("import")
def closures_import(
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of each row.")] = False,
    source: Source = "",
    period: Annotated[str, typer.Option(help="Period of the rows that name none, such as 12月1日〜3月31日.")] = "",
    time_zone: Annotated[str, typer.Option(help="Time zone of the rows that name none; Asia/Tokyo is assumed.")] = "",
) -> None:
    """Take closures from CSV or GeoJSON, all or none, and say what became of each row."""
    from app.errors import InputError
    from app.roads.import_closures import REFUSED, import_closures, refusal
    from app.roads.read_restriction import Assumed
    from app.roads.schemas import report_lines

    with opened() as session:
        report = import_closures(session, file, Assumed(source, period, time_zone), dry_run=dry_run)
        if dry_run or not report.count(REFUSED):
            typer.echo("\n".join(report_lines(report, dry_run=dry_run)))
        if report.count(REFUSED):
            raise InputError(refusal(file, report))


@app.command("list")
def closures_list(
    at: Annotated[str | None, typer.Option(help="Moment with time zone: only what holds then.")] = None,
    as_json: Json = False,
) -> None:
    """Show the calendar, or what holds at a moment."""
    from app.roads.queries import closures_at, list_closures
    from app.roads.schemas import closure_facts, closure_lines

    moment = parse_moment(at)
    with opened() as session:
        rows = closures_at(session, moment) if moment else list_closures(session)
        if as_json:
            typer.echo(json.dumps([closure_facts(row, moment).model_dump() for row in rows], ensure_ascii=False))
        else:
            typer.echo("\n".join(closure_lines(rows, moment)))


@app.command("export")
def closures_export(file: Path) -> None:
    """Write every closure to CSV or GeoJSON."""
    from app.roads.export_closures import export_closures

    with opened() as session:
        number = export_closures(session, file)
    say(f"Wrote {number} closures to {file}.")


@app.command("propose")
def closures_propose(file: Path) -> None:
    """Write the closed seasons that the map tells of to CSV, to be checked and imported."""
    from app.demand.queries import named_places
    from app.roads.propose_closures import propose_closures

    with opened() as session:
        number, undated = propose_closures(session, file, named_places(session))
    without = (
        f" {undated} of them name no days: fill in yearly_from and yearly_to, or take them out." if undated else ""
    )
    say(f"Wrote {number} proposals to {file}.{without} Check them and take them in: `tono closures import {file}`.")


@app.command("remove")
def closures_remove(number: Annotated[int, typer.Argument(help="Its number in `tono closures list`.")]) -> None:
    """Take one closure out of the calendar."""
    from app.roads.edit_closures import remove_closure

    with opened() as session:
        name = remove_closure(session, number)
    say(f"Removed closure {number} ({name}).")
