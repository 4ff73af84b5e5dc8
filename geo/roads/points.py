"""Points at equal distances along all roads of a network: where they lie never changes, so they are found once."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.roads.network import RoadNetwork

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
# Farthest distance between two points that stand for a road.
STEP_M = 50.0


@dataclass(frozen=True, eq=False)
class RoadPoints:
    """Points along each edge, from end to end, at most `STEP_M` apart.

    Attributes
    ----------
    first : (m + 1,) array of int64
        Points of edge i: from ``first[i]`` to ``first[i + 1]``.
    share : (k,) array of float64
        Part of the edge before each point, 0 to 1.
    xy : (k, 2) array of float64
        East and north in metres.
    """

    first: Ints
    share: Floats
    xy: Floats

    def of(self, edges: Ints) -> tuple[Ints, Ints]:
        """Return all points of some edges.

        Parameters
        ----------
        edges : (p,) array of int64
            Edges.

        Returns
        -------
        (k,) array of int64
            Numbers of the points.
        (k,) array of int64
            The edge of each.
        """
        count = self.first[edges + 1] - self.first[edges]
        ends = np.cumsum(count)
        step = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - count, count)
        return np.repeat(self.first[edges], count) + step, np.repeat(edges, count)


_kept: weakref.WeakKeyDictionary[RoadNetwork, RoadPoints] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def road_points(network: RoadNetwork) -> RoadPoints:
    """Return the points along all roads of a network.

    Parameters
    ----------
    network : RoadNetwork
        Roads.

    Returns
    -------
    RoadPoints
        The same object as before for the same network.
    """
    with _lock:
        known = _kept.get(network)
    if known is not None:
        return known
    parts = np.maximum(np.ceil(shapely.length(network.lines_m) / STEP_M).astype(np.int64), 1)
    first = np.concatenate([[0], np.cumsum(parts + 1)])
    edge = np.repeat(np.arange(network.edge_count), parts + 1)
    share = (np.arange(first[-1]) - first[edge]) / parts[edge]
    spots = shapely.line_interpolate_point(network.lines_m[edge], share, normalized=True)
    found = RoadPoints(first, share, shapely.get_coordinates(spots))
    with _lock:
        return _kept.setdefault(network, found)
