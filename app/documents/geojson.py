"""GeoJSON (RFC 7946) as every room answers with it: lon before lat, in EPSG:4326."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from pydantic import Field, TypeAdapter
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from app.documents.typed import Document
from geo.mesh import bounds as mesh_bounds

Position = tuple[float, float]
G = TypeVar("G")
P = TypeVar("P")
F = TypeVar("F")
# About a decimetre.
DIGITS = 6


class Point(Document):
    """A point."""

    type: Literal["Point"] = "Point"
    coordinates: Position


class LineString(Document):
    """A line."""

    type: Literal["LineString"] = "LineString"
    coordinates: list[Position]


class MultiLineString(Document):
    """Several lines."""

    type: Literal["MultiLineString"] = "MultiLineString"
    coordinates: list[list[Position]]


class Polygon(Document):
    """An area: its outer ring, then its holes."""

    type: Literal["Polygon"] = "Polygon"
    coordinates: list[list[Position]]


class MultiPolygon(Document):
    """Several areas."""

    type: Literal["MultiPolygon"] = "MultiPolygon"
    coordinates: list[list[list[Position]]]


Geometry = Annotated[Point | LineString | MultiLineString | Polygon | MultiPolygon, Field(discriminator="type")]
_geometry: TypeAdapter[Geometry] = TypeAdapter(Geometry)


class Feature(Document, Generic[G, P]):
    """A thing with its place."""

    type: Literal["Feature"] = "Feature"
    geometry: G
    properties: P


class FeatureCollection(Document, Generic[F]):
    """Things of one kind."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[F]


def stored_shape(value: WKBElement | None) -> Geometry | None:
    """Return a stored geometry as GeoJSON, lon before lat."""
    return None if value is None else geojson_shape(to_shape(value))


def stored_point(value: WKBElement | None) -> Point | None:
    """Return a stored point as GeoJSON."""
    found = stored_shape(value)
    return found if isinstance(found, Point) else None


def geojson_shape(shape: BaseGeometry) -> Geometry:
    """Return a geometry as GeoJSON: outer rings against the clock, holes with it (RFC 7946, 3.1.6)."""
    return _geometry.validate_python(mapping(shapely.orient_polygons(shape)))


def mesh_square(mesh_code: str) -> Polygon:
    """Return the square of a mesh cell."""
    west, south, east, north = (round(value, DIGITS) for value in mesh_bounds(mesh_code))
    return Polygon(coordinates=[[(west, south), (east, south), (east, north), (west, north), (west, south)]])
