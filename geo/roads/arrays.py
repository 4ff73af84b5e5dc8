"""The plain arrays that all readers of roads return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.roads.seasons import SeasonalRule
from geo.roads.steps import Steps, from_steps

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class EdgeArrays:
    """Nodes and edges of a road network: one row per edge as drawn, whether it may be driven both ways or one way.

    Attributes
    ----------
    node_ids : (n,) array of int64
        Identifiers of the source.
    node_lonlat : (n, 2) array of float64
        lon, lat in degrees.
    u, v : (m,) array of int32
        Node index of each end; the edge is drawn from `u` to `v`.
    length_m : (m,) array of float64
        Length in metres, not below 0.
    highway : (m,) array of int32
        Index into `highways`.
    highways : tuple of str
        Road classes (OpenStreetMap's ``highway``), sorted.
    oneway : (m,) array of bool
        Whether it may be driven from `u` to `v` only.
    bridge, tunnel : (m,) array of bool
        Whether it is a bridge or a tunnel.
    label : (m,) array of int32
        Index into `labels`.
    labels : tuple of (str, str)
        Route number and road name, empty where there is none.
    steps : (k, 2) array of int32
        lon, lat of all shapes, one after the other, in steps of 1e-7 degrees (see `geo.roads.steps`).
    offsets : (m + 1,) array of int64
        Shape of edge i: ``steps[offsets[i]:offsets[i + 1]]``, at least two points.
    motorroad : (m,) array of bool
        Whether it is for motor vehicles only, with no houses beside it (OpenStreetMap's ``motorroad``).
    no_foot : (m,) array of bool
        Whether it is closed to those on foot, whatever its class.
    seasonal : tuple of SeasonalRule
        Closed seasons as the source tells them, by ascending edge. Nothing is closed by them, see `geo.roads.seasons`.
    """

    node_ids: Ints
    node_lonlat: Floats
    u: Indices
    v: Indices
    length_m: Floats
    highway: Indices
    highways: tuple[str, ...]
    oneway: Bools
    bridge: Bools
    tunnel: Bools
    label: Indices
    labels: tuple[tuple[str, str], ...]
    steps: Steps
    offsets: Ints
    motorroad: Bools
    no_foot: Bools
    seasonal: tuple[SeasonalRule, ...]

    @property
    def coords(self) -> Floats:
        """East and north of all shapes in degrees, one after the other, (k, 2); worked out at each call."""
        return from_steps(self.steps)
