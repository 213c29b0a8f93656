"""Where a study area lies: what the fetchers of rasters and maps need to know of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
from pyproj import CRS
from rasterio.warp import transform_bounds

from geo_planner.crs import GEOGRAPHIC, utm_for
from geo_planner.errors import Fault, InputError, UsageError
from geo_planner.sources.features import read_communes
from geo_planner.sources.fetch.boundaries import COMMUNES_FILE
from geo_planner.sources.fetch.provinces import Province, communes_of

Bounds = tuple[float, float, float, float]

MARGIN_KM = 30.0
"""Terrain is fetched this far beyond the communes: masts over the border serve, too, and paths to them cross it."""


@dataclass(frozen=True, slots=True)
class Area:
    """The communes of a study area, and its metric system."""

    communes: gpd.GeoDataFrame
    crs: CRS

    def metric_bounds(self, margin_km: float = 0.0) -> Bounds:
        """West, south, east, north in metres of `crs`."""
        west, south, east, north = self.communes.to_crs(self.crs).total_bounds
        m = margin_km * 1000.0
        return float(west - m), float(south - m), float(east + m), float(north + m)

    def degrees(self, margin_km: float = 0.0) -> Bounds:
        """West, south, east, north in degrees around the same rectangle."""
        west, south, east, north = transform_bounds(self.crs.to_wkt(), GEOGRAPHIC, *self.metric_bounds(margin_km), densify_pts=51)
        return west, south, east, north


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
        raise UsageError(
            f"{root} has no {COMMUNES_FILE} yet. Fetch it first: geo-planner fetch boundaries --province {of.code} --into {root}"
        )
    communes, faults = read_communes(root / COMMUNES_FILE, COMMUNES_FILE)
    if communes is None:
        raise InputError(faults)
    strange = set(communes.index) - {c.code for c in communes_of(of.code)}
    if len(strange) == len(communes):
        raise UsageError(
            f"The communes of {root} are not of {of.full_name} ({of.code}). Give the code of its own province, or another folder."
        )
    if strange:
        raise InputError(
            [
                Fault(
                    COMMUNES_FILE,
                    f"{len(strange)} communes are not of {of.full_name}",
                    "Fetch the boundaries again.",
                    value=", ".join(sorted(strange))[:80],
                    code="other_province",
                )
            ]
        )
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
