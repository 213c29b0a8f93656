"""Tiles before they are put together: which of them can be used, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyproj import CRS
from rasterio.errors import RasterioError

from geo_planner.errors import Fault, InputError, fault
from geo_planner.files.opening import opened_raster
from geo_planner.study_area.raster_frame import (
    READ_ERRORS,
    horizontal_crs,
    is_one_band_of_numbers,
    number_faults,
    place_faults,
    unit_faults,
    upright,
)
from geo_planner.words import Said, said


@dataclass(frozen=True, slots=True)
class Tile:
    """The frame of a raster as :func:`geo_planner.study_area.raster_frame.upright` gives it."""

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


def bad_tile(path: Path, what: Said) -> Fault:
    """The fault of one tile, with the folder that it lies in; `what` has a reason and a remedy."""
    return fault(path.name, "tile", what=what, folder=path.parent)


def open_tiles(paths: Sequence[Path], *, heights: bool = False) -> list[Tile]:
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
            faults.append(bad_tile(path, said("tile.unreadable")))
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
    return [bad_tile(path, one.said) for one in found]
