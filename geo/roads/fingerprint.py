"""A number for all that travel times depend on."""

from __future__ import annotations

import hashlib

import numpy as np

from geo.roads.arrays import EdgeArrays
from geo.roads.network_file import to_steps


def fingerprint(edges: EdgeArrays) -> str:
    """Return a number for roads.

    Parameters
    ----------
    edges : EdgeArrays
        Roads.

    Returns
    -------
    str
        SHA-256 over what travel times depend on; the order of nodes and edges does not matter.
    """
    return hashlib.sha256(b"".join(sorted(_digests(edges)))).hexdigest()


def _digests(edges: EdgeArrays) -> list[bytes]:
    steps = to_steps(edges.coords)
    ids = np.column_stack([edges.node_ids[edges.u], edges.node_ids[edges.v]])
    millimetres = np.rint(edges.length_m * 1000).astype(np.int64)
    flags = edges.oneway + 2 * edges.tunnel + 4 * edges.bridge + 8 * edges.motorroad + 16 * edges.no_foot
    digests = []
    for i in range(len(edges.u)):
        shape = steps[edges.offsets[i] : edges.offsets[i + 1]].tobytes()
        head = f"{ids[i, 0]} {ids[i, 1]} {millimetres[i]} {edges.highways[edges.highway[i]]} {flags[i]}"
        digests.append(hashlib.blake2b(head.encode() + shape, digest_size=16).digest())
    return digests
