"""A search that touches only what it reaches, for one place on a large network.

Nodes wait in buckets of equal width, taken in turn; within a bucket in any order, a node being taken again when it is
reached sooner. What is kept for a node is what is left until the end of time, so that fresh memory, all zero, stands
for nodes that were not reached and is not even mapped until then.

References
----------
.. [1] R. B. Dial (1969), Algorithm 360: shortest-path forest with topological ordering. doi:10.1145/363269.363610
.. [2] U. Meyer, P. Sanders (2003), Δ-stepping: a parallelizable shortest path algorithm.
   doi:10.1016/S0196-6774(03)00076-2
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from geo.compiled import compiled
from geo.shortest_paths.adjacency import Ints
from geo.shortest_paths.ends import Ends
from geo.shortest_paths.search_graph import ARCS, MORE, RECORD, Indices, TimedGraph
from geo.shortest_paths.ticks import INFINITE, SAFE, Clock, TickOverflowError, Ticks

EMPTY = 2**32 - 1
MOST_BUCKETS = 2**16
ROOM = 16_384  # entries at first
WIDTHS = 8  # buckets that the average arc spans: more make turns without a node, fewer make nodes wait in vain
RECORD_BYTES = 4 * RECORD
Word = Any  # a number of 32 bits in compiled code


class Reached(NamedTuple):
    """The nodes that each origin reaches.

    Attributes
    ----------
    pointer : (k + 1,) array of int64
        Nodes reached from origin i: from ``pointer[i]`` to ``pointer[i + 1]``.
    node : (r,) array of int64
        In no particular order for each origin.
    ticks : (r,) array of uint32
        Travel time.
    """

    pointer: Ints
    node: Ints
    ticks: Ticks


class Buckets(NamedTuple):
    """How the waiting nodes are divided.

    Attributes
    ----------
    limit : int
        Longest time considered, ticks, inclusive.
    shift : int
        A bucket is ``2 ** shift`` ticks wide.
    mask : int
        Number of buckets, a power of two, less one; they are used again and again.
    """

    limit: int
    shift: int
    mask: int


class Work(NamedTuple):
    """Room for one search after the other.

    Attributes
    ----------
    left : (n,) array of uint32
        `INFINITE` less the time of each position; 0 where it was not reached.
    first : (b,) array of uint32
        First entry of each bucket, `EMPTY` where there is none.
    waiting : (w, 2) array of uint32
        Entries: a position, and the next entry of the bucket.
    found : (f,) array of uint32
        Positions reached.
    """

    left: Ticks
    first: Indices
    waiting: Indices
    found: Indices


def search_within(timed: TimedGraph, origins: Ends, limit: int = INFINITE - 1) -> Reached:
    """Return all nodes that each origin reaches within a time.

    Parameters
    ----------
    timed : TimedGraph
        Roads with times.
    origins : Ends
        Where trips begin.
    limit : int, optional
        Ticks, inclusive.

    Returns
    -------
    Reached
        Memory grows with what is reached, not with the network.

    Raises
    ------
    TickOverflowError
        If there is no limit, and a trip may take longer than the clock can tell.
    """
    ends = _positioned(timed, origins)
    buckets, work = _prepared(timed, ends, limit)
    reached = _search_all(timed.records, timed.graph.order, ends, buckets, work)
    _check(reached.ticks, limit)
    return reached


def search_times(timed: TimedGraph, origin: Ends, destinations: Ends, clock: Clock) -> NDArray[np.float32]:
    """Return the travel time from one origin to every destination.

    Parameters
    ----------
    timed : TimedGraph
        Roads with times.
    origin : Ends
        Where all trips begin, one place.
    destinations : Ends
        Where they end.
    clock : Clock
        Length of a tick.

    Returns
    -------
    (n_destinations,) array of float32
        Seconds, inf where a destination is not reached.

    Raises
    ------
    TickOverflowError
        As in `search_within`.
    """
    start, end = _positioned(timed, origin), _positioned(timed, destinations)
    buckets, work = _prepared(timed, start, INFINITE - 1)
    work, count = _search(timed.records, start.node[0], start.ticks[0], buckets, work)
    _check(np.uint32(INFINITE) - work.left[work.found[:count]], INFINITE - 1)
    ticks = (np.uint32(INFINITE) - work.left[end.node]) + end.ticks
    return clock.seconds(ticks.min(axis=1)).astype(np.float32)


def _positioned(timed: TimedGraph, places: Ends) -> Ends:
    ends = places.checked(len(timed.graph.position))
    return Ends(timed.graph.position[ends.node], ends.ticks)


def _prepared(timed: TimedGraph, origins: Ends, limit: int) -> tuple[Buckets, Work]:
    """Return buckets that hold all nodes waiting at a time, and fresh memory."""
    apart = np.where(origins.ticks < INFINITE, origins.ticks, 0).max(initial=0)
    farthest = min(limit, max(int(timed.longest), int(apart)))
    shift = max(0, int(timed.mean / WIDTHS).bit_length() - 1)
    while (farthest >> shift) + 2 > MOST_BUCKETS:
        shift += 1
    count = 1 << ((farthest >> shift) + 1).bit_length()
    left = np.zeros(len(timed.graph.order), dtype=np.uint32)
    rooms = np.empty((ROOM, 2), dtype=np.uint32), np.empty(ROOM, dtype=np.uint32)
    return Buckets(limit, shift, count - 1), Work(left, np.full(count, EMPTY, dtype=np.uint32), *rooms)


def _check(ticks: Ticks, limit: int) -> None:
    if limit == INFINITE - 1 and ticks.size and ticks.max() >= SAFE:
        raise TickOverflowError


@compiled
def _search_all(records: Indices, order: Ints, origins: Ends, buckets: Buckets, work: Work) -> Reached:
    pointer = np.zeros(len(origins.node) + 1, dtype=np.int64)
    nodes, ticks = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint32)
    for origin in range(len(origins.node)):
        work, count = _search(records, origins.node[origin], origins.ticks[origin], buckets, work)
        size = pointer[origin]
        pointer[origin + 1] = size + count
        if size + count > len(nodes):  # the others will reach about as many
            room = size + count + count // 4 * (len(origins.node) - origin - 1) * 5
            nodes, ticks = _in_room(nodes[:size], room), _in_room(ticks[:size], room)
        for i in range(count):
            position = work.found[i]
            nodes[size + i] = order[position]
            ticks[size + i] = INFINITE - work.left[position]
            work.left[position] = 0
    return Reached(pointer, nodes[: pointer[-1]], ticks[: pointer[-1]])


@compiled
def _search(records: Indices, nodes: Ints, ticks: Ticks, buckets: Buckets, work: Work) -> tuple[Work, int]:
    """Fill `left` and `found`, in more room where there was too little; return how many positions were reached."""
    while True:
        count = _search_in_room(records, nodes, ticks, buckets, work)
        if count >= 0:
            return work, count
        for position in work.found[: -count - 1]:
            work.left[position] = 0
        work.first[:] = EMPTY
        size = 4 * len(work.found)
        work = Work(work.left, work.first, np.empty((size, 2), dtype=np.uint32), np.empty(size, dtype=np.uint32))


@compiled
def _search_in_room(records: Indices, nodes: Ints, ticks: Ticks, buckets: Buckets, work: Work) -> Word:
    """Return how many positions were reached, or, where there is no room for more, -1 less that number."""
    left, first, waiting, found = work
    base, one = records.ctypes.data, np.uint32(1)
    limit, shift, mask = np.uint32(buckets.limit), np.uint32(buckets.shift), np.uint32(buckets.mask)
    turn = np.uint32(min(ticks[0], ticks[1]) >> shift)
    entries, count = _begin(nodes, ticks, buckets, work)
    most, open_entries = len(waiting) - ARCS, np.int64(entries)
    while open_entries > 0:
        bucket = turn & mask
        while first[bucket] != EMPTY:
            entry = first[bucket]
            first[bucket] = waiting[entry, 1]
            open_entries -= 1
            node = waiting[entry, 0]
            time = np.uint32(INFINITE - left[node])
            if time >> shift != turn:
                continue  # it was reached sooner, and taken in an earlier turn
            record = np.uint32(node)
            while True:
                if entries >= most:  # a position is found for an entry, so there is room for it as well
                    return -1 - np.int64(count)
                sooner = _sooner(records, record, time, limit, left)
                while sooner != 0:
                    arc = _lowest(sooner)
                    sooner &= sooner - one
                    head, then = records[record, arc], np.uint32(time + records[record, ARCS + arc])
                    found[count] = head
                    count += np.uint32(left[head] == 0)
                    left[head] = INFINITE - then
                    _prefetch(base, np.uintp(head) * np.uintp(RECORD_BYTES))  # type: ignore[call-arg]
                    _put(waiting, first, (then >> shift) & mask, entries, head)
                    entries += one
                    open_entries += 1
                if records[record, RECORD - 1] < MORE:
                    break
                record = np.uint32(records[record, RECORD - 1] - np.uint32(MORE))
        turn += one
    return np.int64(count)


@compiled
def _begin(nodes: Ints, ticks: Ticks, buckets: Buckets, work: Work) -> tuple[Word, Word]:
    """Let the two ends of the first edge wait; return how many entries there are, and how many positions."""
    entries, count, one = np.uint32(0), np.uint32(0), np.uint32(1)
    for end in range(2):
        node, left = nodes[end], np.uint32(INFINITE - ticks[end])
        if ticks[end] <= buckets.limit and left > work.left[node]:
            work.found[count] = node
            count += np.uint32(work.left[node] == 0)
            work.left[node] = left
            bucket = (ticks[end] >> np.uint32(buckets.shift)) & np.uint32(buckets.mask)
            _put(work.waiting, work.first, bucket, entries, node)
            entries += one
    return entries, count


@compiled
def _sooner(records: Indices, record: Word, time: Word, limit: Word, left: Ticks) -> Word:
    """Return a bit for each of four arcs whose head is reached sooner by it, without a branch to be mispredicted."""
    bits = np.uint32(0)
    for arc in range(ARCS):
        ticks = records[record, ARCS + arc]
        then = np.uint32(time + ticks)
        is_sooner = (ticks < MORE) & (then <= limit) & (np.uint32(INFINITE - then) > left[records[record, arc]])
        bits |= np.uint32(is_sooner) << np.uint32(arc)
    return bits


@compiled
def _lowest(bits: Word) -> Word:
    """Return the number of the lowest of four bits."""
    low = bits & (~bits + np.uint32(1))
    return np.uint32((low >> np.uint32(1)) - (low >> np.uint32(3)))


@compiled
def _put(waiting: Indices, first: Indices, bucket: Word, entry: Word, node: Word) -> None:
    """Let a position wait in a bucket."""
    waiting[entry, 0] = node
    waiting[entry, 1] = first[bucket]
    first[bucket] = entry


@compiled
def _in_room(content: Any, size: int) -> Any:
    """Return the content at the beginning of more room."""
    room = np.empty((size, *content.shape[1:]), dtype=content.dtype)
    room[: len(content)] = content
    return room


@intrinsic
def _prefetch(_typing: Any, base: Any, offset: Any) -> Any:
    """Ask for the memory at an address, to be there when the node's turn comes."""
    return types.void(base, offset), _write_prefetch


def _write_prefetch(context: Any, builder: ir.IRBuilder, _signature: Any, arguments: Any) -> ir.Value:
    place, number = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [place, number, number, number])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", (place,), kind)
    address = builder.inttoptr(builder.add(*arguments), place)
    builder.call(prefetch, [address, number(0), number(3), number(1)])
    return context.get_dummy_value()
