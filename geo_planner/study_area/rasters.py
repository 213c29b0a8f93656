"""A GeoTIFF of heights, in any CRS, to the metric working grid."""

from __future__ import annotations

import logging
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import from_origin
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window, from_bounds

from geo_planner.errors import Fault, fault
from geo_planner.files.hashes import sha256_of
from geo_planner.files.opening import opened_raster, unreadable_fault
from geo_planner.grid import Grid
from geo_planner.study_area.layer_files import file_fault
from geo_planner.study_area.raster_frame import (
    READ_ERRORS,
    Numbers,
    bounds_of,
    cells_over,
    horizontal_crs,
    is_one_band_of_numbers,
    is_synthetic,
    number_faults,
    place_faults,
    unit_faults,
    upright,
)
from geo_planner.study_area.raw_cells import raw_faults
from geo_planner.study_area.terrain_reach import frame_faults, void_faults
from geo_planner.words import said

__all__ = ["Dem", "grid_without_terrain", "read_classes", "read_dem", "unreadable_dem"]

logger = logging.getLogger(__name__)

CELL_WITHOUT_TERRAIN_M = 250.0
MAX_CELLS = 250_000_000
"""Larger grids (1 GB of heights) do not fit an ordinary laptop beside the rest."""
_WIDE_DEG = 12.0
"""A projection for one province does not reach over wider rasters: of these only the part around the communes counts."""
_SPARE_CELLS = 3  # beyond a rectangle: what the warper leans on


@dataclass(frozen=True, slots=True)
class Dem:
    """Heights on a north-up metric grid with square cells.

    Attributes
    ----------
    heights_m : ndarray of float32, shape (rows, columns)
        Above sea level; NaN where there is no datum. Row 0 is the northernmost.
    grid : Grid
        Where the cells lie.
    is_sample : bool
        The file's tags say that the terrain is synthetic.
    sha256 : str
        Of the file that it was read from.
    is_missing : bool
        There is no terrain model at all: the heights are zeros that say nothing.
    """

    heights_m: npt.NDArray[np.float32]
    grid: Grid
    is_sample: bool
    sha256: str
    is_missing: bool = False

    @property
    def transform(self) -> Any:
        return self.grid.transform

    @property
    def crs(self) -> CRS:
        return self.grid.crs

    @property
    def cell_m(self) -> float:
        return self.grid.cell_m


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
        with opened_raster(path) as source, upright(source) as raster:
            area = communes.to_crs(crs)
            told = frame_faults(raster, area, file, inhabited)
            if any(f.level == "fault" for f in told):
                return None, told
            grid = _grid(raster, area.total_bounds, crs, cell_m, margin_m)
            numbers = Numbers.of(source)
            told += raw_faults(raster, grid.window, numbers, file)
            if any(f.level == "fault" for f in told):
                return None, told
            heights = _heights(raster, grid, crs, numbers)
            is_sample = is_synthetic(source)
    except _TooLargeError as error:
        return None, [fault(file, "too_large.terrain", n=error.args[0])]
    except READ_ERRORS as error:
        return None, [_unreadable(path, file, error)]
    dem = Dem(heights, Grid((grid.height, grid.width), grid.transform, crs), is_sample, sha256_of(path))
    return dem, [*told, *void_faults(dem.heights_m, dem.transform, area, file, inhabited)]


def grid_without_terrain(communes: gpd.GeoDataFrame, *, crs: CRS, cell_m: float | None, margin_m: float) -> Dem:
    """The working grid where no terrain model exists; its zeros say nothing of heights."""
    cell = cell_m or CELL_WITHOUT_TERRAIN_M
    west, south, east, north = communes.to_crs(crs).total_bounds + np.array([-1, -1, 1, 1]) * margin_m
    west, north = math.floor(west / cell) * cell, math.ceil(north / cell) * cell
    shape = math.ceil((north - south) / cell), math.ceil((east - west) / cell)
    return Dem(np.zeros(shape, np.float32), Grid.north_up(west, north, cell, shape, crs), False, "", is_missing=True)


def read_classes(path: Path, file: str, dem: Dem) -> tuple[npt.NDArray[np.uint8] | None, list[Fault]]:
    """Land-cover classes (0 to 255) on the grid of the terrain, each cell taking the class at its centre; 0 where the file has none."""
    absent = file_fault(path, file, said("where_missing.land_cover"))
    if absent is not None:
        return None, [absent]
    try:
        with opened_raster(path) as source:
            faults = place_faults(source, file, example="EPSG:4326")
            if source.count != 1 or source.dtypes[0] != "uint8":
                faults.append(fault(file, "bands.land_cover", n=source.count, type=source.dtypes[0]))
            if faults:
                return None, faults
            rows, columns = dem.heights_m.shape
            options = {
                "crs": dem.crs.to_wkt(),
                "transform": dem.transform,
                "width": columns,
                "height": rows,
                "resampling": Resampling.nearest,
            }
            with upright(source) as raster, WarpedVRT(raster, nodata=0, **_source_crs(raster), **options) as warped:
                return np.nan_to_num(warped.read(1)).astype(np.uint8), []
    except READ_ERRORS as error:
        return None, [_unreadable(path, file, error)]


def unreadable_dem(path: Path, file: str) -> list[Fault]:
    """What keeps a file from being a terrain model at all, whatever area it should cover."""
    absent = file_fault(path, file, said("where_missing.terrain"))
    if absent is not None:
        return [absent]
    try:
        with opened_raster(path) as source:
            return _header_faults(source, file)
    except READ_ERRORS as error:
        return [_unreadable(path, file, error)]


def _unreadable(path: Path, file: str, error: Exception) -> Fault:
    logger.debug("cannot read %s", path, exc_info=error)
    return unreadable_fault(error, file, said("unreadable.terrain"))


class _TooLargeError(Exception):
    pass


def _header_faults(source: Any, file: str) -> list[Fault]:
    faults = place_faults(source, file)
    if source.count != 1:
        faults.append(fault(file, "bands.terrain", n=source.count))
    elif not is_one_band_of_numbers(source):
        palette = source.colorinterp[0] == ColorInterp.palette
        faults.append(fault(file, "bands.palette") if palette else fault(file, "bands.type", type=source.dtypes[0]))
    else:
        faults += number_faults(source, file)
    return faults or unit_faults(source, file)


@dataclass(frozen=True, slots=True)
class _Grid:
    """The working grid, and the part of the raster that it is made of; cropped to it where the raster lies on that grid already."""

    transform: Any
    width: int
    height: int
    window: Window
    resampling: Resampling | None


def _grid(raster: Any, bounds: npt.ArrayLike, crs: CRS, cell_m: float | None, margin_m: float) -> _Grid:
    west, south, east, north = np.asarray(bounds) + np.array([-1, -1, 1, 1]) * margin_m
    t, own = raster.transform, horizontal_crs(raster)
    if own == crs and t.b == t.d == 0 and math.isclose(t.a, -t.e) and (cell_m is None or math.isclose(cell_m, t.a)):
        asked = from_bounds(west, south, east, north, t)
        rows = max(math.floor(asked.row_off), 0), min(math.ceil(asked.row_off + asked.height), raster.height)
        columns = max(math.floor(asked.col_off), 0), min(math.ceil(asked.col_off + asked.width), raster.width)
        window = Window.from_slices(rows, columns)
        _refuse_large(window.width * window.height)
        return _Grid(raster.window_transform(window), window.width, window.height, window, None)
    part = Window(0, 0, raster.width, raster.height)
    if own.is_geographic and max(abs(t.a) * raster.width, abs(t.e) * raster.height) > _WIDE_DEG:
        part = cells_over(raster, crs, (west, south, east, north), margin=_SPARE_CELLS) or part
    bounds = bounds_of(raster, part)
    left, bottom, right, top = transform_bounds(own.to_wkt(), crs.to_wkt(), *bounds, densify_pts=51)
    west, south, east, north = max(west, left), max(south, bottom), min(east, right), min(north, top)
    # a raster that is turned fills its rectangle in part
    filled = 1.0 if t.b == t.d == 0 else abs(t.determinant) * part.width * part.height / ((bounds[2] - bounds[0]) * (bounds[3] - bounds[1]))
    native = math.sqrt((right - left) * (top - bottom) * filled / (part.width * part.height))
    cell = cell_m or float(max(round(native), 1))
    # aligned to multiples of the cell, so that another outline gives the same cells
    west, north = math.floor(west / cell) * cell, math.ceil(north / cell) * cell
    width, height = math.ceil((east - west) / cell), math.ceil((north - south) / cell)
    _refuse_large(width * height)
    edges = (west, north - height * cell, west + width * cell, north)
    window = cells_over(raster, crs, edges, margin=math.ceil(cell / native) + _SPARE_CELLS) or part
    resampling = Resampling.average if cell > 1.5 * native else Resampling.bilinear
    return _Grid(from_origin(west, north, cell, cell), width, height, window, resampling)


def _heights(raster: Any, grid: _Grid, crs: CRS, numbers: Numbers) -> npt.NDArray[np.float32]:
    if grid.resampling is None:
        return numbers.heights_m(raster.read(1, window=grid.window, masked=True))
    options = {
        "crs": crs.to_wkt(),
        "transform": grid.transform,
        "width": grid.width,
        "height": grid.height,
        "resampling": grid.resampling,
        "dtype": "float32",
    }
    with WarpedVRT(raster, nodata=np.nan, src_nodata=raster.nodata, **_source_crs(raster), **options) as warped:
        return numbers.heights_m(warped.read(1, masked=True))


def _source_crs(raster: Any) -> dict[str, str]:
    """For the warper: a raster's CRS without heights, where it has them."""
    whole, flat = CRS.from_user_input(raster.crs), horizontal_crs(raster)
    return {} if whole == flat else {"src_crs": flat.to_wkt()}


def _refuse_large(cells: float) -> None:
    if cells > MAX_CELLS:
        raise _TooLargeError(int(cells))
