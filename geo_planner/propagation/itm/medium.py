"""What surrounds an Irregular Terrain Model path: ground, climate, refractivity, free space, and quantiles over time, location and situation."""

from __future__ import annotations

import cmath
import math

import numpy as np

from geo_planner.propagation.compiled import compiled, part
from geo_planner.propagation.elementary import exp, log10
from geo_planner.propagation.itm.attenuation import roughness
from geo_planner.propagation.itm.types import WARN_EXTREME_QUANTILE, Climate, Curve, Geometry, Quantiles, Radio

_EARTH_CURVATURE_PER_M = 157e-9  # Alg. 1.2
_MHZ_PER_WAVE_NUMBER = 47.7  # wave number in 1/m = MHz / 47.7, Alg. 1.1

# Alg. sect. 5 (the fits to TN101 fig. 10.13), one row per climate. Columns: median level (c1, c2, x1, x2, x3), spread
# below the median (same five), spread above it (same five), C_D, z_D, frequency factor below (3), above (3).
# fmt: off
_CLIMATES = np.array([
    [-9.67, 12.7, 144.9e3, 190.3e3, 133.8e3, 2.13, 159.5, 762.2e3, 123.6e3, 94.5e3,
     2.11, 102.3, 636.9e3, 134.8e3, 95.6e3, 1.224, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    [-0.62, 9.19, 228.9e3, 205.2e3, 143.6e3, 2.66, 7.67, 100.4e3, 172.5e3, 136.4e3,
     6.87, 15.53, 138.7e3, 143.7e3, 98.6e3, 0.801, 2.161, 1.0, 0.0, 0.0, 0.93, 0.31, 2.00],
    [1.26, 15.5, 262.6e3, 185.2e3, 99.8e3, 6.11, 6.65, 138.2e3, 242.2e3, 178.6e3,
     10.08, 9.60, 165.3e3, 225.7e3, 129.7e3, 1.380, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    [-9.21, 9.05, 84.1e3, 101.1e3, 98.6e3, 1.98, 13.11, 139.1e3, 132.7e3, 193.5e3,
     3.68, 159.3, 464.4e3, 93.1e3, 94.2e3, 1.000, 20.0, 1.0, 0.0, 0.0, 0.93, 0.19, 1.79],
    [-0.62, 9.19, 228.9e3, 205.2e3, 143.6e3, 2.68, 7.16, 93.7e3, 186.8e3, 133.5e3,
     4.75, 8.12, 93.2e3, 135.9e3, 113.4e3, 1.224, 1.282, 0.92, 0.25, 1.77, 0.93, 0.31, 2.00],
    [-0.39, 2.86, 141.7e3, 315.9e3, 167.4e3, 6.86, 10.38, 187.8e3, 169.6e3, 108.9e3,
     8.58, 13.97, 216.0e3, 152.0e3, 122.7e3, 1.518, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    [3.15, 857.9, 2222.0e3, 164.8e3, 116.3e3, 8.51, 169.8, 609.8e3, 119.9e3, 106.6e3,
     8.43, 8.19, 136.2e3, 188.5e3, 122.9e3, 1.518, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
])
# fmt: on


@compiled
def prepare_radio(freq_mhz: float, vertical: bool, eps_r: float, sigma_s_m: float) -> Radio:
    """Frequency and ground constants (Alg. 1.1, 1.4, 1.5)."""
    permittivity = complex(eps_r, 18000.0 * sigma_s_m / freq_mhz)
    impedance = cmath.sqrt(permittivity - 1.0)
    if vertical:
        impedance = impedance / permittivity
    wave_number = freq_mhz / _MHZ_PER_WAVE_NUMBER
    freq_cbrt = np.cbrt(freq_mhz)
    vogler_k = 0.017778 / (freq_cbrt * abs(impedance))
    extra_m = np.cbrt(575.7e12 / wave_number)
    return Radio(
        freq_mhz,
        math.log(freq_mhz),
        32.45 + 20.0 * math.log10(freq_mhz),
        wave_number,
        freq_cbrt,
        impedance.real,
        impedance.imag,
        abs(impedance),
        vogler_k,
        math.log(vogler_k),
        extra_m,
    )


@compiled
def prepare_climate(climate_code: int, freq_mhz: float) -> Climate:
    """Variability constants of NTIA climate 1 to 7 at one frequency (Alg. sect. 5)."""
    row = _CLIMATES[climate_code - 1]
    log_ratio = math.log(0.133 * freq_mhz / _MHZ_PER_WAVE_NUMBER)
    below_factor = row[17] + row[18] / ((row[19] * log_ratio) ** 2 + 1.0)
    above_factor = row[20] + row[21] / ((row[22] * log_ratio) ** 2 + 1.0)
    return Climate(
        Curve(row[0], row[1], row[2], row[3], row[4]),
        Curve(row[5], row[6], row[7], row[8], row[9]),
        Curve(row[10], row[11], row[12], row[13], row[14]),
        below_factor,
        above_factor,
        row[15],
        row[16],
    )


@part
def refractivity(n0: float, elevation_m: float) -> tuple[float, float]:
    """Surface refractivity and curvature of the effective earth in 1/m (Alg. 1.2, 1.3).

    `elevation_m` is the general elevation of the path above the sea, in point-to-point mode :func:`mean_elevation`.
    """
    ns = n0 * exp(-elevation_m / 9460.0)
    return ns, _EARTH_CURVATURE_PER_M * (1.0 - 0.04665 * exp(ns / 179.3))


@compiled
def normal_deviate(fraction: float) -> float:
    """Standard normal deviate exceeded with probability `fraction` (ITM sect. 51; Abramowitz and Stegun 26.2.23).

    The rational approximation is part of the published model: an exact quantile would miss its cases by up to 0.01 dB.
    It leaves 2.4e-7 at one half.
    """
    t = math.sqrt(-2.0 * math.log(min(fraction, 1.0 - fraction)))
    deviate = t - ((0.010328 * t + 0.802853) * t + 2.515516) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return -deviate if fraction > 0.5 else deviate


@part
def free_space_loss(distance_m: float, radio: Radio) -> float:
    """Free-space basic transmission loss in dB."""
    return radio.free_space_db + 20.0 * log10(distance_m / 1000.0)


@part
def _curve(curve: Curve, distance_m: float) -> float:
    """Value in dB of a fitted curve at an effective distance (Alg. 5.5 to 5.7)."""
    offset = (distance_m - curve.x2_m) / curve.x3_m
    ratio = distance_m / curve.x1_m
    ratio *= ratio
    return (curve.c1_db + curve.c2_db / (1.0 + offset * offset)) * ratio / (1.0 + ratio)


@part
def variability_scalar(
    attenuation_db: float, geometry: Geometry, radio: Radio, climate: Climate, quantiles: Quantiles
) -> tuple[float, int]:
    """Attenuation not exceeded at the wanted quantiles (Alg. sect. 5).

    Parameters
    ----------
    attenuation_db : float
        Reference attenuation from :func:`longley_rice_scalar`.
    geometry : Geometry
        The same as there; angles and horizons are not read.
    radio, climate : Radio, Climate
        From :func:`prepare_radio` and :func:`prepare_climate` at one frequency.
    quantiles : Quantiles
        Three deviates of exactly zero take a short way; ``normal_deviate(0.5)`` differs from it by less than 1e-5 dB.

    Returns
    -------
    attenuation_db : float
        Loss above free space; may be slightly negative (Alg. 5.2).
    flags : int
        ``WARN_EXTREME_QUANTILE`` or 0.
    """
    distance_m = geometry.distance_m
    z_time, z_location, z_situation, mdvar = quantiles
    # Distance beyond which a path behaves as one over the horizon, over a 9000 km earth (Alg. 5.3, 5.4).
    horizon_m = math.sqrt(18e6 * geometry.tx_effective_m) + math.sqrt(18e6 * geometry.rx_effective_m) + radio.horizon_extra_m
    effective_m = 130e3 * distance_m / horizon_m if distance_m < horizon_m else 130e3 + distance_m - horizon_m
    result_db = attenuation_db - _curve(climate.median, effective_m)
    flags = 0
    if z_time != 0.0 or z_location != 0.0 or z_situation != 0.0:
        kind = mdvar % 10
        if kind == 0:
            z_time = z_situation
        if kind <= 1:
            z_location = z_situation
        elif kind == 2:
            z_location = z_time
        if max(abs(z_time), abs(z_location), abs(z_situation)) > 3.10:
            flags = WARN_EXTREME_QUANTILE

        if z_time < 0.0:
            sigma_time_db = _curve(climate.below, effective_m) * climate.below_factor
        else:
            sigma_time_db = _curve(climate.above, effective_m) * climate.above_factor
            if z_time > climate.tail_deviate:
                tail_db = sigma_time_db * climate.tail_ratio
                sigma_time_db = tail_db + (sigma_time_db - tail_db) * climate.tail_deviate / z_time
        sigma_location_db = 0.0
        if (mdvar // 10) % 2 == 0:
            waves = roughness(distance_m, geometry.delta_h_m) * radio.wave_number_per_m
            sigma_location_db = 10.0 * waves / (waves + 13.0)
        sigma_situation_db = 0.0
        if mdvar < 20:
            sigma_situation_db = 5.0 + 3.0 * exp(-effective_m / 100e3)

        time_db = sigma_time_db * z_time
        location_db = sigma_location_db * z_location
        time_var = sigma_time_db * sigma_time_db
        location_var = sigma_location_db * sigma_location_db
        situation_var = (
            sigma_situation_db * sigma_situation_db
            + time_db * time_db / (7.8 + z_situation * z_situation)
            + location_db * location_db / (24.0 + z_situation * z_situation)
        )
        if kind == 0:
            reliability_db = 0.0
            situation_var += time_var + location_var
        elif kind == 1:
            reliability_db = time_db
            situation_var += location_var
        elif kind == 2:
            reliability_db = math.sqrt(time_var + location_var) * z_time
        else:
            reliability_db = time_db + location_db
        result_db -= reliability_db + math.sqrt(situation_var) * z_situation
    if result_db < 0.0:
        result_db = result_db * (29.0 - result_db) / (29.0 - 10.0 * result_db)
    return result_db, flags
