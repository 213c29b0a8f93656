"""The cells of a terrain as the file holds them, looked at before anything is averaged: what cannot be a height, and what looks like a void.

Whatever stands for "unknown" in a file and is not declared would be mixed into the heights around it. Strips of rows are read one after
the other, so that a file of any size takes the same memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from rasterio.windows import Window

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, fault, warning
from geo_planner.study_area.raster_frame import horizontal_crs
from geo_planner.study_area.written_voids import HALO, WrittenVoid, WrittenVoids
from geo_planner.words import Said, said

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""No land lies lower or higher."""
_STRIP_CELLS = 4_000_000
_MOST_VALUES = 5  # told of each
_SIGNS_OF_NOTHING = (-9999.0, -32767.0, -32768.0)
"""Usual signs for "no datum": as packed numbers no heights, whatever scale and offset make of them."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How the packed numbers of a raster become heights."""

    scale: float
    offset: float
    nothing: tuple[float, ...]

    @classmethod
    def of(cls, source: Any) -> Numbers:
        scale, offset = float(source.scales[0]), float(source.offsets[0])
        if (scale, offset) == (1.0, 0.0):
            return cls(scale, offset, ())
        kind = np.dtype(source.dtypes[0])
        ends: tuple[float, ...] = ()
        if kind.kind in "iu" and kind.itemsize > 1:
            ends = (np.iinfo(kind).min, np.iinfo(kind).max)[kind.kind == "u" :]
        return cls(scale, offset, (*_SIGNS_OF_NOTHING, *ends))

    def heights_m(self, values: Any) -> npt.NDArray[np.float32]:
        """Heights, NaN where masked."""
        heights = np.ma.filled(values.astype("float32"), np.nan)
        return np.asarray(heights * np.float32(self.scale) + np.float32(self.offset), dtype=np.float32)

    def impossible(self, values: Any, heights_m: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
        """Which packed numbers are no heights."""
        odd = np.isinf(heights_m) | (heights_m < LOWEST_M) | (heights_m > HIGHEST_M)
        return np.asarray(odd | (self.stands_for_nothing(values) & ~np.isnan(heights_m)))

    def stands_for_nothing(self, values: Any) -> npt.NDArray[np.bool_]:
        """Packed numbers that are signs of an unknown height, declared or not."""
        return np.isin(np.ma.getdata(values), self.nothing)


def raw_faults(source: Any, window: Window, numbers: Numbers, file: str) -> list[Fault]:
    """Cells of a part of a raster that cannot be heights (a fault), and patches that look like voids (warnings)."""
    impossible, first_odd = 0, ""
    voids = WrittenVoids((window.height, window.width))
    for first, stop, part, rows in _strips(source, window):
        values = source.read(1, window=part, masked=True)
        heights_m = numbers.heights_m(values)
        odd = numbers.impossible(values, heights_m)
        # rows that two strips have in common count once
        own = np.s_[rows[0] : rows[1]]
        if odd[own].any():
            first_odd = first_odd or f"{np.asarray(values[own])[odd[own]][0]:g}"
            impossible += int(odd[own].sum())
        elif not impossible:
            voids.add(heights_m, first, stop)
    if impossible:
        return [fault(file, "impossible_height", value=first_odd, n=impossible)]
    return [_void_fault(void, source, window, file) for void in voids.found()[:_MOST_VALUES]]


def _strips(source: Any, window: Window) -> Iterator[tuple[int, int, Window, tuple[int, int]]]:
    """Rows of the window from first to before stop, what to read for them, and where they stand in it."""
    block = source.block_shapes[0][0]
    rows = max(_STRIP_CELLS // max(window.width, 1) // block * block, min(block, 256), 2 * HALO)
    for first in range(0, window.height, rows):
        stop = min(first + rows, window.height)
        top, bottom = max(first - HALO, 0), min(stop + HALO, window.height)
        part = Window(window.col_off, window.row_off + top, window.width, bottom - top)
        yield first, stop, part, (first - top, stop - top)


def _void_fault(void: WrittenVoid, source: Any, window: Window, file: str) -> Fault:
    crs = horizontal_crs(source)
    x, y = source.transform @ (window.col_off + void.column + 0.5, window.row_off + void.row + 0.5)
    lon, lat = Transformer.from_crs(crs, GEOGRAPHIC, always_xy=True).transform(x, y)
    written = f"{void.value_m:g}"
    return warning(
        file,
        "written_void",
        value=written,
        n=void.cells,
        area=_area(source, crs, void, lat),
        height=written,
        patches=said("void_patches.one") if void.patches == 1 else said("void_patches.several", n=void.patches),
        lat=lat,
        lon=lon,
        stands=said("void_stands.below" if void.wall_m > 0 else "void_stands.above", by=abs(void.wall_m)),
    )


def _area(source: Any, crs: CRS, void: WrittenVoid, lat: float) -> Said:
    if crs.is_geographic:
        per_cell_m2 = abs(source.transform.determinant) * 111_320.0**2 * np.cos(np.radians(lat))
    else:
        per_cell_m2 = abs(source.transform.determinant) * crs.axis_info[0].unit_conversion_factor ** 2
    area_km2 = void.cells * per_cell_m2 / 1e6
    return said("area_km2.whole", area=area_km2) if area_km2 >= 10 else said("area_km2.small", area=float(f"{area_km2:.2g}"))
