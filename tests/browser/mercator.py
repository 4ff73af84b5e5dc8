"""Where a place lies on the screen, worked out from the page's address alone: Web Mercator by its definition."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

TILE = 256
EARTH_M = 2 * math.pi * 6_371_000  # Leaflet's sphere


def world_pixel(lon: float, lat: float, zoom: float) -> tuple[float, float]:
    """Return x and y in pixels of the whole world at a zoom level.

    >>> world_pixel(0, 0, 0)
    (128.0, 128.0)
    """
    size = TILE * 2**zoom
    y = 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)
    return (lon + 180) / 360 * size, y * size


@dataclass(frozen=True)
class View:
    """What a map page shows: its centre and zoom by the address, its frame by the window."""

    lat: float
    lon: float
    zoom: float
    frame: dict[str, float]

    @classmethod
    def of(cls, page: Page) -> View:
        """Return the view of a page that has it in its address."""
        found = re.search(r"[?&]at=([\d.-]+),([\d.-]+),([\d.]+)", page.url)
        assert found, f"no view in {page.url}"
        box: Any = page.locator("#map").bounding_box()
        lat, lon, zoom = (float(part) for part in found.groups())
        return cls(lat, lon, zoom, box)

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a place lies in the window."""
        x, y = world_pixel(lon, lat, self.zoom)
        middle_x, middle_y = world_pixel(self.lon, self.lat, self.zoom)
        return (
            self.frame["x"] + self.frame["width"] / 2 + x - middle_x,
            self.frame["y"] + self.frame["height"] / 2 + y - middle_y,
        )

    def holds(self, lon: float, lat: float, air: float = 0) -> bool:
        """Return whether a place is seen, that far from the edges."""
        x, y = self.place(lon, lat)
        left, top = self.frame["x"], self.frame["y"]
        return left + air < x < left + self.frame["width"] - air and top + air < y < top + self.frame["height"] - air

    def metres(self, pixels: float) -> float:
        """Return how far pixels are on the ground, in the middle of the view."""
        return pixels * EARTH_M * math.cos(math.radians(self.lat)) / (TILE * 2**self.zoom)


def middle(feature: dict[str, Any]) -> tuple[float, float]:
    """Return the middle of a square feature, lon and lat."""
    ring = feature["geometry"]["coordinates"][0]
    return (ring[0][0] + ring[2][0]) / 2, (ring[0][1] + ring[2][1]) / 2
