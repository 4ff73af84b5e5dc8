"""`tono up` and `tono serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Port
from app.cli.session import BUNDLED, say
from app.settings import get_settings

app = typer.Typer()


@app.command()
def up(
    port: Port = None,
    serve_page: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve after everything is ready.")] = True,
) -> None:
    """Start the database, load what is missing, measure the coverage and serve the map."""
    from app.cli.prepare import prepare, prepare_apart
    from app.connection import running_database
    from app.serve import check_port, serve_forever

    settings = get_settings()
    port = port or settings.port
    if serve_page:
        check_port(settings.listen, port)
    with running_database(settings, keep=not serve_page) as urls:
        (prepare_apart if serve_page else prepare)(urls.owner, BUNDLED, say)
        if serve_page:
            serve_forever(settings, urls.web, port, say)


@app.command()
def serve(port: Port = None) -> None:
    """Serve the map as the data is now."""
    from app.connection import running_database
    from app.serve import check_port, serve_forever

    settings = get_settings()
    port = port or settings.port
    check_port(settings.listen, port)
    with running_database(settings) as urls:
        serve_forever(settings, urls.web, port, say)
