"""A number for all that travel times depend on."""

from __future__ import annotations

import hashlib

import numpy as np

from geo.roads.arrays import EdgeArrays, Ints
from geo.roads.shape_numbers import shape_numbers
from geo.roads.steps import Steps

# Edges whose bytes are laid out at a time; another number gives other fingerprints.
BLOCK = 2**16
ODD = np.uint64(0x9E3779B97F4A7C15)


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
    is_used = np.bincount(edges.highway, minlength=len(edges.highways)) > 0
    names = [name for name, counts in zip(edges.highways, is_used, strict=True) if counts]
    flags = edges.oneway + 2 * edges.tunnel + 4 * edges.bridge + 8 * edges.motorroad + 16 * edges.no_foot
    columns = [
        edges.node_ids[edges.u],
        edges.node_ids[edges.v],
        np.rint(edges.length_m * 1000).astype(np.int64),
        32 * (np.cumsum(is_used) - 1)[edges.highway] + flags,
        np.diff(edges.offsets),
    ]
    digest = hashlib.sha256(repr((names, len(edges.u))).encode())
    order = _order(edges, columns)
    for begin in range(0, len(order), BLOCK):
        rows = order[begin : begin + BLOCK]
        for column in columns:
            digest.update(column[rows].astype("<i8").tobytes())
        digest.update(_points(edges, rows).astype("<i4").tobytes())
    return digest.hexdigest()


def _order(edges: EdgeArrays, columns: list[Ints]) -> Ints:
    """Return the edges in an order that follows from what they are: by a number for all of it, the same for twins."""
    number, _ = shape_numbers(edges.steps, edges.offsets, np.arange(len(edges.u)))
    for column in columns:
        number = number * ODD + column.astype(np.uint64)
    return np.argsort(number)


def _points(edges: EdgeArrays, rows: Ints) -> Steps:
    """Return the shapes of some edges, one after the other."""
    first, count = edges.offsets[rows], np.diff(edges.offsets)[rows]
    ends = np.cumsum(count)
    points: Steps = edges.steps[np.arange(ends[-1]) + np.repeat(first - ends + count, count)]
    return points
