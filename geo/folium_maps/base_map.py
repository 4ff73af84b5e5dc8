"""The base map: land, roads, district borders, names, drawn by the same scripts as on the pages of the service."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import folium
import geopandas as gpd
import shapely
from branca.element import MacroElement
from folium.template import Template

from geo.folium_maps.offline_page import OfflineMap, OfflinePage, PageFiles, PageParts

DIGITS = 5


@dataclass(frozen=True)
class Tiles:
    """A public map that may be laid below, for those who asked for it.

    Attributes
    ----------
    name : str
        Name on its switch.
    url : str
        Address of the tiles with ``{z}``, ``{x}`` and ``{y}``.
    credit : str
        Whose map it is.
    """

    name: str
    url: str
    credit: str

    @property
    def host(self) -> str:
        """Server of the address, with its scheme.

        Returns
        -------
        str
            ``https://…`` without a path.
        """
        return "/".join(self.url.split("/")[:3])


class Behaviour(MacroElement):
    """Hands what is to be drawn, and what a hand switches, over to the script of the page; the last child of a map.

    Parameters
    ----------
    facts : dict
        Plain values that the script reads.
    """

    _template = Template("""
        {%- macro script(this, kwargs) %}
            showPage({{ this.drawn|tojavascript }}, {{ this.facts|tojson }});
        {% endmacro -%}
    """)

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves it without types
        self._name = "Behaviour"
        self.facts = facts
        self.drawn: dict[str, Any] = {"areas": [], "marks": []}


def base_map(
    districts: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    bounds: Sequence[float],
    *,
    page: tuple[PageParts, PageFiles],
    credit: str,
    label: str = "地図",
    is_schematic: bool = False,
) -> folium.Map:
    """Return a map of a city with land, roads, borders and names, in a page that needs nothing from outside.

    Parameters
    ----------
    districts : GeoDataFrame
        ``name``, ``is_schematic`` (whether the border is a sketch), areas.
    places : GeoDataFrame
        ``name``, points: names that are written when one comes nearer, the first of them first where room is short.
    roads : GeoDataFrame
        ``class``: ``minor``, ``middle``, ``major`` or ``motorway``, lines.
    bounds : sequence of float
        west, south, east, north of what is shown at first, in degrees.
    page : tuple of PageParts and PageFiles
        What stands around the map, and what the page carries within itself.
    credit : str
        Whose data the map is drawn from, in plain text.
    label : str, optional
        What a screen reader calls the map.
    is_schematic : bool, optional
        Whether the roads are a diagram; they are drawn in dashes then.

    Returns
    -------
    folium.Map
        In an `OfflinePage`: ``map.get_root().render()`` is the file.
    """
    parts, files = page
    drawn = OfflineMap(label, bounds)
    OfflinePage(parts, files).add_child(drawn)
    areas = districts.set_geometry([_as_multipolygon(shape) for shape in districts.geometry], crs=districts.crs)
    facts = {
        "credit": credit,
        "districts": features(areas[["name", "is_schematic", areas.geometry.name]]),
        "places": features(places[["name", places.geometry.name]]),
        "roads": features(roads) | {"is_schematic": is_schematic},
        "legend": None,
    }
    drawn.add_child(Behaviour(facts), name="behaviour")
    return drawn


def _as_multipolygon(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    return shapely.MultiPolygon([shape]) if isinstance(shape, shapely.Polygon) and not shape.is_empty else shape


def behaviour_of(drawn: folium.Map) -> Behaviour:
    """Return the part of a map that tells its script what was drawn, moved behind all that was added since.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.

    Returns
    -------
    Behaviour
        To be told of more.
    """
    behaviour = drawn._children.pop("behaviour")  # noqa: SLF001  (branca has no way to take a child away)
    drawn.add_child(behaviour, name="behaviour")
    return cast("Behaviour", behaviour)


def page_of(drawn: folium.Map) -> OfflinePage:
    """Return the page that a map stands in.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.

    Returns
    -------
    OfflinePage
        The page.
    """
    return cast("OfflinePage", drawn.get_root())


def placed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows that have a geometry to draw.

    Parameters
    ----------
    frame : GeoDataFrame
        Any columns.

    Returns
    -------
    GeoDataFrame
        Without rows whose geometry is missing or empty.
    """
    shapes = frame.geometry.to_numpy()
    return frame[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]


def features(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return a frame as GeoJSON in degrees with five digits (about a metre).

    Parameters
    ----------
    frame : GeoDataFrame
        Any columns; rows without a geometry are left out.

    Returns
    -------
    dict
        A feature collection, the features numbered from 0; missing values are None.
    """
    told = placed(frame)
    rounded = told.set_geometry(shapely.set_precision(told.geometry.array, 10**-DIGITS, mode="pointwise"))
    told_of = json.loads(rounded.to_json(drop_id=True, na="null"))["features"]
    return {"type": "FeatureCollection", "features": [item | {"id": n} for n, item in enumerate(told_of)]}


def add_tiles(drawn: folium.Map, tiles: Tiles) -> None:
    """Add a public map that may be switched on; until then, and without it at any time, the page loads nothing.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.
    tiles : Tiles
        The public map.
    """
    page = page_of(drawn)
    page.image_hosts = (*page.image_hosts, tiles.host)
    layer = folium.TileLayer(
        tiles.url, attr=tiles.credit, name=tiles.name, overlay=True, show=False, opacity=0.6, max_native_zoom=18
    )
    layer.add_to(drawn)
    behaviour_of(drawn).drawn["tiles"] = layer
