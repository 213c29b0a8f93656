"""The one room in which GDAL is given a file. What a file is, is decided here by its content, never by GDAL.

GDAL knows more than a hundred formats, and among them are many that are no data but say where data is: another file of this
machine, or an address (VRT, WMS, STAC …). It also follows what stands inside or beside a harmless file: the ``crs`` link of a
GeoJSON, an overview, a mask, an ``.aux.xml``. None of it is followed here:

* a raster is a TIFF by its first bytes, opened by that driver alone, without the files beside it and without overviews elsewhere;
* a GeoJSON is read by us and handed on without what GDAL would follow; a GeoPackage, shapefile or FlatGeobuf is known by its first
  bytes and read from a private copy under a plain name, without side files that are no part of it.
"""

from __future__ import annotations

import errno
import re
import shutil
import sqlite3
import tempfile
import xml.parsers.expat as expat
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import pandas as pd
import pyogrio
import rasterio
from pyproj import CRS
from rasterio.env import Env
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from geo_planner.errors import Fault
from geo_planner.files.folders import UnopenedError
from geo_planner.files.geojson import safe_geojson
from geo_planner.words import Said, said

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_ALONE = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
}
_SHAPE_PARTS = (".dbf", ".shx", ".prj", ".cpg")
_GEOPACKAGE = (b"GPKG", b"GP10", b"GP11")
_HEAD = 8192
_MOST_SIDE_BYTES = 10_000_000
_SIDE_FACTS = {"NoDataValue": "nodata", "SRS": "crs", "Scale": "scales", "Offset": "offsets", "UnitType": "units"}
"""What an .aux.xml may say of a raster that changes its values or its place, and where the raster itself says it."""


@contextmanager
def opened_raster(path: Path) -> Iterator[Any]:
    """A GeoTIFF, open for reading, alone: no file beside it and no address in it takes part.

    Raises
    ------
    UnopenedError
        When it is no TIFF, or leads to other files or addresses.
    RasterioError, OSError
        When it is damaged.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.startswith(_TIFF):
        raise _not_data(head, "geotiff") or ValueError("it is no TIFF")
    with Env(**_ALONE), rasterio.open(path.resolve(), driver="GTiff") as source:
        # asked for before anything that would make GDAL look for overviews
        if any(source.tags(ns="OVERVIEWS")):
            raise UnopenedError("points_elsewhere.overviews")
        _refuse_side_facts(path, source)
        yield source


@contextmanager
def new_raster(path: Path, **profile: Any) -> Iterator[Any]:
    """A GeoTIFF to write; `profile` as for rasterio. It is read back, for GDAL tells nobody when the disk fills up as it closes a file.

    Raises
    ------
    RasterioError, OSError
        When not all of it could be written.
    """
    with Env(**_ALONE), rasterio.open(path, "w", **{**profile, "driver": "GTiff"}) as target:
        yield target
    if not _is_whole(path):
        raise OSError(errno.EIO, "not all of it could be written", str(path))


def _is_whole(path: Path) -> bool:
    """Whether every block of a raster of ours has its place in the file and can be read."""
    try:
        with opened_raster(path) as source:
            for band in source.indexes:
                for (row, column), window in source.block_windows(band):
                    if source.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=band) is None:
                        return False
                    source.read(band, window=window)
    except (RasterioError, OSError, ValueError):
        return False
    return True


def memory_raster(**options: Any) -> MemoryFile:
    """A raster in memory, for what is written there and read back."""
    return MemoryFile(**options)


def unreadable_fault(error: Exception, file: str, otherwise: Said) -> Fault:
    """The fault of a file that cannot be opened: its own where it was refused, else the given one."""
    return error.fault(file) if isinstance(error, UnopenedError) else Fault(file, otherwise)


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector file that GDAL may be given; valid as long as the block that opened it."""

    path: Path
    drivers: tuple[str, ...]
    crs: CRS | None = None
    """The system that a GeoJSON names: GDAL is not asked for it."""

    def layers(self) -> Mapping[str, str | None]:
        """Kind of geometry by name of layer; None for tables without geometry."""
        return {str(name): kind for name, kind in pyogrio.list_layers(self.path)}

    def about(self, layer: str | None = None, *, encoding: str | None = None) -> dict[str, Any]:
        """``features``, ``fields`` and more of one layer."""
        found: dict[str, Any] = pyogrio.read_info(self.path, layer=layer, encoding=encoding)
        if found.get("driver") not in self.drivers:
            raise ValueError(f"it is read as {found.get('driver')}, not as {' or '.join(self.drivers)}")
        return found

    def table(self, layer: str | None = None, **options: Any) -> pd.DataFrame:
        """The features of one layer; options as for ``pyogrio.read_dataframe``."""
        self.about(layer, encoding=options.get("encoding"))
        table = pyogrio.read_dataframe(self.path, layer=layer, **options)
        return table.set_crs(self.crs, allow_override=True) if self.crs is not None and isinstance(table, gpd.GeoDataFrame) else table


@contextmanager
def opened_vector(path: Path) -> Iterator[Vector]:
    """A GeoJSON, GeoPackage, shapefile or FlatGeobuf, whatever it is called, as a private copy under a plain name.

    Raises
    ------
    UnopenedError
        When it is of another kind, or leads to other files or addresses.
    ValueError, OSError
        When it is damaged.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    with tempfile.TemporaryDirectory(prefix="geo_planner_") as folder:
        base = Path(folder) / "input"
        if head.startswith(b"SQLite format 3\0") and head[68:72] in _GEOPACKAGE:
            _refuse_unsaved(path)
            copy = base.with_suffix(".gpkg")
            shutil.copyfile(path, copy)
            _refuse_virtual_tables(copy)
            yield Vector(copy, ("GPKG",))
        elif head.startswith(b"\0\0\x27\x0a"):
            copy = base.with_suffix(".shp")
            shutil.copyfile(path, copy)
            _copy_parts(path, copy)
            yield Vector(copy, ("ESRI Shapefile",))
        elif head.startswith(b"fgb\x03"):
            copy = base.with_suffix(".fgb")
            shutil.copyfile(path, copy)
            yield Vector(copy, ("FlatGeobuf",))
        elif (foreign := _not_data(head, "layer", json=True)) is not None:
            raise foreign
        else:
            copy = base.with_suffix(".geojson")
            text, crs = safe_geojson(path.read_bytes())
            copy.write_text(text, encoding="ascii")
            yield Vector(copy, ("GeoJSON",), crs)


@contextmanager
def opened_extract(path: Path) -> Iterator[Vector]:
    """An OpenStreetMap extract (.osm.pbf, .osm), known by its beginning. Too large to be copied: read where it lies.

    Raises
    ------
    ValueError, OSError
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if b"OSMHeader" not in head[:64] and not _is_osm(head):
        raise _not_data(head, "extract") or ValueError("it is no OpenStreetMap extract")
    yield Vector(path.resolve(), ("OSM",))


def _is_osm(head: bytes) -> bool:
    """Whether XML has the root ``osm``, declares no document type and nothing that another reader would take for its own."""
    roots: list[str] = []
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise ValueError("it declares a document type")

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = lambda name, _: roots.append(name)
    try:
        parser.Parse(head, False)
    except (expat.ExpatError, ValueError):
        return False
    return roots[:1] == ["osm"] and re.search(rb"VRT|GDAL|<!--", head, re.IGNORECASE) is None


def _not_data(head: bytes, wanted: str, *, json: bool = False) -> UnopenedError | None:
    """The refusal of a text that describes data or says where it is; None for other content."""
    text = head.decode("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", errors="replace").lstrip("\ufeff \t\r\n\0")
    if not text.startswith("<" if json else ("<", "{")):
        return None
    return UnopenedError("points_elsewhere.text", wanted=said(f"kind_of_file.{wanted}"))


def _refuse_side_facts(path: Path, source: Any) -> None:
    """An .aux.xml is not read; where it alone says what cells mean, the raster without it would be another one."""
    side = path.with_name(f"{path.name}.aux.xml")
    if not side.is_file() or side.stat().st_size > _MOST_SIDE_BYTES:
        return
    text = side.read_text(encoding="utf-8", errors="replace")
    plain: dict[str, Any] = {"nodata": source.nodata, "crs": source.crs, "scales": source.scales[0] if source.count else 1.0,
                             "offsets": source.offsets[0] if source.count else 0.0, "units": source.units[0] if source.count else None}  # fmt: skip
    unsaid = {"nodata": None, "crs": None, "scales": 1.0, "offsets": 0.0, "units": None}
    for element, fact in _SIDE_FACTS.items():
        found = re.search(rf"<{element}\b[^>]*>\s*([^<\s][^<]*)<", text)
        trivial = found is not None and found[1].strip() in ({"scales": ("1",), "offsets": ("0",)}.get(fact, ()))
        if found and not trivial and plain[fact] == unsaid[fact]:
            raise UnopenedError("side_file", beside=side.name, element=element)


def _refuse_unsaved(path: Path) -> None:
    wal = path.with_name(f"{path.name}-wal")
    if wal.is_file() and wal.stat().st_size > 0:
        raise UnopenedError("held_open.layer")


def _refuse_virtual_tables(path: Path) -> None:
    """Tables that are made by a module read what that module reads: files, addresses. A GeoPackage has such only for its indexes."""
    try:
        with closing(sqlite3.connect(f"file:{quote(path.as_posix())}?mode=ro&immutable=1", uri=True)) as database:
            made = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND rootpage = 0").fetchall()
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        raise ValueError("it is a damaged GeoPackage") from error
    for _, sql in made:
        if not re.search(r"\bUSING\s+[\"'`\[]?(rtree|fts[345])\b", str(sql), re.IGNORECASE):
            raise UnopenedError("points_elsewhere.virtual_table")


def _copy_parts(path: Path, copy: Path) -> None:
    for part in path.parent.iterdir():
        if part.stem == path.stem and part.suffix.lower() in _SHAPE_PARTS and part.is_file():
            shutil.copyfile(part, copy.with_suffix(part.suffix.lower()))
