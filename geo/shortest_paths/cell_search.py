"""The three steps of a bounded search.

First up: from the origin to the border of its cell. Then from cell to cell: those wait that a road from another cell
has reached sooner; all that are nearly as soon as the soonest are taken in one turn, and again when they are reached
sooner. At last down: in each cell whose border was reached, from the border to all nodes inside, without a queue and
without a branch.

What is kept for a node is what is left until the end of time, so that fresh memory, all zero, stands for nodes that
were not reached and is not even mapped until then.

References
----------
.. [1] U. Meyer, P. Sanders (2003), Δ-stepping: a parallelizable shortest path algorithm.
   doi:10.1016/S0196-6774(03)00076-2
.. [2] D. Delling, A. V. Goldberg, T. Pajor, R. F. Werneck (2017), Customizable route planning in road networks.
   doi:10.1287/trsc.2014.0579
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints
from geo.shortest_paths.cell_times import CACHE_LINE, Indices
from geo.shortest_paths.cells import ARCS, BITS, CELL, GROUP, Bytes, Cells, Inside
from geo.shortest_paths.ends import Ends
from geo.shortest_paths.search_question import NO_CELL, Left, Question, Reached, Start, Work
from geo.shortest_paths.ticks import INFINITE, Ticks

WIDTH = 8  # average edges by which the cells of one turn may be apart
ABREAST = 4  # cells swept at a time, so that the processor need not wait for one node to go on with the next
QUAD = 4 * ARCS  # bytes of its times
GROUPS, LINE = np.uintp(GROUP), np.uintp(CACHE_LINE)  # sixteen numbers fill a cache line
WIDE = np.uintp(CELL // GROUP)  # groups of a cell
FOUR = np.uintp(4)  # bytes of a number
PARTS = np.uintp(4)  # cache lines that most cells do with
ALL = 2**GROUP - 1
Word = Any  # a number in compiled code, of 32 bits or as wide as an address


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
    reached = Reached(pointer, np.empty(0, dtype=np.int32), np.empty(0, dtype=np.uint32))
    for origin in range(len(origins.node)):
        _start(question, origins.node[origin], origins.ticks[origin], work.start)
        count = _search(question, work)
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
def _start(question: Question, nodes: Ints, ticks: Ticks, start: Start) -> None:
    """Fill in how trips begin."""
    cells, limit = question.cells, question.limit
    start.cell[:] = NO_CELL
    start.left[:] = 0
    for end in range(2):
        if ticks[end] <= limit:
            cell, number = nodes[end] >> BITS, nodes[end] & (CELL - 1)
            part = 0 if start.cell[0] == cell else end
            start.cell[part] = cell
            start.left[part, number] = max(start.left[part, number], INFINITE - np.int64(ticks[end]))
    for part in range(2):
        if start.cell[part] != NO_CELL:
            _ascend(cells.inside, start.cell[part], question.times.up, start.left[part])


@compiled
def _ascend(inside: Inside, cell: int, up: Ticks, left: Left) -> None:
    """Raise what is left at the neighbours of each node of a cell, in the order in which nodes were contracted."""
    for quad in range(inside.first[cell + 1] - 1, inside.first[cell] - 1, -1):
        have = np.int64(left[inside.node[quad]])
        if have > 0:
            for arc in range(ARCS):
                head = (inside.heads[quad] >> np.uint32(BITS * arc)) & np.uint32(CELL - 1)
                left[head] = max(np.int64(left[head]), have - np.int64(up[quad, arc]))


# --- from cell to cell --------------------------------------------------------------------------------------------


@compiled
def _search(question: Question, work: Work) -> int:
    """Fill `left` and `touched`; return how many cells are touched."""
    key, waiting, now, found = work.key, work.waiting, 0, 0
    count, width = _enter(question, work), np.int32(min(INFINITE, question.times.mean * WIDTH))
    while count > 0:
        most, coming = np.int32(0), 0
        for i in range(count):
            most = max(most, key[waiting[now, i]])
        for i in range(count):
            cell = waiting[now, i]
            if key[cell] < most - width:
                waiting[1 - now, coming] = cell
                coming += 1
            else:
                key[cell] = 0
                if not work.is_touched[cell]:
                    work.is_touched[cell] = True
                    work.touched[found] = cell
                    found += 1
                _spread(question, work, cell)
                coming = _leave(question, work, cell, 1 - now, coming)
        now, count = 1 - now, coming
    return found


@compiled
def _enter(question: Question, work: Work) -> int:
    """Let the cells of an origin have news of the border nodes it reaches by itself; return how many cells wait."""
    cells, count = question.cells, 0
    for part in range(2):
        cell = work.start.cell[part]
        if cell != NO_CELL:
            for number in range(cells.border[cell]):
                have, node = work.start.left[part, number], cells.core[cell] + number
                if INFINITE - np.int64(have) <= question.limit:
                    work.left[node] = have
                    work.news[node // GROUP] |= 1 << (node % GROUP)
            work.key[cell] = INFINITE
            work.waiting[0, count] = cell
            count += 1
    return count


@compiled
def _spread(question: Question, work: Work, cell: Word) -> None:
    """Raise what is left at the border nodes of a cell to the most that those with news let them have."""
    begin, end = np.uintp(question.cells.core[cell]) // GROUPS, np.uintp(question.cells.core[cell + 1]) // GROUPS
    left = _line(work.left, begin)
    for group in range(begin, end):
        bits = np.uint32(work.news[group])
        work.news[group] = 0
        while bits:
            node = group * GROUPS + np.uintp(_lowest(bits))  # type: ignore[call-arg]
            bits &= bits - np.uint32(1)
            row, have = _row(question, cell, node), work.left[node]
            for part in range(end - begin):
                _raise(left + part * LINE, row + part * LINE, have)


@compiled
def _row(question: Question, cell: Word, node: Word) -> Word:
    """Return where the times from a border node are."""
    begin, end = np.uintp(question.cells.core[cell]), np.uintp(question.cells.core[cell + 1])
    row = np.uintp(question.times.first[cell]) + (np.uintp(node) - begin) * ((end - begin) // GROUPS)
    return _line(question.times.table, row)


@compiled
def _line(array: Any, number: Word) -> Word:
    """Return where sixteen numbers are."""
    return np.uintp(array.ctypes.data) + np.uintp(number) * LINE


@compiled
def _leave(question: Question, work: Work, cell: Word, turn: int, count: int) -> int:
    """Go from a cell to others, which have news then; return how many cells wait."""
    cells, left, across, key = question.cells, work.left, question.times.across, work.key
    below = np.int32(INFINITE - question.limit - 1)
    for arc in range(np.uintp(cells.first[cell]), np.uintp(cells.first[cell + 1])):
        head = cells.head[arc]
        then = np.int32(left[cells.tail[arc]] - np.int32(across[arc]))
        if then > max(left[head], below):
            left[head] = then
            group = head // np.uint32(GROUP)
            work.news[group] |= np.uint32(1) << (head % np.uint32(GROUP))
            other = cells.cell_of[group]
            if key[other] == 0:
                work.waiting[turn, count] = other
                count += 1
                _prefetch_arcs(question, other)
            key[other] = max(key[other], then)
            row = _row(question, other, head)
            for part in range(PARTS):
                _prefetch(row + part * LINE)  # type: ignore[call-arg]
    return count


@compiled
def _prefetch_arcs(question: Question, cell: Word) -> None:
    """Ask for most arcs of a cell, to be there when its turn comes."""
    cells, on = question.cells, np.uintp(question.cells.first[cell]) * FOUR
    for part in range(PARTS):
        _prefetch(np.uintp(cells.tail.ctypes.data) + on + part * LINE)  # type: ignore[call-arg]
        _prefetch(np.uintp(cells.head.ctypes.data) + on + part * LINE)
        _prefetch(np.uintp(question.times.across.ctypes.data) + on + part * LINE)


# --- down: from the borders to all nodes inside -------------------------------------------------------------------


@compiled
def _sweep(question: Question, work: Work, some: Indices, reached: Reached, size: Word) -> Word:
    """Write the nodes of a few cells that are reached within the limit, and forget them; return how many there are."""
    cells, inside, left = question.cells, question.cells.inside, work.swept
    first, last = np.zeros(ABREAST, dtype=np.int64), np.zeros(ABREAST, dtype=np.int64)
    left[:] = 0
    for i in range(len(some)):
        _take(cells, work, some[i], np.uintp(i))
        first[i], last[i] = inside.first[some[i]], inside.first[some[i] + 1]
    together, table, quads = (last - first).min(), left.reshape(-1), (inside.node, inside.heads, question.times.down)
    one, two, three, four = np.uintp(first[0]), np.uintp(first[1]), np.uintp(first[2]), np.uintp(first[3])
    ahead = np.uintp(question.times.down.ctypes.data + ABREAST * together * QUAD)  # of about the cells that come next
    for step in range(together):
        on = np.uintp(step)
        if step % ARCS == 0:  # so many quads fill a cache line
            for begin in (one, two, three, four):
                _prefetch(ahead + (begin + on) * np.uintp(QUAD))  # type: ignore[call-arg]
        _lower(quads, one + on, table, np.uint32(0))
        _lower(quads, two + on, table, np.uint32(CELL))
        _lower(quads, three + on, table, np.uint32(2 * CELL))
        _lower(quads, four + on, table, np.uint32(3 * CELL))
    to = np.uintp(size)
    for i in range(len(some)):
        for quad in range(first[i] + together, last[i]):
            _lower(quads, np.uintp(quad), table, np.uint32(i * CELL))
        to = _write_reached(question, work, (some[i], np.uintp(i)), reached, to)
    return np.int64(to)


@compiled
def _take(cells: Cells, work: Work, cell: Word, i: Word) -> None:
    """Take from the search what is left at the border of a cell and, if it is the origin's, at all of its nodes."""
    work.is_touched[cell] = False
    begin, end = np.uintp(cells.core[cell]) // GROUPS, np.uintp(cells.core[cell + 1]) // GROUPS
    for group in range(end - begin):
        _move(_line(work.left, begin + group), _line(work.swept, i * WIDE + group))  # type: ignore[call-arg]
    for part in range(2):
        if cell == work.start.cell[part]:
            for number in range(CELL):
                work.swept[i, number] = max(work.swept[i, number], work.start.left[part, number])


@compiled
def _lower(quads: tuple[Bytes, Indices, Ticks], quad: Word, left: Left, base: Word) -> None:
    """Raise what is left at a node to the most that one of four neighbours lets it have."""
    nodes, packed, down = quads
    node, heads, byte = base + np.uint32(nodes[quad]), packed[quad], np.uint32(CELL - 1)
    one = np.int32(left[base + (heads & byte)] - np.int32(down[quad, 0]))
    two = np.int32(left[base + ((heads >> np.uint32(8)) & byte)] - np.int32(down[quad, 1]))
    three = np.int32(left[base + ((heads >> np.uint32(16)) & byte)] - np.int32(down[quad, 2]))
    four = np.int32(left[base + (heads >> np.uint32(24))] - np.int32(down[quad, 3]))
    # In pairs, so that no comparison waits for more than one other.
    left[node] = max(left[node], max(max(one, two), max(three, four)))  # noqa: PLW3301


@compiled
def _write_reached(question: Question, work: Work, some: tuple[Word, Word], reached: Reached, size: Word) -> Word:
    """Write the nodes of a cell that are reached within the limit; return how many there are now."""
    cell, i = some
    count, left = np.uintp(question.cells.size[cell]), work.swept
    least, begin = np.int32(INFINITE - question.limit), np.uintp(cell) * np.uintp(CELL)
    for group in range(count // GROUPS):
        own, have = _line(question.order, np.uintp(cell) * WIDE + group), _line(left, i * WIDE + group)
        node, ticks = np.uintp(reached.node.ctypes.data), np.uintp(reached.ticks.ctypes.data)
        within: Word = _write_group(own, have, node + FOUR * size, ticks + FOUR * size, least)  # type: ignore[call-arg]
        if within == ALL:
            size += GROUPS
        else:  # write those alone
            while within:
                number = group * GROUPS + np.uintp(_lowest(within))
                within &= within - np.uint32(1)
                size = _write_one(question.order[begin + number], left[i, number], reached, size)
    for number in range(count // GROUPS * GROUPS, count):
        if left[i, number] >= least:
            size = _write_one(question.order[begin + number], left[i, number], reached, size)
    return size


@compiled
def _write_one(node: Word, left: Word, reached: Reached, size: Word) -> Word:
    reached.node[size], reached.ticks[size] = node, np.uint32(INFINITE) - np.uint32(left)
    return size + np.uintp(1)


@compiled
def _in_room(content: Any, size: int) -> Any:
    """Return the content at the beginning of more room."""
    room = np.empty(size, dtype=content.dtype)
    room[: len(content)] = content
    return room


# --- what the compiler has no word for ----------------------------------------------------------------------------

BYTE, WORD = ir.IntType(8), ir.IntType(32)
VECTOR = ir.VectorType(WORD, GROUP)
UNALIGNED = 4


@intrinsic
def _raise(_typing: Any, left: Any, row: Any, have: Any) -> Any:
    """Raise what is left at a group of border nodes to the most that another one lets them have."""
    return types.void(left, row, have), _write_raise


def _write_raise(context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> ir.Value:
    left, row, have = arguments
    known, then = _load(builder, left), builder.sub(_repeat(builder, have), _load(builder, row))
    _store(builder, builder.select(builder.icmp_signed(">", then, known), then, known), left)
    return context.get_dummy_value()


@intrinsic
def _move(_typing: Any, left: Any, to: Any) -> Any:
    """Move what is left at a group of border nodes elsewhere, and leave zeros."""
    return types.void(left, to), _write_move


def _write_move(context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> ir.Value:
    left, to = arguments
    _store(builder, _load(builder, left), to)
    _store(builder, ir.Constant(VECTOR, None), left)
    return context.get_dummy_value()


@intrinsic
def _write_group(_typing: Any, own: Any, left: Any, node: Any, ticks: Any, least: Any) -> Any:
    """Write a group of nodes of a cell and their times; return a bit for each that has enough left."""
    return types.uint32(own, left, node, ticks, least), _write_write_group


def _write_write_group(_context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> ir.Value:
    own, left, node, ticks, least = arguments
    have = _load(builder, left)
    _store(builder, _load(builder, own), node)
    _store(builder, builder.sub(_repeat(builder, WORD(INFINITE)), have), ticks)
    enough = builder.icmp_signed(">=", have, _repeat(builder, least))
    return builder.zext(builder.bitcast(enough, ir.IntType(GROUP)), WORD)


def _load(builder: ir.IRBuilder, address: ir.Value) -> ir.Value:
    return builder.load(builder.inttoptr(address, VECTOR.as_pointer()), align=UNALIGNED)


def _store(builder: ir.IRBuilder, numbers: ir.Value, address: ir.Value) -> None:
    builder.store(numbers, builder.inttoptr(address, VECTOR.as_pointer()), align=UNALIGNED)


def _repeat(builder: ir.IRBuilder, number: ir.Value) -> ir.Value:
    nothing = ir.Constant(VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, number, WORD(0))
    return builder.shuffle_vector(first, nothing, ir.Constant(VECTOR, [0] * GROUP))


@intrinsic
def _lowest(_typing: Any, bits: Any) -> Any:
    """Return the number of the lowest bit."""
    return types.uint32(bits), _write_lowest


def _write_lowest(_context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> ir.Value:
    return builder.cttz(arguments[0], ir.IntType(1)(1))


@intrinsic
def _prefetch(_typing: Any, address: Any) -> Any:
    """Ask for a cache line."""
    return types.void(address), _write_prefetch


def _write_prefetch(context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> ir.Value:
    kind = ir.FunctionType(ir.VoidType(), [BYTE.as_pointer(), WORD, WORD, WORD])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", (BYTE.as_pointer(),), kind)
    builder.call(prefetch, [builder.inttoptr(arguments[0], BYTE.as_pointer()), WORD(0), WORD(3), WORD(1)])
    return context.get_dummy_value()
