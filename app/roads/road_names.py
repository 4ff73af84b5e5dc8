"""Names and numbers of roads as offices write them ↔ the edges of the road as a map holds it.

「主要地方道 釜石遠野線」, 「(主)釜石遠野線」, 「県道３５号」 and 「岩手県道35号釜石遠野線」 are one road.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from app.roads.road_titles import NATIONAL, PREFECTURAL
from geo.roads.network import RoadNetwork

# How a road's rank is written before its name or number, in full and in brackets.
RANKS = {
    "national": r"(?:一般)?国道|\((?:一?国|国道)\)|R(?=\d)|ルート(?=\d)|直轄国道|補助国道",
    "prefectural": r"主要地方道|主要?道|都道府県道|(?:主要|一般)?[県府都道]道"
    r"|\((?:主要?|一般?|県道?|主地|一県|[都府道])\)|主地",
    "local": r"(?:市|町|村|区)(?:町村)?道|林道|農道|広域農道|\((?:市|町|村|区|林|農|市道|町道|村道|林道|農道)\)",
    "motorway": r"高速(?:自動車国)?道路?|E(?=\d)|\((?:高|自)\)|自専道",
}
# The prefecture or municipality that owns the road, before its rank.
OWNER = re.compile(
    r"^\s*[^\s\d()]{1,8}?(?:[都道府県市町村郡区]\s*(?=主要地方道|一般|国道|[県都府道市町村]道)|(?=[県都府道市町村]道(?:第?\d|.*線)))"
)
RANK = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in RANKS.items()))
NUMBER = re.compile(r"第?\s*(?P<number>\d{1,4})\s*(?:号線?|線)?(?:\s*バイパス)?(?![\d丁番地トンm.])")
BETWEEN = re.compile(r"[;・,、/&+]|及び|と(?=国道|県道|市道|\d)")
PLANNED = re.compile(r"\d・\d+・\d")
# Roads of one name that are so far from each other are not one road.
APART_M = 5000.0
# Signs that offices write in several ways.
ALIKE = str.maketrans("ヶｹヵ澤﨑髙濱嶋廣邊邉桒‐‑–—―−ー", "ケケカ沢崎高浜島広辺辺桑-------")
BRACKETS = re.compile(r"\([^()]*\)|「[^」]*」|\[[^\]]*\]")


@dataclass(frozen=True)
class RoadName:
    """A road as words name it: its rank where they say it, its numbers and its names, in one writing."""

    kind: str = ""
    numbers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    # The names as they are written, which tell a line (釜石遠野線) from a place on it.
    written: frozenset[str] = frozenset()


@lru_cache(maxsize=8192)
def read_road_name(text: str) -> RoadName:
    """Return what words say of a road."""
    plain = unicodedata.normalize("NFKC", text[:200]).strip()
    if re.fullmatch(r"\d{1,4}(?:\s*[;,・]\s*\d{1,4})*", plain):
        return RoadName(numbers=frozenset(re.findall(r"[1-9]\d*", plain)))
    numbers: set[str] = set()
    names: set[str] = set()
    written: set[str] = set()
    kind = ""
    # 「3・4・5号線」 is one street of a town plan.
    for part in [plain] if PLANNED.search(plain) else BETWEEN.split(plain):
        rank, rest = _rank(part)
        kind = kind or rank
        found = NUMBER.match(rest) if rank or kind else re.fullmatch(r"第?\s*(?P<number>\d{1,4})\s*号線?", rest)
        if found and (found["number"].lstrip("0") or ""):
            numbers.add(found["number"].lstrip("0"))
            rest = rest[found.end() :]
        written.add(BRACKETS.sub("", rest).strip())
        names |= {name for name in (plain_name(rest), plain_name(BRACKETS.sub("", rest))) if name}
        # 「県道35号(釜石遠野線)」: the name stands in the brackets.
        if found:
            inside = re.findall(r"\(([^()]*)\)", rest)
            written |= set(inside)
            names |= {name for text in inside if (name := plain_name(text))}
    return RoadName(kind, frozenset(numbers), frozenset(names), frozenset(written))


def plain_name(name: str) -> str:
    """Return a road's name without its rank, its blanks and the last 線, in one writing."""
    plain = unicodedata.normalize("NFKC", name).translate(ALIKE)
    plain = re.sub(r"(?<=[一-龥])[がガケ](?=[一-龥])", "ケ", plain)
    plain = re.sub(r"(?<=[一-龥])[のノ](?=[一-龥])", "ノ", plain)
    plain = re.sub(r"[\s\-]|^\(仮称\)", "", plain).casefold()
    plain = re.sub(r"^[()]+$", "", plain)
    return re.sub(r"(?<=.)(?:路?線)$", "", plain)


def kind_of_class(highway: str) -> str:
    """Return the rank that a road of a class has, empty where the class does not say it."""
    road_class = highway.removesuffix("_link")
    if road_class == "motorway":
        return "motorway"
    if road_class == NATIONAL:
        return "national"
    return "prefectural" if road_class in PREFECTURAL else "local"


def find_road(network: RoadNetwork, name: str) -> tuple[NDArray[np.bool_], str]:
    """Return the edges of a road of this name, and why they may not be what it says, empty where they are."""
    wanted = read_road_name(name)
    kinds = np.array([kind_of_class(highway) for highway in network.highways])[network.highway]
    held = [(_numbers(ref), read_road_name(label)) for ref, label in network.labels]
    numbered, doubt = _by_number(network, wanted, held, kinds)
    # 「釜石自動車道(仙人峠道路)」 is the part of that name where the map has one.
    longest = frozenset(sorted(wanted.names, key=len)[-1:])
    names = longest if any(longest & road.names for _, road in held) else wanted.names
    named = np.array([bool(names & road.names) for _, road in held], dtype=bool)[network.label]
    ranked = named & (kinds == wanted.kind)
    named = ranked if ranked.any() else named
    if not wanted.numbers or not wanted.names or doubt:
        return numbered | named, doubt
    return _both(network, wanted, numbered, named)


def _numbers(ref: str) -> frozenset[str]:
    parts = (part.strip().lstrip("0") for part in ref.split(";"))
    return frozenset(part for part in parts if re.fullmatch(r"E?\d+", part))


def _by_number(
    network: RoadNetwork, wanted: RoadName, held: Sequence[tuple[frozenset[str], RoadName]], kinds: NDArray[np.str_]
) -> tuple[NDArray[np.bool_], str]:
    """Return the edges that bear all the numbers, by their route number or by one in their name."""
    numbers = {f"E{number}" if wanted.kind == "motorway" else number for number in wanted.numbers}
    found = np.zeros(network.edge_count, dtype=bool)
    if not numbers:
        return found, ""
    by_ref = np.array([numbers <= refs for refs, _ in held], dtype=bool)[network.label]
    for kind in {wanted.kind} if wanted.kind else set(kinds):
        # A national road goes on as a motorway under its number.
        fits = np.isin(kinds, ["national", "motorway"] if kind == "national" else [kind])
        by_name = [wanted.numbers <= road.numbers and road.kind in {kind, ""} for _, road in held]
        found |= (by_ref & fits) | (np.array(by_name, dtype=bool)[network.label] & (fits if kind == "" else True))
    ranks = {kind for kind in set(kinds[found]) if kind != "motorway"}
    if not wanted.kind and len(ranks) > 1:
        return found, f"several roads bear the number {'・'.join(sorted(numbers))}; write 国道, 県道 or 市道 before it"
    if not found.any() and len(numbers) > 1:
        return found, "no stretch of road bears all its numbers; write one row for each road"
    return found, ""


def _both(
    network: RoadNetwork, wanted: RoadName, numbered: NDArray[np.bool_], named: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], str]:
    """Return the edges of a number with a name: of a national road the part of that name, else the road of both."""
    name, number = "・".join(sorted(wanted.names, key=len)[:1]), "・".join(sorted(wanted.numbers))
    if numbered.any() and named.any():
        if not (numbered & named).any():
            return numbered, f"the network's {name} does not bear the number {number}"
        return (numbered & named if wanted.kind == "national" else numbered | named), ""
    if named.any():
        others = {ref for ref, _ in (network.labels[label] for label in np.unique(network.label[named])) if ref}
        doubt = f"the network's {name} bears the number {'・'.join(sorted(others))}, not {number}" if others else ""
        return named, doubt
    is_line = any(name.endswith("線") for name in wanted.written)
    if numbered.any() and (wanted.kind == "national" or not is_line):
        return numbered, f"the network knows no part {name} of the road {number}"
    return numbered, ""


def farthest_gap_m(network: RoadNetwork, edges: NDArray[np.int64]) -> float:
    """Return how far the roads of one name are from each other, metres; 0 where they are one road, 5 km apart at most.

    Parts with one national number, or with one number and name, are one road, of which the network has no more.
    """
    lines = network.lines_m[edges]
    near = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=APART_M)
    links = coo_array((np.ones(near.shape[1]), (near[0], near[1])), shape=(len(lines), len(lines)))
    count, group = connected_components(links, directed=False)
    if count < 2:
        return 0.0
    roads = [_unique_roads(network, edges[group == number]) for number in range(count)]
    if all(roads[0] & other for other in roads[1:]):
        return 0.0
    others = shapely.union_all(lines[group != 0])
    return float(shapely.distance(shapely.union_all(lines[group == 0]), others))


def _unique_roads(network: RoadNetwork, edges: NDArray[np.int64]) -> set[tuple[str, str]]:
    """Return what tells the roads of edges from all others: a national number, or a number with a name."""
    found = set()
    for label, highway in set(zip(network.label[edges].tolist(), network.highway[edges].tolist(), strict=True)):
        number, name = network.labels[label]
        if kind_of_class(network.highways[highway]) in {"national", "motorway"}:
            found |= {(one, "") for one in _numbers(number)}
        elif number and name:
            found.add((number, name))
    return found


def _rank(part: str) -> tuple[str, str]:
    """Return the rank that stands before a name, and what is left: the name or the number."""
    rest = OWNER.sub("", part).strip()
    found = RANK.match(rest)
    if found is None or not rest[found.end() :].strip():
        return "", rest
    return str(found.lastgroup), rest[found.end() :].strip()
