"""`tono …`: each command calls one use case. 0 done, 1 failed with one sentence, 2 wrong usage."""

from __future__ import annotations

import errno
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.errors import InputError, ServiceError
from app.postgis import ClusterError
from app.settings import PROJECT_ROOT, get_settings
from geo.errors import GeoError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="遠野市 つながる地域資源マップ", pretty_exceptions_enable=False
)
db = typer.Typer(no_args_is_help=True, help="The database: start, stop, look, migrate, back up.")
demo = typer.Typer(no_args_is_help=True, help="The bundled data of Tono.")
network = typer.Typer(no_args_is_help=True, help="The road network that travel times are measured on.")
districts = typer.Typer(no_args_is_help=True, help="District borders.")
demand = typer.Typer(no_args_is_help=True, help="Where people live.")
for name, group in {"db": db, "demo": demo, "network": network, "districts": districts, "demand": demand}.items():
    app.add_typer(group, name=name)

# What a file system may refuse; any other OSError is a fault of the program and keeps its traceback.
FILE_FAULTS = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP),
}
BUNDLED = PROJECT_ROOT / "data" / "tono"
AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Date that the data speaks of.")]
Source = Annotated[str, typer.Option(help="Where the file comes from, as it shall stand under the figures.")]
Objective = Literal["cover", "mean", "worst"]
Candidates = Literal["centres", "facilities", "settlements"]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the map page.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]


def say(text: str) -> None:
    """Tell progress on stderr."""
    typer.echo(text, err=True)


@contextmanager
def opened(*, migrate: bool = True) -> Iterator[Session]:
    """Give a session on the database, started for this command where it does not run; all or nothing is kept."""
    from app.connection import running_database
    from app.database import create_database_engine, transaction
    from app.database import migrate as bring_up_to_date

    with running_database(get_settings()) as urls:
        if migrate:
            bring_up_to_date(urls.owner)
        engine = create_database_engine(urls.owner)
        try:
            with transaction(engine) as session:
                yield session
        finally:
            engine.dispose()


# --- run -----------------------------------------------------------------------------------------------------------


@app.command()
def up(
    port: Port = None,
    serve_page: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve after everything is ready.")] = True,
) -> None:
    """Start the database, load what is missing, measure the coverage and serve the map."""
    from app.connection import running_database
    from app.serve import check_port, prepare, serve_forever

    settings = get_settings()
    port = port or settings.port
    if serve_page:
        check_port(settings.listen, port)
    with running_database(settings, keep=not serve_page) as urls:
        prepare(urls.owner, BUNDLED, say)
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


# --- db ------------------------------------------------------------------------------------------------------------


@db.command("start")
def db_start() -> None:
    """Start the private database; it keeps running until `tono db stop`."""
    from app.connection import private_cluster

    started = private_cluster(get_settings()).start()
    say("The database is running." if started else "The database was running already.")


@db.command("stop")
def db_stop() -> None:
    """Stop the private database."""
    from app.connection import private_cluster

    say("The database is stopped." if private_cluster(get_settings()).stop() else "The database was not running.")


@db.command("status")
def db_status(as_json: Json = False) -> None:
    """Say whether the private database runs and where it lies."""
    from app.connection import describe

    facts = describe(get_settings())
    typer.echo(json.dumps(facts, ensure_ascii=False) if as_json else "\n".join(f"{k}: {v}" for k, v in facts.items()))


@db.command("url")
def db_url() -> None:
    """Print the address of the database, password included; do not put it into a file that others read."""
    from app.connection import running_database

    with running_database(get_settings(), keep=True) as urls:
        typer.echo(urls.owner)


@db.command("migrate")
def db_migrate() -> None:
    """Bring the database to the newest form."""
    with opened():
        say("The database has the newest form.")


@db.command("backup")
def db_backup(file: Path) -> None:
    """Write everything into one file."""
    from app.connection import running_database
    from app.postgis import backup

    with running_database(get_settings()) as urls:
        backup(urls.owner, file)
    say(f"Backed up to {file}.")


@db.command("restore")
def db_restore(file: Path) -> None:
    """Put everything back from a file; the present data stays if the file cannot be read."""
    from app.connection import running_database
    from app.postgis import restore

    with running_database(get_settings()) as urls:
        restore(urls.owner, file)
    say(f"Restored from {file}.")


# --- data ----------------------------------------------------------------------------------------------------------


@demo.command("load")
def demo_load() -> None:
    """Load the bundled data and measure the coverage."""
    from app.coverage.measure_coverage import measure_all
    from app.demonstration.load_demonstration import load_demonstration

    with opened() as session:
        counts = load_demonstration(session, BUNDLED)
        measure_all(session)
    say("Loaded: " + ", ".join(f"{number} {kind}" for kind, number in counts.items()) + ".")


@demo.command("remove")
def demo_remove(
    only_invented: Annotated[
        bool, typer.Option("--only-invented", help="Keep the published facts of the plan; remove invented entries.")
    ] = False,
) -> None:
    """Remove the bundled data; nothing of it stays behind."""
    from app.demonstration.remove_demonstration import remove_demonstration

    with opened() as session:
        counts = remove_demonstration(session, only_invented=only_invented)
    say("Removed: " + (", ".join(f"{number} {kind}" for kind, number in counts.items()) or "nothing") + ".")


@network.command("build")
def network_build(
    osm: Annotated[Path | None, typer.Option(help="OpenStreetMap file: .osm, .osm.gz or .osm.pbf.")] = None,
    edges: Annotated[Path | None, typer.Option(help="Edges: u, v, highway, oneway, length_m, geometry.")] = None,
    nodes: Annotated[Path | None, typer.Option(help="Nodes: id, lon, lat; for edges without geometry.")] = None,
    place: Annotated[str | None, typer.Option(help="Place, or west,south,east,north; asks an Overpass server.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the network.")] = None,
    date_of_roads: Annotated[str | None, typer.Option("--date", help="Date of the roads, YYYY-MM-DD.")] = None,
) -> None:
    """Build the road network that travel times are measured on, and measure the coverage anew."""
    from app.coverage.measure_coverage import measure_all
    from app.resources.queries import city_bounds
    from app.roads.build_network import read_network, store_network

    if sum(option is not None for option in (osm, edges, place)) != 1:
        raise typer.BadParameter("give exactly one of --osm, --edges and --place")
    settings = get_settings()
    servers = (settings.overpass_url, settings.nominatim_url)
    built, origin = read_network(osm=osm, edges=edges, nodes=nodes, place=place, servers=servers, as_of=date_of_roads)
    with opened() as session:
        row = store_network(session, built, origin, name=name or built.name, city_bounds=city_bounds(session))
        summary = f"{row.name}: {row.nodes} nodes, {row.edges} edges, {row.km:,.0f} km in {row.pieces} pieces"
        say(f"{summary}; measuring the coverage …")
        measure_all(session)
    say("The network is in use.")


@districts.command("load")
def districts_load(file: Path, source: Source = "") -> None:
    """Load district polygons by name from GeoJSON or GeoPackage."""
    from app.coverage.measure_coverage import measure_all
    from app.demand.load_demand import give_new_districts
    from app.resources.load_districts import load_districts
    from app.resources.queries import city_bounds

    with opened() as session:
        number = load_districts(session, file, source=source)
        outside = give_new_districts(session, file, city_bounds(session))
        measure_all(session)
    say(f"Loaded {number} districts." + (f" {outside} cells lie in none of them." if outside else ""))


@demand.command("load")
def demand_load(file: Path, source: Source = "", as_of: AsOf = None) -> None:
    """Load mesh cells with their people from Parquet or CSV."""
    from app.coverage.measure_coverage import measure_all
    from app.demand.load_demand import load_demand
    from app.resources.queries import city_bounds, district_ids

    with opened() as session:
        cells, people, outside = load_demand(
            session,
            file,
            districts=district_ids(session),
            city_bounds=city_bounds(session),
            as_of=as_of and as_of.date(),
            source=source,
        )
        measure_all(session)
    say(f"Loaded {cells:,} cells with {people:,} people." + (f" {outside} lie in no district." if outside else ""))


# --- figures -------------------------------------------------------------------------------------------------------


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


def parse_minutes(text: str) -> list[int]:
    """Return the minutes of ``10,20,30``, or refuse them in one sentence."""
    try:
        minutes = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise InputError(f"--minutes must be whole numbers with commas, such as 10,20,30; got {text!r}.") from None
    if minutes[0] <= 0:
        raise InputError(f"--minutes must be above 0; got {minutes[0]}.")
    return minutes


def parse_profile(text: str) -> str:
    """Return a way of travelling, or refuse it in one sentence."""
    from geo.profiles import PROFILES

    if text not in PROFILES:
        raise InputError(f"--profile must be one of {', '.join(PROFILES)}; got {text!r}.")
    return text


def parse_moment(text: str | None) -> datetime | None:
    """Return a moment with its time zone, or refuse it in one sentence."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"--at must be a moment such as 2026-01-15T10:00+09:00; got {text!r}.") from None
    if moment.tzinfo is None:
        raise InputError(f"--at needs a time zone, such as {text}+09:00.")
    return moment


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
        fail(f"{error.filename or 'The disk'}: {error.strerror}. Nothing was changed.")


def fail(words: str) -> NoReturn:
    """End with status 1 and one sentence in one line, whatever the libraries put into it."""
    say("tono: " + " ".join(words.split()))
    sys.exit(1)
