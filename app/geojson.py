"""GeoJSON (RFC 7946) as every room answers with it: lon before lat, in EPSG:4326."""

from __future__ import annotations

from typing import Any

from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from shapely.geometry import mapping


def geojson_geometry(value: WKBElement | None) -> dict[str, Any] | None:
    """Return a stored geometry as GeoJSON, lon before lat."""
    return None if value is None else dict(mapping(to_shape(value)))


def feature(geometry: WKBElement | None, properties: dict[str, Any]) -> dict[str, Any]:
    """Return one GeoJSON feature."""
    return {"type": "Feature", "geometry": geojson_geometry(geometry), "properties": properties}


def feature_collection(features: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
    """Return a GeoJSON feature collection, with further members where a page needs them."""
    return {"type": "FeatureCollection", "features": features, **members}
