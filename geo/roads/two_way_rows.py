"""Two rows for the two directions of one street → one two-way edge.

osmnx and other libraries of graphs hold an arc for each direction. Taken as two roads, they would count every kilometre
twice, no road would ever be missed when it is closed, and a closed road would be passed on its own twin.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo.roads.arrays import Bools, EdgeArrays, Ints
from geo.roads.shape_numbers import shape_numbers

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
    joined = low.astype(np.int64) * len(edges.node_ids) + high
    rows = np.flatnonzero(pd.Series(joined).duplicated(keep=False))
    forward, backward = shape_numbers(edges.steps, edges.offsets, rows)
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
        steps=edges.steps[np.repeat(is_kept, count)],
        offsets=np.concatenate([[0], np.cumsum(count[is_kept])]),
        seasonal=tuple(rule._replace(edge=int(number[rule.edge])) for rule in edges.seasonal if is_kept[rule.edge]),
    )
