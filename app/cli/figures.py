"""`tono coverage`, `tono gaps` and `tono map`: figures and what leaves the office."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Candidates, Json, Objective, parse_minutes, parse_moment, parse_profile
from app.cli.session import opened, say
from app.documents.typed import as_text
from app.settings import get_settings

app = typer.Typer()


@app.command()
def coverage(  # noqa: PLR0913 - each is an option of the command
    minutes: Annotated[str, typer.Option(help="Travel times asked about, in minutes.")] = "10,20,30",
    profile: Annotated[str, typer.Option(help="car, car-winter or walk.")] = "car",
    at: Annotated[str | None, typer.Option(help="Moment with time zone: closures that hold then are shut.")] = None,
    municipality: Annotated[
        str | None, typer.Option(help="all, or names or codes with commas: measure these from files, store nothing.")
    ] = None,
    roads: Annotated[list[Path] | None, typer.Option(help="Roads of a prefecture; once for each --areas.")] = None,
    areas: Annotated[list[Path] | None, typer.Option(help="Small areas of a prefecture with their people.")] = None,
    offices: Annotated[Path | None, typer.Option(help="Where trips start: citycode, name, lon, lat.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Dask scheduler that shares out the work, tcp://…")] = None,
    as_json: Json = False,
) -> None:
    """Measure how many people each consultant reaches; with --municipality, of many municipalities at once."""
    from app.coverage.measure_coverage import measure_coverage
    from app.coverage.schemas import CoverageDocument
    from app.coverage.tables import as_table

    asked, moment, way = parse_minutes(minutes), parse_moment(at), parse_profile(profile)
    if municipality is not None or roads or areas or offices or scheduler:
        _municipalities(municipality, (roads or [], areas or [], offices), (way, asked, moment), scheduler, as_json)
        return
    with opened() as session:
        document = measure_coverage(session, profile=way, minutes=asked, at=moment).document
    typer.echo(document if as_json else as_table(CoverageDocument.model_validate_json(document)))


def _municipalities(
    wanted: str | None,
    files: tuple[list[Path], list[Path], Path | None],
    question: tuple[str, list[int], datetime | None],
    scheduler: str | None,
    as_json: bool,  # noqa: FBT001 - an option of the command
) -> None:
    """Measure many municipalities from files."""
    from app.municipalities.check_roads import check_roads
    from app.municipalities.measure_municipalities import measure_here
    from app.municipalities.measure_on_cluster import measure_on_cluster
    from app.municipalities.municipality_document import as_document, municipalities_as_table
    from app.municipalities.read_municipalities import read_batch

    roads, areas, offices = files
    profile, minutes, moment = question
    if wanted is None or not roads or len(roads) != len(areas):
        raise typer.BadParameter("give --municipality all with --roads FILE and --areas FILE for each prefecture")
    if moment is not None:
        raise typer.BadParameter("--at asks for stored closures; files have none: leave it out with --municipality")
    batch = read_batch(roads, areas, offices, wanted=wanted, profile=profile, minutes=minutes)
    count = len(batch.municipalities)
    say(f"{count} municipalities, {sum(int(one.people.sum()) for one in batch.municipalities):,} people …")

    def tell(number: int, name: str) -> None:
        say(f"{number:>{len(str(count))}}/{count} {name}")

    found = measure_on_cluster(batch, tell, scheduler) if scheduler else measure_here(batch, tell)
    check_roads(batch, found)
    document = as_document(batch, found)
    typer.echo(as_text(document) if as_json else municipalities_as_table(document))


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
    from app.siting.propose_sites import Wish, propose_sites
    from app.siting.tables import gaps_as_table

    if all_centres and (add is not None or candidates != "centres"):
        raise typer.BadParameter("--all-centres goes with neither --add nor other candidates")
    number = None if all_centres else 1 if add is None else add
    way = parse_profile(profile)
    wish = Wish(number, minutes, objective, way, candidates, capacity, backup, parse_moment(at))
    with opened() as session:
        document = propose_sites(session, wish)
    typer.echo(as_text(document) if as_json else gaps_as_table(document))


@app.command("map")
def map_file(out: Path, profile: Annotated[str, typer.Option(help="car, car-winter or walk.")] = "car") -> None:
    """Write the map as one self-contained HTML file."""
    from app.web.folium_file import write_map

    settings, way = get_settings(), parse_profile(profile)
    with opened() as session:
        write_map(session, out, profile=way, city_name=settings.city_name, gsi_tiles=settings.gsi_tiles)
    say(f"Wrote {out}.")
