"""`--place`: the real roads asked from a server that answers as Overpass does are the roads of the file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from loopback_servers import Answers, Element, answering, roads_of_file

from geo.roads.network import RoadNetwork


@pytest.fixture(scope="module")
def boundary(shared_data: Path) -> shapely.Geometry:
    """Return the border of a district: the town and the mountains around it."""
    document = json.loads((shared_data / "tono" / "districts.geojson").read_text())
    town = next(feature for feature in document["features"] if feature["properties"]["name"] == "松崎町")
    return shapely.geometry.shape(town["geometry"])


def around(area: shapely.Geometry, elements: list[Element]) -> list[Element]:
    """Return the roads that come near an area, whole, and their nodes, as Overpass cuts a place out."""
    west, south, east, north = area.buffer(0.01).bounds
    place = {one["id"]: (one["lon"], one["lat"]) for one in elements if one["type"] == "node"}
    near = {number for number, (lon, lat) in place.items() if west < lon < east and south < lat < north}
    roads = [one for one in elements if one["type"] == "way" and not near.isdisjoint(one["nodes"])]
    used = {number for road in roads for number in road["nodes"]}
    return [one for one in elements if one["type"] == "node" and one["id"] in used] + roads


@pytest.fixture(scope="module")
def asked(shared_data: Path, boundary: shapely.Geometry) -> tuple[RoadNetwork, Answers]:
    """Return the roads of the district as a server gave them, and what it was asked."""
    elements = around(boundary, roads_of_file(shared_data / "tono" / "tono.osm.pbf"))
    answers = Answers(elements=elements, area=shapely.geometry.mapping(boundary))
    with pytest.MonkeyPatch.context() as patch, answering(answers):
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setattr("osmnx._nominatim.time.sleep", lambda _: None)
        servers = answers.settings
        network = RoadNetwork.from_place(
            "遠野市松崎町", overpass_url=servers["TONO_OVERPASS_URL"], nominatim_url=servers["TONO_NOMINATIM_URL"]
        )
    return network, answers


def edges(network: RoadNetwork, inside: np.ndarray) -> set[tuple[int, int, int, str, bool]]:
    """Return some edges by their ends in OpenStreetMap, millimetres, class and direction."""
    return {
        (
            *(int(network.node_ids[network.u[i]]), int(network.node_ids[network.v[i]])),
            *(round(float(network.length_m[i]) * 1000), network.highways[network.highway[i]], bool(network.oneway[i])),
        )
        for i in np.flatnonzero(inside)
    }


def test_two_questions_are_asked_and_no_more(asked: tuple[RoadNetwork, Answers]) -> None:
    assert [path for path, _ in asked[1].asked] == ["/search", "/api/interpreter"]


def test_every_road_inside_is_the_same(
    asked: tuple[RoadNetwork, Answers], network: RoadNetwork, boundary: shapely.Geometry
) -> None:
    shapely.prepare(boundary)
    city, whole = asked[0], network
    # An edge that touches the border may be cut there; all others are equal to the last millimetre.
    expected = edges(whole, shapely.contains_properly(boundary, whole.lines))
    found = edges(city, shapely.contains_properly(boundary, city.lines))
    assert len(expected) > 300
    assert expected <= found
    assert len(found - expected) < 0.01 * len(expected)


def test_no_road_lies_wholly_outside(asked: tuple[RoadNetwork, Answers], boundary: shapely.Geometry) -> None:
    assert shapely.intersects(boundary, asked[0].lines).mean() > 0.99
