"""`tono backup` and `tono critical-roads`: what happens when a consultant is away or a road is cut."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Json, parse_moment, parse_profile
from app.cli.session import opened, say

app = typer.Typer()
Minutes = Annotated[int, typer.Option(help="Travel time within which people count as covered.")]
ProfileName = Annotated[str, typer.Option(help="car, car-winter or walk.")]
At = Annotated[str | None, typer.Option(help="Moment with time zone: closures that hold then are shut.")]


@app.command()
def backup(minutes: Minutes = 20, profile: ProfileName = "car", at: At = None, as_json: Json = False) -> None:
    """Say who loses cover when each consultant is away, and who comes instead."""
    from app.resilience.kept_answers import Wish
    from app.resilience.measure_backup import measure_backup
    from app.resilience.schemas import BackupDocument
    from app.resilience.tables import backup_as_table

    wish = Wish("backup", minutes, parse_profile(profile), parse_moment(at))
    with opened() as session:
        document = measure_backup(session, wish).document
    typer.echo(document if as_json else backup_as_table(BackupDocument.model_validate_json(document)))


@app.command("critical-roads")
def critical_roads(
    minutes: Minutes = 20,
    profile: ProfileName = "car",
    at: At = None,
    worst: Annotated[int, typer.Option(help="How many roads to name.")] = 10,
    as_json: Json = False,
) -> None:
    """Say for every edge who loses cover when it is cut, and name the worst roads with the way round."""
    from app.resilience.find_critical_links import find_critical_links
    from app.resilience.kept_answers import Wish
    from app.resilience.schemas import CriticalRoadsDocument
    from app.resilience.tables import roads_as_table

    wish = Wish("critical-roads", minutes, parse_profile(profile), parse_moment(at), worst)
    with opened() as session:
        document = find_critical_links(session, wish, say).document
    typer.echo(document if as_json else roads_as_table(CriticalRoadsDocument.model_validate_json(document)))
