"""What the map page is told besides the rooms' own documents: the state of the data, and what a search finds."""

from __future__ import annotations

from typing import Literal

from app.coverage.schemas import ProfileName
from app.documents.typed import Document, IsoDate
from app.register.schemas import Kind
from app.roads.schemas import NetworkFacts, SpeedGroup


class City(Document):
    """The city that the map is of."""

    name: str
    code: str


class NetworkInUse(NetworkFacts):
    """The roads in use."""

    kind: str
    is_schematic: bool
    components: int
    turn_restrictions: int | None


class Speed(Document):
    """The speed of a class of roads."""

    title: str
    kmh: int
    source: str


class ProfileSpeeds(Document):
    """A way of travelling and its speeds."""

    name: ProfileName
    title: str
    is_assumption: bool
    speeds: list[Speed]
    table: list[SpeedGroup]


class DatasetFacts(Document):
    """Where something on the map comes from."""

    kind: str
    title: str
    source: str
    licence: str
    as_of: IsoDate | None
    is_demo: bool
    is_schematic: bool


class TileSource(Document):
    """Where map tiles may be asked for."""

    url: str
    attribution: str


class MapStatus(Document):
    """What the figures on the screen stand on; without a network none is loaded yet."""

    city: City
    bounds: tuple[float, float, float, float] | None
    network: NetworkInUse | None
    has_people: bool
    profiles: list[ProfileSpeeds]
    datasets: list[DatasetFacts]
    has_demo: bool
    tiles: TileSource | None


class Found(Document):
    """Something that a search found."""

    type: Literal["resource", "district", "place", "consultant"]
    id: int | str
    name: str
    kind: Kind | None
    text: str
    lon: float | None
    lat: float | None


class SearchResults(Document):
    """What a search found, the best first; how much there is; where there is nothing, names that look like it."""

    results: list[Found]
    total: int
    suggestions: list[str]
