"""Diffraction along radials: what ITU-R P.526-15 and P.1812-8 read from a profile, from its sums, skylines and hulls.

The physics is that of :mod:`.physics`, unchanged; :mod:`geo_planner.propagation.radials` says what the profile is. Distances are in km,
slopes in m/km with the bulge of the earth over the chord, as in :mod:`.geometry`. Equation numbers are those of P.1812-8.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo_planner.propagation.compiled import kernel, search
from geo_planner.propagation.p526.physics import bullington_point, bullington_total_db, knife_edge_scalar
from geo_planner.propagation.radials import FOREGROUND, farthest_above, tangent

NO_EDGE = -0.78
"""Diffraction parameter up to which a knife edge loses nothing (P.1812-8 eq. 12)."""


class Slopes(NamedTuple):
    """Steepest slopes from the mast and from the receiver, and the steps they lead to; the second is NaN for a path in line of sight."""

    tx: float
    step_tx: int
    rx: float
    step_rx: int


@kernel
def smooth_earth_fit(ground, path):  # type: ignore[no-untyped-def]
    """Least-squares line through the profile (eqs 85 to 88) from running sums, for equal steps."""
    n, z = path.n, ground.z
    v1 = path.step * (2.0 * ground.plain[n] - z[0] - z[n])
    v2 = path.step * path.step * (6.0 * ground.weighted[n] - 3.0 * n * z[n] + z[0] - z[n])
    square = path.length * path.length
    return (2.0 * v1 * path.length - v2) / square, (v2 - v1 * path.length) / square


@search
def points_near_ray(z, path, bulge, wavelength_m):  # type: ignore[no-untyped-def]
    """Number of intermediate points of a path in line of sight whose diffraction parameter is above :data:`NO_EDGE`."""
    limit = NO_EDGE * NO_EDGE * wavelength_m / (0.002 * path.length)
    count = 0
    for i in range(1, path.n):
        d = i * path.step
        product = d * (path.length - d)
        clearance = path.hts + path.tilt * d - z[i] - bulge * product
        count += clearance * clearance < limit * product
    return count


@kernel
def largest_nu(z, path, bulge, wavelength_m):  # type: ignore[no-untyped-def]
    """Largest diffraction parameter among the intermediate points of a path in line of sight, and its step.

    All are below the ray, so the largest has the smallest ``clearance**2 / (d1 * d2)``: compared by products, with one root at the end.
    """
    best_square, best_product, at = np.inf, 1.0, 1
    for i in range(1, path.n):
        d = i * path.step
        product = d * (path.length - d)
        clearance = path.hts + path.tilt * d - z[i] - bulge * product
        square = clearance * clearance
        if square * best_product <= best_square * product:
            best_square, best_product, at = square, product, i
    return -math.sqrt(best_square * 0.002 * path.length / (wavelength_m * best_product)), at


@kernel
def slopes(sky, seen, path):  # type: ignore[no-untyped-def]
    """Steepest slope from the mast and its step; from the receiver likewise, where the first rises to the chord."""
    z, bulge, total_km = sky.z, sky.bulge, path.length
    d = seen.horizon * path.cell
    slope_tx, at_tx = (z[seen.horizon] - path.hts) / d + bulge * (total_km - d), seen.horizon
    # here and below asked first of all points at once, for none of them may be the horizon
    above = False
    for k in range(path.n - FOREGROUND, path.n):
        d = k * path.step
        above |= z[k] - path.hts + bulge * d * (total_km - d) > slope_tx * d
    if above:
        for k in range(path.n - FOREGROUND, path.n):
            d = k * path.step
            rise = z[k] - path.hts + bulge * d * (total_km - d)
            if rise > slope_tx * d:
                slope_tx, at_tx = rise / d, k
    if slope_tx < path.tilt:
        return Slopes(slope_tx, at_tx, np.nan, at_tx)
    at_rx = tangent(sky.hull, seen.size, sky.lowered, total_km / path.cell, path.hrs - bulge * total_km * total_km)
    rest = total_km - at_rx * path.cell
    slope_rx = (z[at_rx] - path.hrs) / rest + bulge * at_rx * path.cell
    above = False
    for k in range(path.n - FOREGROUND, path.n):
        rest = (path.n - k) * path.step
        above |= z[k] - path.hrs + bulge * rest * (total_km - rest) >= slope_rx * rest
    if above:
        for k in range(path.n - FOREGROUND, path.n):
            rest = (path.n - k) * path.step
            rise = z[k] - path.hrs + bulge * rest * (total_km - rest)
            if rise >= slope_rx * rest:
                slope_rx, at_rx = rise / rest, k
    return Slopes(slope_tx, at_tx, slope_rx, at_rx)


@kernel
def obstruction(z, mast_horizon, hull, size, path):  # type: ignore[no-untyped-def]
    """Highest terrain above the straight chord, and its angles from both ends (eqs 89a to 89d)."""
    tilt, total_km = path.tilt, path.length
    top = farthest_above(hull, size, z, tilt * path.cell)
    highest = z[top] - path.hts - tilt * top * path.cell
    for k in range(path.n - FOREGROUND, path.n):
        highest = max(highest, z[k] - path.hts - tilt * k * path.step)
    if highest <= 0.0:
        return highest, 0.0, 0.0
    d = mast_horizon * path.cell
    alpha_tx = max((z[mast_horizon] - path.hts) / d - tilt, 0.0)
    r = tangent(hull, size, z, total_km / path.cell, path.hrs)
    alpha_rx = max((z[r] - path.hrs) / (total_km - r * path.cell) + tilt, 0.0)
    for k in range(path.n - FOREGROUND, path.n):
        above = z[k] - path.hts - tilt * k * path.step
        alpha_tx = max(alpha_tx, above / (k * path.step))
        alpha_rx = max(alpha_rx, above / ((path.n - k) * path.step))
    return highest, alpha_tx, alpha_rx


@kernel
def earth_is_clear(z, path, hidden, edges, smooth, radius_km, wavelength_m):  # type: ignore[no-untyped-def]
    """Whether the spherical earth surely adds nothing: the ray clears it (eqs 22 to 26) wherever its lowest point may be.

    A lower bound of both antennas' heights above the `smooth` surface (eqs 90a to 91d) comes from the horizon points alone: terrain there
    stands at least so high above the chord, and the slopes, which contain the earth's bulge, are at least the angles that the equations want.
    Nothing obstructs a path in line of sight, one that is not `hidden`.
    """
    hte, hre = path.hts - smooth[0], path.hrs - smooth[1]
    if hidden:
        d_tx = edges.step_tx * (path.cell if edges.step_tx < path.n - FOREGROUND else path.step)
        d_rx = edges.step_rx * (path.cell if edges.step_rx < path.n - FOREGROUND else path.step)
        above_tx = z[edges.step_tx] - path.hts - path.tilt * d_tx
        above_rx = z[edges.step_rx] - path.hts - path.tilt * d_rx
        above = max(above_tx, above_rx)
        if above > 0.0:
            least_tx, least_rx = max(above_tx / d_tx, 0.0), max(above_rx / (path.length - d_rx), 0.0)
            most_tx, most_rx = edges.tx - path.tilt, edges.rx + path.tilt
            hte += above * least_tx / (least_tx + most_rx)
            hre += above * least_rx / (least_rx + most_tx)
    hte, hre = max(hte, path.hts - z[0]), max(hre, path.hrs - z[path.n])
    low, high = min(hte, hre), max(hte, hre)
    # at a share u of the way from the lower antenna the ray stands low + (high - low) u above the smooth surface; the bulge takes A u (1 - u)
    # of it and eq. 26 wants B sqrt(u (1 - u)). Both are largest half way; with u in place of u (1 - u) what is left is a parabola in sqrt(u).
    bulge = 500.0 * path.length * path.length / radius_km
    required = 17.456 * math.sqrt(path.length * wavelength_m)
    return low > 0.25 * bulge + 0.5 * required or (high - low > bulge and 4.0 * low * (high - low - bulge) > required * required)


@kernel
def bullington_db(path, edges, nu, wavelength_m):  # type: ignore[no-untyped-def]
    """Bullington loss from ready geometry (eqs 13 to 21); `nu` is read for a path in line of sight, the slope from the receiver for any other."""
    if edges.tx >= path.tilt:
        nu, _ = bullington_point(path.length, path.hts, path.hrs, edges.tx, edges.rx, wavelength_m)
    edge_db = knife_edge_scalar(nu)
    return bullington_total_db(edge_db, path.length) if edge_db > 0.0 else 0.0
