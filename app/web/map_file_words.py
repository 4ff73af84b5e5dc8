"""The texts of the map in one file: what stands around the map, and what is shown when something is opened."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from shapely import Point

from app import wording
from app.consultants.queries import Posting
from app.coverage.figures import NO_DISTRICT
from app.datasets.models import Dataset
from app.register.models import KIND_TITLES
from app.register.schemas import ResourceDetails
from app.reports.gap_report_words import NOTE
from app.reports.public_counts import CITY
from app.web.map_file_facts import EPSG, MapFacts, Place, cell_squares
from app.web.symbols import CONSULTANT, symbol
from app.wording import PROFILE_TITLES
from geo.folium_maps.offline_page import PageParts
from geo.roads.profiles import PROFILES

TEMPLATES = Path(__file__).parent / "templates"
CELLS_TITLE = "着くまでの時間の色分け(250 m四方)"
CONSULTANT_TITLE = "丸ごと相談員"
NO_AREA = "表示しない"


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the templates; what people typed is escaped in each of them."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=False
    )
    for name in ("percent", "minutes", "date_text", "accuracy_text"):
        environment.filters[name] = getattr(wording, name)
    # Jinja's own `count` is `length`; in these texts a count is a number with separators.
    environment.filters["count"] = wording.count
    environment.filters["people"] = lambda value: "―" if value is None else wording.count(value)
    environment.filters["road"] = wording.road_text
    environment.filters["digits"] = lambda text: re.sub(r"[^\d+]", "", text)
    return environment


def profile_title(profile: str) -> str:
    """Return the name of a profile, with the word that it is assumed where it is."""
    return PROFILE_TITLES[profile] + ("(仮定)" if PROFILES[profile].is_assumption else "")


def page_parts(facts: MapFacts) -> PageParts:
    """Return what stands around the map."""
    shared = _shared(facts)
    parts = {
        name: templates().get_template(f"map_file/{name}.html").render(shared) for name in ("header", "panel", "notice")
    }
    return PageParts(title=f"{facts.city_name} つながる地域資源マップ", **parts)


def _shared(facts: MapFacts) -> dict[str, Any]:
    document, counts = facts.figures.document, facts.figures.counts
    return {
        "city_name": facts.city_name,
        "day": facts.day.isoformat(),
        "profile_title": profile_title(facts.profile),
        "is_assumption": PROFILES[facts.profile].is_assumption,
        "means": wording.means_text(facts.profile),
        "network": facts.network,
        "network_text": wording.network_text(facts.network),
        "basis": wording.basis_text(facts.datasets, facts.network, facts.profile),
        "coverage": document,
        "edge": counts.minutes,
        "counts": counts,
        "city": CITY,
        "without": [name for name in counts.districts if name not in counts.staffed and name != NO_DISTRICT],
        "note": NOTE,
        "has_areas": bool(facts.figures.with_area),
        "groups": _groups(facts),
        "datasets": [_dataset(item) for item in facts.datasets],
    }


def legend_facts(facts: MapFacts) -> dict[str, Any]:
    """Return what the legend is made from."""
    return {
        # Colours without counts: the file is for everyone.
        "coverage": {"profile": facts.profile, "minutes": facts.figures.document.minutes},
        "profile": profile_title(facts.profile),
        "network": wording.network_text(facts.network),
        "basis": wording.basis_text(facts.datasets, facts.network, facts.profile),
        "edge": facts.figures.counts.minutes,
    }


def area_frame(facts: MapFacts) -> gpd.GeoDataFrame:
    """Return the areas of the consultants."""
    return facts.figures.areas


def _dataset(item: Dataset) -> dict[str, Any]:
    return {
        "subject": wording.DATASETS.get(item.kind, item.kind),
        "as_of": item.as_of.isoformat() if item.as_of else None,
        **{name: getattr(item, name) for name in ("title", "source", "licence", "is_demo", "is_schematic")},
    }


# --- lists -----------------------------------------------------------------------------------------------------------


def _groups(facts: MapFacts) -> list[dict[str, Any]]:
    """Return the names of the panel, by kind."""
    groups = [{"title": CONSULTANT_TITLE, "mark": _mark(CONSULTANT), "items": _posting_entries(facts)}]
    for kind, title in KIND_TITLES.items():
        mine = [place for place in facts.places if place.details.kind == kind]
        groups.append({"title": title, "mark": _mark(kind), "items": [_entry(place) for place in mine]})
    return [group for group in groups if group["items"]]


def _posting_entries(facts: MapFacts) -> list[dict[str, Any]]:
    return [
        {
            "id": _posting_id(posting),
            "name": posting.base,
            "badge": _badge("assumed", "仮定") if posting.is_assumed else "",
            "under": posting.district or "",
            "is_placed": posting.location is not None,
            "facts": "" if posting.location else _posting_text(facts, posting),
        }
        for posting in facts.figures.postings
    ]


def _entry(place: Place) -> dict[str, Any]:
    details = place.details
    upcoming = details.next_text and f"次回 {details.next_text}"
    where = None if place.point else "場所は公表されていません"
    return {
        "id": _place_id(details),
        "name": details.name,
        "badge": _badge("demo", "デモ") if details.is_demo else "",
        "under": " ・ ".join(filter(None, [details.district, upcoming, where])),
        "is_placed": place.point is not None,
        "facts": "" if place.point else _words().facts(details),
    }


def _badge(style: str, text: str) -> Markup:
    return Markup('<span class="badge badge--{}">{}</span>').format(style, text)


def _kind_title(place: Place) -> str:
    return KIND_TITLES[place.details.kind]


def _mark(kind: str) -> Markup:
    return symbol(kind)


def _place_id(details: ResourceDetails) -> str:
    return f"resource-{details.id}"


def _posting_id(posting: Posting) -> str:
    return f"consultant-{posting.code}"


# --- what is opened --------------------------------------------------------------------------------------------------


def _words() -> Any:
    """Return the macros of the popups."""
    template: Template = templates().get_template("map_file/words.html")
    return template.module


def cell_frame(facts: MapFacts) -> gpd.GeoDataFrame:
    """Return the squares of the cells with their times and texts."""
    bases = {posting.code: posting.base for posting in facts.figures.postings}
    means, words = wording.means_text(facts.profile), _words()
    texts = [
        str(words.cell(cell, bases.get(cell.consultant or "", ""), means, wording.REASONS.get(cell.reason or "", "")))
        for cell in facts.figures.cells
    ]
    return cell_squares(facts.figures.cells).assign(text=texts)


def place_frame(facts: MapFacts) -> gpd.GeoDataFrame:
    """Return the resources whose place is published, with their texts."""
    placed = [place for place in facts.places if place.point is not None]
    rows = [
        {
            "id": place.details.id,
            "kind": place.details.kind,
            "name": place.details.name,
            "accuracy_m": place.details.accuracy_m,
            "is_demo": place.details.is_demo,
            "text": str(_words().resource(place.details, _mark(place.details.kind), _kind_title(place))),
        }
        for place in placed
    ]
    return _points(rows, [place.point for place in placed], ("id", "kind", "name", "accuracy_m", "is_demo", "text"))


def posting_frame(facts: MapFacts) -> gpd.GeoDataFrame:
    """Return the bases of the consultants with their texts."""
    placed = [posting for posting in facts.figures.postings if posting.location is not None]
    rows = [
        {
            "id": posting.code,
            "base": posting.base,
            "is_assumed": posting.is_assumed,
            "accuracy_m": posting.accuracy_m,
            "text": str(_posting_text(facts, posting)),
        }
        for posting in placed
    ]
    points = [Point(posting.location) for posting in placed if posting.location is not None]
    return _points(rows, points, ("id", "base", "is_assumed", "accuracy_m", "text"))


def _posting_text(facts: MapFacts, posting: Posting) -> Markup:
    text: Markup = _words().consultant(
        posting,
        _mark(CONSULTANT),
        profile_title(facts.profile),
        wording.means_text(facts.profile),
        posting in facts.figures.with_area,
    )
    return text


def _points(
    rows: Sequence[Mapping[str, Any]], points: Sequence[Point | None], names: Sequence[str]
) -> gpd.GeoDataFrame:
    columns = {name: [row[name] for row in rows] for name in names}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(list(points), crs=EPSG, dtype="geometry"), crs=EPSG)


# --- switches --------------------------------------------------------------------------------------------------------


def cells_switch() -> str:
    """Return the words on the switch of the coloured cells."""
    return f'<span class="swatch fill-ramp" aria-hidden="true"></span>{CELLS_TITLE}'


def consultants_switch(facts: MapFacts) -> str:
    """Return the words on the switch of the consultants."""
    return _switch(_mark(CONSULTANT), CONSULTANT_TITLE, len(facts.figures.postings))


def kind_switches(facts: MapFacts) -> dict[str, str]:
    """Return the words on the switch of each kind, with how many there are."""
    kinds: list[str] = [place.details.kind for place in facts.places]
    return {kind: _switch(_mark(kind), title, kinds.count(kind)) for kind, title in KIND_TITLES.items()}


def area_switches(facts: MapFacts) -> dict[str, str]:
    """Return the words on the switch of each consultant's area."""
    return {
        posting.code: str(
            Markup("{}{}").format(
                wording.short_base(posting.base), Markup(" ") + _badge("assumed", "仮定") if posting.is_assumed else ""
            )
        )
        for posting in facts.figures.with_area
    }


def _switch(mark: Markup, title: str, number: int) -> str:
    return str(Markup('{}{}<span class="count">{}</span>').format(mark, title, number))
