"""Random directed networks on a plane of metres: parallel, one-way and loose edges, junctions and crossings."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from drawn_networks import at
from hypothesis import strategies as st

from geo.roads.network import RoadNetwork


@st.composite
def edge_tables(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Return a table of straight edges between random nodes: parallel, one-way and loose ones among them."""
    count = draw(st.integers(2, 7))
    grid = st.tuples(st.integers(0, 20), st.integers(0, 20))
    places = np.array(draw(st.lists(grid, min_size=count, max_size=count, unique=True)), dtype=float) * 100
    node = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(node, node).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=12))
    length = [float(np.hypot(*(places[a] - places[b]))) for a, b in pairs]
    extra = draw(st.lists(st.integers(0, 500), min_size=len(pairs), max_size=len(pairs)))
    flags = st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs))
    return gpd.GeoDataFrame(
        {
            "u": [pair[0] for pair in pairs],
            "v": [pair[1] for pair in pairs],
            "highway": ["track" if slow else "road" for slow in draw(flags)],
            "oneway": draw(flags),
            "length_m": [a + b for a, b in zip(length, extra, strict=True)],
        },
        geometry=list(shapely.linestrings(at(*places)[np.array(pairs)])),  # one call: each projection takes long
    )


networks = edge_tables().map(RoadNetwork.from_edges)
