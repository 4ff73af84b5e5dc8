"""What there is to say of the connected parts of a road network."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.roads.arrays import Bools, EdgeArrays, Ints


def describe_components(edges: EdgeArrays, node_component: Ints) -> list[dict[str, Any]]:
    """Return what there is to say of each connected component.

    Parameters
    ----------
    edges : EdgeArrays
        Roads.
    node_component : (n,) array of int64
        Component of each node, numbered from 0 without gaps.

    Returns
    -------
    list of dict
        By number: ``component, nodes, edges, km, lon, lat, name``, see `geo.roads.network.RoadNetwork.components`.
    """
    edge_component = node_component[edges.u]
    count = int(node_component.max()) + 1
    return [_described(edges, node_component, number, edge_component == number) for number in range(count)]


def _described(edges: EdgeArrays, node_component: Ints, number: int, mine: Bools) -> dict[str, Any]:
    nodes = np.flatnonzero(node_component == number)
    metres = np.bincount(edges.label[mine], weights=edges.length_m[mine], minlength=len(edges.labels))
    named = [i for i, (ref, name) in enumerate(edges.labels) if metres[i] > 0 and (name or ref)]
    longest = max(named, key=lambda i: float(metres[i]), default=None)
    return {
        "component": number,
        "nodes": len(nodes),
        "edges": int(mine.sum()),
        "km": float(edges.length_m[mine].sum() / 1000),
        "lon": float(edges.node_lonlat[nodes[0], 0]),
        "lat": float(edges.node_lonlat[nodes[0], 1]),
        "name": "" if longest is None else edges.labels[longest][1] or edges.labels[longest][0],
    }
