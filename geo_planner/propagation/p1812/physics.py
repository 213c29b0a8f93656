"""Compiled kernels of Recommendation ITU-R P.1812-8: what goes beyond the diffraction of :mod:`geo_planner.propagation.p526.physics`.

Like there, functions on a profile return scalars and the physics takes scalars, joined by :func:`p1812_scalar`; whole
paths are in :mod:`geo_planner.propagation.p1812.paths`. Equation numbers are those of P.1812-8 (from 76 on in Attachment 1, 96 and 97 in
Attachment 2 to its Annex).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo_planner.propagation.compiled import kernel
from geo_planner.units import EARTH_RADIUS_KM, FloatArray

ZoneArray = npt.NDArray[np.int8]
#: Effective Earth radius exceeded for beta0 of the time, eq. 7b.
BETA_RADIUS_KM = 3.0 * EARTH_RADIUS_KM
#: Wavelength in m times frequency in GHz as section 4.3.1 rounds it.
WAVELENGTH_M_GHZ = 0.2998
#: Relative permittivity and conductivity (S/m) of land, section 4.3.3.
LAND_PERMITTIVITY = 22.0
LAND_CONDUCTIVITY_S_M = 0.003
SEA, COASTAL, INLAND = 1, 3, 4
#: Path lengths for which the Recommendation is given, section 1.
SHORTEST_KM, LONGEST_KM = 0.25, 3000.0
#: Beyond this distance in dB the weaker of two powers (summed as 10^-0.2L) no longer alters a float64 of path-loss size.
_NEGLIGIBLE_DB = 85.0


class Settings(NamedTuple):
    """What is asked of the model besides the path and the antennas' heights, as :func:`geo_planner.propagation.p1812.path_loss` takes it."""

    freq_ghz: float
    vertical: bool
    time_pct: float
    location_quantile: float  # I(pL/100)
    dn: float
    n0: float
    lat_deg: float
    sigma_l_db: float
    dct_km: float
    dcr_km: float


class Geometry(NamedTuple):
    """One path as the physics sees it; distances in km, heights in m, angles in mrad.

    Horizons (Attachment 1, sections 5.3 to 5.5) are those of a path over the horizon; in line of sight the angles are those towards the
    other antenna, the distances those from the point with the largest diffraction parameter.
    """

    total_km: float
    hts_m: float  # antennas above the sea
    hrs_m: float
    radius_km: float  # median effective Earth radius
    beta0_pct: float  # with tau from beta0_scalar
    tau: float
    omega: float  # share of the path over sea
    theta_t_mrad: float  # horizon elevation angles and distances
    theta_r_mrad: float
    dlt_km: float
    dlr_km: float
    hte_m: float  # effective heights and roughness for ducting (eqs 94a, 94b, 95)
    hre_m: float
    hm_m: float
    dct_km: float  # distances from the coast
    dcr_km: float


class Combined(NamedTuple):
    """Losses (dB) and factors of the combination, by the symbols of the Recommendation."""

    lbc: float
    lbfs: float
    lb0p: float
    lb0beta: float
    fi: float
    fj: float
    fk: float
    ldp: float
    lbd50: float
    lbd: float
    lminb0p: float
    lba: float
    lminbap: float
    lbda: float
    lbam: float
    lbs: float


# --------------------------------------------------------------------------------------------- statistics and climate
@kernel
def inverse_normal_scalar(x: float) -> float:
    """Inverse complementary cumulative normal distribution, I(x) of Attachment 2 (eqs 96a to 97b), x kept off 0 and 1."""
    x = min(max(x, 1e-6), 1.0 - 1e-6)
    tail = x if x <= 0.5 else 1.0 - x
    t = math.sqrt(-2.0 * math.log(tail))
    value = t - ((0.010328 * t + 0.802853) * t + 2.515516698) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return value if x <= 0.5 else -value


@kernel
def median_radius_km(dn: float) -> float:
    """Median effective Earth radius in km from the refractivity lapse rate `dn` (N-units/km), eqs 6 and 7a."""
    return EARTH_RADIUS_KM * 157.0 / (157.0 - dn)


@kernel
def zone_lengths(distance_km: FloatArray, zone: ZoneArray) -> tuple[float, float, float]:
    """Share of sea omega, longest land section dtm and longest inland section dlm in km (sections 3.6 and 4.1).

    Every point stands for the path up to the middles between it and its neighbours.
    """
    last = distance_km.size - 1
    sea_km = 0.0
    land_from_km = 0.0
    inland_from_km = 0.0
    longest_land_km = 0.0
    longest_inland_km = 0.0
    for i in range(last + 1):
        begin = 0.0 if i == 0 else 0.5 * (distance_km[i - 1] + distance_km[i])
        end = distance_km[last] if i == last else 0.5 * (distance_km[i] + distance_km[i + 1])
        if zone[i] == SEA:
            sea_km += end - begin
            land_from_km = end
        if zone[i] != INLAND:
            inland_from_km = end
        longest_land_km = max(longest_land_km, end - land_from_km)
        longest_inland_km = max(longest_inland_km, end - inland_from_km)
    return sea_km / distance_km[last], longest_land_km, longest_inland_km


@kernel
def beta0_scalar(lat_deg: float, dtm_km: float, dlm_km: float) -> tuple[float, float]:
    """Incidence of ducting: beta0 in percent (eqs 2, 4, 5) and tau (eq. 3), which the ducting model needs again.

    A path all inland has `dtm_km` = `dlm_km` = path length.
    """
    latitude = abs(lat_deg)
    tau = 1.0 - math.exp(-4.12e-4 * dlm_km**2.41)
    mu1 = min(1.0, (10.0 ** (-dtm_km / (16.0 - 6.6 * tau)) + 10.0 ** (-2.48 - 1.77 * tau)) ** 0.2)
    # mu1 * mu4 of eq. 5 as one power.
    if latitude <= 70.0:
        return 10.0 ** (1.67 - 0.015 * latitude) * mu1 ** (0.065 + 0.0176 * latitude), tau
    return 4.17 * mu1**1.3, tau


# ----------------------------------------------------------------------------------------- geometry of Attachment 1
@kernel
def horizon_angle_mrad(slope: float, total_km: float, radius_km: float) -> float:
    """Elevation angle in mrad of a line whose steepest point has `slope` (m/km) with the Earth's bulge added.

    Slopes of :func:`max_slope_from_tx` and ``_rx`` contain the bulge seen from the chord; eqs 77, 78, 81 and 82 measure
    from the local horizontal, half the path's central angle lower.
    """
    return 1000.0 * math.atan(1e-3 * slope - 0.5 * total_km / radius_km)


@kernel
def terrain_roughness(distance_km: FloatArray, heights_m: FloatArray, hst_m: float, hsr_m: float, first: int, last: int) -> float:
    """Terrain roughness hm in m between two point indices (the horizons), both included (eqs 93 and 95).

    `hst_m` and `hsr_m` are the heights of the smooth surface at the ends, not above the ground there.
    """
    slope = (hsr_m - hst_m) / distance_km[distance_km.size - 1]
    rough_m = -np.inf
    for i in range(first, last + 1):
        rough_m = max(rough_m, heights_m[i] - (hst_m + slope * distance_km[i]))
    return rough_m


# ------------------------------------------------------------------------------------------------ physics on scalars
@kernel
def troposcatter_scalar(total_km: float, theta_mrad: float, freq_ghz: float, time_pct: float, n0: float) -> float:
    """Basic transmission loss due to troposcatter in dB (eqs 44 and 45)."""
    log_half = math.log10(0.5 * freq_ghz)
    frequency_db = 25.0 * math.log10(freq_ghz) - 2.5 * log_half * log_half
    return (
        190.1
        + frequency_db
        + 20.0 * math.log10(total_km)
        + 0.573 * theta_mrad
        - 0.15 * n0
        - 10.125 * float(math.log10(50.0 / time_pct) ** 0.7)
    )


@kernel
def _site_shielding_db(theta_mrad: float, horizon_km: float, freq_ghz: float, cube_root_freq: float) -> float:
    """Site-shielding loss of one terminal (eqs 48 and 48a)."""
    above = theta_mrad - 0.1 * horizon_km
    if above <= 0.0:
        return 0.0
    return 20.0 * math.log10(1.0 + 0.361 * above * math.sqrt(freq_ghz * horizon_km)) + 0.264 * above * cube_root_freq


@kernel
def _sea_coupling_db(coast_km: float, horizon_km: float, omega: float, antenna_amsl_m: float) -> float:
    """Over-sea duct coupling correction of one terminal (eq. 49)."""
    if omega < 0.75 or coast_km > horizon_km or coast_km > 5.0:
        return 0.0
    return -3.0 * math.exp(-0.25 * coast_km * coast_km) * (1.0 + math.tanh(0.07 * (50.0 - antenna_amsl_m)))


@kernel
def ducting_scalar(g: Geometry, freq_ghz: float, time_pct: float) -> float:
    """Basic transmission loss during ducting and layer reflection in dB (eqs 46 to 56a)."""
    cube_root_freq = float(np.cbrt(freq_ghz))
    low_band_db = 45.375 - 137.0 * freq_ghz + 92.5 * freq_ghz * freq_ghz if freq_ghz < 0.5 else 0.0
    coupling_db = (
        102.45
        + 20.0 * math.log10(freq_ghz * (g.dlt_km + g.dlr_km))
        + low_band_db
        + _site_shielding_db(g.theta_t_mrad, g.dlt_km, freq_ghz, cube_root_freq)
        + _site_shielding_db(g.theta_r_mrad, g.dlr_km, freq_ghz, cube_root_freq)
        + _sea_coupling_db(g.dct_km, g.dlt_km, g.omega, g.hts_m)
        + _sea_coupling_db(g.dcr_km, g.dlr_km, g.omega, g.hrs_m)
    )
    angle_mrad = 1e3 * g.total_km / g.radius_km + min(g.theta_t_mrad, 0.1 * g.dlt_km) + min(g.theta_r_mrad, 0.1 * g.dlr_km)
    roughness_factor = 1.0
    if g.hm_m > 10.0:
        between_km = min(g.total_km - g.dlt_km - g.dlr_km, 40.0)
        roughness_factor = math.exp(-4.6e-5 * (g.hm_m - 10.0) * (43.0 + 6.0 * between_km))
    alpha = max(-3.4, -0.6 - 3.5e-9 * g.total_km**3.1 * g.tau)
    roots = math.sqrt(g.hte_m) + math.sqrt(g.hre_m)
    geometry_factor = min(1.0, (500.0 * g.total_km * g.total_km / (g.radius_km * roots * roots)) ** alpha)
    beta = g.beta0_pct * geometry_factor * roughness_factor
    log_beta = math.log10(beta)
    gamma = (
        1.076 / (2.0058 - log_beta) ** 1.012 * math.exp(-(9.51 - 4.8 * log_beta + 0.198 * log_beta * log_beta) * 1e-6 * g.total_km**1.13)
    )
    ratio = time_pct / beta
    variability_db = -12.0 + (1.2 + 3.7e-3 * g.total_km) * math.log10(ratio) + 12.0 * float(ratio**gamma)
    return coupling_db + 5e-5 * g.radius_km * cube_root_freq * angle_mrad + variability_db


@kernel
def _sum_of_powers_db(first_db: float, second_db: float) -> float:
    """Eq. 63, -5 log10(10^(-0.2 a) + 10^(-0.2 b)), without overflow."""
    low = min(first_db, second_db)
    apart = max(first_db, second_db) - low
    if apart > _NEGLIGIBLE_DB:
        return low
    return low - 5.0 * math.log10(1.0 + 10.0 ** (-0.2 * apart))


@kernel
def p1812_scalar(g: Geometry, freq_ghz: float, time_pct: float, n0: float, ld50_db: float, ldbeta_db: float, complete: bool) -> Combined:
    """Basic transmission loss for half of the locations from scalars (sections 4.2 and 4.3.5 to 4.6).

    Parameters
    ----------
    g : Geometry
        What ducting alone reads may be anything where `ld50_db` and `ldbeta_db` are both 0 and `complete` is false.
    freq_ghz, time_pct, n0 : float
        Frequency, time percentage (1 to 50) and sea-level refractivity, N-units.
    ld50_db, ldbeta_db : float
        Delta-Bullington loss for the median radius and for three Earth radii. `ldbeta_db` is read only where
        `time_pct` < 50, and `ld50_db` only where `time_pct` > beta0.
    complete : bool
        Work out Lba also where it cannot alter the result (it is NaN otherwise).
    """
    difference_km = 1e-3 * (g.hts_m - g.hrs_m)
    lbfs = 92.4 + 20.0 * math.log10(freq_ghz) + 10.0 * math.log10(g.total_km * g.total_km + difference_km * difference_km)
    focusing = 2.6 * (1.0 - math.exp(-0.1 * (g.dlt_km + g.dlr_km)))
    lb0p = lbfs + focusing * math.log10(0.02 * time_pct)
    lb0beta = lbfs + focusing * math.log10(0.02 * g.beta0_pct)

    # Eq. 40 and 41: nothing is interpolated at the ends of the range.
    fi = 1.0
    if time_pct > g.beta0_pct:
        fi = inverse_normal_scalar(0.01 * time_pct) / inverse_normal_scalar(0.01 * g.beta0_pct)
    if time_pct >= 50.0:
        ldp = ld50_db
    elif time_pct > g.beta0_pct:
        ldp = ld50_db + fi * (ldbeta_db - ld50_db)
    else:
        ldp = ldbeta_db
    lbd50 = lbfs + ld50_db
    lbd = lb0p + ldp

    # Eqs 57 to 59.
    theta_mrad = 1e3 * g.total_km / g.radius_km + g.theta_t_mrad + g.theta_r_mrad
    fj = 0.5 - 0.5 * math.tanh(8.0 * (theta_mrad - 0.3))
    fk = 0.5 - 0.5 * math.tanh(0.075 * (g.total_km - 20.0))
    if time_pct > g.beta0_pct:
        lminb0p = lbd50 + (lb0beta + (1.0 - g.omega) * ldp - lbd50) * fi
    else:
        lminb0p = lb0p + (1.0 - g.omega) * ldp

    # Eqs 60 and 61. Lminbap is never below Lb0p, and so never below Lbd where nothing is diffracted.
    lba = np.nan
    lminbap = np.nan
    lbda = lbd
    if ldp > 0.0 or complete:
        lba = ducting_scalar(g, freq_ghz, time_pct)
        greater = max(lba, lb0p)
        lminbap = greater + 2.5 * math.log1p(math.exp(-0.4 * abs(lba - lb0p)))
        if ldp > 0.0 and lminbap <= lbd:
            lbda = lminbap + (lbd - lminbap) * fk
    lbam = lbda + (lminb0p - lbda) * fj
    lbs = troposcatter_scalar(g.total_km, theta_mrad, freq_ghz, time_pct, n0)
    lbc = _sum_of_powers_db(lbs, lbam)
    return Combined(lbc, lbfs, lb0p, lb0beta, fi, fj, fk, ldp, lbd50, lbd, lminb0p, lba, lminbap, lbda, lbam, lbs)


@kernel
def location_loss_scalar(lbc_db: float, lb0p_db: float, location_quantile: float, sigma_l_db: float) -> float:
    """Loss not exceeded at a share of the locations, dB (eqs 68 and 69); `location_quantile` is I(pL/100)."""
    return max(lb0p_db, lbc_db - location_quantile * sigma_l_db)
