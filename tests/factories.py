"""A town drawn by hand, whose coverage can be worked out on paper."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from shapely.geometry import box
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.consultants.models import Consultant
from app.datasets.models import Dataset
from app.demand.load_demand import store_cells
from app.documents.typed import Document, as_text
from app.register.models import District, Resource
from app.register.queries import district_ids
from app.roads.build_network import Origin, store_network
from app.roads.models import Closure
from geo import mesh
from geo.roads.network import RoadNetwork

# The address by which only the staff calls the service, and the one by which everyone else does.
STAFF = "http://127.0.0.1:8000"
PUBLIC = "http://testserver"
Place = tuple[float, float]
# 1 - 2 - 3 - 4 along one road; 8 - 9 is an island to the north.
NODES: dict[int, Place] = {
    1: (141.50, 39.33),
    2: (141.53, 39.33),
    3: (141.56, 39.33),
    4: (141.62, 39.33),
    8: (141.50, 39.50),
    9: (141.53, 39.50),
}
# Far from every road.
HOUSE: Place = (141.50, 39.60)
# Primary roads are driven at 45 km/h, 12.5 m/s: 2,250 m take three minutes.
LENGTHS: dict[tuple[int, int], float] = {(1, 2): 2250, (2, 3): 2250, (3, 4): 4500, (8, 9): 2250}
PEOPLE: dict[int, int] = {1: 100, 2: 30, 3: 20, 4: 10, 8: 5}
EAST = {3, 4}


def build_town(session: Session, posts: Sequence[int] = (1,)) -> None:
    """Store 172 people, 160 of them along one road, 5 on an island of roads, 7 off every road."""
    dataset = _dataset(session, "districts")
    for position, (name, west, east) in enumerate((("西", 141.45, 141.545), ("東", 141.545, 141.70)), start=1):
        shape = box(west, 39.25, east, 39.65).wkt.removeprefix("POLYGON ")
        session.add(
            District(name=name, position=position, geometry=f"SRID=4326;MULTIPOLYGON({shape})", dataset_id=dataset.id)
        )
    session.flush()
    numbers = district_ids(session)
    build_roads(session, LENGTHS)
    rows = [(*NODES[node], count, "東" if node in EAST else "西") for node, count in PEOPLE.items()]
    build_people(session, [*rows, (*HOUSE, 7, "西")], numbers)
    for number, node in enumerate(posts, start=1):
        build_consultant(session, f"C{number}", node, numbers["東" if node in EAST else "西"])


def build_roads(session: Session, lengths: Mapping[tuple[int, int], float]) -> None:
    """Put primary roads of given lengths between the nodes to use."""
    edges = pd.DataFrame(
        [(u, v, "primary", "no", metres) for (u, v), metres in lengths.items()],
        columns=["u", "v", "highway", "oneway", "length_m"],
    )
    nodes = pd.DataFrame([(number, *place) for number, place in NODES.items()], columns=["id", "lon", "lat"])
    network = RoadNetwork.from_edges(edges, nodes, name="town", source="drawn by hand", date="2026-04-01")
    origin = Origin(kind="edges", title="道路網", source="drawn by hand", sha256="0" * 64)
    store_network(session, network, origin, name="town", city_bounds=None)


def build_people(session: Session, rows: Iterable[tuple[float, float, int, str]], districts: Mapping[str, int]) -> None:
    """Store people (lon, lat, number, district) in the 250 m squares of their places, in place of all others."""
    frame = pd.DataFrame(rows, columns=["lon", "lat", "population", "district"])
    frame["mesh_code"] = mesh.encode(frame["lon"], frame["lat"])
    frame["households"] = frame["population"] // 2
    frame["rep_lon"], frame["rep_lat"] = frame["lon"], frame["lat"]
    store_cells(session, frame, dataset=_dataset(session, "demand"), districts=districts)


def build_consultant(session: Session, code: str, node: int, district: int, *, accuracy_m: int = 0) -> None:
    """Let a consultant sit in a centre at a node, known within some metres."""
    dataset = _dataset(session, "consultants")
    lon, lat = NODES[node]
    centre = Resource(
        code=f"R-{code}",
        kind="centre",
        name=f"拠点{node}",
        district_id=district,
        location=f"SRID=4326;POINT({lon} {lat})",
        accuracy_m=accuracy_m,
        source="drawn by hand",
        dataset_id=dataset.id,
    )
    session.add(centre)
    session.flush()
    session.add(Consultant(code=code, base_resource_id=centre.id, is_assumed=True, dataset_id=dataset.id))
    session.flush()


def close_road(session: Session, u: int, v: int) -> None:
    """Close the road between two nodes for January 2026."""
    line = ", ".join(f"{lon} {lat}" for lon, lat in (NODES[u], NODES[v]))
    session.add(
        Closure(
            name="冬期通行止",
            geometry=f"SRID=4326;MULTILINESTRING(({line}))",
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            valid_to=datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC),
            source="drawn by hand",
            dataset_id=_dataset(session, "closures").id,
        )
    )
    session.flush()


def _dataset(session: Session, kind: str) -> Dataset:
    found = session.scalar(select(Dataset).where(Dataset.kind == kind, Dataset.source == "drawn by hand"))
    if found is None:
        found = Dataset(kind=kind, title=kind, source="drawn by hand", sha256="0" * 64)
        session.add(found)
        session.flush()
    return found


def plain(document: Document) -> Any:
    """Return a document as a program reads it from JSON."""
    return json.loads(as_text(document))
