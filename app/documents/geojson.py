"""GeoJSON (RFC 7946) as every room answers with it: lon before lat, in EPSG:4326."""

from __future__ import annotations

from typing import Any

import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry


def geojson_geometry(value: WKBElement | None) -> dict[str, Any] | None:
    """Return a stored geometry as GeoJSON, lon before lat."""
    return None if value is None else geojson_shape(to_shape(value))


def geojson_shape(shape: BaseGeometry) -> dict[str, Any]:
    """Return a geometry as GeoJSON: outer rings against the clock, holes with it (RFC 7946, 3.1.6)."""
    return dict(mapping(shapely.orient_polygons(shape)))


def feature(geometry: WKBElement | None, properties: dict[str, Any]) -> dict[str, Any]:
    """Return one GeoJSON feature."""
    return {"type": "Feature", "geometry": geojson_geometry(geometry), "properties": properties}


def feature_collection(features: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
    """Return a GeoJSON feature collection, with further members where a page needs them."""
    return {"type": "FeatureCollection", "features": features, **members}
