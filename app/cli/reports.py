"""`tono report …`: what leaves the office on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Candidates, Objective, PrintedOn, parse_moment, parse_profile
from app.cli.session import opened, say
from app.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="What leaves the office on paper.")


@app.callback()
def group() -> None:
    """Keep `gaps` a command of its own, also while it is the only one."""


@app.command()
def gaps(  # noqa: PLR0913 - each is an option of the command
    out: Annotated[Path, typer.Argument(help="File to write: .pdf, .html or .xlsx.")],
    add: Annotated[int | None, typer.Option(help="Further consultants.")] = None,
    all_centres: Annotated[
        bool, typer.Option("--all-centres", help="One at every free district centre; so by default.")
    ] = False,
    minutes: Annotated[int, typer.Option(help="Travel time within which people count as covered.")] = 20,
    objective: Annotated[Objective, typer.Option(help="Most people, least mean time, or the worst-off.")] = "cover",
    profile: Annotated[str, typer.Option(help="car, car-winter or walk.")] = "car",
    candidates: Annotated[Candidates, typer.Option(help="Where they may sit.")] = "centres",
    at: Annotated[str | None, typer.Option(help="Moment with time zone: closures that hold then are shut.")] = None,
    printed_on: PrintedOn = None,
) -> None:
    """Write the one-page report on gaps for the council; the same inputs give the same bytes."""
    from app.reports.write_gap_report import write_gap_report
    from app.siting.propose_sites import Wish

    if all_centres and (add is not None or candidates != "centres"):
        raise typer.BadParameter("--all-centres goes with neither --add nor other candidates")
    if candidates != "centres" and add is None:
        raise typer.BadParameter("other candidates need --add: how many further consultants")
    wish = Wish(add, minutes, objective, parse_profile(profile), candidates, at=parse_moment(at))
    with opened() as session:
        write_gap_report(
            session, wish, out, city_name=get_settings().city_name, printed_on=printed_on and printed_on.date()
        )
    say(f"Wrote {out}.")
