"""The three steps of a bounded search.

First up: from the origin to the border of its cell. Then from border node to border node: they wait in buckets of equal
width, taken in turn; within a bucket in any order, a node being taken again when it is reached sooner. At last down:
in each cell whose border was reached, from the border to all nodes inside, without a queue and without a branch.

What is kept for a node is what is left until the end of time, so that fresh memory, all zero, stands for nodes that
were not reached and is not even mapped until then.

References
----------
.. [1] R. B. Dial (1969), Algorithm 360: shortest-path forest with topological ordering. doi:10.1145/363269.363610
.. [2] U. Meyer, P. Sanders (2003), Δ-stepping: a parallelizable shortest path algorithm.
   doi:10.1016/S0196-6774(03)00076-2
.. [3] D. Delling, A. V. Goldberg, T. Pajor, R. F. Werneck (2017), Customizable route planning in road networks.
   doi:10.1287/trsc.2014.0579
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints
from geo.shortest_paths.cell_times import ROW, Indices
from geo.shortest_paths.cells import ARCS, BITS, CELL, GROUP, Bytes, Cells, Inside
from geo.shortest_paths.ends import Ends
from geo.shortest_paths.search_question import NO_CELL, Left, Question, Reached, Start, Work
from geo.shortest_paths.ticks import INFINITE, Ticks

EMPTY = 2**32 - 1
MOST_BUCKETS = 2**16
WIDTHS = 8  # buckets that the average edge spans: more make turns without a node, fewer make nodes wait in vain
ABREAST = 4  # cells swept at a time, so that the processor need not wait for one node to go on with the next
Word = Any  # a number of 32 bits in compiled code


@compiled
def search_all(question: Question, origins: Ends, work: Work) -> Reached:
    """Return all nodes that each origin reaches within a time.

    Parameters
    ----------
    question : Question
        Network and limit.
    origins : Ends
        Where trips begin, nodes told by their position.
    work : Work
        Room, nothing reached.

    Returns
    -------
    Reached
        The nodes.
    """
    pointer = np.zeros(len(origins.node) + 1, dtype=np.int64)
    reached = Reached(pointer, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint32))
    for origin in range(len(origins.node)):
        soonest, latest = _start(question, origins.node[origin], origins.ticks[origin], work.start)
        work, count = _search(question, soonest, latest, work)
        work.touched[:count].sort()  # neighbours in memory one after the other
        size, most = pointer[origin], count * CELL
        if size + most > len(reached.node):  # the others will reach about as many
            room = size + most + most * (len(origins.node) - origin - 1) * 5 // 4
            reached = Reached(pointer, _in_room(reached.node[:size], room), _in_room(reached.ticks[:size], room))
        for begin in range(0, count, ABREAST):
            size = _sweep(question, work, work.touched[begin : min(begin + ABREAST, count)], reached, size)
        pointer[origin + 1] = size
    return Reached(pointer, reached.node[: pointer[-1]], reached.ticks[: pointer[-1]])


# --- up: from the origin to the border of its cell ----------------------------------------------------------------


@compiled
def _start(question: Question, nodes: Ints, ticks: Ticks, start: Start) -> tuple[Word, Word]:
    """Fill in how trips begin; return the soonest and the latest time at which a border node is reached."""
    cells, limit = question.cells, question.limit
    start.cell[:] = NO_CELL
    start.left[:] = 0
    for end in range(2):
        if ticks[end] <= limit:
            cell, number = nodes[end] >> BITS, nodes[end] & (CELL - 1)
            part = 0 if start.cell[0] == cell else end
            start.cell[part] = cell
            start.left[part, number] = max(start.left[part, number], INFINITE - np.int64(ticks[end]))
    soonest, latest = np.int64(INFINITE), np.int64(0)
    for part in range(2):
        cell = start.cell[part]
        if cell != NO_CELL:
            _ascend(cells.inside, cell, question.times.up, start.left[part])
            for number in range(cells.border[cell]):
                time = INFINITE - np.int64(start.left[part, number])
                if time <= limit:
                    soonest, latest = min(soonest, time), max(latest, time)
    return soonest, latest


@compiled
def _ascend(inside: Inside, cell: int, up: Ticks, left: Left) -> None:
    """Raise what is left at the neighbours of each node of a cell, in the order in which nodes were contracted."""
    for quad in range(inside.first[cell + 1] - 1, inside.first[cell] - 1, -1):
        have = np.int64(left[inside.node[quad]])
        if have > 0:
            for arc in range(ARCS):
                head = (inside.heads[quad] >> np.uint32(BITS * arc)) & np.uint32(CELL - 1)
                left[head] = max(np.int64(left[head]), have - np.int64(up[quad, arc]))


# --- from border to border ----------------------------------------------------------------------------------------


@compiled
def _search(question: Question, soonest: Word, latest: Word, work: Work) -> tuple[Work, int]:
    """Fill `left` and `touched`, in more room where there was too little; return how many cells are touched."""
    times, limit = question.times, question.limit
    # All times that wait at once lie so close together that they have buckets of their own.
    spread = min(limit, max(times.longest, latest - soonest))
    shift = max(0, _bits(int(times.mean / WIDTHS)) - 1)
    while (spread >> shift) + 2 > MOST_BUCKETS:
        shift += 1
    first, waiting = work.first, work.waiting
    if (spread >> shift) + 2 > len(first):
        first = np.full(1 << _bits((spread >> shift) + 1), np.uint32(EMPTY), dtype=np.uint32)
    while True:
        work = Work(work.start, work.left, work.is_touched, work.touched, first, waiting)
        entries, found = _enter(question.cells, limit, shift, work)
        found = _take_turns(question, (soonest >> shift, shift), work, entries, found)
        if found >= 0:
            return work, found
        waiting = np.empty((4 * len(waiting), 2), dtype=np.uint32)


@compiled
def _bits(number: int) -> int:
    """Return how many bits a number has."""
    bits = 0
    while number >> bits:
        bits += 1
    return bits


@compiled
def _enter(cells: Cells, limit: int, shift: int, work: Work) -> tuple[int, int]:
    """Let the border nodes wait that an origin reaches by itself; return how many, and how many cells are touched."""
    entries, found, mask = 0, 0, np.uint32(len(work.first) - 1)
    for part in range(2):
        cell = work.start.cell[part]
        if cell != NO_CELL:
            found = _touch(work.is_touched, work.touched, cell, found)
            for number in range(cells.border[cell]):
                have, node = work.start.left[part, number], np.uint32(cells.core[cell] + number)
                if INFINITE - np.int64(have) <= limit:
                    work.left[node] = have
                    bucket = np.uint32((INFINITE - np.int64(have)) >> shift) & mask
                    _put(work.first, work.waiting, bucket, np.uint32(entries), node)
                    entries += 1
    return entries, found


@compiled
def _take_turns(question: Question, turns: tuple[Word, int], work: Work, started: int, found: int) -> int:
    """Return how many cells are touched, or -1, all as it was before, where there is no room for more entries."""
    left, is_touched, touched, first, waiting = work[1:]
    row_of, table, cell_of, one = question.times.first, question.times.rows, question.cells.cell_of, np.uint32(1)
    turn, below, shift = np.uint32(turns[0]), np.int32(INFINITE - question.limit - 1), np.uint32(turns[1])
    rows, known = np.uintp(table.ctypes.data), np.uintp(left.ctypes.data)
    mask, most = np.uint32(len(first) - 1), len(waiting) - ROW
    entries, open_entries = np.uint32(started), started
    while open_entries > 0:
        bucket = turn & mask
        while first[bucket] != EMPTY:
            entry = first[bucket]
            first[bucket] = waiting[entry, 1]
            open_entries -= 1
            node = waiting[entry, 0]
            have = left[node]
            if np.uint32(INFINITE - have) >> shift != turn:
                continue  # it was reached sooner, and taken in an earlier turn
            found = _touch(is_touched, touched, cell_of[node // np.uint32(GROUP)], found)
            for row in range(row_of[node], row_of[node + one]):
                if entries >= most:
                    _forget(work, entries, found)
                    return -1
                sooner: Word = _sooner(rows, known, np.uintp(row), have, below)  # type: ignore[call-arg]
                while sooner != 0:
                    arc: Word = _lowest(np.uint32(sooner))
                    sooner &= sooner - one
                    head = table[row, arc]
                    then = np.int32(have - np.int32(table[row, np.uint32(ROW) + arc]))
                    left[head] = then
                    _prefetch(rows, np.uintp(row_of[head]))
                    _put(first, waiting, (np.uint32(INFINITE - then) >> shift) & mask, entries, head)
                    entries += one
                    open_entries += 1
        turn += one
    return found


@compiled
def _touch(is_touched: NDArray[np.bool_], touched: Indices, cell: Word, found: int) -> int:
    """Note that a search has come to a cell; return how many it has come to."""
    if not is_touched[cell]:
        is_touched[cell] = True
        touched[found] = cell
        found += 1
    return found


@compiled
def _put(first: Indices, waiting: Indices, bucket: Word, entry: Word, node: Word) -> None:
    """Let a border node wait in a bucket."""
    waiting[entry, 0] = node
    waiting[entry, 1] = first[bucket]
    first[bucket] = entry


@compiled
def _forget(work: Work, entries: Word, found: int) -> None:
    """Leave all as it was before the search."""
    for entry in range(entries):
        work.left[work.waiting[entry, 0]] = 0
    for i in range(found):
        work.is_touched[work.touched[i]] = False
    work.first[:] = EMPTY


# --- down: from the borders to all nodes inside -------------------------------------------------------------------


@compiled
def _sweep(question: Question, work: Work, some: Indices, reached: Reached, size: int) -> int:
    """Write the nodes of a few cells that are reached within the limit, and forget them; return how many there are."""
    cells, left = question.cells, np.zeros((ABREAST, CELL), dtype=np.int32)
    inside = cells.inside
    first, last = np.zeros(ABREAST, dtype=np.int64), np.zeros(ABREAST, dtype=np.int64)
    for i in range(len(some)):
        cell = np.int64(some[i])
        work.is_touched[cell] = False
        for part in range(2):
            if cell == work.start.cell[part]:
                left[i] = work.start.left[part]
        begin, end = cells.core[cell], cells.core[cell] + cells.border[cell]
        left[i, : end - begin] = work.left[begin:end]
        work.left[begin:end] = 0
        first[i], last[i] = inside.first[cell], inside.first[cell + 1]
    together, table, quads = (last - first).min(), left.reshape(-1), (inside.node, inside.heads, question.times.down)
    one, two, three, four = np.uintp(first[0]), np.uintp(first[1]), np.uintp(first[2]), np.uintp(first[3])
    for step in range(together):
        on = np.uintp(step)
        _lower(quads, one + on, table, np.uint32(0))
        _lower(quads, two + on, table, np.uint32(CELL))
        _lower(quads, three + on, table, np.uint32(2 * CELL))
        _lower(quads, four + on, table, np.uint32(3 * CELL))
    for i in range(len(some)):
        for quad in range(first[i] + together, last[i]):
            _lower(quads, np.uintp(quad), table, np.uint32(i * CELL))
        begin = CELL * np.int64(some[i])
        own = question.order[begin : begin + cells.size[some[i]]]
        size = _write_reached(own, left[i], question.limit, reached, size)
    return size


@compiled
def _lower(quads: tuple[Bytes, Indices, Ticks], quad: Word, left: Left, base: Word) -> None:
    """Raise what is left at a node to the most that one of four neighbours lets it have."""
    nodes, packed, down = quads
    node, heads, byte = base + np.uint32(nodes[quad]), packed[quad], np.uint32(CELL - 1)
    have = left[node]
    have = max(have, np.int32(left[base + (heads & byte)] - np.int32(down[quad, 0])))
    have = max(have, np.int32(left[base + ((heads >> np.uint32(8)) & byte)] - np.int32(down[quad, 1])))
    have = max(have, np.int32(left[base + ((heads >> np.uint32(16)) & byte)] - np.int32(down[quad, 2])))
    left[node] = max(have, np.int32(left[base + (heads >> np.uint32(24))] - np.int32(down[quad, 3])))


@compiled
def _write_reached(own: Ints, left: Left, limit: int, reached: Reached, size: Word) -> Word:
    """Write the nodes of a cell that are reached within the limit, all at once up to the first sixteen with others."""
    least, count = np.int32(INFINITE - limit), 0
    while count + GROUP <= len(own) and _least(left, count) >= least:
        count += GROUP
    reached.node[size : size + count] = own[:count]
    ticks = reached.ticks[size : size + count]
    for i in range(count):
        ticks[i] = np.uint32(INFINITE) - np.uint32(left[i])
    size += count
    for i in range(count, len(own)):
        reached.node[size], reached.ticks[size] = own[i], np.uint32(INFINITE) - np.uint32(left[i])
        size += np.int64(left[i] >= least)
    return size


@compiled
def _least(left: Left, begin: int) -> Word:
    """Return the least of a group of sixteen numbers."""
    least = left[begin]
    for i in range(begin, begin + GROUP):
        least = min(least, left[i])
    return least


@compiled
def _in_room(content: Any, size: int) -> Any:
    """Return the content at the beginning of more room."""
    room = np.empty(size, dtype=content.dtype)
    room[: len(content)] = content
    return room


# --- what the compiler has no word for ----------------------------------------------------------------------------

BYTE, WORD, SIZE = ir.IntType(8), ir.IntType(32), ir.IntType(64)
VECTOR = ir.VectorType(WORD, ROW)


@intrinsic
def _sooner(_typing: Any, rows: Any, left: Any, row: Any, have: Any, below: Any) -> Any:
    """Return a bit for each arc of a row by which more is left at its head than is known, and more than too little."""
    return types.uint32(rows, left, row, have, below), _write_sooner


def _write_sooner(_context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> ir.Value:
    row = builder.gep(builder.inttoptr(arguments[0], VECTOR.as_pointer()), [builder.mul(arguments[2], SIZE(2))])
    heads, ticks = builder.load(row), builder.load(builder.gep(row, [SIZE(1)]))
    known, table = ir.Constant(VECTOR, ir.Undefined), builder.inttoptr(arguments[1], WORD.as_pointer())
    for arc in range(ROW):
        head = builder.zext(builder.extract_element(heads, WORD(arc)), SIZE)
        known = builder.insert_element(known, builder.load(builder.gep(table, [head])), WORD(arc))
    candidate, below = builder.sub(_repeat(builder, arguments[3]), ticks), _repeat(builder, arguments[4])
    enough = builder.select(builder.icmp_signed(">", known, below), known, below)
    return builder.zext(builder.bitcast(builder.icmp_signed(">", candidate, enough), ir.IntType(ROW)), WORD)


def _repeat(builder: ir.IRBuilder, number: ir.Value) -> ir.Value:
    nothing = ir.Constant(VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, number, WORD(0))
    return builder.shuffle_vector(first, nothing, ir.Constant(VECTOR, [0] * ROW))


@intrinsic
def _lowest(_typing: Any, bits: Any) -> Any:
    """Return the number of the lowest bit."""
    return types.uint32(bits), _write_lowest


def _write_lowest(_context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> ir.Value:
    return builder.cttz(arguments[0], ir.IntType(1)(1))


@intrinsic
def _prefetch(_typing: Any, rows: Any, row: Any) -> Any:
    """Ask for two rows, to be there when the node's turn comes."""
    return types.void(rows, row), _write_prefetch


def _write_prefetch(context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> ir.Value:
    kind = ir.FunctionType(ir.VoidType(), [BYTE.as_pointer(), WORD, WORD, WORD])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", (BYTE.as_pointer(),), kind)
    row_bytes = 2 * ROW * WORD.width // BYTE.width
    begin = builder.add(arguments[0], builder.mul(arguments[1], SIZE(row_bytes)))
    for line in (0, row_bytes):
        address = builder.inttoptr(builder.add(begin, SIZE(line)), BYTE.as_pointer())
        builder.call(prefetch, [address, WORD(0), WORD(3), WORD(1)])
    return context.get_dummy_value()
