"""`tono demo|network|districts|demand …`: what figures are made from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import AsOf, Source
from app.cli.session import BUNDLED, opened, say
from app.settings import get_settings

demo = typer.Typer(no_args_is_help=True, help="The bundled data of Tono.")
network = typer.Typer(no_args_is_help=True, help="The road network that travel times are measured on.")
districts = typer.Typer(no_args_is_help=True, help="District borders.")
demand = typer.Typer(no_args_is_help=True, help="Where people live.")


@demo.command("load")
def demo_load() -> None:
    """Load the bundled data and measure the coverage."""
    from app.demonstration.load_demonstration import load_demonstration
    from app.refresh import measure_all

    with opened(bundled=False) as session:
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
    from app.refresh import measure_all
    from app.register.queries import city_bounds
    from app.roads.build_network import read_network, store_network, unheeded

    if sum(option is not None for option in (osm, edges, place)) != 1:
        raise typer.BadParameter("give exactly one of --osm, --edges and --place")
    settings = get_settings()
    servers = (settings.overpass_url, settings.nominatim_url)
    built, origin = read_network(osm=osm, edges=edges, nodes=nodes, place=place, servers=servers, as_of=date_of_roads)
    with opened() as session:
        row = store_network(session, built, origin, name=name or built.name, city_bounds=city_bounds(session))
        summary = f"{row.name}: {row.nodes} nodes, {row.edges} edges, {row.km:,.0f} km in {row.components} components"
        for line in unheeded(built):
            say(line)
        say(f"{summary}; measuring the coverage …")
        measure_all(session)
    say("The network is in use.")


@districts.command("load")
def districts_load(file: Path, source: Source = "") -> None:
    """Load district polygons by name from GeoJSON or GeoPackage."""
    from app.demand.load_demand import give_new_districts
    from app.refresh import measure_all
    from app.register.load_districts import load_districts
    from app.register.queries import city_bounds

    with opened() as session:
        number = load_districts(session, file, source=source)
        outside = give_new_districts(session, file, city_bounds(session))
        measure_all(session)
    say(f"Loaded {number} districts." + (f" {outside} cells lie in none of them." if outside else ""))


@demand.command("load")
def demand_load(file: Path, source: Source = "", as_of: AsOf = None) -> None:
    """Load mesh cells with their people from Parquet or CSV."""
    from app.demand.load_demand import load_demand
    from app.refresh import measure_all
    from app.register.queries import city_bounds, district_ids

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
