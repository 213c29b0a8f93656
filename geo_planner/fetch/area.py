"""Where a study area lies: what the fetchers of rasters and maps need to know of it, the tiles that cover it, and whether one that came lies there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.errors import RasterioError
from rasterio.warp import transform_bounds

from geo_planner.crs import GEOGRAPHIC, utm_for
from geo_planner.errors import Fault, InputError, UsageError, fault, warning
from geo_planner.fetch.boundaries import COMMUNES_FILE
from geo_planner.fetch.download import Download, Service
from geo_planner.fetch.errors import NotFoundError, UnfitFileError
from geo_planner.fetch.provinces import Province, communes_of
from geo_planner.files.opening import opened_raster
from geo_planner.study_area.features import read_communes
from geo_planner.study_area.terrain_reach import FAR_KM, body, group_numbers, polygons
from geo_planner.words import Said, first_of

Corner = tuple[int, int]
"""South-west, latitude first."""
Bounds = tuple[float, float, float, float]
_BEYOND_DEG = 0.5
"""A tile in a metric system sticks out of its square of degrees a little."""
MARGIN_KM = 30.0
"""Terrain is fetched this far beyond the communes: masts over the border serve, too, and paths to them cross it."""


@dataclass(frozen=True, slots=True)
class Area:
    """The communes of a study area, and its metric system.

    Rasters reach the communes that lie together, islands up to ``FAR_KM`` from the next land included. Truong Sa and
    Hoang Sa lie farther out: one raster to there would hold little but sea.
    """

    communes: gpd.GeoDataFrame
    crs: CRS

    def near(self) -> gpd.GeoSeries:
        """The outlines, in `crs`, that rasters reach."""
        return body(self.communes, self.crs, FAR_KM)

    def metric_bounds(self, margin_km: float = 0.0) -> Bounds:
        """West, south, east, north in metres of `crs` around what rasters reach."""
        return _grown(self.near().total_bounds, margin_km)

    def degrees(self, margin_km: float = 0.0) -> Bounds:
        """West, south, east, north in degrees around the same rectangle."""
        return self._to_degrees(self.metric_bounds(margin_km))

    def all_degrees(self, margin_km: float = 0.0) -> Bounds:
        """West, south, east, north in degrees around every commune, however far."""
        return self._to_degrees(_grown(self.communes.to_crs(self.crs).total_bounds, margin_km))

    def rectangles(self, margin_km: float = 0.0) -> list[Bounds]:
        """Rectangles in degrees around the mainland and around each group of islands that rasters reach.

        There is one where everything lies together, and no open sea between them is asked for.
        """
        parts = polygons(self.near())
        numbers = group_numbers(parts, 2000.0 * margin_km)
        return [self._to_degrees(_grown(parts[numbers == number].total_bounds, margin_km)) for number in np.unique(numbers)]

    def touching(self, boxes: Sequence[Bounds], margin_km: float = 0.0) -> list[list[str]]:
        """For each rectangle in degrees: the codes of the communes that it touches, or comes near to by a margin."""
        outlines = gpd.GeoSeries([shapely.segmentize(shapely.box(*box), 0.1) for box in boxes], crs=GEOGRAPHIC).to_crs(self.crs)
        communes = self.communes.geometry.to_crs(self.crs)
        box, commune = shapely.STRtree(communes.to_numpy()).query(outlines.to_numpy(), "dwithin", distance=margin_km * 1000.0)
        found: list[list[str]] = [[] for _ in boxes]
        for number, at in sorted(zip(box.tolist(), commune.tolist(), strict=True)):
            found[number].append(str(communes.index[at]))
        return found

    def named(self, codes: Iterable[str], most: int = 5) -> tuple[str | Said, ...]:
        """Communes as a message lists them."""
        return first_of((f"{code} {self.communes.at[code, 'name']}" for code in sorted(codes)), most)

    def left_out(self, file: str) -> list[Fault]:
        """The warning that a raster does not reach far islands; nothing where there are none."""
        far = set(self.communes.index) - set(self.near().index)
        return [warning(file, "far_commune", communes=self.named(far), km=FAR_KM)] if far else []

    def _to_degrees(self, bounds: Bounds) -> Bounds:
        west, south, east, north = transform_bounds(self.crs.to_wkt(), GEOGRAPHIC, *bounds, densify_pts=51)
        return west, south, east, north


def _grown(bounds: npt.ArrayLike, margin_km: float) -> Bounds:
    west, south, east, north = (float(value) for value in np.asarray(bounds))
    m = margin_km * 1000.0
    return west - m, south - m, east + m, north + m


def read_area(root: Path, of: Province) -> Area:
    """The area that the boundaries of a study area span.

    Raises
    ------
    UsageError
        When the study area is of another province, or has no boundaries yet.
    InputError
        When its boundaries cannot be used.
    """
    if not (root / COMMUNES_FILE).is_file():
        raise UsageError("no_boundaries_yet", root=root, file=COMMUNES_FILE, code=of.code)
    communes, faults = read_communes(root / COMMUNES_FILE, COMMUNES_FILE)
    if communes is None:
        raise InputError(faults)
    strange = set(communes.index) - {c.code for c in communes_of(of.code)}
    if len(strange) == len(communes):
        raise UsageError("other_province.all", root=root, province=of.full_name, code=of.code)
    if strange:
        listed = ", ".join(sorted(strange))[:80]
        raise InputError([fault(COMMUNES_FILE, "other_province.some", value=listed, n=len(strange), province=of.full_name)])
    return Area(communes, utm_for(communes))


def tiles_of(bounds: Bounds, step: int) -> list[Corner]:
    """South-west corners (lat, lon) of the tiles of `step` degrees that a rectangle touches, north to south, west to east.

    >>> tiles_of((102.3, 21.7, 104.0, 22.8), 1)
    [(22, 102), (22, 103), (21, 102), (21, 103)]
    """
    west, south, east, north = bounds
    lats = range(math.floor(south / step) * step, math.ceil(north / step) * step, step)
    lons = range(math.floor(west / step) * step, math.ceil(east / step) * step, step)
    return [(lat, lon) for lat in reversed(lats) for lon in lons]


def corner_name(lat: int, lon: int) -> tuple[str, str]:
    """A corner as tile names write it.

    >>> corner_name(21, 102), corner_name(-3, -7)
    (('N21', 'E102'), ('S03', 'W007'))
    """
    return f"{'N' if lat >= 0 else 'S'}{abs(lat):02d}", f"{'E' if lon >= 0 else 'W'}{abs(lon):03d}"


def tiles_over(rectangles: Iterable[Bounds], step: int) -> list[Corner]:
    """The tiles that any of some rectangles touches, each once, in the same order.

    >>> tiles_over([(102.3, 21.7, 102.9, 22.8), (102.8, 21.2, 103.1, 21.8)], 1)
    [(22, 102), (21, 102), (21, 103)]
    """
    return sorted({tile for bounds in rectangles for tile in tiles_of(bounds, step)}, key=lambda tile: (-tile[0], tile[1]))


def fetched_tiles(
    service: Service, layer: str, corners: Sequence[Corner], url: Callable[[int, int], str], *, degrees: int = 1, **checks: Any
) -> tuple[dict[Corner, Download], list[Corner]]:
    """The tiles that a source has, each looked at before it is kept, and the corners of those that it lacks.

    Parameters
    ----------
    layer : str
        For the progress: the tiles are the first seven tenths of the work on it.
    degrees : int
        A tile's side.
    **checks
        As for :func:`check_raster`.

    Raises
    ------
    DownloadError
        When a tile cannot be had, or none of them exists.
    """
    tiles: dict[Corner, Download] = {}
    absent: list[Corner] = []
    for number, (lat, lon) in enumerate(corners):
        check = partial(check_raster, square=(lon, lat, lon + degrees, lat + degrees), **checks)

        def tell(_step: Said, share: float, number: int = number) -> None:
            service.tell(layer, 0.7 * (number + share) / len(corners))

        try:
            tiles[lat, lon] = service.get(url(lat, lon), "tiff", check=check, again=partial(check, cells=False), progress=tell)
        except NotFoundError:
            absent.append((lat, lon))
            if len(absent) == len(corners):
                raise
    if not tiles:
        raise NotFoundError("not_found.no_tile")
    return tiles, absent


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
