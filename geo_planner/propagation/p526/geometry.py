"""Compiled geometry of path profiles for Recommendations ITU-R P.526-15 and P.1812-8.

Steepest lines, the largest diffraction parameter, the smooth surface: everything the diffraction model has to search a
profile for, as scalars, so that an engine with a faster way to them can do without these functions.

A profile is a pair of one-dimensional float64 arrays, distances in km beginning with 0 and heights in m; antenna heights
are above sea level, slopes in m/km. Equation numbers are those of P.1812-8.
"""

from __future__ import annotations

import math

import numpy as np

from geo_planner.propagation.compiled import kernel
from geo_planner.units import FloatArray


@kernel
def max_slope_from_tx(distance_km: FloatArray, heights_m: FloatArray, hts_m: float, curvature_per_km: float) -> tuple[float, int]:
    """Steepest line from the transmitter over the intermediate points, Stim of eq. 13 (m/km), and the point's index.

    `curvature_per_km` is 1/effective Earth radius. Among equals the point nearest the transmitter is taken.
    """
    last = distance_km.size - 1
    total_km = distance_km[last]
    bulge = 500.0 * curvature_per_km
    best = -np.inf
    index = 1
    for i in range(1, last):
        d = distance_km[i]
        slope = (heights_m[i] + bulge * d * (total_km - d) - hts_m) / d
        if slope > best:
            best = slope
            index = i
    return best, index


@kernel
def max_slope_from_rx(distance_km: FloatArray, heights_m: FloatArray, hrs_m: float, curvature_per_km: float) -> tuple[float, int]:
    """Steepest line from the receiver, Srim of eq. 17 (m/km, positive upwards towards the transmitter), and the index.

    Among equals the point nearest the receiver is taken.
    """
    last = distance_km.size - 1
    total_km = distance_km[last]
    bulge = 500.0 * curvature_per_km
    best = -np.inf
    index = last - 1
    for i in range(1, last):
        d = distance_km[i]
        rest = total_km - d
        slope = (heights_m[i] + bulge * d * rest - hrs_m) / rest
        if slope >= best:
            best = slope
            index = i
    return best, index


@kernel
def max_nu(
    distance_km: FloatArray,
    heights_m: FloatArray,
    hts_m: float,
    hrs_m: float,
    curvature_per_km: float,
    wavelength_m: float,
) -> tuple[float, int]:
    """Largest diffraction parameter among the intermediate points, eq. 15, and the point's index (last among equals)."""
    last = distance_km.size - 1
    total_km = distance_km[last]
    bulge = 500.0 * curvature_per_km
    scale = 0.002 * total_km / wavelength_m
    best = -np.inf
    index = 1
    for i in range(1, last):
        d = distance_km[i]
        product = d * (total_km - d)
        above_ray_m = heights_m[i] + bulge * product - (hts_m * (total_km - d) + hrs_m * d) / total_km
        nu = above_ray_m * math.sqrt(scale / product)
        if nu >= best:
            best = nu
            index = i
    return best, index


@kernel
def smooth_earth_fit(distance_km: FloatArray, heights_m: FloatArray) -> tuple[float, float]:
    """Heights (m) at both ends of the straight line fitted to the terrain by least squares (eqs 85 to 88)."""
    total_km = distance_km[distance_km.size - 1]
    v1 = 0.0
    v2 = 0.0
    for i in range(1, distance_km.size):
        d0 = distance_km[i - 1]
        d1 = distance_km[i]
        h0 = heights_m[i - 1]
        h1 = heights_m[i]
        step = d1 - d0
        v1 += step * (h1 + h0)
        v2 += step * (h1 * (2.0 * d1 + d0) + h0 * (d1 + 2.0 * d0))
    square = total_km * total_km
    return (2.0 * v1 * total_km - v2) / square, (v2 - v1 * total_km) / square


@kernel
def obstruction(distance_km: FloatArray, heights_m: FloatArray, hts_m: float, hrs_m: float) -> tuple[float, float, float]:
    """Highest terrain above the straight line between the antennas (m) and its obstruction angles (eqs 89a to 89d).

    The angles (m/km, from the transmitter and from the receiver) matter only where terrain rises above that line; they
    are 0 otherwise.
    """
    last = distance_km.size - 1
    total_km = distance_km[last]
    slope = (hrs_m - hts_m) / total_km
    highest_m = -np.inf
    for i in range(1, last):
        above_m = heights_m[i] - hts_m - slope * distance_km[i]
        highest_m = max(highest_m, above_m)
    alpha_tx = 0.0
    alpha_rx = 0.0
    if highest_m > 0.0:
        for i in range(1, last):
            d = distance_km[i]
            above_m = heights_m[i] - hts_m - slope * d
            alpha_tx = max(alpha_tx, above_m / d)
            alpha_rx = max(alpha_rx, above_m / (total_km - d))
    return highest_m, alpha_tx, alpha_rx
