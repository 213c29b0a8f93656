"""Tiles of one theme, in whatever reference systems, to one raster on the metric grid.

The output is made block by block, so memory stays bounded whatever its size. Tiles that share a grid are put together
before they are resampled: no seam between them. Where no tile has a value the output has none: voids are counted and
left open, never filled from their neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.enums import Resampling
from rasterio.env import Env
from rasterio.errors import RasterioError
from rasterio.transform import from_origin
from rasterio.warp import reproject, transform_bounds
from rasterio.windows import Window

from geo_planner.errors import Fault, InputError, OutputError, fault
from geo_planner.files.opening import new_raster, opened_raster
from geo_planner.files.refused import why_not_written
from geo_planner.study_area.raster_frame import (
    READ_ERRORS,
    Numbers,
    horizontal_crs,
    is_one_band_of_numbers,
    number_faults,
    place_faults,
    unit_faults,
    upright,
)
from geo_planner.units import FloatGrid
from geo_planner.words import Said, said

Bounds = tuple[float, float, float, float]
Method = Literal["smooth", "class"]

_MAX_SOURCE_CELLS = 4_000_000
"""Source cells held at a time for one block: 16 MB as float32."""
_BLOCK = 512
_REACH = 3  # source cells around a block that its edge cells lean on
_CACHE_MB = 64


@dataclass(frozen=True, slots=True)
class Mosaic:
    """What came out.

    Attributes
    ----------
    path : Path
    cells, void_cells : int
    shape : tuple of int
        Rows, columns.
    """

    path: Path
    cells: int
    void_cells: int
    shape: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tile:
    """The frame of a raster as :func:`geo_planner.study_area.raster_frame.upright` gives it."""

    path: Path
    crs: CRS
    transform: Any
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Group:
    """Tiles whose cells lie on one grid, and the size of a cell in metres, east and north, at the middle of the first."""

    tiles: list[Tile]
    cell_m: tuple[float, float]

    @property
    def crs(self) -> CRS:
        return self.tiles[0].crs

    @property
    def transform(self) -> Any:
        return self.tiles[0].transform


def mosaic(
    tiles: Sequence[Path],
    out: Path,
    *,
    crs: CRS,
    cell_m: float,
    bounds: Bounds,
    method: Method = "smooth",
    tags: dict[str, str] | None = None,
    possible: tuple[float, float] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Mosaic:
    """Put tiles together on a north-up metric grid.

    Parameters
    ----------
    tiles : sequence of Path
        Rasters of one band, each with its CRS; where two have a value the earlier one counts.
    out : Path
        GeoTIFF to write, tiled and compressed. float32 with NaN for ``"smooth"``, uint8 with 0 for ``"class"``.
    crs : CRS
        Projected, in metres.
    cell_m : float
        Cell of the output.
    bounds : tuple of float
        West, south, east, north in `crs`; grown to multiples of the cell, so that another outline gives the same cells.
    method : {"smooth", "class"}
        Heights and other quantities: bilinear, or the average where the output is the coarser one. Classes: the nearest,
        or the most frequent.
    tags : dict, optional
        Written into the file.
    possible : tuple of float, optional
        The least and the greatest value that can be; what lies outside is a void.
    progress : callable, optional
        Called with the share that is done.

    Raises
    ------
    InputError
        With a fault for every tile that cannot be used.
    OutputError
        When the file cannot be written.
    """
    groups = _by_grid(_open_tiles(tiles, heights=method == "smooth"), crs)
    west, south = math.floor(bounds[0] / cell_m) * cell_m, math.floor(bounds[1] / cell_m) * cell_m
    width, height = math.ceil((bounds[2] - west) / cell_m), math.ceil((bounds[3] - south) / cell_m)
    transform = from_origin(west, south + height * cell_m, cell_m, cell_m)
    numbers = (
        {"dtype": "float32", "nodata": np.nan, "predictor": 3} if method == "smooth" else {"dtype": "uint8", "nodata": 0, "predictor": 2}
    )
    profile = {
        "driver": "GTiff",
        "width": width,
        "height": height,
        "count": 1,
        "crs": crs.to_wkt(),
        "transform": transform,
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "compress": "deflate",
        "bigtiff": "if_safer",
        **numbers,
    }
    void = 0
    try:
        with Env(GDAL_CACHEMAX=_CACHE_MB), new_raster(out, **profile) as target:
            target.update_tags(**(tags or {}))
            blocks = list(_blocks(width, height, _block_cells(groups, cell_m)))
            for number, window in enumerate(blocks):
                block = _block(groups, window, target.window_transform(window), crs, cell_m, method, possible)
                void += int(np.isnan(block).sum())
                target.write(block if method == "smooth" else np.nan_to_num(block).astype("uint8"), 1, window=window)
                if progress:
                    progress((number + 1) / len(blocks))
    except (RasterioError, OSError) as error:
        out.unlink(missing_ok=True)
        raise _told(error, tiles, out) from error
    return Mosaic(out, width * height, void, (height, width))


def _told(error: Exception, tiles: Sequence[Path], out: Path) -> Exception:
    """Which of the files is to blame: a damaged tile shows only when its cells are read."""
    damaged = [path for path in tiles if not _readable(path)]
    if damaged:
        return InputError([_bad_tile(path, said("tile.damaged")) for path in damaged])
    return OutputError("not_written.raster", file=out, error=why_not_written(error, out))


def _readable(path: Path) -> bool:
    """Whether every cell of a raster can be read."""
    try:
        with opened_raster(path) as source:
            for _, window in source.block_windows(1):
                source.read(1, window=window)
    except (RasterioError, OSError, ValueError):
        return False
    return True


def _bad_tile(path: Path, what: Said) -> Fault:
    """The fault of one tile, with the folder that it lies in; `what` has a reason and a remedy."""
    return fault(path.name, "tile", what=what, folder=path.parent)


def _open_tiles(paths: Sequence[Path], *, heights: bool = False) -> list[Tile]:
    """The frames of rasters, which may be turned any way.

    Parameters
    ----------
    paths : sequence of Path
    heights : bool
        The cells hold heights: then they must be in metres.

    Raises
    ------
    InputError
        With every fault of each that is not one band of numbers with a place on the earth.
    """
    tiles, faults = [], []
    for path in paths:
        try:
            with opened_raster(path) as source:
                found = _tile_faults(source, path, heights)
                faults += found
                if not found:
                    with upright(source) as raster:
                        tiles.append(Tile(path, horizontal_crs(source), raster.transform, raster.width, raster.height))
        except READ_ERRORS:
            faults.append(_bad_tile(path, said("tile.unreadable")))
    if faults:
        raise InputError(faults)
    return tiles


def _tile_faults(source: Any, path: Path, heights: bool) -> list[Fault]:
    found = place_faults(source, path.name)
    if not is_one_band_of_numbers(source):
        found.append(fault(path.name, "tile.bands"))
    else:
        found += number_faults(source, path.name)
    if heights and not found:
        found = unit_faults(source, path.name)
    return [_bad_tile(path, one.said) for one in found]


def _by_grid(tiles: Sequence[Tile], crs: CRS) -> list[_Group]:
    """Tiles whose cells lie on one grid together, in the order in which the first of each stands."""
    groups: list[_Group] = []
    for tile in tiles:
        for group in groups:
            if _same_grid(group.tiles[0], tile):
                group.tiles.append(tile)
                break
        else:
            groups.append(_Group([tile], _cell_size_m(tile, crs)))
    return groups


def _same_grid(one: Tile, other: Tile) -> bool:
    a, b = one.transform, other.transform
    alike = all(math.isclose(x, y, rel_tol=1e-9) for x, y in zip((a.a, a.b, a.d, a.e), (b.a, b.b, b.d, b.e), strict=True))
    columns, rows = _between(a, b)
    return alike and abs(columns - round(columns)) < 0.01 and abs(rows - round(rows)) < 0.01 and one.crs == other.crs


def _between(one: Any, other: Any) -> tuple[float, float]:
    """Columns and rows from the corner of one grid to that of another like it."""
    column, row = ~one @ (other.c, other.f)
    return float(column), float(row)


def _block_cells(groups: Sequence[_Group], cell_m: float) -> int:
    """Side of the output blocks: smaller where the tiles are much finer, so that memory stays bounded."""
    finest = min(min(group.cell_m) for group in groups)
    side = int(math.sqrt(_MAX_SOURCE_CELLS) * finest / cell_m)
    return max(min(side, _BLOCK), 16)


def _cell_size_m(tile: Tile, crs: CRS) -> tuple[float, float]:
    t = tile.transform
    column, row = tile.width // 2, tile.height // 2
    own_x, own_y = zip(*(t @ at for at in ((column, row), (column + 1, row), (column, row + 1))), strict=True)
    x, y = Transformer.from_crs(tile.crs, crs, always_xy=True).transform(own_x, own_y)
    return math.hypot(x[1] - x[0], y[1] - y[0]), math.hypot(x[2] - x[0], y[2] - y[0])


def _blocks(width: int, height: int, side: int) -> Iterator[Window]:
    for row in range(0, height, side):
        for column in range(0, width, side):
            yield Window(column, row, min(side, width - column), min(side, height - row))


def _block(
    groups: Sequence[_Group], window: Window, transform: Any, crs: CRS, cell_m: float, method: Method, possible: tuple[float, float] | None
) -> FloatGrid:
    block = np.full((window.height, window.width), np.nan, dtype=np.float32)
    east, south = transform.c + window.width * cell_m, transform.f - window.height * cell_m
    for group in groups:
        open_cells = np.isnan(block)
        if not open_cells.any():
            break
        piece = _source_cells(group, crs, (transform.c, south, east, transform.f), possible)
        if piece is not None:
            warped = _warped(*piece, group, block.shape, transform, crs, cell_m, method)
            block[open_cells] = warped[open_cells]
    return block


def _source_cells(group: _Group, crs: CRS, bounds: Bounds, possible: tuple[float, float] | None) -> tuple[FloatGrid, Any] | None:
    """The cells of a group around a block as one array with its transform; None where the group does not reach."""
    west, south, east, north = transform_bounds(crs.to_wkt(), group.crs.to_wkt(), *bounds, densify_pts=21)
    t = group.transform
    at_column, at_row = zip(*(~t @ corner for corner in ((west, north), (east, north), (east, south), (west, south))), strict=True)
    first_column, last_column = math.floor(min(at_column)) - _REACH, math.ceil(max(at_column)) + _REACH
    first_row, last_row = math.floor(min(at_row)) - _REACH, math.ceil(max(at_row)) + _REACH
    cells = np.full((last_row - first_row, last_column - first_column), np.nan, dtype=np.float32)
    reached = False
    for tile in group.tiles:
        column, row = map(round, _between(t, tile.transform))
        left, right = max(first_column, column), min(last_column, column + tile.width)
        top, bottom = max(first_row, row), min(last_row, row + tile.height)
        if left >= right or top >= bottom:
            continue
        part = cells[top - first_row : bottom - first_row, left - first_column : right - first_column]
        values = _values(tile.path, Window(left - column, top - row, right - left, bottom - top))
        if possible:
            values[(values < possible[0]) | (values > possible[1])] = np.nan
        np.copyto(part, values, where=np.isnan(part))
        reached = True
    if not reached:
        return None
    return cells, t @ Affine.translation(first_column, first_row)


def _values(path: Path, window: Window) -> FloatGrid:
    """Cells of one tile as float32, NaN where it has none; scale and offset applied."""
    with opened_raster(path) as source, upright(source) as raster:
        numbers = Numbers.of(source)
        packed = raster.read(1, window=window, masked=True)
    values = numbers.heights_m(packed)
    values[~np.isfinite(values) | numbers.stands_for_nothing(packed)] = np.nan
    return values


def _warped(
    cells: FloatGrid, from_transform: Any, group: _Group, shape: tuple[int, int], transform: Any, crs: CRS, cell_m: float, method: Method
) -> FloatGrid:
    coarser = cell_m > 1.5 * math.sqrt(group.cell_m[0] * group.cell_m[1])
    how = {
        ("smooth", False): Resampling.bilinear,
        ("smooth", True): Resampling.average,
        ("class", False): Resampling.nearest,
        ("class", True): Resampling.mode,
    }[method, coarser]
    # left to itself the warper guesses a scale from the piece at hand, and smooths by it: neighbours would not quite meet
    sides = {
        "src_transform": from_transform,
        "src_crs": group.crs.to_wkt(),
        "dst_transform": transform,
        "dst_crs": crs.to_wkt(),
        "num_threads": 1,
        "XSCALE": "1",
        "YSCALE": "1",
    }
    warped = np.full(shape, np.nan, dtype=np.float32)
    reproject(cells, warped, src_nodata=np.nan, dst_nodata=np.nan, resampling=how, **sides)
    # the warper reaches into voids from their rims; a cell that is mostly void stays one
    void = np.isnan(cells)
    if void.any():
        share = np.ones(shape, dtype=np.float32)
        reproject(
            void.astype(np.float32),
            share,
            resampling=Resampling.average if coarser else Resampling.bilinear,
            init_dest_nodata=False,
            **sides,
        )
        warped[share >= 0.5] = np.nan
    return warped
