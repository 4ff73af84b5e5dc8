"""All that the map in one file shows, read through the queries of the rooms, as frames and plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import geopandas as gpd
import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from sqlalchemy.orm import Session

from app.consultants.queries import Posting, list_postings
from app.coverage.draw_isochrones import areas_of_bases
from app.coverage.measure_coverage import measure_coverage
from app.coverage.models import CoverageCell
from app.coverage.not_reached import main_minutes
from app.coverage.queries import list_run_cells
from app.coverage.schemas import CoverageDocument
from app.datasets.models import Dataset
from app.demand.queries import list_places
from app.register.queries import city_bounds, list_districts, list_resources
from app.register.schemas import ResourceDetails, resource_details
from app.reports.public_counts import PublicCounts, count_for_everyone
from app.roads.base_map import road_lines
from app.roads.models import RoadNetworkRow
from app.roads.queries import active_network, load_network
from app.web.map_data import datasets_in_use
from geo.mesh import bounds as mesh_bounds

EPSG = 4326


@dataclass(frozen=True)
class Place:
    """A resource: its point, or None where it is not published, and all that is public of it."""

    point: shapely.Point | None
    details: ResourceDetails


@dataclass(frozen=True)
class Figures:
    """The coverage by one profile: its document, the time of every cell, the areas of each post, the counts to tell."""

    document: CoverageDocument
    cells: Sequence[CoverageCell]
    areas: gpd.GeoDataFrame
    postings: Sequence[Posting]
    counts: PublicCounts

    @property
    def with_area(self) -> Sequence[Posting]:
        """The posts that reach anything."""
        drawn = set(self.areas.loc[~self.areas.is_empty, "origin"])
        return [posting for posting in self.postings if posting.code in drawn]


@dataclass(frozen=True)
class MapFacts:
    """What one file shows."""

    city_name: str
    day: date
    profile: str
    bounds: Sequence[float]
    network: RoadNetworkRow
    datasets: Sequence[Dataset]
    districts: gpd.GeoDataFrame
    settlements: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    places: Sequence[Place]
    figures: Figures


def read_facts(session: Session, *, profile: str, city_name: str, day: date) -> MapFacts:
    """Return what the file shows on a day; the coverage is measured where that was not done yet."""
    figures = _figures(session, profile)
    network = active_network(session)
    return MapFacts(
        city_name=city_name,
        day=day,
        profile=profile,
        bounds=city_bounds(session) or cell_squares(figures.cells).total_bounds.tolist(),
        network=network,
        datasets=datasets_in_use(session, network),
        districts=_districts(session),
        settlements=_settlements(session),
        roads=_roads(session, network),
        places=[Place(_point(item.location), resource_details(item, day)) for item in list_resources(session)],
        figures=figures,
    )


def cell_squares(cells: Sequence[CoverageCell]) -> gpd.GeoDataFrame:
    """Return the squares of cells with their travel times, missing where nobody arrives."""
    squares = [shapely.box(*mesh_bounds(cell.mesh_code)) for cell in cells]
    return _frame({"travel_time_s": [cell.travel_time_s for cell in cells]}, squares).astype({"travel_time_s": float})


def _figures(session: Session, profile: str) -> Figures:
    run = measure_coverage(session, profile=profile)
    postings = list_postings(session)
    document = CoverageDocument.model_validate_json(run.document)
    empty = _frame({"origin": [], "minutes": []}, [])
    areas = areas_of_bases(session, postings, document.minutes, profile) if postings else empty
    counts = count_for_everyone(session, profile, main_minutes(document.minutes))
    return Figures(document, list_run_cells(session, run.id), areas, postings, counts)


def _districts(session: Session) -> gpd.GeoDataFrame:
    rows = [district for district in list_districts(session) if district.geometry is not None]
    return _frame(
        {"name": [row.name for row in rows], "is_schematic": [row.dataset.is_schematic for row in rows]},
        [to_shape(row.geometry) for row in rows if row.geometry is not None],
    )


def _settlements(session: Session) -> gpd.GeoDataFrame:
    rows = sorted((area for area, _ in list_places(session)), key=lambda row: -row.population)
    return _frame({"name": [row.name for row in rows]}, [to_shape(row.location) for row in rows])


def _point(value: WKBElement | None) -> shapely.Point | None:
    return None if value is None else cast("shapely.Point", to_shape(value))


def _roads(session: Session, row: RoadNetworkRow) -> gpd.GeoDataFrame:
    lines = road_lines(load_network(session, row))
    return _frame({"class": list(lines)}, list(lines.values()))


def _frame(columns: Mapping[str, Sequence[Any]], shapes: Sequence[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(dict(columns), geometry=gpd.GeoSeries(list(shapes), crs=EPSG, dtype="geometry"), crs=EPSG)
