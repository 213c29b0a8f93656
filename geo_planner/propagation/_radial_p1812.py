"""ITU-R P.1812-8 and the diffraction of ITU-R P.526-15 along radials: their reading of a profile from sums and hulls.

The physics is that of :mod:`._p1812_kernels` and :mod:`._p526_kernels`, unchanged, on scalars; :mod:`._radial_kernels` says what the
profile is. Slopes are in m/km and include the bulge of the earth over the chord, as in :mod:`._profile_geometry`.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from geo_planner.propagation._p526_kernels import delta_bullington_equidistant_scalar, diffraction_smooth_heights
from geo_planner.propagation._p1812_kernels import (
    BETA_RADIUS_KM,
    LAND_CONDUCTIVITY_S_M,
    LAND_PERMITTIVITY,
    WAVELENGTH_M_GHZ,
    beta0_scalar,
    horizon_angle_mrad,
    location_loss_scalar,
    p1812_scalar,
)
from geo_planner.propagation._radial_kernels import FOREGROUND, farthest_above, push, read_foreground, tangent
from geo_planner.terrain import interpolate


@njit(cache=True, error_model="numpy", nogil=True)
def _smooth_earth_fit(z, plain, weighted, n, step_km, total_km):  # type: ignore[no-untyped-def]
    """Least-squares line through the profile (P.1812-8 eqs 85 to 88) from running sums, for equal steps."""
    v1 = step_km * (2.0 * plain[n] - z[0] - z[n])
    v2 = step_km * step_km * (6.0 * weighted[n] - 3.0 * n * z[n] + z[0] - z[n])
    square = total_km * total_km
    return (2.0 * v1 * total_km - v2) / square, (v2 - v1 * total_km) / square


@njit(cache=True, error_model="numpy", nogil=True)
def _largest_nu(z, n, step_km, total_km, hts, hrs, bulge, wavelength_m):  # type: ignore[no-untyped-def]
    """Largest diffraction parameter among the intermediate points of a path in line of sight, and its step.

    All are below the ray, so the largest has the smallest ``clearance**2 / (d1 * d2)``: compared by products, with one root at the end.
    """
    tilt = (hrs - hts) / total_km
    best_square, best_product, at = np.inf, 1.0, 1
    for i in range(1, n):
        d = i * step_km
        product = d * (total_km - d)
        clearance = hts + tilt * d - z[i] - bulge * product
        square = clearance * clearance
        if square * best_product <= best_square * product:
            best_square, best_product, at = square, product, i
    return -math.sqrt(best_square * 0.002 * total_km / (wavelength_m * best_product)), at


@njit(cache=True, error_model="numpy", nogil=True)
def _slopes(z, lowered, mast_horizon, hull, size, n, cell_km, total_km, hts, hrs, bulge):  # type: ignore[no-untyped-def]
    """Steepest slope from the mast and its step; from the receiver likewise, where the first rises to the chord."""
    step_km = total_km / n
    d = mast_horizon * cell_km
    slope_tx, at_tx = (z[mast_horizon] - hts) / d + bulge * (total_km - d), mast_horizon
    for k in range(n - FOREGROUND, n):
        d = k * step_km
        rise = z[k] - hts + bulge * d * (total_km - d)
        if rise > slope_tx * d:
            slope_tx, at_tx = rise / d, k
    if slope_tx < (hrs - hts) / total_km:
        return slope_tx, at_tx, np.nan, at_tx
    at_rx = tangent(hull, size, lowered, total_km / cell_km, hrs - bulge * total_km * total_km)
    rest = total_km - at_rx * cell_km
    slope_rx = (z[at_rx] - hrs) / rest + bulge * at_rx * cell_km
    for k in range(n - FOREGROUND, n):
        rest = (n - k) * step_km
        rise = z[k] - hrs + bulge * rest * (total_km - rest)
        if rise >= slope_rx * rest:
            slope_rx, at_rx = rise / rest, k
    return slope_tx, at_tx, slope_rx, at_rx


@njit(cache=True, error_model="numpy", nogil=True)
def _obstruction(z, mast_horizon, hull, size, n, cell_km, total_km, hts, hrs):  # type: ignore[no-untyped-def]
    """Highest terrain above the straight chord, and its angles from both ends (P.1812-8 eqs 89a to 89d)."""
    step_km = total_km / n
    tilt = (hrs - hts) / total_km
    top = farthest_above(hull, size, z, tilt * cell_km)
    highest = z[top] - hts - tilt * top * cell_km
    for k in range(n - FOREGROUND, n):
        highest = max(highest, z[k] - hts - tilt * k * step_km)
    if highest <= 0.0:
        return highest, 0.0, 0.0
    d = mast_horizon * cell_km
    alpha_tx = max((z[mast_horizon] - hts) / d - tilt, 0.0)
    r = tangent(hull, size, z, total_km / cell_km, hrs)
    alpha_rx = max((z[r] - hrs) / (total_km - r * cell_km) + tilt, 0.0)
    for k in range(n - FOREGROUND, n):
        above = z[k] - hts - tilt * k * step_km
        alpha_tx = max(alpha_tx, above / (k * step_km))
        alpha_rx = max(alpha_rx, above / ((n - k) * step_km))
    return highest, alpha_tx, alpha_rx


@njit(cache=True, error_model="numpy", nogil=True)
def _roughness(z, first, last, step_km, total_km, hst, hsr):  # type: ignore[no-untyped-def]
    """Largest height above the smooth surface between two steps, both included (eqs 93 and 95)."""
    slope = (hsr - hst) / total_km * step_km
    rough = -np.inf
    for i in range(first, last + 1):
        rough = max(rough, z[i] - hst - slope * i)
    return rough


@njit(cache=True, error_model="numpy", nogil=True)
def _walk(z, s, cell_km, hts, bulge, lowered, hull, size, mast_horizon, steepest):  # type: ignore[no-untyped-def]
    """Take step `s` into one hull and one horizon of the mast, under one curvature of the earth."""
    d = s * cell_km
    lowered[s] = z[s] - bulge * d * d
    size = push(hull, size, lowered, s)
    slope = (lowered[s] - hts) / d
    if slope > steepest:
        return size, s, slope
    return size, mast_horizon, steepest


@njit(cache=True, error_model="numpy", nogil=True)
def sweep_p1812(  # type: ignore[no-untyped-def]
    loss, heights_m, clutter_m, cell_m, row, column, top, left, ground_m, tx_height_m, rx_height_m, order, starts, n_radials, steps,
    first_radial, stop_radial, freq_ghz, vertical, radius_km, full, time_pct, location_quantile, sigma_l_db, n0, lat_deg, eps_r, sigma_s_m,
):  # fmt: skip
    """Fill the cells of `loss` that belong to some of the radials; a cell belongs to one, so that threads change no bit.

    `full` is P.1812-8; else free space (P.525) with the diffraction of P.526 for `radius_km`. `clutter_m` is empty, or of the shape of
    `heights_m`: representative clutter, which raises the terrain between the ends for the Bullington construction.
    """
    columns = loss.shape[1]
    room = steps + FOREGROUND + 2
    wavelength_m = WAVELENGTH_M_GHZ / freq_ghz if full else 0.299792458 / freq_ghz
    cluttered = clutter_m.size > 0
    cell_km = cell_m / 1000.0
    bulge, bulge_beta = 500.0 / radius_km, 500.0 / BETA_RADIUS_KM
    with_beta = full and time_pct < 50.0
    z, plain, weighted = np.empty(room), np.empty(room), np.empty(room)
    surface = np.empty(room) if cluttered else z
    # a horizon and a hull for each curvature: the median earth, the straight chord, the beta0 earth, the median earth with clutter
    lowered, flat, lowered_beta, lowered_over = np.empty(room), np.empty(room), np.empty(room), np.empty(room)
    hull, flat_hull = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    beta_hull, over_hull = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    hts = ground_m + tx_height_m
    for k in range(first_radial, stop_radial):
        if starts[(k + 1) * steps] == starts[k * steps]:
            continue
        azimuth = 2.0 * math.pi * k / n_radials
        south, east = -math.cos(azimuth), math.sin(azimuth)
        z[0] = plain[0] = surface[0] = ground_m
        weighted[0] = 0.0
        known = True
        size = flat_size = beta_size = over_size = 0
        horizon = flat_horizon = beta_horizon = over_horizon = 1
        steepest = flat_steepest = beta_steepest = over_steepest = -np.inf
        for s in range(1, steps):
            height = interpolate(heights_m, row + s * south, column + s * east)
            known = known and not math.isnan(height)
            if known:
                z[s] = height
                plain[s] = plain[s - 1] + height
                weighted[s] = weighted[s - 1] + s * height
                size, horizon, steepest = _walk(z, s, cell_km, hts, bulge, lowered, hull, size, horizon, steepest)
                flat_size, flat_horizon, flat_steepest = _walk(z, s, cell_km, hts, 0.0, flat, flat_hull, flat_size, flat_horizon, flat_steepest)
                if cluttered:
                    surface[s] = height + clutter_at(clutter_m, row + s * south, column + s * east)
                    over_size, over_horizon, over_steepest = _walk(surface, s, cell_km, hts, bulge, lowered_over, over_hull, over_size, over_horizon, over_steepest)
                if with_beta:
                    beta_size, beta_horizon, beta_steepest = _walk(surface, s, cell_km, hts, bulge_beta, lowered_beta, beta_hull, beta_size, beta_horizon, beta_steepest)
            for position in range(starts[k * steps + s], starts[k * steps + s + 1]):
                cell = order[position]
                i, j = cell // columns, cell % columns
                drow, dcolumn = top + i + 0.5 - row, left + j + 0.5 - column
                n = s + FOREGROUND + 1
                if not known or not read_foreground(heights_m, row, column, drow, dcolumn, n, float(heights_m[top + i, left + j]), z, plain, weighted):
                    loss[i, j] = np.nan
                    continue
                if cluttered:
                    for m in range(n - FOREGROUND, n):
                        surface[m] = z[m] + clutter_at(clutter_m, row + m / n * drow, column + m / n * dcolumn)
                    surface[n] = z[n]
                total_km = math.sqrt(drow * drow + dcolumn * dcolumn) * cell_km
                step_km = total_km / n
                hrs = z[n] + rx_height_m
                direct = (hrs - hts) / total_km
                slope_tx, step_tx, slope_rx, step_rx = _slopes(z, lowered, horizon, hull, size, n, cell_km, total_km, hts, hrs, bulge)
                transhorizon = slope_tx > direct
                nu = np.nan
                if not transhorizon:
                    nu, step_tx = _largest_nu(z, n, step_km, total_km, hts, hrs, bulge, wavelength_m)
                    step_rx = step_tx
                hst, hsr = _smooth_earth_fit(z, plain, weighted, n, step_km, total_km)
                highest, alpha_tx, alpha_rx = _obstruction(z, flat_horizon, flat_hull, flat_size, n, cell_km, total_km, hts, hrs)
                hstd, hsrd = diffraction_smooth_heights(hst, hsr, ground_m, z[n], highest, alpha_tx, alpha_rx)
                over_tx, over_rx, over_nu = slope_tx, slope_rx, nu
                if cluttered:
                    over_tx, _, over_rx, _ = _slopes(surface, lowered_over, over_horizon, over_hull, over_size, n, cell_km, total_km, hts, hrs, bulge)
                    if over_tx < direct:
                        over_nu, _ = _largest_nu(surface, n, step_km, total_km, hts, hrs, bulge, wavelength_m)
                ld50 = delta_bullington_equidistant_scalar(
                    total_km, n, hts, hrs, hstd, hsrd, over_tx, over_rx, over_nu, radius_km, freq_ghz, wavelength_m, vertical, 0.0, eps_r, sigma_s_m
                )  # fmt: skip
                if not full:
                    rise_km = 1e-3 * (hts - hrs)
                    slant_m = 1000.0 * math.sqrt(total_km * total_km + rise_km * rise_km)
                    loss[i, j] = 20.0 * math.log10(4.0 * math.pi * slant_m / wavelength_m) + ld50
                    continue
                ldbeta = ld50
                if with_beta:
                    beta_tx, _, beta_rx, _ = _slopes(surface, lowered_beta, beta_horizon, beta_hull, beta_size, n, cell_km, total_km, hts, hrs, bulge_beta)
                    beta_nu = np.nan
                    if beta_tx < direct:
                        beta_nu, _ = _largest_nu(surface, n, step_km, total_km, hts, hrs, bulge_beta, wavelength_m)
                    ldbeta = delta_bullington_equidistant_scalar(
                        total_km, n, hts, hrs, hstd, hsrd, beta_tx, beta_rx, beta_nu, BETA_RADIUS_KM, freq_ghz, wavelength_m, vertical, 0.0,
                        LAND_PERMITTIVITY, LAND_CONDUCTIVITY_S_M,
                    )  # fmt: skip
                if transhorizon:
                    theta_t = horizon_angle_mrad(slope_tx, total_km, radius_km)
                    theta_r = horizon_angle_mrad(slope_rx, total_km, radius_km)
                else:
                    theta_t = horizon_angle_mrad(direct, total_km, radius_km)
                    theta_r = horizon_angle_mrad(-direct, total_km, radius_km)
                hst, hsr = min(hst, ground_m), min(hsr, z[n])
                hm = 0.0
                if ld50 > 0.0 or ldbeta > 0.0:
                    hm = _roughness(z, min(step_tx, step_rx), max(step_tx, step_rx), step_km, total_km, hst, hsr)
                beta0, tau = beta0_scalar(lat_deg, total_km, total_km)
                values = p1812_scalar(
                    total_km, hts, hrs, freq_ghz, time_pct, radius_km, n0, beta0, tau, 0.0, theta_t, theta_r, step_tx * step_km,
                    total_km - step_rx * step_km, hts - hst, hrs - hsr, hm, 500.0, 500.0, ld50, ldbeta, False,
                )  # fmt: skip
                loss[i, j] = location_loss_scalar(values[0], values[2], location_quantile, sigma_l_db)


@njit(cache=True, error_model="numpy", nogil=True)
def clutter_at(clutter_m, row, column):  # type: ignore[no-untyped-def]
    """Clutter height of the cell that holds a point; cells beyond the frame are those at its edge."""
    r = min(max(int(row), 0), clutter_m.shape[0] - 1)
    c = min(max(int(column), 0), clutter_m.shape[1] - 1)
    return clutter_m[r, c]
