"""The path between a mast and a point: terrain, earth bulge, ray, first Fresnel zone, and what stands in the way.

Over a flat drawing of the effective earth the ray is a straight line and the terrain is raised by the bulge
``d1 d2 / (2 k a)`` (as in P.526-15, section 4.5.1); the radius of the first Fresnel zone is
``sqrt(lambda d1 d2 / (d1 + d2))`` (P.526-15, section 2.1) and the diffraction parameter of a point that stands ``h``
above the ray is ``nu = h sqrt(2 / lambda (1 / d1 + 1 / d2))`` (P.526-15, section 4.1, eq. 26).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS, Transformer

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import UsageError
from geo_planner.propagation.limits import figure
from geo_planner.terrain import Dem
from geo_planner.terrain import profile as terrain_profile
from geo_planner.units import EARTH_RADIUS_KM, SPEED_OF_LIGHT_M_S, FloatArray
from geo_planner.words import said

FRESNEL_SHARE = 0.6
"""Share of the first Fresnel zone that planners keep free. P.526-15 has no diffraction loss from nu = -0.78 on, which is a share of 0.55."""
NEAREST_M = 1.0
"""Nearer than this there is no path to speak of."""


@dataclass(frozen=True, slots=True, eq=False)
class LinkProfile:
    """A path over the terrain; arrays of shape (n,) run from the mast to the point in equal steps of about one cell.

    Attributes
    ----------
    mast_xy_m, point_xy_m : (float, float)
        In `crs`.
    crs : pyproj.CRS
    cell_m : float
        Cell of the terrain.
    mast_height_m, rx_height_m : float
        Antennas above ground; the one of the mast stands on its top.
    freq_mhz, effective_earth_factor : float
    distance_km : ndarray of float64
        From the mast.
    ground_m : ndarray of float64
        Above sea level; NaN where nothing is known.
    bulge_m : ndarray of float64
        By how much the effective earth rises above the chord between the two ends.
    ray_m : ndarray of float64
        Straight line between the antennas, above sea level; to be held against ``ground_m + bulge_m``.
    fresnel_m : ndarray of float64
        Radius of the first Fresnel zone, 0 at both ends.
    clutter_m : ndarray of float64 or None
        Representative clutter heights, for P.1812-8 alone; ray and Fresnel zone are held against the bare ground.
    """

    mast_xy_m: tuple[float, float]
    point_xy_m: tuple[float, float]
    crs: CRS
    cell_m: float
    mast_height_m: float
    rx_height_m: float
    freq_mhz: float
    effective_earth_factor: float
    distance_km: FloatArray
    ground_m: FloatArray
    bulge_m: FloatArray
    ray_m: FloatArray
    fresnel_m: FloatArray
    clutter_m: FloatArray | None = None

    @property
    def length_km(self) -> float:
        """Horizontal distance between the two ends."""
        return float(self.distance_km[-1])

    @property
    def known(self) -> bool:
        """Whether the terrain is known along the whole path."""
        return bool(np.isfinite(self.ground_m).all())

    @property
    def clearance_m(self) -> FloatArray:
        """Height of the ray above the raised terrain, shape (n,); negative where the terrain stands in the way."""
        return self.ray_m - self.ground_m - self.bulge_m

    @property
    def line_of_sight(self) -> bool | None:
        """Whether no point between the ends reaches up to the ray; None where the terrain is not known."""
        return bool((self.clearance_m[1:-1] > 0.0).all()) if self.known else None

    @property
    def fresnel_clear(self) -> bool | None:
        """Whether 60 % of the first Fresnel zone is free everywhere between the ends; None where the terrain is not known."""
        return bool((self.clearance_m >= FRESNEL_SHARE * self.fresnel_m)[1:-1].all()) if self.known else None

    @property
    def unknown_from_km(self) -> float:
        """Distance from the mast at which the terrain is first unknown; NaN where all of it is known."""
        return math.nan if self.known else float(self.distance_km[np.isnan(self.ground_m)][0])

    def with_mast(self, mast_height_m: float) -> LinkProfile:
        """The same path under another mast height."""
        _check_positive(mast_height_m=mast_height_m)
        return replace(self, mast_height_m=mast_height_m, ray_m=_ray_m(self.distance_km, self.ground_m, mast_height_m, self.rx_height_m))


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The place between the ends with the largest diffraction parameter: the blocking ridge, or where the ray passes closest.

    Attributes
    ----------
    distance_km : float
        From the mast.
    x_m, y_m, lon_deg, lat_deg : float
        In the terrain's CRS and in WGS 84.
    ground_m : float
        Above sea level.
    above_ray_m : float
        By how much ground and bulge stand above the ray; negative where they stay below.
    fresnel_radius_m : float
        Radius of the first Fresnel zone there.
    fresnel_share : float
        ``above_ray_m`` over that radius.
    nu : float
        Diffraction parameter (P.526-15, eq. 26).
    """

    distance_km: float
    x_m: float
    y_m: float
    lon_deg: float
    lat_deg: float
    ground_m: float
    above_ray_m: float
    fresnel_radius_m: float
    fresnel_share: float
    nu: float


def link_profile(
    dem: Dem,
    mast_xy_m: tuple[float, float],
    point_xy_m: tuple[float, float],
    *,
    mast_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    effective_earth_factor: float = 4 / 3,
) -> LinkProfile:
    """Terrain, bulge, ray and first Fresnel zone along the straight line from a mast to a point.

    Parameters
    ----------
    dem : Dem
    mast_xy_m, point_xy_m : (float, float)
        In the terrain's CRS; they may lie outside it, and then the path is not known.
    mast_height_m, rx_height_m : float
        Antennas above ground, above 0.
    freq_mhz, effective_earth_factor : float
        Above 0.

    Raises
    ------
    UsageError
        When the two points are the same, or a value is not finite or not above 0.
    """
    _check_positive(mast_height_m=mast_height_m, rx_height_m=rx_height_m, freq_mhz=freq_mhz, effective_earth_factor=effective_earth_factor)
    if not np.isfinite([*mast_xy_m, *point_xy_m]).all():
        raise UsageError("link_refused.position")
    if math.dist(mast_xy_m, point_xy_m) < NEAREST_M:
        raise UsageError("link_refused.near", least=NEAREST_M)
    distance_km, ground_m = terrain_profile(dem, mast_xy_m, point_xy_m)
    if dem.is_missing:
        # the grid of a study area without terrain holds zeros: no plain at sea level, but nothing known
        ground_m = np.full_like(ground_m, np.nan)
    d1_km, d2_km = distance_km, distance_km[-1] - distance_km
    wavelength_m = SPEED_OF_LIGHT_M_S / (freq_mhz * 1e6)
    return LinkProfile(
        mast_xy_m=mast_xy_m,
        point_xy_m=point_xy_m,
        crs=dem.crs,
        cell_m=dem.cell_m,
        mast_height_m=mast_height_m,
        rx_height_m=rx_height_m,
        freq_mhz=freq_mhz,
        effective_earth_factor=effective_earth_factor,
        distance_km=distance_km,
        ground_m=ground_m,
        bulge_m=1000.0 * d1_km * d2_km / (2.0 * effective_earth_factor * EARTH_RADIUS_KM),
        ray_m=_ray_m(distance_km, ground_m, mast_height_m, rx_height_m),
        fresnel_m=np.sqrt(1000.0 * wavelength_m * d1_km * d2_km / distance_km[-1]),
    )


def worst_obstacle(profile: LinkProfile) -> Obstacle | None:
    """What stands most in the way, by the diffraction parameter; None where the terrain is not known."""
    if not profile.known:
        return None
    share = -profile.clearance_m[1:-1] / profile.fresnel_m[1:-1]
    at = 1 + int(np.argmax(share))
    t = float(profile.distance_km[at]) / profile.length_km
    x_m, y_m = ((1.0 - t) * a + t * b for a, b in zip(profile.mast_xy_m, profile.point_xy_m, strict=True))
    lon_deg, lat_deg = to_degrees(profile.crs, x_m, y_m)
    return Obstacle(
        distance_km=float(profile.distance_km[at]),
        x_m=x_m,
        y_m=y_m,
        lon_deg=lon_deg,
        lat_deg=lat_deg,
        ground_m=float(profile.ground_m[at]),
        above_ray_m=float(-profile.clearance_m[at]),
        fresnel_radius_m=float(profile.fresnel_m[at]),
        fresnel_share=float(share[at - 1]),
        # with h = share * F1 the formula of P.526 becomes sqrt(2) * share
        nu=math.sqrt(2.0) * float(share[at - 1]),
    )


def blocking_ridges(profile: LinkProfile) -> int:
    """Number of separate stretches between the ends that reach up to the ray; 0 where the terrain is not known."""
    if not profile.known:
        return 0
    blocked = profile.clearance_m[1:-1] <= 0.0
    return int(blocked[0]) + int(np.count_nonzero(blocked[1:] & ~blocked[:-1]))


def to_degrees(crs: CRS, x_m: float, y_m: float) -> tuple[float, float]:
    """Longitude and latitude (WGS 84) of a point in a projected CRS."""
    lon_deg, lat_deg = Transformer.from_crs(crs, GEOGRAPHIC, always_xy=True).transform(x_m, y_m)
    return float(lon_deg), float(lat_deg)


def to_metres(crs: CRS, lon_deg: float, lat_deg: float) -> tuple[float, float]:
    """Position in a projected CRS of a longitude and latitude (WGS 84)."""
    x_m, y_m = Transformer.from_crs(GEOGRAPHIC, crs, always_xy=True).transform(lon_deg, lat_deg)
    return float(x_m), float(y_m)


def distances_km(places: gpd.GeoDataFrame, crs: CRS, xy_m: tuple[float, float]) -> pd.Series:
    """Distance of every place from a point of a projected CRS: same index, named ``distance_km``."""
    points = places.geometry.to_crs(crs)
    return pd.Series(np.hypot(points.x - xy_m[0], points.y - xy_m[1]) / 1000.0, index=places.index, name="distance_km")


def _ray_m(distance_km: FloatArray, ground_m: FloatArray, mast_height_m: float, rx_height_m: float) -> FloatArray:
    t = distance_km / distance_km[-1]
    return np.asarray((1.0 - t) * (ground_m[0] + mast_height_m) + t * (ground_m[-1] + rx_height_m))


def _check_positive(**values: float) -> None:
    wrong = [
        said("link_refused.figure", name=said(f"quantity.{name}"), value=figure(value))
        for name, value in values.items()
        if not (math.isfinite(value) and value > 0.0)
    ]
    if wrong:
        raise UsageError("link_refused.figures", wrong=wrong)
