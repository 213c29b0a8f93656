"""Fading of line-of-sight links, Recommendation ITU-R P.530-18; the multipath of edition 17 beside it, whose inputs are easier to have.

The factors K of the two editions are not the same quantity: one never goes into the formula of the other.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_planner.propagation.limits import not_among, quantity, refuse, unit
from geo_planner.propagation.p838 import coefficients
from geo_planner.units import EARTH_RADIUS_KM
from geo_planner.words import Said, said

Array = NDArray[np.float64]
#: Longest effective share of a path in rain (P.530-18, section 2.4.1); it is reached on very short hops only.
_LONGEST_SHARE: Final = 2.5
#: The year factor never exceeds that of a fading that happens in one month alone: 10 log10 12 (P.530-18, section 2.3.4).
_MOST_YEAR_FACTOR_DB: Final = 10.8


def rain_attenuation_db(
    freq_ghz: ArrayLike, distance_km: ArrayLike, *, rain_001_mm_h: ArrayLike, time_pct: ArrayLike = 0.01, tilt_deg: ArrayLike = 90.0
) -> float | Array:
    """Attenuation by rain exceeded for a share of the year (P.530-18, section 2.4.1, eqs 32 to 38).

    Parameters
    ----------
    freq_ghz : array_like
        1 to 100 GHz. All arguments broadcast against each other.
    distance_km : array_like
        Above 0, up to 60 km.
    rain_001_mm_h : array_like
        Rain rate exceeded for 0.01 % of the year.
    time_pct : array_like
        0.001 to 1 % of the year.
    tilt_deg : array_like
        Tilt of the polarization: 0 horizontal, 90 vertical.

    Raises
    ------
    ModelRangeError
    """
    freq, distance, rain, time = _arrays(freq_ghz, distance_km, rain_001_mm_h, time_pct)
    faults = _outside(freq_ghz=(freq, 1, 100, "GHz"), time_pct=(time, 0.001, 1, "%"))
    if not np.all((distance > 0) & (distance <= 60)):
        faults.append(said("limit.above_up_to", name=quantity("distance_km"), low=0, high=60, unit="km"))
    if not np.all(np.isfinite(rain) & (rain >= 0)):
        faults.append(said("limit.not_negative", name=quantity("rain_001_mm_h")))
    refuse("standard.p530", faults)
    k, alpha = coefficients(freq, tilt_deg=tilt_deg)
    with np.errstate(divide="ignore"):
        shorter = 0.477 * distance**0.633 * rain ** (0.073 * alpha) * freq**0.123 - 10.579 * (1.0 - np.exp(-0.024 * distance))
        # at or below 0 the share would be beyond all bounds
        share = np.where(shorter * _LONGEST_SHARE > 1.0, 1.0 / np.where(shorter > 0, shorter, 1.0), _LONGEST_SHARE)
    at_001 = k * rain**alpha * distance * share
    c0 = np.where(freq >= 10.0, 0.12 + 0.4 * np.log10((np.maximum(freq, 10.0) / 10.0) ** 0.8), 0.12)
    c1 = 0.07**c0 * 0.12 ** (1.0 - c0)
    c2 = 0.855 * c0 + 0.546 * (1.0 - c0)
    c3 = 0.139 * c0 + 0.043 * (1.0 - c0)
    return _plain(at_001 * c1 * time ** -(c2 + c3 * np.log10(time)))


def fade_probability_pct(
    freq_ghz: ArrayLike, distance_km: ArrayLike, *, geoclimatic_k: ArrayLike, dn75: ArrayLike, tx_height_m: ArrayLike, rx_height_m: ArrayLike,
    terrain_height_m: ArrayLike, fade_db: ArrayLike, method: Literal["any", "deep"] = "any",
) -> float | Array:  # fmt: skip
    """Share of the worst month, in per cent, in which multipath takes more than a fade depth (P.530-18, sections 2.3.1 and 2.3.2).

    Parameters
    ----------
    freq_ghz : array_like
        From 15 / distance (section 2.3.1) to 45 GHz. All array arguments broadcast against each other.
    distance_km : array_like
        Above 0, up to 185 km.
    geoclimatic_k : array_like
        K of the place, of edition 18.
    dn75 : array_like
        Anomalous gradient of refractivity in the lowest 65 m, N-units.
    tx_height_m, rx_height_m, terrain_height_m : array_like
        Heights of the antennas, and mean of the terrain on the path, above sea level.
    fade_db : array_like
        0 or more.
    method : {"any", "deep"}
        Any depth (section 2.3.2), or the straight line of deep fades alone (section 2.3.1).

    Raises
    ------
    ModelRangeError
    """
    freq, distance, k, dn, tx, rx, ground, fade = _arrays(
        freq_ghz, distance_km, geoclimatic_k, dn75, tx_height_m, rx_height_m, terrain_height_m, fade_db
    )
    faults = _multipath_faults(freq, distance, fade, heights=(tx, rx, ground), factors={"geoclimatic_k": k, "dn75": dn})
    if method not in ("any", "deep"):
        faults.append(not_among("method", ("any", "deep"), method))
    refuse("standard.p530", faults)
    inclination = np.abs(rx - tx) / distance
    lower = np.minimum(tx, rx)
    clearance = (tx + rx) / 2.0 - distance**2 / 102.0 - ground
    most = dn * distance**1.5 * np.sqrt(freq) / 24730.0
    with np.errstate(over="ignore"):
        rough = np.minimum((dn / 50.0) ** 1.8 * np.exp(-clearance / (2.5 * np.sqrt(distance))), most)
    exponent = -0.376 * np.tanh((clearance - 147.0) / 125.0) - 0.334 * inclination**0.39 - 0.00027 * lower + 17.85 * rough
    occurrence = k * distance**3.51 * (freq**2 + 13.0) ** 0.447 * 10.0**exponent
    deep = occurrence * 10.0 ** (-fade / 10.0)
    return _plain(np.minimum(deep, 100.0) if method == "deep" else _any_depth(occurrence, fade, deep))


def _any_depth(occurrence: Array, fade: Array, deep: Array) -> Array:
    """From deep fades down to none (section 2.3.2, eqs 18 to 23)."""
    change = 25.0 + 1.2 * np.log10(occurrence)
    at_change = np.minimum(occurrence * 10.0 ** (-change / 10.0), 99.999999)
    with np.errstate(divide="ignore", invalid="ignore"):
        qa_change = -20.0 * np.log10(-np.log((100.0 - at_change) / 100.0)) / change
    qt = (qa_change - 2.0) / ((1.0 + 0.3 * 10.0 ** (-change / 20.0)) * 10.0 ** (-0.016 * change)) - 4.3 * (
        10.0 ** (-change / 20.0) + change / 800.0
    )
    qa = 2.0 + (1.0 + 0.3 * 10.0 ** (-fade / 20.0)) * 10.0 ** (-0.016 * fade) * (qt + 4.3 * (10.0 ** (-fade / 20.0) + fade / 800.0))
    return np.where(fade >= change, deep, 100.0 * (1.0 - np.exp(-(10.0 ** (-qa * fade / 20.0)))))


def fade_probability_17_pct(
    freq_ghz: ArrayLike, distance_km: ArrayLike, *, dn1: ArrayLike, terrain_roughness_m: ArrayLike, tx_height_m: ArrayLike, rx_height_m: ArrayLike,
    fade_db: ArrayLike,
) -> float | Array:  # fmt: skip
    """Share of the worst month, in per cent, of deep fades by the detailed method of edition 17 (P.530-17, section 2.3.1, eqs 8 and 10).

    Parameters
    ----------
    freq_ghz, distance_km, tx_height_m, rx_height_m, fade_db : array_like
        As for :func:`fade_probability_pct`.
    dn1 : array_like
        Gradient of refractivity in the lowest 65 m not exceeded for 1 % of the year, N-units/km.
    terrain_roughness_m : array_like
        Standard deviation of the heights within 110 km by 110 km.

    Raises
    ------
    ModelRangeError
    """
    freq, distance, dn, rough, tx, rx, fade = _arrays(freq_ghz, distance_km, dn1, terrain_roughness_m, tx_height_m, rx_height_m, fade_db)
    faults = _multipath_faults(freq, distance, fade, heights=(tx, rx), factors={})
    if not np.all(np.isfinite(rough) & (rough >= 0)):
        faults.append(said("limit.not_negative", name=quantity("terrain_roughness_m")))
    if not np.all((dn >= -1000) & (dn <= 1000)):
        faults.append(said("limit.between", name=quantity("dn1"), low=-1000, high=1000, unit=unit("N-units/km")))
    refuse("standard.p530", faults)
    k = 10.0 ** (-4.4 - 0.0027 * dn) * (10.0 + rough) ** -0.46
    inclination, lower = np.abs(rx - tx) / distance, np.minimum(tx, rx)
    exponent = -0.00076 * lower - fade / 10.0
    return _plain(np.minimum(k * distance**3.4 * (1.0 + inclination) ** -1.03 * freq**0.8 * 10.0**exponent, 100.0))


def worst_month_to_year_db(distance_km: ArrayLike, *, lat_deg: ArrayLike, inclination_mrad: ArrayLike) -> float | Array:
    """How many decibels the year's deep fading lies below the worst month's (P.530-18, section 2.3.4, eq. 27): at most 10.8.

    Parameters
    ----------
    distance_km : array_like
        Above 0.
    lat_deg : array_like
        -90 to 90.
    inclination_mrad : array_like
        Magnitude of the path's inclination.

    Raises
    ------
    ModelRangeError
    """
    distance, lat, inclination = _arrays(distance_km, lat_deg, inclination_mrad)
    faults = _outside(lat_deg=(lat, -90, 90, unit("degrees")))
    if not np.all(np.isfinite(distance) & (distance > 0)):
        faults.append(said("limit.positive_unit", name=quantity("distance_km"), unit="km"))
    if not np.all(np.isfinite(inclination) & (inclination >= 0)):
        faults.append(said("limit.not_negative", name=quantity("inclination_mrad")))
    refuse("standard.p530", faults)
    side = np.where(np.abs(lat) <= 45.0, 1.0, -1.0)
    season = 1.1 + side * np.abs(np.cos(2.0 * np.radians(lat))) ** 0.7
    factor = 10.5 - 5.6 * np.log10(season) - 2.7 * np.log10(distance) + 1.7 * np.log10(1.0 + inclination)
    return _plain(np.minimum(factor, _MOST_YEAR_FACTOR_DB))


def fresnel_radius_m(freq_ghz: ArrayLike, d1_km: ArrayLike, d2_km: ArrayLike) -> float | Array:
    """Radius of the first Fresnel zone at a point of a path (P.530-18, section 2.2.1, eq. 3)."""
    freq, near, far = _arrays(freq_ghz, d1_km, d2_km)
    if not (np.all(np.isfinite(freq) & (freq > 0)) and np.all((near >= 0) & (far >= 0) & (near + far > 0))):
        refuse("standard.p530", [said("limit.all_positive", name=quantity("freq_ghz"))])
    return _plain(17.3 * np.sqrt(near * far / (freq * (near + far))))


def bulge_m(d1_km: ArrayLike, d2_km: ArrayLike, k: ArrayLike) -> float | Array:
    """How far the earth rises above the chord at a point of a path, for an effective radius of k times its own."""
    near, far, factor = _arrays(d1_km, d2_km, k)
    if not np.all(np.isfinite(factor) & (factor > 0)):
        refuse("standard.p530", [said("limit.all_positive", name=quantity("effective_earth_factor"))])
    return _plain(1000.0 * near * far / (2.0 * factor * EARTH_RADIUS_KM))


def _arrays(*values: ArrayLike) -> tuple[Array, ...]:
    return tuple(np.asarray(value, dtype=np.float64) for value in values)


def _plain(values: Array) -> float | Array:
    return float(values) if np.ndim(values) == 0 else np.asarray(values)


def _outside(**ranges: tuple[Array, float, float, str | Said]) -> list[Said]:
    return [
        said("limit.between", name=quantity(name), low=low, high=high, unit=symbol)
        for name, (values, low, high, symbol) in ranges.items()
        if not np.all((values >= low) & (values <= high))
    ]


def _multipath_faults(freq: Array, distance: Array, fade: Array, *, heights: tuple[Array, ...], factors: dict[str, Array]) -> list[Said]:
    faults = []
    if not np.all((distance > 0) & (distance <= 185)):
        faults.append(said("limit.above_up_to", name=quantity("distance_km"), low=0, high=185, unit="km"))
    elif not np.all((freq >= 15.0 / distance) & (freq <= 45.0)):
        faults.append(said("limit.multipath_freq"))
    if not np.all(np.isfinite(fade) & (fade >= 0)):
        faults.append(said("limit.not_negative", name=quantity("fade_db")))
    faults += [
        said("limit.all_positive", name=quantity(name))
        for name, values in factors.items()
        if not np.all(np.isfinite(values) & (values > 0))
    ]
    if not all(np.all(np.isfinite(values)) for values in heights):
        faults.append(said("limit.height_no_number"))
    return faults
