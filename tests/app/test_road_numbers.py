"""The numbers of roads on the map: from the network alone, on the road, the longest stretch first."""

from __future__ import annotations

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.roads.base_map import MINOR, _map_class, road_numbers
from app.roads.queries import active_network, load_network


def test_a_number_stands_on_its_road(tono_session: Session) -> None:
    network = load_network(tono_session, active_network(tono_session))
    larger = np.array([_map_class(name) != MINOR for name in network.highways], dtype=bool)[network.highway]
    wanted = {
        part for label in np.unique(network.label[larger]) for part in network.labels[label][0].split(";") if part
    }
    found = road_numbers(network)
    assert {number for number, _ in found} == wanted
    assert "396" in wanted
    for number, places in found:
        mine = np.array([number in ref.split(";") for ref, _ in network.labels], dtype=bool)[network.label] & larger
        road = shapely.multilinestrings(network.lines[mine])
        assert places
        assert all(road.distance(shapely.Point(place)) < 2e-5 for place in places), number
