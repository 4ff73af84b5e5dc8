"""How long travel times take beside scipy, igraph, rustworkx, pandana, networkx and osmnx, on the same graphs.

`make bench` runs it: all in one run, CPU time of one thread, medians, the ways in turn. Ours answers the whole
question, with the shares of the first and last edge and the walk to the road; the others go from node to node, which is
less. The roads of Tono and Iwate are looked for in ../shared/data; the large graph is made from a fixed seed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import rivals
import shapely
from exact_areas import exact_area
from measuring import ROUNDS, Report, Way, say
from rivals import Roads

from geo.crs import to_metres
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR, CAR_WINTER
from geo.roads.snapping import Snapped, snap
from geo.shortest_paths import Clock, Ends, SearchGraph, search_within
from geo.travel.isochrone import isochrones
from geo.travel.road_times import road_times
from geo.travel.travel_time import edge_seconds, node_times, nodes_within, travel_time_matrix

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
HALF_HOUR = 1800.0
FEW, MANY = 11, 500
NETWORKX_SAMPLE, PANDANA_SAMPLE, OSMNX_SAMPLE = 10, 20, 20
SHAPES = 4
LARGE_SIDE, LARGE_KEPT = 2450, 0.72


def tried(report: Report, what: str, make: Callable[[], Any]) -> Any:
    """Return what a package makes, or None where the package is missing."""
    try:
        return make()
    except ImportError as error:
        report.skip(what, str(error))
        return None


# --- the roads of a city and of a prefecture ----------------------------------------------------------------------


def many_places(city: str, network: RoadNetwork) -> np.ndarray:
    """Return 500 origins and then 2,300 (Tono: the cells) or 3,000 destinations as lon, lat."""
    random = np.random.default_rng(1)
    beside = network.node_lonlat[random.choice(network.node_count, MANY + 3000)] + random.normal(0, 5e-4, (3500, 2))
    if city != "tono":
        return beside
    cells = pd.read_parquet(DATA / "tono" / "demand_250m_cells.parquet")
    return np.concatenate([beside[:MANY], cells[["rep_lon", "rep_lat"]].to_numpy()])


def nodes_of(network: RoadNetwork, places: Snapped) -> np.ndarray:
    """Return the nearer node of each place, for those who go from node to node only."""
    return np.where(places.share < 0.5, network.u[places.edge], network.v[places.edge])


def measure_city(report: Report, city: str, goals: dict[str, float]) -> None:
    """Measure matrices, one to all, what-if, loading and exactness on real roads."""
    name = city.capitalize()
    if not DATA.is_dir():
        report.skip(name, "../shared/data is not here")
        return
    network = RoadNetwork.from_edges(gpd.read_parquet(DATA / city / f"{city}_roads.parquet"))
    roads = Roads(network.u, network.v, *edge_seconds(network, CAR), network.node_xy)
    lonlat = many_places(city, network)
    places = snap(network, lonlat, CAR)
    say(f"{name}: {roads.count:,} nodes, {len(roads.arcs[0]):,} arcs")
    graphs = {
        "igraph": tried(report, f"{name}: igraph", lambda: rivals.igraph_graph(roads)),
        "rustworkx": tried(report, f"{name}: rustworkx", lambda: rivals.rustworkx_graph(roads)),
        "pandana": tried(report, f"{name}: pandana", lambda: rivals.pandana_graph(roads)),
        "networkx": rivals.networkx_graph(roads),
    }
    measure_matrix(report, name, (network, roads, lonlat, places), graphs, goals)
    measure_few(report, name, (network, roads, places), graphs)
    measure_what_if(report, name, network, places, goals)
    measure_loading(report, name, network)
    measure_exactness(report, name, network, roads, places)
    if city == "tono":
        measure_isochrones(report, name, network, roads, places)
        measure_shapes(report, name, network, roads, places)


def measure_matrix(report: Report, name: str, case: tuple[Any, ...], graphs: dict[str, Any], goals: Any) -> None:
    """Measure 500 origins to all destinations."""
    network, roads, lonlat, places = case
    start, end = places[:MANY], places[MANY:]
    origins, destinations = nodes_of(network, start), nodes_of(network, end)
    ways = [
        Way("ours", lambda: travel_time_matrix(network, start, end)),
        Way("ours, snapping too", lambda: travel_time_matrix(network, lonlat[:MANY], lonlat[MANY:])),
        Way("scipy", lambda: roads.scipy(origins)[:, destinations]),
    ]
    if graphs["igraph"] is not None:
        once = np.unique(destinations)  # it takes no destination twice
        ways.append(Way("igraph", lambda: rivals.igraph(graphs["igraph"], origins, once)))
    sample = origins[:NETWORKX_SAMPLE]
    part = MANY / NETWORKX_SAMPLE
    if graphs["rustworkx"] is not None:
        ways.append(Way("rustworkx", lambda: rivals.rustworkx(graphs["rustworkx"], sample), part, 3))
    ways.append(Way("networkx", lambda: rivals.networkx(graphs["networkx"], sample), part, 3))
    if graphs["pandana"] is not None:
        some = origins[:PANDANA_SAMPLE]
        act = lambda: rivals.pandana(graphs["pandana"], some, destinations)  # noqa: E731 - a way as the others
        ways.append(Way("pandana (pairs)", act, MANY / PANDANA_SAMPLE, 3))
    if name == "Tono":
        multi = rivals.networkx_graph(roads, nx.MultiDiGraph)
        pairs = origins[:OSMNX_SAMPLE], destinations[:OSMNX_SAMPLE]
        scale = MANY * len(destinations) / OSMNX_SAMPLE
        ways.append(Way("osmnx.shortest_path (pairs)", lambda: rivals.osmnx(multi, *pairs), scale, 3))
    spent = report.compare(name, f"{MANY} × {len(destinations):,}", ways)
    report.at_least(f"{name}, matrix, times scipy", spent["scipy"] / spent["ours"], goals["matrix"])
    if name == "Tono":
        with_snapping = spent["scipy"] / spent["ours, snapping too"]
        report.at_least(f"{name}, matrix with snapping, times scipy without", with_snapping, 15)
        report.at_least(f"{name}, matrix, times networkx", spent["networkx"] / spent["ours"], 1000)


def measure_few(report: Report, name: str, case: tuple[Any, ...], graphs: dict[str, Any]) -> None:
    """Measure 11 origins to all nodes, without a limit and within half an hour."""
    network, roads, places = case
    start = places[:FEW]
    origins = nodes_of(network, start)
    ways = [
        Way("ours", lambda: node_times(network, start, CAR)),
        Way("scipy", lambda: roads.scipy(origins)),
        Way("networkx", lambda: rivals.networkx(graphs["networkx"], origins), rounds=3),
    ]
    if graphs["igraph"] is not None:
        ways.insert(2, Way("igraph", lambda: rivals.igraph(graphs["igraph"], origins)))
    report.compare(name, f"{FEW} × all", ways)
    spent = report.compare(
        name,
        f"{FEW} × all within 30 minutes",
        [
            Way("ours", lambda: nodes_within(network, start, HALF_HOUR)),
            Way("scipy", lambda: roads.scipy(origins, HALF_HOUR)),
            Way("networkx", lambda: rivals.networkx(graphs["networkx"], origins, HALF_HOUR), rounds=3),
        ],
    )
    report.at_least(f"{name}, 30 minutes, times scipy", spent["scipy"] / spent["ours"], 2.5)


def measure_what_if(report: Report, name: str, network: RoadNetwork, places: Snapped, goals: dict[str, float]) -> None:
    """Measure the first answer after a road is closed, and after the season changed with one road closed."""
    start, end = places[:FEW], places[MANY : MANY + 2300]
    winter = snap(network, places.lonlat, CAR_WINTER)
    number = itertools.count()
    ways = [
        Way("ours, nothing new", lambda: travel_time_matrix(network, start, end)),
        Way("ours, one more road closed", lambda: travel_time_matrix(network, start, end, closed=[next(number)])),
        Way(
            "ours, winter, one road closed",
            lambda: travel_time_matrix(
                network, winter[:FEW], winter[MANY : MANY + 2300], profile=CAR_WINTER, closed=[next(number)]
            ),
        ),
    ]
    spent = report.compare(name, f"{FEW} × {len(end):,}, what if", ways)
    report.at_most(f"{name}, what if, milliseconds", max(list(spent.values())[1:]), goals["what_if_ms"])


def measure_loading(report: Report, name: str, network: RoadNetwork) -> None:
    """Measure loading a saved network with its hierarchy, in seconds by the clock on the wall."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "roads"
        network.save(file)
        spent = []
        for _ in range(5):
            begin = time.perf_counter()
            assert RoadNetwork.load(file).hierarchy is not None
            spent.append(time.perf_counter() - begin)
    report.at_most(f"{name}, loading with hierarchy, seconds", statistics.median(spent), 0.5)


def measure_exactness(report: Report, name: str, network: RoadNetwork, roads: Roads, places: Snapped) -> None:
    """Compare with scipy in float64, from places at nodes."""
    nodes = nodes_of(network, places[:FEW])
    ours = search_ours(network, nodes)
    exact = roads.scipy(nodes)
    # A place exactly at the limit may fall on either side of it.
    beside = np.abs(exact - HALF_HOUR) > 0.01
    differ = int(((ours <= HALF_HOUR) != (exact <= HALF_HOUR))[beside].sum())
    within = exact <= HALF_HOUR
    report.at_most(
        f"{name}, seconds off scipy within 30 minutes", float(np.abs(ours[within] - exact[within]).max()), 0.01
    )
    report.at_most(f"{name}, nodes reached by one of the two only", differ, 0)


def search_ours(network: RoadNetwork, nodes: np.ndarray) -> np.ndarray:
    """Return seconds from nodes to all nodes by the bounded search."""
    times = road_times(network, CAR)
    found = search_within(times.graph, Ends.at_nodes(nodes))
    table = np.full((len(nodes), network.node_count), np.inf)
    table[np.repeat(np.arange(len(nodes)), np.diff(found.pointer)), found.node] = times.clock.seconds(found.ticks)
    return table


# --- isochrones ---------------------------------------------------------------------------------------------------


def measure_isochrones(report: Report, name: str, network: RoadNetwork, roads: Roads, places: Snapped) -> None:
    """Measure areas of 30 minutes beside the hull of the nodes, and buffers around the roads: osmnx's, and leaner."""
    graph = rivals.networkx_graph(roads, nx.MultiDiGraph)
    streets = rivals.street_graph(roads, network.lines_m)
    nodes = nodes_of(network, places[:2]).tolist()
    recipe = "ego_graph + buffers (osmnx)"
    spent = report.compare(
        name,
        f"{len(nodes)} isochrones of 30 minutes",
        [
            Way("ours", lambda: isochrones(network, places[:2], [HALF_HOUR])),
            Way("ego_graph + hull", lambda: [rivals.hull_area(graph, node, HALF_HOUR) for node in nodes], rounds=3),
            Way(recipe, lambda: [rivals.recipe_area(streets, node, HALF_HOUR) for node in nodes], rounds=3),
            Way(
                "ego_graph + buffers, leaner",
                lambda: [rivals.lean_area(graph, node, HALF_HOUR) for node in nodes],
                rounds=3,
            ),
        ],
    )
    report.at_most(f"{name}, isochrone, milliseconds for each origin", spent["ours"] / len(nodes), 10)
    report.at_least(f"{name}, isochrone, times the osmnx buffers", spent[recipe] / spent["ours"], 100)


def measure_shapes(report: Report, name: str, network: RoadNetwork, roads: Roads, places: Snapped) -> None:
    """Compare areas of 30 minutes with cut edges and discs along them: their size, and the side of each cell."""
    cells = pd.read_parquet(DATA / "tono" / "demand_250m_cells.parquet")
    homes = to_metres(cells[["rep_lon", "rep_lat"]].to_numpy(), network.metric_epsg)
    nodes = np.unique(nodes_of(network, places[:FEW]))[:SHAPES]
    found = isochrones(network, network.node_lonlat[nodes], [HALF_HOUR])
    off, right = [], []
    for node, shape in zip(nodes, found.geometry, strict=True):
        ours = shapely.transform(shape, lambda xy: to_metres(xy, network.metric_epsg))
        exact = exact_area(network, roads, int(node), HALF_HOUR, float(CAR.access_seconds(np.ones(1))[0]))
        off.append(abs(ours.area / exact.area - 1))
        right.append((shapely.contains_xy(ours, homes) == shapely.contains_xy(exact, homes)).mean())
    report.at_most(f"{name}, isochrone, share of the exact area that it is off (worst of {len(nodes)})", max(off), 0.05)
    report.at_least(f"{name}, isochrone, share of cells on the right side (worst)", min(right), 0.995)


# --- a graph of six million nodes ---------------------------------------------------------------------------------


def large_roads() -> Roads:
    """Return a grid of 6,002,500 nodes from which more than a quarter of the streets are gone."""
    random = np.random.default_rng(1)
    node = np.arange(LARGE_SIDE * LARGE_SIDE, dtype=np.int64).reshape(LARGE_SIDE, LARGE_SIDE)
    u = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    v = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    kept = random.random(len(u)) < LARGE_KEPT
    seconds = random.lognormal(2.2, 0.8, int(kept.sum()))
    xy = np.column_stack(np.divmod(node.ravel(), LARGE_SIDE)).astype(float)
    return Roads(u[kept], v[kept], seconds, seconds, xy)


def memory_mb(what: str) -> float:
    """Return a figure of this process from Linux: VmRSS is what it holds, VmHWM the most that it held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) / 1024


def measure_large(report: Report) -> None:
    """Measure bounded searches where a dense row alone is 48 MB."""
    roads, clock = large_roads(), Clock.for_trips(12 * 3600.0)
    origins = np.random.default_rng(5).choice(roads.count, FEW, replace=False)
    before = memory_mb("VmRSS") if Path("/proc/self/status").exists() else None
    timed = SearchGraph.build(roads.u, roads.v, roads.xy).timed(clock.ticks(roads.forward), clock.ticks(roads.backward))
    start, limit = Ends.at_nodes(origins), clock.limit(HALF_HOUR)
    found = search_within(timed, start, limit)  # compiled code is loaded here
    say(f"Large: {roads.count:,} nodes, {len(found.node) / FEW:,.0f} of them within 30 minutes of an origin")
    if before is not None:
        measure_memory(report, timed, found, (start, limit))
    _ = roads.matrix  # so that it is not made in the first search

    def sparse() -> Any:
        rows = roads.scipy(origins, HALF_HOUR)
        where = np.nonzero(np.isfinite(rows))
        return where, rows[where]

    report.once(
        "Large",
        f"{FEW} × all within 30 minutes, the first time",
        [
            Way("ours", lambda: search_within(timed, start, limit)),
            Way("scipy (dense rows)", lambda: roads.scipy(origins, HALF_HOUR)),
        ],
    )
    spent = report.compare(
        "Large",
        f"{FEW} × all within 30 minutes",
        [
            Way("ours", lambda: search_within(timed, start, limit)),
            Way("scipy (dense rows)", lambda: roads.scipy(origins, HALF_HOUR)),
            Way("scipy (nodes and seconds)", sparse),
            Way("scipy, one origin at a time", lambda: [roads.scipy(one, HALF_HOUR) for one in origins]),
        ],
    )
    rival = min(spent[way] for way in spent if way != "ours")
    report.at_least("Large, 30 minutes, times scipy's fastest way", rival / spent["ours"], 20)
    again = spent["scipy (nodes and seconds)"] / spent["ours"]
    report.at_least("Large, 30 minutes, times scipy with the same result", again, 20)
    exact = roads.scipy(origins, HALF_HOUR)
    row = np.repeat(np.arange(FEW), np.diff(found.pointer))
    both = np.isfinite(exact[row, found.node])
    off = np.abs(exact[row, found.node] - clock.seconds(found.ticks))[both].max()
    report.at_most("Large, seconds off scipy within 30 minutes", float(off), 0.01)
    differ = abs(int(np.isfinite(exact).sum()) - int(both.sum())) + int((~both).sum())
    report.at_most("Large, nodes reached by one of the two only (ties at the limit)", differ, 2)
    for rival_name, reason in (
        ("networkx", "its graph would take over 10 GB"),
        ("igraph, rustworkx", "they know no limit"),
        ("pandana", "contracting so many nodes takes too long"),
    ):
        report.skip(f"Large: {rival_name}", reason)


def arrays_of(parts: Any) -> Iterator[np.ndarray]:
    """Return all arrays in tuples of tuples."""
    for part in parts:
        if isinstance(part, np.ndarray):
            yield part
        elif isinstance(part, tuple):
            yield from arrays_of(part)


def measure_memory(report: Report, timed: Any, found: Any, question: tuple[Any, int]) -> None:
    """Measure what a search holds beside the graph, against graph and result."""
    graph = timed.graph
    megabytes = (
        sum(array.nbytes for array in arrays_of((graph.order, graph.position, graph.cells, timed.times))) / 2**20
    )
    result = sum(part.nbytes for part in found) / 2**20
    held = memory_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the most that was held
    search_within(timed, *question)
    peak = memory_mb("VmHWM") - held + megabytes
    report.at_most("Large, memory of a search, times graph + result", peak / (megabytes + result), 2)


# --- all of it ----------------------------------------------------------------------------------------------------


def main() -> None:
    """Measure, print a table on stderr and one JSON document on stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = ("tono", "iwate", "large")
    parser.add_argument("parts", nargs="*", default=parts, help=f"of {', '.join(parts)}; all of them by default")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="most rounds of each way; 1 to see that it works")
    options = parser.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}  # before those who read them are loaded
    # Pandana talks on standard output, past Python; that is for the document alone.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        report = measure_all(options.parts, Report(most_rounds=options.rounds))
        answer.write(json.dumps(report.document(), ensure_ascii=False) + "\n")


def measure_all(parts: list[str], report: Report) -> Report:
    """Measure the parts that are asked for."""
    if "large" in parts:
        measure_large(report)
    if "tono" in parts:
        measure_city(report, "tono", {"matrix": 35, "what_if_ms": 50})
    if "iwate" in parts:
        measure_city(report, "iwate", {"matrix": 60, "what_if_ms": 1000})
    report.skip("what-if requests of 20 users at once", "bench_what_if.py does that")
    return report


if __name__ == "__main__":
    main()
