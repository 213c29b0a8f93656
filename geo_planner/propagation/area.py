"""Path loss from one mast to every cell around it, each over its own terrain profile.

A profile runs in equal steps of about one cell from the mast to the centre of the receiving cell, heights by bilinear
interpolation. Nothing is assumed where the terrain is unknown: a path that leaves the grid or crosses a void has no loss (NaN).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from numba import njit, prange

from geo_planner.propagation.p525 import LIGHT_SPEED_M_GHZ
from geo_planner.propagation.p526 import (
    bullington_profile,
    delta_bullington_scalar,
    diffraction_smooth_heights,
    obstruction,
    smooth_bullington_equidistant,
    smooth_earth_fit,
    spherical_earth_loss_scalar,
)
from geo_planner.terrain import interpolate
from geo_planner.units import EARTH_RADIUS_KM

Model = Literal["free_space", "delta_bullington"]
NEAR_M = 10.0
"""Free space is not taken nearer than this: the antenna's far field and the mast's own surroundings."""


@dataclass(frozen=True, slots=True)
class LossWindow:
    """Path loss on the part of a grid around a mast.

    Attributes
    ----------
    loss_db : ndarray of float32, shape (rows, columns)
        Basic transmission loss; NaN where the path is unknown, infinite beyond the radius.
    row, column : int
        Position of the window's first cell in the grid.
    """

    loss_db: npt.NDArray[np.float32]
    row: int
    column: int


def loss_around(
    heights_m: npt.NDArray[np.float32],
    cell_m: float,
    *,
    row: float,
    column: float,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    radius_km: float,
    model: Model,
    effective_earth_factor: float = 4 / 3,
    eps_r: float = 22.0,
    sigma_s_m: float = 0.003,
) -> LossWindow:
    """Path loss to the centre of every cell within a radius.

    Parameters
    ----------
    heights_m : ndarray of float32, shape (rows, columns)
        Terrain above sea level on square cells, row 0 in the north; NaN is unknown.
    cell_m : float
    row, column : float
        Position of the mast in cells from the outer corner of cell (0, 0); it may lie outside the grid.
    tx_height_m, rx_height_m : float
        Above ground.
    freq_mhz, radius_km : float
    model : {"free_space", "delta_bullington"}
        ITU-R P.525, alone or with the diffraction of ITU-R P.526, section 4.5.
    effective_earth_factor : float
        Effective over true earth radius.
    eps_r, sigma_s_m : float
        Permittivity and conductivity of the ground.
    """
    reach = radius_km * 1000.0 / cell_m
    rows, columns = heights_m.shape
    top, left = max(int(math.floor(row - reach)), 0), max(int(math.floor(column - reach)), 0)
    bottom, right = min(int(math.ceil(row + reach)), rows), min(int(math.ceil(column + reach)), columns)
    loss = np.full((max(bottom - top, 0), max(right - left, 0)), np.inf, dtype=np.float32)
    if loss.size:
        ground_m = interpolate(heights_m, row, column)
        radius_e_km = effective_earth_factor * EARTH_RADIUS_KM
        _fill(loss, heights_m, cell_m, row, column, top, left, ground_m, tx_height_m, rx_height_m, freq_mhz / 1000.0, reach, model == "delta_bullington", radius_e_km, eps_r, sigma_s_m)
    return LossWindow(loss, top, left)


@njit(cache=True, error_model="numpy")
def free_space_slant_db(distance_m: float, rise_m: float, freq_ghz: float) -> float:
    """Free-space loss over the slant distance (ITU-R P.525-4, eq. 3)."""
    slant_m = max(math.sqrt(distance_m * distance_m + rise_m * rise_m), NEAR_M)
    return 20.0 * math.log10(4.0 * math.pi * slant_m * freq_ghz / LIGHT_SPEED_M_GHZ)


@njit(cache=True, error_model="numpy", parallel=True)
def _fill(loss, heights_m, cell_m, row, column, top, left, ground_m, tx_height_m, rx_height_m, freq_ghz, reach, diffraction, radius_e_km, eps_r, sigma_s_m):  # type: ignore[no-untyped-def]
    """Fill `loss` in place; each cell is a task of its own, so that the number of threads changes no bit."""
    wavelength_m = LIGHT_SPEED_M_GHZ / freq_ghz
    n_max = int(reach) + 3
    for i in prange(loss.shape[0]):
        d_km = np.empty(n_max)
        z_m = np.empty(n_max)
        for j in range(loss.shape[1]):
            drow, dcolumn = top + i + 0.5 - row, left + j + 0.5 - column
            length = math.sqrt(drow * drow + dcolumn * dcolumn)
            if length > reach:
                continue
            rx_ground_m = heights_m[top + i, left + j]
            hts_m, hrs_m = ground_m + tx_height_m, rx_ground_m + rx_height_m
            total_m = length * cell_m
            value = free_space_slant_db(total_m, hts_m - hrs_m, freq_ghz)
            if diffraction and length > 1.0 and not math.isnan(value):
                n = int(math.ceil(length))
                n = max(n, 2)
                known = True
                for k in range(n + 1):
                    t = k / n
                    d_km[k] = t * total_m / 1000.0
                    z_m[k] = interpolate(heights_m, row + t * drow, column + t * dcolumn)
                    known = known and not math.isnan(z_m[k])
                z_m[n] = rx_ground_m
                if known:
                    value += _delta_bullington(d_km[: n + 1], z_m[: n + 1], hts_m, hrs_m, radius_e_km, freq_ghz, wavelength_m, eps_r, sigma_s_m)
                else:
                    value = np.nan
            loss[i, j] = value


@njit(cache=True, error_model="numpy")
def _delta_bullington(d_km, z_m, hts_m, hrs_m, radius_e_km, freq_ghz, wavelength_m, eps_r, sigma_s_m):  # type: ignore[no-untyped-def]
    """Diffraction loss of one equidistant profile (ITU-R P.526-15, section 4.5.2)."""
    last = d_km.size - 1
    actual_db, _, _ = bullington_profile(d_km, z_m, hts_m, hrs_m, 1.0 / radius_e_km, wavelength_m)
    hst_m, hsr_m = smooth_earth_fit(d_km, z_m)
    highest_m, alpha_tx, alpha_rx = obstruction(d_km, z_m, hts_m, hrs_m)
    hstd_m, hsrd_m = diffraction_smooth_heights(hst_m, hsr_m, z_m[0], z_m[last], highest_m, alpha_tx, alpha_rx)
    hte_m, hre_m = hts_m - hstd_m, hrs_m - hsrd_m
    spherical_db = spherical_earth_loss_scalar(d_km[last], hte_m, hre_m, radius_e_km, freq_ghz, wavelength_m, True, 0.0, eps_r, sigma_s_m)
    smooth_db = smooth_bullington_equidistant(d_km[last], last, hte_m, hre_m, 1.0 / radius_e_km, wavelength_m) if spherical_db > 0.0 else 0.0
    return delta_bullington_scalar(actual_db, smooth_db, spherical_db)
