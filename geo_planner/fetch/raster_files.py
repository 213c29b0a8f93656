"""Is a fetched raster what it should be? Looked at before it is kept: its frame first, its cells afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.errors import RasterioError

from geo_planner.crs import GEOGRAPHIC
from geo_planner.fetch.errors import UnfitFileError
from geo_planner.files.opening import opened_raster

Bounds = tuple[float, float, float, float]

_BEYOND_DEG = 0.5
"""A tile in a metric system sticks out of its square of degrees a little."""


def check_raster(
    path: Path,
    *,
    most_side: int,
    kinds: str = "iuf",
    square: Bounds | None = None,
    values: tuple[float, float] | None = None,
    cells: bool = True,
) -> None:
    """Refuse a raster that cannot be used: another size, other bands, another place, damaged cells, impossible values.

    Parameters
    ----------
    path : Path
    most_side : int
        Rows and columns that such a file has at most. A few bytes can claim billions of cells, so this is looked at first.
    kinds : str
        NumPy kinds of the numbers it may hold: integer ``i``, unsigned ``u``, floating ``f``.
    square : tuple of float, optional
        West, south, east, north in degrees: where its name says it lies.
    values : tuple of float, optional
        The least and the greatest value that can be.
    cells : bool
        Read every cell; otherwise the frame alone and the last block.

    Raises
    ------
    UnfitFileError
    """
    try:
        with opened_raster(path) as source:
            _check_frame(source, most_side, kinds)
            _check_place(source, square)
            windows = [window for _, window in source.block_windows(1)]
            for window in windows if cells else windows[-1:]:
                block = source.read(1, window=window, masked=True)
                if values:
                    _check_values(block, source, values)
    except RasterioError as error:
        raise UnfitFileError("unfit.damaged_tiff") from error


def _check_frame(source: Any, most_side: int, kinds: str) -> None:
    if max(source.width, source.height) > most_side:
        raise UnfitFileError("unfit.side", columns=source.width, rows=source.height, most=most_side)
    if source.count != 1:
        raise UnfitFileError("unfit.bands", n=source.count)
    if np.dtype(source.dtypes[0]).kind not in kinds:
        raise UnfitFileError("unfit.cell_type", type=source.dtypes[0])
    if max(source.block_shapes[0]) > max(most_side, 1024):
        raise UnfitFileError("unfit.blocks")
    t = source.transform
    if not (t.b == t.d == 0 and t.a > 0 > t.e):
        raise UnfitFileError("unfit.north_up")


def _check_place(source: Any, square: Bounds | None) -> None:
    if source.crs is None:
        raise UnfitFileError("unfit.no_crs")
    left, bottom, right, top = source.bounds
    try:
        to_degrees = Transformer.from_crs(CRS.from_user_input(source.crs), GEOGRAPHIC, always_xy=True)
        west, south, east, north = to_degrees.transform_bounds(left, bottom, right, top, densify_pts=21)
    except ProjError as error:
        raise UnfitFileError("unfit.no_place") from error
    if not np.isfinite([west, south, east, north]).all():
        raise UnfitFileError("unfit.out_of_reach")
    if square is None:
        return
    middle = (west + east) / 2, (south + north) / 2
    inside = square[0] <= middle[0] <= square[2] and square[1] <= middle[1] <= square[3]
    near = west >= square[0] - _BEYOND_DEG and east <= square[2] + _BEYOND_DEG
    near &= south >= square[1] - _BEYOND_DEG and north <= square[3] + _BEYOND_DEG
    if not (inside and near):
        raise UnfitFileError("unfit.elsewhere", west=west, east=east, south=south, north=north)


def _check_values(block: Any, source: Any, values: tuple[float, float]) -> None:
    told = np.ma.masked_invalid(block.astype("float64")) if block.dtype.kind == "f" else block
    raw = np.ma.compressed(block[np.isinf(block)]) if block.dtype.kind == "f" else np.empty(0)
    found = np.concatenate([np.ma.compressed(told).astype("float64") * source.scales[0] + source.offsets[0], raw.astype("float64")])
    odd = found[(found < values[0]) | (found > values[1])]
    if len(odd):
        raise UnfitFileError("unfit.values", value=f"{odd[0]:g}", least=values[0], most=values[1])
