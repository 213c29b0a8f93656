"""An index over rasters that lie side by side: one GDAL virtual raster for each CRS and size of cell, so that QGIS opens a country as one layer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from rasterio.crs import CRS

from geo_planner.files.cog import NODATA
from geo_planner.files.opening import opened_raster

SERVICE_BANDS = ("rsrp_dbm", "coverage_probability", "margin_db")
"""Those whose values mean the same in every file; positions in a list of servers do not."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """A band of a file: its number, and how its stored values become dBm or shares."""

    number: int
    nodata: float
    scale: float
    offset: float


@dataclass(frozen=True, slots=True)
class _Tile:
    path: Path
    west: float
    north: float
    columns: int
    rows: int
    bands: dict[str, _Packed]


def write_mosaics(rasters: Mapping[str, Path], folder: Path, *, seen_from: Path) -> list[str]:
    """Write ``coverage_<CRS>_<cell>m.vrt`` for each CRS and cell among the files; returns the names.

    Parameters
    ----------
    rasters : mapping of str to Path
        Coverages as :func:`geo_planner.export.raster.write_coverage_tif` writes them.
    folder : Path
        To write into.
    seen_from : Path
        Where the index will lie: its paths are relative, so that the whole can be moved.
    """
    groups: dict[tuple[str, float], list[_Tile]] = {}
    for _, path in sorted(rasters.items()):
        with opened_raster(path) as file:
            about = zip(file.descriptions, file.nodatavals, file.scales, file.offsets, strict=True)
            bands = {name: _Packed(number, *packed) for number, (name, *packed) in enumerate(about, 1) if name in SERVICE_BANDS}
            t = file.transform
            tile = _Tile(path, t.c, t.f, file.width, file.height, bands)
            groups.setdefault((file.crs.to_wkt(), t.a), []).append(tile)
    names: list[str] = []
    for (wkt, cell_m), tiles in groups.items():
        code = CRS.from_wkt(wkt).to_epsg()
        base = f"coverage_{'crs' if code is None else code}_{cell_m:g}m"
        name = next(n for k in range(1, len(groups) + 1) if (n := f"{base}{'' if k == 1 else f'_{k}'}.vrt") not in names)
        (folder / name).write_text(_vrt(wkt, cell_m, tiles, seen_from), encoding="utf-8")
        names.append(name)
    return names


def _vrt(wkt: str, cell_m: float, tiles: list[_Tile], seen_from: Path) -> str:
    west, north = min(t.west for t in tiles), max(t.north for t in tiles)
    east, south = max(t.west + t.columns * cell_m for t in tiles), min(t.north - t.rows * cell_m for t in tiles)
    root = ET.Element("VRTDataset", rasterXSize=str(round((east - west) / cell_m)), rasterYSize=str(round((north - south) / cell_m)))
    ET.SubElement(root, "SRS").text = wkt
    ET.SubElement(root, "GeoTransform").text = f"{west!r}, {cell_m!r}, 0.0, {north!r}, 0.0, {-cell_m!r}"
    for number, name in enumerate(SERVICE_BANDS, 1):
        band = ET.SubElement(root, "VRTRasterBand", dataType="Float32", band=str(number))
        ET.SubElement(band, "Description").text = name
        ET.SubElement(band, "NoDataValue").text = f"{NODATA:g}"
        for tile in tiles:
            packed = tile.bands.get(name)
            if packed is None:
                continue
            source = ET.SubElement(band, "ComplexSource")
            # always with slashes, for the index is read on other machines too
            ET.SubElement(source, "SourceFilename", relativeToVRT="1").text = Path(os.path.relpath(tile.path, seen_from)).as_posix()
            ET.SubElement(source, "SourceBand").text = str(packed.number)
            size = {"xSize": str(tile.columns), "ySize": str(tile.rows)}
            at = {"xOff": f"{(tile.west - west) / cell_m:.6f}", "yOff": f"{(north - tile.north) / cell_m:.6f}"}
            ET.SubElement(source, "SrcRect", {"xOff": "0", "yOff": "0", **size})
            ET.SubElement(source, "DstRect", {**at, **size})
            ET.SubElement(source, "NODATA").text = f"{packed.nodata:g}"
            if (packed.scale, packed.offset) != (1.0, 0.0):
                ET.SubElement(source, "ScaleOffset").text = repr(packed.offset)
                ET.SubElement(source, "ScaleRatio").text = repr(packed.scale)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"
