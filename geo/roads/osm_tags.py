"""What the tags of OpenStreetMap say of who may use a road, when, and in which direction.

Rules of the map that are not written on each road are made plain here, so that files and servers are read alike:

- A motorway and a roundabout are one-way unless the map says otherwise.
- The most specific tag decides: ``motorcar`` before ``motor_vehicle`` before ``vehicle`` before ``access``; ``foot``
  before ``access``. A road that cars may not use is left to those on foot (class `ON_FOOT`); a road that nobody may
  use is left out. Roads that are private are closed to both: no public help may be planned to pass over them.
- A road that is closed at some time of the year only (``…:conditional``) is as open as in its open season; what the map
  says of the closed season is kept beside it (`RULE`), see `geo.roads.seasons`.
- A track, path or pedestrian street that the map opens to motor vehicles is driven like a service road. One for four
  driven wheels, or too rough for a car, is not.
- A road for motor vehicles only (``motorroad=yes``) is closed to those on foot, as is one with ``foot=no``.
- A bollard or the like on a road stops cars and lets those on foot pass, as does a locked gate. Another gate stops
  nobody unless its own tags do.

References
----------
OpenStreetMap Wiki, Key:access, Key:barrier, Key:locked, Key:motorroad, Key:oneway, Tag:highway=track.
"""

from __future__ import annotations

from collections.abc import Mapping

from geo.roads.profiles import CAR, WALK
from geo.roads.seasons import Access, access, lets, pack_rule

ON_FOOT = "pedestrian"
OPENED = "service"
CAR_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
FOOT_KEYS = ("foot", "access")
CONDITIONAL = ":conditional"
RULE = "seasonal_rule"
NODE_KEYS = ("barrier", "locked", *CAR_KEYS, *(key + CONDITIONAL for key in CAR_KEYS))
# Classes that a car uses only where a tag of motor vehicles says so, and what it must say.
OPENED_BY_TAG = frozenset({"track", "path", "footway", "cycleway", "bridleway", "pedestrian"})
OPENS = frozenset({"yes", "designated", "destination", "permissive", "official", "customers"})
TOO_ROUGH = frozenset({"horrible", "very_horrible", "impassable"})
STOPS_CARS = {
    *("bollard", "block", "boulder", "jersey_barrier", "chain", "rope", "log", "debris", "planter", "bus_trap"),
    *("sump_buster", "bar", "cycle_barrier", "motorcycle_barrier", "kissing_gate", "stile", "turnstile"),
    *("full-height_turnstile", "wicket_gate", "fence", "wall", "hedge", "guard_rail", "ditch", "tank_trap"),
    *("horse_stile", "horse_jump", "wedge", "spikes"),
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
    >>> plain_tags({"highway": "trunk", "motorroad": "yes"})
    {'highway': 'trunk', 'motorroad': 'yes', 'foot': 'no'}
    """
    highway = tags.get("highway", "")
    cars = _for_cars(tags, highway)
    on_foot = highway in WALK.speed_kmh and _on_foot(tags)
    if tags.get("area") == "yes" or not (cars.is_open or on_foot):
        return None
    plain = {key: value for key, value in tags.items() if key not in {"motorroad", "foot", RULE}}
    if cars.is_open and highway in OPENED_BY_TAG:
        plain["highway"] = OPENED
    elif highway in CAR.speed_kmh and not cars.is_open:
        plain["highway"] = ON_FOOT
    if tags.get("motorroad") == "yes":
        plain["motorroad"] = "yes"
    if plain["highway"] in WALK.speed_kmh and not (on_foot and "motorroad" not in plain):
        plain["foot"] = "yes" if on_foot else "no"
    if cars.seasons:
        plain[RULE] = _rule(tags, cars)
    if "oneway" not in tags and (highway == "motorway" or tags.get("junction") == "roundabout"):
        plain["oneway"] = "yes"
    elif tags.get("oneway") == "no":
        # osmnx takes every roundabout as one-way, whatever the map says.
        plain.pop("junction", None)
    return plain


def stops_cars(tags: Mapping[str, str]) -> bool:
    """Return whether no car ever gets past a node.

    Parameters
    ----------
    tags : mapping of str to str
        Of a node.

    Returns
    -------
    bool
        Whether it is a barrier that is closed to cars all year.

    Examples
    --------
    >>> stops_cars({"barrier": "bollard"}), stops_cars({"barrier": "gate"})
    (True, False)
    """
    return not _at_node(tags).is_open


def barrier_rule(tags: Mapping[str, str]) -> str:
    """Return by which rules a gate is closed at some time of the year.

    Parameters
    ----------
    tags : mapping of str to str
        Of a node.

    Returns
    -------
    str
        As `geo.roads.seasons.pack_rule` gives it; empty where there is none.
    """
    return _rule(tags, _at_node(tags))


def _at_node(tags: Mapping[str, str]) -> Access:
    if "barrier" not in tags:
        return Access(is_open=True)
    is_shut = tags["barrier"] in STOPS_CARS or tags.get("locked") == "yes"
    return access(tags, CAR_KEYS, by_default=not is_shut, opens=None)


def _for_cars(tags: Mapping[str, str], highway: str) -> Access:
    if highway in CAR.speed_kmh:
        return access(tags, CAR_KEYS, by_default=True, opens=None)
    if highway not in OPENED_BY_TAG or tags.get("4wd_only") == "yes" or tags.get("smoothness") in TOO_ROUGH:
        return Access(is_open=False)
    return access(tags, CAR_KEYS[:-1], by_default=False, opens=OPENS)


def _on_foot(tags: Mapping[str, str]) -> bool:
    if tags.get("motorroad") == "yes" and not lets(tags.get("foot", "no"), OPENS):
        return False
    return access(tags, FOOT_KEYS, by_default=True, opens=None).is_open


def _rule(tags: Mapping[str, str], cars: Access) -> str:
    said = [f"{key}={tags[key]}" for name in CAR_KEYS for key in (name, name + CONDITIONAL) if key in tags]
    return pack_rule(cars.seasons, " ".join(said))
