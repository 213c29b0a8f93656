"""Free-space basic transmission loss, Recommendation ITU-R P.525-4.

The loss is calculated from the ratio of distance to wavelength, ``20 log10(4 pi d / lambda)`` (P.525-4, section 2.2,
eq. 3), with the exact speed of light: at 1 km and 1 MHz that is 32.448 dB, which the Recommendation's practical form
(eq. 4) rounds to 32.4 dB. Recommendation P.1812 prescribes the rounded figure for itself; see :mod:`.p1812`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_planner.propagation.limits import quantity, refuse
from geo_planner.words import said

#: Speed of light in vacuum in metres times gigahertz: wavelength in metres = this / frequency in GHz.
LIGHT_SPEED_M_GHZ: Final[float] = 0.299792458


def free_space_loss_db(distance_km: ArrayLike, freq_mhz: ArrayLike) -> float | NDArray[np.float64]:
    """Free-space basic transmission loss between isotropic antennas (P.525-4, section 2.2, eq. 3).

    Parameters
    ----------
    distance_km : array_like
        Straight-line distance in km, above 0. Broadcast against `freq_mhz`.
    freq_mhz : array_like
        Frequency in MHz, above 0.

    Returns
    -------
    float or ndarray
        Loss in dB; a float where both arguments are scalars, else an array of the broadcast shape. Nearer than a
        twelfth of the wavelength the far-field formula falls below 0 dB; the value is returned as it is.

    Raises
    ------
    ModelRangeError
        A distance or a frequency is not a finite number above 0.
    """
    distance = np.asarray(distance_km, dtype=np.float64)
    freq = np.asarray(freq_mhz, dtype=np.float64)
    faults = [
        said("limit.positive_unit", name=quantity(name), unit=unit)
        for name, unit, values in (("distance_km", "km", distance), ("freq_mhz", "MHz", freq))
        if not np.all(np.isfinite(values) & (values > 0.0))
    ]
    refuse("standard.p525", faults)
    wavelength_m = LIGHT_SPEED_M_GHZ * 1e3 / freq
    loss = 20.0 * np.log10(4e3 * np.pi * distance / wavelength_m)
    return float(loss) if np.ndim(loss) == 0 else np.asarray(loss, dtype=np.float64)
