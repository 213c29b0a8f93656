"""A GeoTIFF of heights, in any CRS, to the metric working grid."""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.transform import from_origin
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window, from_bounds

from geo_planner.errors import Fault
from geo_planner.sources.layer_files import file_fault
from geo_planner.sources.terrain_reach import frame_faults, void_faults

logger = logging.getLogger(__name__)

LOWEST_M, HIGHEST_M = -500.0, 9000.0
CELL_WITHOUT_TERRAIN_M = 250.0
MAX_CELLS = 250_000_000
"""Larger grids (1 GB of heights) do not fit an ordinary laptop beside the rest."""


@dataclass(frozen=True, slots=True)
class Dem:
    """Heights on a north-up metric grid with square cells.

    Attributes
    ----------
    heights_m : ndarray of float32, shape (rows, columns)
        Above sea level; NaN where there is no datum. Row 0 is the northernmost.
    transform : affine.Affine
        From (column, row) to metres in `crs`; the origin is the outer corner of cell (0, 0).
    crs : pyproj.CRS
    cell_m : float
    is_sample : bool
        The file's tags say that the terrain is synthetic.
    sha256 : str
        Of the file that it was read from.
    is_missing : bool
        There is no terrain model at all: the heights are zeros that say nothing.
    """

    heights_m: npt.NDArray[np.float32]
    transform: Any
    crs: CRS
    cell_m: float
    is_sample: bool
    sha256: str
    is_missing: bool = False


def sha256_of(path: Path) -> str:
    """Hash of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_dem(
    path: Path,
    file: str,
    communes: gpd.GeoDataFrame,
    *,
    crs: CRS,
    cell_m: float | None,
    margin_m: float,
    inhabited: Collection[str] = (),
) -> tuple[Dem | None, list[Fault]]:
    """The heights around the communes on the working grid, or what keeps them from being used.

    A file that is already north-up in `crs` with square cells of the wanted size is cropped, never resampled. Any other
    one is warped: bilinear, or by averaging where the working cell is the coarser one.

    Parameters
    ----------
    path, file
        The file, and its name for the faults.
    communes : GeoDataFrame
        The area that the terrain must cover.
    crs : CRS
        Projected CRS of the working grid.
    cell_m : float or None
        Cell of the working grid; None keeps the file's own.
    margin_m : float
        How far beyond the communes to read, where the file has data.
    inhabited : collection of str
        Communes with villages in the list. An island without any may lack terrain: that is a warning.
    """
    faults = unreadable_dem(path, file)
    if faults:
        return None, faults
    try:
        with rasterio.open(path) as source:
            area = communes.to_crs(crs)
            told = frame_faults(source, area, file, inhabited)
            if any(f.level == "fault" for f in told):
                return None, told
            heights, transform = _on_grid(source, area.total_bounds, crs, cell_m, margin_m)
            is_sample = source.tags().get("synthetic", "").lower() in ("yes", "true", "1")
    except _TooLargeError as error:
        return None, [
            Fault(
                file,
                f"the working grid would have {error.args[0]:,} cells",
                "Set terrain.cell_m to a coarser cell, for instance 90.",
                code="too_large",
            )
        ]
    except (RasterioError, OSError, ValueError) as error:
        return None, [_unreadable(path, file, error)]
    odd = np.isinf(heights) | (heights < LOWEST_M) | (heights > HIGHEST_M)
    if odd.any():
        value = f"{heights[odd][0]:g}"
        return None, [
            Fault(
                file,
                f"{int(odd.sum()):,} cells hold impossible heights",
                "Declare the file's nodata value (gdal_translate -a_nodata) and check that heights are in metres.",
                value=value,
                code="impossible_height",
            )
        ]
    dem = Dem(heights, transform, crs, float(transform.a), is_sample, sha256_of(path))
    return dem, [*told, *void_faults(dem.heights_m, dem.transform, area, file, inhabited)]


def grid_without_terrain(communes: gpd.GeoDataFrame, *, crs: CRS, cell_m: float | None, margin_m: float) -> Dem:
    """The working grid where no terrain model exists; its zeros say nothing of heights."""
    cell = cell_m or CELL_WITHOUT_TERRAIN_M
    west, south, east, north = communes.to_crs(crs).total_bounds + np.array([-1, -1, 1, 1]) * margin_m
    west, north = math.floor(west / cell) * cell, math.ceil(north / cell) * cell
    shape = math.ceil((north - south) / cell), math.ceil((east - west) / cell)
    return Dem(np.zeros(shape, np.float32), from_origin(west, north, cell, cell), crs, cell, False, "", is_missing=True)


def read_classes(path: Path, file: str, dem: Dem) -> tuple[npt.NDArray[np.uint8] | None, list[Fault]]:
    """Land-cover classes (0 to 255) on the grid of the terrain, each cell taking the class at its centre; 0 where the file has none."""
    absent = file_fault(path, file, "Put it there, or take layers.land_cover out of the scenario.")
    if absent is not None:
        return None, [absent]
    try:
        with rasterio.open(path) as source:
            if source.crs is None:
                return None, [
                    Fault(
                        file,
                        "the raster has no coordinate reference system",
                        "State it (gdal_edit.py -a_srs EPSG:4326 FILE).",
                        code="no_crs",
                    )
                ]
            if source.count != 1 or source.dtypes[0] != "uint8":
                return None, [
                    Fault(
                        file,
                        f"the raster is not one band of class codes ({source.count} bands of {source.dtypes[0]})",
                        "Use the classes (ESA WorldCover map), not a picture.",
                        code="bands",
                    )
                ]
            rows, columns = dem.heights_m.shape
            options = {
                "crs": dem.crs.to_wkt(),
                "transform": dem.transform,
                "width": columns,
                "height": rows,
                "resampling": Resampling.nearest,
            }
            with WarpedVRT(source, nodata=0, **options) as warped:
                return warped.read(1), []
    except (RasterioError, OSError, ValueError) as error:
        return None, [_unreadable(path, file, error)]


def unreadable_dem(path: Path, file: str) -> list[Fault]:
    """What keeps a file from being a terrain model at all, whatever area it should cover."""
    absent = file_fault(path, file, "Put it there, or name another with --set terrain.path=FILE.")
    if absent is not None:
        return [absent]
    try:
        with rasterio.open(path) as source:
            return _header_faults(source, file)
    except (RasterioError, OSError, ValueError) as error:
        return [_unreadable(path, file, error)]


def _unreadable(path: Path, file: str, error: Exception) -> Fault:
    logger.debug("cannot read %s", path, exc_info=error)
    return Fault(
        file,
        "the file cannot be read as a raster: it is damaged, cut short or of another format",
        "Export the terrain again as GeoTIFF.",
        code="unreadable",
    )


class _TooLargeError(Exception):
    pass


def _header_faults(source: Any, file: str) -> list[Fault]:
    if source.crs is None:
        return [
            Fault(file, "the raster has no coordinate reference system", "State it (gdal_edit.py -a_srs EPSG:32648 FILE).", code="no_crs")
        ]
    if source.count != 1:
        return [
            Fault(
                file,
                f"the raster has {source.count} bands; heights are one band",
                "Use the elevation model itself, not a picture of it.",
                code="bands",
            )
        ]
    if np.dtype(source.dtypes[0]).kind not in "iuf":
        return [Fault(file, f"the cells are of type {source.dtypes[0]}, not numbers", "Use an elevation model.", code="bands")]
    west, south, east, north = source.bounds
    if source.crs.is_geographic and not (-180.01 <= west < east <= 360.01 and -90.01 <= south < north <= 90.01):
        return [
            Fault(
                file, f"the raster says degrees but its bounds are {west:.0f} … {east:.0f}", "Correct its CRS.", code="projected_as_degrees"
            )
        ]
    if (units := (source.units[0] or "").lower()) in ("ft", "feet", "foot", "us survey foot"):
        return [Fault(file, "the heights are in feet", "Convert them to metres.", value=units, code="units")]
    return []


def _on_grid(source: Any, bounds: npt.ArrayLike, crs: CRS, cell_m: float | None, margin_m: float) -> tuple[npt.NDArray[np.float32], Any]:
    west, south, east, north = np.asarray(bounds) + np.array([-1, -1, 1, 1]) * margin_m
    t = source.transform
    own = CRS.from_user_input(source.crs) == crs and t.b == t.d == 0 and t.a > 0 and math.isclose(t.a, -t.e)
    if own and (cell_m is None or math.isclose(cell_m, t.a)):
        asked = from_bounds(west, south, east, north, t)
        rows = max(math.floor(asked.row_off), 0), min(math.ceil(asked.row_off + asked.height), source.height)
        columns = max(math.floor(asked.col_off), 0), min(math.ceil(asked.col_off + asked.width), source.width)
        window = Window.from_slices(rows, columns)
        _refuse_large(window.width * window.height)
        return _filled(source.read(1, window=window, masked=True), source), source.window_transform(window)
    left, bottom, right, top = transform_bounds(source.crs, crs.to_wkt(), *source.bounds, densify_pts=51)
    west, south, east, north = max(west, left), max(south, bottom), min(east, right), min(north, top)
    native = math.sqrt((right - left) * (top - bottom) / (source.width * source.height))
    cell = cell_m or float(max(round(native), 1))
    # aligned to multiples of the cell, so that another outline gives the same cells
    west, north = math.floor(west / cell) * cell, math.ceil(north / cell) * cell
    width, height = math.ceil((east - west) / cell), math.ceil((north - south) / cell)
    _refuse_large(width * height)
    transform = from_origin(west, north, cell, cell)
    resampling = Resampling.average if cell > 1.5 * native else Resampling.bilinear
    options = {"crs": crs.to_wkt(), "transform": transform, "width": width, "height": height, "resampling": resampling, "dtype": "float32"}
    with WarpedVRT(source, nodata=np.nan, src_nodata=source.nodata, **options) as warped:
        return _filled(warped.read(1, masked=True), source), transform


def _filled(values: Any, source: Any) -> npt.NDArray[np.float32]:
    heights = np.ma.filled(values.astype("float32"), np.nan)
    return np.asarray(heights * np.float32(source.scales[0]) + np.float32(source.offsets[0]), dtype=np.float32)


def _refuse_large(cells: float) -> None:
    if cells > MAX_CELLS:
        raise _TooLargeError(int(cells))
