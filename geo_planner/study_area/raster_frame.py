"""What a raster says of itself before its cells are read: where it lies, which way it is turned, what its numbers count."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj.exceptions
from affine import Affine, TransformNotInvertibleError
from pyproj import CRS, Transformer
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.transform import from_origin
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, fault

READ_ERRORS = (
    RasterioError,
    CPLE_BaseError,
    pyproj.exceptions.ProjError,
    TransformNotInvertibleError,
    OSError,
    ValueError,
    ArithmeticError,
)
"""What the libraries raise over a file that is not what it says."""

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""No land lies lower or higher."""
_SIGNS_OF_NOTHING = (-9999.0, -32767.0, -32768.0)
"""Usual signs for "no datum": as packed numbers no heights, whatever scale and offset make of them."""
COARSEST_CELL_M = 10_000.0
"""No raster that says anything of a village has larger cells; one that claims them has lost its frame."""
_EARTH_AXIS_M = 6_371_000.0
_DEGREE_M = 111_320.0

_METRE = frozenset(
    {"m", "mt", "mts", "mtr", "mtrs", "metre", "metres", "meter", "meters", "mètre", "mètres", "metro", "metros", "mét", "met"}
)
_METRE_ABOVE = frozenset({"masl", "mamsl", "mmsl"})
_ABOVE = frozenset(
    {"asl", "amsl", "msl", "above", "over", "mean", "sea", "level", "height", "heights", "elevation", "altitude"}
    | {"the", "geoid", "geoidal", "orthometric", "ellipsoid", "ellipsoidal", "egm", "egm96", "egm2008", "wgs84"}
)
_UNIT_KEYS = frozenset(
    f"{what}{unit}"
    for what in ("", "z", "vertical", "height", "heights", "elevation", "altitude", "band")
    for unit in ("unit", "units", "unittype", "uom")
)
_ANGLES = frozenset({"degree", "degrees", "deg", "dd", "°", "decimaldegrees", "degreesnorth", "degreeseast", "pixel", "pixels"})


def is_synthetic(source: Any) -> bool:
    """Whether a raster says of itself, by a tag of the file, that it is made up."""
    return str(source.tags().get("synthetic", "")).lower() in ("yes", "true", "1")


def horizontal_crs(source: Any) -> CRS:
    """The CRS of a raster without heights: a compound one says more than where the cells lie."""
    return CRS.from_user_input(source.crs).to_2d()


def place_faults(source: Any, file: str, *, example: str = "EPSG:32648") -> list[Fault]:
    """What keeps a raster from having a place on the earth."""
    if source.crs is None:
        if source.gcps[0] or source.rpcs is not None:
            return [fault(file, "control_points", example=example)]
        return [fault(file, "no_crs.raster", example=example)]
    crs = on_earth(source.crs)
    if crs is None:
        return [fault(file, "not_on_earth", value=_name(source.crs), example=example)]
    return _frame_faults(source, crs, file)


def on_earth(value: Any) -> CRS | None:
    """The horizontal CRS; None for a local one, from which nothing can be reckoned, or one of another body."""
    try:
        crs = CRS.from_user_input(value).to_2d()
        Transformer.from_crs(crs, GEOGRAPHIC)
    except pyproj.exceptions.ProjError:
        return None
    if not (crs.is_geographic or crs.is_projected or crs.is_derived) or crs.is_geocentric or crs.ellipsoid is None:
        return None
    return crs if math.isclose(crs.ellipsoid.semi_major_metre, _EARTH_AXIS_M, rel_tol=0.01) else None


def _name(crs: Any) -> str | None:
    try:
        return CRS.from_user_input(crs).name
    except pyproj.exceptions.ProjError:
        return None


def _frame_faults(source: Any, crs: CRS, file: str) -> list[Fault]:
    t = source.transform
    if t == Affine.identity():
        return [fault(file, "geotransform.none")]
    sides = (math.hypot(t.a, t.d), math.hypot(t.b, t.e))
    if not all(math.isfinite(v) for v in (*t[:6], *sides)) or t.determinant == 0 or not all(map(math.isfinite, (~t)[:6])):
        return [fault(file, "geotransform.no_size", wide=_figure(t.a), high=_figure(t.e), x=_figure(t.c), y=_figure(t.f))]
    columns, rows = np.meshgrid(np.linspace(0, source.width, 5), np.linspace(0, source.height, 5))
    x, y = t @ (columns.ravel(), rows.ravel())
    if crs.is_geographic and (min(x) < -180.01 or max(x) > 360.01 or min(y) < -90.01 or max(y) > 90.01):
        return [fault(file, "projected_as_degrees.raster", west=x.min(), east=x.max())]
    side_m = max(sides) * (_DEGREE_M if crs.is_geographic else crs.axis_info[0].unit_conversion_factor)
    if side_m > COARSEST_CELL_M:
        return [fault(file, "geotransform.coarse", km=side_m / 1000)]
    lon, lat = Transformer.from_crs(crs, GEOGRAPHIC, always_xy=True).transform(x, y)
    if not (np.isfinite(lon) & np.isfinite(lat)).any():
        return [fault(file, "geotransform.out_of_reach")]
    return []


def _figure(value: float) -> float | str:
    """What is no number as a text: two faults that tell of the same are equal."""
    return value if math.isfinite(value) else str(value)


def number_faults(source: Any, file: str) -> list[Fault]:
    """Scale and offset that make no numbers of the cells."""
    scale, offset = source.scales[0], source.offsets[0]
    if math.isfinite(scale) and math.isfinite(offset) and scale != 0:
        return []
    return [fault(file, "scale", value=f"{scale:g}", scale=f"{scale:g}", offset=f"{offset:g}")]


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


def is_one_band_of_numbers(source: Any) -> bool:
    """Not a picture: one band, real numbers, no palette."""
    try:
        kind = np.dtype(source.dtypes[0]).kind
    except (TypeError, IndexError):  # complex integers have no name in NumPy
        return False
    return source.count == 1 and kind in "iuf" and source.colorinterp[0] != ColorInterp.palette


def unit_faults(source: Any, file: str) -> list[Fault]:
    """Heights that are said to count in anything but metres, by the band, its metadata or a vertical CRS. Nothing said is metres."""
    told = [unit for unit in _units_told(source) if not is_metre(unit)]
    axes = [axis for axis in CRS.from_user_input(source.crs).axis_info if axis.direction in ("up", "down")]
    told += [axis.unit_name for axis in axes if not math.isclose(axis.unit_conversion_factor, 1.0, rel_tol=1e-9)]
    if told:
        return [fault(file, "units", value=told[0])]
    if any(axis.direction == "down" for axis in axes):
        return [fault(file, "units.depths", value=axes[0].name)]
    return []


def _units_told(source: Any) -> list[str]:
    of_band = [source.units[0] or "", *(v for k, v in source.tags(1).items() if _key(k) in _UNIT_KEYS)]
    # metadata of the whole file may speak of its degrees
    of_file = [v for k, v in source.tags().items() if _key(k) in _UNIT_KEYS and _key(v) not in _ANGLES]
    return [unit for unit in (*of_band, *of_file) if unit.strip()]


def _key(text: str) -> str:
    return re.sub(r"[\s_\-]", "", text).casefold()


def is_metre(unit: str) -> bool:
    """Whether a unit is the metre, however it is spelt, with or without what it is counted from.

    >>> [is_metre(unit) for unit in ("m", "Metres", "[m]", "m a.s.l.", "meters above mean sea level", "MÉT")]
    [True, True, True, True, True, True]
    >>> [is_metre(unit) for unit in ("us-ft", "dm", "km", "m/s", "0.1 m", "m2", "metre per second", "?")]
    [False, False, False, False, False, False, False, False]
    """
    plain = unicodedata.normalize("NFC", unit).casefold().replace(".", "")
    if re.search(r"[^\w\s()\[\],;:\-]", plain):
        return False
    first, *rest = re.split(r"[^0-9a-zà-ỹ]+", plain.strip(" ()[],;:-_")) or [""]
    return first in _METRE | _METRE_ABOVE and set(rest) <= _ABOVE


@contextmanager
def upright(source: Any) -> Iterator[Any]:
    """The raster cell by cell, its first row in the north and its first column in the west.

    Rows may run from south to north, columns from east to west, and the two may have changed places. A raster that is turned by any other
    angle stays as it is. Scale and offset are those of `source`.
    """
    t = source.transform
    if t.b == t.d == 0:
        columns, rows = source.width, source.height
    elif t.a == t.e == 0:
        columns, rows = source.height, source.width
    else:
        yield source
        return
    if t.a > 0 > t.e:
        yield source
        return
    x, y = zip(*(t @ corner for corner in ((0, 0), (source.width, source.height))), strict=True)
    transform = from_origin(min(x), max(y), abs(t.a) or abs(t.b), abs(t.e) or abs(t.d))
    # cells that a mask leaves out need a value that no other cell has
    void = {"nodata": np.nan, "dtype": "float64"} if source.nodata is None else {"nodata": source.nodata}
    with WarpedVRT(
        source, crs=source.crs, transform=transform, width=columns, height=rows, resampling=Resampling.nearest, **void
    ) as turned:
        yield turned


def bounds_of(source: Any, window: Window) -> tuple[float, float, float, float]:
    """West, south, east and north of a part of a raster, however it is turned."""
    left, top, right, bottom = window.col_off, window.row_off, window.col_off + window.width, window.row_off + window.height
    x, y = zip(*(source.transform @ corner for corner in ((left, top), (right, top), (right, bottom), (left, bottom))), strict=True)
    return min(x), min(y), max(x), max(y)


def cells_over(source: Any, crs: CRS, bounds: tuple[float, float, float, float], *, margin: int = 0) -> Window | None:
    """The part of a raster, however it is turned, that holds a rectangle of some CRS and a few cells around; None where it does not reach."""
    west, south, east, north = bounds
    own = horizontal_crs(source)
    if own != crs:
        west, south, east, north = transform_bounds(crs.to_wkt(), own.to_wkt(), *bounds, densify_pts=51)
    columns, rows = ~source.transform @ (np.array([west, east, east, west]), np.array([north, north, south, south]))
    if not (np.isfinite(columns).all() and np.isfinite(rows).all()):
        return Window(0, 0, source.width, source.height)
    left, right = _within(columns.min() - margin, columns.max() + margin, source.width)
    top, bottom = _within(rows.min() - margin, rows.max() + margin, source.height)
    return Window(left, top, right - left, bottom - top) if left < right and top < bottom else None


def _within(low: float, high: float, size: int) -> tuple[int, int]:
    """Whole cells over a span, cut to the raster; a span that ends on a cell's edge does not take in the next by rounding."""
    return max(math.floor(low + 1e-6), 0), min(math.ceil(high - 1e-6), size)
