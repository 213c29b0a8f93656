"""Sites over terrain to rasters: RSRP, best server, probability of service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from geo_planner.calibration import CalibrationSettings, calibrated_rsrp_dbm, calibration_for, equivalent_rsrp_dbm
from geo_planner.config import Clutter, Propagation, Scenario, Service, SiteDefaults
from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import ModelRangeError
from geo_planner.propagation.area import LossModel, LossWindow, check_range, loss_around
from geo_planner.propagation.limits import why
from geo_planner.propagation.p525 import free_space_loss_db
from geo_planner.propagation.p2108 import height_gain_loss_db
from geo_planner.propagation.p2109 import building_entry_loss_db
from geo_planner.radio.budget import (
    coverage_probability,
    covered_rsrp_dbm,
    eirp_re_dbm,
    pattern_loss_db,
    uplink_rsrp_dbm,
    uplink_sensitivity_dbm,
)
from geo_planner.radio.cache import LossCache
from geo_planner.study_area import StudyArea
from geo_planner.terrain import Dem, cell_of, height_at
from geo_planner.words import Said

FloatGrid = npt.NDArray[np.float32]


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
    best_server : ndarray of int16
        Position in `server_ids` of the serving cell, -1 where there is none.
    second_dbm : ndarray of float32
        RSRP of the best of the other sites; NaN where there is none.
    overlap : ndarray of uint8
        Number of sites that would each cover the place.
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
    transform : affine.Affine
        Of the grid, in `crs`.
    crs : pyproj.CRS
    """

    rsrp_dbm: FloatGrid
    probability: FloatGrid
    best_server: npt.NDArray[np.int16]
    second_dbm: FloatGrid
    overlap: npt.NDArray[np.uint8]
    margin_db: FloatGrid
    unknown_paths: npt.NDArray[np.uint8]
    by_operator_dbm: dict[str, FloatGrid]
    server_ids: tuple[str, ...]
    model: str
    transform: Any
    crs: CRS


@dataclass(frozen=True, slots=True)
class LandCover:
    """Classes of the ground on the terrain's grid (ESA WorldCover codes, 0 for none) and the hash of their file."""

    classes: npt.NDArray[np.uint8]
    sha256: str


def land_cover_of(scenario: Scenario, study_area: StudyArea) -> LandCover | None:
    """The land cover of a study area that was read for the scenario; None where there is none."""
    if study_area.land_cover is None:
        return None
    return LandCover(study_area.land_cover, study_area.sha256.get(scenario.layers.land_cover or "", ""))


RADIO_COLUMNS = ("freq_mhz", "bandwidth_mhz", "mast_height_m", "tx_power_dbm", "antenna_gain_dbi", "losses_db")
"""Without all of these a cell's coverage cannot be worked out."""


def in_service(sites: pd.DataFrame, service: Service) -> pd.Series:
    """Which cells take part: on air, of the service's technology, and with all radio figures known."""
    same = sites["technology"].str.casefold() == service.technology.casefold()
    described = sites[list(RADIO_COLUMNS)].notna().all(axis=1)
    return ((sites["status"] == "on_air").fillna(False) & same.fillna(False) & described).astype(bool).rename("in_service")


def with_defaults(sites: gpd.GeoDataFrame, defaults: SiteDefaults) -> gpd.GeoDataFrame:
    """The sites with the scenario's assumptions where a radio figure is blank, and which: column ``assumed`` (tuple of names)."""
    filled = {name: sites[name].fillna(value) for name, value in defaults.model_dump().items() if value is not None}
    assumed = [tuple(name for name in filled if pd.isna(row[name])) for _, row in sites[list(RADIO_COLUMNS)].iterrows()]
    return sites.assign(**filled, assumed=pd.Series(assumed, index=sites.index, dtype=object))


def range_reasons(
    sites: gpd.GeoDataFrame,
    service: Service,
    propagation: Propagation,
    *,
    no_terrain: bool = False,
    with_land_cover: bool = False,
    clutter: Clutter | None = None,
) -> dict[Said, list[str]]:
    """What a run would refuse: by reason the cells (``site_id/cell_id``) that lie outside the range of a model; computes no path.

    Parameters
    ----------
    sites : GeoDataFrame
        With the scenario's defaults; see :func:`with_defaults`.
    no_terrain, with_land_cover : bool
        Whether the rough rule by distance takes the place of the models, and whether classes of the ground take part.
    """
    cells = sites[in_service(sites, service)]
    if cells.empty:
        return {}
    names = {"rma"} if no_terrain else {propagation.model, propagation.compare_with or propagation.model}
    models = [loss_model(propagation, name=name, lat_deg=_latitude(sites)) for name in sorted(names)]
    reasons: dict[Said, list[str]] = {}
    kinds = cells.groupby([cells["freq_mhz"].astype(float), cells["mast_height_m"].astype(float)], sort=True)
    for (freq_mhz, height_m), same in kinds:
        checks: list[Callable[[], Any]] = [
            partial(check_range, model, float(freq_mhz), float(height_m), service.rx_height_m) for model in models
        ]
        if service.place == "indoor":
            checks.append(partial(building_entry_loss_db, float(freq_mhz), building=service.building))
        if with_land_cover and clutter is not None and clutter.at_terminal:
            surroundings = sorted(set(clutter.terminal.values()))
            checks += [partial(height_gain_loss_db, float(freq_mhz), service.rx_height_m, place) for place in surroundings]
        for check in checks:
            try:
                check()
            except ModelRangeError as error:
                reasons.setdefault(why(error), []).extend(f"{site}/{cell}" for site, cell in same.index)
    return reasons


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
    losses = loss_model(propagation, name="rma" if dem.is_missing else model, lat_deg=_latitude(sites))
    work = _PathLoss(dem, service, propagation, losses, land_cover, clutter or Clutter(), only, cache, workers)
    needed_dbm = covered_rsrp_dbm(
        threshold_dbm=service.rsrp_threshold_dbm, sigma_db=service.sigma_db, min_probability=service.min_probability
    )
    signals = _Signals(cells, service, calibration, losses.name)
    serving = _Serving(dem.heights_m.shape, needed_dbm, sorted(cells["operator"].fillna("").unique()))
    done = 0
    # cells of one mast stand in one place; where a list says otherwise, each place counts as a mast
    for _, mast in cells.groupby([cells.index.get_level_values("site_id"), cells.geometry.x, cells.geometry.y], sort=False):
        levels = []
        for index, cell in mast.iterrows():
            window, part = work.window(cell)
            received, level = signals.at(index, cell, window, work)
            no_path = np.isnan(level)
            if no_path.any():
                serving.note_unknown(part, no_path & work.within_free_space(cell, window, signals.eirp_dbm[index] - needed_dbm))
            levels.append(
                (cells.index.get_loc(index), str(signals.operator[index]), received, np.where(no_path, np.float32(-np.inf), level))
            )
            done += 1
            if progress:
                progress(done / len(cells))
        serving.add_mast(part, levels)
    best, unknown = serving.level, serving.unknown
    probability = coverage_probability(best, threshold_dbm=service.rsrp_threshold_dbm, sigma_db=service.sigma_db).astype(np.float32)
    probability[np.isnan(dem.heights_m) | ((unknown > 0) & (probability < service.min_probability))] = np.nan
    margin = best - np.float32(service.rsrp_threshold_dbm)
    for grid in (serving.rsrp, serving.second, margin, *serving.by_operator.values()):
        grid[~np.isfinite(grid)] = np.nan
    ids = tuple(f"{site}/{cell}" for site, cell in cells.index)
    return Coverage(
        serving.rsrp, probability, serving.server, serving.second, serving.overlap, margin, unknown, serving.by_operator, ids, losses.name,
        dem.transform, dem.crs,
    )  # fmt: skip


class _Serving:
    """Who serves where so far, mast by mast."""

    def __init__(self, shape: tuple[int, ...], needed_dbm: float, operators: Sequence[str]) -> None:
        self.needed_dbm = needed_dbm
        # levels decide who serves, what a handset receives is told: the two differ by the uplink and by a calibrated band's sigma
        self.level, self.rsrp, self.second_level, self.second = (_nothing(shape) for _ in range(4))
        self.server = np.full(shape, -1, dtype=np.int16)
        self.unknown, self.overlap = np.zeros(shape, dtype=np.uint8), np.zeros(shape, dtype=np.uint8)
        self._operator_level = {name: _nothing(shape) for name in operators}
        self.by_operator = {name: _nothing(shape) for name in operators}

    def note_unknown(self, part: tuple[slice, slice], missed: npt.NDArray[np.bool_]) -> None:
        """Count one cell more whose path is not known where it might have served."""
        self.unknown[part] += (missed & (self.unknown[part] < 255)).astype(np.uint8)

    def add_mast(self, part: tuple[slice, slice], cells: Sequence[tuple[int, str, FloatGrid, FloatGrid]]) -> None:
        """Take in the cells of one mast: position in the list, operator, RSRP, level (minus infinity where unknown)."""
        mast_level = _nothing(self.level[part].shape)
        mast_rsrp, mast_server = mast_level.copy(), np.full(mast_level.shape, -1, dtype=np.int16)
        for number, operator, rsrp, level in cells:
            stronger = level > mast_level
            mast_level[stronger], mast_rsrp[stronger], mast_server[stronger] = level[stronger], rsrp[stronger], number
            own = level > self._operator_level[operator][part]
            self._operator_level[operator][part][own], self.by_operator[operator][part][own] = level[own], rsrp[own]
        ahead = mast_level > self.level[part]
        next_best = ~ahead & (mast_level > self.second_level[part])
        for second, first, of_mast in ((self.second, self.rsrp, mast_rsrp), (self.second_level, self.level, mast_level)):
            second[part] = np.where(ahead, first[part], np.where(next_best, of_mast, second[part]))
        self.level[part][ahead], self.rsrp[part][ahead], self.server[part][ahead] = mast_level[ahead], mast_rsrp[ahead], mast_server[ahead]
        self.overlap[part] += ((mast_level >= self.needed_dbm) & (self.overlap[part] < 255)).astype(np.uint8)


def _nothing(shape: tuple[int, ...]) -> FloatGrid:
    return np.full(shape, -np.inf, dtype=np.float32)


class _Signals:
    """From path loss to what each cell's signal is worth."""

    def __init__(self, cells: gpd.GeoDataFrame, service: Service, calibration: CalibrationSettings | None, model: str) -> None:
        self.eirp_dbm = eirp_re_dbm(cells)
        self.operator = cells["operator"].fillna("")
        self._shortfall_db = _uplink_shortfall_db(cells, service)
        self._service, self._calibration, self._model = service, calibration, model

    def at(self, index: Any, cell: pd.Series, window: LossWindow, work: _PathLoss) -> tuple[FloatGrid, FloatGrid]:
        """RSRP of a cell over its window, and its level: less what the uplink falls short, so that one threshold serves both
        directions; for a band with a sigma of its own, the level at which the scenario's sigma gives the same probability."""
        rsrp = np.asarray(np.float32(self.eirp_dbm[index]) - window.loss_db - work.antenna_loss_db(cell, window))
        band = None if self._calibration is None else calibration_for(self._calibration, float(cell["freq_mhz"]), model=self._model)
        if band is not None:
            rsrp = calibrated_rsrp_dbm(rsrp, work.away_km(cell, window), band).astype(np.float32)
        level = rsrp - np.float32(self._shortfall_db[index])
        if band is not None:
            service = self._service
            level = equivalent_rsrp_dbm(level, band, threshold_dbm=service.rsrp_threshold_dbm, sigma_db=service.sigma_db).astype(np.float32)
        return rsrp, level


def loss_model(propagation: Propagation, *, name: str | None = None, lat_deg: float) -> LossModel:
    """The scenario's settings as the propagation package takes them; `name` puts another model in place of the deciding one."""
    return LossModel(
        name=name or propagation.model,  # type: ignore[arg-type]
        vertical=propagation.polarization == "vertical",
        effective_earth_factor=propagation.effective_earth_factor,
        eps_r=propagation.relative_permittivity,
        sigma_s_m=propagation.conductivity_s_m,
        time_pct=propagation.time_pct,
        location_pct=propagation.location_pct,
        situation_pct=propagation.situation_pct,
        climate=propagation.climate,
        n0=propagation.n0,
        dn=propagation.dn_per_km,
        lat_deg=lat_deg,
    )


def _latitude(sites: gpd.GeoDataFrame) -> float:
    """Of the middle of the sites, to a tenth: all that the models make of it, and a stable key of the cache."""
    return round(float(sites.to_crs(GEOGRAPHIC).geometry.y.mean()), 1)


def _uplink_shortfall_db(cells: gpd.GeoDataFrame, service: Service) -> pd.Series:
    """How much more RSRP than the threshold each cell needs for its uplink to hold; 0 where the downlink decides."""
    if not service.uplink.check:
        return pd.Series(0.0, index=cells.index)
    sensitivity = uplink_sensitivity_dbm(
        noise_figure_db=service.uplink.noise_figure_db, sinr_db=service.uplink.sinr_db, blocks=service.uplink.resource_blocks
    )
    needed = uplink_rsrp_dbm(cells, ue_power_dbm=service.uplink.ue_power_dbm, sensitivity_dbm=sensitivity)
    return (needed - service.rsrp_threshold_dbm).clip(lower=0.0)


@dataclass
class _PathLoss:
    """Path loss around masts, worked out once for the cells of one mast that share height and band."""

    dem: Dem
    service: Service
    propagation: Propagation
    model: LossModel
    land_cover: LandCover | None
    clutter: Clutter
    only: npt.NDArray[np.bool_] | None
    cache: LossCache | None
    workers: int
    _last: tuple[Any, LossWindow] | None = None

    def window(self, cell: pd.Series) -> tuple[LossWindow, tuple[slice, slice]]:
        """Loss of everything between the mast's antenna and the handset, and the part of the grid that it covers."""
        key = (cell.geometry.x, cell.geometry.y, float(cell["mast_height_m"]), float(cell["freq_mhz"]))
        if self._last is None or self._last[0] != key:
            window = self._path(*key)
            self._last = key, LossWindow(window.loss_db + self._at_handset_db(key[3], window), window.row, window.column)
        window = self._last[1]
        rows, columns = window.loss_db.shape
        return window, (slice(window.row, window.row + rows), slice(window.column, window.column + columns))

    def _path(self, x_m: float, y_m: float, mast_height_m: float, freq_mhz: float) -> LossWindow:
        row, column = cell_of(self.dem, x_m, y_m)
        place: dict[str, Any] = {"row": row, "column": column, "tx_height_m": mast_height_m, "rx_height_m": self.service.rx_height_m, "freq_mhz": freq_mhz,
                 "radius_km": self.propagation.max_radius_km, "irregularity_stride": self.propagation.irregularity_stride}  # fmt: skip
        clutter_m = self._clutter_m()

        def work() -> LossWindow:
            return loss_around(
                self.dem.heights_m, self.dem.cell_m, **place, model=self.model, clutter_m=clutter_m, only=self.only, workers=self.workers
            )

        if self.cache is None or self.only is not None:
            return work()
        grid = {
            "terrain": self.dem.sha256,
            "transform": list(self.dem.transform)[:6],
            "shape": list(self.dem.heights_m.shape),
            "crs": self.dem.crs.to_wkt(),
        }
        cover = None if clutter_m is None or self.land_cover is None else [self.land_cover.sha256, sorted(self.clutter.heights_m.items())]
        return self.cache.fetch({**grid, **place, **asdict(self.model), "clutter": cover}, work)

    def _clutter_m(self) -> FloatGrid | None:
        if self.land_cover is None:
            return None
        heights = np.zeros(256, dtype=np.float32)
        for code, height_m in self.clutter.heights_m.items():
            heights[code] = height_m
        return np.asarray(heights[self.land_cover.classes])

    def _at_handset_db(self, freq_mhz: float, window: LossWindow) -> FloatGrid | np.float32:
        """Walls and surroundings of the handset: P.2109 indoors, P.2108 by land cover where asked for."""
        entry_db = 0.0
        if self.service.place == "indoor":
            entry_db = float(building_entry_loss_db(freq_mhz, building=self.service.building))
        if self.land_cover is None or not self.clutter.at_terminal:
            return np.float32(entry_db)
        table = np.full(256, entry_db, dtype=np.float32)
        for code, surroundings in self.clutter.terminal.items():
            table[code] += np.float32(height_gain_loss_db(freq_mhz, self.service.rx_height_m, surroundings))
        rows, columns = window.loss_db.shape
        return np.asarray(table[self.land_cover.classes[window.row : window.row + rows, window.column : window.column + columns]])

    def antenna_loss_db(self, cell: pd.Series, window: LossWindow) -> npt.NDArray[np.float32] | np.float32:
        """Gain lost off the antenna's axis, towards each cell of the window; 0 for an omni antenna of unknown tilt."""
        if pd.isna(cell["azimuth_deg"]) and pd.isna(cell["tilt_deg"]):
            return np.float32(0.0)
        row, column = cell_of(self.dem, cell.geometry.x, cell.geometry.y)
        rows, columns = np.indices(window.loss_db.shape)
        south, east = rows + window.row + 0.5 - row, columns + window.column + 0.5 - column
        off_azimuth = off_tilt = None
        if not pd.isna(cell["azimuth_deg"]):
            off_azimuth = np.degrees(np.arctan2(east, -south)) - float(cell["azimuth_deg"])
        if not pd.isna(cell["tilt_deg"]):
            top_m = height_at(self.dem, cell.geometry.x, cell.geometry.y) + float(cell["mast_height_m"])
            height, width = window.loss_db.shape
            ground = self.dem.heights_m[window.row : window.row + height, window.column : window.column + width]
            below = np.degrees(
                np.arctan2(top_m - ground - self.service.rx_height_m, np.maximum(np.hypot(south, east), 0.5) * self.dem.cell_m)
            )
            off_tilt = below - float(cell["tilt_deg"])
        return pattern_loss_db(off_azimuth, off_tilt).astype(np.float32)

    def away_km(self, cell: pd.Series, window: LossWindow) -> npt.NDArray[np.float64]:
        """Distance of each cell of the window from the mast."""
        row, column = cell_of(self.dem, cell.geometry.x, cell.geometry.y)
        rows, columns = np.indices(window.loss_db.shape)
        return np.asarray(np.hypot(rows + window.row + 0.5 - row, columns + window.column + 0.5 - column) * self.dem.cell_m / 1000.0)

    def within_free_space(self, cell: pd.Series, window: LossWindow, most_loss_db: float) -> npt.NDArray[np.bool_]:
        """Cells that the mast would serve over flat, empty ground: only there does an unknown path matter."""
        away_km = self.away_km(cell, window)
        reach = np.asarray(free_space_loss_db(np.maximum(away_km, 0.01), float(cell["freq_mhz"]))) <= most_loss_db
        return reach & (away_km <= self.propagation.max_radius_km)
