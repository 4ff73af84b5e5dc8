"""Marks of places and consultants: shape + letter + colour, so that two of the three may fail."""

from __future__ import annotations

import html
from typing import Any

import folium
import geopandas as gpd
from branca.element import MacroElement
from folium.template import Template

from geo.folium_maps.base_map import behaviour_of, placed

LETTERS = {
    "centre": "拠",
    "window": "相",
    "salon": "サ",
    "gathering_place": "通",
    "childcare": "子",
    "watch_partner": "見",
    "other": "",
}
# Where a letter stands in its shape on the 28 × 28 field, and how large it is where the shape leaves less room.
BASELINES = {"salon": 22, "gathering_place": 18.3, "childcare": 18.3, "watch_partner": 18.2}
SIZES = {"salon": 12, "gathering_place": 12.5, "childcare": 12.5, "watch_partner": 12}
CONSULTANT = "consultant"


class Words(MacroElement):
    """What is shown when a mark is opened, and while a hand rests on it; folium's own popup would need jQuery.

    Parameters
    ----------
    text : str
        HTML of the popup.
    tip : str
        HTML of the tooltip.
    """

    _template = Template("""
        {%- macro script(this, kwargs) %}
            {{ this._parent.get_name() }}.bindPopup({{ this.text|tojson }}, popupOptions)
                .bindTooltip({{ this.tip|tojson }}, tipOptions);
        {% endmacro -%}
    """)

    def __init__(self, text: str, tip: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves it without types
        self._name = "Words"
        self.text = text
        self.tip = tip


def symbol(kind: str, text: str | None = None) -> str:
    """Return the mark of a kind as an SVG that assistive technology passes over: its name stands beside it.

    Parameters
    ----------
    kind : str
        A kind of place, ``consultant`` or ``several``; the page carries a shape of that name.
    text : str, optional
        Instead of the kind's letter.

    Returns
    -------
    str
        SVG.
    """
    letter = LETTERS.get(kind, "") if text is None else text
    height = 36 if kind == CONSULTANT else 28
    place = f'x="14" y="{BASELINES.get(kind, 19)}" font-size="{SIZES.get(kind, 14)}"'
    written = f'<text class="symbol__letter" {place}>{html.escape(letter)}</text>' if letter else ""
    field = f'viewBox="0 0 28 {height}" aria-hidden="true" focusable="false"'
    return f'<svg class="symbol symbol--{kind} kind-{kind}" {field}><use href="#{kind}"/>{written}</svg>'


def add_marks(drawn: folium.Map, places: gpd.GeoDataFrame, names: dict[str, str]) -> None:
    """Add one layer of marks for each kind of place; marks that share a point are shown as one, opened as a list.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.
    places : GeoDataFrame
        ``id``, ``kind``, ``name``, ``text`` (HTML shown when one is opened), ``badge`` (HTML beside the name in a
        list, or nothing), ``accuracy_m`` (how far the place may be from its point, or missing), points.
    names : dict of str to str
        Name on the switch of each kind, as HTML, in the order of the switches; a kind without places has a switch too.
    """
    groups: list[list[Any]] = []
    for kind, name in names.items():
        group = folium.FeatureGroup(name=name)
        group.add_to(drawn)
        groups.append([kind, group])
        mine = placed(places[places["kind"] == kind])
        for place in mine.itertuples():
            _add_mark(group, place, kind, content=symbol(kind), level=300 if kind == "centre" else 0)
    behaviour_of(drawn).drawn["marks"] = groups


def add_consultants(drawn: folium.Map, consultants: gpd.GeoDataFrame, *, name: str) -> None:
    """Add the bases of the consultants, each with its short name beside it.

    Parameters
    ----------
    drawn : folium.Map
        A map of `base_map`.
    consultants : GeoDataFrame
        ``id``, ``name``, ``short_name``, ``text`` (HTML shown when one is opened), ``accuracy_m`` or missing, points.
    name : str
        Name on the switch, as HTML.
    """
    group = folium.FeatureGroup(name=name)
    group.add_to(drawn)
    for consultant in placed(consultants).itertuples():
        written = f'<span class="mark__name">{html.escape(str(consultant.short_name))}</span>'
        _add_mark(group, consultant, CONSULTANT, content=symbol(CONSULTANT) + written, level=1000)
    behaviour_of(drawn).drawn["consultants"] = group


def _add_mark(group: folium.FeatureGroup, place: Any, kind: str, *, content: str, level: int) -> None:
    """Add a mark whose size and place come from the style sheet, and whose name is read out."""
    name = html.escape(str(place.name))
    accuracy = None if place.accuracy_m is None or place.accuracy_m != place.accuracy_m else int(place.accuracy_m)
    badge = getattr(place, "badge", None) or None
    facts: dict[str, Any] = {
        "mark": str(place.id),
        "kind": kind,
        "label": str(place.name),
        "accuracy": accuracy,
        "badge": badge,
    }
    icon = folium.DivIcon(
        html=f'<div class="mark mark--{kind}">{content}<span class="sr-only">{name}</span></div>',
        class_name="place",
        icon_size=(0, 0),
    )
    at = (round(place.geometry.y, 5), round(place.geometry.x, 5))
    # The keyboard opens marks by the list beside the map, not by a hundred tab stops.
    marker = folium.Marker(at, icon=icon, z_index_offset=level, rise_on_hover=True, keyboard=False, **facts)
    Words(place.text, name).add_to(marker)
    marker.add_to(group)


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
