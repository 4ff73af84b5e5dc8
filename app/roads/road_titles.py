"""What roads are called in Japan: by their number, their name, or their class."""

from __future__ import annotations

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
NATIONAL = "trunk"
PREFECTURAL = {"primary", "secondary"}


def class_title(highway: str) -> str:
    """Return what a road class is called; slip roads as the roads that they belong to."""
    return CLASS_TITLES.get(highway.removesuffix("_link"), CLASS_TITLES["unclassified"])


def road_title(number: str, name: str, highway: str) -> str:
    """Return what a person calls a road: 国道107号, 県道160号, its name, or its class where it has neither.

    A road may bear several numbers, as OpenStreetMap writes them: `283;340` is 国道283号・国道340号.
    """
    road_class = highway.removesuffix("_link")
    numbers = [part.strip() for part in number.split(";")]
    if all(part.isdecimal() for part in numbers):
        if road_class == NATIONAL:
            return "・".join(f"国道{part}号" for part in numbers)
        if road_class in PREFECTURAL:
            return "・".join(f"県道{part}号" for part in numbers)
        return name or "・".join(f"{part}号線" for part in numbers)
    nameless = class_title(highway) if road_class in CLASS_TITLES and road_class != "unclassified" else NAMELESS
    return f"{name}({number})" if name and number else name or number or nameless
