"""The quiet base map: land, roads in three widths, district borders, names."""

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
from folium.utilities import JsCode

from geo.folium_maps.offline_page import OfflineMap, OfflinePage, PageFiles, PageParts

# Order of what is drawn, from the ground up.
PANES = {
    "outline": 204,
    "land": 205,
    "roads": 206,
    "veil": 207,
    "cells": 210,
    "isochrones": 220,
    "borders": 240,
    "rims": 250,
    "labels": 450,
    "accuracy": 460,
}
# What a hand can press; marks have a pane of Leaflet's own.
REACHABLE = {"cells"}
# The least important first, so that the important lie above.
ROAD_CLASSES = ("minor", "middle", "major", "motorway")
DIGITS = 5
MOVES = JsCode("!matchMedia('(prefers-reduced-motion: reduce)').matches")


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
    """Hands what was drawn over to the script of the page; the last child of a map.

    Parameters
    ----------
    facts : dict
        Plain values that the script reads.
    """

    _template = Template("""
        {%- macro script(this, kwargs) %}
            showPage({{ this._parent.get_name() }}, {{ this.drawn|tojavascript }}, {{ this.facts|tojson }});
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
        ``name``, ``population``, points: names that are written when one comes nearer, the most people first.
    roads : GeoDataFrame
        ``class``: one of `ROAD_CLASSES`, lines.
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
    west, south, east, north = bounds
    options = {
        "attribution_control": False,
        "zoom_snap": 0.1,
        "zoom_delta": 1,
        "min_zoom": 8,
        "max_zoom": 17,
        **dict.fromkeys(("zoom_animation", "fade_animation", "marker_zoom_animation", "inertia"), MOVES),
    }
    drawn = OfflineMap(label, ((south + north) / 2, (west + east) / 2), **options)
    OfflinePage(parts, files).add_child(drawn)
    for name, level in PANES.items():
        folium.map.CustomPane(name, z_index=level, pointer_events=name in REACHABLE).add_to(drawn)
    land = _add_districts(drawn, districts)
    lines = _add_roads(drawn, roads, is_schematic=is_schematic)
    names = {"districts": _district_names(districts), "places": _place_names(places)}
    facts = {"bounds": [[south, west], [north, east]], "credit": credit, "names": names, "is_schematic": is_schematic}
    behaviour = Behaviour(facts)
    behaviour.drawn |= {"land": land, "roads": lines}
    drawn.add_child(behaviour, name="behaviour")
    return drawn


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


def _add_districts(drawn: folium.Map, districts: gpd.GeoDataFrame) -> folium.GeoJson:
    """Add the land; from the same shapes the page's script draws borders, outline and a veil over what lies outside."""
    style = {"stroke": False, "fill": True, "fillColor": page_of(drawn).palette.land, "fillOpacity": 1}
    shapes = features(districts[["name", "is_schematic", districts.geometry.name]])
    layer = folium.GeoJson(shapes, style_function=lambda _: style, pane="land", control=False, interactive=False)
    layer.add_to(drawn)
    return layer


def _add_roads(drawn: folium.Map, roads: gpd.GeoDataFrame, *, is_schematic: bool) -> folium.GeoJson:
    colours = page_of(drawn).palette
    order = {name: number for number, name in enumerate(ROAD_CLASSES)}
    shapes = features(roads.sort_values("class", key=lambda column: column.map(order), kind="stable"))

    def road(feature: dict[str, Any]) -> dict[str, Any]:
        if is_schematic:
            return {"color": colours.diagram, "opacity": 1, "weight": 2, "dashArray": "8 4", "lineCap": "butt"}
        faint = feature["properties"]["class"] == "minor"
        return {"color": colours.road, "opacity": 0.75 if faint else 1, "weight": 0.6 if faint else 2}

    layer = folium.GeoJson(shapes, style_function=road, pane="roads", control=False, interactive=False)
    layer.add_to(drawn)
    return layer


def _district_names(districts: gpd.GeoDataFrame) -> list[list[Any]]:
    """Return name, lat, lon of each district, at the middle of its largest part."""
    told = placed(districts)
    middles = [max(shapely.get_parts(shape), key=lambda part: part.area).centroid for shape in told.geometry]
    return [[name, *_latlon(point)] for name, point in zip(told["name"], middles, strict=True)]


def _place_names(places: gpd.GeoDataFrame) -> list[list[Any]]:
    """Return name, lat, lon of each settlement, the most people first."""
    told = placed(places).sort_values("population", ascending=False, kind="stable")
    return [[name, *_latlon(point)] for name, point in zip(told["name"], told.geometry, strict=True)]


def _latlon(point: shapely.Point) -> tuple[float, float]:
    return round(point.y, DIGITS), round(point.x, DIGITS)
