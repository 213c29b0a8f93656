"""Rasters over villages and communes to tables: statuses, shares, nearest masts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from geo_planner.config import Service
from geo_planner.grid import Cells
from geo_planner.propagation.area import Frame
from geo_planner.radio.coverage import Coverage
from geo_planner.terrain import Dem
from geo_planner.units import FloatArray


def village_coverage(coverage: Coverage, villages: gpd.GeoDataFrame, service: Service, *, frame: Frame | None = None) -> pd.DataFrame:
    """What the rasters say of each village.

    Parameters
    ----------
    villages : GeoDataFrame
        Points; column ``settlement_radius_m`` (NA: the service's default).
    frame : (slice, slice), optional
        The rows and columns of the grid that the rasters are of, where that is a part of it; it holds all cells of the settlements.

    Returns
    -------
    DataFrame
        Same index: ``rsrp_dbm``, ``coverage_probability`` and ``best_server_id`` of the cell that holds the centre,
        ``settlement_covered_share``, ``modelled_status``, ``path_unknown``.
    """
    grid = coverage.grid
    x_m, y_m = grid.xy(villages.geometry)
    on_grid, first = grid.cells(x_m, y_m), (0, 0) if frame is None else (frame[0].start, frame[1].start)
    cells = Cells(on_grid.row - first[0], on_grid.column - first[1], on_grid.inside)
    share = _covered_shares(coverage, grid.position(x_m, y_m), settlement_radius_m(villages, service) / grid.cell_m, service, first)
    share[~cells.inside] = np.nan
    probability = grid.sample(coverage.probability, cells)
    status = np.where(np.isnan(probability), "unknown", village_status(probability, share, service))
    server = np.where(cells.inside, coverage.best_server[cells.row, cells.column], -1)
    ids = np.array([*coverage.server_ids, None], dtype=object)
    table = {
        "rsrp_dbm": grid.sample(coverage.rsrp_dbm, cells),
        "coverage_probability": probability,
        "best_server_id": pd.array(ids[server], dtype="string"),
        "settlement_covered_share": share,
        "modelled_status": pd.array(status.astype(object), dtype="string"),
        "path_unknown": ~cells.inside | (coverage.unknown_paths[cells.row, cells.column] > 0),
    }
    return pd.DataFrame(table, index=villages.index)


def _covered_shares(
    coverage: Coverage, position: tuple[FloatArray, FloatArray], reach: FloatArray, service: Service, first: tuple[int, int]
) -> FloatArray:
    """Share of the cells within `reach` cells of each position that are covered; NaN where none of them is known.

    `first` is the cell of the grid that the rasters begin with.
    """
    counts = np.zeros((3, reach.size))
    for which, row, column in coverage.grid.around(*position, reach):
        p = coverage.probability[row - first[0], column - first[1]]
        for of_kind, kind in zip(counts, (p >= service.min_probability, ~np.isnan(p), np.ones(p.shape)), strict=True):
            of_kind += np.bincount(which, weights=kind, minlength=reach.size)
    covered, known, every = counts
    with np.errstate(invalid="ignore"):
        return np.where(known > 0, covered / every, np.nan)


def settlement_cells(dem: Dem, villages: gpd.GeoDataFrame, service: Service) -> npt.NDArray[np.bool_]:
    """The cells of the grid that any village's status rests on."""
    mask = np.zeros(dem.grid.shape, dtype=np.bool_)
    position = dem.grid.position(*dem.grid.xy(villages.geometry))
    for _, row, column in dem.grid.around(*position, settlement_radius_m(villages, service) / dem.cell_m):
        mask[row, column] = True
    return mask


def settlement_radius_m(villages: gpd.GeoDataFrame, service: Service) -> FloatArray:
    """Radius of each settlement, the service's default where its own is blank."""
    return villages["settlement_radius_m"].astype(float).fillna(service.default_settlement_radius_m).to_numpy()


def village_status(centre_probability: npt.ArrayLike, covered_share: npt.ArrayLike, service: Service) -> npt.NDArray[np.str_]:
    """no_signal, partial or covered, from the centre and the share of settlement cells that are covered."""
    full = np.where(np.asarray(covered_share) >= service.full_coverage_share, "covered", "partial")
    return np.where(np.asarray(centre_probability) < service.min_probability, "no_signal", full)


def operator_coverage(coverage: Coverage, villages: gpd.GeoDataFrame) -> pd.DataFrame:
    """RSRP (dBm) at each village's centre, one column an operator; NaN where none of its cells is in reach or known."""
    cells = coverage.grid.cells(*coverage.grid.xy(villages.geometry))
    levels = {name: coverage.grid.sample(level_dbm, cells) for name, level_dbm in coverage.by_operator_dbm.items()}
    return pd.DataFrame(levels, index=villages.index)


def commune_coverage(coverage: Coverage, communes: gpd.GeoDataFrame, service: Service) -> pd.Series:
    """Share of each commune's cells where the service is met; NaN where nothing is known of the commune.

    Cells without a known answer stay out of both sides of the fraction.
    """
    labels = coverage.grid.labels(communes.geometry.to_crs(coverage.grid.crs))
    cells, covered = (np.zeros(len(communes) + 1, dtype=np.int64) for _ in range(2))
    for label, probability in zip(labels, coverage.probability, strict=True):  # row by row, so that a fine grid is not held once more
        cells += np.bincount(label[~np.isnan(probability)], minlength=len(communes) + 1)
        covered += np.bincount(label[probability >= service.min_probability], minlength=len(communes) + 1)
    with np.errstate(invalid="ignore"):
        return pd.Series(covered[1:] / cells[1:], index=communes.index, name="covered_area_share")


def nearest_sites(villages: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, crs: CRS) -> pd.DataFrame:
    """Nearest of the given masts to each village: ``nearest_site_id`` and ``nearest_site_km`` (NA where there is none)."""
    ids = sites.index.get_level_values("site_id")
    masts = gpd.GeoDataFrame({"nearest_site_id": ids.astype("string")}, geometry=sites.geometry.to_crs(crs).to_numpy(), crs=crs)
    near = gpd.GeoDataFrame(geometry=villages.geometry.to_crs(crs)).sjoin_nearest(masts[~ids.duplicated()], distance_col="away_m")
    # of several as near the first by its id
    near = near.sort_values("nearest_site_id", kind="stable")
    near = near[~near.index.duplicated()].reindex(villages.index)
    return pd.DataFrame({"nearest_site_id": near["nearest_site_id"].astype("string"), "nearest_site_km": near["away_m"] / 1000.0})
