"""What roads are called in Japan: by their number, their name, or their class and the place beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.crs import to_metres
from geo.roads.network import RoadNetwork

CLASS_TITLES = {
    "motorway": "高速道路",
    "trunk": "国道",
    "primary": "主要地方道",
    "secondary": "県道",
    "tertiary": "市の主な道",
    "unclassified": "そのほかの道",
    "residential": "住宅地の道",
    "service": "敷地内の道",
}
NAMELESS = "名前のない道"
# After the name of a place: 「六日町の市道」. What the class does not say of a road stays unsaid.
CLASS_TITLES_AT_A_PLACE = CLASS_TITLES | {"tertiary": "市道", "unclassified": "道"}
NATIONAL = "trunk"
PREFECTURAL = {"primary", "secondary"}
# A road is named after the nearest settlement whose place is no farther than this.
BESIDE_PLACE_M = 3_000.0


@dataclass(frozen=True, eq=False)
class NamedPlaces:
    """Settlements by name, with the lon and lat of each, (n, 2) in degrees."""

    names: tuple[str, ...]
    lonlat: NDArray[np.float64]

    def beside(self, network: RoadNetwork, edge: int) -> str:
        """Return the settlement nearest to the middle of an edge, empty where none is near; of equals the first."""
        if not self.names:
            return ""
        middle = network.lines_m[edge].interpolate(0.5, normalized=True)
        metres = np.hypot(*(to_metres(self.lonlat, network.metric_epsg) - [middle.x, middle.y]).T)
        nearest = int(metres.argmin())
        return self.names[nearest] if metres[nearest] <= BESIDE_PLACE_M else ""


NOWHERE = NamedPlaces((), np.empty((0, 2)))


def class_title(highway: str) -> str:
    """Return what a road class is called; slip roads as the roads that they belong to."""
    return CLASS_TITLES.get(highway.removesuffix("_link"), CLASS_TITLES["unclassified"])


def edge_title(network: RoadNetwork, edge: int, places: NamedPlaces) -> str:
    """Return what a person calls the road of an edge; see `road_title`."""
    number, name = network.labels[network.label[edge]]
    place = "" if number or name else places.beside(network, edge)
    return road_title(number, name, network.highways[network.highway[edge]], place)


def road_title(number: str, name: str, highway: str, place: str = "") -> str:
    """Return what a person calls a road: 国道107号, 県道160号, its name, or where it has neither 六日町の市道.

    A road may bear several numbers, as OpenStreetMap writes them: `283;340` is 国道283号・国道340号. Where no place is
    known either, its class stands alone.
    """
    road_class = highway.removesuffix("_link")
    numbers = [part.strip() for part in number.split(";")]
    if all(part.isdecimal() for part in numbers):
        if road_class == NATIONAL:
            return "・".join(f"国道{part}号" for part in numbers)
        if road_class in PREFECTURAL:
            return "・".join(f"県道{part}号" for part in numbers)
        return name or "・".join(f"{part}号線" for part in numbers)
    if place and not (name or number):
        return f"{place}の{CLASS_TITLES_AT_A_PLACE.get(road_class, CLASS_TITLES_AT_A_PLACE['unclassified'])}"
    nameless = class_title(highway) if road_class in CLASS_TITLES and road_class != "unclassified" else NAMELESS
    return f"{name}({number})" if name and number else name or number or nameless
