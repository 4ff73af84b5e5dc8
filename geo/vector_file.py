"""A file of shapes that someone hands in → a GeoDataFrame, told by its content and read without asking any other host.

GDAL opens what a file *says*, not what it is called: a "GeoJSON" that is an OGR VRT makes it fetch an address. So
GeoJSON and GeoPackage are read here without it, and it is given nothing but the parts of a Shapefile.
"""

from __future__ import annotations

import io
import json
import posixpath
import re
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from geo.crs import GEOGRAPHIC_EPSG
from geo.errors import VectorFileError

SHAPEFILE, GEOPACKAGE, ARCHIVE = b"\x00\x00\x27\x0a", b"SQLite format 3\x00", b"PK\x03\x04"
NEEDED, WANTED = (".shx", ".dbf"), (".prj", ".cpg")
MOST_UNPACKED = 1024 * 1024 * 1024
# Sizes of the envelope in a geometry of a GeoPackage, by the number in its flags.
ENVELOPES = (0, 32, 48, 48, 64)
# Marks of the code page in a table of dBASE that leave no doubt.
CODE_PAGES = {0x13: "cp932", 0x7B: "cp932"}
ENCODINGS = ("utf-8", "cp932", "euc_jis_2004")
JAPANESE_PAGES = {"932", "cp932", "sjis", "shift_jis", "shift-jis", "windows-31j", "ms932"}
WESTERN = re.compile(r"8859|latin|1252|ascii|ansi|^437$|^850$")


def read_vector(path: Path, content: bytes | None = None) -> gpd.GeoDataFrame:
    """Return the features of a GeoJSON, GeoPackage or Shapefile, also of one inside a ZIP archive.

    Parameters
    ----------
    path : Path
        The file; the other parts of a Shapefile lie beside it.
    content : bytes, optional
        What was read from it already.

    Returns
    -------
    GeoDataFrame
        One row for each feature in the order of the file, in the coordinate system that the file names; GeoJSON
        that names none is in EPSG:4326 (RFC 7946), a Shapefile without .prj has none.

    Raises
    ------
    VectorFileError
        If the file is missing, broken, of another kind, or has more than one layer; the message names it.
    """
    try:
        content = path.read_bytes() if content is None else content
    except OSError as error:
        raise VectorFileError(f"The file {path} cannot be read: {error.strerror}.") from error
    try:
        return _reader(path, content)(path, content)
    except VectorFileError:
        raise
    except Exception as error:  # each library raises its own kinds, all of which mean this
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise VectorFileError(_sentence(path, why)) from error


def _reader(path: Path, content: bytes) -> Callable[[Path, bytes], gpd.GeoDataFrame]:
    if content.startswith(SHAPEFILE):
        return _read_shapefile
    if content.startswith(GEOPACKAGE):
        return _read_geopackage
    if content.startswith(ARCHIVE):
        return _read_archive
    head = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"{"):
        return _read_geojson
    if head.startswith(b"<"):
        _refuse(path, "it is XML, such as GML or KML; take the Shapefile or GeoJSON of the same data")
    is_part = path.suffix.lower() in {*NEEDED, *WANTED}
    return _refuse(path, "name the .shp of the Shapefile" if is_part else "its content is none of these")


def _refuse(path: Path, why: str) -> NoReturn:
    raise VectorFileError(_sentence(path, why))


def _sentence(path: Path, why: str) -> str:
    return f"{path} is not a readable GeoJSON, GeoPackage or Shapefile: {why.rstrip('.')}."


# --- GeoJSON ----------------------------------------------------------------------------------------------------------


def _read_geojson(path: Path, content: bytes) -> gpd.GeoDataFrame:
    try:
        document = json.loads(_decoded(path, content))
    except RecursionError:
        _refuse(path, "it is nested too deeply")
    features = document.get("features") if document.get("type") == "FeatureCollection" else [document]
    if not isinstance(features, list):
        _refuse(path, "it has no list of features")
    rows, shapes = [], []
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            _refuse(path, f"feature {number} is not a Feature")
        properties = feature.get("properties") or {}
        if not isinstance(properties, dict):
            _refuse(path, f"the properties of feature {number} are not an object")
        rows.append({_text(path, number, name): _text(path, number, value) for name, value in properties.items()})
        shapes.append(_geojson_shape(path, number, feature.get("geometry")))
    frame = pd.DataFrame(rows, index=range(len(rows))).drop(columns="geometry", errors="ignore")
    return gpd.GeoDataFrame(frame, geometry=np.array(shapes, dtype=object), crs=_geojson_crs(path, document))


def _decoded(path: Path, content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    _refuse(path, "it is neither UTF-8 nor CP932 (Shift_JIS) text")


def _text(path: Path, number: int, value: Any) -> Any:
    if isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
        _refuse(path, f"a text of feature {number} has half a sign in it (U+D800 to U+DFFF)")
    return value


def _geojson_shape(path: Path, number: int, geometry: object) -> Any:
    if geometry is None:
        return None
    try:
        return shapely.from_geojson(json.dumps(geometry))
    except (shapely.errors.ShapelyError, ValueError, TypeError, RecursionError):
        _refuse(path, f"the geometry of feature {number} cannot be read")


def _geojson_crs(path: Path, document: Mapping[str, Any]) -> Any:
    """Return the system that a file names the old way; RFC 7946 knows only degrees."""
    named = document.get("crs")
    if named is None:
        return GEOGRAPHIC_EPSG
    properties = named.get("properties") if isinstance(named, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    try:
        return pyproj.CRS.from_user_input(str(name))
    except pyproj.exceptions.CRSError:
        _refuse(path, f"its coordinate system {str(name)[:60]} is not known")


# --- GeoPackage -------------------------------------------------------------------------------------------------------


def _read_geopackage(path: Path, content: bytes) -> gpd.GeoDataFrame:
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        _refuse(path, "another program has it open; close it there first")
    # What a closed file was written with does not matter to a reader of a copy.
    plain = content[:18] + b"\x01\x01" + content[20:]
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(plain)
        database.execute("PRAGMA trusted_schema = OFF")
        database.set_authorizer(_only_reading)
        layers = database.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'").fetchall()
        names = [str(name) for (name,) in layers]
        if len(names) != 1:
            _refuse(path, f"it has {len(names)} layers ({', '.join(names)}); keep one of them")
        column, system = database.execute(
            "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?", names
        ).fetchone()
        known = database.execute(
            "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
            [system],
        ).fetchone()
        quoted = '"' + names[0].replace('"', '""') + '"'
        rows = database.execute(f"SELECT * FROM {quoted}")  # noqa: S608  (quoted, and nothing else may run)
        titles = [about[0] for about in rows.description]
        frame = pd.DataFrame(rows.fetchall(), columns=titles)
    shapes = shapely.from_wkb(np.array([_wkb(blob) for blob in frame[column]], dtype=object))
    plain_frame = frame.drop(columns=[column, *({"fid", "geometry"} & set(titles) - {column})])
    return gpd.GeoDataFrame(plain_frame, geometry=shapes, crs=_geopackage_crs(known))


def _only_reading(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ} else sqlite3.SQLITE_DENY


def _wkb(blob: bytes | None) -> bytes | None:
    if blob is None:
        return None
    if blob[:2] != b"GP":
        raise ValueError("a shape is not of the form of a GeoPackage")
    return blob[8 + ENVELOPES[blob[3] >> 1 & 7] :]


def _geopackage_crs(known: tuple[str, int, str] | None) -> Any:
    if known is None or known[1] in {-1, 0}:
        return None
    organisation, number, definition = known
    return pyproj.CRS.from_user_input(f"EPSG:{number}" if organisation.upper() == "EPSG" else definition)


# --- Shapefile --------------------------------------------------------------------------------------------------------


def _read_shapefile(path: Path, content: bytes) -> gpd.GeoDataFrame:
    beside = {file.suffix.lower(): file for file in path.parent.iterdir() if file.stem == path.stem and file != path}
    missing = [ending for ending in NEEDED if ending not in beside]
    if missing:
        _refuse(path, f"the parts {' and '.join(missing)} are not beside it")
    parts = {ending: beside[ending].read_bytes() for ending in (*NEEDED, *WANTED) if ending in beside}
    return _read_parts(path, {".shp": content, **parts})


def _read_parts(path: Path, parts: Mapping[str, bytes]) -> gpd.GeoDataFrame:
    encoding = _encoding(path, parts[".dbf"], parts.get(".cpg"))
    with tempfile.TemporaryDirectory() as folder:
        # A folder of its own, so that nothing else that lies beside the file is opened with it. Nor is the .prj given
        # to GDAL: where it holds an address, that would be fetched.
        for ending, content in parts.items():
            if ending not in WANTED:
                (Path(folder) / f"part{ending}").write_bytes(content)
        frame: gpd.GeoDataFrame = pyogrio.read_dataframe(Path(folder) / "part.shp", encoding=encoding)
    if not isinstance(frame, gpd.GeoDataFrame):
        _refuse(path, "it has no shapes")
    return frame.set_crs(_shapefile_crs(path, parts[".prj"])) if ".prj" in parts else frame


def _shapefile_crs(path: Path, content: bytes) -> Any:
    try:
        return pyproj.CRS.from_wkt(content.decode("utf-8-sig", "replace").strip())
    except pyproj.exceptions.CRSError:
        _refuse(path, "its .prj is not a coordinate system")


def _encoding(path: Path, table: bytes, named: bytes | None) -> str:
    """Return the encoding of a table of dBASE in which each of its texts can be read."""
    texts = _texts(path, table)
    words = (named or b"").decode("ascii", "replace").strip().lower()
    candidates = [CODE_PAGES[table[29]]] if table[29] in CODE_PAGES else list(ENCODINGS)
    # Programs write a Western code page where they know none; in it everything can be read, and nothing is right.
    if words and not WESTERN.search(words):
        candidates = ["cp932" if words in JAPANESE_PAGES else words]
    for encoding in candidates:
        try:
            if all(_is_readable(*text, encoding) for text in texts):
                return encoding
        except LookupError:
            break
    return _refuse(
        path, f"its names are not {', '.join(candidates)} text; save it as GeoJSON, or with a .cpg that says UTF-8"
    )


def _texts(path: Path, table: bytes) -> set[tuple[bytes, bool]]:
    """Return names of fields and texts that are not plain letters, as bytes, each with whether it fills its field."""
    count, head, width = struct.unpack_from("<IHH", table, 4)
    texts: set[tuple[bytes, bool]] = set()
    columns, place = [], 1
    for offset in range(32, head - 1, 32):
        field = table[offset : offset + 32]
        if field[:1] == b"\r":
            break
        name = field[:11].split(b"\x00")[0]
        texts.add((name, len(name) >= 10))
        if field[11:12] == b"C":
            columns.append((place, place + field[16]))
        place += field[16]
    if len(table) < head + count * width:
        _refuse(path, "its table breaks off")
    for number in range(count):
        row = table[head + number * width : head + (number + 1) * width]
        for begin, end in columns:
            text = row[begin:end].rstrip(b" \x00")
            texts.add((text, len(text) == end - begin))
    return {(text, is_full) for text, is_full in texts if not text.isascii()}


def _is_readable(text: bytes, is_full: bool, encoding: str) -> bool:  # noqa: FBT001  (half of a pair)
    # A text that fills its field may be cut inside its last sign.
    for cut in range(4 if is_full else 1):
        try:
            text[: len(text) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


# --- ZIP --------------------------------------------------------------------------------------------------------------


def _read_archive(path: Path, content: bytes) -> gpd.GeoDataFrame:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            _refuse(path, "it unpacks to more than 1 GB; unpack it and name the file in it")
        names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
        for ending, read in ((".geojson", _read_geojson), (".gpkg", _read_geopackage)):
            found = [name for name in names if name.lower().endswith(ending)]
            if len(found) == 1:
                return read(path, archive.read(found[0]))
        shapes = [name for name in names if name.lower().endswith(".shp")]
        # 国土数値情報 packs the same shapes twice, once for each encoding.
        chosen = [name for name in shapes if "utf-8" in name.lower()] or shapes
        if len(chosen) != 1:
            _refuse(path, f"the archive has {len(chosen)} files of shapes; unpack it and name one of them")
        stem = posixpath.splitext(chosen[0])[0]
        by_ending = {posixpath.splitext(name)[1].lower(): name for name in names if posixpath.splitext(name)[0] == stem}
        missing = [ending for ending in NEEDED if ending not in by_ending]
        if missing:
            _refuse(path, f"the parts {' and '.join(missing)} are not in the archive")
        endings = [ending for ending in (".shp", *NEEDED, *WANTED) if ending in by_ending]
        return _read_parts(path, {ending: archive.read(by_ending[ending]) for ending in endings})
