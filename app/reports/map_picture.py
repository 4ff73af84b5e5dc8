"""The map of the report, drawn from our own data: borders, roads, squares by what becomes of them, posts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from app.reports.gap_report import COVERED, GAINED, LEFT, UNREACHED, Ground, Place
from app.reports.paper import number, palette, picture, tag, words
from app.wording import short_base
from geo.crs import plane_epsg, to_metres
from geo.mesh import bounds as mesh_bounds

Box = tuple[float, float, float, float]
MARGIN = 1.5
STRIP = 6.0
LETTERS = 2.55  # 7.2 pt
ROAD_WIDTHS = {"motorway": 0.5, "major": 0.38, "middle": 0.22, "minor": 0.1}
# What is thinner than this on paper is left out of a line, and a minor road shorter than that is not drawn.
THIN = 0.12
SHORT = 0.9
METRES_IN_DEGREE = 111_000.0
SCALE_BARS_KM = (0.5, 1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class Sheet:
    """Where on paper a place lies: millimetres from the top left."""

    epsg: int
    west: float
    north: float
    mm_per_m: float
    left: float
    top: float

    @property
    def thin_degrees(self) -> float:
        """Return how much of a degree is too thin to be seen."""
        return THIN / self.mm_per_m / METRES_IN_DEGREE

    def place(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the places of points."""
        metres = to_metres(lonlat, self.epsg)
        return np.column_stack(
            [
                self.left + (metres[:, 0] - self.west) * self.mm_per_m,
                self.top + (self.north - metres[:, 1]) * self.mm_per_m,
            ]
        )


def draw_map(ground: Ground, size: tuple[float, float], title: str, credit: str) -> str:
    """Return the map as SVG, with the scale, whose data it is and the sign for north under it."""
    width, height = size
    sheet = fit(ground, width, height - STRIP)
    colours = palette()
    roads = {name: _road(sheet, name, shape) for name, shape in ground.roads.items()}
    borders = shapely.coverage_simplify(list(ground.districts.values()), sheet.thin_degrees)
    districts = shapely.transform(borders, sheet.place)
    parts = [
        tag("clipPath", tag("rect", x=0.0, y=0.0, width=float(width), height=height - STRIP), id="frame"),
        tag(
            "g",
            _roads(roads, ("minor", "middle"))
            + tag("path", d=_areas(districts), fill="none", stroke=colours["map-border"], stroke_width=0.2)
            + _squares(ground.squares, sheet)
            + _roads(roads, ("major", "motorway"))
            + _around(districts, width, height - STRIP)
            + _marks(ground.places, sheet, (width, height - STRIP)),
            clip_path="url(#frame)",
        ),
        tag(
            "rect", x=0.1, y=0.1, width=width - 0.2, height=height - STRIP - 0.2, fill="none",
            stroke=colours["line-strong"], stroke_width=0.2,
        ),
        *_scale(sheet, width, height),
        *_credit(credit, width, height),
    ]  # fmt: skip
    return picture(width, height, title, parts)


def fit(ground: Ground, width: float, height: float) -> Sheet:
    """Return the sheet on which everything is as large as it can be."""
    boxes = [tuple(shapely.bounds(shape).tolist()) for shape in ground.districts.values()]
    boxes += [mesh_bounds(code) for codes in ground.squares.values() for code in codes]
    boxes = boxes or [tuple(shapely.bounds(shape).tolist()) for shape in ground.roads.values()]
    west, south, east, north = (
        pick(values) for pick, values in zip((min, min, max, max), zip(*boxes, strict=True), strict=True)
    )
    epsg = plane_epsg((west + east) / 2, (south + north) / 2)
    ring = shapely.segmentize(shapely.box(west, south, east, north), 0.02).exterior.coords
    metres = to_metres(np.array(ring), epsg)
    if ground.districts:
        whole = shapely.get_coordinates(list(ground.districts.values()))
        metres = to_metres(whole, epsg)
    low, high = metres.min(axis=0), metres.max(axis=0)
    wide, tall = np.maximum(high - low, 1000.0)
    scale = min((width - 2 * MARGIN) / wide, (height - 2 * MARGIN) / tall)
    left, top = (width - wide * scale) / 2, (height - tall * scale) / 2
    return Sheet(epsg, float(low[0]), float(high[1]), float(scale), float(left), float(top))


def _road(sheet: Sheet, name: str, shape: shapely.Geometry) -> NDArray[np.object_]:
    """Return the lines of a class on paper: first thinned, then projected, without what is too short to be seen."""
    lines = shapely.simplify(shapely.get_parts(shape), sheet.thin_degrees, preserve_topology=False)
    if name == "minor":
        lines = lines[shapely.length(lines) >= SHORT * sheet.thin_degrees / THIN]
    return np.asarray(shapely.transform(lines, sheet.place), dtype=object)


def _path(points: NDArray[np.float64], *, closed: bool = False) -> str:
    steps = "L".join(f"{number(x)} {number(y)}" for x, y in points.tolist())
    return f"M{steps}{'Z' if closed else ''}"


def _areas(shapes: Iterable[shapely.Geometry]) -> str:
    rings = shapely.get_rings(shapely.get_parts(list(shapes)))
    return "".join(_path(shapely.get_coordinates(ring), closed=True) for ring in rings)


def _around(districts: NDArray[np.object_], width: float, height: float) -> str:
    """Return what lies outside the city, veiled, and the border of the city."""
    city = shapely.union_all(districts)
    outside = shapely.difference(shapely.box(0, 0, width, height), city)
    return tag("path", d=_areas([outside]), fill=palette()["paper"], fill_opacity=0.6, fill_rule="evenodd") + tag(
        "path", d=_areas([city]), fill="none", stroke=palette()["map-border"], stroke_width=0.5, stroke_linejoin="round"
    )


def _roads(roads: Mapping[str, NDArray[np.object_]], names: Sequence[str]) -> str:
    return "".join(
        tag(
            "path",
            d="".join(_path(shapely.get_coordinates(line)) for line in roads[name]),
            fill="none",
            stroke=palette()["map-road"],
            stroke_width=ROAD_WIDTHS[name],
            stroke_opacity=0.55 if name == "minor" else 1,
        )
        for name in names
        if name in roads
    )


def _squares(squares: Mapping[str, Sequence[str]], sheet: Sheet) -> str:
    colours = palette()
    looks: dict[str, dict[str, Any]] = {
        COVERED: {"fill": colours["covered"]},
        GAINED: {"fill": colours["gained"]},
        LEFT: {"fill": colours["paper"], "stroke": colours["ink"], "stroke_width": 0.14},
        UNREACHED: {"fill": "none", "stroke": colours["ink"], "stroke_width": 0.14},
    }
    return "".join(
        tag(
            "path",
            d="".join(_square(ring, crossed=fate == UNREACHED) for ring in _corners(squares[fate], sheet)),
            **look,
        )
        for fate, look in looks.items()
        if squares.get(fate)
    )


def _corners(codes: Sequence[str], sheet: Sheet) -> NDArray[np.float64]:
    """Return the four corners of squares on paper."""
    west, south, east, north = np.array([mesh_bounds(code) for code in codes]).T
    rings = np.stack([west, south, west, north, east, north, east, south], axis=1)
    return sheet.place(rings.reshape(-1, 2)).reshape(-1, 4, 2)


def _square(corners: NDArray[np.float64], *, crossed: bool) -> str:
    cross = _path(corners[[0, 2]]) + _path(corners[[1, 3]]) if crossed else ""
    return _path(corners, closed=True) + cross


# --- posts and their names -------------------------------------------------------------------------------------------


def _marks(places: Sequence[Place], sheet: Sheet, size: tuple[float, float]) -> str:
    """Return the posts, new ones on top, each with its name where there is room."""
    known = [place for place in places if place.lonlat is not None]
    points = sheet.place(np.array([place.lonlat for place in known], dtype=float).reshape(-1, 2)).tolist()
    radii = [1.15 if place.number is None else 1.9 for place in known]
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(points, radii, strict=True)]
    drawn, names = [], []
    # New posts choose their place first.
    for index in sorted(range(len(known)), key=lambda i: known[i].number is None):
        place, (x, y), radius = known[index], points[index], radii[index]
        drawn.append(_new_post(place, x, y) if place.number is not None else _post(x, y))
        bold = place.number is not None
        box = _free_box(short_base(place.name), (x, y, radius), taken, size)
        taken.append(box)
        names.append(_name(short_base(place.name), box, bold=bold))
    return "".join(reversed(drawn)) + "".join(names)


def _post(x: float, y: float) -> str:
    ink, paper = palette()["ink"], palette()["paper"]
    return tag("circle", cx=x, cy=y, r=1.0, fill=ink, stroke=paper, stroke_width=0.35) + tag(
        "circle", cx=x, cy=y, r=0.35, fill=paper
    )


def _new_post(place: Place, x: float, y: float) -> str:
    ink, paper = palette()["ink"], palette()["paper"]
    return tag(
        "rect", x=x - 1.75, y=y - 1.75, width=3.5, height=3.5, fill=ink, stroke=paper, stroke_width=0.45
    ) + words(str(place.number), x, y + 0.92, 2.6, fill=paper, text_anchor="middle", font_weight="bold")


def _free_box(name: str, mark: tuple[float, float, float], taken: Sequence[Box], size: tuple[float, float]) -> Box:
    """Return where a name stands beside its mark: to the right, the left, above or below, where the least is hidden."""
    x, y, radius = mark
    wide, tall, gap = len(name) * LETTERS * 1.02, LETTERS * 1.15, radius + 0.5
    corners = [
        (x + gap, y - tall / 2),
        (x - gap - wide, y - tall / 2),
        (x - wide / 2, y + gap),
        (x - wide / 2, y - gap - tall),
    ]
    boxes = [(left, top, left + wide, top + tall) for left, top in corners]
    frame = (0.6, 0.6, size[0] - 0.6, size[1] - 0.6)
    return min(boxes, key=lambda box: sum(_common(box, other) for other in taken) + 9 * _outside(box, frame))


def _common(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(tall, 0.0)


def _outside(box: Box, frame: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1]) - _common(box, frame)


def _name(name: str, box: Box, *, bold: bool) -> str:
    x, y = box[0], box[3] - LETTERS * 0.26
    weight = "bold" if bold else "normal"
    halo = words(
        name, x, y, LETTERS, font_weight=weight, fill="none", stroke=palette()["paper"], stroke_width=0.8,
        stroke_linejoin="round",
    )  # fmt: skip
    return halo + words(name, x, y, LETTERS, font_weight=weight)


def _scale(sheet: Sheet, width: float, height: float) -> list[str]:
    """Return the scale bar and the sign for north under the map."""
    ink = palette()["ink"]
    kilometres = max((km for km in SCALE_BARS_KM if km * 1000 * sheet.mm_per_m <= 30), default=SCALE_BARS_KM[0])
    long, y = kilometres * 1000 * sheet.mm_per_m, height - 1.6
    bar = f"M0.3 {number(y - 1.2)}V{number(y)}H{number(0.3 + long)}V{number(y - 1.2)}"
    tip = width - 5.5
    return [
        tag("path", d=bar, fill="none", stroke=ink, stroke_width=0.3),
        words(f"{kilometres:g} km", 1.4 + long, y + 0.3, LETTERS),
        tag(
            "path",
            d=f"M{number(tip)} {number(y - 3.4)}L{number(tip + 1.3)} {number(y + 0.5)}H{number(tip - 1.3)}Z",
            fill=ink,
        ),
        words("北", tip + 2.0, y + 0.3, LETTERS),
    ]


def _credit(credit: str, width: float, height: float) -> list[str]:
    """Return whose data the map is drawn from, where there is room; it stands under the figures as well."""
    room = width - 55
    wide = sum(LETTERS * (0.56 if sign.isascii() else 1.0) for sign in credit)
    return [words(credit, width - 9.0, height - 1.3, LETTERS, text_anchor="end")] if wide <= room else []
