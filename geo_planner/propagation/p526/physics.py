"""Compiled kernels of diffraction, shared by Recommendations ITU-R P.526-15 and P.1812-8.

The physics takes scalars; what it needs from a profile comes from :mod:`.geometry` or from an engine of one's
own. Nothing here allocates. Distances are in km, heights in m, slopes therefore in m/km. P.526-15, section 4.5 and P.1812-8, section 4.3
print the same equations; the numbers given are those of P.1812-8 (Attachment 1 for the smooth surface) and, for the spherical Earth, also
those of P.526-15, sections 3.1.1 and 3.2.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo_planner.propagation.compiled import kernel
from geo_planner.propagation.p526.geometry import max_nu, max_slope_from_rx, max_slope_from_tx
from geo_planner.units import FloatArray

#: Electrical constants of sea water, P.1812-8, section 4.3.3: relative permittivity and conductivity in S/m.
SEA_PERMITTIVITY = 80.0
SEA_CONDUCTIVITY_S_M = 5.0


class Radio(NamedTuple):
    """Frequency and the wavelength that belongs to it, polarization (else horizontal), relative permittivity and conductivity of the land."""

    freq_ghz: float
    wavelength_m: float
    vertical: bool
    eps_r: float
    sigma_s_m: float


class Obstacles(NamedTuple):
    """What a profile puts in the way for one Earth radius, between antennas at these heights above the sea.

    `slope_rx` is read only for a transhorizon path (`slope_tx` at or above the slope between the antennas) and `nu_max` only for a
    line-of-sight one; the other may be anything.
    """

    total_km: float
    hts_m: float
    hrs_m: float
    slope_tx: float
    slope_rx: float
    nu_max: float


# ---------------------------------------------------------------------------------------------- physics on scalars
@kernel
def diffraction_smooth_heights(
    hst_m: float,
    hsr_m: float,
    ground_tx_m: float,
    ground_rx_m: float,
    highest_m: float,
    alpha_tx: float,
    alpha_rx: float,
) -> tuple[float, float]:
    """Smooth-surface heights for the diffraction model, hstd and hsrd (m), from the fit and the obstruction.

    Eqs 90a to 90f (lowered where terrain obstructs the straight line) and 91a to 91d (never above the ground).
    """
    if highest_m > 0.0:
        share_tx = alpha_tx / (alpha_tx + alpha_rx)
        hst_m = hst_m - highest_m * share_tx
        hsr_m = hsr_m - highest_m * (alpha_rx / (alpha_tx + alpha_rx))
    return min(hst_m, ground_tx_m), min(hsr_m, ground_rx_m)


@kernel
def knife_edge_scalar(nu: float) -> float:
    """Loss of a single knife edge J(nu) in dB: P.526-15, eq. 31 (P.1812-8, eq. 12), 0 up to nu = -0.78."""
    if nu <= -0.78:
        return 0.0
    shifted = nu - 0.1
    return 6.9 + 20.0 * math.log10(math.sqrt(shifted * shifted + 1.0) + shifted)


@kernel
def knife_edge_fill(nu: FloatArray, loss_db: FloatArray) -> None:
    """:func:`knife_edge_scalar` for every element of a one-dimensional array, into another."""
    for i in range(nu.size):
        loss_db[i] = knife_edge_scalar(nu[i])


@kernel
def bullington_total_db(knife_edge_db: float, total_km: float) -> float:
    """Bullington loss from the loss of its equivalent edge, eq. 21."""
    return knife_edge_db + (1.0 - math.exp(-knife_edge_db / 6.0)) * (10.0 + 0.02 * total_km)


@kernel
def bullington_point(
    total_km: float, hts_m: float, hrs_m: float, slope_tx: float, slope_rx: float, wavelength_m: float
) -> tuple[float, float]:
    """Diffraction parameter and distance (km from the transmitter) of the Bullington point (eqs 18 and 19)."""
    point_km = (hrs_m - hts_m + slope_rx * total_km) / (slope_tx + slope_rx)
    rest_km = total_km - point_km
    above_ray_m = hts_m + slope_tx * point_km - (hts_m * rest_km + hrs_m * point_km) / total_km
    return above_ray_m * math.sqrt(0.002 * total_km / (wavelength_m * point_km * rest_km)), point_km


@kernel
def bullington_from_slopes(path: Obstacles, wavelength_m: float) -> tuple[float, float, float]:
    """Bullington loss (dB), its diffraction parameter and the point's distance (km) from ready geometry (eqs 13 to 21).

    The distance is NaN for a line-of-sight path, whose point the caller knows from :func:`max_nu`.
    """
    if path.slope_tx < (path.hrs_m - path.hts_m) / path.total_km:
        nu = path.nu_max
        point_km = np.nan
    else:
        nu, point_km = bullington_point(path.total_km, path.hts_m, path.hrs_m, path.slope_tx, path.slope_rx, wavelength_m)
    return bullington_total_db(knife_edge_scalar(nu), path.total_km), nu, point_km


@kernel
def bullington_profile(
    distance_km: FloatArray,
    heights_m: FloatArray,
    hts_m: float,
    hrs_m: float,
    curvature_per_km: float,
    wavelength_m: float,
) -> tuple[float, float, float]:
    """Bullington loss (dB), dominating diffraction parameter and its distance (km) on a profile (section 4.3.1)."""
    total_km = distance_km[distance_km.size - 1]
    slope_tx, _ = max_slope_from_tx(distance_km, heights_m, hts_m, curvature_per_km)
    if slope_tx < (hrs_m - hts_m) / total_km:
        nu, index = max_nu(distance_km, heights_m, hts_m, hrs_m, curvature_per_km, wavelength_m)
        return bullington_total_db(knife_edge_scalar(nu), total_km), nu, distance_km[index]
    slope_rx, _ = max_slope_from_rx(distance_km, heights_m, hrs_m, curvature_per_km)
    return bullington_from_slopes(Obstacles(total_km, hts_m, hrs_m, slope_tx, slope_rx, 0.0), wavelength_m)


# ------------------------------------------------------------------------------- Bullington over the smooth surface
# With all terrain heights 0 and both antennas above it, every quantity searched for along the profile has a single
# peak between the ends, so that only the profile points on either side of the peak can hold the maximum:
#  - slope from an end at distance x: 500 C (D - x) - h / x, concave, peak at x = sqrt(h / 500 C);
#  - diffraction parameter at t = x / D: its derivative has the sign of
#      q(t) = hte (1 - t) - hre t - A t (2 t - 1)(1 - t),   A = 500 C D^2,
#    a cubic with q(0) > 0 > q(1), positive leading coefficient 2 A: exactly one root lies between 0 and 1. With
#    s = t - 1/2 it reads s^3 - p s + r = 0, whose middle root the trigonometric solution gives.
@kernel
def _smooth_slope(x_km: float, total_km: float, height_m: float, curvature_per_km: float) -> float:
    return (500.0 * curvature_per_km * x_km * (total_km - x_km) - height_m) / x_km


@kernel
def _smooth_nu(x_km: float, total_km: float, hte_m: float, hre_m: float, curvature_per_km: float, wavelength_m: float) -> float:
    product = x_km * (total_km - x_km)
    above_ray_m = 500.0 * curvature_per_km * product - (hte_m * (total_km - x_km) + hre_m * x_km) / total_km
    return above_ray_m * math.sqrt(0.002 * total_km / (wavelength_m * product))


@kernel
def _smooth_nu_peak_km(total_km: float, hte_m: float, hre_m: float, curvature_per_km: float) -> float:
    a = 500.0 * curvature_per_km * total_km * total_km
    third_p = (hte_m + hre_m + 0.5 * a) / (6.0 * a)
    r = (hte_m - hre_m) / (4.0 * a)
    u = 0.5 * r / (third_p * math.sqrt(third_p))
    s = 2.0 * math.sqrt(third_p) * math.cos((math.pi + math.acos(min(1.0, max(-1.0, u)))) / 3.0)
    return total_km * (0.5 + s)


@kernel
def smooth_bullington_equidistant(
    total_km: float, intervals: int, hte_m: float, hre_m: float, curvature_per_km: float, wavelength_m: float
) -> float:
    """Bullington loss (dB) over the smooth surface sampled at `intervals` equal steps, in constant time.

    `hte_m` and `hre_m` are the antenna heights above the smooth surface (eqs 37a, 37b), both above 0. Equal to
    :func:`bullington_profile` with all heights 0 on ``linspace(0, total_km, intervals + 1)``.
    """
    step = total_km / intervals
    top = intervals - 1
    bulge = 500.0 * curvature_per_km
    k = min(max(int(math.sqrt(hte_m / bulge) / step), 1), top)
    slope_tx = max(
        _smooth_slope(step * k, total_km, hte_m, curvature_per_km),
        _smooth_slope(step * min(k + 1, top), total_km, hte_m, curvature_per_km),
    )
    if slope_tx < (hre_m - hte_m) / total_km:
        k = min(max(int(_smooth_nu_peak_km(total_km, hte_m, hre_m, curvature_per_km) / step), 1), top)
        nu = max(
            _smooth_nu(step * k, total_km, hte_m, hre_m, curvature_per_km, wavelength_m),
            _smooth_nu(step * min(k + 1, top), total_km, hte_m, hre_m, curvature_per_km, wavelength_m),
        )
    else:
        k = min(max(int(math.sqrt(hre_m / bulge) / step), 1), top)
        slope_rx = max(
            _smooth_slope(step * k, total_km, hre_m, curvature_per_km),
            _smooth_slope(step * min(k + 1, top), total_km, hre_m, curvature_per_km),
        )
        nu, _ = bullington_point(total_km, hte_m, hre_m, slope_tx, slope_rx, wavelength_m)
    return bullington_total_db(knife_edge_scalar(nu), total_km)


@kernel
def _last_at_or_before(distance_km: FloatArray, x_km: float) -> int:
    """Index of the last intermediate point whose distance is at most `x_km` (the first one if none is)."""
    low = 1
    high = distance_km.size - 2
    while low < high:
        middle = (low + high + 1) // 2
        if distance_km[middle] <= x_km:
            low = middle
        else:
            high = middle - 1
    return low


@kernel
def smooth_bullington_profile(distance_km: FloatArray, hte_m: float, hre_m: float, curvature_per_km: float, wavelength_m: float) -> float:
    """Bullington loss (dB) over the smooth surface at the points of a profile, in logarithmic time.

    Equal to :func:`bullington_profile` with all heights 0; the points need not be equidistant.
    """
    last = distance_km.size - 1
    top = last - 1
    total_km = distance_km[last]
    bulge = 500.0 * curvature_per_km
    k = _last_at_or_before(distance_km, math.sqrt(hte_m / bulge))
    slope_tx = max(
        _smooth_slope(distance_km[k], total_km, hte_m, curvature_per_km),
        _smooth_slope(distance_km[min(k + 1, top)], total_km, hte_m, curvature_per_km),
    )
    if slope_tx < (hre_m - hte_m) / total_km:
        k = _last_at_or_before(distance_km, _smooth_nu_peak_km(total_km, hte_m, hre_m, curvature_per_km))
        nu = max(
            _smooth_nu(distance_km[k], total_km, hte_m, hre_m, curvature_per_km, wavelength_m),
            _smooth_nu(distance_km[min(k + 1, top)], total_km, hte_m, hre_m, curvature_per_km, wavelength_m),
        )
    else:
        k = _last_at_or_before(distance_km, total_km - math.sqrt(hre_m / bulge))
        slope_rx = max(
            _smooth_slope(total_km - distance_km[k], total_km, hre_m, curvature_per_km),
            _smooth_slope(total_km - distance_km[min(k + 1, top)], total_km, hre_m, curvature_per_km),
        )
        nu, _ = bullington_point(total_km, hte_m, hre_m, slope_tx, slope_rx, wavelength_m)
    return bullington_total_db(knife_edge_scalar(nu), total_km)


# ---------------------------------------------------------------------------------------------------- spherical Earth
@kernel
def _height_gain_db(height: float, floor_db: float) -> float:
    """Height-gain term G(Y) for ``height`` = beta Y: eqs 34 and 35 (P.526-15, eqs 18 and 18a)."""
    if height > 2.0:
        gain = 17.6 * math.sqrt(height - 1.1) - 5.0 * math.log10(height - 1.1) - 8.0
    else:
        gain = 20.0 * math.log10(height + 0.1 * height * height * height)
    return max(gain, floor_db)


@kernel
def first_term_loss_scalar(
    total_km: float,
    hte_m: float,
    hre_m: float,
    radius_km: float,
    freq_ghz: float,
    vertical: bool,
    eps_r: float,
    sigma_s_m: float,
) -> float:
    """First term of the residue series for one kind of ground, dB: eqs 29a to 36 (P.526-15, section 3.1.1).

    May be negative for antennas high above the horizon.
    """
    loss_term = 18.0 * sigma_s_m / freq_ghz
    loss_term *= loss_term
    permittivity = eps_r - 1.0
    # 1/4 and 1/3 powers by square and cube roots, which cost a fraction of a general power.
    radius_root = float(np.cbrt(radius_km))
    freq_root = float(np.cbrt(freq_ghz))
    k = 0.036 / (radius_root * freq_root * math.sqrt(math.sqrt(permittivity * permittivity + loss_term)))
    if vertical:
        k *= math.sqrt(eps_r * eps_r + loss_term)
    k2 = k * k
    beta = (1.0 + 1.6 * k2 + 0.67 * k2 * k2) / (1.0 + 4.5 * k2 + 1.53 * k2 * k2)
    x = 21.88 * beta * freq_root / (radius_root * radius_root) * total_km
    if x >= 1.6:
        distance_term_db = 11.0 + 10.0 * math.log10(x) - 17.6 * x
    else:
        distance_term_db = -20.0 * math.log10(x) - 5.6488 * float(x**1.425)
    # Eq. 35 takes beta once more on top of the normalized heights of eq. 32.
    scale = beta * 0.9575 * beta * freq_root * freq_root / radius_root
    floor_db = 2.0 + 20.0 * math.log10(k)
    return -distance_term_db - _height_gain_db(scale * hte_m, floor_db) - _height_gain_db(scale * hre_m, floor_db)


@kernel
def _first_term_mixed(total_km: float, hte_m: float, hre_m: float, radius_km: float, omega: float, radio: Radio) -> float:
    """First-term loss weighted by the share of the path over sea, eq. 28."""
    loss = 0.0
    if omega < 1.0:
        loss = (1.0 - omega) * first_term_loss_scalar(
            total_km, hte_m, hre_m, radius_km, radio.freq_ghz, radio.vertical, radio.eps_r, radio.sigma_s_m
        )
    if omega > 0.0:
        loss += omega * first_term_loss_scalar(
            total_km, hte_m, hre_m, radius_km, radio.freq_ghz, radio.vertical, SEA_PERMITTIVITY, SEA_CONDUCTIVITY_S_M
        )
    return loss


@kernel
def spherical_earth_loss_scalar(total_km: float, hte_m: float, hre_m: float, radius_km: float, omega: float, radio: Radio) -> float:
    """Spherical-Earth diffraction loss at any distance, dB: eqs 22 to 27 (P.526-15, section 3.2, eqs 21 to 25).

    `hte_m` and `hre_m` are the antenna heights above the smooth surface, above 0; `omega` is the share of the path over sea, 0 to 1.
    """
    roots = math.sqrt(hte_m) + math.sqrt(hre_m)
    if total_km >= math.sqrt(0.002 * radius_km) * roots:
        return _first_term_mixed(total_km, hte_m, hre_m, radius_km, omega, radio)
    both_m = hte_m + hre_m
    c = (hte_m - hre_m) / both_m
    m = 250.0 * total_km * total_km / (radius_km * both_m)
    ratio = (m + 1.0) / (3.0 * m)
    angle = math.acos(1.5 * c * math.sqrt(3.0 * m / ((m + 1.0) * (m + 1.0) * (m + 1.0))))
    b = 2.0 * math.sqrt(ratio) * math.cos((math.pi + angle) / 3.0)
    dse1_km = 0.5 * total_km * (1.0 + b)
    dse2_km = total_km - dse1_km
    clearance_m = (
        (hte_m - 500.0 * dse1_km * dse1_km / radius_km) * dse2_km + (hre_m - 500.0 * dse2_km * dse2_km / radius_km) * dse1_km
    ) / total_km
    required_m = 17.456 * math.sqrt(dse1_km * dse2_km * radio.wavelength_m / total_km)
    if clearance_m > required_m:
        return 0.0
    marginal = total_km / roots
    marginal_radius_km = 500.0 * marginal * marginal
    loss = _first_term_mixed(total_km, hte_m, hre_m, marginal_radius_km, omega, radio)
    return (1.0 - clearance_m / required_m) * loss if loss > 0.0 else 0.0


@kernel
def delta_bullington_scalar(bullington_actual_db: float, bullington_smooth_db: float, spherical_db: float) -> float:
    """Complete diffraction loss from its three parts, eq. 39 (P.526-15, section 4.5.2)."""
    return bullington_actual_db + max(spherical_db - bullington_smooth_db, 0.0)


@kernel
def delta_bullington_equidistant_scalar(
    path: Obstacles, intervals: int, hstd_m: float, hsrd_m: float, radius_km: float, omega: float, radio: Radio
) -> float:
    """Delta-Bullington loss (dB) of a profile of equal steps (points - 1) from scalars alone, in constant time.

    `path` is the geometry of the actual profile (with clutter, if any) for this `radius_km`; `hstd_m` and `hsrd_m` are the smooth-surface
    heights for diffraction at both ends (:func:`diffraction_smooth_heights`).
    """
    actual_db, _, _ = bullington_from_slopes(path, radio.wavelength_m)
    hte_m = path.hts_m - hstd_m
    hre_m = path.hrs_m - hsrd_m
    spherical_db = spherical_earth_loss_scalar(path.total_km, hte_m, hre_m, radius_km, omega, radio)
    if spherical_db <= 0.0:
        # The smooth Bullington loss is never negative, so that the spherical Earth can add nothing.
        return actual_db
    smooth_db = smooth_bullington_equidistant(path.total_km, intervals, hte_m, hre_m, 1.0 / radius_km, radio.wavelength_m)
    return delta_bullington_scalar(actual_db, smooth_db, spherical_db)
