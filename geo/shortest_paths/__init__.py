"""Shortest paths on flat arrays, in machine code: many to many by a hierarchy, one to all within a limit by a search.

Graphs, not roads: nodes are numbers, times are whole ticks (`ticks`). Both kernels give the same answers to the last
bit. A `Hierarchy` answers matrices: its shortcuts are found once per network, its times renewed in milliseconds
(`hierarchy`), and sixteen origins at a time swept down (`sweeps`). A `SearchGraph` answers for one place on a network
of any size, in time and memory that grow with what is reached (`bounded_search`).
"""

from geo.shortest_paths.bounded_search import search_times, search_within
from geo.shortest_paths.contraction_order import contraction_order
from geo.shortest_paths.elimination import TooManyShortcutsError
from geo.shortest_paths.ends import Ends
from geo.shortest_paths.forest import FAR, Arcs, Forest, Places, arcs_of, shortest_forest
from geo.shortest_paths.hierarchy import Hierarchy, WeightedHierarchy
from geo.shortest_paths.replacement_paths import Lost, lost_by_edge
from geo.shortest_paths.search_graph import SearchGraph, TimedGraph
from geo.shortest_paths.search_question import Reached
from geo.shortest_paths.sweeps import Needed, needed_for, needed_for_all, sweep_nearest, sweep_times
from geo.shortest_paths.ticks import INFINITE, Clock, TickOverflowError

__all__ = [
    "FAR",
    "INFINITE",
    "Arcs",
    "Clock",
    "Ends",
    "Forest",
    "Hierarchy",
    "Lost",
    "Needed",
    "Places",
    "Reached",
    "SearchGraph",
    "TickOverflowError",
    "TimedGraph",
    "TooManyShortcutsError",
    "WeightedHierarchy",
    "arcs_of",
    "contraction_order",
    "lost_by_edge",
    "needed_for",
    "needed_for_all",
    "search_times",
    "search_within",
    "shortest_forest",
    "sweep_nearest",
    "sweep_times",
]
