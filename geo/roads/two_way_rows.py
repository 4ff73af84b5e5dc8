"""Two rows for the two directions of one street → one two-way edge.

osmnx and other libraries of graphs hold an arc for each direction. Taken as two roads, they would count every kilometre
twice, no road would ever be missed when it is closed, and a closed road would be passed on its own twin.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.roads.arrays import Bools, EdgeArrays, Floats, Ints
from geo.roads.network_file import STEPS

# Two lengths of one street may differ by so much: they are sums in another order, perhaps rounded.
SAME_M, SAME_SHARE = 0.011, 1e-6


def merge_two_way_rows(edges: EdgeArrays, is_reversed: Bools) -> EdgeArrays:
    """Return edges with the two directions of each street as one two-way edge.

    Parameters
    ----------
    edges : EdgeArrays
        One edge for each row of a table.
    is_reversed : (m,) array of bool
        Whether the row is drawn against the map: of two rows, the other is kept.

    Returns
    -------
    EdgeArrays
        Two edges are one street where they join the same nodes the other way round, are drawn alike and equally long,
        and agree in class, label and all else. Each stands for one other at most.
    """
    first, second = _pairs(edges)
    if not len(first):
        return edges
    swap = is_reversed[first] & ~is_reversed[second]
    kept, dropped = np.where(swap, second, first), np.where(swap, first, second)
    oneway = edges.oneway.copy()
    oneway[kept] = False
    is_kept = np.ones(len(oneway), dtype=bool)
    is_kept[dropped] = False
    return _only(replace(edges, oneway=oneway), is_kept)


def _pairs(edges: EdgeArrays) -> tuple[Ints, Ints]:
    low, high = np.minimum(edges.u, edges.v), np.maximum(edges.u, edges.v)
    joined = low * len(edges.node_ids) + high
    rows = np.flatnonzero(pd.Series(joined).duplicated(keep=False))
    forward, backward = _drawn(edges, rows)
    is_loop = (edges.u == edges.v)[rows]
    goes_up = np.where(is_loop, forward < backward, (edges.u < edges.v)[rows])
    table = pd.DataFrame(
        {
            "joined": joined[rows],
            "drawn": np.where(goes_up, forward, backward),
            "highway": edges.highway[rows],
            "label": edges.label[rows],
            "flags": edges.bridge[rows] * 8 + edges.tunnel[rows] * 4 + edges.motorroad[rows] * 2 + edges.no_foot[rows],
            "length_m": edges.length_m[rows],
            "goes_up": goes_up,
            "row": rows,
        }
    )[~(is_loop & (forward == backward))]
    same = ["joined", "drawn", "highway", "label", "flags"]
    table = table.sort_values([*same, "length_m", "row"])
    is_new = (table[same] != table[same].shift()).any(axis=1)
    is_new |= table["length_m"].diff() > SAME_M + SAME_SHARE * table["length_m"]
    table["street"] = is_new.cumsum()
    table["rank"] = table.groupby(["street", "goes_up"], sort=False).cumcount()
    up, down = table[table["goes_up"]], table[~table["goes_up"]]
    pairs = up.merge(down, on=["street", "rank"], suffixes=("", "_down"))
    ends = pairs[["row", "row_down"]].to_numpy(dtype=np.int64)
    return ends.min(axis=1), ends.max(axis=1)


def _drawn(edges: EdgeArrays, rows: Ints) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return a number for the shape of each row as it is drawn, and for the same from its end."""
    count = np.diff(edges.offsets)[rows]
    begin = np.concatenate([[0], np.cumsum(count)])
    position = np.arange(begin[-1]) - np.repeat(begin[:-1], count)
    points = edges.coords[np.repeat(edges.offsets[rows], count) + position]
    place = _numbers(points)
    weight = np.random.default_rng(0).integers(1, 2**63, size=int(count.max(initial=1)), dtype=np.uint64) | np.uint64(1)
    last = np.repeat(count, count) - 1
    if not len(rows):
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint64)
    return (
        np.add.reduceat(place * weight[position], begin[:-1]),
        np.add.reduceat(place * weight[last - position], begin[:-1]),
    )


def _numbers(points: Floats) -> NDArray[np.uint64]:
    """Return a number for each place, spread over all 64 bits."""
    steps = np.rint(points * STEPS).astype(np.int64).astype(np.uint64)
    mixed: NDArray[np.uint64] = steps[:, 0] * np.uint64(0x9E3779B97F4A7C15) + steps[:, 1] * np.uint64(
        0xC2B2AE3D27D4EB4F
    )
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return mixed


def _only(edges: EdgeArrays, is_kept: Bools) -> EdgeArrays:
    """Return some of the edges; every node still has one."""
    count = np.diff(edges.offsets)
    number = np.cumsum(is_kept) - 1
    rows = {
        name: getattr(edges, name)[is_kept]
        for name in ("u", "v", "length_m", "highway", "oneway", "bridge", "tunnel", "label", "motorroad", "no_foot")
    }
    return replace(
        edges,
        **rows,
        coords=edges.coords[np.repeat(is_kept, count)],
        offsets=np.concatenate([[0], np.cumsum(count[is_kept])]),
        seasonal=tuple(rule._replace(edge=int(number[rule.edge])) for rule in edges.seasonal if is_kept[rule.edge]),
    )
