"""Inhabited cells by minutes, and how far each consultant comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely

from geo.folium_maps.base_map import behaviour_of, features, page_of, placed

# About 20 m; the areas are drawn from a raster of 100 m.
THIN_DEGREES = 2e-4
# About a hectare, one cell of that raster, in square degrees.
SPECK = 1e-6


def add_cells(drawn: folium.Map, cells: gpd.GeoDataFrame, minutes: Sequence[int], *, name: str) -> None:
    """Add inhabited cells, coloured by the minutes until the nearest consultant arrives; unreached ones are hatched.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.
    cells : GeoDataFrame
        ``travel_time_s`` (not finite where nobody arrives), ``text`` (HTML shown when one is opened), squares.
    minutes : sequence of int
        Edges of the classes, ascending, inclusive; one fewer than the page's style sheets have colours at most.
    name : str
        Name on the switch, as HTML.

    Raises
    ------
    ValueError
        If there are more classes than colours.
    """
    colours = page_of(drawn).minute_colours
    if len(minutes) >= colours:
        raise ValueError(f"There are colours for {colours - 1} edges, but {len(minutes)} were given.")
    group = folium.FeatureGroup(name=name)
    group.add_to(drawn)
    reached = cells["travel_time_s"].where(np.isfinite(cells["travel_time_s"].astype(float)))
    shown = cells[["text", cells.geometry.name]].assign(travel_time_s=reached)
    behaviour = behaviour_of(drawn)
    behaviour.drawn["cells"] = group
    behaviour.facts |= {"cells": features(shown), "minutes": list(minutes)}


def add_areas(drawn: folium.Map, areas: gpd.GeoDataFrame, names: dict[str, str], *, none: str) -> None:
    """Add how far each consultant comes, one at a time; at first none is shown.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.
    areas : GeoDataFrame
        ``origin`` (a key of `names`), ``minutes``, areas in degrees; those of one origin nest. Further columns are
        handed to the page's script.
    names : dict of str to str
        Name on the switch for each origin, as HTML, in the order of the switches.
    none : str
        Name of the switch that shows no area.
    """
    nothing = folium.FeatureGroup(name=none, overlay=False)
    nothing.add_to(drawn)
    groups: list[list[Any]] = []
    shapes: dict[str, Any] = {}
    for origin, name in names.items():
        mine = areas[areas["origin"] == origin].sort_values("minutes")
        mine = placed(mine.set_geometry(thinned(mine.geometry.array)))
        if mine.empty:
            continue
        layer = folium.FeatureGroup(name=name, overlay=False, show=False)
        groups.append([origin, layer.add_to(drawn)])
        shapes[origin] = features(mine.drop(columns="origin"))
    behaviour = behaviour_of(drawn)
    behaviour.drawn |= {"areas": groups, "noArea": nothing}
    behaviour.facts["areas"] = shapes


def thinned(areas: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
    """Return areas with fewer corners, each still within the next.

    Parameters
    ----------
    areas : sequence of geometry
        Polygons in degrees, each within the next.

    Returns
    -------
    list of geometry
        Moved by at most about 20 m, and without specks and holes below a hectare: the raster that areas are drawn from
        tells no more.
    """
    thin: list[shapely.Geometry] = []
    for area in areas:
        simple = _without_specks(shapely.make_valid(shapely.simplify(area, THIN_DEGREES)))
        thin.append(shapely.union(simple, thin[-1]) if thin else simple)
    return thin


def _without_specks(area: shapely.Geometry) -> shapely.Geometry:
    polygons = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon" and part.area >= SPECK]
    kept = [
        shapely.Polygon(part.exterior, [hole for hole in part.interiors if shapely.Polygon(hole).area >= SPECK])
        for part in polygons
    ]
    return shapely.MultiPolygon(kept)
