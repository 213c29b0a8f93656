"""Where a study area lies: what the fetchers of rasters and maps need to know of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from rasterio.warp import transform_bounds

from geo_planner.crs import GEOGRAPHIC, utm_for
from geo_planner.errors import Fault, InputError, UsageError, fault, warning
from geo_planner.fetch.boundaries import COMMUNES_FILE
from geo_planner.fetch.provinces import Province, communes_of
from geo_planner.study_area.features import read_communes
from geo_planner.study_area.terrain_reach import FAR_KM, body, group_numbers, polygons
from geo_planner.words import Said, first_of

Bounds = tuple[float, float, float, float]

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


def tiles_of(bounds: Bounds, step: int) -> list[tuple[int, int]]:
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


def tiles_over(rectangles: Iterable[Bounds], step: int) -> list[tuple[int, int]]:
    """The tiles that any of some rectangles touches, each once, in the same order.

    >>> tiles_over([(102.3, 21.7, 102.9, 22.8), (102.8, 21.2, 103.1, 21.8)], 1)
    [(22, 102), (21, 102), (21, 103)]
    """
    return sorted({tile for bounds in rectangles for tile in tiles_of(bounds, step)}, key=lambda tile: (-tile[0], tile[1]))
