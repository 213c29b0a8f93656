"""Rural macrocell path loss without terrain, 3GPP TR 38.901 (Release 18), RMa scenario.

Median losses of Table 7.4.1-1 with line of sight and without. A fallback for where there is no terrain to calculate with: it knows distance, heights and frequency only.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_planner.propagation.limits import quantity, refuse
from geo_planner.words import said

#: Longest horizontal distances for which the two losses are given, km.
LONGEST_LOS_KM: Final = 10.0
LONGEST_NLOS_KM: Final = 5.0
SHORTEST_KM: Final = 0.01
#: Frequencies and antenna heights above ground for which the scenario is given.
FREQ_MHZ: Final = (500.0, 30e3)
BASE_HEIGHT_M: Final = (10.0, 150.0)
TERMINAL_HEIGHT_M: Final = (1.0, 10.0)
#: Speed of light as the report prescribes it for the breakpoint (Table 7.4.1-1, note 5), m/s.
_LIGHT_SPEED_M_S: Final = 3.0e8


def _checked(
    longest_km: float,
    distance_km: ArrayLike,
    freq_mhz: ArrayLike,
    base_height_m: ArrayLike,
    terminal_height_m: ArrayLike,
    building_height_m: ArrayLike,
    street_width_m: ArrayLike,
) -> tuple[NDArray[np.float64], ...]:
    """All arguments as arrays, once they lie in the ranges of Table 7.4.1-1."""
    ranges = (
        ("distance_km", distance_km, SHORTEST_KM, longest_km, "km"),
        ("freq_mhz", freq_mhz, *FREQ_MHZ, "MHz"),
        ("base_height_m", base_height_m, *BASE_HEIGHT_M, "m"),
        ("terminal_height_m", terminal_height_m, *TERMINAL_HEIGHT_M, "m"),
        ("building_height_m", building_height_m, 5.0, 50.0, "m"),
        ("street_width_m", street_width_m, 5.0, 50.0, "m"),
    )
    arrays = tuple(np.asarray(values, dtype=np.float64) for _, values, *_ in ranges)
    faults = [
        said("limit.between", name=quantity(name), low=low, high=high, unit=unit)
        for (name, _, low, high, unit), values in zip(ranges, arrays, strict=True)
        if not np.all((values >= low) & (values <= high))
    ]
    refuse("standard.tr38901_rma", faults)
    return arrays


def _los_near_db(slant_m: NDArray[np.float64], freq_ghz: NDArray[np.float64], building_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """PL1 of Table 7.4.1-1."""
    power = building_m**1.72
    return np.asarray(
        20.0 * np.log10(40.0 * np.pi * slant_m * freq_ghz / 3.0)
        + np.minimum(0.03 * power, 10.0) * np.log10(slant_m)
        - np.minimum(0.044 * power, 14.77)
        + 0.002 * np.log10(building_m) * slant_m
    )


def _los_db(
    distance: NDArray[np.float64],
    freq: NDArray[np.float64],
    base: NDArray[np.float64],
    terminal: NDArray[np.float64],
    building: NDArray[np.float64],
) -> NDArray[np.float64]:
    """PL1 up to the breakpoint and PL2 beyond it."""
    across_m = distance * 1e3
    slant_m = np.hypot(across_m, base - terminal)
    break_m = 2.0 * np.pi * base * terminal * freq * 1e6 / _LIGHT_SPEED_M_S
    near = _los_near_db(slant_m, freq * 1e-3, building)
    far = _los_near_db(break_m, freq * 1e-3, building) + 40.0 * np.log10(slant_m / break_m)
    return np.where(across_m <= break_m, near, far)


def _result(values: NDArray[np.float64]) -> float | NDArray[np.float64]:
    return float(values) if np.ndim(values) == 0 else values


def los_loss_db(
    distance_km: ArrayLike,
    freq_mhz: ArrayLike,
    *,
    base_height_m: ArrayLike = 35.0,
    terminal_height_m: ArrayLike = 1.5,
    building_height_m: ArrayLike = 5.0,
) -> float | NDArray[np.float64]:
    """Median RMa path loss with line of sight (Table 7.4.1-1, PL1 and PL2), dB.

    Parameters
    ----------
    distance_km : array_like
        Horizontal distance, 0.01 to 10 km. All arguments broadcast against each other.
    freq_mhz : array_like
        Carrier frequency, 500 to 30 000 MHz.
    base_height_m, terminal_height_m : array_like
        Antenna heights above ground, 10 to 150 m and 1 to 10 m.
    building_height_m : array_like
        Mean building height, 5 to 50 m.

    Raises
    ------
    ModelRangeError
        Anything outside the ranges above, all of it in one message.
    """
    *arrays, _ = _checked(LONGEST_LOS_KM, distance_km, freq_mhz, base_height_m, terminal_height_m, building_height_m, 20.0)
    return _result(_los_db(*arrays))


def nlos_loss_db(
    distance_km: ArrayLike,
    freq_mhz: ArrayLike,
    *,
    base_height_m: ArrayLike = 35.0,
    terminal_height_m: ArrayLike = 1.5,
    building_height_m: ArrayLike = 5.0,
    street_width_m: ArrayLike = 20.0,
) -> float | NDArray[np.float64]:
    """Median RMa path loss without line of sight (Table 7.4.1-1), dB; never below that with line of sight.

    Parameters
    ----------
    distance_km : array_like
        Horizontal distance, 0.01 to 5 km.
    freq_mhz, base_height_m, terminal_height_m, building_height_m
        As in :func:`los_loss_db`.
    street_width_m : array_like
        Mean street width, 5 to 50 m.

    Raises
    ------
    ModelRangeError
        Anything outside the ranges above, all of it in one message.
    """
    distance, freq, base, terminal, building, street = _checked(
        LONGEST_NLOS_KM, distance_km, freq_mhz, base_height_m, terminal_height_m, building_height_m, street_width_m
    )
    log_base = np.log10(base)
    slant_m = np.hypot(distance * 1e3, base - terminal)
    loss = (
        161.04
        - 7.1 * np.log10(street)
        + 7.5 * np.log10(building)
        - (24.37 - 3.7 * (building / base) ** 2) * log_base
        + (43.42 - 3.1 * log_base) * (np.log10(slant_m) - 3.0)
        + 20.0 * np.log10(freq * 1e-3)
        - (3.2 * np.log10(11.75 * terminal) ** 2 - 4.97)
    )
    return _result(np.maximum(loss, _los_db(distance, freq, base, terminal, building)))
