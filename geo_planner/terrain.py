"""The terrain on the working grid: heights at points, profiles between points, shading."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from geo_planner.study_area.rasters import Dem

__all__ = ["Dem", "cell_of", "height_at", "hillshade", "interpolate", "profile"]


@njit(cache=True, error_model="numpy")
def interpolate(heights_m: npt.NDArray[np.float32], row: float, column: float) -> float:
    """Bilinear height between cell centres; `row` and `column` count cells from the outer corner of cell (0, 0).

    Within half a cell of the frame the nearest centre counts; outside the frame, and next to a void, NaN.
    """
    rows, columns = heights_m.shape
    if not (0.0 <= row <= rows and 0.0 <= column <= columns):
        return np.nan
    r = min(max(row - 0.5, 0.0), rows - 1.0)
    c = min(max(column - 0.5, 0.0), columns - 1.0)
    r0 = min(int(r), rows - 2) if rows > 1 else 0
    c0 = min(int(c), columns - 2) if columns > 1 else 0
    u, v = r - r0, c - c0
    # on a centre line the neighbour beyond it has no weight, and must not pass on its void
    r1 = r0 + 1 if u > 0.0 else r0
    c1 = c0 + 1 if v > 0.0 else c0
    top = (1.0 - v) * heights_m[r0, c0] + v * heights_m[r0, c1]
    bottom = (1.0 - v) * heights_m[r1, c0] + v * heights_m[r1, c1]
    return (1.0 - u) * top + u * bottom


def cell_of(dem: Dem, x_m: float, y_m: float) -> tuple[float, float]:
    """Position in cells (row, column), fractions kept, of a point in the grid's CRS."""
    column, row = ~dem.transform @ (x_m, y_m)
    return float(row), float(column)


def height_at(dem: Dem, x_m: float, y_m: float) -> float:
    """Bilinear height above sea level in metres; NaN outside the data."""
    return float(interpolate(dem.heights_m, *cell_of(dem, x_m, y_m)))


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
    heights = [height_at(dem, x0 + t * (x1 - x0), y0 + t * (y1 - y0)) for t in share]
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
