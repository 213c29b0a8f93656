"""Quantiles of the Irregular Terrain Model over time, location and situation. Scalars only; allocates nothing."""

from __future__ import annotations

import math

from geo_planner.propagation.compiled import compiled
from geo_planner.propagation.itm.attenuation import roughness
from geo_planner.propagation.itm.types import WARN_EXTREME_QUANTILE, Climate, Curve, Geometry, Quantiles, Radio


@compiled
def _curve(curve: Curve, distance_m: float) -> float:
    """Value in dB of a fitted curve at an effective distance (Alg. 5.5 to 5.7)."""
    offset = (distance_m - curve.x2_m) / curve.x3_m
    ratio = distance_m / curve.x1_m
    ratio *= ratio
    return (curve.c1_db + curve.c2_db / (1.0 + offset * offset)) * ratio / (1.0 + ratio)


@compiled
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
            sigma_situation_db = 5.0 + 3.0 * math.exp(-effective_m / 100e3)

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
