"""Building entry loss, Recommendation ITU-R P.2109-2."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from geo_planner.propagation.limits import not_among, quantity, refuse, unit
from geo_planner.words import said

Building = Literal["traditional", "thermally_efficient"]


class _Coefficients(NamedTuple):
    """Model coefficients r to z (Table 1)."""

    r: float
    s: float
    t: float
    u: float
    v: float
    w: float
    x: float
    y: float
    z: float


_COEFFICIENTS: Final[dict[str, _Coefficients]] = {
    "traditional": _Coefficients(12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0),
    "thermally_efficient": _Coefficients(28.19, -3.00, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1),
}
#: Floor of the loss in dB as a power (eq. 1), and loss per degree of elevation (eq. 9).
_FLOOR_DB: Final = -3.0
_ELEVATION_DB_PER_DEG: Final = 0.212


def building_entry_loss_db(
    freq_mhz: ArrayLike,
    probability_pct: ArrayLike = 50.0,
    *,
    building: Building = "traditional",
    elevation_deg: ArrayLike = 0.0,
) -> float | NDArray[np.float64]:
    """Building entry loss not exceeded with a probability (P.2109-2, Annex 1, section 3, eqs 1 to 9).

    Parameters
    ----------
    freq_mhz : array_like
        Frequency, 80 to 100 000 MHz. All array arguments broadcast against each other.
    probability_pct : array_like
        Probability that the loss is not exceeded, above 0 and below 100 %.
    building : {"traditional", "thermally_efficient"}
        Kind of building: the second has metallized glass or foil-backed panels.
    elevation_deg : array_like
        Elevation of the path at the facade, -90 to 90 degrees.

    Returns
    -------
    float or ndarray
        Loss in dB, for a random place inside and an omnidirectional antenna; a float for scalars.

    Raises
    ------
    ModelRangeError
        Anything outside the ranges above, all of it in one message.
    """
    freq = np.asarray(freq_mhz, dtype=np.float64)
    probability = np.asarray(probability_pct, dtype=np.float64)
    elevation = np.asarray(elevation_deg, dtype=np.float64)
    faults = []
    if not np.all((freq >= 80.0) & (freq <= 100e3)):
        faults.append(said("limit.between", name=quantity("freq_mhz"), low=80, high=100_000, unit="MHz"))
    if not np.all((probability > 0.0) & (probability < 100.0)):
        faults.append(said("limit.within", name=quantity("probability_pct"), low=0, high=100, unit="%"))
    if not np.all(np.abs(elevation) <= 90.0):
        faults.append(said("limit.between", name=quantity("elevation_deg"), low=-90, high=90, unit=unit("degrees")))
    if building not in _COEFFICIENTS:
        faults.append(not_among("building", get_args(Building), building))
    refuse("standard.p2109", faults)
    c = _COEFFICIENTS[building]
    log_freq = np.log10(freq * 1e-3)
    quantile = ndtri(0.01 * probability)
    mean_1 = c.r + c.s * log_freq + c.t * log_freq**2 + _ELEVATION_DB_PER_DEG * np.abs(elevation)
    mean_2 = c.w + c.x * log_freq
    term_1 = quantile * (c.u + c.v * log_freq) + mean_1
    term_2 = quantile * (c.y + c.z * log_freq) + mean_2
    loss = 10.0 * np.log10(10.0 ** (0.1 * term_1) + 10.0 ** (0.1 * term_2) + 10.0 ** (0.1 * _FLOOR_DB))
    return float(loss) if np.ndim(loss) == 0 else np.asarray(loss, dtype=np.float64)
