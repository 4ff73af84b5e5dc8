"""How long it takes to find what every edge is worth, beside closing one after the other.

Run it by itself: `python tests/bench/bench_critical_links.py`. Tono's roads and people where they are at hand
(../shared/data), a chequered town of the same size otherwise. CPU seconds after a first run that loads compiled code.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from geo.__main__ import streets
from geo.coverage.critical_links import critical_links
from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR
from geo.roads.snapping import Snapped, snap
from geo.travel.travel_time import nearest_origin

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "tono"
CUTOFF_S, GOAL_S, SAMPLE, ORIGINS = 1_200.0, 60.0, 50, 9


def town() -> tuple[str, RoadNetwork, Snapped, np.ndarray]:
    """Return roads, places and people."""
    if DATA.is_dir():
        network = RoadNetwork.from_osm(DATA / "tono.osm.pbf")
        cells = pd.read_parquet(DATA / "demand_250m_cells.parquet")
        places = snap(network, cells[["rep_lon", "rep_lat"]].to_numpy(), CAR)
        return "Tono", network, places, cells["population"].to_numpy()
    network = streets()
    return "streets", network, snap(network, network.node_lonlat, CAR), np.ones(network.node_count, dtype=np.int64)


def main() -> None:
    """Measure and print."""
    name, network, places, people = town()
    some = np.random.default_rng(1).choice(np.flatnonzero(places.is_snapped), ORIGINS, replace=False)
    starts = places[some]
    critical_links(network, starts, places, people, cutoff_s=CUTOFF_S)
    begin = time.process_time()
    critical_links(network, starts, places, people, cutoff_s=CUTOFF_S)
    ours = time.process_time() - begin
    nearest_origin(network, starts, places, cutoff_s=CUTOFF_S)
    begin = time.process_time()
    for edge in np.linspace(0, network.edge_count - 1, SAMPLE).astype(int).tolist():
        nearest_origin(network, starts, places, cutoff_s=CUTOFF_S, closed=[edge])
    one_by_one = (time.process_time() - begin) / SAMPLE * network.edge_count
    row = {
        "graph": name,
        "edges": network.edge_count,
        "job": "every road segment's loss",
        "ours_s": round(ours, 4),
        "closing_each_s": round(one_by_one, 2),
        "ratio": round(one_by_one / ours, 1),
        "goal_s": GOAL_S,
        "is_met": ours <= GOAL_S,
    }
    sys.stderr.write(f"{name}: {network.edge_count:,} edges in {ours:.3f} s; closing each: {one_by_one:.1f} s\n")
    sys.stdout.write(json.dumps(row, indent=1) + "\n")


if __name__ == "__main__":
    main()
