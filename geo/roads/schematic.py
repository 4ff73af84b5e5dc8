"""A city from settlements and links alone: road diagram, people on mesh cells, district borders; all schematic.

Used where the real roads, cells and borders are not loaded yet. Rules, not measurements:

- *People* of a settlement live along its links, as densely as ``exp(-d / 600 m)`` at the distance d from its
  point, up to half way to the next settlement and at most `REACH_M`. Each 250 m square belongs to one
  settlement, so the totals of
  settlements and districts stay exact.
- *Borders* run where the nearest settlement, measured along the links and then straight, changes its district.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geo import mesh
from geo.crs import plane_epsg, to_degrees, to_metres
from geo.errors import NetworkDataError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DECAY_M = 600.0
REACH_M = 2500.0
SAMPLE_M = 50.0
GRID_M = 100.0
OUTSKIRTS_M = 3500.0
BORDER_SAMPLE_M = 250.0
# Width of the brush that rounds borders off, and tolerance that takes the stairs of the grid out of them.
SOFTEN_M = 700.0
STAIRS_M = 140.0
# Around a settlement its own district holds, rounding or not.
HOME_M = 400.0


@dataclass(frozen=True)
class Skeleton:
    """Settlements and junctions as nodes in metres, links as pairs of node indices."""

    ids: NDArray[np.object_]
    xy: Floats
    ends: Ints
    epsg: int
    settlements: int


def _skeleton(settlements: pd.DataFrame, junctions: pd.DataFrame, links: pd.DataFrame) -> Skeleton:
    nodes = pd.concat([settlements[["id", "lon", "lat"]], junctions[["id", "lon", "lat"]]], ignore_index=True)
    number = pd.Series(nodes.index, index=nodes["id"])
    if not number.index.is_unique:
        raise NetworkDataError(f"Two nodes are called {number.index[number.index.duplicated()][0]}.")
    for column in ("from", "to"):
        unknown = links[column][~links[column].isin(number.index)]
        if len(unknown):
            raise NetworkDataError(f"A link names {unknown.iloc[0]}, which is neither a settlement nor a junction.")
    lonlat = nodes[["lon", "lat"]].to_numpy(dtype=float)
    epsg = plane_epsg(*lonlat.mean(axis=0))
    ends = np.column_stack([number[links["from"]].to_numpy(), number[links["to"]].to_numpy()])
    ids = nodes["id"].to_numpy(dtype=object)
    return Skeleton(ids, to_metres(lonlat, epsg), ends, epsg, len(settlements))


def schematic_edges(
    settlements: pd.DataFrame, junctions: pd.DataFrame, links: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the links as edges and nodes for `geo.roads.network.RoadNetwork.from_edges`.

    Parameters
    ----------
    settlements, junctions : DataFrame
        ``id, lon, lat``.
    links : DataFrame
        ``from, to, km, highway, ref``: drawn straight, `km` being the length of the road.

    Returns
    -------
    edges : DataFrame
        ``u, v, highway, oneway, length_m, ref``, two-way, one row for each link.
    nodes : DataFrame
        ``id, lon, lat``; numbers in place of the identifiers, settlements first.

    Raises
    ------
    NetworkDataError
        If a link names an unknown node, or two nodes have one identifier.
    """
    skeleton = _skeleton(settlements, junctions, links)
    edges = pd.DataFrame(
        {
            "u": skeleton.ends[:, 0],
            "v": skeleton.ends[:, 1],
            "highway": links["highway"].to_numpy(),
            "oneway": False,
            "length_m": links["km"].to_numpy(dtype=float) * 1000,
            "ref": links["ref"].to_numpy(),
        }
    )
    places = pd.concat([settlements[["lon", "lat"]], junctions[["lon", "lat"]]], ignore_index=True)
    return edges, places.rename_axis("id").reset_index()


def spread_people(settlements: pd.DataFrame, junctions: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return 250 m squares with the people of the settlements spread over them; totals are exact.

    Parameters
    ----------
    settlements : DataFrame
        ``id, district, population, households, lon, lat``; counts are integers.
    junctions : DataFrame
        ``id, lon, lat``.
    links : DataFrame
        ``from, to``.

    Returns
    -------
    DataFrame
        ``mesh_code`` (unique, sorted), ``lon, lat`` (middle of the square), ``rep_lon, rep_lat`` (a point on a link),
        ``settlement, district, population, households`` (integers).

    Raises
    ------
    NetworkDataError
        As in `schematic_edges`.
    """
    samples = _samples(_skeleton(settlements, junctions, links))
    shares = _share_squares(samples, len(settlements))
    tables = [_people(shares[shares["settlement"] == i], row) for i, row in enumerate(settlements.itertuples())]
    cells = pd.concat(tables).sort_values("mesh_code", ignore_index=True)
    middle = np.array([mesh.centre(code) for code in cells["mesh_code"]]).reshape(-1, 2)
    cells["lon"], cells["lat"] = middle[:, 0], middle[:, 1]
    columns = ["mesh_code", "lon", "lat", "rep_lon", "rep_lat", "settlement", "district", "population", "households"]
    return cells[columns]


def _samples(skeleton: Skeleton) -> pd.DataFrame:
    """Return points along the links of each settlement, with the density of people there."""
    here = [(i, skeleton.xy[i], 0.0) for i in range(skeleton.settlements)]
    for a, b in skeleton.ends:
        for settlement, other in ((a, b), (b, a)):
            if settlement < skeleton.settlements:
                here += _along(skeleton, int(settlement), int(other))
    xy = np.array([sample[1] for sample in here])
    lonlat = np.round(to_degrees(xy, skeleton.epsg), 7)
    return pd.DataFrame(
        {
            "settlement": [sample[0] for sample in here],
            "weight": np.exp(-np.array([sample[2] for sample in here]) / DECAY_M),
            "rep_lon": lonlat[:, 0],
            "rep_lat": lonlat[:, 1],
            "mesh_code": mesh.encode(lonlat[:, 0], lonlat[:, 1]),
        }
    )


def _along(skeleton: Skeleton, settlement: int, other: int) -> list[tuple[int, Floats, float]]:
    start, end = skeleton.xy[settlement], skeleton.xy[other]
    length = float(np.hypot(*(end - start)))
    reach = min(length / 2 if other < skeleton.settlements else length, REACH_M)
    steps = np.arange(SAMPLE_M, reach, SAMPLE_M)
    return [(settlement, start + (end - start) * (step / length), float(step)) for step in steps]


def _share_squares(samples: pd.DataFrame, settlements: int) -> pd.DataFrame:
    """Give every square to one settlement: its own first, then to the one that claims most of it."""
    grouped = samples.sort_values(["settlement", "mesh_code", "weight"], ascending=[True, True, False])
    claims = grouped.groupby(["settlement", "mesh_code"], as_index=False).agg(
        weight=("weight", "sum"), rep_lon=("rep_lon", "first"), rep_lat=("rep_lat", "first")
    )
    strongest = claims.sort_values(["weight", "settlement"], ascending=[False, True], kind="stable")
    taken: dict[str, int] = {}
    for settlement in range(settlements):
        mine = strongest[strongest["settlement"] == settlement]["mesh_code"]
        free = next((code for code in mine if code not in taken), None)
        if free is None:
            raise NetworkDataError(
                f"Settlement {settlement + 1} of the table has no square of its own: too close together."
            )
        taken[free] = settlement
    for code, settlement in zip(strongest["mesh_code"].tolist(), strongest["settlement"].tolist(), strict=True):
        taken.setdefault(code, settlement)
    return claims[claims["mesh_code"].map(taken) == claims["settlement"]]


def _people(squares: pd.DataFrame, settlement: object) -> pd.DataFrame:
    table = squares.assign(
        settlement=settlement.id,  # type: ignore[attr-defined]
        district=settlement.district,  # type: ignore[attr-defined]
        population=apportion(int(settlement.population), squares["weight"].to_numpy()),  # type: ignore[attr-defined]
        households=apportion(int(settlement.households), squares["weight"].to_numpy()),  # type: ignore[attr-defined]
    )
    return table[(table["population"] > 0) | (table["households"] > 0)]


def apportion(total: int, weights: Floats) -> Ints:
    """Return whole numbers in proportion to weights that add up to a total (largest remainders).

    Parameters
    ----------
    total : int
        Not below 0.
    weights : (n,) array of float64
        Above 0.

    Returns
    -------
    (n,) array of int64
        Equal remainders go to the earlier place.

    Examples
    --------
    >>> apportion(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    exact = total * weights / weights.sum()
    whole: Ints = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def district_borders(settlements: pd.DataFrame, junctions: pd.DataFrame, links: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return schematic borders: the catchments of the settlements, joined by district.

    Parameters
    ----------
    settlements : DataFrame
        ``id, district, lon, lat``.
    junctions : DataFrame
        ``id, lon, lat``.
    links : DataFrame
        ``from, to``.

    Returns
    -------
    GeoDataFrame
        ``name, geometry`` (MultiPolygon in EPSG:4326), in the order in which districts first appear; without overlaps
        or gaps, every settlement in its own district.

    Raises
    ------
    NetworkDataError
        As in `schematic_edges`.
    """
    skeleton = _skeleton(settlements, junctions, links)
    names = list(dict.fromkeys(settlements["district"]))
    district = np.array([names.index(name) for name in settlements["district"]])
    points, owner = _owned_points(skeleton)
    outline = _outline(skeleton)
    pieces = _paint(points, district[owner], skeleton, district, outline)
    smooth = shapely.coverage_simplify(np.array(pieces, dtype=object), STAIRS_M)
    shapes = [_to_degrees(shape, skeleton.epsg) for shape in smooth]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=4326)


def _owned_points(skeleton: Skeleton) -> tuple[Floats, Ints]:
    """Return points along all links, each with the settlement that is nearest along the links."""
    lengths = np.hypot(*(skeleton.xy[skeleton.ends[:, 0]] - skeleton.xy[skeleton.ends[:, 1]]).T)
    size = len(skeleton.xy)
    graph = coo_array((lengths, skeleton.ends.T), shape=(size, size)).tocsr()
    metres, _, source = dijkstra(
        graph, directed=False, indices=np.arange(skeleton.settlements), min_only=True, return_predecessors=True
    )
    points, owner = [skeleton.xy], [source]
    for (a, b), length in zip(skeleton.ends, lengths, strict=True):
        share = np.linspace(0, 1, max(int(length / BORDER_SAMPLE_M), 1) + 1)[1:-1, None]
        nearer_a = metres[a] + share[:, 0] * length <= metres[b] + (1 - share[:, 0]) * length
        points.append(skeleton.xy[a] * (1 - share) + skeleton.xy[b] * share)
        owner.append(np.where(nearer_a, source[a], source[b]))
    # What hangs on no settlement says nothing about borders.
    whose = np.concatenate(owner).astype(np.int64)
    return np.concatenate(points)[whose >= 0], whose[whose >= 0]


def _outline(skeleton: Skeleton) -> shapely.Geometry:
    lines = shapely.linestrings(skeleton.xy[skeleton.ends])
    around = shapely.union_all(shapely.buffer(lines, OUTSKIRTS_M))
    closed = shapely.buffer(shapely.buffer(around, 2 * OUTSKIRTS_M), -2 * OUTSKIRTS_M)
    return shapely.Polygon(closed.exterior) if closed.geom_type == "Polygon" else closed


def _paint(
    points: Floats, label: Ints, skeleton: Skeleton, district: Ints, outline: shapely.Geometry
) -> list[shapely.Geometry]:
    """Return the areas of the districts in metres: nearest point on a grid, rounded off, as squares joined."""
    west, south, east, north = shapely.bounds(outline)
    x, y = np.arange(west, east, GRID_M), np.arange(south, north, GRID_M)
    grid = np.column_stack([axis.ravel() for axis in np.meshgrid(x + GRID_M / 2, y + GRID_M / 2)])
    nearest = label[nearest_point(points, grid)[1]].reshape(len(y), len(x))
    votes = np.stack([gaussian_filter((nearest == i).astype(float), SOFTEN_M / GRID_M) for i in range(label.max() + 1)])
    winner = votes.argmax(axis=0)
    # Rounding must not push a settlement over the border.
    metres, home = nearest_point(skeleton.xy[: skeleton.settlements], grid)
    winner = np.where((metres < HOME_M).reshape(winner.shape), district[home].reshape(winner.shape), winner)
    shapely.prepare(outline)
    inside = shapely.contains_xy(outline, grid[:, 0], grid[:, 1]).reshape(winner.shape)
    return [_join_squares((winner == i) & inside, x, y) for i in range(len(votes))]


def nearest_point(points: Floats, places: Floats) -> tuple[Floats, Ints]:
    """Return the distance to the nearest of some points, and its index.

    Parameters
    ----------
    points : (n, 2) array of float64
        Metres.
    places : (m, 2) array of float64
        Metres.

    Returns
    -------
    (m,) array of float64
        Metres.
    (m,) array of int64
        Index into `points`.
    """
    metres, index = cKDTree(points).query(places)
    return np.asarray(metres), np.asarray(index)


def _join_squares(chosen: NDArray[np.bool_], x: Floats, y: Floats) -> shapely.Geometry:
    """Return the union of grid squares, row by row in whole stretches."""
    boxes = []
    for row in np.flatnonzero(chosen.any(axis=1)):
        change = np.flatnonzero(np.diff(np.concatenate([[0], chosen[row].astype(int), [0]])))
        for begin, end in pairwise(change):
            if chosen[row, begin]:
                boxes.append(shapely.box(x[begin], y[row], x[begin] + (end - begin) * GRID_M, y[row] + GRID_M))
    # Corners in every step of the border make neighbours share their points.
    return shapely.segmentize(shapely.union_all(boxes), GRID_M)


def _to_degrees(shape: shapely.Geometry, epsg: int) -> shapely.MultiPolygon:
    degrees = shapely.transform(shape, lambda xy: np.round(to_degrees(xy, epsg), 7))
    return shapely.MultiPolygon([part for part in shapely.get_parts(degrees) if part.area > 0])
