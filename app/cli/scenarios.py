"""`tono scenario …`: questions about the next consultants under a name, kept, repeated and compared."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from app.cli.options import Candidates, Json, Objective, parse_moment, parse_profile
from app.cli.session import opened, say
from app.documents.typed import as_text

app = typer.Typer(no_args_is_help=True, help="Questions about the next consultants under a name.")
Name = Annotated[str, typer.Argument(help="Name of the scenario.")]


@app.command("save")
def save(  # noqa: PLR0913 - each is an option of the command
    name: Name,
    add: Annotated[int | None, typer.Option(help="Further consultants; 1 by default.")] = None,
    all_sites: Annotated[bool, typer.Option("--all", help="One at every candidate.")] = False,
    minutes: Annotated[int, typer.Option(help="Travel time within which people count as covered.")] = 20,
    objective: Annotated[Objective, typer.Option(help="Most people, least mean time, or the worst-off.")] = "cover",
    profile: Annotated[str, typer.Option(help="car, car-winter or walk.")] = "car",
    candidates: Annotated[Candidates, typer.Option(help="Where they may sit.")] = "centres",
    at: Annotated[str | None, typer.Option(help="Moment with time zone: closures that hold then are shut.")] = None,
    as_json: Json = False,
) -> None:
    """Compute where the next consultants go, and keep the answer with all its inputs under a name."""
    from app.scenarios.keep_scenario import keep_scenario
    from app.scenarios.schemas import whole
    from app.siting.propose_sites import Wish
    from app.siting.tables import gaps_as_table

    if all_sites and add is not None:
        raise typer.BadParameter("--all does not go with --add")
    number = None if all_sites else 1 if add is None else add
    wish = Wish(number, minutes, objective, parse_profile(profile), candidates, at=parse_moment(at))
    with opened() as session:
        document = whole(keep_scenario(session, name, wish))
    typer.echo(as_text(document) if as_json else gaps_as_table(document.document))
    say(f"Kept as {document.name}.")


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """List the scenarios, the newest first."""
    from app.scenarios.queries import list_scenarios
    from app.scenarios.schemas import summary
    from app.scenarios.tables import list_as_table

    with opened() as session:
        rows = [summary(scenario) for scenario in list_scenarios(session)]
    typer.echo(json.dumps([row.model_dump() for row in rows], ensure_ascii=False) if as_json else list_as_table(rows))


@app.command("show")
def show(name: Name, as_json: Json = False) -> None:
    """Show the answer that was kept, with all its inputs in the JSON document."""
    from app.scenarios.queries import find_scenario
    from app.scenarios.schemas import whole
    from app.siting.tables import gaps_as_table

    with opened() as session:
        document = whole(find_scenario(session, name))
    typer.echo(as_text(document) if as_json else gaps_as_table(document.document))


@app.command("run")
def run(name: Name, as_json: Json = False) -> None:
    """Compute a scenario once more and say whether it is the same to the byte, or what has changed since."""
    from app.scenarios.keep_scenario import repeat_scenario
    from app.scenarios.queries import find_scenario

    with opened() as session:
        found = repeat_scenario(session, find_scenario(session, name))
    facts = {
        "name": name,
        "is_same": found.is_same,
        "changed": list(found.changed),
        "words": found.words,
        "document": json.loads(found.document),
    }
    typer.echo(json.dumps(facts, ensure_ascii=False) if as_json else found.words)


@app.command("compare")
def compare(
    before: Annotated[str, typer.Argument(help="Name of the scenario to start from.")],
    after: Annotated[str, typer.Argument(help="Name of the scenario to compare with it.")],
    as_json: Json = False,
) -> None:
    """Say who is gained, lost and unchanged from one scenario to another, in total, by district and by cell."""
    from app.scenarios.compare_scenarios import compare_scenarios
    from app.scenarios.queries import find_scenario
    from app.scenarios.schemas import describe_comparison
    from app.scenarios.tables import comparison_as_table

    with opened() as session:
        first, second = find_scenario(session, before), find_scenario(session, after)
        found = compare_scenarios(first, second)
        document = describe_comparison(first, second, found)
    whole = document.model_dump() | {"cells": [cell.model_dump() for cell in found.cells]}
    typer.echo(json.dumps(whole, ensure_ascii=False) if as_json else comparison_as_table(document))


@app.command("remove")
def remove(name: Name) -> None:
    """Remove a scenario."""
    from app.scenarios.queries import find_scenario, remove_scenario

    with opened() as session:
        remove_scenario(session, find_scenario(session, name))
    say(f"Removed {name}.")
