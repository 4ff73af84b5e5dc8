"""Use case: a file of roads, or a place on an Overpass server → the road network in use."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geoalchemy2.shape import from_shape
from shapely.geometry import box
from sqlalchemy.orm import Session

from app.datasets.models import Dataset
from app.datasets.queries import add_dataset, file_sha256
from app.errors import InputError
from app.roads.models import RoadNetworkRow
from app.roads.queries import activate, remove_network
from geo.roads.network import RoadNetwork

OSM = "© OpenStreetMap contributors"
ODBL = "ODbL 1.0"
log = logging.getLogger(__name__)
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Origin:
    """Where a network came from."""

    kind: str
    title: str
    source: str
    licence: str = ""
    file_name: str = ""
    sha256: str = ""
    is_bundled: bool = False


def read_network(
    *,
    osm: Path | None = None,
    edges: Path | None = None,
    nodes: Path | None = None,
    place: str | None = None,
    servers: tuple[str, str] = ("", ""),
    as_of: str | None = None,
) -> tuple[RoadNetwork, Origin]:
    """Read roads from one of the three sources; `servers` are the Overpass and the Nominatim address for a place."""
    if osm:
        log.info("Reading %s …", osm.name)
        return RoadNetwork.from_osm(osm, date=as_of), origin_of_file(osm, "osm")
    if edges:
        log.info("Reading %s …", edges.name)
        origin = origin_of_file(edges, "edges")
        return RoadNetwork.from_edges_file(edges, nodes, date=as_of), origin
    if place:
        log.info("Asking %s for the roads of %s …", servers[0], place)
        network = RoadNetwork.from_place(place, overpass_url=servers[0], nominatim_url=servers[1])
        return network, origin_of_place(place, network)
    raise InputError("Name a file of roads or a place.")


def origin_of_file(path: Path, kind: str) -> Origin:
    """Describe a file of roads."""
    return Origin(
        kind=kind,
        title="道路網",
        source=f"{OSM} ({path.name})" if kind == "osm" else path.name,
        licence=ODBL if kind == "osm" else "",
        file_name=path.name,
        sha256=file_sha256(path),
    )


def origin_of_place(name: str, network: RoadNetwork) -> Origin:
    """Describe an answer of an Overpass server."""
    return Origin(
        kind="place",
        title="道路網",
        source=f"{OSM} ({name})",
        licence=ODBL,
        sha256=hashlib.sha256(network.fingerprint.encode()).hexdigest(),
    )


def store_network(
    session: Session,
    network: RoadNetwork,
    origin: Origin,
    *,
    name: str,
    city_bounds: Bounds | None,
    put_to_use: bool = True,
) -> RoadNetworkRow:
    """Store a network under its name, in place of an older one of that name, and put it to use unless told not to."""
    if city_bounds:
        _check_city(network, city_bounds)
    remove_network(session, name)
    as_of = date.fromisoformat(network.date) if network.date else None
    dataset = add_dataset(
        session,
        Dataset(
            kind="roads",
            title=origin.title,
            source=origin.source,
            licence=origin.licence,
            as_of=as_of,
            file_name=origin.file_name,
            sha256=origin.sha256,
            is_bundled=origin.is_bundled,
            is_schematic=origin.kind == "schematic",
        ),
    )
    row = RoadNetworkRow(
        name=name,
        kind=origin.kind,
        fingerprint=network.fingerprint,
        nodes=network.node_count,
        edges=network.edge_count,
        km=network.km,
        components=network.component_count,
        turn_restrictions=network.turn_restrictions,
        source=origin.source,
        source_date=as_of,
        extent=from_shape(box(*network.bounds), srid=4326),
        is_active=False,
        content=network.to_bytes(),
        dataset_id=dataset.id,
    )
    session.add(row)
    session.flush()
    if put_to_use:
        activate(session, row)
    return row


def unheeded(network: RoadNetwork) -> list[str]:
    """Return what the map says and travel times do not follow, in sentences for a terminal."""
    lines = []
    if network.turn_restrictions:
        lines.append(f"The map forbids {network.turn_restrictions:,} turns on these roads; travel times take them all.")
    if network.seasonal:
        edges = len({rule.edge for rule in network.seasonal})
        lines.append(
            f"The map closes {edges:,} edges for a season; they are open until the calendar shuts them: "
            "`tono closures propose FILE`."
        )
    return lines


def _check_city(network: RoadNetwork, city: Bounds) -> None:
    roads, districts = box(*network.bounds), box(*city)
    shared = roads.intersection(districts).area / districts.area
    if shared < 0.5:
        west, south, east, north = network.bounds
        raise InputError(
            f"The roads lie at {west:.3f}–{east:.3f}, {south:.3f}–{north:.3f} and cover only {shared:.0%} of the "
            f"districts ({city[0]:.3f}–{city[2]:.3f}, {city[1]:.3f}–{city[3]:.3f}): is it a file of another city? "
            "Nothing was changed."
        )
