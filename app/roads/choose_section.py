"""Use case: two places on the map → the stretch of road between them, as the page draws and sends it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.documents.geojson import geojson_shape
from app.errors import InputError
from app.roads.place_closures import multi
from app.roads.road_titles import NamedPlaces, edge_title
from app.roads.schemas import Section, SectionFeature
from geo.errors import OffNetworkError
from geo.roads.network import RoadNetwork
from geo.roads.section import section_between

# How far beside a road a finger may come down.
NEAR_M = 500.0
# No closure is longer; a stretch this long was not meant.
LONGEST_M = 60_000.0


def choose_section(
    network: RoadNetwork, start: tuple[float, float], end: tuple[float, float], places: NamedPlaces
) -> SectionFeature:
    """Return the shortest stretch of road between two places as GeoJSON, a nameless one called by the settlement."""
    try:
        section = section_between(network, start, end, limit_m=NEAR_M)
    except OffNetworkError as error:
        raise InputError(
            f"{error} Choose places beside one road.",
            detail=f"2つの場所を結ぶ道路が見つかりません。道路の近く({NEAR_M:.0f} m以内)を選んでください。",
        ) from error
    if not 0 < section.length_m <= LONGEST_M:
        raise InputError(
            f"The stretch is {section.length_m:,.0f} m long; choose two places up to {LONGEST_M:,.0f} m apart.",
            detail=f"区間が{section.length_m / 1000:.1f} kmです。{LONGEST_M / 1000:.0f} km以内で選んでください。",
        )
    return SectionFeature(
        geometry=geojson_shape(multi(section.line)),
        properties=Section(
            name=_name(network, section.edges, places),
            length_m=round(section.length_m, 1),
            edges=sorted(section.edges.tolist()),
            network=network.fingerprint,
        ),
    )


def _name(network: RoadNetwork, edges: NDArray[np.int64], places: NamedPlaces) -> str:
    """Return what most of the stretch is called, empty where it has no number, no name and no settlement beside it."""
    if not len(edges):
        return ""
    alike = edges[network.label[edges] == _longest(network.label, network, edges)]
    alike = alike[network.highway[alike] == _longest(network.highway, network, alike)]
    longest = int(alike[network.length_m[alike].argmax()])
    is_known = any(network.labels[network.label[longest]]) or places.beside(network, longest)
    return edge_title(network, longest, places) if is_known else ""


def _longest(kind: NDArray[Any], network: RoadNetwork, edges: NDArray[np.int64]) -> int:
    """Return the kind that most metres of the edges are of."""
    return int(np.argmax(np.bincount(kind[edges], weights=network.length_m[edges])))
