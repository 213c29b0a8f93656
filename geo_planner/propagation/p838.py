"""Specific attenuation by rain, Recommendation ITU-R P.838-3."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_planner.propagation.limits import quantity, refuse, unit
from geo_planner.words import said


class _Curve(NamedTuple):
    """A sum of bells over the logarithm of the frequency, and a line (eqs 2 and 3)."""

    height: tuple[float, ...]
    centre: tuple[float, ...]
    width: tuple[float, ...]
    slope: float
    offset: float

    def at(self, log_freq: NDArray[np.float64]) -> NDArray[np.float64]:
        bells = (a * np.exp(-(((log_freq - b) / c) ** 2)) for a, b, c in zip(self.height, self.centre, self.width, strict=True))
        return np.asarray(sum(bells) + self.slope * log_freq + self.offset, dtype=np.float64)


#: Tables 1 and 2: logarithm of k for horizontal and vertical polarization.
_K_H: Final = _Curve(
    (-5.33980, -0.35351, -0.23789, -0.94158), (-0.10008, 1.26970, 0.86036, 0.64552), (1.13098, 0.45400, 0.15354, 0.16817), -0.18961, 0.71147
)
_K_V: Final = _Curve(
    (-3.80595, -3.44965, -0.39902, 0.50167), (0.56934, -0.22911, 0.73042, 1.07319), (0.81061, 0.51059, 0.11899, 0.27195), -0.16398, 0.63297
)
#: Tables 3 and 4: alpha.
_ALPHA_H: Final = _Curve(
    (-0.14318, 0.29591, 0.32177, -5.37610, 16.1721), (1.82442, 0.77564, 0.63773, -0.96230, -3.29980),
    (-0.55187, 0.19822, 0.13164, 1.47828, 3.43990), 0.67849, -1.95537,
)  # fmt: skip
_ALPHA_V: Final = _Curve(
    (-0.07771, 0.56727, -0.20238, -48.2991, 48.5833), (2.33840, 0.95545, 1.14520, 0.791669, 0.791459),
    (-0.76284, 0.54039, 0.26809, 0.116226, 0.116479), -0.053739, 0.83433,
)  # fmt: skip


def coefficients(
    freq_ghz: ArrayLike, *, tilt_deg: ArrayLike = 90.0, elevation_deg: ArrayLike = 0.0
) -> tuple[float | NDArray[np.float64], float | NDArray[np.float64]]:
    """k and alpha of the power law of the rain rate (P.838-3, eqs 2 to 5).

    Parameters
    ----------
    freq_ghz : array_like
        1 to 1000 GHz. All arguments broadcast against each other.
    tilt_deg : array_like
        Tilt of the polarization: 0 horizontal, 90 vertical, 45 circular.
    elevation_deg : array_like
        Elevation of the path, -90 to 90 degrees.

    Returns
    -------
    k, alpha : float or ndarray

    Raises
    ------
    ModelRangeError
    """
    freq, tilt, elevation = (np.asarray(values, dtype=np.float64) for values in (freq_ghz, tilt_deg, elevation_deg))
    faults = []
    if not np.all((freq >= 1.0) & (freq <= 1000.0)):
        faults.append(said("limit.between", name=quantity("freq_ghz"), low=1, high=1000, unit="GHz"))
    if not np.all(np.isfinite(tilt)):
        faults.append(said("limit.between", name=quantity("tilt_deg"), low=-180, high=180, unit=unit("degrees")))
    if not np.all(np.abs(elevation) <= 90.0):
        faults.append(said("limit.between", name=quantity("elevation_deg"), low=-90, high=90, unit=unit("degrees")))
    refuse("standard.p838", faults)
    log_freq = np.log10(freq)
    k_h, k_v = 10.0 ** _K_H.at(log_freq), 10.0 ** _K_V.at(log_freq)
    alpha_h, alpha_v = _ALPHA_H.at(log_freq), _ALPHA_V.at(log_freq)
    turn = np.cos(np.radians(elevation)) ** 2 * np.cos(2.0 * np.radians(tilt))
    k = (k_h + k_v + (k_h - k_v) * turn) / 2.0
    alpha = (k_h * alpha_h + k_v * alpha_v + (k_h * alpha_h - k_v * alpha_v) * turn) / (2.0 * k)
    return (float(k), float(alpha)) if np.ndim(k) == 0 else (np.asarray(k), np.asarray(alpha))


def specific_attenuation_db_per_km(
    freq_ghz: ArrayLike, rain_mm_h: ArrayLike, *, tilt_deg: ArrayLike = 90.0, elevation_deg: ArrayLike = 0.0
) -> float | NDArray[np.float64]:
    """Attenuation by rain on a kilometre of path, dB/km (P.838-3, eq. 1).

    Parameters
    ----------
    freq_ghz, tilt_deg, elevation_deg : array_like
        As for :func:`coefficients`.
    rain_mm_h : array_like
        Rain rate, 0 or more.

    Raises
    ------
    ModelRangeError
    """
    rain = np.asarray(rain_mm_h, dtype=np.float64)
    refuse("standard.p838", [] if np.all(np.isfinite(rain) & (rain >= 0)) else [said("limit.not_negative", name=quantity("rain_mm_h"))])
    k, alpha = coefficients(freq_ghz, tilt_deg=tilt_deg, elevation_deg=elevation_deg)
    loss = k * rain**alpha
    return float(loss) if np.ndim(loss) == 0 else np.asarray(loss)
