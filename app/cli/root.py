"""All commands under one name, and how a failure is told."""

from __future__ import annotations

import errno
import logging
import os
import sys
from typing import NoReturn

import typer
from sqlalchemy.exc import DBAPIError

from app.cli import closures, data, database, figures, reports, resilience, run, scenarios, speeds
from app.cli.session import say
from app.errors import ServiceError
from app.postgis import ClusterError
from geo.errors import GeoError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="遠野市 つながる地域資源マップ", pretty_exceptions_enable=False
)
for part in (run.app, figures.app, resilience.app):
    app.add_typer(part)
for name, group in {
    "db": database.app,
    "demo": data.demo,
    "network": data.network,
    "districts": data.districts,
    "demand": data.demand,
    "scenario": scenarios.app,
    "closures": closures.app,
    "report": reports.app,
    "speeds": speeds.app,
}.items():
    app.add_typer(group, name=name)

# What a file system may refuse; any other OSError is a fault of the program and keeps its traceback.
FILE_FAULTS = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP),
}


def main() -> None:
    """Run one command; a failure is one sentence on stderr and status 1."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("app").setLevel(logging.INFO)
    logging.getLogger("geo").setLevel(logging.INFO)
    try:
        app()
    except (ServiceError, ClusterError, GeoError) as error:
        fail(str(error))
    except DBAPIError as error:
        # The server's own sentence, without the query and the values in it.
        reason = getattr(getattr(error.orig, "diag", None), "message_primary", None) or error.orig
        fail(f"The database refused: {reason}. Nothing was changed.")
    except KeyboardInterrupt:
        say("tono: interrupted; nothing was changed.")
        sys.exit(130)
    except OSError as error:
        if error.errno not in FILE_FAULTS:
            raise
        _give_up_stdout()
        fail(f"{error.filename or 'The disk'}: {error.strerror}. Nothing was changed.")


def _give_up_stdout() -> None:
    """Drop what standard output could not take: Python would try again at its end, and the status would be 120."""
    output = sys.__stdout__
    if output is not None and sys.stdout is output:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, output.fileno())
        os.close(nowhere)


def fail(words: str) -> NoReturn:
    """End with status 1 and one sentence in one line, whatever the libraries put into it."""
    say("tono: " + " ".join(words.split()))
    sys.exit(1)
