"""Marks of places and consultants, with the switches of all layers."""

from __future__ import annotations

import folium
import geopandas as gpd

from geo.folium_maps.base_map import behaviour_of, features


def add_marks(drawn: folium.Map, places: gpd.GeoDataFrame, names: dict[str, str]) -> None:
    """Add one switch for each kind of place; marks that share a point are shown as one, opened as a list.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.
    places : GeoDataFrame
        ``id``, ``kind``, ``name``, ``text`` (HTML shown when one is opened), ``is_demo``, ``accuracy_m`` (how far the
        place may be from its point, or missing), points.
    names : dict of str to str
        Name on the switch of each kind, as HTML, in the order of the switches; a kind without places has a switch too.
    """
    groups = [[kind, folium.FeatureGroup(name=name).add_to(drawn)] for kind, name in names.items()]
    behaviour = behaviour_of(drawn)
    behaviour.drawn["marks"] = groups
    behaviour.facts["places_of_kinds"] = features(places)


def add_consultants(drawn: folium.Map, consultants: gpd.GeoDataFrame, *, name: str) -> None:
    """Add the bases of the consultants, each with its short name beside it.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.
    consultants : GeoDataFrame
        ``id``, ``base``, ``is_assumed``, ``text`` (HTML shown when one is opened), ``accuracy_m`` or missing, points.
    name : str
        Name on the switch, as HTML.
    """
    group = folium.FeatureGroup(name=name)
    group.add_to(drawn)
    behaviour = behaviour_of(drawn)
    behaviour.drawn["consultants"] = group
    behaviour.facts["consultants"] = features(consultants)


def add_switches(drawn: folium.Map) -> None:
    """Add the switches of all layers; the page's script puts them into the panel.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map` with its layers.
    """
    switches = folium.LayerControl(collapsed=False, position="topleft")
    switches.add_to(drawn)
    behaviour_of(drawn).drawn["switches"] = switches
