"""`tono db …`: start, stop, look, migrate, back up."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from app.cli.options import Json
from app.cli.session import opened, say
from app.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="The database: start, stop, look, migrate, back up.")


@app.command("start")
def db_start() -> None:
    """Start the private database; it keeps running until `tono db stop`."""
    from app.connection import private_cluster

    started = private_cluster(get_settings()).start()
    say("The database is running." if started else "The database was running already.")


@app.command("stop")
def db_stop() -> None:
    """Stop the private database."""
    from app.connection import private_cluster

    say("The database is stopped." if private_cluster(get_settings()).stop() else "The database was not running.")


@app.command("status")
def db_status(as_json: Json = False) -> None:
    """Say whether the private database runs and where it lies."""
    from app.connection import describe

    facts = describe(get_settings())
    typer.echo(json.dumps(facts, ensure_ascii=False) if as_json else "\n".join(f"{k}: {v}" for k, v in facts.items()))


@app.command("url")
def db_url() -> None:
    """Print the address of the database, password included; do not put it into a file that others read."""
    from app.connection import running_database

    with running_database(get_settings(), keep=True) as urls:
        typer.echo(urls.owner)


@app.command("migrate")
def db_migrate() -> None:
    """Bring the database to the newest form."""
    with opened(bundled=False):
        say("The database has the newest form.")


@app.command("backup")
def db_backup(file: Path) -> None:
    """Write everything into one file."""
    from app.connection import running_database
    from app.postgis import backup

    with running_database(get_settings()) as urls:
        backup(urls.owner, file)
    say(f"Backed up to {file}.")


@app.command("restore")
def db_restore(file: Path) -> None:
    """Put everything back from a file; the present data stays if the file cannot be read."""
    from app.connection import running_database
    from app.postgis import restore

    with running_database(get_settings()) as urls:
        restore(urls.owner, file)
    say(f"Restored from {file}.")
