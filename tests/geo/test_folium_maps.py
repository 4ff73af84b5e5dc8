from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from folium.plugins import MarkerCluster
from hypothesis import given
from hypothesis import strategies as st

from geo.folium_maps.base_map import Tiles, add_tiles, base_map, behaviour_of, features
from geo.folium_maps.coverage_map import add_areas, add_cells, thinned
from geo.folium_maps.marks import add_consultants, add_marks, add_switches
from geo.folium_maps.offline_page import PageFiles, PageParts, outside_addresses, readable

STYLE = ":root { --minutes-1: #100000; --minutes-2: #200000; --minutes-3: #300000; --minutes-4: #400000; }"
MODULES = {
    "leaflet": "export const map = 'https://leafletjs.com';",
    "#start.js": 'export const name = "遠野 100% #1 <!-- a\\n";\n',
}
FILES = PageFiles(modules=MODULES, start="#start.js", styles=[STYLE], licences=["Leaflet -- BSD"])
PARTS = PageParts("試しの街", "<header></header>", "<p>panel</p>")
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


def frame(shapes: list[Any], **columns: list[Any]) -> gpd.GeoDataFrame:
    """Return a frame in degrees."""
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=4326, dtype="geometry"), crs=4326)


def town(*, files: PageFiles = FILES, credit: str = "© us", is_schematic: bool = False) -> folium.Map:
    """Return the base map of a town of two districts and three roads."""
    west, east = shapely.box(141.0, 39.0, 141.1, 39.1), shapely.box(141.1, 39.0, 141.2, 39.1)
    road = shapely.MultiLineString([[(141.0, 39.05), (141.2, 39.05)]])
    return base_map(
        frame([west, east], name=["西町", "東町"], is_schematic=[False, True]),
        frame([shapely.Point(141.05, 39.05), shapely.Point(141.15, 39.05)], name=["小村", "大村"]),
        frame([road, road, road], **{"class": ["motorway", "minor", "major"]}),
        (141.0, 39.0, 141.2, 39.1),
        page=(PARTS, files),
        credit=credit,
        is_schematic=is_schematic,
    )


def full_map(*, place_name: str = "会館") -> folium.Map:
    """Return a map with every kind of layer."""
    drawn = town()
    here = shapely.Point(141.05, 39.05)
    areas = [here.buffer(0.01), here.buffer(0.02)]
    add_areas(drawn, frame(areas, origin=["A", "A"], minutes=[10, 20]), {"A": "西"}, none="表示しない")
    squares = [shapely.box(141.0, 39.0, 141.01, 39.01)] * 5
    seconds = [600.0, 1200.0, 1800.0, 1801.0, np.nan]
    add_cells(drawn, frame(squares, travel_time_s=seconds, text=["近い"] * 5), [10, 20, 30], name="色")
    person = {
        "id": ["c"],
        "base": ["西"],
        "is_assumed": [False],
        "text": ["<p>相談員</p>"],
        "accuracy_m": [None],
    }
    add_consultants(drawn, frame([here], **person), name="相談員")
    places = {
        "id": ["p"],
        "kind": ["salon"],
        "name": [place_name],
        "text": ["<p>茶</p>"],
        "accuracy_m": [500],
        "is_demo": [True],
    }
    add_marks(drawn, frame([here], **places), {"salon": "サロン", "other": "その他"})
    add_switches(drawn)
    return drawn


def rendered(drawn: folium.Map) -> str:
    """Return the whole page of a map."""
    return str(drawn.get_root().render())


def told(drawn: folium.Map, name: str) -> list[dict[str, Any]]:
    """Return the features that the script is told of under a name."""
    found: list[dict[str, Any]] = behaviour_of(drawn).facts[name]["features"]
    return found


# --- nothing from outside --------------------------------------------------------------------------------------------


def test_the_page_has_no_address_outside_itself() -> None:
    page = rendered(full_map())
    assert outside_addresses(page) == []
    assert "://" not in page


def test_addresses_of_a_plain_folium_map_are_seen() -> None:
    plain = folium.Map()
    found = outside_addresses(plain.get_root().render())
    assert len(found) >= 10
    assert any("leaflet" in address for address in found)


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="a.png">',
        "<img src=a.png>",
        '<link href="a.png" rel="icon">',
        "<style>p { background: url('a.png') }</style>",
        '<style>@import "a.png";</style>',
        '<form action="a.png">',
    ],
)
def test_each_form_of_an_address_is_seen(markup: str) -> None:
    assert outside_addresses(markup) == ["a.png"]


def test_addresses_inside_do_not_count() -> None:
    inside = '<img src="data:,"><use href="#a"/><!-- <img src="b.png"> --><script>x = \'<img src="c.png">\'</script>'
    assert outside_addresses(inside) == []


def test_folium_stays_as_it_is_for_others() -> None:
    before = outside_addresses(folium.Map().get_root().render())
    lists = [list(folium.Map.default_js), list(folium.Map.default_css)]
    rendered(full_map())
    assert [folium.Map.default_js, folium.Map.default_css] == lists
    assert outside_addresses(folium.Map().get_root().render()) == before


def test_a_part_that_would_be_loaded_is_refused() -> None:
    drawn = town()
    MarkerCluster().add_to(drawn)
    with pytest.raises(ValueError, match=r"would load https://.*markercluster"):
        rendered(drawn)


def policy_of(page: str) -> dict[str, list[str]]:
    """Return the content security policy of a page by its directives."""
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert found
    parts = [part.split() for part in found[1].replace("&#39;", "'").split(";")]
    return {name: values for name, *values in parts}


def scripts_of(page: str) -> list[tuple[str, str]]:
    """Return the scripts of a page: what stands in the tag, and the text."""
    return re.findall(r"<script([^>]*)>(.*?)</script>", page, flags=re.DOTALL)


def test_the_policy_lets_exactly_the_scripts_of_the_page_run() -> None:
    page = rendered(full_map())
    words, modules, script = scripts_of(page)
    policy = policy_of(page)
    [nonce] = re.findall(r'nonce="([^"]+)"', modules[0])
    assert policy["script-src"] == [f"'nonce-{nonce}'"]
    assert modules[0] == f' type="importmap" nonce="{nonce}"'
    assert script[0] == f' type="module" nonce="{nonce}"'
    # Data, which no browser runs.
    assert words[0] == ' type="application/json" id="words"'
    # Whoever adds a script would have to know what else the page runs.
    assert nonce == base64.b64encode(hashlib.sha256((modules[1] + script[1]).encode()).digest()).decode()
    assert policy["default-src"] == ["'none'"]
    assert policy["img-src"] == ["data:"]
    assert page.count("<script") == 3


def test_modules_are_carried_letter_by_letter() -> None:
    carried = json.loads(scripts_of(rendered(town()))[1][1])["imports"]
    head = "data:text/javascript;charset=utf-8,"
    assert {name: unquote(address.removeprefix(head)) for name, address in carried.items()} == MODULES
    assert all(address.startswith(head) and not set(address) & set('"<>#\\\n') for address in carried.values())


def test_tiles_open_one_host_and_begin_switched_off() -> None:
    drawn = full_map()
    add_tiles(drawn, Tiles("背景", "https://tiles.example/xyz/{z}/{x}/{y}.png", "国"))
    page = rendered(drawn)
    assert policy_of(page)["img-src"] == ["data:", "https://tiles.example"]
    name = behaviour_of(drawn).drawn["tiles"].get_name()
    assert f"{name}.addTo(" not in page


def test_a_script_that_would_be_cut_is_refused() -> None:
    drawn = town(files=replace(FILES, start="</SCRIPT>"))
    with pytest.raises(ValueError, match="end of a script"):
        rendered(drawn)


def test_licences_are_carried() -> None:
    assert "Leaflet - - BSD" in rendered(town())


# --- the same inputs, the same bytes ---------------------------------------------------------------------------------


def test_the_same_inputs_give_the_same_bytes() -> None:
    drawn = full_map()
    first = rendered(drawn)
    assert rendered(drawn) == first
    assert rendered(full_map()) == first
    assert rendered(full_map(place_name="別の会館")) != first


@given(st.text())
def test_readable_scripts_say_the_same(text: str) -> None:
    written = json.dumps([text, {text: "\\u9060"}])
    assert json.loads(readable(written)) == json.loads(written)


def test_readable_scripts_keep_what_ends_a_line_or_a_tag() -> None:
    written = json.dumps("遠\u2028\ud842\udfb7\n").replace("n", r"n\u003c")
    assert readable(written) == '"遠\\u2028\\ud842\\udfb7\\n\\u003c"'


# --- names that people typed -----------------------------------------------------------------------------------------


@given(ANY_TEXT)
def test_a_name_reaches_the_script_as_it_was_typed(name: str) -> None:
    here = [shapely.Point(141.05, 39.05)]
    columns = {"id": ["p"], "kind": ["other"], "name": [name], "text": [""], "accuracy_m": [np.nan], "is_demo": [False]}
    drawn = town()
    add_marks(drawn, frame(here, **columns), {"other": "その他"})
    [place] = told(drawn, "places_of_kinds")
    assert place["properties"]["name"] == name
    assert place["properties"]["accuracy_m"] is None


def test_a_name_cannot_end_the_script() -> None:
    page = rendered(full_map(place_name="</script><script>alert(1)</script>"))
    assert page.count("<script") == rendered(full_map()).count("<script")
    assert "alert(1)</script>" not in page


def test_titles_and_credits_are_escaped() -> None:
    page = rendered(town(credit="<b>"))
    assert '"credit": "<b>"' not in page
    assert '"credit": "\\u003cb\\u003e"' in page


# --- cells and areas -------------------------------------------------------------------------------------------------


def test_cells_carry_their_times_and_nothing_where_nobody_arrives() -> None:
    seconds = [cell["properties"]["travel_time_s"] for cell in told(full_map(), "cells")]
    assert seconds == [600.0, 1200.0, 1800.0, 1801.0, None]
    endless = frame([shapely.box(141.0, 39.0, 141.01, 39.01)], travel_time_s=[np.inf], text=[""])
    drawn = town()
    add_cells(drawn, endless, [10], name="色")
    assert told(drawn, "cells")[0]["properties"]["travel_time_s"] is None


def test_more_classes_than_colours_are_refused() -> None:
    cells = frame([shapely.box(141.0, 39.0, 141.01, 39.01)], travel_time_s=[1.0], text=[""])
    with pytest.raises(ValueError, match="colours for 3 edges, but 4"):
        add_cells(town(), cells, [5, 10, 20, 30], name="色")


def test_areas_are_those_of_each_consultant_that_reaches_anything() -> None:
    drawn = town()
    here, nothing = shapely.Point(141.05, 39.05).buffer(0.02), shapely.MultiPolygon()
    areas = frame(
        [here, here, nothing, here], origin=["A", "A", "B", "B"], minutes=[20, 10, 10, 20], population=[2, 1, 0, 3]
    )
    add_areas(drawn, areas, {"A": "西", "B": "東", "C": "無"}, none="表示しない")
    groups = dict(behaviour_of(drawn).drawn["areas"])
    shapes = behaviour_of(drawn).facts["areas"]
    assert list(groups) == list(shapes) == ["A", "B"]
    found = {code: [item["properties"] for item in shape["features"]] for code, shape in shapes.items()}
    assert found["A"] == [{"minutes": 10, "population": 1}, {"minutes": 20, "population": 2}]
    assert found["B"] == [{"minutes": 20, "population": 3}]
    assert not groups["A"].show


@given(
    st.lists(st.tuples(st.floats(141, 141.1), st.floats(39, 39.1)), min_size=1, max_size=4),
    st.lists(st.floats(0.003, 0.02), min_size=2, max_size=3),
)
def test_thinned_areas_nest_and_stay_in_place(middles: list[tuple[float, float]], widths: list[float]) -> None:
    spots = shapely.MultiPoint(middles)
    areas = [spots.buffer(sum(widths[: number + 1]), quad_segs=32) for number in range(len(widths))]
    thin = thinned(areas)
    for inner, outer in itertools.pairwise(thin):
        assert shapely.difference(inner, outer).area <= 1e-12
    for before, after in zip(areas, thin, strict=True):
        assert shapely.symmetric_difference(before, after).area <= 3e-4 * before.length + 1e-6
        assert shapely.get_num_coordinates(after) < shapely.get_num_coordinates(before)


def test_specks_and_small_holes_go() -> None:
    hole = shapely.box(141.05, 39.05, 141.0505, 39.0505)
    land, speck = shapely.box(141.0, 39.0, 141.1, 39.1), shapely.box(141.2, 39.2, 141.2005, 39.2005)
    [thin] = thinned([shapely.union(land.difference(hole), speck)])
    assert shapely.equals(thin, land)


# --- base map --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_schematic", [True, False])
def test_roads_tell_their_class_and_whether_they_are_a_diagram(*, is_schematic: bool) -> None:
    drawn = town(is_schematic=is_schematic)
    assert [road["properties"]["class"] for road in told(drawn, "roads")] == ["motorway", "minor", "major"]
    assert behaviour_of(drawn).facts["roads"]["is_schematic"] == is_schematic


def test_districts_are_multipolygons_as_the_service_sends_them() -> None:
    drawn = town()
    assert {district["geometry"]["type"] for district in told(drawn, "districts")} == {"MultiPolygon"}
    assert [district["properties"] for district in told(drawn, "districts")] == [
        {"name": "西町", "is_schematic": False},
        {"name": "東町", "is_schematic": True},
    ]
    assert [place["properties"]["name"] for place in told(drawn, "places")] == ["小村", "大村"]


def test_features_are_numbered_and_rounded_and_without_holes_in_the_data() -> None:
    numbered = features(frame([shapely.Point(141.123456789, 39.0), None, shapely.Point()], name=["a", "b", "c"]))
    [only] = numbered["features"]
    assert only["geometry"]["coordinates"] == [141.12346, 39.0]
    assert only["id"] == 0


def test_an_empty_town_is_drawn() -> None:
    nothing: list[Any] = []
    drawn = base_map(
        frame(nothing, name=[], is_schematic=[]),
        frame(nothing, name=[]),
        frame(nothing, **{"class": []}),
        (141.0, 39.0, 141.2, 39.1),
        page=(PARTS, FILES),
        credit="",
    )
    add_cells(drawn, frame(nothing, travel_time_s=[], text=[]), [10], name="色")
    add_switches(drawn)
    assert outside_addresses(rendered(drawn)) == []
