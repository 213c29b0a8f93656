"""Compiled kernels of Recommendation ITU-R P.1812-8 for whole paths: one, or many laid end to end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo_planner.propagation.compiled import kernel
from geo_planner.propagation.p526.geometry import max_nu, max_slope_from_rx, max_slope_from_tx, obstruction, smooth_earth_fit
from geo_planner.propagation.p526.physics import (
    Obstacles,
    Radio,
    bullington_from_slopes,
    bullington_profile,
    delta_bullington_scalar,
    diffraction_smooth_heights,
    smooth_bullington_profile,
    spherical_earth_loss_scalar,
)
from geo_planner.propagation.p1812.physics import (
    BETA_RADIUS_KM,
    LAND_CONDUCTIVITY_S_M,
    LAND_PERMITTIVITY,
    SEA,
    WAVELENGTH_M_GHZ,
    Geometry,
    Settings,
    ZoneArray,
    beta0_scalar,
    horizon_angle_mrad,
    location_loss_scalar,
    median_radius_km,
    p1812_scalar,
    terrain_roughness,
    zone_lengths,
)
from geo_planner.units import FloatArray, IntArray


class Profile(NamedTuple):
    """What is given along one path."""

    distance_km: FloatArray
    heights_m: FloatArray
    surface_m: FloatArray  # terrain plus representative clutter; empty where there is none
    zone: ZoneArray  # empty where all is inland


@kernel
def _horizons(profile: Profile, hts: float, hrs: float, radius_km: float, wavelength_m: float) -> tuple[Obstacles, int, int]:
    """Geometry of the bare terrain, and the points at which both horizons lie (one point for a path in line of sight)."""
    total_km = profile.distance_km[profile.distance_km.size - 1]
    direct = (hrs - hts) / total_km
    slope_tx, index_tx = max_slope_from_tx(profile.distance_km, profile.heights_m, hts, 1.0 / radius_km)
    slope_rx, nu = np.nan, np.nan
    index_rx = index_tx
    if slope_tx >= direct:
        slope_rx, index_rx = max_slope_from_rx(profile.distance_km, profile.heights_m, hrs, 1.0 / radius_km)
    if not slope_tx > direct:
        nu, index_tx = max_nu(profile.distance_km, profile.heights_m, hts, hrs, 1.0 / radius_km, wavelength_m)
        index_rx = index_tx
    return Obstacles(total_km, hts, hrs, slope_tx, slope_rx, nu), index_tx, index_rx


@kernel
def _diffraction(
    distance_km: FloatArray,
    bullington_actual_db: float,
    hte_m: float,
    hre_m: float,
    radius_km: float,
    omega: float,
    radio: Radio,
    complete: bool,
) -> tuple[float, float, float, float]:
    """Lbulla (as given), Lbulls, Ldsph and Ld in dB for one Earth radius; Lbulls is NaN where it is neither needed nor asked for."""
    spherical_db = spherical_earth_loss_scalar(distance_km[distance_km.size - 1], hte_m, hre_m, radius_km, omega, radio)
    if spherical_db <= 0.0 and not complete:
        return bullington_actual_db, np.nan, spherical_db, bullington_actual_db
    smooth_db = smooth_bullington_profile(distance_km, hte_m, hre_m, 1.0 / radius_km, radio.wavelength_m)
    return bullington_actual_db, smooth_db, spherical_db, delta_bullington_scalar(bullington_actual_db, smooth_db, spherical_db)


@kernel
def p1812_profile(profile: Profile, tx_height_m: float, rx_height_m: float, settings: Settings, complete: bool) -> tuple[float, ...]:
    """One whole path; returns the values of :data:`PROFILE_FIELDS`.

    Without `complete` the intermediates that cannot alter the loss are left out (NaN); the loss is the same to the bit.
    """
    distance_km, heights_m, surface_m, zone = profile
    freq_ghz, vertical, time_pct, location_quantile, dn, n0, lat_deg, sigma_l_db, dct_km, dcr_km = settings
    cluttered = surface_m.size > 0
    last = distance_km.size - 1
    total_km = distance_km[last]
    radio = Radio(freq_ghz, WAVELENGTH_M_GHZ / freq_ghz, vertical, LAND_PERMITTIVITY, LAND_CONDUCTIVITY_S_M)
    radius_km = median_radius_km(dn)
    hts = heights_m[0] + tx_height_m
    hrs = heights_m[last] + rx_height_m

    omega, dtm, dlm = 0.0, total_km, total_km
    if zone.size > 0:
        omega, dtm, dlm = zone_lengths(distance_km, zone)
        if zone[0] == SEA:
            dct_km = 0.0
        if zone[last] == SEA:
            dcr_km = 0.0
            sigma_l_db = 0.0
    beta0, tau = beta0_scalar(lat_deg, dtm, dlm)

    # Horizons and angular distance, over bare terrain.
    bare, index_tx, index_rx = _horizons(profile, hts, hrs, radius_km, radio.wavelength_m)
    direct = (hrs - hts) / total_km
    transhorizon = bare.slope_tx > direct
    theta_t = horizon_angle_mrad(bare.slope_tx if transhorizon else direct, total_km, radius_km)
    theta_r = horizon_angle_mrad(bare.slope_rx if transhorizon else -direct, total_km, radius_km)
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
    profile_m = surface_m if cluttered else heights_m
    clear_tx = hts - hstd
    clear_rx = hrs - hsrd
    median = beta = (np.nan, np.nan, np.nan, np.nan)
    if complete or time_pct > beta0:
        if cluttered:
            lbulla, _, _ = bullington_profile(distance_km, surface_m, hts, hrs, 1.0 / radius_km, radio.wavelength_m)
        else:
            lbulla, _, _ = bullington_from_slopes(bare, radio.wavelength_m)
        median = _diffraction(distance_km, lbulla, clear_tx, clear_rx, radius_km, omega, radio, complete)
    if complete or time_pct < 50.0:
        lbulla, _, _ = bullington_profile(distance_km, profile_m, hts, hrs, 1.0 / BETA_RADIUS_KM, radio.wavelength_m)
        beta = _diffraction(distance_km, lbulla, clear_tx, clear_rx, BETA_RADIUS_KM, omega, radio, complete)

    geometry = Geometry(
        total_km, hts, hrs, radius_km, beta0, tau, omega, theta_t, theta_r, dlt, dlr, hte, hre, hm, dct_km, dcr_km
    )  # fmt: skip
    c = p1812_scalar(geometry, freq_ghz, time_pct, n0, median[3], beta[3], complete)
    lb = location_loss_scalar(c.lbc, c.lb0p, location_quantile, sigma_l_db)
    # In parts: the compiler does not take a tuple display of more than 30 elements.
    common = (lb, c.lbfs, 1.0 if transhorizon else 0.0, c.ldp, c.lbc, c.lb0p, beta0, theta)
    horizons = (total_km, radius_km, BETA_RADIUS_KM, dlt, dlr, theta_t, theta_r, hts, hrs, omega, dtm, dlm)
    surface = (hst, hsr, hst_duct, hsr_duct, hstd, hsrd, clear_tx, clear_rx, hte, hre, hm, c.fi, c.fj, c.fk, c.lb0beta)
    combined = (c.lbd50, c.lbd, c.lminb0p, c.lba, c.lminbap, c.lbda, c.lbam, c.lbs)
    return common + horizons + surface + median + beta + combined


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


@kernel
def p1812_single(
    distance_km: FloatArray, heights_m: FloatArray, surface_m: FloatArray, zone: ZoneArray, vertical: bool, row: FloatArray
) -> tuple[float, ...]:
    """One whole path with its intermediates; `row` as of :func:`p1812_batch`, for a record costs more to hand over than to make here."""
    settings = Settings(row[2], vertical, row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10])
    return p1812_profile(Profile(distance_km, heights_m, surface_m, zone), row[0], row[1], settings, True)


@kernel
def p1812_batch(
    starts: IntArray, distance_starts: IntArray, paths: Profile, vertical: bool, parameters: FloatArray, out: FloatArray
) -> None:
    """Many paths laid end to end; path k covers the points ``starts[k]`` up to ``starts[k + 1]`` of the arrays in `paths`.

    Its distances begin at ``distance_starts[k]``, so that paths of the same distances can share them.

    `parameters` has one row per path: the antennas' heights and the fields of :class:`Settings` without `vertical`; `out` receives the
    :data:`BATCH_FIELDS`, one row per path.
    """
    for k in range(starts.size - 1):
        a = starts[k]
        b = starts[k + 1]
        row = parameters[k]
        distance_from = distance_starts[k]
        profile = Profile(
            paths.distance_km[distance_from : distance_from + b - a],
            paths.heights_m[a:b],
            paths.surface_m[a:b] if paths.surface_m.size > 0 else paths.surface_m,
            paths.zone[a:b] if paths.zone.size > 0 else paths.zone,
        )
        settings = Settings(row[2], vertical, row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10])
        values = p1812_profile(profile, row[0], row[1], settings, False)
        for j in range(out.shape[1]):
            out[k, j] = values[j]


@kernel
def profiles_sound(
    starts: IntArray,
    distance_starts: IntArray,
    distance_km: FloatArray,
    heights_m: FloatArray,
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
