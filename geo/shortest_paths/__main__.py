"""Compiles the inner loops by using them once, so that nobody waits for that later: `python -m geo.shortest_paths`."""

from __future__ import annotations

import numpy as np

from geo.shortest_paths import (
    Clock,
    Ends,
    Hierarchy,
    SearchGraph,
    contraction_order,
    needed_for,
    needed_for_all,
    search_times,
    search_within,
    sweep_nearest,
    sweep_times,
)

SIDE = 16  # more nodes than are ordered by degree alone


def main() -> None:
    """Search a grid of streets in every way."""
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    u = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    v = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    xy = np.column_stack(np.divmod(node.ravel(), SIDE)).astype(float)
    clock = Clock.for_trips(3600.0)
    ticks = clock.ticks(np.full(len(u), 60.0))
    some = Ends.at_nodes(node[0])

    weighted = Hierarchy.build(u, v, contraction_order(node.size, u, v, xy)).weighted(ticks, ticks)
    needed = needed_for(weighted, some)
    sweep_times(weighted, some, needed, clock, np.empty((SIDE, SIDE), dtype=np.float32))
    sweep_times(weighted, some, needed_for_all(weighted), clock, np.empty((SIDE, node.size)))
    sweep_nearest(weighted, some, needed, clock)

    timed = SearchGraph.build(u, v, xy).timed(ticks, ticks)
    search_within(timed, some)
    search_times(timed, Ends.at_nodes(node[0, :1]), some, clock)


if __name__ == "__main__":
    main()
