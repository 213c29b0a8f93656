"""Compiled kernels of Recommendation ITU-R P.1812-8 for whole paths: one, or many laid end to end."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo_planner.propagation.p526.physics import (
    _bullington_from_slopes,
    bullington_profile,
    delta_bullington_scalar,
    diffraction_smooth_heights,
    smooth_bullington_profile,
    spherical_earth_loss_scalar,
)
from geo_planner.propagation.p526.profiles import (
    max_nu,
    max_slope_from_rx,
    max_slope_from_tx,
    obstruction,
    smooth_earth_fit,
)
from geo_planner.propagation.p1812.physics import (
    BETA_RADIUS_KM,
    LAND_CONDUCTIVITY_S_M,
    LAND_PERMITTIVITY,
    SEA,
    WAVELENGTH_M_GHZ,
    beta0_scalar,
    horizon_angle_mrad,
    location_loss_scalar,
    median_radius_km,
    p1812_scalar,
    terrain_roughness,
    zone_lengths,
)


@njit(cache=True, error_model="numpy")
def _diffraction(
    distance_km: NDArray[np.float64],
    bullington_actual_db: float,
    hte_m: float,
    hre_m: float,
    radius_km: float,
    freq_ghz: float,
    wavelength_m: float,
    vertical: bool,
    omega: float,
    complete: bool,
) -> tuple[float, float, float]:
    """Ld, Lbulls and Ldsph in dB for one Earth radius; Lbulls is NaN where it is neither needed nor asked for."""
    spherical_db = spherical_earth_loss_scalar(
        distance_km[distance_km.size - 1],
        hte_m,
        hre_m,
        radius_km,
        freq_ghz,
        wavelength_m,
        vertical,
        omega,
        LAND_PERMITTIVITY,
        LAND_CONDUCTIVITY_S_M,
    )
    if spherical_db <= 0.0 and not complete:
        return bullington_actual_db, np.nan, spherical_db
    smooth_db = smooth_bullington_profile(distance_km, hte_m, hre_m, 1.0 / radius_km, wavelength_m)
    return delta_bullington_scalar(bullington_actual_db, smooth_db, spherical_db), smooth_db, spherical_db


@njit(cache=True, error_model="numpy")
def p1812_profile(
    distance_km: NDArray[np.float64],
    heights_m: NDArray[np.float64],
    surface_m: NDArray[np.float64],
    cluttered: bool,
    zone: NDArray[np.int8],
    all_inland: bool,
    tx_height_m: float,
    rx_height_m: float,
    freq_ghz: float,
    vertical: bool,
    time_pct: float,
    location_quantile: float,
    dn: float,
    n0: float,
    lat_deg: float,
    sigma_l_db: float,
    dct_km: float,
    dcr_km: float,
    complete: bool,
) -> tuple[float, ...]:
    """One whole path; returns the values of :data:`PROFILE_FIELDS`.

    `surface_m` is terrain plus representative clutter (read only if `cluttered`), `zone` is read unless `all_inland`.
    Without `complete` the intermediates that cannot alter the loss are left out (NaN); the loss is the same to the bit.
    """
    last = distance_km.size - 1
    total_km = distance_km[last]
    wavelength_m = WAVELENGTH_M_GHZ / freq_ghz
    radius_km = median_radius_km(dn)
    curvature = 1.0 / radius_km
    hts = heights_m[0] + tx_height_m
    hrs = heights_m[last] + rx_height_m

    omega, dtm, dlm = 0.0, total_km, total_km
    if not all_inland:
        omega, dtm, dlm = zone_lengths(distance_km, zone)
        if zone[0] == SEA:
            dct_km = 0.0
        if zone[last] == SEA:
            dcr_km = 0.0
            sigma_l_db = 0.0
    beta0, tau = beta0_scalar(lat_deg, dtm, dlm)

    # Horizons and angular distance, over bare terrain.
    direct = (hrs - hts) / total_km
    slope_tx, index_tx = max_slope_from_tx(distance_km, heights_m, hts, curvature)
    slope_rx, nu = np.nan, np.nan
    index_rx = index_tx
    if slope_tx >= direct:
        slope_rx, index_rx = max_slope_from_rx(distance_km, heights_m, hrs, curvature)
    transhorizon = slope_tx > direct
    if transhorizon:
        theta_t = horizon_angle_mrad(slope_tx, total_km, radius_km)
        theta_r = horizon_angle_mrad(slope_rx, total_km, radius_km)
    else:
        nu, index_tx = max_nu(distance_km, heights_m, hts, hrs, curvature, wavelength_m)
        index_rx = index_tx
        theta_t = horizon_angle_mrad(direct, total_km, radius_km)
        theta_r = horizon_angle_mrad(-direct, total_km, radius_km)
    theta = 1e3 * total_km / radius_km + theta_t + theta_r
    dlt = distance_km[index_tx]
    dlr = total_km - distance_km[index_rx]

    # Smooth surface, for diffraction and for ducting.
    hst, hsr = smooth_earth_fit(distance_km, heights_m)
    highest, alpha_tx, alpha_rx = obstruction(distance_km, heights_m, hts, hrs)
    hstd, hsrd = diffraction_smooth_heights(hst, hsr, heights_m[0], heights_m[last], highest, alpha_tx, alpha_rx)
    hst_duct = min(hst, heights_m[0])
    hsr_duct = min(hsr, heights_m[last])
    hte = hts - hst_duct
    hre = hrs - hsr_duct
    hm = terrain_roughness(distance_km, heights_m, hst_duct, hsr_duct, min(index_tx, index_rx), max(index_tx, index_rx))

    # Diffraction, over terrain and clutter: each Earth radius only where the time percentage calls for it.
    clear_tx = hts - hstd
    clear_rx = hrs - hsrd
    lbulla50, lbulls50, ldsph50, ld50 = np.nan, np.nan, np.nan, np.nan
    if complete or time_pct > beta0:
        if cluttered:
            lbulla50, _, _ = bullington_profile(distance_km, surface_m, hts, hrs, curvature, wavelength_m)
        else:
            lbulla50, _, _ = _bullington_from_slopes(total_km, hts, hrs, slope_tx, slope_rx, nu, wavelength_m)
        ld50, lbulls50, ldsph50 = _diffraction(
            distance_km, lbulla50, clear_tx, clear_rx, radius_km, freq_ghz, wavelength_m, vertical, omega, complete
        )
    lbulla_beta, lbulls_beta, ldsph_beta, ldbeta = np.nan, np.nan, np.nan, np.nan
    if complete or time_pct < 50.0:
        profile_m = surface_m if cluttered else heights_m
        lbulla_beta, _, _ = bullington_profile(distance_km, profile_m, hts, hrs, 1.0 / BETA_RADIUS_KM, wavelength_m)
        ldbeta, lbulls_beta, ldsph_beta = _diffraction(
            distance_km,
            lbulla_beta,
            clear_tx,
            clear_rx,
            BETA_RADIUS_KM,
            freq_ghz,
            wavelength_m,
            vertical,
            omega,
            complete,
        )

    lbc, lbfs, lb0p, lb0beta, fi, fj, fk, ldp, lbd50, lbd, lminb0p, lba, lminbap, lbda, lbam, lbs = p1812_scalar(
        total_km,
        hts,
        hrs,
        freq_ghz,
        time_pct,
        radius_km,
        n0,
        beta0,
        tau,
        omega,
        theta_t,
        theta_r,
        dlt,
        dlr,
        hte,
        hre,
        hm,
        dct_km,
        dcr_km,
        ld50,
        ldbeta,
        complete,
    )
    lb = location_loss_scalar(lbc, lb0p, location_quantile, sigma_l_db)
    # In parts: the compiler does not take a tuple display of more than 30 elements.
    common = (lb, lbfs, 1.0 if transhorizon else 0.0, ldp, lbc, lb0p, beta0, theta)
    horizons = (total_km, radius_km, BETA_RADIUS_KM, dlt, dlr, theta_t, theta_r, hts, hrs, omega, dtm, dlm)
    surface = (hst, hsr, hst_duct, hsr_duct, hstd, hsrd, clear_tx, clear_rx, hte, hre, hm, fi, fj, fk, lb0beta)
    diffraction = (lbulla50, lbulls50, ldsph50, ld50, lbulla_beta, lbulls_beta, ldsph_beta, ldbeta)
    combined = (lbd50, lbd, lminb0p, lba, lminbap, lbda, lbam, lbs)
    return common + horizons + surface + diffraction + combined


#: Names of what :func:`p1812_profile` returns, in its order; those of the batch come first.
BATCH_FIELDS = (
    "loss_db",
    "free_space_db",
    "transhorizon",
    "diffraction_p_db",
    "median_location_db",
    "los_p_db",
    "beta0_pct",
    "theta_mrad",
)
PROFILE_FIELDS = (
    *BATCH_FIELDS,
    *("total_km", "ae_km", "ab_km", "dlt_km", "dlr_km", "theta_t_mrad", "theta_r_mrad", "hts_m", "hrs_m"),
    *("omega", "dtm_km", "dlm_km", "hst_m", "hsr_m", "hst_ducting_m", "hsr_ducting_m", "hstd_m", "hsrd_m"),
    *("htc_above_smooth_m", "hrc_above_smooth_m", "hte_m", "hre_m", "hm_m", "fi", "fj", "fk", "los_beta_db"),
    *("bullington_actual_50_db", "bullington_smooth_50_db", "spherical_50_db", "diffraction_50_db"),
    *("bullington_actual_beta_db", "bullington_smooth_beta_db", "spherical_beta_db", "diffraction_beta_db"),
    *("diffraction_basic_50_db", "diffraction_basic_p_db", "min_los_p_db", "ducting_db", "min_ducting_db"),
    *("diffraction_ducting_db", "modified_db", "troposcatter_db"),
)


@njit(cache=True, error_model="numpy")
def p1812_batch(
    starts: NDArray[np.int64],
    distance_starts: NDArray[np.int64],
    distance_km: NDArray[np.float64],
    heights_m: NDArray[np.float64],
    surface_m: NDArray[np.float64],
    cluttered: bool,
    zone: NDArray[np.int8],
    all_inland: bool,
    vertical: bool,
    parameters: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Many paths laid end to end; path k covers the points ``starts[k]`` up to ``starts[k + 1]`` of the flat arrays.

    Its distances begin at ``distance_starts[k]``, so that paths of the same distances can share them.

    `parameters` has one row per path with the float arguments of :func:`p1812_profile` from `tx_height_m` on, without
    `vertical`; `out` receives the :data:`BATCH_FIELDS`, one row per path.
    """
    for k in range(starts.size - 1):
        a = starts[k]
        b = starts[k + 1]
        row = parameters[k]
        distance_from = distance_starts[k]
        values = p1812_profile(
            distance_km[distance_from : distance_from + b - a],
            heights_m[a:b],
            surface_m[a:b] if cluttered else heights_m[a:b],
            cluttered,
            zone if all_inland else zone[a:b],
            all_inland,
            row[0],
            row[1],
            row[2],
            vertical,
            row[3],
            row[4],
            row[5],
            row[6],
            row[7],
            row[8],
            row[9],
            row[10],
            False,
        )
        for j in range(out.shape[1]):
            out[k, j] = values[j]


@njit(cache=True, error_model="numpy")
def profiles_sound(
    starts: NDArray[np.int64],
    distance_starts: NDArray[np.int64],
    distance_km: NDArray[np.float64],
    heights_m: NDArray[np.float64],
    shortest_km: float,
    longest_km: float,
) -> bool:
    """Whether all profiles can be calculated: at least 3 points, finite, distances increasing from 0 to a legal length."""
    for k in range(starts.size - 1):
        points = starts[k + 1] - starts[k]
        if points < 3:
            return False
        begin = distance_starts[k]
        if distance_km[begin] != 0.0:
            return False
        before = -1.0
        for i in range(points):
            d = distance_km[begin + i]
            # NaN fails the first comparison, and an infinite distance ends beyond the longest path.
            if not d > before or not np.isfinite(heights_m[starts[k] + i]):
                return False
            before = d
        if not shortest_km <= before <= longest_km:
            return False
    return True
