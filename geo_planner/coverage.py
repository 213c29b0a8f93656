"""Sites over terrain to rasters; rasters over villages and communes to tables."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS
from rasterio.features import rasterize
from scipy.spatial import cKDTree

from geo_planner.config import Propagation, Service
from geo_planner.crs import GEOGRAPHIC
from geo_planner.propagation.area import LossModel, LossWindow, loss_around
from geo_planner.propagation.p525 import free_space_loss_db
from geo_planner.radio import coverage_probability, covered_rsrp_dbm, eirp_re_dbm
from geo_planner.terrain import Dem, cell_of

FloatGrid = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Rasters of one service on the terrain's grid, row 0 in the north; all of one shape.

    Attributes
    ----------
    rsrp_dbm : ndarray of float32
        Strongest RSRP of any cell on air; NaN where no cell is in reach or every path is unknown.
    probability : ndarray of float32
        P(RSRP >= threshold) of the strongest cell; 0 where none is in reach, NaN outside the terrain's data and where
        the only answer hangs on an unknown path.
    best_server : ndarray of int16
        Position in `server_ids` of the strongest cell, -1 where there is none.
    unknown_paths : ndarray of uint8
        Number of cells (capped at 255) whose path leaves the terrain or crosses a void, and which would serve in free space.
    by_operator_dbm : dict of str to ndarray of float32
        The same as `rsrp_dbm` for each operator alone; a blank operator is the empty string.
    server_ids : tuple of str
        ``site_id/cell_id`` of the cells that took part.
    transform : affine.Affine
        Of the grid, in `crs`.
    crs : pyproj.CRS
    """

    rsrp_dbm: FloatGrid
    probability: FloatGrid
    best_server: npt.NDArray[np.int16]
    unknown_paths: npt.NDArray[np.uint8]
    by_operator_dbm: dict[str, FloatGrid]
    server_ids: tuple[str, ...]
    transform: Any
    crs: CRS


def in_service(sites: pd.DataFrame, service: Service) -> pd.Series:
    """Which cells take part: on air and of the service's technology."""
    same = sites["technology"].str.casefold() == service.technology.casefold()
    return ((sites["status"] == "on_air") & same.fillna(False)).astype(bool).rename("in_service")


def compute_coverage(
    dem: Dem,
    sites: gpd.GeoDataFrame,
    service: Service,
    propagation: Propagation,
    *,
    model: str | None = None,
    workers: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Coverage:
    """RSRP of the strongest cell everywhere, per operator and over all.

    Parameters
    ----------
    dem : Dem
    sites : GeoDataFrame
        Index (``site_id``, ``cell_id``), sorted; points; columns of ``schema.SITES``. Cells not in service are left out.
    service, propagation
        Settings of the scenario.
    model : str, optional
        Another model than the one that decides.
    workers : int
        Threads; they change no bit of the result.
    progress : callable, optional
        Called with the share of cells done.
    """
    cells = sites[in_service(sites, service)].to_crs(dem.crs)
    eirp_dbm = eirp_re_dbm(cells)
    shape = dem.heights_m.shape
    best = np.full(shape, -np.inf, dtype=np.float32)
    server = np.full(shape, -1, dtype=np.int16)
    unknown = np.zeros(shape, dtype=np.uint8)
    operators = cells["operator"].fillna("")
    by_operator = {str(name): np.full(shape, -np.inf, dtype=np.float32) for name in sorted(operators.unique())}
    needed_dbm = covered_rsrp_dbm(threshold_dbm=service.rsrp_threshold_dbm, sigma_db=service.sigma_db, min_probability=service.min_probability)
    lat_deg = round(float(sites.to_crs(GEOGRAPHIC).geometry.y.mean()), 1)
    losses = loss_model(propagation, name=model, lat_deg=lat_deg)
    windows: dict[tuple[float, float, float, float], LossWindow] = {}
    for number, (index, cell) in enumerate(cells.iterrows()):
        # cells of one mast and band share their path loss
        key = (cell.geometry.x, cell.geometry.y, float(cell["mast_height_m"]), float(cell["freq_mhz"]))
        if key not in windows:
            windows = {key: _loss(dem, *key, service, propagation, losses, workers)}
        window = windows[key]
        part = np.s_[window.row : window.row + window.loss_db.shape[0], window.column : window.column + window.loss_db.shape[1]]
        rsrp = np.float32(eirp_dbm[index]) - window.loss_db
        no_path = np.isnan(rsrp)
        if no_path.any():
            unknown[part] += (no_path & _in_free_space_reach(window, key, dem, float(eirp_dbm[index]) - needed_dbm, propagation) & (unknown[part] < 255)).astype(np.uint8)
            rsrp[no_path] = -np.inf
        stronger = rsrp > best[part]
        best[part][stronger] = rsrp[stronger]
        server[part][stronger] = number
        mine = by_operator[str(operators[index])][part]
        np.maximum(mine, rsrp, out=mine)
        if progress:
            progress((number + 1) / len(cells))
    probability = coverage_probability(best, threshold_dbm=service.rsrp_threshold_dbm, sigma_db=service.sigma_db).astype(np.float32)
    probability[np.isnan(dem.heights_m) | ((unknown > 0) & (probability < service.min_probability))] = np.nan
    for grid in (best, *by_operator.values()):
        grid[~np.isfinite(grid)] = np.nan
    return Coverage(best, probability, server, unknown, by_operator, tuple(f"{site}/{cell}" for site, cell in cells.index), dem.transform, dem.crs)


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


def _loss(
    dem: Dem, x_m: float, y_m: float, mast_height_m: float, freq_mhz: float, service: Service, propagation: Propagation, model: LossModel, workers: int
) -> LossWindow:
    row, column = cell_of(dem, x_m, y_m)
    return loss_around(
        dem.heights_m, dem.cell_m, row=row, column=column, tx_height_m=mast_height_m, rx_height_m=service.rx_height_m, freq_mhz=freq_mhz,
        radius_km=propagation.max_radius_km, model=model, irregularity_stride=propagation.irregularity_stride, workers=workers,
    )  # fmt: skip


def _in_free_space_reach(window: LossWindow, key: tuple[float, float, float, float], dem: Dem, most_loss_db: float, propagation: Propagation) -> npt.NDArray[np.bool_]:
    """Cells of the window that the mast would serve over flat, empty ground: only there does an unknown path matter."""
    row, column = cell_of(dem, key[0], key[1])
    rows, columns = np.indices(window.loss_db.shape)
    away_km = np.hypot(rows + window.row + 0.5 - row, columns + window.column + 0.5 - column) * dem.cell_m / 1000.0
    reach = np.asarray(free_space_loss_db(np.maximum(away_km, 0.01), key[3])) <= most_loss_db
    return reach & (away_km <= propagation.max_radius_km)


def village_coverage(coverage: Coverage, dem: Dem, villages: gpd.GeoDataFrame, service: Service) -> pd.DataFrame:
    """What the rasters say of each village.

    Parameters
    ----------
    villages : GeoDataFrame
        Points; column ``settlement_radius_m`` (NA: the service's default).

    Returns
    -------
    DataFrame
        Same index: ``rsrp_dbm``, ``coverage_probability`` and ``best_server_id`` of the cell that holds the centre,
        ``settlement_covered_share``, ``modelled_status``, ``path_unknown``.
    """
    points = villages.geometry.to_crs(coverage.crs)
    radius_m = villages["settlement_radius_m"].astype(float).fillna(service.default_settlement_radius_m)
    rows = [_one_village(coverage, dem, point.x, point.y, float(r), service) for point, r in zip(points, radius_m, strict=True)]
    columns = ["rsrp_dbm", "coverage_probability", "best_server_id", "settlement_covered_share", "modelled_status", "path_unknown"]
    table = pd.DataFrame(rows, columns=columns, index=villages.index)
    return table.astype({"best_server_id": "string", "modelled_status": "string", "path_unknown": bool})


def _one_village(coverage: Coverage, dem: Dem, x_m: float, y_m: float, radius_m: float, service: Service) -> tuple[Any, ...]:
    row, column = cell_of(dem, x_m, y_m)
    centre = int(math.floor(row)), int(math.floor(column))
    rows, columns = coverage.rsrp_dbm.shape
    if not (0 <= centre[0] < rows and 0 <= centre[1] < columns):
        return np.nan, np.nan, None, np.nan, "unknown", True
    reach = radius_m / dem.cell_m
    r, c = np.ogrid[max(int(row - reach), 0) : min(int(row + reach) + 1, rows), max(int(column - reach), 0) : min(int(column + reach) + 1, columns)]
    inside = (r + 0.5 - row) ** 2 + (c + 0.5 - column) ** 2 <= reach**2
    inside |= (r == centre[0]) & (c == centre[1])
    p = coverage.probability[r, c][inside]
    share = float(np.mean(p >= service.min_probability)) if not np.isnan(p).all() else np.nan
    centre_p = float(coverage.probability[centre])
    server = int(coverage.best_server[centre])
    status = "unknown" if math.isnan(centre_p) else village_status(centre_p, share, service)
    return float(coverage.rsrp_dbm[centre]), centre_p, coverage.server_ids[server] if server >= 0 else None, share, status, bool(coverage.unknown_paths[centre])


def village_status(centre_probability: float, covered_share: float, service: Service) -> str:
    """no_signal, partial or covered, from the centre and the share of settlement cells that are covered."""
    if centre_probability < service.min_probability:
        return "no_signal"
    return "covered" if covered_share >= service.full_coverage_share else "partial"


def operator_coverage(coverage: Coverage, dem: Dem, villages: gpd.GeoDataFrame, service: Service) -> pd.DataFrame:
    """RSRP (dBm) at each village's centre, one column an operator; NaN where none of its cells is in reach or known."""
    points = villages.geometry.to_crs(coverage.crs)
    cells = [tuple(int(math.floor(v)) for v in cell_of(dem, p.x, p.y)) for p in points]
    rows, columns = coverage.rsrp_dbm.shape
    inside = [0 <= r < rows and 0 <= c < columns for r, c in cells]
    table = {
        name: [float(grid[cell]) if ok else np.nan for cell, ok in zip(cells, inside, strict=True)]
        for name, grid in coverage.by_operator_dbm.items()
    }
    return pd.DataFrame(table, index=villages.index)


def commune_coverage(coverage: Coverage, communes: gpd.GeoDataFrame, service: Service) -> pd.Series:
    """Share of each commune's cells where the service is met; NaN where nothing is known of the commune.

    Cells without a known answer stay out of both sides of the fraction.
    """
    area = communes.geometry.to_crs(coverage.crs)
    labels = rasterize(zip(area, range(1, len(area) + 1), strict=True), out_shape=coverage.probability.shape, transform=coverage.transform, dtype="int32")
    known = ~np.isnan(coverage.probability)
    cells = np.bincount(labels[known], minlength=len(area) + 1)[1:]
    covered = np.bincount(labels[coverage.probability >= service.min_probability], minlength=len(area) + 1)[1:]
    with np.errstate(invalid="ignore"):
        return pd.Series(covered / cells, index=communes.index, name="covered_area_share")


def nearest_sites(villages: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, crs: CRS) -> pd.DataFrame:
    """Nearest of the given masts to each village: ``nearest_site_id`` and ``nearest_site_km`` (NA where there is none)."""
    if sites.empty:
        return pd.DataFrame({"nearest_site_id": pd.Series(pd.NA, villages.index, "string"), "nearest_site_km": np.nan}, index=villages.index)
    masts = sites[~sites.index.get_level_values("site_id").duplicated()].to_crs(crs)
    tree = cKDTree(np.c_[masts.geometry.x, masts.geometry.y])
    points = villages.geometry.to_crs(crs)
    away_m, at = tree.query(np.c_[points.x, points.y])
    ids = masts.index.get_level_values("site_id")[at]
    return pd.DataFrame({"nearest_site_id": pd.array(ids, dtype="string"), "nearest_site_km": away_m / 1000.0}, index=villages.index)
