"""No file that someone hands in makes a reader ask another host, and none ends in a traceback."""

from __future__ import annotations

import io
import json
import sqlite3
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from app.demand.read_demand import read_demand
from app.errors import InputError
from app.municipalities.read_municipalities import read_municipalities
from app.register.read_districts import read_districts
from geo.errors import GeoError
from geo.roads.edge_reader import read_edges_file

Read = Callable[[Path], object]


def read_areas(path: Path) -> object:
    return read_municipalities([path], None, "all")


def read_offices(path: Path) -> object:
    (path.parent / "good.csv").write_text("citycode,city,population,lon,lat\n03208,遠野市,1,141.5,39.3\n")
    return read_municipalities([path.parent / "good.csv"], path, "all")


READERS: dict[str, Read] = {
    "districts": read_districts,
    "demand": read_demand,
    "areas": read_areas,
    "offices": read_offices,
    "edges": read_edges_file,
}


def told(read: Read, path: Path) -> str:
    """Return what a reader says of a file, nothing where it takes it."""
    try:
        read(path)
    except (InputError, GeoError) as error:
        return str(error)
    return ""


# --- no network ------------------------------------------------------------------------------------------------------


class Host:
    """A host on this machine that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                self.send_response(404)
                self.end_headers()

            def do_HEAD(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    one = Host()
    yield one
    one.server.shutdown()
    one.server.server_close()


def vrt(source: str) -> str:
    layer = f'<OGRVRTLayer name="a"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer>'
    return f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"


def asking(address: str) -> dict[str, bytes]:
    """Return contents of which some program is known to fetch an address."""
    url = f"http://{address}/a.geojson"
    raster = f"<VRTDataset rasterXSize='1' rasterYSize='1'><VRTRasterBand><SimpleSource><SourceFilename>/vsicurl/{url}"
    shapes = {"type": "FeatureCollection", "features": [], "crs": {"type": "link", "properties": {"href": url}}}
    return {
        "vrt": vrt(url).encode(),
        "vrt through a file system": vrt(f"/vsicurl/{url}").encode(),
        "vrt with a mark": b"\xef\xbb\xbf" + vrt(url).encode(),
        "raster": raster.encode(),
        "wms": f"<GDAL_WMS><Service name='WMS'><ServerUrl>{url}</ServerUrl></Service></GDAL_WMS>".encode(),
        "wfs": f"<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>".encode(),
        "entity": f'<!DOCTYPE a [<!ENTITY b SYSTEM "{url}">]><gml>&b;</gml>'.encode(),
        "address": url.encode(),
        "linked system": json.dumps(shapes).encode(),
        "system at an address": json.dumps(shapes | {"crs": {"type": "name", "properties": {"name": url}}}).encode(),
        "stac": json.dumps(
            {"type": "FeatureCollection", "stac_version": "1.0.0", "features": [], "href": url}
        ).encode(),
        "esri": json.dumps({"geometryType": "esriGeometryPolygon", "features": [], "url": url}).encode(),
    }


@pytest.mark.parametrize("ending", ["geojson", "json", "gpkg", "shp", "csv", "parquet", "xlsx", "zip", "gml"])
@pytest.mark.parametrize("reader", READERS)
def test_no_file_makes_a_reader_ask_another_host(host: Host, tmp_path: Path, reader: str, ending: str) -> None:
    for content in asking(host.address).values():
        path = tmp_path / f"a.{ending}"
        path.write_bytes(content)
        said = told(READERS[reader], path)
        assert said
        assert "\n" not in said
    assert host.asked == []


def test_the_host_would_have_been_asked(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(asking(host.address)["vrt"])
    with pytest.raises((pyogrio.errors.DataSourceError, pyogrio.errors.CRSError)):
        pyogrio.read_dataframe(path)
    assert host.asked
    host.asked.clear()


def test_what_lies_beside_a_shapefile_is_not_opened(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    good().to_file(path)
    (tmp_path / "a.shp.vrt").write_text(vrt(f"http://{host.address}/"))
    (tmp_path / "a.prj").write_text(f"http://{host.address}/")
    told(read_districts, path)
    assert host.asked == []


def test_a_geopackage_runs_nothing_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    good().to_file(path, layer="a")
    database = sqlite3.connect(path)
    database.execute("ALTER TABLE a RENAME TO b")
    database.execute("CREATE VIEW a AS SELECT fid, geom, load_extension(name) AS name FROM b")
    database.commit()
    database.close()
    assert "is not a readable GeoJSON, GeoPackage or Shapefile" in told(read_districts, path)


# --- no traceback ----------------------------------------------------------------------------------------------------


def good() -> gpd.GeoDataFrame:
    shapes = [box(141.5, 39.3, 141.6, 39.4), box(141.6, 39.3, 141.7, 39.4)]
    columns = {"name": ["北", "南"], "citycode": ["03208"] * 2, "city": ["遠野市"] * 2, "population": [1, 2]}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def whole(folder: Path, name: str) -> dict[str, bytes]:
    """Return the parts of a good file of the kind that the name says."""
    path = folder / name
    if path.suffix == ".parquet":
        good().to_parquet(path)
    elif path.suffix == ".csv":
        pd.DataFrame(good().drop(columns="geometry")).assign(lon=141.5, lat=39.3).to_csv(path, index=False)
    else:
        good().to_file(path)
    return {part.suffix: part.read_bytes() for part in folder.glob(f"{path.stem}.*")}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    kinds = ("a.geojson", "a.gpkg", "a.shp", "a.parquet", "a.csv")
    return {name: whole(tmp_path_factory.mktemp("whole"), name) for name in kinds}


@given(data=st.data(), kind=st.sampled_from(["a.geojson", "a.gpkg", "a.shp", "a.parquet", "a.csv"]))
def test_a_damaged_file_is_taken_or_told_in_one_sentence(
    corpus: dict[str, dict[str, bytes]], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, kind: str
) -> None:
    parts = corpus[kind]
    folder = tmp_path_factory.mktemp("damaged")
    broken = data.draw(st.sampled_from(sorted(parts)))
    for ending, content in parts.items():
        changed = bytearray(content)
        if ending == broken:
            for place, sign in data.draw(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6)):
                changed[place % len(changed)] = sign
            del changed[data.draw(st.sampled_from([len(content), len(content) // 2, 3])) :]
        (folder / f"a{ending}").write_bytes(bytes(changed))
    for read in READERS.values():
        assert "\n" not in told(read, folder / kind)


DEEP = "[" * 100_000
FEATURE = '{"type": "Feature", "properties": %s, "geometry": %s}'
BAD_FEATURES = {
    "properties that are no object": ("[1]", "null"),
    "properties that are a text": ('"a"', "null"),
    "half a sign": ('{"name": "\\ud800"}', "null"),
    "half a sign for a name": ('{"\\ud800": 1}', "null"),
    "a deep shape": ("{}", f'{{"type": "Polygon", "coordinates": {DEEP}}}'),
    "a curve": ("{}", '{"type": "CircularString", "coordinates": []}'),
    "a shape that is a number": ("{}", "7"),
    "a shape without places": ("{}", '{"type": "Polygon"}'),
    "places that are texts": ("{}", '{"type": "Point", "coordinates": ["a", "b"]}'),
    "a number of 5,000 digits": ('{"population": %s}' % ("9" * 5000), "null"),
    "no number": ('{"name": "a", "population": NaN}', '{"type": "Point", "coordinates": [NaN, 1]}'),
    "lists for texts": ('{"name": ["a"], "population": {"b": 1}, "city": [1], "citycode": {}}', "null"),
}


@pytest.mark.parametrize("what", BAD_FEATURES)
def test_features_that_are_none(tmp_path: Path, what: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [%s]}' % (FEATURE % BAD_FEATURES[what]))
    for name, read in READERS.items():
        said = told(read, path)
        assert said, name
        assert "\n" not in said


@pytest.mark.parametrize(
    "text",
    ["[]", "7", "null", DEEP, "{", '{"type": "FeatureCollection"}', '{"type": "Topology", "objects": {}}', "\x00"],
)
def test_documents_that_are_no_features(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text)
    for read in READERS.values():
        assert told(read, path)


def test_an_archive_that_unpacks_to_more_than_a_machine_holds(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.geojson", "w") as part:
        for _ in range(1025):
            part.write(bytes(1024 * 1024))
    (tmp_path / "a.zip").write_bytes(stream.getvalue())
    assert "unpacks to more than 1 GB" in told(read_districts, tmp_path / "a.zip")
