"""`tono coverage`, `tono gaps` and `tono map`: figures and what leaves the office."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Candidates, Json, Objective, parse_minutes, parse_moment, parse_profile
from app.cli.session import opened, say
from app.settings import get_settings

app = typer.Typer()


@app.command()
def coverage(
    minutes: Annotated[str, typer.Option(help="Travel times asked about, in minutes.")] = "10,20,30",
    profile: Annotated[str, typer.Option(help="car, car-winter or walk.")] = "car",
    at: Annotated[str | None, typer.Option(help="Moment with time zone: closures that hold then are shut.")] = None,
    as_json: Json = False,
) -> None:
    """Measure how many people each consultant reaches."""
    from app.coverage.measure_coverage import measure_coverage
    from app.coverage.schemas import as_table

    asked, moment, way = parse_minutes(minutes), parse_moment(at), parse_profile(profile)
    with opened() as session:
        document = measure_coverage(session, profile=way, minutes=asked, at=moment).document
    typer.echo(document if as_json else as_table(json.loads(document)))


@app.command()
def gaps(  # noqa: PLR0913 - each is an option of the command
    add: Annotated[int | None, typer.Option(help="Further consultants; 1 by default.")] = None,
    all_centres: Annotated[bool, typer.Option("--all-centres", help="One at every free district centre.")] = False,
    minutes: Annotated[int, typer.Option(help="Travel time within which people count as covered.")] = 20,
    objective: Annotated[Objective, typer.Option(help="Most people, least mean time, or the worst-off.")] = "cover",
    profile: Annotated[str, typer.Option(help="car, car-winter or walk.")] = "car",
    candidates: Annotated[Candidates, typer.Option(help="Where they may sit.")] = "centres",
    capacity: Annotated[int | None, typer.Option(help="Most people that one consultant serves.")] = None,
    backup: Annotated[bool, typer.Option("--backup", help="Count people who stay covered when one is absent.")] = False,
    at: Annotated[str | None, typer.Option(help="Moment with time zone: closures that hold then are shut.")] = None,
    as_json: Json = False,
) -> None:
    """Say where the next consultants go, what each one gains, and why someone stays out."""
    from app.coverage.propose_sites import Wish, propose_sites
    from app.coverage.schemas import gaps_as_table

    if all_centres and (add is not None or candidates != "centres"):
        raise typer.BadParameter("--all-centres goes with neither --add nor other candidates")
    number = None if all_centres else 1 if add is None else add
    way = parse_profile(profile)
    wish = Wish(number, minutes, objective, way, candidates, capacity, backup, parse_moment(at))
    with opened() as session:
        document = propose_sites(session, wish)
    typer.echo(json.dumps(document, ensure_ascii=False) if as_json else gaps_as_table(document))


@app.command("map")
def map_file(out: Path, profile: Annotated[str, typer.Option(help="car, car-winter or walk.")] = "car") -> None:
    """Write the map as one self-contained HTML file."""
    from app.web.folium_file import write_map

    settings, way = get_settings(), parse_profile(profile)
    with opened() as session:
        write_map(session, out, profile=way, city_name=settings.city_name, gsi_tiles=settings.gsi_tiles)
    say(f"Wrote {out}.")
