"""Use case: everything that the map shows → one HTML file that opens from a USB stick with the network unplugged."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import folium
from sqlalchemy.orm import Session

from app import wording
from app.documents.clock import today
from app.documents.whole_file import check_target, write_whole
from app.documents.words import WORDS
from app.errors import NotReadyError
from app.web import map_file_words as words
from app.web.headers import GSI_HOST
from app.web.map_file_facts import MapFacts, read_facts
from app.web.modules import LEAFLET as LEAFLET_MODULE
from app.web.modules import needed_by, page_module, read_module
from geo.folium_maps.base_map import Tiles, add_tiles, base_map, behaviour_of
from geo.folium_maps.coverage_map import add_areas, add_cells
from geo.folium_maps.marks import add_consultants, add_marks, add_switches
from geo.folium_maps.offline_page import PageFiles, data_address

START = page_module("map-file")
STATIC = Path(__file__).parent / "static"
LEAFLET = STATIC / "vendor" / "leaflet"
DESIGN = STATIC / "vendor" / "design-tokens"
PICTURES = ("layers.png", "layers-2x.png", "marker-icon.png")
MARKER = {"iconUrl": "marker-icon.png", "iconRetinaUrl": "marker-icon-2x.png", "shadowUrl": "marker-shadow.png"}
GSI_TILES = Tiles("背景の地図(国土地理院、通信が要ります)", f"{GSI_HOST}/xyz/pale/{{z}}/{{x}}/{{y}}.png", "国土地理院")


def write_map(
    session: Session,
    out: Path,
    *,
    profile: str = "car",
    city_name: str,
    gsi_tiles: bool = False,
    day: date | None = None,
) -> None:
    """Write the map as it is on a day, today by default, into a file: whole, or not at all."""
    target = check_target(out)
    files = read_page_files()
    facts = read_facts(session, profile=profile, city_name=city_name, day=day or today())
    page = draw_map(facts, files, gsi_tiles=gsi_tiles).get_root().render()
    write_whole(target, page.encode())


def draw_map(facts: MapFacts, files: PageFiles, *, gsi_tiles: bool = False) -> folium.Map:
    """Return the map of all layers in its page."""
    figures = facts.figures
    drawn = base_map(
        facts.districts,
        facts.settlements,
        facts.roads,
        facts.bounds,
        page=(words.page_parts(facts), files),
        credit=wording.credit(facts.datasets, facts.network),
        label="地図。矢印キーで動かし、＋と－で大きさを変え、Enterで中央の場所の時間を読みます。Tabキーで印へ進み、印の上では矢印キーで次の印へ移ります。",
        is_schematic=facts.network.is_schematic,
    )
    behaviour_of(drawn).facts["legend"] = words.legend_facts(facts)
    if figures.with_area:
        add_areas(drawn, words.area_frame(facts), words.area_switches(facts), none=words.NO_AREA)
    add_cells(drawn, words.cell_frame(facts), figures.document.minutes, name=words.cells_switch())
    add_consultants(drawn, words.posting_frame(facts), name=words.consultants_switch(facts))
    add_marks(drawn, words.place_frame(facts), words.kind_switches(facts))
    if gsi_tiles:
        add_tiles(drawn, GSI_TILES)
    add_switches(drawn)
    return drawn


def read_page_files() -> PageFiles:
    """Return what the file carries within itself; say how to get it where it is missing."""
    try:
        styles = [path.read_text(encoding="utf-8") for path in (DESIGN / "tokens.css", *_own_styles())]
        pictures = {name: _picture(name) for name in {*PICTURES, *MARKER.values()}}
        leaflet_css = (LEAFLET / "leaflet.css").read_text(encoding="utf-8")
        for name in PICTURES:
            leaflet_css = leaflet_css.replace(f"images/{name}", pictures[name])
        return PageFiles(
            modules={name: _module(name) for name in needed_by(START, _module)},
            start=START,
            styles=[leaflet_css, *styles],
            words=json.dumps(WORDS, ensure_ascii=False),
            symbols=_symbols(),
            icon=data_address((STATIC / "icon.svg").read_bytes(), "image/svg+xml"),
            marker={option: pictures[name] for option, name in MARKER.items()},
            licences=[
                f"{name}\n{(folder / 'LICENSE').read_text(encoding='utf-8').strip()}"
                for name, folder in (("Leaflet", LEAFLET), ("@digital-go-jp/design-tokens", DESIGN))
            ],
        )
    except FileNotFoundError as error:
        raise NotReadyError(
            f"The file {error.filename} of the pages is missing. The set-up puts it there: `make run` or `make test`."
        ) from error


def _module(name: str) -> str:
    """Return the text of a module, Leaflet's among them."""
    if name != LEAFLET_MODULE:
        return read_module(name)
    return (LEAFLET / "leaflet-src.esm.js").read_text(encoding="utf-8").split("//# sourceMappingURL=")[0]


def _own_styles() -> list[Path]:
    return [STATIC / "css" / name for name in ("tokens.css", "layout.css", "map.css")]


def _picture(name: str) -> str:
    return data_address((LEAFLET / "images" / name).read_bytes(), "image/png")


def _symbols() -> str:
    """Return the shapes of the marks for use within a page, where they are not to take room."""
    shapes = (STATIC / "symbols.svg").read_text(encoding="utf-8")
    return shapes.replace("<svg xmlns=", '<svg hidden width="0" height="0" aria-hidden="true" data-was=', 1).replace(
        ' data-was="http://www.w3.org/2000/svg"', ""
    )
