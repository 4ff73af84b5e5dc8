"""Turns that the map forbids to cars: counted and told, not followed.

A travel time knows edges and junctions, not from which edge one comes to a junction. To follow a forbidden turn, every
road into its junction would have to be there twice, and a closed road be closed in all its copies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

# The most specific tag decides.
KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
KINDS = ("no_", "only_")
EXCEPT = {"motorcar", "motor_vehicle"}


class Restriction(NamedTuple):
    """Ways by which a forbidden turn begins and ends, and the nodes by which it passes."""

    ways: frozenset[int]
    nodes: frozenset[int]


def restriction_of(relation: Any) -> Restriction | None:
    """Return the turn that a relation forbids to cars all day.

    Parameters
    ----------
    relation : osmium.osm.Relation
        Of the map.

    Returns
    -------
    Restriction or None
        None where it is no such relation.
    """
    tags = dict(relation.tags)
    if tags.get("type", "").partition(":")[0] != "restriction" or not _bars_cars(tags):
        return None
    members = [(member.type, member.ref, member.role) for member in relation.members]
    ways = frozenset(ref for kind, ref, role in members if kind == "w" and role in {"from", "to", "via"})
    return Restriction(ways, frozenset(ref for kind, ref, role in members if kind == "n" and role == "via"))


def _bars_cars(tags: Mapping[str, str]) -> bool:
    said = next((tags[key] for key in KEYS if key in tags), "")
    exempt = {part.strip() for part in tags.get("except", "").split(";")}
    return said.startswith(KINDS) and not exempt & EXCEPT


def count_restrictions(restrictions: Iterable[Restriction], ways: Collection[int]) -> int:
    """Return how many forbidden turns there are on some roads.

    Parameters
    ----------
    restrictions : iterable of Restriction
        Of the map.
    ways : collection of int
        Identifiers of the roads.

    Returns
    -------
    int
        Those of which every way is one of these roads.
    """
    return sum(bool(one.ways) and all(way in ways for way in one.ways) for one in restrictions)
