"""Path loss around masts with what land cover adds to it, worked out once for the cells of a mast that share height and band."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.config import Clutter, Propagation, Scenario, Service
from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import ModelRangeError
from geo_planner.grid import offsets
from geo_planner.propagation.area import Frame, LossWindow, loss_around
from geo_planner.propagation.limits import why
from geo_planner.propagation.loss_model import LossModel
from geo_planner.propagation.models import MODELS, check_range
from geo_planner.propagation.p525 import free_space_loss_db
from geo_planner.propagation.p2108 import height_gain_loss_db
from geo_planner.propagation.p2109 import building_entry_loss_db
from geo_planner.radio.budget import antenna_loss_db, handset_loss_db
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import Mast, in_service
from geo_planner.study_area import StudyArea
from geo_planner.terrain import Dem, height_at
from geo_planner.units import FloatArray
from geo_planner.words import Said

WITHOUT_TERRAIN = next(name for name, model in MODELS.items() if not model.needs_terrain)
"""The rough rule by distance that takes the models' place where there is no terrain."""


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


def by_class(values: Mapping[int, float], dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
    """A value for each of the 256 classes of the ground, 0 for those that are not named."""
    table = np.zeros(256, dtype=dtype)
    table[list(values)] = list(values.values())
    return table


@dataclass(frozen=True, eq=False, slots=True)
class LossTask:
    """All that the loss around a mast depends on besides the mast; `only`, `workers` and `frame` as for :func:`loss_around`."""

    dem: Dem
    service: Service
    propagation: Propagation
    model: LossModel
    land_cover: LandCover | None
    clutter: Clutter
    only: npt.NDArray[np.bool_] | None
    cache: LossCache | None
    workers: int
    frame: Frame | None = None


def loss_task(
    scenario: Scenario,
    study_area: StudyArea,
    *,
    model: str | None = None,
    only: npt.NDArray[np.bool_] | None = None,
    cache: LossCache | None = None,
    workers: int = 1,
) -> LossTask:
    """The task of a scenario over a study area, with the latitude of the sites that stand."""
    dem, propagation = study_area.terrain, scenario.propagation
    name = WITHOUT_TERRAIN if dem.is_missing else model
    losses = loss_model(propagation, name=name, lat_deg=latitude_in(study_area))
    return LossTask(dem, scenario.service, propagation, losses, land_cover_of(scenario, study_area), scenario.clutter, only, cache, workers)


def loss_window(task: LossTask, xy_m: tuple[float, float], mast_height_m: float, freq_mhz: float) -> LossWindow:
    """Loss of everything between an antenna and the handset, for the cells within the radius."""
    heights_m = (mast_height_m, task.service.rx_height_m)
    window, cover = path_loss(task, xy_m, heights_m, freq_mhz), task.land_cover
    terminal = task.clutter.terminal if cover is not None and task.clutter.at_terminal else {}
    classes = 0 if cover is None else cover.classes[part_of(window)]
    at_handset_db = handset_loss_db(task.service, freq_mhz, terminal, np.float32)[classes]
    return LossWindow(window.loss_db + at_handset_db, window.row, window.column)


def part_of(window: LossWindow) -> tuple[slice, slice]:
    """The part of the grid that a window covers."""
    rows, columns = window.loss_db.shape
    return slice(window.row, window.row + rows), slice(window.column, window.column + columns)


def path_loss(task: LossTask, xy_m: tuple[float, float], heights_m: tuple[float, float], freq_mhz: float) -> LossWindow:
    """Path loss of the terrain alone, from a place to the cells within the radius; kept where the task has a cache.

    Parameters
    ----------
    heights_m : (float, float)
        Above ground: at the place, and in the cells around it.
    """
    dem, cover = task.dem, task.land_cover
    row, column = (float(part) for part in dem.grid.position(*xy_m))
    place: dict[str, Any] = {
        "row": row,
        "column": column,
        "tx_height_m": heights_m[0],
        "rx_height_m": heights_m[1],
        "freq_mhz": freq_mhz,
        "radius_km": task.propagation.max_radius_km,
        "irregularity_stride": task.propagation.irregularity_stride,
    }

    def work() -> LossWindow:
        clutter_m = None if cover is None else by_class(task.clutter.heights_m, np.float32)[cover.classes]
        return loss_around(
            dem.heights_m, dem.cell_m, **place, model=task.model, clutter_m=clutter_m, only=task.only, frame=task.frame, workers=task.workers,
        )  # fmt: skip

    if task.cache is None or task.only is not None or task.frame is not None:
        return work()
    facts = {
        "terrain": dem.sha256,
        "transform": list(dem.transform)[:6],
        "shape": list(dem.heights_m.shape),
        "crs": dem.crs.to_wkt(),
        **place,
        **asdict(task.model),
        "clutter": None if cover is None else [cover.sha256, sorted(task.clutter.heights_m.items())],
    }
    return task.cache.fetch(facts, work)


def away_km(dem: Dem, mast: Mast, window: LossWindow) -> FloatArray:
    """Distance of each cell of a window from the mast."""
    south, east = offsets(window.loss_db.shape, (window.row, window.column), dem.grid.position(*mast.xy_m))
    return np.hypot(south, east) * dem.cell_m / 1000.0


def within_free_space(dem: Dem, mast: Mast, window: LossWindow, *, most_loss_db: float, max_radius_km: float) -> npt.NDArray[np.bool_]:
    """Cells that the mast would serve over flat, empty ground: only there does an unknown path matter."""
    km = away_km(dem, mast, window)
    reach = np.asarray(free_space_loss_db(np.maximum(km, 0.01), mast.freq_mhz)) <= most_loss_db
    return reach & (km <= max_radius_km)


def antenna_window_db(dem: Dem, mast: Mast, window: LossWindow, *, rx_height_m: float) -> npt.NDArray[np.float32] | np.float32:
    """Gain lost off the antenna's axis, towards each cell of a window; 0 for an omni antenna of unknown tilt."""
    if np.isnan(mast.azimuth_deg) and np.isnan(mast.tilt_deg):
        return np.float32(0.0)
    south, east = offsets(window.loss_db.shape, (window.row, window.column), dem.grid.position(*mast.xy_m))
    fall_m = height_at(dem, *mast.xy_m) + mast.mast_height_m - dem.heights_m[part_of(window)] - rx_height_m
    away_m = np.maximum(np.hypot(south, east), 0.5) * dem.cell_m
    return antenna_loss_db(mast.azimuth_deg, mast.tilt_deg, east=east, north=-south, fall_m=fall_m, away_m=away_m).astype(np.float32)


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


def latitude_of(sites: gpd.GeoDataFrame) -> float:
    """Of the middle of the sites, to a tenth: all that the models make of it, and a stable key of the cache."""
    return round(float(sites.to_crs(GEOGRAPHIC).geometry.y.mean()), 1)


def latitude_in(study_area: StudyArea) -> float:
    """The latitude that the models are given: of the sites, where there are any, else of the villages."""
    return latitude_of(study_area.sites if len(study_area.sites) else study_area.villages)


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
        With the scenario's defaults; see :func:`geo_planner.radio.cells.with_defaults`.
    no_terrain, with_land_cover : bool
        Whether the rough rule by distance takes the place of the models, and whether classes of the ground take part.
    """
    cells = sites[in_service(sites, service)]
    if cells.empty:
        return {}
    names = {WITHOUT_TERRAIN} if no_terrain else {propagation.model, propagation.compare_with or propagation.model}
    models = [loss_model(propagation, name=name, lat_deg=latitude_of(sites)) for name in sorted(names)]
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
