"""Sunshine on a plane, by day and month: Duffie and Beckman, Solar Engineering of Thermal Processes, 4th ed. (2013), chapters 1 and 2.

Angles are in degrees, irradiation in kWh/m² a day. All functions take numbers or arrays that broadcast.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from geo_planner.units import FloatArray

SOLAR_CONSTANT_W_M2: Final = 1367.0
DAYS_OF_MONTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MEAN_DAYS: Final = (17, 47, 75, 105, 135, 162, 198, 228, 258, 288, 318, 344)
"""Day of the year whose radiation above the atmosphere is nearest to its month's mean (Klein 1977; table 1.6.1)."""
_CLEARNESS_OF_MONTHS: Final = (0.3, 0.8)
"""Between these the diffuse share of months was fitted; outside them it is taken at their ends."""


def declination_deg(day: ArrayLike) -> FloatArray:
    """Declination of the sun on a day of the year, 1 to 365 (Cooper 1969; eq. 1.6.1a).

    >>> round(float(declination_deg(44)), 1)
    -13.9
    """
    return np.asarray(23.45 * np.sin(np.radians(360.0 * (284.0 + np.asarray(day, dtype=float)) / 365.0)))


def sunset_deg(lat_deg: ArrayLike, day: ArrayLike) -> FloatArray:
    """Hour angle of sunset on level ground, 0 (no sun) to 180 (no night) (eq. 1.6.10)."""
    return _rising_deg(np.asarray(lat_deg, dtype=float), declination_deg(day))


def daylight_h(lat_deg: ArrayLike, day: ArrayLike) -> FloatArray:
    """Hours from sunrise to sunset (eq. 1.6.11)."""
    return np.asarray(sunset_deg(lat_deg, day) / 7.5)


def extraterrestrial_kwh_m2(lat_deg: ArrayLike, day: ArrayLike) -> FloatArray:
    """Irradiation of a level plane above the atmosphere on a day of the year (eq. 1.10.3).

    >>> round(float(extraterrestrial_kwh_m2(43, 105)) * 3.6, 1)  # the book's example 1.10.1, MJ/m²
    33.8
    """
    lat, delta = np.asarray(lat_deg, dtype=float), declination_deg(day)
    eccentricity = 1.0 + 0.033 * np.cos(np.radians(360.0 * np.asarray(day, dtype=float) / 365.0))
    return np.asarray(24.0 / np.pi * SOLAR_CONSTANT_W_M2 / 1000.0 * eccentricity * _height_over_day(lat, delta, sunset_deg(lat, day)))


def diffuse_share_of_month(clearness: ArrayLike, sunset: ArrayLike) -> FloatArray:
    """Diffuse over total irradiation of a month's mean day (Erbs, Klein and Duffie 1982; eq. 2.12.1).

    Parameters
    ----------
    clearness : array_like
        Irradiation over that above the atmosphere; held within 0.3 to 0.8.
    sunset : array_like
        Hour angle of sunset; the low sun of winter, up to 81.4 degrees, has a curve of its own.
    """
    k = np.clip(np.asarray(clearness, dtype=float), *_CLEARNESS_OF_MONTHS)
    low = 1.391 - 3.560 * k + 4.189 * k**2 - 2.137 * k**3
    high = 1.311 - 3.022 * k + 3.427 * k**2 - 1.821 * k**3
    return np.where(np.asarray(sunset) <= 81.4, low, high)


def diffuse_share_of_day(clearness: ArrayLike, sunset: ArrayLike) -> FloatArray:
    """Diffuse over total irradiation of a single day (Erbs, Klein and Duffie 1982; eq. 2.11.1).

    Parameters
    ----------
    clearness : array_like
        0 to 1.
    sunset : array_like
        Hour angle of sunset.
    """
    k = np.asarray(clearness, dtype=float)
    low = np.where(k < 0.715, 1.0 - 0.2727 * k + 2.4495 * k**2 - 11.9514 * k**3 + 9.3879 * k**4, 0.143)
    high = np.where(k < 0.722, 1.0 + 0.2832 * k - 2.5557 * k**2 + 0.8448 * k**3, 0.175)
    return np.minimum(np.where(np.asarray(sunset) <= 81.4, low, high), 1.0)


def beam_ratio(lat_deg: ArrayLike, day: ArrayLike, tilt_deg: ArrayLike) -> FloatArray:
    """Direct irradiation of a plane that faces the equator over that of a level one (Liu and Jordan 1962, Klein 1977; eq. 2.19.3)."""
    lat, tilt, delta = np.asarray(lat_deg, dtype=float), np.asarray(tilt_deg, dtype=float), declination_deg(day)
    level = _rising_deg(lat, delta)
    turned = lat - np.where(lat < 0, -tilt, tilt)
    on_plane = _height_over_day(turned, delta, np.minimum(level, _rising_deg(turned, delta)))
    on_level = _height_over_day(lat, delta, level)
    return np.where(on_level > 0, np.maximum(on_plane, 0.0) / np.where(on_level > 0, on_level, 1.0), 0.0)


def on_plane_kwh_m2(
    level_kwh_m2: ArrayLike, diffuse_share: ArrayLike, beam: ArrayLike, *, tilt_deg: ArrayLike, albedo: float
) -> FloatArray:  # fmt: skip
    """Irradiation of a tilted plane under a sky that is equally bright all over (Liu and Jordan 1962, Klein 1977; eq. 2.19.1).

    Parameters
    ----------
    level_kwh_m2 : array_like
        Of a level plane.
    diffuse_share, beam : array_like
        As :func:`diffuse_share_of_month` or :func:`diffuse_share_of_day`, and :func:`beam_ratio`.
    tilt_deg : array_like
    albedo : float
        Share of the light that the ground throws back.
    """
    level, diffuse = np.asarray(level_kwh_m2, dtype=float), np.asarray(diffuse_share, dtype=float)
    cosine = np.cos(np.radians(np.asarray(tilt_deg, dtype=float)))
    return np.asarray(level * ((1.0 - diffuse) * np.asarray(beam) + diffuse * (1.0 + cosine) / 2.0 + albedo * (1.0 - cosine) / 2.0))


def _rising_deg(lat: FloatArray, delta: FloatArray) -> FloatArray:
    return np.asarray(np.degrees(np.arccos(np.clip(-np.tan(np.radians(lat)) * np.tan(np.radians(delta)), -1.0, 1.0))))


def _height_over_day(lat: FloatArray, delta: FloatArray, until_deg: FloatArray) -> FloatArray:
    """Sine of the sun's height, summed over the hour angles from noon until one, in radians."""
    phi, d, until = np.radians(lat), np.radians(delta), np.radians(until_deg)
    return np.asarray(np.cos(phi) * np.cos(d) * np.sin(until) + until * np.sin(phi) * np.sin(d))
