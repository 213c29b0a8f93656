"""Clutter loss at a terminal, Recommendation ITU-R P.2108-1.

The height-gain correction for a terminal below the clutter around it (section 3.1, 30 MHz to 3 GHz). It does not belong on top of a
path-loss model that already carries the clutter of the same terminal.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_planner.propagation.limits import not_among, quantity, refuse
from geo_planner.propagation.p526 import knife_edge_loss_db
from geo_planner.words import Said, said

Clutter = Literal["water", "open", "suburban", "urban_or_forest", "dense_urban"]

#: Default representative clutter heights in m (Table 3).
REPRESENTATIVE_HEIGHT_M: Final[dict[Clutter, float]] = {
    "water": 10.0,
    "open": 10.0,
    "suburban": 10.0,
    "urban_or_forest": 15.0,
    "dense_urban": 20.0,
}
#: Loss of an edge at grazing incidence as the Recommendation rounds it, dB: subtracted so that the correction starts at 0.
_GRAZING_DB: Final = 6.03


def _outside(name: str, values: NDArray[np.float64], low: float, high: float, unit: str, *, open_ends: bool) -> list[Said]:
    inside = (values > low) & (values < high) if open_ends else (values >= low) & (values <= high)
    if np.all(inside):
        return []
    if high != np.inf:
        return [said("limit.between", name=quantity(name), low=low, high=high, unit=unit)]
    return [said("limit.above" if open_ends else "limit.at_least", name=quantity(name), low=low, unit=unit)]


def _result(values: NDArray[np.float64]) -> float | NDArray[np.float64]:
    return float(values) if np.ndim(values) == 0 else np.asarray(values, dtype=np.float64)


def height_gain_loss_db(
    freq_mhz: ArrayLike,
    antenna_height_m: ArrayLike,
    clutter: Clutter,
    *,
    representative_height_m: float | None = None,
    street_width_m: float = 27.0,
) -> float | NDArray[np.float64]:
    """Extra loss of a terminal below the representative clutter height (P.2108-1, section 3.1, eqs 1 to 2g).

    To be added to a basic transmission loss that was calculated to the representative height, not to the antenna.

    Parameters
    ----------
    freq_mhz : array_like
        Frequency, 30 to 3000 MHz. Broadcast against `antenna_height_m`.
    antenna_height_m : array_like
        Antenna height above ground, m, above 0.
    clutter : {"water", "open", "suburban", "urban_or_forest", "dense_urban"}
        Kind of clutter (Table 3): the first two shade by their surface, the others by an edge.
    representative_height_m : float, optional
        Representative clutter height, m; the default of Table 3 if left out.
    street_width_m : float
        Width of the street or gap in front of the clutter, m.

    Returns
    -------
    float or ndarray
        Loss in dB; 0 for an antenna at or above the representative height.

    Raises
    ------
    ModelRangeError
        Anything outside the ranges above, all of it in one message.
    """
    freq = np.asarray(freq_mhz, dtype=np.float64)
    antenna = np.asarray(antenna_height_m, dtype=np.float64)
    faults = _outside("freq_mhz", freq, 30.0, 3000.0, "MHz", open_ends=False)
    faults += _outside("antenna_height_m", antenna, 0.0, np.inf, "m", open_ends=True)
    faults += _outside("street_width_m", np.asarray(street_width_m), 0.0, np.inf, "m", open_ends=True)
    if clutter not in get_args(Clutter):
        faults.append(not_among("clutter", get_args(Clutter), clutter))
    elif representative_height_m is None:
        representative_height_m = REPRESENTATIVE_HEIGHT_M[clutter]
    if representative_height_m is None:
        representative_height_m = np.nan  # of a clutter that is not known
    else:
        faults += _outside("representative_height_m", np.asarray(representative_height_m), 0.0, np.inf, "m", open_ends=True)
    refuse("standard.p2108_height_gain", faults)
    freq_ghz = freq * 1e-3
    below_m = np.maximum(representative_height_m - antenna, 0.0)
    if clutter in ("water", "open"):
        slope_db = 21.8 + 6.2 * np.log10(freq_ghz)
        loss = -slope_db * np.log10(np.minimum(antenna / representative_height_m, 1.0))
    else:
        angle_deg = np.degrees(np.arctan(below_m / street_width_m))
        nu = 0.342 * np.sqrt(freq_ghz) * np.sqrt(below_m * angle_deg)
        loss = np.where(below_m > 0.0, np.asarray(knife_edge_loss_db(nu)) - _GRAZING_DB, 0.0)
    return _result(np.asarray(loss + 0.0))
