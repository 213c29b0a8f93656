"""ITU-R P.1812-8 and the diffraction of ITU-R P.526-15 along radials: their reading of a profile from sums and hulls.

The physics is that of :mod:`geo_planner.propagation.p1812.physics` and :mod:`geo_planner.propagation.p526.physics`, unchanged, on scalars; :mod:`geo_planner.propagation.radials` says what the
profile is. Slopes are in m/km and include the bulge of the earth over the chord, as in :mod:`geo_planner.propagation.p526.profiles`.

For most cells of a mountain area one term decides alone: free space plus diffraction. Before the others are worked out, cheap lower bounds
of them are compared with it (:func:`_others_are_weaker`, :func:`_earth_is_clear`); a bound that holds leaves out what adds less than
1e-7 dB, a hundredth of the last digit of the raster.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from geo_planner.propagation.p526.physics import (
    bullington_point,
    bullington_total_db,
    delta_bullington_equidistant_scalar,
    diffraction_smooth_heights,
    knife_edge_scalar,
)
from geo_planner.propagation.p1812.physics import (
    BETA_RADIUS_KM,
    LAND_CONDUCTIVITY_S_M,
    LAND_PERMITTIVITY,
    WAVELENGTH_M_GHZ,
    beta0_scalar,
    horizon_angle_mrad,
    location_loss_scalar,
    p1812_scalar,
    troposcatter_scalar,
)
from geo_planner.propagation.radials import (
    FOREGROUND,
    farthest_above,
    height_at,
    kernel,
    most_cells,
    push,
    read_foreground,
    search,
    sort_outwards,
    tangent,
    walk,
)

NO_EDGE = -0.78
"""Diffraction parameter up to which a knife edge loses nothing (P.1812-8 eq. 12)."""
WEAKER_DB = 40.0
"""A path this much weaker than another adds less than 1e-7 dB to it (P.1812-8 eq. 63)."""


class Band(NamedTuple):
    """What frequency, refractivity and earth alone decide."""

    freq_ghz: float
    wavelength_m: float
    radius_km: float
    free_space_db: float  # at 1 km
    scatter_db: float  # troposcatter at 1 km and angle 0, for half of the time (eq. 44)
    coupling_db: float  # of ducting, without distances and shielding (eq. 47)
    cube_root: float


@kernel
def prepare_band(freq_ghz, wavelength_m, radius_km, n0):  # type: ignore[no-untyped-def]
    """Constants of a sweep."""
    frequency_db = 20.0 * math.log10(freq_ghz)
    low_band_db = 45.375 - 137.0 * freq_ghz + 92.5 * freq_ghz * freq_ghz if freq_ghz < 0.5 else 0.0
    scatter_db = troposcatter_scalar(1.0, 0.0, freq_ghz, 50.0, n0)
    return Band(freq_ghz, wavelength_m, radius_km, 92.4 + frequency_db, scatter_db, 102.45 + frequency_db + low_band_db, np.cbrt(freq_ghz))


@kernel
def _smooth_earth_fit(z, plain, weighted, n, step_km, total_km):  # type: ignore[no-untyped-def]
    """Least-squares line through the profile (P.1812-8 eqs 85 to 88) from running sums, for equal steps."""
    v1 = step_km * (2.0 * plain[n] - z[0] - z[n])
    v2 = step_km * step_km * (6.0 * weighted[n] - 3.0 * n * z[n] + z[0] - z[n])
    square = total_km * total_km
    return (2.0 * v1 * total_km - v2) / square, (v2 - v1 * total_km) / square


@search
def _points_near_ray(z, n, step_km, total_km, hts, hrs, bulge, wavelength_m):  # type: ignore[no-untyped-def]
    """Number of intermediate points of a path in line of sight whose diffraction parameter is above :data:`NO_EDGE`."""
    tilt = (hrs - hts) / total_km
    limit = NO_EDGE * NO_EDGE * wavelength_m / (0.002 * total_km)
    count = 0
    for i in range(1, n):
        d = i * step_km
        product = d * (total_km - d)
        clearance = hts + tilt * d - z[i] - bulge * product
        count += clearance * clearance < limit * product
    return count


@kernel
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


@kernel
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


@kernel
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


@search
def _roughness(z, first, last, step_km, total_km, hst, hsr):  # type: ignore[no-untyped-def]
    """Largest height above the smooth surface between two steps, both included (eqs 93 and 95)."""
    slope = (hsr - hst) / total_km * step_km
    rough = z[first] - hst - slope * first
    for i in range(first, last + 1):
        above = z[i] - hst - slope * i
        rough = above if above > rough else rough
    return rough


@kernel
def _earth_is_clear(  # type: ignore[no-untyped-def]
    z, n, step_tx, step_rx, cell_km, total_km, hts, hrs, hst, hsr, slope_tx, slope_rx, radius_km, wavelength_m
):
    """Whether the spherical earth surely adds nothing: the ray clears it (eqs 22 to 26) wherever its lowest point may be.

    A lower bound of both antennas' heights above the smooth surface (eqs 90a to 91d) comes from the horizon points alone: terrain there stands
    at least so high above the chord, and the slopes, which contain the earth's bulge, are at least the angles that the equations want.
    `slope_rx` is NaN for a path in line of sight, which nothing obstructs.
    """
    hte, hre = hts - hst, hrs - hsr
    if not math.isnan(slope_rx):
        tilt = (hrs - hts) / total_km
        step_km = total_km / n
        d_tx = step_tx * (cell_km if step_tx < n - FOREGROUND else step_km)
        d_rx = step_rx * (cell_km if step_rx < n - FOREGROUND else step_km)
        above_tx, above_rx = z[step_tx] - hts - tilt * d_tx, z[step_rx] - hts - tilt * d_rx
        above = max(above_tx, above_rx)
        if above > 0.0:
            least_tx, least_rx = max(above_tx / d_tx, 0.0), max(above_rx / (total_km - d_rx), 0.0)
            most_tx, most_rx = slope_tx - tilt, slope_rx + tilt
            hte += above * least_tx / (least_tx + most_rx)
            hre += above * least_rx / (least_rx + most_tx)
    hte, hre = max(hte, hts - z[0]), max(hre, hrs - z[n])
    low, high = min(hte, hre), max(hte, hre)
    # at a share u of the way from the lower antenna the ray stands low + (high - low) u above the smooth surface; the bulge takes A u (1 - u)
    # of it and eq. 26 wants B sqrt(u (1 - u)). Both are largest half way; with u in place of u (1 - u) what is left is a parabola in sqrt(u).
    bulge = 500.0 * total_km * total_km / radius_km
    required = 17.456 * math.sqrt(total_km * wavelength_m)
    return low > 0.25 * bulge + 0.5 * required or (high - low > bulge and 4.0 * low * (high - low - bulge) > required * required)


@kernel
def _least_angle_mrad(slope, total_km, radius_km):  # type: ignore[no-untyped-def]
    """Lower bound of :func:`horizon_angle_mrad`, from the series of the arc tangent."""
    x = 1e-3 * slope - 0.5 * total_km / radius_km
    return 1000.0 * (x - x * x * x / 3.0) if x > 0.0 else 1000.0 * x


@kernel
def _others_are_weaker(band, total_km, free_space_db, square_km, theta_t, theta_r, dlt_km, dlr_km, diffraction_db):  # type: ignore[no-untyped-def]
    """Whether, for half of the time, free space plus diffraction is the loss.

    It is where neither ducting (Lba of eq. 46 above Lbd, so that eqs 59 and 61 change nothing; the variability of eq. 56 is positive as
    the time exceeds beta) nor troposcatter comes near. The angles may be lower bounds, both losses rise with them.
    """
    loss_db = free_space_db + diffraction_db
    theta = 1e3 * total_km / band.radius_km + theta_t + theta_r
    # 20 log d from below, by the free space over the slant distance that is known already
    flat_db = free_space_db - band.free_space_db - 4.3430 * (square_km / (total_km * total_km) - 1.0)
    if band.scatter_db + flat_db + 0.573 * theta < loss_db + WEAKER_DB:
        return False
    if diffraction_db <= 0.0:
        return True
    angle = 1e3 * total_km / band.radius_km + min(theta_t, 0.1 * dlt_km) + min(theta_r, 0.1 * dlr_km)
    above_t, above_r = max(theta_t - 0.1 * dlt_km, 0.0), max(theta_r - 0.1 * dlr_km, 0.0)
    known_db = band.coupling_db + 0.264 * (above_t + above_r) * band.cube_root + 5e-5 * band.radius_km * band.cube_root * angle
    product = (
        (dlt_km + dlr_km)
        * (1.0 + 0.361 * above_t * math.sqrt(band.freq_ghz * dlt_km))
        * (1.0 + 0.361 * above_r * math.sqrt(band.freq_ghz * dlr_km))
    )
    return known_db + 20.0 * math.log10(product) > loss_db


@kernel
def _bullington_db(total_km, hts, hrs, slope_tx, slope_rx, nu, wavelength_m):  # type: ignore[no-untyped-def]
    """Bullington loss from ready geometry (eqs 13 to 21); `nu` is read for a path in line of sight, `slope_rx` for any other."""
    if slope_tx >= (hrs - hts) / total_km:
        nu, _ = bullington_point(total_km, hts, hrs, slope_tx, slope_rx, wavelength_m)
    edge_db = knife_edge_scalar(nu)
    return bullington_total_db(edge_db, total_km) if edge_db > 0.0 else 0.0


@kernel
def clutter_at(clutter_m, row, column):  # type: ignore[no-untyped-def]
    """Clutter height of the cell that holds a point; cells beyond the frame are those at its edge."""
    r = min(max(int(row), 0), clutter_m.shape[0] - 1)
    c = min(max(int(column), 0), clutter_m.shape[1] - 1)
    return clutter_m[r, c]


@kernel
def _sweep(  # type: ignore[no-untyped-def]
    loss, heights_m, clutter_m, cell_m, row, column, top, left, ground_m, tx_height_m, rx_height_m, order, starts, n_radials, steps,
    first_radial, stop_radial, freq_ghz, vertical, radius_km, full, time_pct, location_quantile, sigma_l_db, n0, lat_deg, eps_r, sigma_s_m,
    heights, places, befores,
):  # fmt: skip
    """As :func:`sweep_p1812`, in the scratch space given."""
    columns = loss.shape[1]
    wavelength_m = WAVELENGTH_M_GHZ / freq_ghz if full else 0.299792458 / freq_ghz
    band = prepare_band(freq_ghz, wavelength_m, radius_km, n0)
    cluttered = clutter_m.size > 0
    cell_km = cell_m / 1000.0
    bulge, bulge_beta = 500.0 / radius_km, 500.0 / BETA_RADIUS_KM
    with_beta = full and time_pct < 50.0
    z, plain, weighted = heights[0], heights[1], heights[2]
    surface = heights[3] if cluttered else z
    # a horizon and a hull for each curvature: the median earth, the straight chord, the beta0 earth, the median earth with clutter
    lowered, lowered_beta, lowered_over = heights[4], heights[5], heights[6]
    hull, flat_hull, beta_hull, over_hull, counts = places[0], places[1], places[2], places[3], places[4, :steps]
    hts = ground_m + tx_height_m
    for k in range(first_radial, stop_radial):
        cells = order[starts[k] : starts[k + 1]]
        if cells.size == 0:
            continue
        sort_outwards(cells, columns, top, left, row, column, counts, befores)
        position = 0
        azimuth = 2.0 * math.pi * k / n_radials
        south, east = -math.cos(azimuth), math.sin(azimuth)
        z[0] = plain[0] = surface[0] = ground_m
        weighted[0] = 0.0
        known = True
        size = flat_size = beta_size = over_size = 0
        horizon = flat_horizon = beta_horizon = over_horizon = 1
        steepest = flat_steepest = beta_steepest = over_steepest = -np.inf
        for s in range(1, befores[cells.size - 1] + 1):
            height = height_at(heights_m, row + s * south, column + s * east)
            known = known and not math.isnan(height)
            if known:
                z[s] = height
                plain[s] = plain[s - 1] + height
                weighted[s] = weighted[s - 1] + s * height
                size, horizon, steepest = walk(z, s, cell_km, hts, bulge, lowered, hull, size, horizon, steepest)
                flat_size = push(flat_hull, flat_size, z, s)
                if height - hts > flat_steepest * s:
                    flat_steepest, flat_horizon = (height - hts) / s, s
                if cluttered:
                    surface[s] = height + clutter_at(clutter_m, row + s * south, column + s * east)
                    over_size, over_horizon, over_steepest = walk(
                        surface, s, cell_km, hts, bulge, lowered_over, over_hull, over_size, over_horizon, over_steepest
                    )
                if with_beta:
                    beta_size, beta_horizon, beta_steepest = walk(
                        surface, s, cell_km, hts, bulge_beta, lowered_beta, beta_hull, beta_size, beta_horizon, beta_steepest
                    )
            while position < cells.size and befores[position] == s:
                cell = cells[position]
                position += 1
                i = cell // columns
                j = cell - i * columns
                drow, dcolumn = top + i + 0.5 - row, left + j + 0.5 - column
                n = s + FOREGROUND + 1
                if not known or not read_foreground(
                    heights_m, row, column, drow, dcolumn, n, float(heights_m[top + i, left + j]), z, plain, weighted
                ):
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
                nu = NO_EDGE
                if not transhorizon and (with_beta or _points_near_ray(z, n, step_km, total_km, hts, hrs, bulge, wavelength_m)):
                    nu, step_tx = _largest_nu(z, n, step_km, total_km, hts, hrs, bulge, wavelength_m)
                    step_rx = step_tx
                over_tx, over_rx, over_nu = slope_tx, slope_rx, nu
                if cluttered:
                    over_tx, _, over_rx, _ = _slopes(
                        surface, lowered_over, over_horizon, over_hull, over_size, n, cell_km, total_km, hts, hrs, bulge
                    )
                    if over_tx < direct:
                        over_nu, _ = _largest_nu(surface, n, step_km, total_km, hts, hrs, bulge, wavelength_m)
                        if not transhorizon and nu <= NO_EDGE:
                            nu, step_tx = _largest_nu(z, n, step_km, total_km, hts, hrs, bulge, wavelength_m)
                            step_rx = step_tx
                hst, hsr = _smooth_earth_fit(z, plain, weighted, n, step_km, total_km)
                clear = _earth_is_clear(
                    z, n, step_tx, step_rx, cell_km, total_km, hts, hrs, hst, hsr, slope_tx, slope_rx if transhorizon else np.nan, radius_km, wavelength_m
                )  # fmt: skip
                hstd, hsrd = hst, hsr
                if clear and not with_beta:
                    ld50 = _bullington_db(total_km, hts, hrs, over_tx, over_rx, over_nu, wavelength_m)
                else:
                    # below the ray over the bulging earth is below the chord
                    highest, alpha_tx, alpha_rx = (
                        _obstruction(z, flat_horizon, flat_hull, flat_size, n, cell_km, total_km, hts, hrs)
                        if transhorizon
                        else (0.0, 0.0, 0.0)
                    )
                    hstd, hsrd = diffraction_smooth_heights(hst, hsr, ground_m, z[n], highest, alpha_tx, alpha_rx)
                    ld50 = delta_bullington_equidistant_scalar(
                        total_km, n, hts, hrs, hstd, hsrd, over_tx, over_rx, over_nu, radius_km, freq_ghz, wavelength_m, vertical, 0.0, eps_r, sigma_s_m
                    )  # fmt: skip
                rise_km = 1e-3 * (hts - hrs)
                square_km = total_km * total_km + rise_km * rise_km
                if not full:
                    slant_m = 1000.0 * math.sqrt(square_km)
                    loss[i, j] = 20.0 * math.log10(4.0 * math.pi * slant_m / wavelength_m) + ld50
                    continue
                dlt, dlr = step_tx * step_km, total_km - step_rx * step_km
                if not with_beta:
                    free_space_db = band.free_space_db + 10.0 * math.log10(square_km)
                    least_t = _least_angle_mrad(slope_tx if transhorizon else direct, total_km, radius_km)
                    least_r = _least_angle_mrad(slope_rx if transhorizon else -direct, total_km, radius_km)
                    if _others_are_weaker(band, total_km, free_space_db, square_km, least_t, least_r, dlt, dlr, ld50):
                        loss[i, j] = location_loss_scalar(free_space_db + ld50, free_space_db, location_quantile, sigma_l_db)
                        continue
                ldbeta = ld50
                if with_beta:
                    beta_tx, _, beta_rx, _ = _slopes(
                        surface, lowered_beta, beta_horizon, beta_hull, beta_size, n, cell_km, total_km, hts, hrs, bulge_beta
                    )
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
                    total_km, hts, hrs, freq_ghz, time_pct, radius_km, n0, beta0, tau, 0.0, theta_t, theta_r, dlt, dlr,
                    hts - hst, hrs - hsr, hm, 500.0, 500.0, ld50, ldbeta, False,
                )  # fmt: skip
                loss[i, j] = location_loss_scalar(values[0], values[2], location_quantile, sigma_l_db)


@njit(cache=True, error_model="numpy", nogil=True)
def sweep_p1812(  # type: ignore[no-untyped-def]
    loss, heights_m, clutter_m, cell_m, row, column, top, left, ground_m, tx_height_m, rx_height_m, order, starts, n_radials, steps,
    first_radial, stop_radial, freq_ghz, vertical, radius_km, full, time_pct, location_quantile, sigma_l_db, n0, lat_deg, eps_r, sigma_s_m,
):  # fmt: skip
    """Fill the cells of `loss` that belong to some of the radials; a cell belongs to one, so that threads change no bit.

    `full` is P.1812-8; else free space (P.525) with the diffraction of P.526 for `radius_km`. `clutter_m` is empty, or of the shape of
    `heights_m`: representative clutter, which raises the terrain between the ends for the Bullington construction.
    """
    room = steps + FOREGROUND + 2
    heights, places, befores = np.empty((7, room)), np.empty((5, room), dtype=np.int32), np.empty(most_cells(starts), dtype=np.int32)
    _sweep(
        loss, heights_m, clutter_m, cell_m, row, column, top, left, ground_m, tx_height_m, rx_height_m, order, starts, n_radials, steps,
        first_radial, stop_radial, freq_ghz, vertical, radius_km, full, time_pct, location_quantile, sigma_l_db, n0, lat_deg, eps_r, sigma_s_m,
        heights, places, befores,
    )  # fmt: skip
