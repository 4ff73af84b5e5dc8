"""Use case: consultants, roads and people as stored → which road must not be cut, and the way round it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.coverage.figures import NO_DISTRICT
from app.coverage.inputs import Inputs, Question
from app.coverage.travel import cell_points, departure_points
from app.demand.queries import named_places
from app.resilience.kept_answers import Wish, by_district, kept
from app.resilience.models import ResilienceRun
from app.roads.road_titles import NamedPlaces, class_title, edge_title
from geo.coverage.critical_links import CriticalLinks, critical_links
from geo.coverage.critical_segments import Segment, critical_segments, different_roads
from geo.coverage.people_along_roads import PeopleAlongRoads, people_along_roads
from geo.crs import to_metres
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile
from geo.roads.snapping import Snapped
from geo.travel.detours import detour
from geo.travel.travel_time import edge_seconds, nearest_origin

Ints = NDArray[np.int64]
Say = Callable[[str], None]
DIGITS = 6


def find_critical_links(session: Session, wish: Wish, say: Say = lambda _: None) -> ResilienceRun:
    """Return how many people lose cover with every edge, and the worst roads with the way round each."""
    places = named_places(session)
    return kept(session, wish, lambda inputs, question: _roads(inputs, question, places, wish.worst, say))


def _roads(inputs: Inputs, question: Question, places: NamedPlaces, worst: int, say: Say) -> dict[str, Any]:
    network, profile, people = inputs.network, question.profile, inputs.people
    (cutoff_s,) = question.cutoffs_s
    start = departure_points(network, inputs.postings, profile)
    spread = _spread(inputs, profile)
    say(f"Closing each of {network.edge_count:,} edges in turn …")
    found = critical_links(
        network,
        start,
        spread.places,
        spread.people,
        profile=profile,
        cutoff_s=cutoff_s,
        closed=question.closed,
        tell=lambda done, of: say(f"  {done:,} of {of:,} that trips use"),
    )
    segments = critical_segments(network, found)
    chosen = list(different_roads(segments, found))
    say(f"Finding the way round {min(worst, len(chosen))} of {len(segments)} segments …")

    def covered(places: Snapped, people: Ints) -> int:
        seconds, _ = nearest_origin(network, start, places, profile=profile, cutoff_s=cutoff_s, closed=question.closed)
        return int(people[np.isfinite(seconds)].sum())

    return {
        "population": int(people.sum()),
        "covered": covered(cell_points(network, inputs.cells, profile), people),
        "covered_along_roads": covered(spread.places, spread.people),
        "edges": network.edge_count,
        "edges_with_loss": int((found.loss > 0).sum()),
        "segments": len(segments),
        "roads": len(chosen),
        "worst": [
            {"title": edge_title(network, segment.worst, places)} | _segment(inputs, question, spread, found, segment)
            for segment in (segments[index] for index in chosen[:worst])
        ],
        "at_bases": _at_bases(inputs, found, start.edge),
        "losses": _losses(inputs, found),
    }


def _spread(inputs: Inputs, profile: Profile) -> PeopleAlongRoads:
    """Return the people of each square along the roads in it, so that no square hangs on one road alone."""
    codes = [cell.mesh_code for cell in inputs.cells]
    points = [cell.access_point for cell in inputs.cells]
    return people_along_roads(inputs.network, codes, points, inputs.people, profile=profile)


def _segment(
    inputs: Inputs, question: Question, spread: PeopleAlongRoads, found: CriticalLinks, segment: Segment
) -> dict[str, Any]:
    network = inputs.network
    number, name = network.labels[network.label[segment.worst]]
    highway = network.highways[network.highway[segment.worst]]
    cells, people = _by_square(spread, segment.destinations)
    return {
        "number": number,
        "name": name,
        "class": highway,
        "class_title": class_title(highway),
        "district": _district_near(inputs, segment.worst),
        "population": int(segment.beyond),
        "population_on_it": int(found.loss[segment.worst] - segment.beyond),
        "districts": by_district(inputs, cells, people),
        "length_m": round(float(network.length_m[segment.edges].sum()), 1),
        "edges": segment.edges.tolist(),
        "worst_edge": segment.worst,
        **_way_round(network, question, segment.worst),
        "cells": [inputs.cells[cell].mesh_code for cell in cells],
        "worst_line": _drawn(network.lines[segment.worst]),
        "line": _drawn(shapely.union_all(network.lines[segment.edges])),
    }


def _by_square(spread: PeopleAlongRoads, places: Ints) -> tuple[list[int], list[int]]:
    """Return the squares that some places lie in, and the people at these places of each."""
    squares, which = np.unique(spread.square[places], return_inverse=True)
    people = np.zeros(len(squares), dtype=np.int64)
    np.add.at(people, which, spread.people[places])
    return squares.tolist(), people.tolist()


def _way_round(network: RoadNetwork, question: Question, edge: int) -> dict[str, Any]:
    """Return the usual way over an edge, in the direction in which it is drawn, and the way round it."""
    profile = question.profile
    forward, _ = edge_seconds(network, profile)
    ends = int(network.u[edge]), int(network.v[edge])
    found = detour(network, *ends, [edge], profile=profile, closed=question.closed)
    return {
        "usual_s": round(float(forward[edge]), 1),
        "usual_m": round(float(network.length_m[edge]), 1),
        "detour": found
        and {
            "seconds": round(found.seconds, 1),
            "length_m": round(found.length_m, 1),
            "line": _drawn(found.line),
        },
    }


def _district_near(inputs: Inputs, edge: int) -> str:
    """Return the district of the inhabited cell nearest to the middle of an edge."""
    network = inputs.network
    middle = shapely.line_interpolate_point(network.lines_m[edge], 0.5, normalized=True)
    cells = to_metres(np.array([cell.access_point for cell in inputs.cells]), network.metric_epsg)
    nearest = int(np.hypot(*(cells - [middle.x, middle.y]).T).argmin())
    return inputs.cells[nearest].district or NO_DISTRICT


def _at_bases(inputs: Inputs, found: CriticalLinks, edges: Ints) -> list[dict[str, Any]]:
    """Return what it costs when the road in front of a base is closed on both sides of it."""
    return [
        {"id": posting.code, "base": posting.base, "population": int(found.loss[edge])}
        for posting, edge in zip(inputs.postings, edges.tolist(), strict=True)
        if edge >= 0 and found.has_origin[edge]
    ]


def _losses(inputs: Inputs, found: CriticalLinks) -> list[dict[str, int]]:
    """Return every edge that costs somebody, by the source's own numbers of its two ends."""
    network = inputs.network
    return [
        {
            "edge": edge,
            "u": int(network.node_ids[network.u[edge]]),
            "v": int(network.node_ids[network.v[edge]]),
            "population": int(found.loss[edge]),
            "beyond": int(found.beyond[edge]),
        }
        for edge in np.flatnonzero(found.loss > 0).tolist()
    ]


def _drawn(line: shapely.Geometry) -> dict[str, Any]:
    """Return a line as a GeoJSON MultiLineString of about a decimetre."""
    joined = shapely.line_merge(line)
    parts = [np.round(shapely.get_coordinates(part), DIGITS).tolist() for part in shapely.get_parts(joined)]
    return {"type": "MultiLineString", "coordinates": parts}
