"""Tiles before they are put together: which of them can be used, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.errors import RasterioError

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, InputError
from geo_planner.sources.opening import opened_raster


@dataclass(frozen=True, slots=True)
class Tile:
    """The frame of a raster."""

    path: Path
    crs: CRS
    transform: Any
    width: int
    height: int


def readable(path: Path) -> bool:
    """Whether every cell of a raster can be read."""
    try:
        with opened_raster(path) as source:
            for _, window in source.block_windows(1):
                source.read(1, window=window)
    except (RasterioError, OSError, ValueError):
        return False
    return True


def bad_tile(path: Path, reason: str, remedy: str) -> Fault:
    """The fault of one tile, with the folder that it lies in."""
    return Fault(path.name, f"{reason} (in {path.parent})", remedy, code="tile")


def open_tiles(paths: Sequence[Path]) -> list[Tile]:
    """The frames of rasters.

    Raises
    ------
    InputError
        With a fault for each that is not one band of numbers, north-up, with a place on the earth.
    """
    tiles, faults = [], []
    for path in paths:
        try:
            with opened_raster(path) as source:
                t = source.transform
                if source.crs is None:
                    faults.append(bad_tile(path, "the tile has no coordinate reference system", "State it (gdal_edit.py -a_srs)."))
                elif source.count != 1 or np.dtype(source.dtypes[0]).kind not in "iuf":
                    faults.append(bad_tile(path, "the tile is not one band of numbers", "Use the data itself, not a picture of it."))
                elif not (t.b == t.d == 0 and t.a > 0 > t.e):
                    faults.append(bad_tile(path, "the tile is not north-up", "Warp it first (gdalwarp)."))
                elif (crs := _on_earth(source.crs)) is None:
                    faults.append(bad_tile(path, "the tile's coordinate reference system has no place on the earth", "State its own CRS."))
                else:
                    tiles.append(Tile(path, crs, t, source.width, source.height))
        except (RasterioError, OSError, ValueError):
            faults.append(bad_tile(path, "the tile cannot be read as a raster", "Delete it and fetch it again."))
    if faults:
        raise InputError(faults)
    return tiles


def _on_earth(value: Any) -> CRS | None:
    """The CRS of a tile; None for a local one, which nothing can be reckoned from."""
    try:
        crs = CRS.from_user_input(value)
        Transformer.from_crs(crs, GEOGRAPHIC)
    except ProjError:
        return None
    return crs
