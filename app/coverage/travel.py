"""From stored places to travel times: where consultants set out, and how long they take to each cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.consultants.queries import Point
from app.coverage.inputs import Inputs, Question
from app.demand.queries import Cell
from geo.roads.network import RoadNetwork
from geo.roads.profiles import Profile
from geo.roads.snapping import Snapped, snap
from geo.travel.travel_time import travel_time_matrix

NOWHERE = (np.nan, np.nan)


class Placed(Protocol):
    """Something that trips start from; points are lon, lat."""

    @property
    def location(self) -> Point | None:
        """Return where it is."""

    @property
    def access_point(self) -> Point | None:
        """Return where it is reached from the road."""


def departure_points(network: RoadNetwork, postings: Sequence[Placed], profile: Profile) -> Snapped:
    """Return where each consultant's trips start on the roads.

    The place of the base counts where a road is near enough; otherwise the base's access point (a centre whose address
    is not published may be known only to the kilometre). A base with neither stays off the network.
    """
    places = np.array([posting.location or NOWHERE for posting in postings], dtype=float).reshape(-1, 2)
    access = np.array([posting.access_point or NOWHERE for posting in postings], dtype=float).reshape(-1, 2)
    first, second = _snap_known(network, places, profile), _snap_known(network, access, profile)
    use_second = ~first.is_snapped & second.is_snapped
    return Snapped(
        network.fingerprint,
        profile.name,
        edge=np.where(use_second, second.edge, first.edge),
        share=np.where(use_second, second.share, first.share),
        distance_m=np.where(use_second, second.distance_m, first.distance_m),
        lonlat=np.where(use_second[:, None], second.lonlat, first.lonlat),
    )


def _snap_known(network: RoadNetwork, places: NDArray[np.float64], profile: Profile) -> Snapped:
    """Snap the places that are known; the others stay off the network."""
    known = np.isfinite(places).all(axis=1)
    edge = np.full(len(places), -1, dtype=np.int64)
    share, distance, lonlat = np.full(len(places), np.nan), np.full(len(places), np.inf), np.full(places.shape, np.nan)
    if known.any():
        found = snap(network, places[known], profile)
        edge[known], share[known], distance[known], lonlat[known] = (
            found.edge,
            found.share,
            found.distance_m,
            found.lonlat,
        )
    return Snapped(network.fingerprint, profile.name, edge, share, distance, lonlat)


def cell_points(network: RoadNetwork, cells: Sequence[Cell], profile: Profile) -> Snapped:
    """Return the point of each cell that is reached."""
    return snap(network, np.array([cell.access_point for cell in cells], dtype=float).reshape(-1, 2), profile)


def times_to_cells(
    inputs: Inputs, question: Question, *, closed: bool = True
) -> tuple[NDArray[np.float32], Snapped, Snapped]:
    """Return the seconds from every consultant to every cell, and where both of them lie on the roads."""
    start = departure_points(inputs.network, inputs.postings, question.profile)
    end = cell_points(inputs.network, inputs.cells, question.profile)
    shut = question.closed if closed else ()
    return travel_time_matrix(inputs.network, start, end, profile=question.profile, closed=shut), start, end
