"""Sites over terrain to rasters: RSRP, best server, probability of service."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.calibration import CalibrationSettings, calibration_for
from geo_planner.config import Clutter, Propagation, Service
from geo_planner.grid import Grid
from geo_planner.propagation.area import Frame, LossWindow, check_range, window_frame
from geo_planner.radio.budget import least_rsrp_dbm, level_dbm, received_dbm, service_probability
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import Mast, in_service, masts_of
from geo_planner.radio.digits import rounded_level, rounded_margin, rounded_probability
from geo_planner.radio.losses import (
    WITHOUT_TERRAIN,
    LandCover,
    LossTask,
    antenna_window_db,
    away_km,
    latitude_of,
    loss_model,
    loss_window,
    part_of,
    within_free_space,
)
from geo_planner.radio.serving import Serving
from geo_planner.terrain import Dem
from geo_planner.units import FloatGrid, is_fine

_MOST_SHORT = np.iinfo(np.int16).max
_STRIP_ROWS = 256
_AHEAD = 1  # windows


@dataclass(frozen=True, slots=True)
class Coverage:
    """Rasters of one service on the terrain's grid, row 0 in the north; all of one shape.

    Attributes
    ----------
    rsrp_dbm : ndarray of float32
        RSRP of the cell that serves: the one that leaves most above its threshold. NaN where no cell is in reach or
        every path is unknown.
    probability : ndarray of float32
        P(service) of that cell; 0 where none is in reach, NaN outside the terrain's data and where the only answer hangs
        on an unknown path.
    best_server : ndarray of int16 (int32 for more than 32,767 cells)
        Position in `server_ids` of the serving cell, -1 where there is none.
    second_dbm : ndarray of float32
        RSRP of the best of the other sites; NaN where there is none.
    overlap : ndarray of uint8 or None
        Number of sites that would each cover the place; None where it was not counted (a trial of another threshold).
    margin_db : ndarray of float32
        Serving level above the threshold, downlink or uplink, whichever is the weaker; for a calibrated band as if its sigma
        were the scenario's.
    unknown_paths : ndarray of uint8
        Number of cells (capped at 255) whose path leaves the terrain or crosses a void, and which would serve in free space.
    by_operator_dbm : dict of str to ndarray of float32
        RSRP of the best of each operator's own cells; a blank operator is the empty string.
    server_ids : tuple of str
        ``site_id/cell_id`` of the cells that took part.
    model : str
        The path-loss model.
    grid : Grid
    """

    rsrp_dbm: FloatGrid
    probability: FloatGrid
    best_server: npt.NDArray[np.int16] | npt.NDArray[np.int32]
    second_dbm: FloatGrid
    overlap: npt.NDArray[np.uint8] | None
    margin_db: FloatGrid
    unknown_paths: npt.NDArray[np.uint8]
    by_operator_dbm: dict[str, FloatGrid]
    server_ids: tuple[str, ...]
    model: str
    grid: Grid


def compute_coverage(
    dem: Dem,
    sites: gpd.GeoDataFrame,
    service: Service,
    propagation: Propagation,
    *,
    land_cover: LandCover | None = None,
    clutter: Clutter | None = None,
    model: str | None = None,
    only: npt.NDArray[np.bool_] | None = None,
    calibration: CalibrationSettings | None = None,
    cache: LossCache | None = None,
    lat_deg: float | None = None,
    workers: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Coverage:
    """Which cell serves where, how strongly and how surely; per operator and over all.

    Parameters
    ----------
    dem : Dem
    sites : GeoDataFrame
        Index (``site_id``, ``cell_id``), sorted; points; columns of ``schema.SITES``. Cells not in service are left out.
    service, propagation
        Settings of the scenario.
    land_cover, clutter : optional
        Classes of the ground, and what they do to a path.
    model : str, optional
        Another model than the one that decides.
    only : ndarray of bool, optional
        Work out these cells of the grid alone, each over a profile of its own.
    calibration : CalibrationSettings, optional
        What measurements taught about a band: moves its levels and replaces sigma. Applied only to the model it was made for.
    cache : LossCache, optional
        Where path loss is kept between runs.
    lat_deg : float, optional
        Latitude for the models, where further sites must not move it; else that of the sites.
    workers : int
        Threads; they change no bit of the result.
    progress : callable, optional
        Called with the share of cells done.

    Raises
    ------
    ModelRangeError
        For a cell outside the range of the model.
    """
    cells = sites[in_service(sites, service)].to_crs(dem.crs)
    lat_deg = latitude_of(sites) if lat_deg is None else lat_deg
    losses = loss_model(propagation, name=WITHOUT_TERRAIN if dem.is_missing else model, lat_deg=lat_deg)
    task = LossTask(dem, service, propagation, losses, land_cover, clutter or Clutter(), only, cache, workers)
    serving = served(task, cells, calibration=calibration, progress=progress)
    return coverage_of(serving, cells, service, dem, losses.name, workers=workers)


def served(
    task: LossTask,
    cells: gpd.GeoDataFrame,
    *,
    numbers: Sequence[int] | None = None,
    operators: Sequence[str] | None = None,
    calibration: CalibrationSettings | None = None,
    progress: Callable[[float], None] | None = None,
) -> Serving:
    """Who serves in the frame of a task, or on its whole grid.

    Parameters
    ----------
    task : LossTask
    cells : GeoDataFrame
        The cells in service, in the order of the list and in the CRS of the terrain.
    numbers : sequence of int, optional
        Their positions in the list, where these are but some of it.
    operators : sequence of str, optional
        Of the whole list.
    """
    dem, service, propagation = task.dem, task.service, task.propagation
    masts, needed_dbm = masts_of(cells, service), least_rsrp_dbm(service)
    of_cell = operators_of(cells)
    rows, columns = task.frame or (slice(0, dem.grid.shape[0]), slice(0, dem.grid.shape[1]))
    shape = rows.stop - rows.start, columns.stop - columns.start
    serving, done = Serving.nothing(shape, sorted(set(of_cell)) if operators is None else operators), 0
    grouped = [(of_mast, of_mast if _reaches(task, masts[of_mast[0]]) else []) for of_mast in same_mast(cells, masts)]
    windows = _windows(task, [masts[at] for _, near in grouped for at in near])
    for of_mast, near in grouped:
        levels: list[tuple[int, str, FloatGrid, FloatGrid]] = []
        for at in near:
            mast, number, window = masts[at], at if numbers is None else numbers[at], next(windows)
            received, level = signal(task, mast, window, calibration)
            no_path = np.isnan(level)
            row, column = window.row - rows.start, window.column - columns.start
            part = part_of(LossWindow(window.loss_db, row, column))
            if no_path.any():
                most_loss_db = mast.eirp_re_dbm - needed_dbm
                reached = within_free_space(dem, mast, window, most_loss_db=most_loss_db, max_radius_km=propagation.max_radius_km)
                serving.note_unknown(part, no_path & reached)
            levels.append((number, of_cell[at], received, np.where(no_path, np.float32(-np.inf), level)))
        done += len(of_mast)
        if progress:
            progress(done / len(cells))
        if levels:
            serving.add_mast(part, levels, needed_dbm)
    return serving


def _windows(task: LossTask, masts: Sequence[Mast]) -> Iterator[LossWindow]:
    """The loss around each mast; with several threads that around the next ones is worked out while the caller is at the last."""
    window_of = lru_cache(maxsize=2)(partial(loss_window, task))
    if task.workers == 1:
        for mast in masts:
            yield window_of(mast.xy_m, mast.mast_height_m, mast.freq_mhz)
        return
    ahead: deque[Future[LossWindow]] = deque()
    pool = ThreadPoolExecutor(1)
    try:
        for mast in masts:
            ahead.append(pool.submit(window_of, mast.xy_m, mast.mast_height_m, mast.freq_mhz))
            if len(ahead) > _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _reaches(task: LossTask, mast: Mast) -> bool:
    """Whether a mast's circle holds any of the frame of a task.

    Raises
    ------
    ModelRangeError
        For a mast outside the range of the model, as where it reaches.
    """
    if task.frame is None:
        return True
    check_range(task.model, mast.freq_mhz, mast.mast_height_m, task.service.rx_height_m)
    row, column = (float(part) for part in task.dem.grid.position(*mast.xy_m))
    high, wide, _, _ = window_frame(task.dem.grid.shape, row, column, task.propagation.max_radius_km * 1000.0 / task.dem.cell_m, task.frame)
    return high > 0 and wide > 0


def operators_of(cells: gpd.GeoDataFrame) -> list[str]:
    """Of each cell; a blank one is the empty string."""
    return [str(name) for name in cells["operator"].fillna("")]


def same_mast(cells: gpd.GeoDataFrame, masts: Sequence[Mast]) -> list[list[int]]:
    """Positions of the cells that stand on one mast; where a list has one site in several places, each place counts as a mast."""
    of_mast: dict[Any, list[int]] = {}
    for number, (site, mast) in enumerate(zip(cells.index.get_level_values("site_id"), masts, strict=True)):
        of_mast.setdefault((site, mast.xy_m), []).append(number)
    return list(of_mast.values())


def coverage_of(
    serving: Serving, cells: gpd.GeoDataFrame, service: Service, dem: Dem, model: str, *, frame: Frame | None = None, workers: int = 1
) -> Coverage:
    """The rasters of all cells on the whole grid, or in a frame of it; takes what is served to pieces, so that a fine grid is not held twice."""
    serving.release()
    rows, columns = frame or (slice(None), slice(None))
    heights_m, unknown = dem.heights_m[rows, columns], serving.unknown
    probability, margin = np.empty(heights_m.shape, dtype=np.float32), serving.level
    # an operator that serves alone has the raster of all
    levels = {id(values): values for values in (serving.rsrp, serving.second, *serving.by_operator.values())}.values()
    fine = is_fine(dem.grid.shape)

    def settle(first: int) -> None:
        strip = slice(first, first + _STRIP_ROWS)
        share = service_probability(margin[strip], service).astype(np.float32)
        share[np.isnan(heights_m[strip]) | ((unknown[strip] > 0) & (share < service.min_probability))] = np.nan
        probability[strip] = share
        margin[strip] -= np.float32(service.rsrp_threshold_dbm)
        for values in (margin, *levels):
            part = values[strip]
            part[~np.isfinite(part)] = np.nan
        # the digits that mean something; once, here, so that a file holds what the run went on with
        if fine:
            for level in levels:
                level[strip] = rounded_level(level[strip])
            margin[strip] = rounded_margin(margin[strip])
            probability[strip] = rounded_probability(probability[strip], service.min_probability)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(settle, range(0, heights_m.shape[0], _STRIP_ROWS)))
    for name, level in serving.by_operator.items() if fine else ():
        if np.array_equal(level, serving.rsrp, equal_nan=True):
            serving.by_operator[name] = serving.rsrp
    return Coverage(
        rsrp_dbm=serving.rsrp,
        probability=probability,
        best_server=serving.server if len(cells) > _MOST_SHORT else serving.server.astype(np.int16),
        second_dbm=serving.second,
        overlap=serving.overlap,
        margin_db=margin,
        unknown_paths=unknown,
        by_operator_dbm=serving.by_operator,
        server_ids=tuple(f"{site}/{cell}" for site, cell in cells.index),
        model=model,
        grid=dem.grid,
    )


def signal(task: LossTask, mast: Mast, window: LossWindow, calibration: CalibrationSettings | None) -> tuple[FloatGrid, FloatGrid]:
    """RSRP of a cell over its window, and the level that counts against the service's threshold."""
    band = None if calibration is None else calibration_for(calibration, mast.freq_mhz, model=task.model.name)
    antenna_db = antenna_window_db(task.dem, mast, window, rx_height_m=task.service.rx_height_m)
    distance_km = 0.0 if band is None else away_km(task.dem, mast, window)
    received = received_dbm(np.float32(mast.eirp_re_dbm), window.loss_db, antenna_db, band=band, distance_km=distance_km)
    return received, level_dbm(received, np.float32(mast.uplink_shortfall_db), band=band, service=task.service)
