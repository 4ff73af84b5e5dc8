"""Compiles the inner loops by using them once, so that nobody waits for that later: `python -m geo`, at set-up."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geo.coverage.critical_links import critical_links
from geo.coverage.people_reached import coverage
from geo.location_allocation import SitingProblem, maximal_covering, p_centre, p_median, set_covering
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR
from geo.roads.snapping import snap
from geo.shortest_paths import search_times
from geo.travel.isochrone import isochrones
from geo.travel.road_times import road_times
from geo.travel.travel_time import nearest_origin, node_times, nodes_within, travel_time_matrix

SIDE = 16  # more nodes than are ordered by degree alone
BLOCK = 0.001  # degrees


def streets() -> RoadNetwork:
    """Return a grid of streets.

    Returns
    -------
    RoadNetwork
        Around Tono, as good as any place.
    """
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    u = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    v = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    places = np.array([141.5, 39.3]) + BLOCK * np.column_stack(np.divmod(node.ravel(), SIDE))
    lines = shapely.linestrings(np.stack([places[u], places[v]], axis=1))
    table = {"u": u, "v": v, "highway": "residential", "oneway": False, "length_m": 100.0}
    return RoadNetwork.from_edges(gpd.GeoDataFrame(table, geometry=lines))


def main() -> None:
    """Ask all kinds of questions."""
    network = RoadNetwork.from_bytes(streets().to_bytes())
    places = snap(network, network.node_lonlat, CAR)
    times = travel_time_matrix(network, places[:SIDE], places)
    nearest_origin(network, places[:SIDE], places)
    coverage(times[0], np.ones(len(places)), [60.0])
    node_times(network, places, CAR)
    nodes_within(network, places, 600.0)
    isochrones(network, places[:1], [600.0])
    critical_links(network, places[:SIDE], places, np.ones(len(places), dtype=np.int64), cutoff_s=60.0)
    roads = road_times(network, CAR)
    list(search_times(roads.graph, roads.departures(places[:1]), roads.arrivals(places), roads.clock))
    problem = SitingProblem(times, np.ones(len(places)))
    maximal_covering(problem, 2, 60.0)
    p_median(problem, 2)
    p_centre(problem, 2)
    set_covering(problem, 60.0)


if __name__ == "__main__":
    main()
