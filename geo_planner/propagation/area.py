"""Path loss from one mast to every cell around it, over the terrain in between, under any of the models.

Two ways give the same answer within stated bounds: ``"radial"`` sweeps outwards and reuses the near end of all paths
(:mod:`geo_planner.propagation.radials`); ``"profiles"`` draws a terrain profile of its own for each cell, in as many equal steps as it is cells long, and is the
oracle of the first. Nothing is assumed where the terrain is unknown: a path that leaves the grid or crosses a void has no loss (NaN), under the
one as under the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from numba import njit

from geo_planner.propagation.itm import CLIMATES
from geo_planner.propagation.itm import medium as itm_medium
from geo_planner.propagation.itm import paths as itm_kernels
from geo_planner.propagation.itm import profile as itm_profile
from geo_planner.propagation.itm import types as itm_types
from geo_planner.propagation.itm.sweep import sweep_itm
from geo_planner.propagation.models import MODELS, LossModel, check_range
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
from geo_planner.propagation.p1812.paths import p1812_profile
from geo_planner.propagation.p1812.physics import LAND_CONDUCTIVITY_S_M, LAND_PERMITTIVITY, inverse_normal_scalar, median_radius_km
from geo_planner.propagation.p1812.sweep import clutter_at, sweep_p1812
from geo_planner.propagation.radials import NEAR_CELLS, group_cells
from geo_planner.propagation.tr38901 import LONGEST_NLOS_KM, SHORTEST_KM, nlos_loss_db
from geo_planner.propagation.voids import settle_unknown, void_distances
from geo_planner.terrain import interpolate
from geo_planner.units import EARTH_RADIUS_KM

__all__ = ["P1812_SHORTEST_KM", "LossModel", "LossWindow", "check_range", "free_space_slant_db", "loss_around", "window_frame"]

_CODES = {"free_space": 0, "delta_bullington": 1, "itm": 2, "p1812": 3}
NEAR_M = 10.0
"""Free space is not taken nearer than this: the antenna's far field and the mast's own surroundings."""
P1812_SHORTEST_KM = MODELS["p1812"].shortest_km
"""Nearer than this P.1812-8 does not apply, and the loss is that of free space (P.525-4)."""


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
    model: LossModel,
    clutter_m: npt.NDArray[np.float32] | None = None,
    method: Literal["radial", "profiles"] = "radial",
    irregularity_stride: int = 1,
    radials_per_cell: float = 1.0,
    only: npt.NDArray[np.bool_] | None = None,
    workers: int = 1,
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
    model : LossModel
    clutter_m : ndarray of float32, same shape, optional
        Representative clutter heights along the path, for ``p1812`` only.
    method : {"radial", "profiles"}
    irregularity_stride : int
        Thinning of the radial sweep of ``itm``, 1 (nothing left out) unless asked for. A larger one takes terrain irregularity over from
        the cell before on the radial until the path has grown by this many 128ths of its length: 16 keeps the loss within 3 dB of full
        profiles in more than 95 % of cells (figures in ``benchmarks/RESULTS.md``).
    radials_per_cell : float
        Radials for each cell of the outermost circle: 1 keeps every path within half a cell of its own line.
    only : ndarray of bool, shape of `heights_m`, optional
        Work out these cells alone, each over its own profile; the others stay infinite.
    workers : int
        Threads.

    Raises
    ------
    ModelRangeError
        For a frequency, height or percentage outside the model's range.
    """
    check_range(model, freq_mhz, tx_height_m, rx_height_m)
    reach = radius_km * 1000.0 / cell_m
    high, wide, top, left = window_frame(heights_m.shape, row, column, reach)
    bottom, right = top + high, left + wide
    loss = np.full((high, wide), np.inf, dtype=np.float32)
    window = LossWindow(loss, top, left)
    if not loss.size:
        return window
    if not MODELS[model.name].needs_terrain:
        _fill_without_terrain(window, cell_m, row, column, reach, tx_height_m, rx_height_m, freq_mhz)
        return window
    ground_m = float(interpolate(heights_m, row, column))
    clutter = np.empty((0, 0), np.float32) if clutter_m is None or not MODELS[model.name].uses_clutter else clutter_m
    place: tuple[Any, ...] = (cell_m, float(row), float(column), top, left, ground_m, float(tx_height_m), float(rx_height_m))
    freq_ghz = freq_mhz / 1000.0
    radio = itm_medium.prepare_radio(float(freq_mhz), model.vertical, model.eps_r, model.sigma_s_m)
    climate = itm_medium.prepare_climate(list(CLIMATES).index(model.climate) + 1, float(freq_mhz))
    z_time, z_location, z_situation = (
        itm_medium.normal_deviate(p / 100.0) for p in (model.time_pct, model.location_pct, model.situation_pct)
    )
    quantiles = itm_types.Quantiles(z_time, z_location, z_situation, model.mdvar)
    full = model.name == "p1812"
    radius_e_km = median_radius_km(model.dn) if full else model.effective_earth_factor * EARTH_RADIUS_KM
    ground = (LAND_PERMITTIVITY, LAND_CONDUCTIVITY_S_M) if full else (model.eps_r, model.sigma_s_m)
    quantile = inverse_normal_scalar(model.location_pct / 100.0) if model.location_pct != 50.0 else 0.0
    wanted = np.empty((0, 0), np.bool_) if only is None else np.ascontiguousarray(only[top:bottom, left:right])
    radial = method == "radial" and only is None and model.name != "free_space" and not math.isnan(ground_m)
    # a rule of the model's own for short paths reaches over more cells where these are small
    shortest = 1000.0 * MODELS[model.name].shortest_km / cell_m
    near = min(reach, max(NEAR_CELLS, shortest)) if radial else reach
    rows_near = max(int(math.floor(row - near)) - top, 0), min(int(math.ceil(row + near)) - top + 1, loss.shape[0])
    physics: tuple[Any, ...] = (
        radius_e_km,
        *ground,
        model.vertical,
        model.time_pct,
        quantile,
        model.dn,
        model.n0,
        model.lat_deg,
        model.sigma_l_db,
    )
    rest: tuple[Any, ...] = (_CODES[model.name], *physics, radio, climate, quantiles)

    def profiles(cells: npt.NDArray[np.bool_], within: float, rows_of: tuple[int, int]) -> None:
        _in_threads(
            workers, rows_of, lambda first, stop: _fill(loss, cells, heights_m, clutter, *place, freq_ghz, within, *rest, first, stop)
        )

    profiles(wanted, near, rows_near)
    if not radial:
        return window
    n_radials, steps = max(int(math.ceil(2 * math.pi * reach * radials_per_cell)), 8), int(reach) + 2
    order, starts = group_cells(*loss.shape, top, left, row, column, near, reach, n_radials)
    grouped = (order, starts, n_radials, steps)
    if model.name == "itm":
        swept: tuple[Any, ...] = (model.n0, radio, climate, quantiles, irregularity_stride)
        _in_threads(workers, (0, n_radials), lambda first, stop: sweep_itm(loss, heights_m, *place, *grouped, first, stop, *swept))
    else:
        swept = (freq_ghz, model.vertical, radius_e_km, full, model.time_pct, quantile, model.sigma_l_db, model.n0, model.lat_deg, *ground)
        _in_threads(
            workers, (0, n_radials), lambda first, stop: sweep_p1812(loss, heights_m, clutter, *place, *grouped, first, stop, *swept)
        )
    missed = _settled(window, heights_m, (row, column), (near, reach), n_radials, workers)
    if missed.any():
        profiles(missed, reach, (0, loss.shape[0]))
    return window


def _settled(
    window: LossWindow,
    heights_m: npt.NDArray[np.float32],
    mast: tuple[float, float],
    ring: tuple[float, float],
    n_radials: int,
    workers: int,
) -> npt.NDArray[np.bool_]:
    """Make the sweep as ignorant as the profiles: cells whose own path is unknown lose their loss, those that want one are returned."""
    loss = window.loss_db
    rows, columns = loss.shape
    missed = np.zeros(loss.shape, dtype=np.bool_)
    # a reading at the rim of the window takes in the cell beyond
    seen = heights_m[max(window.row - 1, 0) : window.row + rows + 1, max(window.column - 1, 0) : window.column + columns + 1]
    if not (np.isnan(seen).any() or np.isnan(loss).any()):
        return missed
    shaded = void_distances(heights_m, *mast, window.row, window.column, window.row + rows, window.column + columns, n_radials)

    def settle(first: int, stop: int) -> None:
        missed[first:stop] = settle_unknown(loss, heights_m, *mast, window.row, window.column, *ring, shaded, first, stop)

    _in_threads(workers, (0, rows), settle)
    return missed


def window_frame(shape: tuple[int, int], row: float, column: float, reach: float) -> tuple[int, int, int, int]:
    """Rows, columns and first cell (row, column) of the part of a grid within `reach` cells of a mast.

    >>> window_frame((100, 100), 3.5, 50.0, 10.0)
    (14, 20, 0, 40)
    """
    top, left = max(int(math.floor(row - reach)), 0), max(int(math.floor(column - reach)), 0)
    bottom, right = min(int(math.ceil(row + reach)), shape[0]), min(int(math.ceil(column + reach)), shape[1])
    return max(bottom - top, 0), max(right - left, 0), top, left


def _fill_without_terrain(
    window: LossWindow, cell_m: float, row: float, column: float, reach: float, tx_height_m: float, rx_height_m: float, freq_mhz: float
) -> None:
    """TR 38.901 RMa without line of sight, by distance alone; beyond its 5 km nothing is known."""
    rows, columns = np.indices(window.loss_db.shape)
    cells = np.hypot(rows + window.row + 0.5 - row, columns + window.column + 0.5 - column)
    distance_km = np.maximum(cells * cell_m / 1000.0, SHORTEST_KM)
    near = distance_km <= LONGEST_NLOS_KM
    window.loss_db[cells <= reach] = np.nan
    window.loss_db[near] = nlos_loss_db(distance_km[near], freq_mhz, base_height_m=tx_height_m, terminal_height_m=rx_height_m)


def _in_threads(workers: int, span: tuple[int, int], task: Callable[[int, int], None]) -> None:
    """Run a task over pieces of a span; compiled kernels let go of the interpreter, so that threads run side by side."""
    first, stop = span
    # several pieces a worker, for some directions are quicker than others
    pieces = 1 if workers == 1 else min(8 * workers, max(stop - first, 1))
    bounds = [first + (stop - first) * k // pieces for k in range(pieces + 1)]
    if pieces == 1:
        task(first, stop)
        return
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(task, bounds[:-1], bounds[1:]))


@njit(cache=True, error_model="numpy", nogil=True)
def free_space_slant_db(distance_m: float, rise_m: float, freq_ghz: float) -> float:
    """Free-space loss over the slant distance (ITU-R P.525-4, eq. 3)."""
    slant_m = max(math.sqrt(distance_m * distance_m + rise_m * rise_m), NEAR_M)
    return 20.0 * math.log10(4.0 * math.pi * slant_m * freq_ghz / LIGHT_SPEED_M_GHZ)


@njit(cache=True, error_model="numpy", nogil=True)
def _fill(  # type: ignore[no-untyped-def]
    loss, wanted, heights_m, clutter_m, cell_m, row, column, top, left, ground_m, tx_height_m, rx_height_m, freq_ghz, reach, code,
    radius_e_km, eps_r, sigma_s_m, vertical, time_pct, quantile, dn, n0, lat_deg, sigma_l_db, radio, climate, quantiles, first, stop,
):  # fmt: skip
    """Fill the cells within `reach`, each over a profile of its own; threads take rows of their own and change no bit."""
    n_max = int(reach) + 4
    inland = np.full(1, 4, dtype=np.int8)
    cluttered = clutter_m.size > 0
    selective = wanted.size > 0
    d_km = np.empty(n_max)
    z_m = np.empty(n_max)
    surface_m = np.empty(n_max)
    work = np.empty(itm_profile.WORK_SIZE)
    for i in range(first, stop):
        for j in range(loss.shape[1]):
            drow, dcolumn = top + i + 0.5 - row, left + j + 0.5 - column
            length = math.sqrt(drow * drow + dcolumn * dcolumn)
            if length > reach or (selective and not wanted[i, j]):
                continue
            rx_ground_m = heights_m[top + i, left + j]
            hts_m, hrs_m = ground_m + tx_height_m, rx_ground_m + rx_height_m
            total_m = length * cell_m
            value = free_space_slant_db(total_m, hts_m - hrs_m, freq_ghz)
            if code == 0 or length <= 1.0 or math.isnan(value) or (code == 3 and total_m < 1000.0 * P1812_SHORTEST_KM):
                loss[i, j] = value
                continue
            n = max(int(length + 0.5), 2)
            known = True
            for k in range(n + 1):
                t = k / n
                d_km[k] = t * total_m / 1000.0
                z_m[k] = interpolate(heights_m, row + t * drow, column + t * dcolumn)
                known = known and not math.isnan(z_m[k])
                if cluttered:
                    surface_m[k] = z_m[k] + (clutter_at(clutter_m, row + t * drow, column + t * dcolumn) if 0 < k < n else 0.0)
            z_m[n] = rx_ground_m
            surface_m[n] = rx_ground_m
            d, z = d_km[: n + 1], z_m[: n + 1]
            if not known:
                loss[i, j] = np.nan
            elif code == 1:
                loss[i, j] = value + _delta_bullington(d, z, hts_m, hrs_m, radius_e_km, freq_ghz, eps_r, sigma_s_m, vertical)
            elif code == 2:
                result = itm_kernels.path_kernel(z, total_m / n, tx_height_m, rx_height_m, n0, radio, climate, quantiles, work)
                loss[i, j] = np.nan if result.flags & itm_types.ERROR_MASK else result.loss_db
            else:
                loss[i, j] = p1812_profile(
                    d, z, surface_m[: n + 1], cluttered, inland, True, tx_height_m, rx_height_m, freq_ghz, vertical,
                    time_pct, quantile, dn, n0, lat_deg, sigma_l_db, 500.0, 500.0, False,
                )[0]  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True)
def _delta_bullington(d_km, z_m, hts_m, hrs_m, radius_e_km, freq_ghz, eps_r, sigma_s_m, vertical):  # type: ignore[no-untyped-def]
    """Diffraction loss of one equidistant profile (ITU-R P.526-15, section 4.5.2)."""
    last = d_km.size - 1
    wavelength_m = LIGHT_SPEED_M_GHZ / freq_ghz
    actual_db, _, _ = bullington_profile(d_km, z_m, hts_m, hrs_m, 1.0 / radius_e_km, wavelength_m)
    hst_m, hsr_m = smooth_earth_fit(d_km, z_m)
    highest_m, alpha_tx, alpha_rx = obstruction(d_km, z_m, hts_m, hrs_m)
    hstd_m, hsrd_m = diffraction_smooth_heights(hst_m, hsr_m, z_m[0], z_m[last], highest_m, alpha_tx, alpha_rx)
    hte_m, hre_m = hts_m - hstd_m, hrs_m - hsrd_m
    spherical_db = spherical_earth_loss_scalar(
        d_km[last], hte_m, hre_m, radius_e_km, freq_ghz, wavelength_m, vertical, 0.0, eps_r, sigma_s_m
    )
    smooth_db = (
        smooth_bullington_equidistant(d_km[last], last, hte_m, hre_m, 1.0 / radius_e_km, wavelength_m) if spherical_db > 0.0 else 0.0
    )
    return delta_bullington_scalar(actual_db, smooth_db, spherical_db)
