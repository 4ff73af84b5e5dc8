"""Inhabited cells by minutes, and how far each consultant comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.folium_maps.base_map import behaviour_of, features, page_of, placed

NOT_REACHED = -1
# About 20 m; the areas are drawn from a raster of 100 m.
THIN_DEGREES = 2e-4
# About a hectare, one cell of that raster, in square degrees.
SPECK = 1e-6


def minute_class(travel_time_s: ArrayLike, minutes: Sequence[int]) -> NDArray[np.int64]:
    """Return the class of each travel time: 0 up to and with the first edge, 1 to the second, and so on.

    Parameters
    ----------
    travel_time_s : (n,) array_like of float
        Seconds; not finite where nobody arrives.
    minutes : sequence of int
        Edges, ascending; a class holds its upper edge.

    Returns
    -------
    (n,) array of int64
        ``len(minutes)`` beyond the last edge, -1 where nobody arrives.

    Examples
    --------
    >>> minute_class([600, 600.1, 1900, float("inf")], [10, 20, 30]).tolist()
    [0, 1, 3, -1]
    """
    seconds = np.asarray(travel_time_s, dtype=float)
    found = np.searchsorted(60.0 * np.asarray(minutes, dtype=float), seconds, side="left")
    return np.where(np.isfinite(seconds), found, NOT_REACHED).astype(np.int64)


def add_cells(drawn: folium.Map, cells: gpd.GeoDataFrame, minutes: Sequence[int], *, name: str) -> None:
    """Add inhabited cells, coloured by the minutes until the nearest consultant arrives; unreached ones are hatched.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.
    cells : GeoDataFrame
        ``travel_time_s`` (not finite where nobody arrives), ``text`` (HTML shown when one is opened), squares.
    minutes : sequence of int
        Edges of the classes, ascending, one fewer than the page's colours for minutes at most.
    name : str
        Name on the switch, as HTML.

    Raises
    ------
    ValueError
        If there are more classes than colours.
    """
    colours = page_of(drawn).palette.minutes
    if len(minutes) >= len(colours):
        raise ValueError(f"There are colours for {len(colours) - 1} edges, but {len(minutes)} were given.")
    shown = cells[["text", cells.geometry.name]].assign(step=minute_class(cells["travel_time_s"], minutes))
    styles = {step: _cell_style(colour) for step, colour in enumerate(colours)}
    styles[NOT_REACHED] = _cell_style("#ffffff")
    layer = folium.GeoJson(
        features(shown), style_function=lambda cell: styles[cell["properties"]["step"]], name=name, pane="cells"
    )
    layer.add_to(drawn)
    behaviour_of(drawn).drawn["cells"] = layer


def _cell_style(colour: str) -> dict[str, Any]:
    # A rim in the cell's own colour closes the seam to its neighbour; from near the page's script draws a grid.
    return {"color": colour, "weight": 0.6, "opacity": 1, "fillColor": colour, "fillOpacity": 1}


def add_areas(drawn: folium.Map, areas: gpd.GeoDataFrame, names: dict[str, str], *, none: str) -> None:
    """Add how far each consultant comes, one at a time; at first none is shown.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.
    areas : GeoDataFrame
        ``origin`` (a key of `names`), ``minutes``, areas in degrees; those of one origin nest.
    names : dict of str to str
        Name on the switch for each origin, as HTML, in the order of the switches.
    none : str
        Name of the switch that shows no area.
    """
    style = _area_style(page_of(drawn).palette.minutes)
    nothing = folium.FeatureGroup(name=none, overlay=False)
    nothing.add_to(drawn)
    steps = {edge: step for step, edge in enumerate(sorted(areas["minutes"].unique()))}
    groups: list[list[Any]] = []
    for origin, name in names.items():
        mine = areas[areas["origin"] == origin].sort_values("minutes")
        mine = mine.set_geometry(thinned(mine.geometry.array))
        mine = placed(mine)
        if mine.empty:
            continue
        # The largest lies below.
        mine = mine.assign(step=mine["minutes"].map(steps))[["minutes", "step", mine.geometry.name]].iloc[::-1]
        where: dict[str, Any] = {"pane": "isochrones", "interactive": False}
        layer = folium.GeoJson(features(mine), style_function=style, name=name, overlay=False, show=False, **where)
        groups.append([origin, layer.add_to(drawn)])
    behaviour_of(drawn).drawn |= {"areas": groups, "noArea": nothing}


def _area_style(colours: Sequence[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda area: {"stroke": False, "fillColor": colours[area["properties"]["step"]], "fillOpacity": 1}


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
