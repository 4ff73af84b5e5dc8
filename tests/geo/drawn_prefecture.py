"""A small prefecture drawn by hand: a road of 12 km with two towns, a stretch that nothing joins, and its files.

With `drawn_networks.CAR` 10 m take a second. The towns and their people, by east and north in metres:

- 03901 西町: 駅前 (0, 0) 100; 中通 (2900, 0) 50; 奥山 (3000, 900) 7, whose area reaches down to the road at (3300, 0)
- 03902 東町: 本町 (9000, 0) 40; 新町 (9500, 0) 35; 浜 (12000, 0) 60; 島 (11000, 5000) 3 on the lonely stretch;
  沢 (7000, 2000) 1, where no road is
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely
from drawn_networks import at

ROAD = [(1, 2, [(0, 0), (3000, 0)]), (2, 3, [(3000, 0), (9000, 0)]), (3, 4, [(9000, 0), (12000, 0)])]
LONELY = [(8, 9, [(10500, 5000), (11500, 5000)])]
AREAS = [
    ("03902", "東町", "本町", (9000, 0), 40),
    ("03901", "西町", "駅前", (0, 0), 100),
    ("03901", "西町", "中通", (2900, 0), 50),
    ("03901", "西町", "奥山", (3000, 900), 7),
    ("03902", "東町", "新町", (9500, 0), 35),
    ("03902", "東町", "浜", (12000, 0), 60),
    ("03902", "東町", "島", (11000, 5000), 3),
    ("03902", "東町", "沢", (7000, 2000), 1),
]
MOUNTAIN = [(3300, -100), (4000, -100), (4000, 1500), (2800, 1500), (2800, 500), (3300, 500)]
PEOPLE = sum(area[-1] for area in AREAS)


def write_roads(folder: Path) -> Path:
    """Write the roads as GeoParquet edges."""
    edges = [*ROAD, *LONELY]
    lines = [shapely.LineString(at(*points)) for _, _, points in edges]
    table = gpd.GeoDataFrame(
        {
            "u": [edge[0] for edge in edges],
            "v": [edge[1] for edge in edges],
            "highway": "road",
            "oneway": False,
            "length_m": [shapely.LineString(points).length for _, _, points in edges],
        },
        geometry=lines,
        crs=4326,
    )
    path = folder / "roads.parquet"
    table.to_parquet(path)
    return path


def write_areas(folder: Path, name: str = "areas.geojson", prefecture: str = "03") -> Path:
    """Write the small areas with their shapes, in an order that is not that of the codes."""
    shapes = [
        shapely.Polygon(at(*MOUNTAIN)) if label == "奥山" else shapely.Point(at(place)[0]).buffer(0.0005)
        for _, _, label, place, _ in AREAS
    ]
    points = at(*[area[3] for area in AREAS])
    table = gpd.GeoDataFrame(
        {
            "key_code": [f"k{i}" for i in range(len(AREAS))],
            "citycode": [prefecture + area[0][2:] for area in AREAS],
            "city": [area[1] for area in AREAS],
            "name": [area[2] for area in AREAS],
            "population": [area[4] for area in AREAS],
            "label_lon": points[:, 0],
            "label_lat": points[:, 1],
        },
        geometry=shapes,
        crs=4326,
    )
    path = folder / name
    table.to_file(path) if name.endswith(".geojson") else table.to_parquet(path)
    return path


def write_offices(folder: Path) -> Path:
    """Write the office of 東町, 20 m beside the road at (9000, 0); that of 西町 is not known."""
    (lon, lat), path = at((9000, 20))[0], folder / "offices.csv"
    path.write_text(f"citycode,name,lon,lat\n3902,東町役場,{lon},{lat}\n", encoding="cp932")
    return path
