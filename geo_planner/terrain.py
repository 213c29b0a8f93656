"""The terrain on the working grid: heights at points, profiles between points, shading."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo_planner.grid import interpolate
from geo_planner.study_area.rasters import Dem

__all__ = ["Dem", "height_at", "hillshade", "interpolate", "profile"]


def height_at(dem: Dem, x_m: float, y_m: float) -> float:
    """Bilinear height above sea level in metres; NaN outside the data."""
    return float(interpolate(dem.heights_m, *dem.grid.position(x_m, y_m)))


def profile(dem: Dem, start_m: tuple[float, float], end_m: tuple[float, float]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Heights along the straight line between two points of the grid's CRS, in as many equal steps as it is cells long.

    Returns
    -------
    distance_km, heights_m : ndarray of float64, shape (n,)
        Equal steps, both ends included, n >= 3; heights NaN where there is no datum.
    """
    (x0, y0), (x1, y1) = start_m, end_m
    length_m = float(np.hypot(x1 - x0, y1 - y0))
    n = max(int(length_m / dem.cell_m + 0.5), 2) + 1
    share = np.linspace(0.0, 1.0, n)
    rows, columns = dem.grid.position(x0 + share * (x1 - x0), y0 + share * (y1 - y0))
    heights = [interpolate(dem.heights_m, row, column) for row, column in zip(rows, columns, strict=True)]
    return share * length_m / 1000.0, np.array(heights)


def hillshade(dem: Dem, *, azimuth_deg: float = 315.0, altitude_deg: float = 45.0) -> npt.NDArray[np.uint8]:
    """Brightness of the terrain lit from one side, Lambert's cosine law.

    Returns
    -------
    ndarray of uint8, shape of the grid
        1 (dark) to 255 (lit); 0 where a height is missing.
    """
    south, east = np.gradient(dem.heights_m.astype(np.float64), dem.cell_m)
    azimuth, altitude = np.radians(azimuth_deg), np.radians(altitude_deg)
    # the normal of z(x, y) is (-dz/dx, -dz/dy, 1); rows run south, so dz/dy (north) is -south
    light = np.sin(azimuth) * np.cos(altitude), np.cos(azimuth) * np.cos(altitude), np.sin(altitude)
    cosine = (-east * light[0] + south * light[1] + light[2]) / np.sqrt(1.0 + east**2 + south**2)
    shade = np.clip(np.round(1 + 254 * np.clip(cosine, 0, 1)), 1, 255)
    return np.where(np.isnan(shade), 0, shade).astype(np.uint8)
