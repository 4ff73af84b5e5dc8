"""The inner loop of the sweeps: sixteen origins side by side, one vector operation for all of them.

The compiler does not see by itself that the sixteen numbers of a row are independent of the other rows, and is six to
ten times slower. So the loop is written down for it in its own language, with vectors. It runs on every processor:
where vectors are shorter, LLVM splits them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils as untyped_loops
from numba.core import types
from numba.extending import intrinsic

from geo.compiled import compiled
from geo.shortest_paths.elimination import Indices
from geo.shortest_paths.ticks import SAFE, Ticks

LANES = 16
CACHE_LINE = 64
WORD, SIZE = ir.IntType(32), ir.IntType(64)
VECTOR = ir.VectorType(WORD, LANES)
cgutils: Any = untyped_loops


def aligned_rows(count: int) -> Ticks:
    """Return room for rows of sixteen numbers, each on a cache line of its own.

    Parameters
    ----------
    count : int
        Rows.

    Returns
    -------
    (count, 16) array of uint32
        Not filled.
    """
    room = np.empty((count + 1) * LANES, dtype=np.uint32)
    skip = (-room.ctypes.data % CACHE_LINE) // room.itemsize
    return room[skip : skip + count * LANES].reshape(count, LANES)


@compiled
def sweep(pointer: Indices, row: Indices, ticks: Ticks, rows: Ticks) -> bool:
    """Lower each row to the least of itself and of earlier rows plus the time of the arc from them.

    Parameters
    ----------
    pointer : (r + 1,) array of uint32
        Arcs into row i: from ``pointer[i]`` to ``pointer[i + 1]``.
    row, ticks : (a,) array of uint32
        The row where each arc comes from, an earlier one, and its time.
    rows : (r, 16) array of uint32
        Written to.

    Returns
    -------
    bool
        Whether all finite times are safe.
    """
    addresses = (pointer.ctypes.data, row.ctypes.data, ticks.ctypes.data, rows.ctypes.data)
    marks: int = _sweep(*addresses, len(rows))  # type: ignore[call-arg]  # numba itself gives the first
    return (marks & SAFE) == 0


@intrinsic
def _sweep(_typing: Any, pointer: Any, row: Any, ticks: Any, rows: Any, count: Any) -> Any:
    """Return all bits that any time plus one has: the one of `SAFE` is set by times that are finite and not safe."""
    return types.uint32(pointer, row, ticks, rows, count), _write_sweep


def _write_sweep(_context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> ir.Value:
    pointers, origins, weights = (builder.inttoptr(each, WORD.as_pointer()) for each in arguments[:3])
    rows = builder.inttoptr(arguments[3], VECTOR.as_pointer())
    marks = cgutils.alloca_once_value(builder, ir.Constant(VECTOR, [0] * LANES))
    least = cgutils.alloca_once(builder, VECTOR)
    with cgutils.for_range(builder, arguments[4], intp=SIZE) as loop:
        place = builder.gep(rows, [loop.index])
        builder.store(_load(builder, place), least)
        begin = _number(builder, pointers, loop.index)
        end = _number(builder, pointers, builder.add(loop.index, SIZE(1)))
        with cgutils.for_range_slice(builder, begin, end, SIZE(1), intp=SIZE) as (arc, _):
            above = _load(builder, builder.gep(rows, [_number(builder, origins, arc)]))
            candidate = builder.add(above, _repeat(builder, builder.load(builder.gep(weights, [arc]))))
            known = builder.load(least)
            shorter = builder.icmp_unsigned("<", candidate, known)
            builder.store(builder.select(shorter, candidate, known), least)
        found = builder.load(least)
        builder.store(found, place).align = CACHE_LINE // LANES
        plus_one = builder.add(found, ir.Constant(VECTOR, [1] * LANES))
        builder.store(builder.or_(builder.load(marks), plus_one), marks)
    total: ir.Value = WORD(0)
    for lane in range(LANES):
        total = builder.or_(total, builder.extract_element(builder.load(marks), WORD(lane)))
    return total


def _load(builder: ir.IRBuilder, place: ir.Value) -> ir.Value:
    vector = builder.load(place)
    vector.align = CACHE_LINE // LANES  # no promise of more: rows may lie anywhere
    return vector


def _number(builder: ir.IRBuilder, numbers: ir.Value, index: ir.Value) -> ir.Value:
    return builder.zext(builder.load(builder.gep(numbers, [index])), SIZE)


def _repeat(builder: ir.IRBuilder, number: ir.Value) -> ir.Value:
    nothing = ir.Constant(VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, number, WORD(0))
    return builder.shuffle_vector(first, nothing, ir.Constant(VECTOR, [0] * LANES))
