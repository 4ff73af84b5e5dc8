"""Use case: the closed seasons that the map tells of → a CSV file of closures, for a person to check and import."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy.orm import Session

from app.documents.whole_file import write_whole
from app.errors import InputError
from app.roads.calendar import JAPAN
from app.roads.closure_columns import COLUMNS
from app.roads.export_closures import plain
from app.roads.models import Closure
from app.roads.queries import active_network, read_network
from app.roads.road_titles import NamedPlaces, edge_title
from app.tables import write_csv
from geo.roads.network import RoadNetwork


def propose_closures(session: Session, path: Path, places: NamedPlaces) -> tuple[int, int]:
    """Write the proposals of the network in use; return how many, and how many of them name no days."""
    if path.suffix.lower() != ".csv":
        raise InputError(f"{path}: proposals are written as .csv.")
    row = active_network(session)
    rows = proposals(read_network(session, row), row.source, places)
    write_whole(path, write_csv(COLUMNS, map(plain, rows)))
    return len(rows), sum(not proposal.yearly_from for proposal in rows)


def proposals(network: RoadNetwork, source: str, places: NamedPlaces) -> list[Closure]:
    """Return one closure for each road and rule, the tags of the map as its reason; nameless ones by settlement."""
    edges: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for rule in network.seasonal:
        title = edge_title(network, rule.edge, places)
        edges[(title, rule.yearly_from, rule.yearly_to, rule.text)].append(rule.edge)
    return [
        Closure(
            name=title,
            place="",
            content="通行止め",
            detour="",
            reason=text,
            source=source,
            geometry=from_shape(shapely.multilinestrings(network.lines[mine].tolist()), srid=4326),
            edges=mine,
            network_fingerprint=network.fingerprint,
            yearly_from=yearly_from,
            yearly_to=yearly_to,
            daily_from="",
            daily_to="",
            time_zone=JAPAN,
        )
        for (title, yearly_from, yearly_to, text), mine in sorted(edges.items())
    ]
