"""Names and numbers of roads as offices write them, against names and numbers as a map holds them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from app.errors import InputError
from app.roads.place_closures import locate
from app.roads.read_closures import ClosureRow
from app.roads.road_names import find_road, plain_name, read_road_name
from geo.roads.network import RoadNetwork

# Route number, name and class of each road; they lie one behind the other, but the last far away.
ROADS = [
    ("283", "国道283号", "trunk"),
    ("283", "釜石街道", "trunk"),
    ("283;340", "", "trunk"),
    ("340", "国道３４０号", "trunk"),
    ("283", "遠野バイパス", "trunk"),
    ("E46", "釜石自動車道", "motorway"),
    ("283", "釜石自動車道（仙人峠道路）", "motorway"),
    ("35", "釜石遠野線", "primary"),
    ("35", "", "primary"),
    ("", "駒ヶ岳線", "secondary"),
    ("", "中央線", "secondary"),
    ("", "市道中央線", "tertiary"),
    ("35", "", "tertiary"),
    ("", "都市計画道路3・4・5号線", "tertiary"),
    ("", "本町通り", "tertiary"),
    ("", "本町通り", "tertiary"),
]


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """Return a road of 1 km for each line of the table."""
    lines = [shapely.LineString([(141.0 + n / 80, 39.3), (141.01 + n / 80, 39.3)]) for n in range(len(ROADS) - 1)]
    lines.append(shapely.LineString([(141.5, 39.6), (141.51, 39.6)]))
    edges = pd.DataFrame(ROADS, columns=["ref", "name", "highway"]).assign(oneway=False, length_m=860.0)
    edges = edges.assign(u=2 * np.arange(len(ROADS)), v=2 * np.arange(len(ROADS)) + 1)
    return RoadNetwork.from_edges(gpd.GeoDataFrame(edges, geometry=lines, crs=4326))


WRITINGS = [
    ("国道２８３号 一般国道283号 R283 国道283 国道283号線 (国)283号 国道第283号 一般国道283号線", [0, 1, 2, 4, 6]),
    ("283;340 国道283号・340号 国道283号・国道340号 国道340号、国道283号", [2]),
    ("国道340号 国道３４０号 国道340", [2, 3]),
    ("国道283号遠野バイパス 遠野バイパス 国道283号(遠野バイパス)", [4]),
    ("釜石自動車道", [5, 6]),
    ("釜石自動車道(仙人峠道路) 釜石自動車道（仙人峠道路）", [6]),
    ("E46", [5]),
    (
        "県道35号 県道３５号線 主要地方道35号 岩手県道35号釜石遠野線 県道35号(釜石遠野線)",
        [7, 8],
    ),
    ("岩手県主要地方道35号釜石遠野線", [7, 8]),
    ("釜石遠野線 主要地方道釜石遠野線 (主)釜石遠野線 （主）釜石遠野線 釜石遠野 県道釜石遠野線", [7]),
    ("駒ヶ岳線 駒ケ岳線 県道駒が岳線 (一)駒ｹ岳線 一般県道駒ケ岳線", [9]),
    ("県道中央線", [10]),
    ("市道中央線 遠野市道中央線 (市)中央線", [11]),
    ("中央線", [10, 11]),
    ("市道35号線", [12]),
    ("都市計画道路3・4・5号線", [13]),
]
FOUND = [(name, edges) for names, edges in WRITINGS for name in names.split()]
FOUND += [("主要地方道 釜石遠野線", [7]), ("国道 283 号", [0, 1, 2, 4, 6]), ("岩手県道３５号 釜石遠野線", [7, 8])]


@pytest.mark.parametrize(("name", "edges"), FOUND)
def test_a_road_is_found_whole_in_every_writing(network: RoadNetwork, name: str, edges: list[int]) -> None:
    found, doubt = find_road(network, name)
    assert (np.flatnonzero(found).tolist(), doubt) == (edges, "")


@pytest.mark.parametrize(
    "name",
    ["国道35号", "県道283号", "国道28号", "主要地方道 釜石線", "遠野", "", "線", "国道", "県道", "()", "0", "号線"],
)
def test_another_road_is_not_found(network: RoadNetwork, name: str) -> None:
    assert not find_road(network, name)[0].any()


DOUBTFUL = {
    "35号": "several roads bear the number 35",
    "国道283号 仙人峠": "knows no part 仙人峠 of the road 283",
    "県道35号 土淵地内": "knows no part 土淵地内 of the road 35",
    "県道36号釜石遠野線": "bears the number 35, not 36",
    "国道283号・国道107号": "no stretch of road bears all its numbers; write one row for each road",
    "本町通り": "several roads are named",
    "県道99号": "the network has no road named",
}


@pytest.mark.parametrize(("name", "words"), DOUBTFUL.items())
def test_a_name_that_does_not_say_which_road_closes_none(network: RoadNetwork, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        locate(network, ClosureRow(1, texts={"name": name}))


def test_what_is_taken_apart() -> None:
    road = read_road_name("岩手県道３５号 釜石遠野線")
    assert (road.kind, set(road.numbers), set(road.names)) == ("prefectural", {"35"}, {"釜石遠野"})
    assert plain_name("長澤・濱ノ町線") == plain_name("長沢・浜の町線")
