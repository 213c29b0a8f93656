"""Rasters of a plan as small palette PNG pictures on the web map's own projection.

A picture is drawn by the browser with straight lines between its corners, so it must already be in EPSG:3857; a picture
in degrees or UTM would lie up to some 170 m off. One byte a pixel and a palette keep it about fifty times smaller than
the same picture in full colour.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from rasterio.features import geometry_mask
from rasterio.warp import Resampling, reproject

from geo_planner import terrain
from geo_planner.export.palette import HATCH_INK, UNKNOWN_SURFACE, Rgba, SurfaceClass, opaque
from geo_planner.grid import Grid
from geo_planner.plan import Plan
from geo_planner.radio.coverage import Coverage

WEB_MERCATOR = CRS.from_epsg(3857)
_LONGEST_SIDE_PX = 1400
_MARGIN_SHARE = 0.16
_SHADES = 50
_DEEPEST = 110  # of 255: a slope this much darker or brighter than its surroundings has the full veil
_SHADOW, _LIGHT = 0.62, 0.55  # opacity of the full veil
_OUTSIDE_SHARE = 0.4
_SURROUNDINGS_M = 1500.0
_HATCH_LINES = 140
_SMALLEST, _AT_ONCE = 9, 6

Bounds = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Overlay:
    """A picture, its positions in a palette, and where it lies: ((south, west), (north, east)) in degrees."""

    index: npt.NDArray[np.uint8]
    palette: Sequence[Rgba]
    bounds: Bounds

    @property
    def png(self) -> bytes:
        """For a file: as small as it gets."""
        return indexed_png(self.index, self.palette)

    @property
    def png_at_once(self) -> bytes:
        """For somebody who waits: the same picture in an eighth of the time, by a twentieth larger."""
        return indexed_png(self.index, self.palette, level=_AT_ONCE)

    @property
    def data_uri(self) -> str:
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture that is drawn when it is wanted: the hash of all that it is drawn from, where it lies, and what draws it."""

    digest: str
    bounds: Bounds
    draw: Callable[[], Overlay]


Place = Callable[[Drawing], str]
"""Says under which address a picture is found."""


def inline(drawing: Drawing) -> str:
    """The picture itself as its address: what a page needs that is opened without a server."""
    return drawing.draw().data_uri


def drawing(draw: Callable[[], Overlay], grid: Grid, *drawn_from: Any) -> Drawing:
    """A picture on `grid` that waits.

    Parameters
    ----------
    draw : callable
    grid : Grid
        Of the picture.
    drawn_from : ndarray, Grid or of a kind that is told apart by its ``repr``
        All on which the picture depends, its kind first.
    """
    digest = hashlib.sha256()
    for part in (grid, *drawn_from):
        if isinstance(part, np.ndarray):
            digest.update(f"{part.shape} {part.dtype} ".encode())
            digest.update(np.ascontiguousarray(part).data)
        else:
            told = (part.transform, part.shape, part.crs.to_wkt()) if isinstance(part, Grid) else part
            digest.update(f"{told!r} ".encode())
    return Drawing(digest.hexdigest(), degree_bounds(grid), draw)


def degree_bounds(grid: Grid) -> Bounds:
    """The corners of a web grid in degrees."""
    back = Transformer.from_crs(WEB_MERCATOR, 4326, always_xy=True)
    left, bottom, right, top = grid.bounds
    west, north = back.transform(left, top)
    east, south = back.transform(right, bottom)
    return (round(south, 6), round(west, 6)), (round(north, 6), round(east, 6))


def web_grid(plan: Plan) -> Grid:
    """Pixels over the province and a narrow margin, no finer than the terrain and no wider than a screen."""
    west, south, east, north = plan.communes.to_crs(WEB_MERCATOR).total_bounds
    margin = _MARGIN_SHARE * max(east - west, north - south)
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    middle = Transformer.from_crs(WEB_MERCATOR, 4326, always_xy=True).transform((west + east) / 2, (south + north) / 2)[1]
    # A metre on the ground is 1/cos(latitude) units of EPSG:3857.
    finest = plan.terrain.cell_m / np.cos(np.radians(middle))
    pixel = max(finest, max(east - west, north - south) / _LONGEST_SIDE_PX)
    shape = int(np.ceil((north - south) / pixel)), int(np.ceil((east - west) / pixel))
    return Grid.north_up(west, north, pixel, shape, WEB_MERCATOR)


def province_mask(plan: Plan, grid: Grid) -> npt.NDArray[np.bool_]:
    """The pixels whose centre lies in a commune."""
    outside = geometry_mask(plan.communes.to_crs(WEB_MERCATOR).geometry, grid.shape, grid.transform)
    return np.asarray(~outside)


def hillshade_overlay(plan: Plan, grid: Grid, inside: npt.NDArray[np.bool_]) -> Overlay:
    """Relief as shadows and lights to be laid over whatever is painted, fainter outside the province so that the eye stays inside.

    Brightness counts from the mean of the surroundings, and where it is that mean nothing is laid on: a commune whose slopes
    all look away from the light would else be darker, as a whole, than its class.
    """
    shade = terrain.hillshade(plan.terrain).astype(np.float32)
    shade[shade == 0] = np.nan
    warped = warp(shade, plan.terrain.grid, grid, smooth=True)
    relative = (warped - _surrounding_mean(warped, _SURROUNDINGS_M / _ground_metres(grid))) / _DEEPEST
    level = np.round(np.clip(np.nan_to_num(relative), -1, 1) * _SHADES).astype(np.int16) + _SHADES
    index = np.where(inside, 0, 2 * _SHADES + 1) + level
    inner = [_veil(level / _SHADES) for level in range(-_SHADES, _SHADES + 1)]
    outer = [_veil(_OUTSIDE_SHARE * level / _SHADES) for level in range(-_SHADES, _SHADES + 1)]
    return Overlay(index.astype(np.uint8), [*inner, *outer], degree_bounds(grid))


def _veil(share: float) -> Rgba:
    """Black for a shadow (below 0), white for a light, the more opaque the further from 0."""
    tone = 0 if share < 0 else 255
    return tone, tone, tone, round(255 * abs(share) * (_SHADOW if share < 0 else _LIGHT))


def _surrounding_mean(values: npt.NDArray[np.float32], sigma_px: float) -> npt.NDArray[np.float32]:
    """Mean weighted by nearness; gaps weigh nothing."""
    from scipy.ndimage import gaussian_filter  # here: a kept plan is shown without it

    known = np.isfinite(values)
    total = gaussian_filter(np.where(known, values, 0).astype(np.float64), sigma_px)
    weight = gaussian_filter(known.astype(np.float64), sigma_px)
    return np.divide(total, weight, out=np.full(values.shape, np.nan), where=known).astype(np.float32)


def _ground_metres(grid: Grid) -> float:
    """Side of a pixel on the ground, in the middle of the grid: a unit of EPSG:3857 is cos(latitude) metres there."""
    (south, _), (north, _) = degree_bounds(grid)
    return float(grid.cell_m * np.cos(np.radians((south + north) / 2)))


def class_overlay(
    values: npt.NDArray[np.float32],
    coverage: Coverage,
    grid: Grid,
    classes: Sequence[SurfaceClass],
    *,
    inside: npt.NDArray[np.bool_],
    mark_unknown: bool,
) -> Overlay:
    """A surface in classes; values below the first class are left clear, and so is the land outside the province, for which the
    sites are not complete.

    Parameters
    ----------
    values : ndarray of float32
        On the grid of `coverage`.
    classes : sequence of SurfaceClass
        In rising order of ``least``.
    inside : ndarray of bool
        Pixels of the province on `grid`.
    mark_unknown : bool
        Paint NaN grey (where it means "not computed") instead of leaving it clear (where it means "nothing in reach").
    """
    warped = warp(values, coverage.grid, grid, smooth=False)
    known = np.isfinite(warped)
    index = np.digitize(np.where(known, warped, -np.inf), [c.least for c in classes]).astype(np.uint8)
    if mark_unknown:
        index[~known] = len(classes) + 1
    index[~inside] = 0
    return Overlay(index, [(0, 0, 0, 0), *(opaque(c.colour) for c in classes), opaque(UNKNOWN_SURFACE)], degree_bounds(grid))


def class_drawing(
    values: npt.NDArray[np.float32],
    coverage: Coverage,
    grid: Grid,
    classes: Sequence[SurfaceClass],
    *,
    inside: npt.NDArray[np.bool_],
    mark_unknown: bool,
) -> Drawing:
    """What :func:`class_overlay` draws, when it is wanted."""
    draw = partial(class_overlay, values, coverage, grid, classes, inside=inside, mark_unknown=mark_unknown)
    return drawing(draw, grid, "classes", values, coverage.grid, tuple(classes), inside, mark_unknown)


def hillshade_drawing(plan: Plan, grid: Grid, inside: npt.NDArray[np.bool_]) -> Drawing:
    """What :func:`hillshade_overlay` draws, when it is wanted."""
    return drawing(partial(hillshade_overlay, plan, grid, inside), grid, "relief", plan.terrain.heights_m, plan.terrain.grid, inside)


def hatch_overlay(
    values: npt.NDArray[np.float32], least: float, coverage: Coverage, grid: Grid, *, inside: npt.NDArray[np.bool_]
) -> Overlay:
    """Slanting lines where values reach `least`: what the threshold parts stays apart in grey print too."""
    warped = warp(values, coverage.grid, grid, smooth=False)
    row, column = np.indices(grid.shape)
    step = max(4, round(max(grid.shape) / _HATCH_LINES))
    drawn = (np.nan_to_num(warped, nan=-np.inf) >= least) & inside & ((row + column) % step == 0)
    return Overlay(drawn.astype(np.uint8), [(0, 0, 0, 0), HATCH_INK], degree_bounds(grid))


def hatch_drawing(
    values: npt.NDArray[np.float32], least: float, coverage: Coverage, grid: Grid, *, inside: npt.NDArray[np.bool_]
) -> Drawing:
    """What :func:`hatch_overlay` draws, when it is wanted."""
    draw = partial(hatch_overlay, values, least, coverage, grid, inside=inside)
    return drawing(draw, grid, "hatch", values, least, coverage.grid, inside)


def indexed_png(index: npt.NDArray[np.uint8], palette: Sequence[Rgba], *, level: int = _SMALLEST) -> bytes:
    """A palette PNG with transparency; the same input gives the same bytes.

    Parameters
    ----------
    index : ndarray of uint8, shape (rows, columns)
        Positions in `palette`, row 0 on top.
    palette : sequence of (red, green, blue, alpha)
        At most 256 colours, 0 to 255 each.
    level : int
        Of zlib's compression, 1 to 9.
    """
    rows, columns = index.shape
    # Filter 0 before every row: differences between neighbours mean nothing in a palette.
    raw = np.concatenate([np.zeros((rows, 1), np.uint8), index], axis=1).tobytes()
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(value for colour in palette for value in colour[:3])),
            _chunk(b"tRNS", bytes(colour[3] for colour in palette)),
            _chunk(b"IDAT", zlib.compress(raw, level)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def warp(values: npt.NDArray[np.float32], of: Grid, grid: Grid, *, smooth: bool) -> npt.NDArray[np.float32]:
    """Values on the web grid, NaN outside. Class surfaces keep their cells unless several fall into one pixel."""
    target = np.full(grid.shape, np.nan, dtype=np.float32)
    coarser = grid.cell_m > 1.6 * of.cell_m
    method = Resampling.average if coarser else (Resampling.bilinear if smooth else Resampling.nearest)
    reproject(
        values, target, src_transform=of.transform, src_crs=of.crs.to_wkt(), src_nodata=np.nan,
        dst_transform=grid.transform, dst_crs=grid.crs.to_wkt(), dst_nodata=np.nan, resampling=method,
    )  # fmt: skip
    return target
