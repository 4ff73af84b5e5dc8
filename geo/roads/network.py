"""A road network on flat arrays: one row per edge as drawn, directed travel derived from it.

The saved form is deterministic: the same roads give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.crs import plane_epsg, to_metres
from geo.errors import NetworkDataError
from geo.roads.arrays import Bools, EdgeArrays, Floats, Ints
from geo.roads.built_up import is_built_up
from geo.roads.components import describe_components
from geo.roads.fingerprint import fingerprint
from geo.roads.network_file import OPTIONAL_FIELDS, pack, unpack, write_whole
from geo.roads.profiles import CAR
from geo.roads.steps import from_steps
from geo.shortest_paths import Hierarchy, SearchGraph, TooManyShortcutsError, contraction_order

if TYPE_CHECKING:
    import pandas as pd

CREDIT = "© OpenStreetMap contributors"
# The hierarchy of shortest paths takes a second for a prefecture and minutes for a nation, which is searched instead.
HIERARCHY_NODES = 1_000_000
# Points that are put on the plane at a time.
BLOCK = 2**20
# Roads whose junctions tell a built-up area.
STREETS = frozenset(CAR.speed_kmh) - {"service"}


@dataclass(frozen=True, eq=False)
class RoadNetwork(EdgeArrays):
    """Roads as flat arrays (see `EdgeArrays`), and what follows from them; see `from_osm`, `from_edges`, `from_place`.

    Attributes
    ----------
    name, source : str
        What it is called, and where it comes from.
    date : str or None
        ISO date that the roads speak of.
    turn_restrictions : int or None
        How many turns the source forbids to cars on these roads, which travel times do not follow; None where the
        source does not tell.
    """

    name: str
    source: str
    date: str | None
    turn_restrictions: int | None

    @classmethod
    def from_osm(cls, path: Path | str, *, name: str | None = None, date: str | None = None) -> Self:
        """Return the roads of an OpenStreetMap file.

        Parameters
        ----------
        path : Path or str
            ``.osm``, ``.osm.gz`` or ``.osm.pbf``.
        name : str, optional
            Name of the network; the file's name by default.
        date : str, optional
            ISO date of the roads; the newest change in the file by default.

        Returns
        -------
        RoadNetwork
            All roads that a profile may use, disconnected components included.

        Raises
        ------
        NetworkDataError
            If the file is missing, broken or has no road in it.
        """
        from geo.roads.osm_reader import read_osm_file  # noqa: PLC0415  (osmnx takes three seconds to import)

        path = Path(path)
        roads = read_osm_file(path)
        name, source = name or path.name.split(".")[0], f"{CREDIT} ({path.name})"
        return cls._of(roads.edges, name, source, date or roads.date, roads.turn_restrictions)

    @classmethod
    def from_place(cls, place: str, *, overpass_url: str, nominatim_url: str, name: str | None = None) -> Self:
        """Return the roads of a place, asked from an Overpass server.

        Parameters
        ----------
        place : str
            Name of a place (its area is asked from Nominatim), or ``west,south,east,north`` in degrees.
        overpass_url, nominatim_url : str
            Addresses of the two servers.
        name : str, optional
            Name of the network; the place by default.

        Returns
        -------
        RoadNetwork
            All roads that a profile may use, disconnected components included.

        Raises
        ------
        NetworkDataError
            If a server does not answer, does not know the place, or has no road there.
        """
        from geo.roads.osm_reader import read_place  # noqa: PLC0415  (see above)

        roads = read_place(place, overpass_url=overpass_url, nominatim_url=nominatim_url)
        return cls._of(roads.edges, name or place, f"{CREDIT} ({place})", roads.date)

    @classmethod
    def from_edges(
        cls,
        edges: pd.DataFrame,
        nodes: pd.DataFrame | None = None,
        *,
        name: str = "edges",
        source: str = "",
        date: str | None = None,
    ) -> Self:
        """Return the roads of a table of edges.

        Parameters
        ----------
        edges : DataFrame or GeoDataFrame
            ``u, v`` (node identifiers), ``highway``, ``oneway`` (bool, yes/no/true/1, or -1 for against the drawing),
            ``length_m``; optional ``geometry`` (LineString in EPSG:4326 from u to v), ``bridge, tunnel, ref, name,
            motorroad, foot`` and ``reversed``. Cells may be lists and the table may have an arc for each direction of
            a street, as osmnx gives them (whose ``length`` is taken for ``length_m``).
        nodes : DataFrame, optional
            ``id, lon, lat``; needed where edges have no geometry.
        name, source : str
            What the network is called, and where it comes from.
        date : str, optional
            ISO date of the roads.

        Returns
        -------
        RoadNetwork
            One edge for each row, or for each two rows that are the two directions of one street.

        Raises
        ------
        NetworkDataError
            If a column is missing, a length is negative or no number, a node is not known, or a shape does not begin
            and end at its nodes.
        """
        from geo.roads.edge_reader import read_edges  # noqa: PLC0415  (geopandas takes a second to import)

        return cls._of(read_edges(edges, nodes), name, source, date)

    @classmethod
    def from_edges_file(cls, path: Path | str, nodes: Path | str | None = None, *, date: str | None = None) -> Self:
        """Return the roads of a file of edges: GeoParquet, Parquet, GeoPackage, GeoJSON or CSV.

        Parameters
        ----------
        path : Path or str
            Edges, see `from_edges`.
        nodes : Path or str, optional
            Nodes, see `from_edges`.
        date : str, optional
            ISO date of the roads.

        Returns
        -------
        RoadNetwork
            Named after the file.

        Raises
        ------
        NetworkDataError
            If a file is missing, broken or holds a row that cannot be used.
        """
        from geo.roads.edge_reader import read_edges_file  # noqa: PLC0415  (see above)

        path = Path(path)
        return cls._of(read_edges_file(path, None if nodes is None else Path(nodes)), path.stem, path.name, date)

    @classmethod
    def _of(
        cls, edges: EdgeArrays, name: str, source: str, date: str | None, turn_restrictions: int | None = None
    ) -> Self:
        return cls(**vars(edges), name=name, source=source, date=date, turn_restrictions=turn_restrictions)

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return len(self.node_ids)

    @property
    def edge_count(self) -> int:
        """Number of edges."""
        return len(self.u)

    @property
    def km(self) -> float:
        """Length of all edges in kilometres."""
        return float(self.length_m.sum() / 1000)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        west, south, east, north = from_steps(np.concatenate([self.steps.min(axis=0), self.steps.max(axis=0)]))
        return float(west), float(south), float(east), float(north)

    @cached_property
    def metric_epsg(self) -> int:
        """EPSG code of the plane zone in which metres are measured."""
        west, south, east, north = self.bounds
        return plane_epsg((west + east) / 2, (south + north) / 2)

    @cached_property
    def node_xy(self) -> Floats:
        """East and north of each node in metres, (n, 2)."""
        return to_metres(self.node_lonlat, self.metric_epsg)

    @cached_property
    def coords_m(self) -> Floats:
        """East and north of all shapes in metres, one after the other, (k, 2)."""
        metres = np.empty(self.steps.shape)
        for begin in range(0, len(metres), BLOCK):  # a nation's at once would be several times as large on the way
            block = slice(begin, begin + BLOCK)
            metres[block] = to_metres(from_steps(self.steps[block]), self.metric_epsg)
        return metres

    @cached_property
    def lines_m(self) -> NDArray[np.object_]:
        """LineString of each edge in metres, (m,)."""
        indices = np.repeat(np.arange(self.edge_count), np.diff(self.offsets))
        return np.asarray(shapely.linestrings(self.coords_m, indices=indices), dtype=object)

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """LineString of each edge in degrees, (m,)."""
        indices = np.repeat(np.arange(self.edge_count), np.diff(self.offsets))
        return np.asarray(shapely.linestrings(self.coords, indices=indices), dtype=object)

    @cached_property
    def node_degree(self) -> Ints:
        """Number of ends of edges that meet at each node, (n,)."""
        count = self.node_count
        return np.bincount(self.u, minlength=count) + np.bincount(self.v, minlength=count)

    @cached_property
    def node_component(self) -> Ints:
        """Connected component of each node, (n,): 0 is the component with most kilometres."""
        ones = np.ones(self.edge_count)
        graph = coo_array((ones, (self.u, self.v)), shape=(self.node_count, self.node_count))
        count, raw = connected_components(graph, directed=False)
        metres = np.bincount(raw[self.u], weights=self.length_m, minlength=count)
        order = np.lexsort((np.arange(count), -metres))
        rank = np.empty(count, dtype=np.int64)
        rank[order] = np.arange(count)
        return rank[raw]

    @cached_property
    def is_built_up(self) -> Bools:
        """Whether each edge lies in a built-up area, (m,); see `geo.roads.built_up`."""
        is_street = np.array([name in STREETS for name in self.highways], dtype=bool)[self.highway]
        return is_built_up(self.node_xy, self.u, self.v, is_street)

    @property
    def component_count(self) -> int:
        """Number of components."""
        return int(self.node_component.max()) + 1

    def components(self) -> list[dict[str, Any]]:
        """Return what there is to say of each connected component, the longest first.

        Returns
        -------
        list of dict
            ``component, nodes, edges, km, lon, lat, name``: the place is a node of the component, the name that of its
            longest named road, empty where no road has one.
        """
        return describe_components(self, self.node_component)

    @cached_property
    def contraction_order(self) -> Ints:
        """Node ranks of the hierarchy of shortest paths, (n,); (0,) where the network is too large for one."""
        if self.node_count > HIERARCHY_NODES:
            return np.empty(0, dtype=np.int64)
        return contraction_order(self.node_count, self.u, self.v, self.node_xy)

    @cached_property
    def hierarchy(self) -> Hierarchy | None:
        """Node hierarchy of shortest paths, without times; None where the network is too large or like no road network.

        It does not change any answer, only how soon it comes.
        """
        if len(self.contraction_order) < self.node_count:
            return None
        try:
            return Hierarchy.build(self.u, self.v, self.contraction_order)
        except TooManyShortcutsError:
            return None

    @cached_property
    def search_graph(self) -> SearchGraph:
        """Cells for bounded searches, without times."""
        return SearchGraph.build(self.u, self.v, self.node_xy)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over what travel times depend on; the order of nodes and edges does not matter."""
        return fingerprint(self)

    def to_bytes(self) -> bytes:
        """Return the saved form.

        Returns
        -------
        bytes
            See `geo.roads.network_file`; equal networks give equal bytes.
        """
        names = [field.name for field in fields(self)]
        return pack({name: getattr(self, name) for name in [*names, *OPTIONAL_FIELDS]})

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return a network from its saved form.

        Parameters
        ----------
        content : bytes
            What `to_bytes` gave.

        Returns
        -------
        RoadNetwork
            Equal to the one that was saved.

        Raises
        ------
        NetworkDataError
            If the content is damaged or of another format.
        """
        values = unpack(content)
        order = values.pop("contraction_order", None)
        network = cls(**values)
        if order is not None:
            if len(order) and not np.array_equal(np.sort(order), np.arange(network.node_count)):
                raise NetworkDataError("The saved network is damaged (its order of nodes is none); build it anew.")
            vars(network)["contraction_order"] = order  # as if it had been worked out
        return network

    def save(self, path: Path | str) -> None:
        """Write the saved form to a file, whole or not at all.

        Parameters
        ----------
        path : Path or str
            Where to.
        """
        write_whole(Path(path), self.to_bytes())

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Return a network from a file that `save` wrote.

        Parameters
        ----------
        path : Path or str
            Where from.

        Returns
        -------
        RoadNetwork
            Equal to the one that was saved.

        Raises
        ------
        NetworkDataError
            If the file is missing or damaged.
        """
        try:
            return cls.from_bytes(Path(path).read_bytes())
        except OSError as error:
            raise NetworkDataError(f"The network {path} cannot be read: {error.strerror}.") from error
