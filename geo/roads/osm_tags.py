"""What the tags of OpenStreetMap say of who may use a road, and in which direction.

Rules of the map that are not written on each road are made plain here, so that files and servers are read alike:

- A motorway and a roundabout are one-way unless the map says otherwise.
- The most specific tag decides: ``motorcar`` before ``motor_vehicle`` before ``vehicle`` before ``access``; ``foot``
  before ``access``. A road that cars may not use is left to those on foot (class `ON_FOOT`); a road that nobody may
  use is left out. Roads that are private are closed to both: no public help may be planned to pass over them.
- A bollard or the like on a road stops cars and lets those on foot pass. A gate stops nobody unless its own tags do.

References
----------
OpenStreetMap Wiki, Key:access, Key:barrier, Key:oneway.
"""

from __future__ import annotations

from collections.abc import Mapping

from geo.roads.profiles import CAR, WALK

ON_FOOT = "pedestrian"
CAR_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
FOOT_KEYS = ("foot", "access")
NODE_KEYS = ("barrier", *CAR_KEYS)
BARRED = {"no", "private", "agricultural", "forestry", "emergency", "psv", "bus", "military"}
STOPS_CARS = {
    *("bollard", "block", "jersey_barrier", "chain", "log", "debris", "planter", "bus_trap", "sump_buster", "bar"),
    *("cycle_barrier", "motorcycle_barrier", "kissing_gate", "stile", "turnstile", "full-height_turnstile"),
}


def plain_tags(tags: Mapping[str, str]) -> dict[str, str] | None:
    """Return the tags of a road with everything that is implied made plain.

    Parameters
    ----------
    tags : mapping of str to str
        Of a way with a ``highway``.

    Returns
    -------
    dict or None
        None where neither cars nor those on foot may use it, and for squares, which are no lines.

    Examples
    --------
    >>> plain_tags({"highway": "motorway"})
    {'highway': 'motorway', 'oneway': 'yes'}
    >>> plain_tags({"highway": "service", "motor_vehicle": "no"})["highway"]
    'pedestrian'
    """
    highway = tags.get("highway", "")
    by_car = highway in CAR.speed_kmh and _lets(tags, CAR_KEYS) is not False
    on_foot = highway in WALK.speed_kmh and _lets(tags, FOOT_KEYS) is not False
    if tags.get("area") == "yes" or not (by_car or on_foot):
        return None
    plain = dict(tags)
    if highway in CAR.speed_kmh and not by_car:
        plain["highway"] = ON_FOOT
    if "oneway" not in tags and (highway == "motorway" or tags.get("junction") == "roundabout"):
        plain["oneway"] = "yes"
    elif tags.get("oneway") == "no":
        # osmnx takes every roundabout as one-way, whatever the map says.
        plain.pop("junction", None)
    return plain


def stops_cars(tags: Mapping[str, str]) -> bool:
    """Return whether no car gets past a node.

    Parameters
    ----------
    tags : mapping of str to str
        Of a node.

    Returns
    -------
    bool
        Whether it is a barrier that is closed to cars.

    Examples
    --------
    >>> stops_cars({"barrier": "bollard"}), stops_cars({"barrier": "gate"})
    (True, False)
    """
    if "barrier" not in tags:
        return False
    lets = _lets(tags, CAR_KEYS)
    return tags["barrier"] in STOPS_CARS if lets is None else not lets


def _lets(tags: Mapping[str, str], keys: tuple[str, ...]) -> bool | None:
    """Return whether the first of some tags that is there lets one pass; None where there is none of them."""
    for key in keys:
        if key in tags:
            return not {part.strip() for part in tags[key].split(";")} <= BARRED
    return None
