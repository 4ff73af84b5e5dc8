"""Use case: files of roads and small areas of whole prefectures → the coverage of each municipality; nothing is stored.

One municipality is one piece of work: `measure_municipality` is a pure function of roads and arrays, so that it runs in
this process (`measure_here`) or anywhere (`app.municipalities.measure_on_cluster`) with the same answer. Nothing of the
service or its database is loaded for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from app.coverage.reached import counted_range, reached
from app.municipalities.schemas import MovedToRoad, MunicipalityCoverage, Origin, RoadsFacts, UnreachableArea
from geo.coverage.people_reached import unreachable_reason
from geo.crs import to_metres
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile
from geo.roads.snapping import Snapped, snap
from geo.travel.area_points import AreaPoints, area_points
from geo.travel.travel_time import SecondsRange, nearest_range

OSM_ENDINGS = (".osm", ".osm.gz", ".osm.pbf")
# Around the town hall people live close together.
AROUND_M = 2000.0


@dataclass(frozen=True, eq=False)
class Municipality:
    """The small areas of a municipality, and its offices where they are known.

    `roads` is the number of the file of roads; arrays have a row for each area; `shapes` may have None in it.
    """

    code: str
    name: str
    roads: int
    areas: Sequence[tuple[str, str]]
    points: NDArray[np.float64]
    shapes: NDArray[np.object_]
    people: NDArray[np.int64]
    offices: Sequence[tuple[str, float, float]] = ()


@dataclass(frozen=True)
class Measured:
    """The row of a municipality in the document, and the seconds to each of its areas."""

    row: MunicipalityCoverage
    times_s: SecondsRange


@dataclass(frozen=True, eq=False)
class Batch:
    """Whatever the figures of many municipalities depend on; `files` are the digests of what was read."""

    roads: Sequence[Path]
    municipalities: Sequence[Municipality]
    profile: Profile
    minutes: Sequence[int]
    files: Sequence[str]


@dataclass(frozen=True)
class Results:
    """Facts of each network, and each municipality in the order of the batch."""

    networks: Sequence[RoadsFacts]
    measured: Sequence[Measured]


Tell = Callable[[int, str], None]


def read_roads(path: Path) -> RoadNetwork:
    """Return the roads of an OpenStreetMap file or of a table of edges."""
    return RoadNetwork.from_osm(path) if path.name.endswith(OSM_ENDINGS) else RoadNetwork.from_edges_file(path)


def network_facts(network: RoadNetwork) -> RoadsFacts:
    """Return what the document says of roads."""
    return RoadsFacts(
        name=network.name,
        nodes=network.node_count,
        edges=network.edge_count,
        km=round(network.km, 1),
        source=network.source,
        date=network.date,
        fingerprint=network.fingerprint,
    )


def measure_here(batch: Batch, tell: Tell) -> Results:
    """Measure all municipalities in this process, one after the other; `tell` hears of each that is done."""
    networks: list[RoadsFacts] = []
    measured: dict[int, Measured] = {}
    for number, path in enumerate(batch.roads):
        network = read_roads(path)
        networks.append(network_facts(network))
        for position, one in enumerate(batch.municipalities):
            if one.roads == number:
                measured[position] = measure_municipality(network, one, batch.profile, batch.minutes)
                tell(len(measured), one.name)
    return Results(networks, [measured[position] for position in sorted(measured)])


def measure_municipality(network: RoadNetwork, one: Municipality, profile: Profile, minutes: Sequence[int]) -> Measured:
    """Return who of a municipality is reached from its offices in how many minutes, over all roads of the network."""
    ends = area_points(network, one.points, one.shapes, profile)
    start, origins = _origins(network, one, ends, profile)
    times = nearest_range(network, start, ends.places, profile=profile)
    row = MunicipalityCoverage(
        code=one.code,
        name=one.name,
        small_areas=len(one.areas),
        **dict(reached(times.usual, one.people, minutes)),
        **dict(counted_range(times, one.people, minutes)),
        origins=origins,
        is_assumption=not one.offices,
        moved_to_road=MovedToRoad(
            small_areas=int(ends.is_moved.sum()), population=int(one.people[ends.is_moved].sum())
        ),
        unreachable=_unreachable(one, ends, times.usual),
    )
    return Measured(row, times)


def _origins(
    network: RoadNetwork, one: Municipality, ends: AreaPoints, profile: Profile
) -> tuple[Snapped, list[Origin]]:
    """Return where trips start: at the offices, or, where none is known, where most people live close together."""
    if one.offices:
        names, points = [name for name, _, _ in one.offices], np.array([place[1:] for place in one.offices])
        start = snap(network, points, profile)
    else:
        most = np.array([_densest(network, one, ends)])
        key, name = one.areas[int(most[0])]
        names, points, start = [name or key], one.points[most], ends.places[most]
    origins = [
        Origin(
            name=name,
            lon=float(point[0]),
            lat=float(point[1]),
            snap_m=_metres(metres),
            is_on_network=bool(is_on),
        )
        for name, point, metres, is_on in zip(names, points, start.distance_m, start.is_snapped, strict=True)
    ]
    return start, origins


def _densest(network: RoadNetwork, one: Municipality, ends: AreaPoints) -> int:
    """Return the area on the roads with most people around it, those nearby counting more; the first of equals."""
    metric = to_metres(one.points, network.metric_epsg)
    around = KDTree(metric).query_ball_point(metric, AROUND_M, return_sorted=True)
    share = [1 - np.hypot(*(metric[near] - metric[i]).T) / AROUND_M for i, near in enumerate(around)]
    people = np.array([one.people[near] @ part for near, part in zip(around, share, strict=True)])
    return int(np.where(ends.places.is_snapped, people, -1).argmax())


def _unreachable(one: Municipality, ends: AreaPoints, times: NDArray[np.float32]) -> list[UnreachableArea]:
    reasons = unreachable_reason(ends.places.is_snapped)
    return [
        UnreachableArea(
            area=key,
            name=name,
            population=int(one.people[i]),
            reason=reasons[i],
            snap_m=_metres(ends.own_distance_m[i]),
        )
        for i, (key, name) in enumerate(one.areas)
        if not np.isfinite(times[i])
    ]


def _metres(value: float) -> float | None:
    return round(float(value), 1) if np.isfinite(value) else None
